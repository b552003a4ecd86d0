package lifecycle

import "time"

// EndedDraw is the number of the draw that ends with a step of a case although nobody
// came: lots are drawn anew, the look-back is announced, or the case waits for none any
// more. It is 0 when none ends so; a case may come back from another body to its draw.
func EndedDraw(before, after Case) int {
	if !before.hasDraw() || after.Draw.Status == DrawOver {
		return 0
	}
	if after.hasDraw() && after.Draw.Number == before.Draw.Number {
		return 0
	}
	return before.Draw.Number
}

// hasDraw reports whether a case waits with something drawn, whether or not its day
// was kept.
func (c Case) hasDraw() bool {
	return (c.Stage == LookBackPending || c.Stage == Transferred) && c.Draw != nil && (c.Draw.Status == DrawMade || c.Draw.Status == DrawMissed)
}

// DecideTold records of a draw that ended that its team had been told. While a draw
// lasts, that is in no event: it would tell everybody who reads the case.
func DecideTold(c Case, told LookBackDispatched, at time.Time, r Rules) []Event {
	t := newTurn(c, Command{}, at, r)
	t.record(&told)
	t.seal()
	return t.events
}
