package lifecycle

import "duban/policy"

// checkResult refuses a result of a look-back that contradicts what was found, and one
// that others have acted on: what took two people is not undone by one. The team, the
// day and the draw of a look-back are never put right.
func checkResult(t *turn, b CorrectEntry, _ Entered) error {
	if d := t.c.Draw; t.c.Stage == LookBackPending && d != nil && d.Status != DrawWanted && !t.c.LookBackToLeader {
		return overForEntry() // lots were drawn on its ground, which nobody takes back
	}
	if refusal := notReviewer(t); refusal != nil {
		return refusal
	}
	result := RecordLookBack{Result: Result(b.Value), Findings: b.Findings, Feedback: b.Feedback}
	err := result.check(t)
	if r, ok := err.(*Refusal); ok && r.Field == "result" { //nolint:errorlint // the rules return it as it is
		r.Field = "value"
	}
	return err
}

func reckonResult(t *turn, _ Entered, b *EntryCorrected) {
	n := t.c.unverified() + 1
	if Result(b.Was) == Unverifiable {
		n--
	}
	b.ToLeader = Result(b.Value) == Unverifiable && n >= t.rules.Policy.LookBack.ImpossibleToLeader
}

// putResult notes the other result. Who put it right stands among those who were there:
// he does not close the case by it.
func putResult(c *Case, b *EntryCorrected, e Event) {
	c.unfound()
	c.found(Result(b.Value), b.Findings, b.ToLeader, e.Actor.Account)
	if Result(b.Value).failed() {
		c.draftedFeedback(e, b.Feedback)
	}
	if Result(b.Was) == Unverifiable && c.Draw != nil { // no other is drawn
		c.Draw = &DrawOf{Number: c.Draw.Revealed, Status: DrawOver, Revealed: c.Draw.Revealed}
	}
}

// followResult leads the case from where the mistake led it to where the result leads.
func followResult(t *turn, e Entered, b *EntryCorrected) {
	if Result(b.Was) == MostlyInPlace {
		t.stopUnit()
		t.raise(policy.L0)
		t.cancel(func(m Measure) bool { return m.Step > policy.L0 && m.OrderedBy == "" && !m.On.Before(e.On) })
	}
	t.outcome(Result(b.Value))
}
