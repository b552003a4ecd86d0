package lifecycle

import (
	"fmt"
	"slices"
)

// An Entered is a date or a result that a person entered and that can be put right,
// as the case keeps it until it counts for nothing any more.
type Entered struct {
	// Event is the number of the event that holds it, Field the field of its body.
	Event int64     `json:"event" doc:"Number of the event that holds it"`
	Of    EventKind `json:"of" doc:"Kind of the event that holds it"`
	Field string    `json:"field" doc:"Name of the field in the event's body, such as on or until"`
	// Value is the one that holds, By who entered it.
	Value string `json:"value" doc:"What holds now, as it was entered last"`
	By    string `json:"by" doc:"Account of who entered it"`
	// On is the day on which it was entered or last put right.
	On Date `json:"on"`
	// Measure is the measure it is about; 0 for none.
	Measure int `json:"measure,omitempty" doc:"Number of the measure that it is about; none when it is about none"`
	// Step is the event of the first step that was taken on its ground; 0 before.
	Step int64 `json:"step,omitempty" doc:"Number of the event of the first step that was taken on its ground; none before"`
	// Corrected are those who put it right, once for each time.
	Corrected []string `json:"corrected,omitempty"`
}

// entry says of one field of one kind of event how it is put right.
type entry struct {
	of    EventKind
	field string
	// value is what a person entered; empty when nobody did.
	value func(Body) string
	// measure is the measure that the event is about; nil when it is about none.
	measure func(Body) int
	// check refuses a value that could not have been entered then.
	check func(*turn, CorrectEntry, Entered) error
	// reckon says in the event what follows from the value at once; nil when nothing does.
	reckon func(*turn, Entered, *EntryCorrected)
	// put puts the value into the case. It reads nothing but the event.
	put func(*Case, *EntryCorrected, Event)
	// follow lets what hangs on the value follow it; nil when nothing does.
	follow func(*turn, Entered, *EntryCorrected)
}

// entries is the table of what can be put right. What cannot, and what to do
// instead, is in FieldsEntered.
func entries() []entry {
	return []entry{
		{
			of: EventReceiptRecorded, field: "on",
			value: func(b Body) string {
				if r, ok := b.(*ReceiptRecorded); ok && r.Manner != Electronic { // which nobody dates
					return r.On.String()
				}
				return ""
			},
			check: checkReceiptDay, reckon: reckonReceiptDay, put: putReceiptDay, follow: followReceiptDay,
		},
		{
			of: EventPlanSubmitted, field: "on",
			value: func(b Body) string {
				if p, ok := b.(*PlanSubmitted); ok && p.Paper != nil {
					return p.On.String()
				}
				return ""
			},
			check: checkPlanDay, put: putPlanDay, follow: followPlanDay,
		},
		{
			of: EventReportSubmitted, field: "on",
			value: func(b Body) string {
				if r, ok := b.(*ReportSubmitted); ok && r.Paper != nil {
					return r.On.String()
				}
				return ""
			},
			check: checkReportDay, reckon: reckonReportDay, put: putReportDay, follow: followReportDay,
		},
		{
			of: EventExtensionAsked, field: "until",
			value: func(b Body) string { return b.(*ExtensionAsked).Until.String() }, //nolint:forcetypeassert // the kind's own body
			check: checkUntilAsked, put: putUntilAsked,
		},
		{
			of: EventExtensionAsked, field: "on",
			value: func(b Body) string {
				if x, ok := b.(*ExtensionAsked); ok && x.Paper != nil {
					return x.On.String()
				}
				return ""
			},
			check: checkDayAsked, put: putDayAsked,
		},
		{
			of: EventExtensionDecided, field: "until",
			value: func(b Body) string {
				if x, ok := b.(*ExtensionDecided); ok && x.Granted {
					return x.Until.String()
				}
				return ""
			},
			check: checkGranted, reckon: reckonGranted, put: putGranted, follow: followGranted,
		},
		{
			of: EventObjectionFiled, field: "on",
			value: func(b Body) string {
				if o, ok := b.(*ObjectionFiled); ok && o.Paper != nil {
					return o.On.String()
				}
				return ""
			},
			check: checkObjectionDay, put: putObjectionDay, follow: followObjectionDay,
		},
		{
			of: EventStayGranted, field: "until",
			value: func(b Body) string { return b.(*StayGranted).Until.String() }, //nolint:forcetypeassert // the kind's own body
			check: checkStay, put: putStay, follow: followStay,
		},
		{
			of: EventMeasurePostponed, field: "until",
			value:   func(b Body) string { return b.(*MeasurePostponed).Until.String() }, //nolint:forcetypeassert // the kind's own body
			measure: func(b Body) int { return b.(*MeasurePostponed).No },                //nolint:forcetypeassert // the kind's own body
			check:   checkPostponed, follow: followPostponed,
		},
		{
			of: EventMeasureRecorded, field: "on",
			value:   func(b Body) string { return b.(*MeasureRecorded).On.String() }, //nolint:forcetypeassert // the kind's own body
			measure: func(b Body) int { return b.(*MeasureRecorded).No },             //nolint:forcetypeassert // the kind's own body
			check:   checkMeasureDay, put: putMeasureDay,
		},
		{
			of: EventCheckedIn, field: "on",
			value: func(b Body) string {
				if r, ok := b.(*CheckedIn); ok && r.Paper != nil {
					return r.On.String()
				}
				return ""
			},
			check: func(t *turn, b CorrectEntry, _ Entered) error {
				_, err := t.dayGiven(b, t.c.SustainedSince)
				return err
			},
		},
		{
			of: EventTransferReceived, field: "on",
			value: func(b Body) string { return b.(*TransferReceived).On.String() }, //nolint:forcetypeassert // the kind's own body
			check: func(t *turn, b CorrectEntry, _ Entered) error { _, err := t.dayGiven(b, t.c.Transfer.On); return err },
			put: func(c *Case, b *EntryCorrected, _ Event) {
				x := *c.Transfer
				x.ReceivedOn = b.day()
				c.Transfer = &x
			},
			follow: followTransferDay,
		},
		{
			of: EventLookBackRecorded, field: "result",
			value: func(b Body) string {
				if l, ok := b.(*LookBackRecorded); ok && l.Signature == nil { // else two signed it
					return string(l.Result)
				}
				return ""
			},
			check: checkResult, reckon: reckonResult, put: putResult, follow: followResult,
		},
	}
}

// entryOf finds the row of a field of a kind of event.
func entryOf(of EventKind, field string) (entry, bool) {
	for _, row := range entries() {
		if row.of == of && row.field == field {
			return row, true
		}
	}
	return entry{}, false
}

// noteEntered keeps what a person entered with an event, and notes the first step
// that was taken on the ground of what was entered before.
func (c *Case) noteEntered(e Event) {
	if b, ok := e.Body.(*EntryCorrected); ok {
		c.entryCorrected(e, b)
		return
	}
	var kept []Entered
	for _, have := range c.Entered {
		if !outlived(have, e) {
			kept = append(kept, have)
		}
	}
	for i := range kept {
		if kept[i].Step == 0 && isStep(e) {
			kept[i].Step = e.Seq
		}
	}
	for _, row := range entries() {
		if row.of != e.Kind {
			continue
		}
		value := row.value(e.Body)
		if value == "" {
			continue
		}
		own := Entered{Event: e.Seq, Of: e.Kind, Field: row.field, Value: value, By: e.Actor.Account, On: e.Legal}
		if row.measure != nil {
			own.Measure = row.measure(e.Body)
		}
		kept = append(kept, own)
	}
	c.Entered = kept
}

// outlived: the same was entered again, or what it was entered about is over.
func outlived(have Entered, e Event) bool {
	if have.Of == e.Kind {
		row, _ := entryOf(have.Of, have.Field)
		return row.measure == nil || row.measure(e.Body) == have.Measure
	}
	if have.Of == EventLookBackRecorded { // what others decided on its ground took two
		return isStep(e) && e.Actor.Account != ""
	}
	switch e.Kind { //nolint:exhaustive // the others end nothing that was entered
	case EventNoticeCorrected: // the notice is withdrawn, with all that came after it
		return have.Of != EventMeasureRecorded
	case EventReopened:
		return have.Of != EventMeasureRecorded
	case EventExtensionDecided:
		return have.Of == EventExtensionAsked
	case EventObjectionDecided:
		return have.Of == EventObjectionFiled
	case EventStayEnded:
		return have.Of == EventStayGranted
	case EventTakenBack:
		return have.Of == EventTransferReceived
	case EventNoticeApproved:
		return have.Of != EventMeasureRecorded // of a new round
	default:
		return false
	}
}

// isStep: somebody decided or handed something in, or the ladder was climbed. A
// remark or a change of persons is no step.
func isStep(e Event) bool {
	switch e.Kind { //nolint:exhaustive // the others are steps when a person took them
	case EventNoted, EventOfficerAssigned, EventHandedOver, EventHandoverAccepted, EventMeasureReassigned, EventEntryCorrected:
		return false
	case EventLevelRaised, EventDeadlineMissed:
		return true
	default:
		return e.Actor.Account != ""
	}
}

// entered finds what was entered with an event.
func (c Case) entered(event int64, field string) (Entered, bool) {
	i := slices.IndexFunc(c.Entered, func(e Entered) bool { return e.Event == event && (field == "" || e.Field == field) })
	if i < 0 {
		return Entered{}, false
	}
	return c.Entered[i], true
}

// mostCorrections is how often one person puts the same right.
const mostCorrections = 2

// mayCorrect: who entered it, until the next step; after it a leader who is another.
// A slip is put right, and not tried until it fits.
func (t *turn) mayCorrect(e Entered) *Refusal {
	own, n := e.By == t.actor.Account, 0
	for _, who := range e.Corrected {
		if who == t.actor.Account {
			n++
		}
	}
	switch {
	case !own && !t.actor.Has(Leader):
		return forbidden("not_your_entry", "这一项由他人录入，请由录入人更正，或者请工委领导更正。", "Somebody else entered this; who did, or a leader, puts it right.")
	case own && e.Step != 0:
		return forbidden("step_taken", fmt.Sprintf("已据此办理后续事项（第%d项记录），请由另一位工委领导更正。", e.Step),
			fmt.Sprintf("A step was taken on its ground (event %d); another leader puts it right.", e.Step))
	case n >= mostCorrections:
		return forbidden("corrected_twice", fmt.Sprintf("您已更正过%d次，请由其他工委领导更正。", n), fmt.Sprintf("You put this right %d times; another leader must now.", n))
	}
	return nil
}

// hasEntered: there is something that the person may put right.
func hasEntered(t *turn) *Refusal {
	refusal := notCorrectable()
	for _, e := range t.c.Entered {
		if refusal = t.mayCorrect(e); refusal == nil {
			return nil
		}
	}
	return refusal
}

func notCorrectable() *Refusal {
	r := notAllowed("not_correctable",
		"该条记录没有可以在此更正的日期或者结果：可以更正的有签收、方案、报告、定期报告、异议材料的日期，申请和同意的延期日期，中止计时和暂缓措施的截止日期，措施和移送回执的日期，以及尚未据以签发、审批的回头看结果；反馈意见有误的，请更正反馈意见。",
		"That event holds no date or result that can be put right here; a notice is put right with correct_notice.")
	r.Field = "event"
	return r
}
