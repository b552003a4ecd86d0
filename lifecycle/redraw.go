package lifecycle

import "slices"

// RequestRedraw asks for another draw. It takes a second person to grant, so that
// nobody draws until he likes the result.
type RequestRedraw struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// RedrawAsked: a request for another draw waits for a leader.
type RedrawAsked struct{ RequestRedraw }

// DecideRedraw answers a request for another draw.
type DecideRedraw struct {
	Granted bool   `json:"granted" doc:"Whether the look-back is drawn once more"`
	Reason  string `json:"reason" minLength:"1" maxLength:"10000"`
}

// RedrawDecided: the request is answered. When it was granted another draw
// follows, and the one before stays in the record.
type RedrawDecided struct{ DecideRedraw }

func (b RequestRedraw) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&RedrawAsked{b})
	t.leaderDecides()
	return nil
}

func (b DecideRedraw) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&RedrawDecided{b})
	if b.Granted {
		t.renewWindow()
	}
	t.leaderDecided()
	return nil
}

func (b *RedrawAsked) apply(c *Case, e Event) {
	d := *c.Draw
	d.Redraw = &Asked{By: e.Actor.Account, Reason: b.Reason, On: e.Legal}
	c.Draw = &d
}

func (b *RedrawDecided) apply(c *Case, _ Event) {
	if b.Granted {
		narrowed := c.Draw.Fault != nil && c.Draw.Fault.Code == faultNarrowed
		c.LookBackToLeader = false
		c.Draw = c.wanted()
		c.Draw.Despite = narrowed // asked for by one and granted by another, who knew
		return
	}
	d := *c.Draw
	d.Redraw = nil
	c.Draw = &d
}

// mayAskRedraw: the draw is no secret to be asked twice about.
func mayAskRedraw(t *turn) *Refusal {
	if d := t.c.Draw; d != nil && d.Redraw != nil {
		return notAllowed("redraw_asked", "重新抽签的申请正在等待决定。", "A request for another draw is waiting for its answer.")
	}
	return nil
}

// redrawAsked: there is a request, and it is somebody else's. Who had the plan opened
// does not decide: two could read and draw anew until they like the result.
func redrawAsked(t *turn) *Refusal {
	switch d := t.c.Draw; {
	case d == nil || d.Redraw == nil:
		return notAllowed("no_redraw", "没有待决定的重新抽签申请；重新抽签须由另一人申请并说明理由。",
			"There is no request for another draw to decide; another person must ask for it and say why.")
	case d.Redraw.By == t.actor.Account:
		return forbidden("own_redraw", "不能决定自己提出的重新抽签申请。", "Nobody decides his own request for another draw.")
	case slices.Contains(d.Recusers, t.actor.Account):
		return forbidden("own_recusals", "近日登记有关回避的人不能决定重新抽签，请由另一位领导决定。",
			"Whoever entered the recusals for which nothing was drawn does not decide on another draw; another leader must.")
	case slices.Contains(d.OpenedTo, t.actor.Account):
		return forbidden("read_plan", "已提前阅看回头看方案的人不能决定重新抽签，请由另一位领导决定。",
			"Who read the plan before its day does not decide on another draw; another leader must.")
	}
	return nil
}
