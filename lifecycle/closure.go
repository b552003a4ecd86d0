package lifecycle

import (
	"slices"

	"duban/policy"
)

// ApproveClosure closes the case.
type ApproveClosure struct{}

// ClosureApproved: the case is closed and cools before it is archived.
type ClosureApproved struct {
	// Number is that of the notice of the closing.
	Number string  `json:"number,omitempty"`
	Issued *Issued `json:"issued,omitempty" doc:"The notice of the closing"`

	series series
}

// RefuseClosure wants another look-back.
type RefuseClosure struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// ClosureRefused: another look-back must be made.
type ClosureRefused struct{ RefuseClosure }

// Reopen takes a closed case up again while it cools.
type Reopen struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// Reopened: the unit must put it right in a new round.
type Reopened struct{ Reopen }

func (ApproveClosure) decide(t *turn) error { //nolint:unparam // as every command
	t.record(&ClosureApproved{series: t.seriesOf(PaperClosing)})
	t.stop(policy.ClockHandover, 0) // nothing is left to hand over
	t.goTo(Closed)
	return nil
}

func (b RefuseClosure) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&ClosureRefused{b})
	t.lookAgain()
	return nil
}

func (b Reopen) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&Reopened{b})
	t.raise(max(t.c.Level, t.floor()))
	t.goTo(Rectifying)
	t.run(t.laterRound(t.today))
	return nil
}

// Series is that of the notices of closings.
func (b *ClosureApproved) Series() string { return b.series.name() }

// Allot writes the number.
func (b *ClosureApproved) Allot(n int) { b.Number = b.series.number(n) }

func (*ClosureApproved) apply(c *Case, _ Event) {
	c.Handover = nil
}

func (*ClosureRefused) apply(*Case, Event) {}

func (*Reopened) apply(c *Case, _ Event) {
	c.newRound()
	if c.Plan == nil {
		return
	}
	p := *c.Plan
	p.Measures = append([]PlanMeasure(nil), p.Measures...)
	for i := range p.Measures {
		p.Measures[i].Accepted = false
	}
	c.Plan = &p
}

// nothingOwed: a case is closed only when the committee owes no answer and has
// carried out, or let be, what it ordered.
func nothingOwed(t *turn) *Refusal {
	switch {
	case t.c.Objection.pending():
		return notAllowed("objection_pending", "异议尚未答复，不能销号。", "An objection waits for its answer; the case cannot be closed yet.")
	case slices.ContainsFunc(t.c.Measures, Measure.running):
		return notAllowed("open_measures", "还有未办结的措施，请先记录办理情况或者免予，再销号。",
			"Measures are still open; record or waive them before closing the case.")
	}
	return notInvolved(t)
}

// notInvolved: who decides on a closure or undoes it neither handed in a report for
// the unit, nor reviewed one, nor stood in the room at a look-back.
func notInvolved(t *turn) *Refusal {
	if slices.Contains(t.c.Part.Reviewers, t.actor.Account) || slices.Contains(t.c.Part.Inspectors, t.actor.Account) {
		return forbidden("own_check", "审核过报告或者到场回头看的人不能审批销号，也不能决定恢复办理。",
			"Whoever reviewed the report or came to the look-back may not decide on closing or reopening.")
	}
	return notFiler(t)
}
