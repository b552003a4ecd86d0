package lifecycle

import "slices"

// RequestOpening asks for the sealed plan to be opened before its day.
type RequestOpening struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// OpeningAsked: a request to open the plan early waits for a leader.
type OpeningAsked struct{ RequestOpening }

// DecideOpening answers a request to open the plan early.
type DecideOpening struct {
	Granted bool   `json:"granted" doc:"Whether the sealed plan is laid open to the two"`
	Reason  string `json:"reason" minLength:"1" maxLength:"10000"`
}

// OpeningDecided: the request is answered. When it was granted the two may read
// the plan; what stands in it is in no event.
type OpeningDecided struct{ DecideOpening }

func (b RequestOpening) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&OpeningAsked{b})
	t.leaderDecides()
	return nil
}

func (b DecideOpening) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&OpeningDecided{b})
	t.leaderDecided()
	return nil
}

func (b *OpeningAsked) apply(c *Case, e Event) {
	d := *c.Draw
	d.Opening = &Asked{By: e.Actor.Account, Reason: b.Reason, On: e.Legal}
	c.Draw = &d
}

func (b *OpeningDecided) apply(c *Case, e Event) {
	d := *c.Draw
	if b.Granted {
		for _, account := range []string{d.Opening.By, e.Actor.Account} {
			d.OpenedTo = withAccount(d.OpenedTo, account)
		}
	}
	d.Opening = nil
	c.Draw = &d
}

// mayAskOpening: something lies under the seal, and nobody has asked yet.
func mayAskOpening(t *turn) *Refusal {
	switch d := t.c.Draw; {
	case d == nil || d.Status != DrawMade:
		return notAllowed("not_drawn", "没有封存的回头看方案。", "There is no sealed plan.")
	case d.Opening != nil:
		return notAllowed("opening_asked", "提前启封的申请正在等待决定。", "A request to open the plan is waiting for its answer.")
	}
	return nil
}

// openingAsked: there is a request, and it is somebody else's.
func openingAsked(t *turn) *Refusal {
	switch d := t.c.Draw; {
	case d == nil || d.Opening == nil:
		return notAllowed("no_opening", "没有待决定的提前启封申请；提前启封须两人办理，由另一人申请并说明理由。",
			"There is no request to open the plan; it takes two people, and another must ask for it and say why.")
	case d.Opening.By == t.actor.Account:
		return forbidden("own_opening", "提前启封须两人办理，不能决定自己提出的申请。", "Opening the plan takes two people; nobody decides his own request.")
	}
	return nil
}

// MayOpen says whether this person may read the sealed plan before its day.
func MayOpen(c Case, a Actor) *Refusal {
	if c.Stage == LookBackPending && c.Draw != nil && c.Draw.Status == DrawMade && slices.Contains(c.Draw.OpenedTo, a.Account) {
		return nil
	}
	return forbidden("sealed", "回头看方案已封存；提前启封须两人办理（申请提前启封、决定提前启封）。",
		"The plan is sealed; opening it early takes two people (request_opening, decide_opening).")
}
