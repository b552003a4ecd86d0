package lifecycle

import (
	"cmp"
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
	From   Standing  `json:"from" doc:"The measure of another case that it had joined"`
	Joined *Standing `json:"joined,omitempty" doc:"The measure of another case that it joins now; none when it is ordered here"`
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
	s := Standing{Kind: m.Kind, List: m.list(), Case: caseID, Measure: m.No, Subject: m.Subject}
	if m.Kind == policy.MeasureNegativeList {
		s.Year = m.On.Year()
	}
	return s
}

// standing is the measure that one of this kind would join: another case's, or
// an open talk or listing of this one, of which there is but one. The year of an
// entry is that of the legal day: the last step of a year may be recorded in the
// next. A talk joins one with the same person; who is nil for a talk of before, which
// names nobody, and joins any.
func (t *turn) standing(kind policy.MeasureKind, list policy.List, who *PostHolder, no int) *Standing {
	entry := ListYear{List: list}
	if kind == policy.MeasureNegativeList {
		entry.Year = t.legal.Year()
	}
	for _, s := range t.rules.Standing {
		if s.Kind == kind && s.List == list && s.Year == entry.Year && s.Case != t.c.ID && onePerson(s.Subject, who) {
			return &Standing{Kind: kind, List: list, Case: s.Case, Measure: s.Measure} // as the record has it
		}
	}
	if !oneOfEach(kind) {
		return nil
	}
	for _, m := range slices.Backward(t.c.Measures) { // an earlier listing may have been ended
		thisYear := kind == policy.MeasureReminderTalk || m.On.Year() == entry.Year
		if m.Kind == kind && m.list() == list && m.No != no && m.stands() && onePerson(m.Subject, who) && thisYear && !slices.Contains(t.rules.Over, entry) {
			return &Standing{Kind: kind, List: list, Case: t.c.ID, Measure: m.No}
		}
	}
	return nil
}

// onePerson reports whether two talks are with one person, as far as they say with
// whom. The same person may hold another post by now.
func onePerson(a, b *PostHolder) bool { return a == nil || b == nil || a.Person == b.Person }

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
		if joined := t.standing(m.Kind, m.list(), m.Subject, m.No); joined != nil && joined.Case != c.ID {
			t.record(&MeasureTakenOver{No: m.No, Status: Joined, From: Standing{Kind: m.Kind, Case: c.ID, Measure: m.No}, Joined: joined})
			t.stop(policy.ClockMeasure, m.No)
		}
	}
	t.seal()
	return t.events
}

// HasTalk reports whether a talk of a case is open, in it or in another that it joined.
func HasTalk(c Case) bool {
	return slices.ContainsFunc(c.Measures, func(m Measure) bool { return c.talkOf(m) != nil })
}

// talkOf is the open talk by which a measure of the case is carried out: its own, or
// the one that it joined elsewhere; nil for any other measure.
func (c Case) talkOf(m Measure) *Standing {
	switch {
	case m.Kind != policy.MeasureReminderTalk:
		return nil
	case m.stands():
		return &Standing{Kind: m.Kind, Case: c.ID, Measure: m.No}
	case m.Status == Joined && m.Joined != nil && m.Joined.Case != c.ID:
		return m.Joined
	}
	return nil
}

// DecideSucceedTalks joins the talks of a case that passed on with its unit to those
// that stand in the successor with the same person. A talk of before names nobody: it
// is with whoever answers for its unit now, and where nobody does for the former, there
// is only the successor's to talk to.
func DecideSucceedTalks(c Case, former, successor []PostHeld, at time.Time, r Rules) []Event {
	on := r.Today(at)
	r.Standing = slices.Clone(r.Standing)
	for i, s := range r.Standing {
		if s.Subject == nil {
			r.Standing[i].Subject = cmp.Or(answerableOn(successor, on), &PostHolder{})
		}
	}
	t := newTurn(c, Command{}, at, r)
	for _, m := range c.Measures {
		from, who := c.talkOf(m), m.Subject
		if from == nil {
			continue
		}
		if who == nil {
			who = answerableOn(former, on)
		}
		joined := t.standing(m.Kind, m.list(), who, m.No)
		if joined == nil || joined.Case == c.ID || joined.Case == from.Case {
			continue
		}
		t.record(&MeasureTakenOver{No: m.No, Status: Joined, From: *from, Joined: joined})
		t.stop(policy.ClockMeasure, m.No)
	}
	t.seal()
	return t.events
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
		if joined := t.standing(m.Kind, m.list(), m.Subject, m.No); joined != nil {
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
