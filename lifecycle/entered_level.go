package lifecycle

import "duban/policy"

// fallBack lets the level fall to what was truly reached, now that a due date of the
// unit's is another: what an order, a return or a new round raised stays, and a rung of
// the ladder stays when its day has come by the due dates as they are now.
func (t *turn) fallBack() {
	level := policy.L0
	for _, r := range t.c.Raises {
		if r.Clock == "" || r.Level == level+1 && t.reached(r) || r.Clock == policy.ClockCheckIn {
			level = max(level, r.Level)
		}
	}
	if level >= t.c.Level {
		return
	}
	t.last().Level, t.last().LevelOn = &level, Date{}
	t.c = t.c.withLevel(*t.last())
	t.cancelAbove(level)
}

// reached reports whether the rung's day has come by its clock as it is now. A clock
// that has ended says nothing any more, and what it raised stands.
func (t *turn) reached(r Raise) bool {
	k, ok := t.c.clock(r.Clock, 0)
	if !ok {
		return true
	}
	step, ok := t.rules.Policy.Step(r.Level)
	if !ok || !k.Passed {
		return false
	}
	on := t.rules.Calendar.AddWorkingDays(t.dueOn(k, t.today), step.After.N+t.rules.spared(k, Date{}, t.today))
	return !t.rules.Timeline.End(on).After(t.at)
}

// cancelAbove ends what the ladder ordered for levels above the one that is left. What
// was made or carried out stays, as when a case falls away, and what a leader ordered is
// his to let be.
func (t *turn) cancelAbove(level policy.Level) {
	t.cancel(func(m Measure) bool { return m.Step > level && m.OrderedBy == "" })
}
