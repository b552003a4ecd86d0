package lifecycle

import "duban/policy"

// Late is by how many working days a running clock is missed on a day: 0 before
// the record passed it. Days in which it stood are nobody's, and those that the
// committee or an outage took have moved its due date already.
func (r Rules) Late(k Clock, on Date) int {
	if !k.Passed {
		return 0
	}
	return r.late(k, on)
}

// late is by how many working days a step that counts on the day on missed the
// clock. Days in which the clock stood, or that were spared, are not the unit's.
func (r Rules) late(k Clock, on Date) int {
	due := r.dueOn(k, on)
	return max(0, r.Calendar.WorkingDaysBetween(due, on)-r.spared(k, Date{}, on))
}

// dueOn is the due date as it stands on a day, with the days the clock has stood
// by then.
func (r Rules) dueOn(k Clock, on Date) Date {
	if k.StandsSince.IsZero() {
		return k.Due
	}
	return r.later(k.Due, k.StandsSince, on)
}

// UnitOwes returns the clock by which the unit is late or not where the case
// stands: none before a notice is served, nor while the committee reads the
// unit's plan or report or owes it an answer past the due date.
func (c Case) UnitOwes() (Clock, bool) {
	k, ok := c.UnitDeadline()
	return k, ok && unitClock(k.Name) && c.Stage != PlanReview && c.Stage != ReportReview
}

// CommitteeOwes lists the running clocks that measure the committee itself. What
// waits for a unit, for another body or for nobody is not among them.
func (c Case) CommitteeOwes() []Clock {
	var list []Clock
	for _, k := range c.Clocks {
		if committeeClock(k.Name) || k.Name == policy.ClockReceipt && k.Passed { // then it is the officer's to have it served
			list = append(list, k)
		}
	}
	return list
}

// Armed lists the clocks that ring next for somebody who has something to do and
// time left for it.
func (c Case) Armed() []Clock {
	var list []Clock
	for _, k := range c.Clocks {
		if who, _ := c.turnOf(k); k.Next != nil && !k.Passed && k.Name != policy.ClockStay && who != (Recipient{}) {
			list = append(list, k)
		}
	}
	return list
}

func committeeClock(name policy.ClockName) bool {
	switch name { //nolint:exhaustive // the others wait for somebody else
	case policy.ClockDraft, policy.ClockTriage, policy.ClockNoticeDrafting, policy.ClockNoticeApproval,
		policy.ClockPlanReview, policy.ClockReportReview, policy.ClockLookBack, policy.ClockDraw, policy.ClockLookBackResult,
		policy.ClockClosureApproval, policy.ClockSustainedReview, policy.ClockObjection, policy.ClockExtension,
		policy.ClockMeasure:
		return true
	default:
		return false
	}
}

// Pending lists the measures that somebody must still order or carry out.
func (c Case) Pending() []Measure {
	var list []Measure
	for _, m := range c.Measures {
		if m.running() {
			list = append(list, m)
		}
	}
	return list
}

// ClockOf returns the running or standing clock of an ordered or proposed
// measure.
func (c Case) ClockOf(m Measure) (Clock, bool) { return c.clock(policy.ClockMeasure, m.No) }

// Doer is whose turn it is on a clock, first of those who are chased.
func (c Case) Doer(k Clock) Recipient {
	who, _ := c.turnOf(k)
	return who
}
