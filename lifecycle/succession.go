package lifecycle

import (
	"slices"
	"time"

	"duban/policy"
)

// A Succession says that a unit's open cases go on as those of another: it was
// merged into it, or split into it and others (domain: F6, E1). Nothing is served
// anew and no clock starts again, for the duty passed on with the unit; the
// successor has some days more to find its way.
type Succession struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// UnitSucceeded: another unit answers for the case from now on.
type UnitSucceeded struct{ Succession }

// DecideSucceed passes an open case on to its unit's successor. It returns no
// event for a settled case or one of another unit.
func DecideSucceed(c Case, s Succession, at time.Time, r Rules) []Event {
	if !c.Open() || c.Unit != s.From || s.From == s.To {
		return nil
	}
	t := newTurn(c, Command{}, at, r)
	t.record(&UnitSucceeded{s})
	t.stop(policy.ClockHandover, 0) // to a secretary of a unit that is no more
	for _, k := range slices.Clone(t.c.Clocks) {
		if unitClock(k.Name) && !k.Passed {
			armed := k.Next != nil
			k = t.move(k, t.rules.Calendar.Add(k.Due, t.rules.Policy.Rectification.Succession).Date, MoveSuccession)
			if armed {
				k = t.arm(k)
			}
			t.set(k)
		}
	}
	t.seal()
	return t.events
}

func (b *UnitSucceeded) apply(c *Case, _ Event) {
	c.Unit, c.Handover = b.To, nil
	c.Predecessors = append(slices.Clone(c.Predecessors), b.From)
}
