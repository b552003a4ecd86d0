package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// A StayOf is the region of a stay: the unit's clocks stand still by decision.
type StayOf struct {
	On     Date   `json:"on"`
	Until  Date   `json:"until"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}

// A StayTaken is a stay of a case with the days it took so far, at most those granted.
type StayTaken struct {
	By   string `json:"by"`
	On   Date   `json:"on"`
	Days int    `json:"days"`
}

// GrantStay stops the unit's clocks for a while (中止).
type GrantStay struct {
	Until  Date   `json:"until" doc:"The last day on which the clocks stand still"`
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
	Grantor string `json:"grantor,omitempty" doc:"Account of who granted the stay that was over; none when it was ended by decision"`
}

func (b GrantStay) decide(t *turn) error {
	farthest := t.today.AddDays(t.rules.Policy.Stay.Max.N)
	err := all(t.dayAfter("until", b.Until, t.today, farthest), t.text("reason", b.Reason, maxText), t.stayTogether(b.Until))
	if err != nil {
		return err
	}
	t.record(&StayGranted{b})
	t.set(t.arm(t.until(policy.ClockStay, t.today, b.Until)))
	t.standUnit(t.today)
	return nil
}

// stayTogether bounds the days of all stays of a case: those that one decision could
// give, and more only by leaders who granted none of the stays before.
func (t *turn) stayTogether(until Date) error {
	figures := t.rules.Policy.Stay
	most, all, taken, granted := figures.Max.N, figures.Together().N, t.c.stayed(), until.DaysSince(t.today)
	mine := slices.ContainsFunc(t.c.Stays, func(s StayTaken) bool { return s.By == t.actor.Account })
	switch {
	case taken+granted > all:
		return invalid("until", "stays_used_up", fmt.Sprintf("该事项累计已中止计时%d日，总计不得超过%d日，本次最多还可中止%d日。", taken, all, max(0, all-taken)),
			fmt.Sprintf("The case's clock has stood for %d days; it may stand for %d in all, so for %d more at most.", taken, all, max(0, all-taken)))
	case mine && taken+granted > most:
		r := forbidden("stay_by_another", fmt.Sprintf("该事项累计已中止计时%d日，超过%d日的，须由未批准过该事项中止计时的其他工委领导决定。", taken, most),
			fmt.Sprintf("The case's clock has stood for %d days; beyond %d days in all, a leader who granted none of its stays must decide.", taken, most))
		r.Field = "until"
		return r
	}
	return nil
}

// stayed is for how many days the case's clock has stood by decision.
func (c Case) stayed() int {
	n := 0
	for _, s := range c.Stays {
		n += s.Days
	}
	return n
}

// dropStay ends the stay, if there is one, with the day on: it took no more days than
// were granted.
func (c *Case) dropStay(on Date) {
	if c.Stay == nil {
		return
	}
	c.Stay = nil
	c.Stays = slices.Clone(c.Stays)
	last := &c.Stays[len(c.Stays)-1]
	last.Days = min(last.Days, max(0, on.DaysSince(last.On)))
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
	c.Stays = append(slices.Clone(c.Stays), StayTaken{By: e.Actor.Account, On: e.Legal, Days: b.Until.DaysSince(e.Legal)})
}

func (*StayEnded) apply(c *Case, e Event) { c.dropStay(e.Legal) }

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
