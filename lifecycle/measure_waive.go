package lifecycle

import "duban/policy"

// WaiveMeasure lets a measure be.
type WaiveMeasure struct {
	No     int    `json:"no" minimum:"1" doc:"Number of the measure, as the case counts"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// MeasureWaived: a measure will not be carried out.
type MeasureWaived struct {
	WaiveMeasure
	// Kept: it is an entry of a list, which stands until another leader ends it.
	Kept bool `json:"kept,omitempty" doc:"Whether it is an entry of a list, which stands until another leader ends it"`
	// SettleBy is the last day for that.
	SettleBy Date `json:"settle_by,omitzero" doc:"The last day for another leader to keep that entry or to end it; none when it is none"`
}

func (b WaiveMeasure) decide(t *turn) error {
	m, err := t.openMeasure(b.No)
	if err != nil {
		return err
	}
	if refusal := t.mayWaive(m); refusal != nil {
		return refusal
	}
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	// To end an entry takes two people, by this way too.
	body := &MeasureWaived{WaiveMeasure: b, Kept: m.Status == Ordered && m.stays()}
	if body.Kept {
		body.SettleBy = t.settleBy()
	}
	t.record(body)
	t.stop(policy.ClockMeasure, b.No)
	return nil
}

func (b *MeasureWaived) apply(c *Case, e Event) {
	if b.Kept {
		c.fall(b.No, b.SettleBy, e)
		c.setMeasure(b.No, func(m *Measure) { m.Reason = b.Reason })
		return
	}
	for _, m := range c.Measures {
		if m.No == b.No || m.Status == Joined && m.Joined.Case == c.ID && m.Joined.Measure == b.No {
			c.setMeasure(m.No, func(m *Measure) {
				m.end(Waived)
				m.Reason = b.Reason
			})
		}
	}
}

// hasToWaive: there is an open measure that one neither ordered nor must carry out
// oneself.
func hasToWaive(t *turn) *Refusal { return t.anyMeasure(t.mayWaive) }

// mayWaive: nobody lets be what he ordered, or what he must do, himself.
func (t *turn) mayWaive(m Measure) *Refusal {
	switch {
	case t.ordered(m):
		return ownOrder()
	case t.mustDo(m):
		return forbidden("own_measure", "责任人不能自行免予应由本人办理的措施。", "Nobody waives a measure that he himself must carry out.")
	}
	return nil
}
