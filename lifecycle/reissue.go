package lifecycle

import (
	"slices"

	"duban/policy"
)

// A Reissue is what the corrections of a notice for the same unit leave to the next
// one: a correction clears nothing that had passed.
type Reissue struct {
	// By are the leaders who took a notice back for this unit.
	By []string `json:"by"`
	// Renewed: the period was counted anew from a receipt once.
	Renewed bool `json:"renewed,omitempty"`
	// FormerDue is the due date when the notice was received again: the new one is no
	// earlier.
	FormerDue Date `json:"former_due,omitzero"`
	// PlanReturns and ReportReturns are those of the plan and report withdrawn with it.
	PlanReturns   int `json:"plan_returns,omitempty" doc:"How often the plan that was withdrawn with the notice had come back"`
	ReportReturns int `json:"report_returns,omitempty" doc:"How often the report that was withdrawn with the notice had come back"`
}

// mayReissue: a second correction for the same unit is another leader's.
func (t *turn) mayReissue() *Refusal {
	if k := t.c.Reissue; k != nil && slices.Contains(k.By, t.actor.Account) {
		return forbidden("correction_by_another", "您已更正过这份反馈意见，再次更正须由其他工委领导决定。",
			"You corrected this notice before; another leader must decide on a second correction.")
	}
	return nil
}

// keepMain lets the main clock stand from today until the corrected notice is served;
// the unit's other clocks end.
func (t *turn) keepMain(review Clock, reading, owed bool) {
	t.endCorrection(t.today)
	if reading {
		t.chargeReview(review)
	}
	main, ok := t.c.clock(policy.ClockRectification, 0)
	t.stopUnit()
	if !ok {
		return
	}
	if owed {
		main = t.move(main, t.owed(main, main.Due, t.today), MoveCommittee)
	}
	if t.c.Stage != Serving && t.c.Stage != NoticeDrafting {
		main = t.resume(main, t.today, MoveStay)
	}
	main.Stood = nil
	t.set(t.stand(main, t.today))
}

// afterReissue is the main clock as the corrected notice leaves it: due by the
// former date or by the one counted from the new receipt, whichever is later, once.
// After that the days in which there was no notice are given back, and no more.
func (t *turn) afterReissue(former, fresh Clock) Clock {
	switch {
	case t.c.Reissue.Renewed:
		return t.resume(former, fresh.Start, MoveCommittee)
	case fresh.Due.After(former.Due):
		return fresh
	default:
		former.StandsSince = Date{}
		return former
	}
}

// reissued notes a correction for the same unit. More time is asked for once a round,
// whichever notice it is.
func (c *Case) reissued(by string) {
	k := Reissue{}
	if c.Reissue != nil {
		k = *c.Reissue
	}
	k.By = withAccount(k.By, by)
	if c.Plan != nil {
		k.PlanReturns = c.Plan.Returns
	}
	if c.Report != nil {
		k.ReportReturns = c.Report.Returns
	}
	c.Reissue = &k
	if c.Extension.pending() {
		x := *c.Extension
		x.Status = ExtensionMoot
		c.Extension = &x
	}
}
