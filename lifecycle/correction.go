package lifecycle

import (
	"slices"

	"duban/policy"
)

// When a plan or a report comes back, a correction clock runs beside the clocks
// of the unit that lateness is reckoned by. It moves none of them. While it runs,
// the ladder holds and the days are not the unit's; when it ends, lateness goes on
// from where it stood. Without a bound on returns, a unit could live on them.

// correcting reports whether the unit is correcting what came back.
func (c Case) correcting() bool {
	_, ok := c.clock(policy.ClockCorrection, 0)
	return ok
}

// reckoned are the clocks that a correction holds.
func reckoned() []policy.ClockName {
	return []policy.ClockName{policy.ClockPlan, policy.ClockRectification}
}

// correct starts the correction clock after the n-th return of a round, unless the
// unit has longer anyway.
func (t *turn) correct(n int) {
	allowed := t.rules.Policy.Rectification.Correction
	if n > len(allowed) {
		return
	}
	k := t.start(policy.ClockCorrection, t.today, allowed[n-1])
	helps := false
	for _, name := range reckoned() {
		due, ok := t.c.clock(name, 0)
		helps = helps || ok && k.Due.After(due.Due)
	}
	if !helps {
		return
	}
	for _, name := range reckoned() {
		if due, ok := t.c.clock(name, 0); ok {
			due.Next = nil
			t.set(spareFrom(due, t.today))
		}
	}
	t.run(k)
}

// endCorrection ends the correction clock with the day on: what it held rings again.
func (t *turn) endCorrection(on Date) {
	if !t.c.correcting() {
		return
	}
	t.stop(policy.ClockCorrection, 0)
	for _, name := range reckoned() {
		k, ok := t.c.clock(name, 0)
		if !ok {
			continue
		}
		k = spareTo(k, on)
		if t.rings(name) {
			k = t.arm(k)
		}
		t.set(k)
	}
}

// spareFrom: the days after the day from count for nothing, until spareTo. Those of
// a clock that stands count for nothing anyway.
func spareFrom(k Clock, from Date) Clock {
	if k.StandsSince.IsZero() {
		k.SparedSince = from
	}
	return k
}

// spareTo keeps the days after the due date that were spared, up to the day to.
func spareTo(k Clock, to Date) Clock {
	if k.SparedSince.IsZero() {
		return k
	}
	if from := latest(k.SparedSince, k.Due); to.After(from) {
		k.Spared = append(slices.Clone(k.Spared), Span{From: from, To: to})
	}
	k.SparedSince = Date{}
	return k
}

// spared counts the working days after the day from, up to the day on, that came
// after the due date and count for nothing.
func (r Rules) spared(k Clock, from, on Date) int {
	spans := k.Spared
	if !k.SparedSince.IsZero() {
		spans = append(slices.Clone(spans), Span{From: latest(k.SparedSince, k.Due), To: on})
	}
	n := 0
	for _, s := range spans {
		if on.Before(s.To) {
			s.To = on
		}
		n += r.Calendar.WorkingDaysBetween(latest(s.From, from), s.To)
	}
	return n
}

// lapsesOn is the day with whose end a clock lapses that has not yet: that of its
// due date, or the last one that counts for nothing when it lies behind it.
func (c Clock) lapsesOn() Date {
	on := latest(c.Due, c.Start)
	for _, s := range c.Spared {
		on = latest(on, s.To)
	}
	return on
}

// returned raises the level because something came back for the n-th time in a
// round, and tells the step to order for it.
func (t *turn) returned(n int) (step policy.Step, raised bool) {
	figures := t.rules.Policy.Rectification
	if n < figures.ReturnsToLevel {
		return policy.Step{}, false
	}
	further := policy.Level(n - figures.ReturnsToLevel)
	level := figures.ReturnsLevel + further
	if further > 0 {
		level = max(level, t.c.Level+1)
	}
	level = min(level, policy.L5)
	if level <= t.c.Level {
		return policy.Step{}, false
	}
	t.raise(level)
	return t.rules.Policy.Step(level)
}
