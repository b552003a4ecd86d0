package lifecycle

import (
	"slices"

	"duban/calendar"
	"duban/policy"
)

// recount is a clock of the unit's counted anew from another start or with another
// date in one of its moves, which were made on the way: days that were given back are
// given back again, and a date that somebody named stands.
func (t *turn) recount(k Clock, start Date, moves []Move) Clock {
	var fresh Clock
	if k.Period.IsZero() {
		fresh = t.until(k.Name, start, k.base())
	} else {
		fresh = t.start(k.Name, start, k.Period)
	}
	now := k
	now.Start, now.Base, now.Due, now.Provisional, now.Moves = fresh.Start, fresh.Base, fresh.Due, fresh.Provisional, nil
	if t.c.Reissue != nil && k.Name == policy.ClockRectification && t.c.Round == 1 {
		now.Due = latest(now.Due, t.c.Reissue.FormerDue)
	}
	now = t.replay(now, moves)
	if k.Period.IsZero() && k.Name == policy.ClockRectification { // nobody is late before he is served
		k.Spared = slices.DeleteFunc(slices.Clone(k.Spared), func(s Span) bool { return s.To == k.Start })
		if now.Due.Before(start) {
			k.Spared = append([]Span{{From: now.Due, To: start}}, k.Spared...)
		}
	}
	return t.lateAnew(k, now)
}

// renamed is a clock in which the date that a move named last is another.
func (t *turn) renamed(k Clock, reason MoveReason, to Date) Clock {
	i := lastMove(k, reason)
	if i < 0 {
		return k
	}
	moves := slices.Clone(k.Moves[i:])
	moves[0].To = to
	now := k
	now.Due, now.Moves = k.Moves[i].From, slices.Clone(k.Moves[:i])
	return t.lateAnew(k, t.replay(now, moves))
}

func lastMove(k Clock, reason MoveReason) int {
	for i, m := range slices.Backward(k.Moves) {
		if m.Reason == reason {
			return i
		}
	}
	return -1
}

// replay makes moves of the past again.
func (t *turn) replay(k Clock, moves []Move) Clock {
	for _, m := range moves {
		k = t.again(k, m)
	}
	k.DueAt = t.rules.Timeline.End(k.Due)
	return k
}

// again makes a move of the past again.
func (t *turn) again(k Clock, m Move) Clock {
	to := k.Due
	switch m.Reason {
	case MoveExtension, MovePostponed:
		to = m.To
	case MoveAmended:
		to = latest(k.Due, m.To)
	case MoveMerged:
		if m.To.Before(k.Due) {
			to = m.To
		}
	case MoveDecided:
		if t.c.Receipt != nil {
			to = latest(k.Due, t.c.Receipt.OtherDue.AddDays(max(0, k.Due.DaysSince(k.firstDue()))))
		}
	case MoveCommittee, MoveStay, MoveAway, MoveSuccession:
		to = t.rules.later(k.Due, m.From, m.To)
	case MoveOutage, MoveCalendar, MoveMain: // they belonged to the date that was
	}
	if to = t.rules.Calendar.Roll(to).Date; to == k.Due {
		return k
	}
	k.Base = k.base()
	k.Moves = append(slices.Clone(k.Moves), Move{On: m.On, From: k.Due, To: to, Reason: m.Reason})
	k.Due = to
	k.Provisional = k.Provisional || t.rules.Calendar.Day(to).Provisional
	return k
}

// lateAnew says of a clock that was due on another day whether it has passed. For days
// before the date that the unit was told, it is not late: the mistake was not its own.
func (t *turn) lateAnew(was, now Clock) Clock {
	now.Spared = nil
	for _, s := range was.Spared {
		if s.From = latest(s.From, now.Due); s.To.After(s.From) {
			now.Spared = append(now.Spared, s)
		}
	}
	if told := earliest(was.Due, t.today); now.Due.Before(told) {
		for _, since := range []Date{was.SparedSince, was.StandsSince} { // from which none counts anyway
			if !since.IsZero() {
				told = earliest(told, since)
			}
		}
		if told.After(now.Due) {
			now.Spared = append([]Span{{From: now.Due, To: told}}, now.Spared...)
		}
	}
	switch {
	case now.DueAt.After(t.at):
		now.Passed, now.Chases = false, 0
	case !was.Passed:
		now.Passed = false // it lapses with the next alarm
	}
	return now
}

func earliest(a, b Date) Date {
	if b.Before(a) {
		return b
	}
	return a
}

// setAnew keeps clocks that were counted anew, lets the level fall to what was truly
// reached, and has them ring.
func (t *turn) setAnew(clocks ...Clock) {
	for _, k := range clocks {
		k.Next = nil
		t.set(k)
	}
	t.fallBack()
	for _, k := range clocks {
		k, _ := t.c.clock(k.Name, 0)
		if t.rings(k.Name) {
			k = t.arm(k)
		}
		t.set(k)
	}
}

// mayRecount refuses where the unit's main clock does not run where the case stands.
func (t *turn) mayRecount() *Refusal {
	switch t.c.Stage { //nolint:exhaustive // elsewhere it does not count from what was entered
	case Planning, PlanReview, Rectifying, ReportReview:
		return nil
	default:
		return overForEntry()
	}
}

func overForEntry() *Refusal {
	return notAllowed("nothing_follows", "该事项已办至下一环节，期限不再由此计算，不能更正；确需说明的，请用“备注”。",
		"The case is past what counts from this entry; say what is to be said in a note.")
}

func checkReceiptDay(t *turn, b CorrectEntry, _ Entered) error {
	if _, err := t.dayGiven(b, t.c.Notice.On); err != nil {
		return err
	}
	if refusal := t.mayRecount(); refusal != nil {
		return refusal
	}
	main, ok := t.c.clock(policy.ClockRectification, 0)
	if !ok || main.Start != t.c.Receipt.On && (t.c.Reissue == nil || len(t.c.Reissue.By) > 1) {
		return overForEntry() // another time runs, for the rest or of a new round
	}
	if p := t.c.Plan; p != nil && !p.On.IsZero() && b.Value > p.On.String() {
		return invalid("value", "after_the_plan", "签收日期不能晚于报送方案的日期（"+p.On.String()+"）。", "The receipt cannot be after the plan, which came on "+p.On.String()+".")
	}
	if r := t.c.Report; r != nil && b.Value > r.On.String() {
		return invalid("value", "after_the_report", "签收日期不能晚于报送报告的日期（"+r.On.String()+"）。", "The receipt cannot be after the report, which came on "+r.On.String()+".")
	}
	return nil
}

func putReceiptDay(c *Case, b *EntryCorrected, _ Event) {
	r := *c.Receipt
	r.On, r.OtherDue = b.day(), b.OtherDue
	if !b.FirstPeriod.IsZero() {
		r.FirstPeriod, c.FirstPeriod = b.FirstPeriod, b.FirstPeriod
	}
	c.Receipt = &r
	putLate(c, b)
}

// reckonReceiptDay says of another day of receipt what follows from it at once.
func reckonReceiptDay(t *turn, _ Entered, b *EntryCorrected) {
	was, _ := t.c.clock(policy.ClockRectification, 0)
	fresh := t.recount(was, b.day(), nil)
	if t.c.Round == 1 && was.Period.Unit != calendar.WorkingDays {
		b.FirstPeriod = Period{N: max(0, fresh.base().DaysSince(b.day())), Unit: calendar.NaturalDays}
	}
	then := *t
	r := *t.c.Receipt
	if !r.OtherDue.IsZero() || !t.c.Notice.ExternalDue.IsZero() {
		b.OtherDue = t.otherDue(fresh, b.day())
	}
	r.OtherDue = b.OtherDue
	then.c.Receipt = &r
	if t.c.Stage == ReportReview {
		late := t.late(then.recount(was, b.day(), was.Moves), t.c.Report.On)
		b.Late = &late
	}
}

// followReceiptDay counts the unit's clocks from the day that was truly that of the
// receipt.
func followReceiptDay(t *turn, _ Entered, b *EntryCorrected) {
	was, _ := t.c.clock(policy.ClockRectification, 0)
	on := b.day()
	main := t.recount(was, on, was.Moves)
	clocks := []Clock{main}
	t.c = t.c.withClock(ClockChange{Clock: main}) // the plan is due no later
	if plan, ok := t.c.clock(policy.ClockPlan, 0); ok {
		clocks = append(clocks, t.lateAnew(plan, t.capPlan(t.recount(plan, on, plan.Moves))))
	}
	t.setAnew(clocks...)
}

func checkPlanDay(t *turn, b CorrectEntry, _ Entered) error {
	if t.c.Stage != PlanReview {
		return overForEntry()
	}
	_, err := t.dayGiven(b, t.c.Receipt.On)
	return err
}

func putPlanDay(c *Case, b *EntryCorrected, _ Event) {
	p := *c.Plan
	p.On = b.day()
	c.Plan = &p
}

// followPlanDay ends what was spared with the day on which the plan came.
func followPlanDay(t *turn, e Entered, b *EntryCorrected) {
	for _, name := range reckoned() {
		if k, ok := t.c.clock(name, 0); ok {
			t.set(sparedTo(k, e.Value, b.day()))
		}
	}
}

// sparedTo ends the span that ended on a day on another.
func sparedTo(k Clock, was string, now Date) Clock {
	k.Spared = slices.Clone(k.Spared)
	for i, s := range k.Spared {
		if s.To.String() == was {
			k.Spared[i].To = latest(s.From, now)
		}
	}
	return k
}

func checkReportDay(t *turn, b CorrectEntry, _ Entered) error {
	if t.c.Stage != ReportReview {
		return overForEntry()
	}
	_, err := t.dayGiven(b, t.c.Receipt.On)
	return err
}

func putReportDay(c *Case, b *EntryCorrected, _ Event) {
	r := *c.Report
	r.On = b.day()
	c.Report = &r
	putLate(c, b)
}

// reckonReportDay says by how much a report of another day is late.
func reckonReportDay(t *turn, e Entered, b *EntryCorrected) {
	if main, ok := t.c.clock(policy.ClockRectification, 0); ok {
		late := t.late(reportedOn(main, e.Value, b.day()), b.day())
		b.Late = &late
	}
}

// reportedOn is the unit's clock as a report of another day leaves it.
func reportedOn(main Clock, was string, on Date) Clock {
	main = sparedTo(main, was, on)
	if main.StandsSince.String() == was {
		main.StandsSince = on
	}
	return main
}

// followReportDay lets the unit's clock stand from the day on which the report came.
func followReportDay(t *turn, e Entered, b *EntryCorrected) {
	main, ok := t.c.clock(policy.ClockRectification, 0)
	if !ok {
		return
	}
	t.set(reportedOn(main, e.Value, b.day()))
}

func putLate(c *Case, b *EntryCorrected) {
	if c.Report == nil || b.Late == nil {
		return
	}
	r := *c.Report
	r.Late = *b.Late
	c.Report = &r
}
