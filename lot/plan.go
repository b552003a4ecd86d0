package lot

import (
	"fmt"
	"io"

	"duban/calendar"
)

// A Nonce is what a commitment is blinded with: 32 bytes of chance, secret
// until the arrival.
type Nonce [32]byte

// NewNonce draws a nonce.
func NewNonce(chance io.Reader) (Nonce, error) {
	var n Nonce
	if _, err := io.ReadFull(chance, n[:]); err != nil {
		return Nonce{}, fmt.Errorf("draw a nonce: %w", err)
	}
	return n, nil
}

// Format prints "(sealed)" under every verb.
func (Nonce) Format(f fmt.State, _ rune) { hide(f) }

// MarshalText refuses: a nonce is written down under a seal or in a Reveal.
func (Nonce) MarshalText() ([]byte, error) { return nil, ErrSealed }

// A Plan is a look-back as it was drawn: what waits under the seal. It prints
// as "(sealed)" and refuses to become JSON, so that no log, message or payload
// can hold one by mistake; Reveal makes what may be shown after the arrival.
// Package fmt does not ask the unexported fields of a struct how they want to
// be printed: a Plan, a Nonce or a Key is kept in none that is ever printed.
type Plan struct {
	Case string
	// Number counts the draws of this case's look-back from 1; a redraw has the
	// next.
	Number int
	Window Window
	Date   calendar.Date
	Team   Team
	// Roster is the Digest of the roster the team was drawn from.
	Roster Digest
	Nonce  Nonce
}

// Format prints "(sealed)" under every verb.
func (Plan) Format(f fmt.State, _ rune) { hide(f) }

// MarshalJSON refuses.
func (Plan) MarshalJSON() ([]byte, error) { return nil, ErrSealed }

func hide(f fmt.State) { _, _ = io.WriteString(f, "(sealed)") }

// Reveal returns what is shown once the inspectors have arrived.
func (p Plan) Reveal() Reveal {
	return Reveal{
		Case:   p.Case,
		Number: p.Number,
		Window: p.Window,
		Date:   p.Date,
		Team:   p.Team.canonical(),
		Roster: p.Roster,
		Nonce:  Digest(p.Nonce),
	}
}

// check refuses a plan that no draw can have made.
func (p Plan) check() error {
	if err := checkID("case", p.Case); err != nil {
		return err
	}
	if p.Number < 1 || p.Number > 1_000_000 {
		return invalid("number", "抽签次序应从1起。", "draws are counted from 1")
	}
	if err := p.Window.check(); err != nil {
		return err
	}
	if !p.Window.Contains(p.Date) {
		return invalid("date", "日期不在回头看时段之内。", "the date lies outside the window")
	}
	if p.Nonce == (Nonce{}) {
		return invalid("nonce", "缺少随机数。", "the nonce is missing")
	}
	return p.Team.check()
}

// A Reveal is a drawn plan laid open: what anyone needs, with the commitment, to
// check that the look-back was the one that was drawn.
type Reveal struct {
	Case   string        `json:"case"`
	Number int           `json:"number" doc:"Counts the draws of the case from 1"`
	Window Window        `json:"window"`
	Date   calendar.Date `json:"date" doc:"The day that was drawn"`
	Team   Team          `json:"team"`
	Roster Digest        `json:"roster" doc:"SHA-256 of the roster, in hexadecimal"`
	// Nonce is public from the arrival on.
	Nonce Digest `json:"nonce"`
}

// plan returns the plan the reveal claims.
func (r Reveal) plan() Plan {
	return Plan{
		Case:   r.Case,
		Number: r.Number,
		Window: r.Window,
		Date:   r.Date,
		Team:   r.Team,
		Roster: r.Roster,
		Nonce:  Nonce(r.Nonce),
	}
}
