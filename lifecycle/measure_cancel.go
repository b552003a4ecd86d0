package lifecycle

import (
	"slices"

	"duban/policy"
)

// MeasuresCancelled: the ground of these measures fell away. What was made or carried
// out stays, and is marked: no one person undoes it.
type MeasuresCancelled struct {
	Nos  []int `json:"nos" doc:"Numbers of the measures that will not be carried out"`
	Kept []int `json:"kept,omitempty" doc:"Numbers of those that were carried out, and stay with a mark"`
	// SettleBy is the last day for another leader to keep those or to end them.
	SettleBy Date `json:"settle_by,omitzero" doc:"The last day for another leader to keep those that stay or to end them; none when there are none"`
}

// cancelMeasures cancels whatever is still running. An entry of a list, a talk and a
// visit that was held stay, but for what goes on in a child that comes back.
func (t *turn) cancelMeasures() { t.cancel(func(Measure) bool { return true }) }

// cancel cancels the measures whose ground fell away.
func (t *turn) cancel(groundless func(Measure) bool) {
	nos, kept := []int{}, []int(nil) // the first is in the record also when it is empty
	for _, m := range t.c.Measures {
		switch {
		case !groundless(m) || m.Fallen != nil && m.Fallen.Settled == nil:
		case m.stays() && !t.c.cameBack(m.No):
			kept = append(kept, m.No)
		case m.running() || m.Status == Joined || m.Kind == policy.MeasureNegativeList && m.Status == Done:
			nos = append(nos, m.No)
		}
	}
	if len(nos)+len(kept) == 0 {
		return
	}
	body := &MeasuresCancelled{Nos: nos, Kept: kept}
	if len(kept) > 0 {
		body.SettleBy = t.settleBy()
	}
	t.record(body)
	for _, no := range append(nos, kept...) {
		t.stop(policy.ClockMeasure, no)
	}
}

// stays reports whether a measure outlives its case.
func (m Measure) stays() bool {
	switch m.Kind { //nolint:exhaustive // the others end with the case
	case policy.MeasureNegativeList:
		return m.Status == Ordered || m.Status == Done
	case policy.MeasureReminderTalk, policy.MeasureOnSite:
		return m.Status == Done
	default:
		return false
	}
}

// cameBack reports whether a measure is a child's, which has it again.
func (c Case) cameBack(no int) bool {
	return slices.ContainsFunc(c.Children, func(child Child) bool {
		return slices.ContainsFunc(child.Measures, func(p Passed) bool { return p.Here == no })
	})
}

func (b *MeasuresCancelled) apply(c *Case, e Event) {
	for _, no := range b.Kept {
		c.fall(no, b.SettleBy, e)
	}
	for _, no := range b.Nos {
		c.setMeasure(no, func(m *Measure) { m.end(Cancelled) })
	}
}
