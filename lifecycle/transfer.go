package lifecycle

import "duban/policy"

// A TransferOf says to whom the case was handed.
type TransferOf struct {
	To         string `json:"to" doc:"Which body it was sent on to"`
	Reason     string `json:"reason"`
	On         Date   `json:"on"`
	ReceivedOn Date   `json:"received_on,omitzero" doc:"The day on which the other body acknowledged it; none before"`
}

// Transfer hands the case to another body (移送).
type Transfer struct {
	To     string `json:"to" minLength:"1" maxLength:"100" doc:"Which body it is sent on to"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// CaseTransferred: another body has the case; our clocks stand.
type CaseTransferred struct{ Transfer }

// RecordTransferReceipt records that the other body has it.
type RecordTransferReceipt struct {
	On Date `json:"on" doc:"The day on which the other body acknowledged it"`
}

// TransferReceived: the other body confirmed.
type TransferReceived struct{ RecordTransferReceipt }

// TakeBack takes the case back.
type TakeBack struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// TakenBack: the case stands where it stood, later by the days away.
type TakenBack struct{ TakeBack }

func (b Transfer) decide(t *turn) error {
	if err := all(t.text("to", b.To, maxName), t.text("reason", b.Reason, maxText)); err != nil {
		return err
	}
	clocks := t.c.Clocks
	t.record(&CaseTransferred{b})
	for _, k := range clocks {
		t.stop(k.Name, k.Measure)
	}
	t.goTo(Transferred)
	return nil
}

func (b RecordTransferReceipt) decide(t *turn) error {
	if err := t.dayBetween("on", b.On, t.c.Transfer.On); err != nil {
		return err
	}
	t.record(&TransferReceived{b})
	t.stop(policy.ClockTransferReceipt, 0)
	t.set(t.arm(t.start(policy.ClockTransferStatus, b.On, t.rules.Policy.Clock(policy.ClockTransferStatus).Within)))
	return nil
}

func (b TakeBack) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.restore(&TakenBack{b}, MoveAway)
	return nil
}

func (b *CaseTransferred) apply(c *Case, e Event) {
	c.Before = c.suspend(e.Legal)
	c.Transfer = &TransferOf{To: b.To, Reason: b.Reason, On: e.Legal}
}

func (b *TransferReceived) apply(c *Case, _ Event) {
	x := *c.Transfer
	x.ReceivedOn = b.On
	c.Transfer = &x
}

func (*TakenBack) apply(c *Case, _ Event) {
	c.Before, c.Transfer = nil, nil
}

func notReceived(t *turn) *Refusal {
	if t.c.Transfer != nil && !t.c.Transfer.ReceivedOn.IsZero() {
		return notAllowed("received_already", "移送回执已登记。", "The receipt of the transfer is recorded already.")
	}
	return nil
}
