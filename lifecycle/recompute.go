package lifecycle

import (
	"slices"
	"time"

	"duban/policy"
)

// Recomputed: the State Council's notice for a year came out or changed, and
// the case's due dates follow it, later only.
type Recomputed struct {
	CalendarVersion int `json:"calendar_version" doc:"Version of the working calendar by which the dates are reckoned now"`
}

// DecideRecompute moves the case's due dates to the calendar in force. A due
// date only ever moves later by it; making one earlier is a person's decision.
// It returns no event for a settled case or one that is up to date.
func DecideRecompute(c Case, at time.Time, r Rules) []Event {
	if !c.Open() || c.CalendarVersion >= r.CalendarVersion {
		return nil
	}
	t := newTurn(c, Command{}, at, r)
	t.record(&Recomputed{CalendarVersion: r.CalendarVersion})
	for _, k := range slices.Clone(t.c.Clocks) {
		t.set(t.recompute(k))
	}
	t.seal()
	return t.events
}

func (t *turn) recompute(k Clock) Clock {
	if k.Name == policy.ClockStay {
		return k // it ends on the day that was decided
	}
	due := t.rules.Calendar.Roll(k.Due).Date
	base, provisional := k.base(), t.rules.Calendar.Day(k.Due).Provisional
	if !k.Period.IsZero() {
		now := t.rules.Calendar.Add(k.Start, k.Period)
		base, provisional = now.Date, now.Provisional
	}
	if base.After(k.base()) {
		due = latest(due, t.rules.Calendar.Roll(k.Due.AddDays(base.DaysSince(k.base()))).Date)
		k.Base = base
	}
	silent := k.Next == nil
	k = t.move(k, due, MoveCalendar)
	k.Provisional = provisional || t.rules.Calendar.Day(k.Due).Provisional
	if silent {
		return k
	}
	return t.arm(k)
}

func (b *Recomputed) apply(c *Case, _ Event) { c.CalendarVersion = b.CalendarVersion }
