package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// An Announcement is a look-back that the unit was told of (事先告知的“回头看”).
type Announcement struct {
	On      Date     `json:"on" doc:"The day of the look-back, which the unit was told"`
	Persons []string `json:"persons" doc:"Accounts of those who go"`
	Reason  string   `json:"reason"`
}

// AnnounceLookBack has a look-back made on a day that the unit is told. What was
// drawn is void then, and the look-back is marked as announced for ever.
type AnnounceLookBack struct {
	On      Date     `json:"on" doc:"The day, which the unit is told"`
	Persons []string `json:"persons" each:"64" minItems:"2" maxItems:"20" doc:"Accounts of those who will come, a look-back lead among them"`
	Reason  string   `json:"reason" minLength:"1" maxLength:"10000" doc:"Why it is announced; not shown to the unit"`
}

// LookBackAnnounced: the unit knows the day.
type LookBackAnnounced struct {
	AnnounceLookBack
	Names []string `json:"names"`
}

// PermitArrival lets an arrival be recorded today that is not as it was drawn: on
// another day or outside the window, with others than the team, or of a day that is
// over. It is given on the day it holds, for beforehand it would tell the day.
type PermitArrival struct {
	On      Date     `json:"on,omitzero" doc:"The day of the arrival, which is not to come: today's, or of one that is recorded late; today when left out"`
	Persons []string `json:"persons,omitempty" each:"64" maxItems:"20" doc:"Accounts of those who may come beside the drawn or announced team"`
	Reason  string   `json:"reason" minLength:"1" maxLength:"10000" doc:"Why others may come, or on another day"`
}

// ArrivalPermitted: a leader answers for an arrival, which is recorded on the day
// of this event.
type ArrivalPermitted struct{ PermitArrival }

func (b AnnounceLookBack) decide(t *turn) error {
	today := t.rules.Today(t.received)
	limit := t.rules.Calendar.Add(today, t.rules.Policy.Clock(policy.ClockLookBack).Within).Date
	err := all(t.dayAfter("on", b.On, today.AddDays(-1), limit), t.text("reason", b.Reason, maxText), t.team("persons", b.Persons))
	if err != nil {
		return err
	}
	if !t.rules.Calendar.WorkingDay(b.On) {
		return invalid("on", "day_off", b.On.String()+"不是工作日。", b.On.String()+" is no working day.")
	}
	if !slices.ContainsFunc(b.Persons, func(id string) bool { return t.rules.Known.Accounts[id].Has(LookBackLead) }) {
		return invalid("persons", "no_lead", "检查组中应有回头看组长。", "A look-back lead must be among those who come.")
	}
	t.record(&LookBackAnnounced{AnnounceLookBack: b, Names: t.names(b.Persons)})
	t.leaderDecided()
	return nil
}

func (b PermitArrival) decide(t *turn) error {
	if b.On.IsZero() {
		b.On = t.today
	}
	earliest := t.c.AcceptedOn
	if t.c.Draw.Status != DrawAnnounced {
		if refusal := t.windowOpen(); refusal != nil {
			return refusal
		}
		earliest = t.windowOpens()
	}
	err := all(t.dayBetween("on", b.On, earliest), t.text("reason", b.Reason, maxText), t.list("persons", b.Persons, 0, maxName), t.mayCome("persons", b.Persons))
	if err != nil {
		return err
	}
	if slices.Contains(b.Persons, t.actor.Account) {
		return forbidden("own_permit", "不能准许本人到场，请由另一位领导决定。", "Nobody permits his own arrival; another leader must.")
	}
	t.record(&ArrivalPermitted{b})
	t.leaderDecided()
	return nil
}

func (b PermitArrival) refers() Refs {
	return Refs{Accounts: b.Persons, Candidates: len(b.Persons) > 0}
}

// team refuses what persons refuses, and a team with somebody who must not come.
func (t *turn) team(field string, persons []string) error {
	if err := t.persons(field, persons); err != nil {
		return err
	}
	return t.mayCome(field, persons)
}

// persons refuses too small a team, and one with somebody twice.
func (t *turn) persons(field string, persons []string) error {
	if err := t.list(field, persons, 1, maxName); err != nil {
		return err
	}
	least := t.rules.Policy.LookBack.MinPersons
	if n := len(slices.Compact(slices.Sorted(slices.Values(persons)))); n < least || n != len(persons) {
		return invalid(field, "too_few_persons", fmt.Sprintf("回头看应有%d人以上到场，人员不得重复。", least),
			fmt.Sprintf("A look-back needs at least %d different persons on the spot.", least))
	}
	return nil
}

func (t *turn) names(accounts []string) []string {
	names := make([]string, len(accounts))
	for i, id := range accounts {
		names[i] = t.nameOf(id)
	}
	return names
}

func (b AnnounceLookBack) refers() Refs { return Refs{Accounts: b.Persons, Candidates: true} }

func (b *LookBackAnnounced) apply(c *Case, _ Event) {
	d := *c.Draw
	d.Status, d.Fault, d.Redraw, d.Opening, d.OpenedTo, d.Refused = DrawAnnounced, nil, nil, nil, nil, nil
	d.Announced = &Announcement{On: b.On, Persons: b.Persons, Reason: b.Reason}
	c.Draw, c.LookBackToLeader = &d, false
}

func (b *ArrivalPermitted) apply(c *Case, e Event) {
	d := *c.Draw
	d.Permit, d.Refused = &Permit{By: e.Actor.Account, Given: e.Legal, On: b.On, Persons: b.Persons}, nil
	if d.Status == DrawMissed && d.Fault.Code == faultNotKept { // who was told may come after all
		d.Status, d.Fault = DrawMade, nil
	}
	c.Draw = &d
}
