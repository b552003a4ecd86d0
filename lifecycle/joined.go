package lifecycle

import (
	"slices"
	"time"

	"duban/policy"
)

// A MeasureTakenOver: what the measure had joined in another case came to
// nothing. It is ordered here instead, or joins what another case took over.
type MeasureTakenOver struct {
	No     int           `json:"no"`
	Status MeasureStatus `json:"status"`
	// From is what it had joined.
	From   Standing  `json:"from"`
	Joined *Standing `json:"joined,omitempty"`
}

// oneOfEach reports whether a unit has one of the measure, which further cases
// join.
func oneOfEach(kind policy.MeasureKind) bool {
	return kind == policy.MeasureReminderTalk || kind == policy.MeasureNegativeList
}

// list is the list of a listing. One that was ordered when there was only one list
// names none.
func (m Measure) list() policy.List {
	if m.Kind == policy.MeasureNegativeList && m.List == "" {
		return policy.ListAssessment
	}
	return m.List
}

// stands reports whether further cases may join the measure.
func (m Measure) stands() bool {
	return oneOfEach(m.Kind) && !m.Misdirected && (m.Status == Ordered || m.Kind == policy.MeasureNegativeList && m.Status == Done)
}

// Standing names the measure of a case as one that further cases join.
func (m Measure) Standing(caseID string) Standing {
	s := Standing{Kind: m.Kind, List: m.list(), Case: caseID, Measure: m.No}
	if m.Kind == policy.MeasureNegativeList {
		s.Year = m.On.Year()
	}
	return s
}

// standing is the measure that one of this kind would join: another case's, or
// an open talk or listing of this one, of which there is but one. The year of an
// entry is that of the legal day: the last step of a year may be recorded in the
// next.
func (t *turn) standing(kind policy.MeasureKind, list policy.List, no int) *Standing {
	entry := ListYear{List: list}
	if kind == policy.MeasureNegativeList {
		entry.Year = t.legal.Year()
	}
	for _, s := range t.rules.Standing {
		if s.Kind == kind && s.List == list && s.Year == entry.Year && s.Case != t.c.ID {
			s.Year = 0 // as the record has it
			return &s
		}
	}
	if !oneOfEach(kind) {
		return nil
	}
	for _, m := range slices.Backward(t.c.Measures) { // an earlier listing may have been ended
		thisYear := kind == policy.MeasureReminderTalk || m.On.Year() == entry.Year
		if m.Kind == kind && m.list() == list && m.No != no && m.stands() && thisYear && !slices.Contains(t.rules.Over, entry) {
			return &Standing{Kind: kind, List: list, Case: t.c.ID, Measure: m.No}
		}
	}
	return nil
}

// Lost lists what stood in a case and does not any more, waived, cancelled or
// taken against the wrong unit, and the talk of a case that another body has now:
// what other cases joined must go on in one of them. A talk that was held is not
// lost, nor is what runs on in a parent.
func Lost(before, after Case) []Standing {
	var lost []Standing
	away := after.Stage == Transferred && before.Stage != Transferred
	for _, m := range before.Measures {
		now, ok := after.measure(m.No)
		away := away && m.Kind == policy.MeasureReminderTalk && now.stands()
		if !ok || !m.stands() || !away && (now.stands() || now.Status == PassedOn || now.Status == Done && !now.Misdirected) {
			continue
		}
		lost = append(lost, Standing{Kind: m.Kind, List: m.list(), Case: after.ID, Measure: m.No})
		for _, child := range before.Children {
			for _, passed := range child.Measures {
				if passed.Here == m.No {
					lost = append(lost, Standing{Kind: m.Kind, List: m.list(), Case: child.ID, Measure: passed.Own})
				}
			}
		}
	}
	return lost
}

// Returned lists what a case had joined elsewhere before it stood aside, merged
// into another or with another body, and has come back to.
func Returned(before, after Case) []Standing {
	if !cameBack(before, after) {
		return nil
	}
	var joined []Standing
	for _, m := range after.Measures {
		if m.Status == Joined && m.Joined != nil && m.Joined.Case != after.ID {
			joined = append(joined, *m.Joined)
		}
	}
	return joined
}

// cameBack: the case was settled or with another body, and is worked on again.
func cameBack(before, after Case) bool {
	return before.Seq > 0 && !slices.Contains(workStages(), before.Stage) && slices.Contains(workStages(), after.Stage)
}

// CameBackWithTalk reports whether a case came back with a talk of its own still
// open: another case may have taken it over meanwhile.
func CameBackWithTalk(before, after Case) bool {
	return cameBack(before, after) && slices.ContainsFunc(after.Measures, func(m Measure) bool {
		return m.Kind == policy.MeasureReminderTalk && m.stands()
	})
}

// DecideRejoin joins the open talk of a case that came back to the one that stands
// elsewhere by the rules. It returns no event when there is none.
func DecideRejoin(c Case, at time.Time, r Rules) []Event {
	t := newTurn(c, Command{}, at, r)
	for _, m := range c.Measures {
		if m.Kind != policy.MeasureReminderTalk || !m.stands() {
			continue
		}
		if joined := t.standing(m.Kind, m.list(), m.No); joined != nil && joined.Case != c.ID {
			t.record(&MeasureTakenOver{No: m.No, Status: Joined, From: Standing{Kind: m.Kind, Case: c.ID, Measure: m.No}, Joined: joined})
			t.stop(policy.ClockMeasure, m.No)
		}
	}
	t.seal()
	return t.events
}

// TalksOf says what of the talks of a case that passed on to another unit is open:
// whether one is to be held in the case itself, and those it joined elsewhere.
func TalksOf(c Case) (open bool, joined []Standing) {
	for _, m := range c.Measures {
		switch {
		case m.Kind != policy.MeasureReminderTalk:
		case m.stands():
			open = true
		case m.Status == Joined && m.Joined != nil && m.Joined.Case != c.ID:
			joined = append(joined, *m.Joined)
		}
	}
	return open, joined
}

// DecideTakeOver orders anew what a case had joined and lost, or joins it to what
// stands elsewhere by the rules. It returns no event when nothing of the case is
// lost, or when the case itself is past all measures.
func DecideTakeOver(c Case, lost []Standing, at time.Time, r Rules) []Event {
	if !slices.Contains(workStages(), c.Stage) {
		return nil
	}
	t := newTurn(c, Command{}, at, r)
	for _, m := range c.Measures {
		if m.Status != Joined || m.Joined == nil || !slices.ContainsFunc(lost, m.Joined.same) {
			continue
		}
		body := &MeasureTakenOver{No: m.No, Status: Ordered, From: *m.Joined}
		if joined := t.standing(m.Kind, m.list(), m.No); joined != nil {
			body.Status, body.Joined = Joined, joined
		}
		t.record(body)
		if body.Status == Ordered {
			t.measureClock(m.No, t.rules.Policy.Measures.Kinds[m.Kind].Within)
		}
	}
	t.seal()
	return t.events
}

func (s Standing) same(o Standing) bool { return s.Case == o.Case && s.Measure == o.Measure }

func (b *MeasureTakenOver) apply(c *Case, e Event) {
	c.setMeasure(b.No, func(m *Measure) {
		m.Status, m.Joined, m.On = b.Status, b.Joined, e.Legal
		if m.Kind == policy.MeasureNegativeList {
			m.Unit = c.Unit
		}
	})
}
