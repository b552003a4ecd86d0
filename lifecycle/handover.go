package lifecycle

import "duban/policy"

// A HandoverOf is the region of a change of the unit's secretary.
type HandoverOf struct {
	On Date   `json:"on"`
	To string `json:"to"`
}

// HandOver offers the case to the successor of the unit's secretary (移交); to
// another instead, while the first has not accepted. No other clock starts anew.
type HandOver struct {
	To     string `json:"to" minLength:"1" maxLength:"64" doc:"Account of the successor"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// HandedOver: the successor is to accept the case.
type HandedOver struct{ HandOver }

// AcceptHandover takes the case over.
type AcceptHandover struct{}

// HandoverAccepted: the successor answers for the case.
type HandoverAccepted struct{}

func (b HandOver) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	successor, err := t.account("to", b.To, UnitSecretary)
	if err != nil {
		return err
	}
	if successor.Unit != t.c.Unit {
		return invalid("to", "other_unit", "接任者不是该单位的书记。", "The successor is not a secretary of this unit.")
	}
	if h := t.c.Handover; h != nil && h.To == b.To {
		return notAllowed("handover_pending", "移交正在等待该接任者接收。", "The hand-over is waiting for that successor already.")
	}
	t.record(&HandedOver{b})
	t.set(t.arm(t.start(policy.ClockHandover, t.today, t.rules.Policy.Clock(policy.ClockHandover).Within)))
	return nil
}

func (AcceptHandover) decide(t *turn) error {
	t.record(&HandoverAccepted{})
	t.stop(policy.ClockHandover, 0)
	return nil
}

func (b *HandedOver) apply(c *Case, e Event) { c.Handover = &HandoverOf{On: e.Legal, To: b.To} }

func (*HandoverAccepted) apply(c *Case, _ Event) { c.Handover = nil }

// toSuccessor: a hand-over waits, and for this person.
func toSuccessor(t *turn) *Refusal {
	switch {
	case t.c.Handover == nil:
		return notAllowed("no_handover", "没有待接收的移交。", "There is no hand-over to accept.")
	case t.c.Handover.To != t.actor.Account:
		return forbidden("not_successor", "只有接任者可以接收移交。", "Only the successor may accept the hand-over.")
	}
	return nil
}

func (b HandOver) refers() Refs { return Refs{Accounts: []string{b.To}} }
