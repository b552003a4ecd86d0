package lifecycle

import (
	"fmt"
	"slices"

	"duban/calendar"
	"duban/policy"
)

// SettleMeasure keeps or ends a talk or a visit that was held and whose ground fell away:
// its case was voided, sent on, its objection upheld, or what it had been ordered for was
// put right (决定措施去留). Another leader than who had it fall away does; what was held
// stays on record either way, and one that ended counts for nothing.
type SettleMeasure struct {
	No     int    `json:"no" minimum:"1" doc:"Number of the measure, as the case counts"`
	Keep   bool   `json:"keep" doc:"Whether it goes on counting; otherwise it ends, and counts for nothing"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// MeasureSettled: it was decided whether a measure stays whose ground fell away.
type MeasureSettled struct{ SettleMeasure }

// Fallen says who had a case fall away or let a listing be, and when.
type Fallen struct {
	By string `json:"by" doc:"Account of who had it fall away"`
	On Date   `json:"on"`
	// Due is the last day for another leader to keep it or to end it.
	Due Date `json:"due" doc:"The last day in time for another leader to keep it or to end it"`
	// Unit is whose case it was.
	Unit string `json:"unit" doc:"The unit whose case it was"`
	// Settled is what was decided of a talk or a visit; of a listing, its entry says it.
	Settled *Settlement `json:"settled,omitempty" doc:"What was decided of a talk or a visit; none before, and none of a listing, of which its entry says it"`
}

// A Settlement is whether a measure stays whose ground fell away, by whose decision.
type Settlement struct {
	On     Date   `json:"on"`
	By     string `json:"by"`
	Keep   bool   `json:"keep" doc:"Whether it goes on counting"`
	Reason string `json:"reason"`
}

// unsettled reports whether a leader must say whether the measure stays. Of a listing its
// entry knows it, which may rest on other cases too.
func (m Measure) unsettled() bool {
	return m.Fallen != nil && m.Fallen.Settled == nil && m.Kind != policy.MeasureNegativeList
}

// Unsettled lists the talks and visits of a case of which a leader must say whether they
// stay, because their ground fell away.
func (c Case) Unsettled() []Measure {
	return slices.DeleteFunc(slices.Clone(c.Measures), func(m Measure) bool { return !m.unsettled() })
}

// MaySettle reports whether a person may decide whether a measure stays whose ground fell
// away.
func (m Measure) MaySettle(a Actor) bool {
	return m.unsettled() && a.Has(Leader) && m.Fallen.By != a.Account
}

// Rings reports whether a leader who has nothing else to be told of is told of it on a
// working day: on the first after it fell away, on the last in time, and from then on as
// often as an owner is chased for a measure.
func (f Fallen) Rings(today Date, r Rules) bool {
	if !today.After(f.Due) {
		return today == f.Due || r.Calendar.WorkingDaysBetween(f.On, today) == 1
	}
	every := r.Policy.Measures.ThenEvery
	if every.Unit != calendar.WorkingDays {
		return every.N > 0 && today.DaysSince(f.Due)%every.N == 0
	}
	return every.N > 0 && r.Calendar.WorkingDaysBetween(f.Due, today)%every.N == 0
}

// Tells reports whether a person is told of it on a day: a leader who may decide is, and
// the leaders' superior once it is late.
func (f Fallen) Tells(a Actor, may bool, today Date) bool {
	return may || f.Overdue(today) && a.Has(CommitteeSecretary)
}

// Overdue reports whether nobody decided in time.
func (f Fallen) Overdue(today Date) bool { return f.Due.Before(today) }

// A FallenMeasure is a measure whose ground fell away, with the case it is of.
type FallenMeasure struct {
	Number, Title string
	Measure       int
	Kind          policy.MeasureKind
	Fallen        Fallen
}

// Line is how a person's digest names it; copied when somebody else decides.
func (m FallenMeasure) Line(copied bool, today Date, r Rules) DigestLine {
	line := DigestLine{Number: m.Number, Title: m.Title, Settle: true, Measure: m.Measure, Kind: m.Kind, Due: m.Fallen.Due, Overdue: m.Fallen.Overdue(today), Copy: copied}
	if line.Overdue {
		line.Late = r.Calendar.WorkingDaysBetween(line.Due, today)
	}
	return line
}

func (b SettleMeasure) decide(t *turn) error {
	m, ok := t.c.measure(b.No)
	if !ok || !m.unsettled() {
		return invalid("no", "nothing_fallen", fmt.Sprintf("第%d项措施没有失去依据，或者去留已经决定。", b.No),
			fmt.Sprintf("Measure %d is none whose ground fell away without an answer.", b.No))
	}
	if !m.MaySettle(t.actor) {
		return ownVoid()
	}
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&MeasureSettled{b})
	return nil
}

// hasToSettle: there is a measure of which the person may say whether it stays.
func hasToSettle(t *turn) *Refusal {
	fallen := t.c.Unsettled()
	switch {
	case len(fallen) == 0:
		return notAllowed("nothing_fallen", "没有失去依据而去留未定的谈话、督导。", "No talk or visit of the case waits for its ground having fallen away.")
	case !slices.ContainsFunc(fallen, func(m Measure) bool { return m.MaySettle(t.actor) }):
		return ownVoid()
	}
	return nil
}

func ownVoid() *Refusal {
	return forbidden("own_void", "所依据的事项由您撤销、改送、采纳异议、免予列入或者更正，其去留须由另一位领导决定。",
		"You had the ground fall away that it rests on, or waived the listing; another leader decides whether it stays.")
}

func (b *MeasureSettled) apply(c *Case, e Event) {
	c.setMeasure(b.No, func(m *Measure) {
		fallen := *m.Fallen
		fallen.Settled = &Settlement{On: e.Legal, By: e.Actor.Account, Keep: b.Keep, Reason: b.Reason}
		m.Fallen = &fallen
		if !b.Keep {
			m.end(Cancelled)
		}
	})
}

// fall marks a measure that stays although its ground fell away.
func (c *Case) fall(no int, due Date, e Event) {
	unit := c.Unit
	c.setMeasure(no, func(m *Measure) { m.Fallen = &Fallen{By: e.Actor.Account, On: e.Legal, Due: due, Unit: unit} })
}

// settleBy is the last day for a decision about what falls away today.
func (t *turn) settleBy() Date {
	return t.rules.Calendar.Add(t.today, t.rules.Policy.Measures.Decision).Date
}
