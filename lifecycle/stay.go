package lifecycle

import "duban/policy"

// A StayOf is the region of a stay: the unit's clocks stand still by decision.
type StayOf struct {
	On     Date   `json:"on"`
	Until  Date   `json:"until"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}

// GrantStay stops the unit's clocks for a while (中止).
type GrantStay struct {
	Until  Date   `json:"until"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// StayGranted: the unit's clocks stand.
type StayGranted struct{ GrantStay }

// EndStay lets the unit's clocks run on before the stay's end.
type EndStay struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// StayEnded: the unit's clocks run on, by decision or because the stay was over.
type StayEnded struct {
	Reason string `json:"reason,omitempty"`
	// Grantor is who granted the stay that was over.
	Grantor string `json:"grantor,omitempty"`
}

func (b GrantStay) decide(t *turn) error {
	farthest := t.rules.Calendar.Add(t.today, t.rules.Policy.Stay.Max).Date
	err := first(t.dayAfter("until", b.Until, t.today, farthest), t.text("reason", b.Reason, maxText))
	if err != nil {
		return err
	}
	t.record(&StayGranted{b})
	t.set(t.arm(t.until(policy.ClockStay, t.today, b.Until)))
	t.standUnit(t.today)
	return nil
}

func (b EndStay) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&StayEnded{Reason: b.Reason})
	t.stop(policy.ClockStay, 0)
	t.resumeUnit(t.today, MoveStay)
	return nil
}

func (b *StayGranted) apply(c *Case, e Event) {
	c.Stay = &StayOf{On: e.Legal, Until: b.Until, Reason: b.Reason, By: e.Actor.Account}
}

func (*StayEnded) apply(c *Case, _ Event) {
	c.Stay = nil
}

func noStay(t *turn) *Refusal {
	if t.c.Stay != nil {
		return notAllowed("stayed_already", "该事项已中止计时。", "The clock stands already.")
	}
	return nil
}

func stayed(t *turn) *Refusal {
	if t.c.Stay == nil {
		return notAllowed("not_stayed", "该事项没有中止计时。", "The clock does not stand.")
	}
	return nil
}
