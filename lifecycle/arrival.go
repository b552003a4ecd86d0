package lifecycle

import (
	"slices"
	"time"

	"duban/lot"
	"duban/policy"
)

// RecordArrival records that the inspectors stand in the room. Until then
// nothing of a look-back is in the case.
type RecordArrival struct {
	On      Date     `json:"on"`
	Persons []string `json:"persons" minItems:"2" maxItems:"20" doc:"Accounts of everybody who came, the one who records it among them"`
}

// Arrived: the inspectors are with the unit, and what was drawn lies open.
type Arrived struct {
	RecordArrival
	Names []string `json:"names"`
	// Announced: the unit had been told the day.
	Announced bool `json:"announced,omitempty"`
	// Permitted: a leader answers for the day, which is not the drawn one.
	Permitted bool `json:"permitted,omitempty"`
	// Reveals are the draws that led here, the one that counts last. One whose
	// seal could not be opened is missing.
	Reveals []lot.Reveal `json:"reveals,omitempty"`
}

// LookBackDispatched: the drawn inspectors, and nobody else, were told on the
// morning. It is put into the record with the arrival, so that the record tells
// nobody either.
type LookBackDispatched struct {
	Number int `json:"number"`
	// Task is the opaque number they were told it under.
	Task   string    `json:"task"`
	ToldAt time.Time `json:"told_at"`
	Told   []string  `json:"told"`
}

// Unsealed is what the record took from under the seal for an arrival.
type Unsealed struct {
	// Reveals are the draws not laid open yet, in the order of their numbers.
	Reveals []lot.Reveal
	// Dispatched is when and under which number the inspectors were told; nil
	// when they were not.
	Dispatched *LookBackDispatched
	// Fault is why the draw that counts could not be opened, Lost all that could not.
	Fault *DrawFault
	Lost  []SealBroken
}

func (b RecordArrival) decide(t *turn) error {
	d := *t.c.Draw
	permitted := d.PermittedOn == t.today
	earliest := t.c.AcceptedOn
	if !permitted && d.Status != DrawAnnounced {
		earliest = t.windowOpens()
	}
	if err := first(t.dayBetween("on", b.On, earliest), t.team("persons", b.Persons)); err != nil {
		return err
	}
	if !slices.Contains(b.Persons, t.actor.Account) {
		return invalid("persons", "not_on_the_spot", "登记到场的人应在到场人员之中。", "Whoever records the arrival must be among those who came.")
	}
	if err := t.asDrawn(b, d, permitted); err != nil {
		return err
	}
	opened := t.rules.Unsealed
	if opened.Dispatched != nil {
		t.record(opened.Dispatched)
	}
	for _, lost := range opened.Lost {
		t.record(&lost)
	}
	t.record(&Arrived{
		RecordArrival: b, Names: t.names(b.Persons), Announced: d.Status == DrawAnnounced,
		Permitted: permitted, Reveals: opened.Reveals,
	})
	t.goTo(LookBackActive)
	t.set(t.arm(t.start(policy.ClockLookBackResult, b.On, t.rules.Policy.Clock(policy.ClockLookBackResult).Within)))
	return nil
}

// asDrawn refuses an arrival that is not the one that was drawn or announced,
// unless a leader answers for it today. It does not say whether it is the day or
// the person that is not the drawn one: who tries must not learn either.
func (t *turn) asDrawn(b RecordArrival, d DrawOf, permitted bool) error {
	if d.Status == DrawAnnounced {
		if b.On == d.Announced.On || permitted {
			return nil
		}
		return invalid("on", "other_day", "明示回头看定于"+d.Announced.On.String()+"，另日到场须领导说明理由准许。",
			"The look-back was announced for "+d.Announced.On.String()+"; a leader must permit another day and say why.")
	}
	if fault := t.rules.Unsealed.Fault; fault != nil {
		return notAllowed("seal", fault.ZH, fault.EN)
	}
	i := slices.IndexFunc(t.rules.Unsealed.Reveals, func(r lot.Reveal) bool { return r.Number == d.Number })
	if i < 0 {
		return notAllowed("not_unsealed", "没有可以启封的回头看方案。", "There is no plan to unseal.")
	}
	drawn := t.rules.Unsealed.Reveals[i]
	if drawn.Team.Has(t.actor.Account) && (drawn.Date == b.On || permitted) {
		return nil
	}
	return forbidden("not_dispatched", "当日没有派给您的该项回头看任务；确需另日到场的，由领导说明理由准许。",
		"This look-back was not given to you for that day; a leader may permit another day and say why.")
}

func (b RecordArrival) refers() Refs {
	return Refs{Accounts: b.Persons, Candidates: true, Unsealed: true}
}

func (b *Arrived) apply(c *Case, e Event) {
	d := *c.Draw
	c.Draw = &DrawOf{Number: d.Number, Status: DrawOver, Revealed: d.Number}
	c.LookBacks = append(slices.Clone(c.LookBacks), LookBackOf{
		Round: c.Round, On: b.On, Persons: b.Persons, Names: b.Names, Announced: b.Announced,
	})
	c.Part.Lead = e.Actor.Account
	c.Part.Inspectors = withAccount(c.Part.Inspectors, e.Actor.Account)
}

func (*LookBackDispatched) apply(*Case, Event) {}

// windowOpens is the first day of the window a look-back must fall in.
func (t *turn) windowOpens() Date {
	return t.rules.Calendar.Add(t.c.AcceptedOn, t.rules.Policy.LookBack.Opens).Date
}

// mayArrive: who judged the report does not look back on it; something was drawn
// or announced; and the window is open, or a leader answers for the day.
func mayArrive(t *turn) *Refusal {
	if refusal := notReviewer(t); refusal != nil {
		return refusal
	}
	d := t.c.Draw
	switch {
	case d == nil || d.Status == DrawFailed || d.Status == DrawMissed || d.Status == DrawWanted:
		return notAllowed("not_drawn", "尚未抽定回头看的日期和检查组，请先由领导决定重新抽签或者明示回头看。",
			"No day and team are drawn; a leader must have it redrawn or announced first.")
	case d.PermittedOn == t.today:
		return nil
	case d.Status == DrawAnnounced:
		if t.today.Before(d.Announced.On) {
			return notAllowed("window_not_open", "明示回头看定于"+d.Announced.On.String()+"。", "The look-back was announced for "+d.Announced.On.String()+".")
		}
		return nil
	}
	if opens := t.windowOpens(); t.today.Before(opens) {
		return notAllowed("window_not_open", "回头看窗口自"+opens.String()+"起。", "The look-back window opens on "+opens.String()+".")
	}
	return nil
}

// drawn: the case wants a look-back of which something was or should be drawn.
func drawn(t *turn) *Refusal {
	if t.c.Draw == nil {
		return notAllowed("not_drawn", "没有待办的回头看。", "No look-back waits here.")
	}
	return nil
}
