package lifecycle

import "time"

// ArrivalRefused: somebody tried to record an arrival and was turned down. Whom and
// which day he named stands nowhere: it would say who and when it is not.
type ArrivalRefused struct {
	// Count is how many there were on this day.
	Count int `json:"count" doc:"How many there were on this day"`
	// Of is how many of a day halt the case; 0 in a record of before it was kept.
	Of int `json:"of,omitempty" doc:"How many of a day halt the case"`
	// Halts: there were so many that a leader must look at it first.
	Halts bool `json:"halts,omitempty" doc:"Whether there were so many that a leader must look at it first"`
}

// RefusedArrivals counts the arrivals of a day that were refused.
type RefusedArrivals struct {
	On    Date `json:"on"`
	Count int  `json:"count" doc:"How many arrivals were refused on the day"`
	// Halted: nobody arrives until a leader has permitted it, had it redrawn or
	// announced it.
	Halted bool `json:"halted,omitempty"`
}

// DecideArrivalRefused records that an arrival was refused because it is not the drawn
// one, so that nobody tries names and days unseen. Every other refusal is the same
// whatever was drawn, and tells nothing.
func DecideArrivalRefused(c Case, cmd Command, refusal *Refusal, received time.Time, r Rules) []Event {
	if refusal == nil || cmd.Body.Kind() != KindRecordArrival || refusal.Code != codeNotDispatched || c.Draw == nil {
		return nil
	}
	t := newTurn(c, cmd, received, r)
	count := 1
	if had := c.Draw.Refused; had != nil && had.On == t.legal {
		count += had.Count
	}
	of := r.Policy.RefusedArrivals()
	halts := count >= of
	t.record(&ArrivalRefused{Count: count, Of: of, Halts: halts})
	if halts {
		t.leaderDecides()
	}
	t.seal()
	return t.events
}

func (b *ArrivalRefused) apply(c *Case, e Event) {
	d := *c.Draw
	d.Refused = &RefusedArrivals{On: e.Legal, Count: b.Count, Halted: b.Halts}
	c.Draw = &d
}

// halted reports whether a leader must look before anybody arrives.
func (d DrawOf) halted() bool { return d.Refused != nil && d.Refused.Halted }

func arrivalsHalted() *Refusal {
	return notAllowed("arrivals_halted", "当日登记到场多次未获通过，须由领导查明后准许到场、重新抽签或者改为事先告知的“回头看”。",
		"Arrivals were refused too often in a day; a leader must permit one, have it redrawn or announce it first.")
}
