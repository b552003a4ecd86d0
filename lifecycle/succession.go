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
	From   string `json:"from" doc:"Id of the unit that answered for the case until then"`
	To     string `json:"to" doc:"Id of the unit that answers for it from now on"`
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
	t.findItsWay()
	t.seal()
	return t.events
}

// findItsWay gives the successor some days more on each clock of the unit's that
// has not lapsed.
func (t *turn) findItsWay() {
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
}

// followParent passes a merged case on to the unit that its parent passed on to
// meanwhile, before it comes back: a settled case stays with its unit, and this
// one is settled no more. It reports whether there was such a unit.
func (t *turn) followParent(parent Case) bool {
	if t.c.Unit == parent.Unit || !slices.Contains(parent.Predecessors, t.c.Unit) {
		return false
	}
	t.record(&UnitSucceeded{Succession{From: t.c.Unit, To: parent.Unit, Reason: "随事项" + parent.Number + "由承接单位办理"}})
	return true
}

func (b *UnitSucceeded) apply(c *Case, _ Event) {
	c.Unit, c.Handover = b.To, nil
	c.Predecessors = append(slices.Clone(c.Predecessors), b.From)
}
