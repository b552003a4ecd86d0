package lifecycle

import (
	"fmt"
	"slices"
	"time"

	"duban/lot"
	"duban/policy"
)

// RecordArrival records that the inspectors stand in the room. Until then
// nothing of a look-back is in the case.
type RecordArrival struct {
	On      Date     `json:"on" doc:"The day on which you came: today"`
	Persons []string `json:"persons" each:"64" minItems:"2" maxItems:"20" doc:"Accounts of everybody who came, the one who records it among them"`
}

// Arrived: the inspectors are with the unit, and what was drawn lies open.
type Arrived struct {
	RecordArrival
	Names []string `json:"names"`
	// Announced: the unit had been told the day.
	Announced bool `json:"announced,omitempty" doc:"Whether the unit had been told the day"`
	// Permitted: it is not as it was drawn or announced, or is recorded late, and a
	// leader answers for it.
	Permitted bool `json:"permitted,omitempty" doc:"Whether a leader answers for it, because it is not as it was drawn or announced, or is recorded late"`
	// Reveals are the draws that led here, the one that counts last. One whose
	// seal could not be opened is missing.
	Reveals []lot.Reveal `json:"reveals,omitempty" doc:"The draws that led here, the one that counts last; one whose seal could not be opened is missing"`
}

// LookBackDispatched: the drawn inspectors, and nobody else, were told on the
// morning. It is put into the record with the arrival, so that the record tells
// nobody either.
type LookBackDispatched struct {
	Number int `json:"number" doc:"Counts the draws of the case from 1"`
	// Task is the opaque number they were told it under.
	Task   string    `json:"task" doc:"The opaque number they were told it under"`
	ToldAt time.Time `json:"told_at" doc:"When they were told, in UTC"`
	Told   []string  `json:"told" doc:"Accounts of those who were told"`
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
	permit := d.permit(t.today)
	if permit != nil && (permit.On != b.On || slices.Contains(b.Persons, permit.By)) {
		permit = nil // a leader who comes along answers for nothing: nobody permits his own arrival
	}
	earliest := t.c.AcceptedOn
	if d.Status != DrawAnnounced {
		earliest = t.windowOpens()
	}
	if err := all(t.dayBetween("on", b.On, earliest), t.persons("persons", b.Persons)); err != nil {
		return err
	}
	if !slices.Contains(b.Persons, t.actor.Account) {
		return invalid("persons", "not_on_the_spot", "登记到场的人应在到场人员之中。", "Whoever records the arrival must be among those who came.")
	}
	late := b.On != t.today
	if late && permit == nil {
		return invalid("on", "recorded_late", "到场应于当日登记，事后补记须由未到场的领导当日说明理由准许。",
			"An arrival is recorded on its day; for a later record a leader who did not come must give his reason today.")
	}
	other, err := t.asDrawn(b, d, permit)
	if err != nil {
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
		Permitted: late || other, Reveals: opened.Reveals,
	})
	t.goTo(LookBackActive)
	t.set(t.arm(t.start(policy.ClockLookBackResult, b.On, t.rules.Policy.Clock(policy.ClockLookBackResult).Within)))
	return nil
}

// asDrawn refuses an arrival that is not the one that was drawn or announced, but
// for what a leader answers for today; other says that there is such a thing. It
// does not say whether it is the day or a person that is not the drawn one, or one
// who must not come at all: who tries must not learn any of it. Nor may he come who
// was not told, for he could know the day by trying only.
func (t *turn) asDrawn(b RecordArrival, d DrawOf, permit *Permit) (other bool, err error) {
	if d.Status == DrawAnnounced {
		return t.asAnnounced(b, *d.Announced, permit)
	}
	opened := t.rules.Unsealed
	if fault := opened.Fault; fault != nil {
		return false, notAllowed("seal", fault.ZH, fault.EN)
	}
	i := slices.IndexFunc(opened.Reveals, func(r lot.Reveal) bool { return r.Number == d.Number })
	if i < 0 {
		return false, notAllowed("not_unsealed", "没有可以启封的回头看方案。", "There is no plan to unseal.")
	}
	if t.mayCome("persons", b.Persons) != nil {
		return false, notDispatched()
	}
	drawn := opened.Reveals[i]
	n := 0
	for _, id := range b.Persons {
		switch {
		case drawn.Team.Has(id):
			n++
		case !permit.person(id):
			return false, notDispatched()
		}
	}
	asDrawn := drawn.Date == b.On && opened.Dispatched != nil
	if n == 0 || !asDrawn && permit == nil {
		return false, notDispatched()
	}
	return !asDrawn || n < len(b.Persons), nil
}

const codeNotDispatched = "not_dispatched"

// notDispatched is what everybody is told who may not arrive, whatever is the reason.
func notDispatched() *Refusal {
	return forbidden(codeNotDispatched, "当日没有派给这些人员的该项回头看任务；确需另日到场或者由他人参加的，由未到场的领导说明理由准许。",
		"This look-back was not given to these people for that day; a leader who does not come may permit another day or others and say why.")
}

// asAnnounced is the same for a day and a team that are no secret.
func (t *turn) asAnnounced(b RecordArrival, announced Announcement, permit *Permit) (other bool, err error) {
	if err := t.mayCome("persons", b.Persons); err != nil {
		return false, err
	}
	if b.On != announced.On && permit == nil {
		return false, invalid("on", "other_day", "事先告知的“回头看”定于"+announced.On.String()+"，另日到场须由未到场的领导说明理由准许。",
			"The look-back was announced for "+announced.On.String()+"; a leader who does not come must permit another day and say why.")
	}
	n := 0
	for i, id := range b.Persons {
		switch {
		case slices.Contains(announced.Persons, id):
			n++
		case !permit.person(id):
			return false, invalid(fmt.Sprintf("persons[%d]", i), "other_person", t.nameOf(id)+"不在事先告知的检查组之内，由他人参加须由未到场的领导说明理由准许。",
				id+" is not of the announced team; a leader who does not come must permit others and say why.")
		}
	}
	if n == 0 {
		return false, invalid("persons", "other_person", "到场人员中应有事先告知的检查组成员。", "Somebody of the announced team must be among those who come.")
	}
	return b.On != announced.On || n < len(b.Persons), nil
}

// permit is the leader's word that holds today, nil when there is none.
func (d DrawOf) permit(today Date) *Permit {
	if d.Permit == nil || d.Permit.Given != today {
		return nil
	}
	return d.Permit
}

// person reports whether somebody beside the team may come; without a permit nobody may.
func (p *Permit) person(id string) bool { return p != nil && slices.Contains(p.Persons, id) }

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
	for _, id := range b.Persons {
		c.Part.Inspectors = withAccount(c.Part.Inspectors, id)
	}
}

func (*LookBackDispatched) apply(*Case, Event) {}

// windowOpens is the first day of the window a look-back must fall in.
func (t *turn) windowOpens() Date {
	return t.rules.Calendar.Add(t.c.AcceptedOn, t.rules.Policy.LookBack.Opens).Date
}

// mayArrive: who judged the report does not look back on it; something was drawn
// or announced; not too many tries were refused; and the window is open. Where the
// drawn were told and nobody recorded that they came, a leader's word makes the draw
// count again; where nobody was told there is nothing to come by.
func mayArrive(t *turn) *Refusal {
	if refusal := notReviewer(t); refusal != nil {
		return refusal
	}
	d := t.c.Draw
	if d == nil || d.Status == DrawFailed || d.Status == DrawWanted || d.Status == DrawMissed {
		return notDrawn()
	}
	switch {
	case d.halted():
		return arrivalsHalted()
	case d.Status == DrawAnnounced:
		if t.today.Before(d.Announced.On) && d.permit(t.today) == nil {
			return notAllowed("window_not_open", "事先告知的“回头看”定于"+d.Announced.On.String()+"。", "The look-back was announced for "+d.Announced.On.String()+".")
		}
		return nil
	}
	return t.windowOpen()
}

// windowOpen: before the window of a drawn look-back nobody arrives, whoever permits
// it, for nobody could know the team by then but by trying.
func (t *turn) windowOpen() *Refusal {
	if opens := t.windowOpens(); t.today.Before(opens) {
		return notAllowed("window_not_open", "回头看时段自"+opens.String()+"起，此前不能到场，也不能准许到场。",
			"The look-back window opens on "+opens.String()+"; before it nobody arrives, permitted or not.")
	}
	return nil
}

func notDrawn() *Refusal {
	return notAllowed("not_drawn", "尚未抽定回头看的日期和检查组，请先由领导决定重新抽签或者改为事先告知的“回头看”。",
		"No day and team are drawn; a leader must have it redrawn or announced first.")
}

// drawn: the case wants a look-back of which something was or should be drawn.
func drawn(t *turn) *Refusal {
	if t.c.Draw == nil {
		return notAllowed("not_drawn", "没有待办的回头看。", "No look-back waits here.")
	}
	return nil
}
