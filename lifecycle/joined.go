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

// stands reports whether further cases may join the measure.
func (m Measure) stands() bool {
	return oneOfEach(m.Kind) && !m.Misdirected && (m.Status == Ordered || m.Kind == policy.MeasureNegativeList && m.Status == Done)
}

// standing is the measure that one of this kind would join: another case's, or
// an open talk or listing of this one, of which there is but one.
func (t *turn) standing(kind policy.MeasureKind, list policy.List, no int) *Standing {
	for _, s := range t.rules.Standing {
		if s.Kind == kind && s.List == list && s.Case != t.c.ID {
			return &s
		}
	}
	if !oneOfEach(kind) {
		return nil
	}
	for _, m := range t.c.Measures {
		thisYear := kind == policy.MeasureReminderTalk || m.On.Year() == t.today.Year()
		if m.Kind == kind && m.List == list && m.No != no && m.stands() && thisYear {
			return &Standing{Kind: kind, List: list, Case: t.c.ID, Measure: m.No}
		}
	}
	return nil
}

// Lost lists what stood in a case and does not any more, waived, cancelled or
// taken against the wrong unit: what other cases joined must go on in one of
// them. A talk that was held is not lost, nor is what runs on in a parent.
func Lost(before, after Case) []Standing {
	var lost []Standing
	for _, m := range before.Measures {
		now, ok := after.measure(m.No)
		if !ok || !m.stands() || now.stands() || now.Status == PassedOn || now.Status == Done && !now.Misdirected {
			continue
		}
		lost = append(lost, Standing{Kind: m.Kind, List: m.List, Case: after.ID, Measure: m.No})
		for _, child := range before.Children {
			for _, passed := range child.Measures {
				if passed.Here == m.No {
					lost = append(lost, Standing{Kind: m.Kind, List: m.List, Case: child.ID, Measure: passed.Own})
				}
			}
		}
	}
	return lost
}

// Returned lists what a case had joined elsewhere before it stood aside, merged
// into another or with another body, and has come back to.
func Returned(before, after Case) []Standing {
	if before.Seq == 0 || slices.Contains(workStages(), before.Stage) || !slices.Contains(workStages(), after.Stage) {
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
		if joined := t.standing(m.Kind, m.List, m.No); joined != nil {
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
