package lifecycle

import (
	"slices"
	"time"

	"duban/policy"
)

// A HandoverOf is the region of a change of the unit's secretary.
type HandoverOf struct {
	On Date   `json:"on"`
	To string `json:"to" doc:"Id of the unit that succeeds"`
}

// HandOver offers the case to the successor of the unit's secretary (工作交接); to
// another instead, while the first has not accepted. No other clock starts anew.
type HandOver struct {
	To     string `json:"to" minLength:"1" maxLength:"64" doc:"Account of the successor"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// HandedOver: the successor is to accept the case.
type HandedOver struct{ HandOver }

// An Offer is of all of a unit's cases to who answers for it from now on.
type Offer struct {
	Unit   string
	To     PostHeld
	Reason string
}

// OfferOf is the offer that follows from the register of a unit's posts when
// another than before answers for the unit since the day; false when nothing does.
// The account it is to is empty when the successor has none to take it over with.
func OfferOf(unit string, posts []PostHeld, since, today Date) (Offer, bool) {
	who, first, changed := TookOffice(posts, today)
	if !changed || first != since {
		return Offer{}, false
	}
	return Offer{Unit: unit, To: who, Reason: "自" + first.String() + "起由" + who.Person + "（" + who.Post + "）负责"}, true
}

// DecideOffer offers an open case to who answers for its unit now. It returns no
// event when the case was offered to that person already.
func DecideOffer(c Case, o Offer, at time.Time, r Rules) []Event {
	if c.Unit != o.Unit || o.To.Account == "" || c.OfferedTo == o.To.Account || !slices.Contains(KindHandOver.From(), c.Stage) {
		return nil
	}
	t := newTurn(c, Command{}, at, r)
	t.offer(HandOver{To: o.To.Account, Reason: o.Reason})
	t.seal()
	return t.events
}

// offer asks the successor to accept; no other clock starts anew.
func (t *turn) offer(b HandOver) {
	t.record(&HandedOver{b})
	t.set(t.arm(t.start(policy.ClockHandover, t.today, t.rules.Policy.Clock(policy.ClockHandover).Within)))
}

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
		return notAllowed("handover_pending", "工作交接正在等待该接任者接收。", "The hand-over is waiting for that successor already.")
	}
	t.offer(b)
	return nil
}

func (AcceptHandover) decide(t *turn) error { //nolint:unparam // as every command
	t.record(&HandoverAccepted{})
	t.stop(policy.ClockHandover, 0)
	return nil
}

func (b *HandedOver) apply(c *Case, e Event) {
	c.Handover, c.OfferedTo = &HandoverOf{On: e.Legal, To: b.To}, b.To
}

func (*HandoverAccepted) apply(c *Case, _ Event) { c.Handover = nil }

// toSuccessor: a hand-over waits, and for this person.
func toSuccessor(t *turn) *Refusal {
	switch {
	case t.c.Handover == nil:
		return notAllowed("no_handover", "没有待接收的工作交接。", "There is no hand-over to accept.")
	case t.c.Handover.To != t.actor.Account:
		return forbidden("not_successor", "只有接任者可以接收工作交接。", "Only the successor may accept the hand-over.")
	}
	return nil
}

func (b HandOver) refers() Refs { return Refs{Accounts: []string{b.To}} }
