package lifecycle

import (
	"slices"

	"duban/policy"
)

// Sustain puts the case on the track of lasting duties (长期坚持), or, on the
// track already, decides the yearly review in favour of staying.
type Sustain struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
	Period Period `json:"period,omitzero" doc:"Interval of the unit's check-ins; three months when left out"`
}

// CaseSustained: the unit reports at intervals from now on.
type CaseSustained struct {
	Reason string `json:"reason"`
	Period Period `json:"period" doc:"How often the unit reports"`
}

// CheckIn is the unit's report at the interval.
type CheckIn struct {
	Account string `json:"account" minLength:"1" maxLength:"10000" doc:"How the rectification stands, told by the unit"`
	Paper   *Paper `json:"paper,omitempty"`
}

// CheckedIn: the unit reported.
type CheckedIn struct {
	CheckIn
	On   Date `json:"on"`
	Late int  `json:"late,omitempty" doc:"By how many working days it was late; none when in time"`
}

// ExitSustained ends the track: a look-back will see.
type ExitSustained struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// SustainedExited: a look-back must be made.
type SustainedExited struct{ ExitSustained }

func (b CheckIn) onPaper() *Paper { return b.Paper }

func (b Sustain) decide(t *turn) error {
	if b.Period.IsZero() {
		b.Period = t.rules.Policy.Clock(policy.ClockCheckIn).Within
	}
	err := all(t.text("reason", b.Reason, maxText), t.period("period", b.Period, t.rules.Policy.Sustained.CheckInMax))
	if err != nil {
		return err
	}
	if since := t.c.SustainedSince; t.c.Stage == Sustained {
		limit := t.rules.Calendar.Add(since, t.rules.Policy.Sustained.Limit).Date
		if !t.today.Before(limit) {
			return notAllowed("sustained_limit", "持续整改已满期限（"+limit.String()+"），应结束或撤销。",
				"The case has been on the sustained track for as long as it may ("+limit.String()+"); it must be ended.")
		}
	}
	renewed := t.c.Stage == Sustained
	t.record(&CaseSustained{Reason: b.Reason, Period: b.Period})
	if !renewed {
		t.raise(policy.L0)
		t.stopUnit()
		t.goTo(Sustained)
		t.run(t.start(policy.ClockCheckIn, t.today, b.Period))
	}
	t.set(t.arm(t.sustainedReview()))
	return nil
}

// sustainedReview is the clock of the yearly decision, the last of which falls
// on the day the track must end.
func (t *turn) sustainedReview() Clock {
	k := t.start(policy.ClockSustainedReview, t.today, t.rules.Policy.Clock(policy.ClockSustainedReview).Within)
	if limit := t.rules.Calendar.Add(t.c.SustainedSince, t.rules.Policy.Sustained.Limit).Date; k.Due.After(limit) {
		k = t.until(policy.ClockSustainedReview, t.today, limit)
	}
	return k
}

func (b CheckIn) decide(t *turn) error {
	k, _ := t.c.clock(policy.ClockCheckIn, 0)
	on, err := t.paperDay(b.Paper, t.c.SustainedSince)
	if err := all(err, t.text("account", b.Account, maxText)); err != nil {
		return err
	}
	t.record(&CheckedIn{CheckIn: b, On: on, Late: t.late(k, on)})
	t.raise(policy.L0)
	t.run(t.start(policy.ClockCheckIn, t.today, t.c.CheckIn))
	return nil
}

func (b ExitSustained) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&SustainedExited{b})
	t.raise(policy.L0)
	t.stopUnit()
	t.goTo(LookBackPending)
	return nil
}

func (b *CaseSustained) apply(c *Case, e Event) {
	if c.Stage != Sustained {
		c.SustainedSince = e.Legal
		c.dropStay(e.Legal)
	}
	c.CheckIn = b.Period
}

func (b *CheckedIn) apply(c *Case, e Event) {
	c.Part.Filers = withAccount(c.Part.Filers, filer(b.Paper, e))
}

// notFiler: what somebody handed in for the unit he neither weighs nor ends the
// track by.
func notFiler(t *turn) *Refusal {
	if slices.Contains(t.c.Part.Filers, t.actor.Account) {
		return ownPaper()
	}
	return nil
}

func (*SustainedExited) apply(c *Case, e Event) {
	c.AcceptedOn, c.LookBackToLeader = e.Legal, false
}
