package lifecycle_test

import (
	"fmt"
	"slices"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A move leads from a position to another; one without a name is that nobody does a thing.
type move struct {
	name string
	to   position
}

// moves are all that can happen next.
func (s *evasion) moves(p position) (list []move) {
	add := func(name string, a lifecycle.Actor, body lifecycle.CommandBody) {
		if to, ok := s.do(p, a, body); ok {
			list = append(list, move{name, to})
		}
	}
	for _, body := range s.unitMoves(p) {
		add(string(body.Kind()), people["secretary"], body)
	}
	if p.c.Stage == lifecycle.Serving { // days before the receipt do not count
		return list
	}
	answers, due := s.answers(p)
	for _, a := range answers {
		add(a.name, a.actor, a.body)
	}
	if !due {
		list = append(list, move{"", s.wait(p, s.next(p))})
	}
	return list
}

// wait lets the time go by to a day, with every alarm ringing on its way.
func (s *evasion) wait(p position, on calendar.Date) position {
	for p.c.Level < policy.L5 {
		alarm, ok := p.c.Alarm()
		if !ok || alarm.At.After(noon(on)) {
			break
		}
		for _, e := range lifecycle.DecideAlarm(p.c, alarm.At, s.rules) {
			p.c = p.c.Apply(e)
		}
		p.c = bare(p.c)
	}
	p.on = on
	return p
}

func (s *evasion) do(p position, a lifecycle.Actor, body lifecycle.CommandBody) (position, bool) {
	events, err := lifecycle.Decide(p.c, nil, lifecycle.Command{ID: "c", Actor: a, Body: body}, noon(p.on), s.rules)
	if err != nil {
		return position{}, false
	}
	for _, e := range events {
		p.c = p.c.Apply(e)
	}
	p.c = bare(p.c)
	return s.wait(p, p.on), true // what is due by now rings at once
}

// unitMoves are the commands the unit may try: empty, in part and in full.
func (s *evasion) unitMoves(p position) []lifecycle.CommandBody {
	var plan lifecycle.SubmitPlan
	for range 8 { // more than come back singly before the level is at its highest
		plan.Measures = append(plan.Measures, lifecycle.PlannedMeasure{Text: "改", Kind: lifecycle.OtherRemedy, Owner: "某", Due: p.on.AddDays(1)})
	}
	items, _ := reportItems(p.c)
	part, nothing := slices.Clone(items), slices.Clone(items)
	for i := range items {
		part[i].Done, nothing[i].Done = i == 0, false
	}
	reports := []lifecycle.SubmitReport{{Items: items}, {Items: part}, {Items: nothing}}
	list := []lifecycle.CommandBody{
		lifecycle.RecordReceipt{Manner: lifecycle.Electronic},
		plan,
		lifecycle.FileObjection{Objection: lifecycle.WrongUnit, Grounds: someText},
		lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText},
		lifecycle.CheckIn{Account: someText},
		lifecycle.AcceptHandover{},
	}
	for _, report := range reports {
		if p.c.Stage == lifecycle.Serving {
			report.Receipt = &lifecycle.RecordReceipt{Manner: lifecycle.Electronic}
		}
		list = append(list, report)
	}
	if main, ok := clockOf(p.c, policy.ClockRectification); ok {
		until := s.rules.Calendar.Add(main.Due, s.rules.Policy.Extension.Max).Date
		list = append(list, lifecycle.RequestExtension{Until: until, Reason: someText})
	}
	return slices.DeleteFunc(list, func(b lifecycle.CommandBody) bool {
		return !slices.Contains(b.Kind().From(), p.c.Stage) || s.only != nil && !slices.Contains(s.only, b.Kind())
	})
}

// An answer is what the committee may make of what it has before it.
type answer struct {
	name  string
	actor lifecycle.Actor
	body  lifecycle.CommandBody
}

// answers are those that are due today: the last day of the clock has come.
func (s *evasion) answers(p position) (list []answer, due bool) {
	anew := lifecycle.Actor{Account: fmt.Sprint("leader", len(p.c.Part.All)+10), Roles: []lifecycle.Role{lifecycle.Leader}}
	for _, k := range p.c.Clocks {
		if k.Due.After(p.on) {
			continue
		}
		before := len(list)
		switch k.Name { //nolint:exhaustive // the others are not the committee's, or run in no stage of these
		case policy.ClockPlanReview:
			list = append(list, answer{"return_plan", people["officer"], lifecycle.ReturnPlan{Reasons: []string{someText}}},
				answer{"accept_plan", people["officer"], lifecycle.AcceptPlan{}})
		case policy.ClockReportReview:
			_, open := reportItems(p.c)
			list = append(list, answer{"return_report", people["officer"], lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: open[0], Reason: someText}}}})
			if len(open) > 1 {
				list = append(list, answer{"accept_report in part", people["officer"], acceptSome(open, 1)})
			}
		case policy.ClockExtension:
			list = append(list, answer{"extension granted", anew, lifecycle.DecideExtension{Granted: true, Reason: someText}},
				answer{"extension refused", anew, lifecycle.DecideExtension{Reason: someText}})
		case policy.ClockObjection:
			list = append(list, answer{"objection rejected", anew, lifecycle.DecideObjection{Outcome: lifecycle.Rejected, Reasons: someText}},
				answer{"objection upheld in part", anew, lifecycle.DecideObjection{Outcome: lifecycle.Partly, Reasons: someText, Text: someText}})
		}
		due = due || len(list) > before
	}
	return list, due
}

// next is the next day on which somebody must move or the unit gains by it: the last before
// something lapses, before the level rises or before something may be asked for no longer.
func (s *evasion) next(p position) calendar.Date {
	if s.daily {
		return p.on.AddDays(1)
	}
	var days []calendar.Date
	for _, k := range p.c.Clocks {
		days = append(days, k.Due)
		if k.Name == policy.ClockRectification {
			days = append(days, s.rules.Calendar.Back(k.Due, s.rules.Policy.Extension.AskBefore.N))
		}
	}
	if s.mayObject(p) {
		days = append(days, s.lastObjection(p, lifecycle.WrongUnit), s.lastObjection(p, lifecycle.Facts))
	}
	if p.c.Stage == lifecycle.Planning {
		days = append(days, s.longestAnswer(p.on, s.rules.Policy.Clock(policy.ClockPlanReview).Within))
	}
	days = slices.DeleteFunc(days, func(on calendar.Date) bool { return !on.After(p.on) })
	days = append(days, p.on.AddDays(endless))
	first := slices.MinFunc(days, calendar.Date.Compare)
	for c := p.c; ; { // what rings before and changes more than who was chased
		alarm, ok := c.Alarm()
		if !ok || !alarm.On.Before(first) {
			return first
		}
		for _, e := range lifecycle.DecideAlarm(c, alarm.At, s.rules) {
			c = c.Apply(e)
		}
		c = bare(c)
		if alarm.Step == lifecycle.StepEscalate || alarm.Step == lifecycle.StepLapse {
			return laterDay(alarm.On, p.on.AddDays(1))
		}
	}
}

// longestAnswer is the next day from which an answer within a period takes longest,
// because its end falls on days off.
func (s *evasion) longestAnswer(from calendar.Date, within calendar.Period) calendar.Date {
	best := from.AddDays(1)
	takes := func(on calendar.Date) int { return s.rules.Calendar.Add(on, within).Date.DaysSince(on) }
	for on := best; on.DaysSince(from) <= 7; on = on.AddDays(1) {
		if takes(on) > takes(best) {
			best = on
		}
	}
	return best
}

// mayObject reports whether there is still time for an objection that was not made.
func (s *evasion) mayObject(p position) bool {
	o := p.c.Objection
	return (o == nil || o.Outcome != "" && o.NoticeVersion != p.c.Notice.Version) && (p.c.Receipt == nil || !p.on.After(s.lastObjection(p, lifecycle.Facts)))
}

// lastObjection is the last day for an objection of a kind.
func (s *evasion) lastObjection(p position, kind lifecycle.ObjectionKind) calendar.Date {
	within := s.rules.Policy.Objection.File
	if kind == lifecycle.WrongUnit {
		within = s.rules.Policy.Objection.WrongUnitFile
	}
	if p.c.Receipt == nil {
		return calendar.Date{}
	}
	return s.rules.Calendar.Add(p.c.Receipt.On, within).Date
}
