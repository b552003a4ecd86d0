package lifecycle_test

import (
	"errors"
	"fmt"

	"duban/lifecycle"
	"duban/lot"
)

// unsealed are the rules with what the record takes from under the seal for an
// arrival: the day was drawn, and those who came.
func unsealed(r lifecycle.Rules, c lifecycle.Case, body lifecycle.CommandBody) lifecycle.Rules {
	var b lifecycle.RecordArrival
	switch body := body.(type) {
	case lifecycle.RecordArrival:
		b = body
	case *lifecycle.RecordArrival:
		b = *body
	}
	if d := c.Draw; d != nil && len(b.Persons) > 0 {
		r.Unsealed.Reveals = []lot.Reveal{{
			Case: c.ID, Number: d.Number, Window: lot.Window{Opens: d.Opens, Closes: d.Closes}, Date: b.On,
			Team: lot.Team{Lead: b.Persons[0], Others: b.Persons[1:]},
		}}
		r.Unsealed.Dispatched = &lifecycle.LookBackDispatched{Number: d.Number, Task: "T-1", ToldAt: c.At, Told: b.Persons}
	}
	return r
}

// tries is what the record makes of an arrival with somebody whom nobody drew.
func (w *walk) tries(n *node) []lifecycle.Event {
	r := w.rules
	if d := n.c.Draw; d != nil {
		r.Unsealed.Reveals = []lot.Reveal{{Case: n.c.ID, Number: d.Number, Team: lot.Team{Lead: "lead", Others: []string{"author"}}}}
	}
	cmd := lifecycle.Command{ID: "c", Actor: people["lead"], Body: lifecycle.RecordArrival{On: r.Today(n.now), Persons: []string{"lead", "second"}}}
	_, _, err := lifecycle.DecideTurn(n.c, nil, cmd, n.now, r)
	refusal, ok := errors.AsType[*lifecycle.Refusal](err)
	if !ok {
		return nil
	}
	return lifecycle.DecideArrivalRefused(n.c, cmd, refusal, n.now, r)
}

// draw makes the draw that a step wants, as the record does, or fails to.
func (w *walk) draw(e *edge, fails bool) {
	events := draws(e.turns[0], w.rules, fails)
	e.events = append(e.events, events...)
	e.turns[0] = fold(e.turns[0], events)
}

// draws makes the draw that a case wants.
func draws(c lifecycle.Case, r lifecycle.Rules, fails bool) []lifecycle.Event {
	if c.Draw == nil || c.Draw.Status != lifecycle.DrawWanted {
		return nil
	}
	window := c.DrawWindow(c.At, r)
	if fails {
		return lifecycle.DecideUndrawn(c, window, lifecycle.FaultOf("seal", noKeyError{errors.New("no key")}), c.At, r)
	}
	return lifecycle.DecideDrawn(c, window, "1.", "k", c.At, r)
}

// undrawn is the step in a world in which the draw fails, if it wants one.
func (w *walk) undrawn(n *node, body lifecycle.CommandBody, a lifecycle.Actor) (*edge, bool) {
	if n.other.Seq > 0 && len(lifecycle.Involves(n.c, body)) > 0 {
		return nil, false
	}
	e := &edge{from: n, body: body, actor: a}
	e.events, e.turns, e.refusal = lifecycle.DecideTurn(n.c, nil, lifecycle.Command{ID: "c", Actor: a, Body: body}, n.now, unsealed(w.rules, n.c, body))
	before := len(e.events)
	w.draw(e, true)
	if len(e.events) == before {
		return nil, false
	}
	e.to = n.after(e.events, string(body.Kind())+" undrawn")
	return e, true
}

type noKeyError struct{ error }

func (noKeyError) ZH() string { return "没有封存密钥。" }

func fold(c lifecycle.Case, events []lifecycle.Event) lifecycle.Case {
	for _, e := range events {
		c = c.Apply(e)
	}
	return c
}

// undrawn weighs what is unusual about a draw.
func undrawn(c lifecycle.Case) int {
	if d := c.Draw; d == nil || c.LookBackToLeader || d.Status == lifecycle.DrawMade && d.Fault == nil && d.Redraw == nil && d.Opening == nil && d.OpenedTo == nil && d.Permit == nil && d.Refused == nil {
		return 0
	}
	return 1
}

func drawOf(c lifecycle.Case) string {
	d := c.Draw
	if d == nil {
		return ""
	}
	refused := 0
	if d.Refused != nil {
		refused = d.Refused.Count
	}
	return fmt.Sprintf("draw %s %t %t %t %t %t %d", d.Status, d.Fault != nil, d.Redraw != nil, d.Opening != nil, d.OpenedTo != nil, d.Permit != nil, refused)
}
