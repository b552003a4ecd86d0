package lifecycle

import (
	"slices"
	"time"

	"duban/calendar"
	"duban/policy"
)

// A Letter is something to be told to somebody because of an event. The record
// queues it in the transaction that writes the event.
type Letter struct {
	To Recipient
	// About is the kind of the event it tells of.
	About EventKind
	// Measures are the kinds of the measures the event is about, if it is.
	Measures []policy.MeasureKind
	// Digest: it is merged with the person's others of the day; a paper goes
	// by itself.
	Digest bool
	// NotBefore is when it may leave: at once when a person ordered it, at the
	// hour papers leave on the next working day when a timer did.
	NotBefore time.Time
	// ByTimer: it leaves in working time only, also when it is late.
	ByTimer bool
}

// Letters lists what is to be told because of the event e, which left the case
// as c. Events that carry nobody's business yield none.
func Letters(c Case, e Event, r Rules) []Letter {
	byTimer := e.Command == ""
	notBefore := e.At
	if byTimer {
		notBefore = r.nextMorning(e.At)
	}
	digest := e.Kind == EventReminded || e.Kind == EventChased || e.Kind == EventDeadlineMissed
	letters, measures := make([]Letter, 0, 2), c.measuresIn(e)
	for _, to := range c.told(e) {
		letters = append(letters, Letter{To: to, About: e.Kind, Measures: measures, Digest: digest, NotBefore: notBefore, ByTimer: byTimer})
	}
	return letters
}

// nextMorning is the hour at which papers leave on the next working day, or
// today's when it is a working day and the hour has not come.
func (r Rules) nextMorning(at time.Time) time.Time {
	hour := r.Policy.Time.PapersLeaveAt.Std()
	today := r.Today(at)
	if r.Calendar.WorkingDay(today) {
		if t := r.Timeline.At(today, hour); t.After(at) {
			return t
		}
	}
	return r.Timeline.At(r.Calendar.Add(today, calendar.Period{N: 1, Unit: calendar.WorkingDays}).Date, hour)
}

// told is who is told of an event.
func (c Case) told(e Event) []Recipient {
	unit := []Recipient{{Unit: c.Unit}}
	switch body := e.Body.(type) {
	case *Reminded:
		return c.chasedOn(body.Clock, body.Measure)
	case *Chased:
		return c.chasedOn(body.Clock, body.Measure)
	case *DeadlineMissed:
		if body.Clock == policy.ClockCorrection { // it ends with its lapse
			return unit
		}
		return c.chasedOn(body.Clock, body.Measure)
	case *CaseTakenOver:
		return append(unit, Recipient{Account: c.Officer})
	case *FindingAccepted, *OfficerAssigned:
		return []Recipient{{Account: c.Officer}}
	case *DraftReturned:
		return []Recipient{{Account: c.Part.Author}}
	case *NoticeReturned:
		if body.Follows {
			return nil
		}
		return []Recipient{{Account: c.Part.Drafter}}
	case *PlanSubmitted:
		return []Recipient{c.reviewer(c.Part.PlanFiler)}
	case *ReportSubmitted:
		return []Recipient{c.reviewer(c.Part.ReportFiler)}
	case *CheckedIn:
		return []Recipient{{Account: c.Officer}}
	case *ExtensionAsked, *ObjectionFiled, *LookBackUndrawn, *LookBackMissed, *SealBroken, *RedrawAsked, *OpeningAsked, *ArrivalRefused:
		return []Recipient{{Role: Leader}}
	case *HandedOver:
		return []Recipient{{Account: body.To}}
	case *MeasureOrdered:
		return c.toldOfMeasure(body.No, body.Status)
	case *MeasureTakenOver:
		return c.toldOfMeasure(body.No, body.Status)
	case *MeasurePostponed:
		return c.toldOfRelief(body.No, e.Actor.Account)
	case *MeasureReassigned:
		return body.told(c)
	case *EntryCorrected:
		return body.told(c, e)
	case *TalkFixed:
		return append(unit, c.measureOwner(body.No))
	case *MeasureWaived:
		return c.toldOfRelief(body.No, e.Actor.Account)
	case *LookBackRecorded:
		switch {
		case body.Signature != nil: // and whoever is said to have signed hears of it
			return append(unit, Recipient{Account: body.Signature.By})
		case body.Result.failed():
			return []Recipient{{Role: Leader}}
		case body.Result == MostlyInPlace:
			return unit
		}
		return nil
	case *NoticeApproved:
		if body.Follows {
			return nil
		}
		return unit
	case *ReceiptRecorded, *PlanReturned, *PlanAccepted, *ReportReturned,
		*ReportAccepted, *CaseSustained, *SustainedExited, *ClosureApproved, *Reopened, *ExtensionDecided,
		*ObjectionDecided, *DueDecided, *StayGranted, *DeadlineMoved, *CaseVoided, *CaseMerged, *GivenBack,
		*CaseTransferred, *TakenBack, *LookBackAnnounced:
		if c.Served {
			return unit
		}
		return nil
	case *UnitSucceeded:
		told := []Recipient{{Role: Head}}
		if c.Officer != "" {
			told = append(told, Recipient{Account: c.Officer})
		}
		if c.Served {
			told = append(told, unit...)
		}
		return told
	case *NoticeCorrected:
		if body.Misdirected != "" {
			return []Recipient{{Unit: body.Misdirected}}
		}
		return unit
	case *StayEnded:
		if body.Grantor != "" {
			return append(unit, Recipient{Account: body.Grantor})
		}
		return unit
	case *MeasuresCancelled:
		for _, no := range body.Nos {
			if m, ok := c.measure(no); ok && m.shown() && c.Served {
				return unit
			}
		}
		return nil
	default:
		return nil
	}
}

// toldOfRelief is who is told that a measure was put off or let be: whoever must
// carry it out, unless it was that person's own act, the superior, and of one let be
// the unit that was told of its order.
func (c Case) toldOfRelief(no int, by string) []Recipient {
	m, _ := c.measure(no)
	owner, superior := c.turnOf(Clock{Name: policy.ClockMeasure, Measure: no})
	told := []Recipient{superior}
	if owner.Account != by && m.Before != Proposed {
		told = append(told, owner)
	}
	if m.Status == Waived && m.shown() && c.Served {
		told = append(told, Recipient{Unit: c.Unit})
	}
	return told
}

// measuresIn are the kinds of the measures that an event tells of, each once: of
// those that were cancelled, what the unit was told of before.
func (c Case) measuresIn(e Event) []policy.MeasureKind {
	var nos []int
	switch body := e.Body.(type) {
	case *MeasureOrdered:
		nos = []int{body.No}
	case *MeasureTakenOver:
		nos = []int{body.No}
	case *MeasurePostponed:
		nos = []int{body.No}
	case *MeasureReassigned:
		nos = []int{body.No}
	case *TalkFixed:
		nos = []int{body.No}
	case *MeasureWaived:
		nos = []int{body.No}
	case *MeasuresCancelled:
		nos = slices.DeleteFunc(slices.Clone(body.Nos), func(no int) bool {
			m, ok := c.measure(no)
			return !ok || !m.shown()
		})
	default:
		return nil
	}
	var kinds []policy.MeasureKind
	for _, no := range nos {
		if m, ok := c.measure(no); ok && !slices.Contains(kinds, m.Kind) {
			kinds = append(kinds, m.Kind)
		}
	}
	return kinds
}

func (c Case) chasedOn(name policy.ClockName, measure int) []Recipient {
	k, ok := c.clock(name, measure)
	if !ok {
		return nil
	}
	return c.Chased(k)
}

func (c Case) toldOfMeasure(no int, status MeasureStatus) []Recipient {
	var unit []Recipient
	if m, ok := c.measure(no); c.Served && ok && m.shown() { // before that the case does not exist for the unit
		unit = append(unit, Recipient{Unit: c.Unit})
	}
	switch status {
	case Ordered:
		return append(unit, c.measureOwner(no))
	case Proposed:
		return []Recipient{{Role: Leader}}
	case Done, Joined:
		return unit
	case Waived, Cancelled, PassedOn:
		return nil
	default:
		return nil
	}
}
