package lifecycle

import (
	"slices"
	"time"

	"duban/calendar"
	"duban/policy"
)

// A Clock is a running deadline of a case.
//
// It holds the instants it will ring at, so that neither Apply nor Alarm ever needs
// a calendar.
type Clock struct {
	Name policy.ClockName `json:"name" doc:"What is awaited"`
	// Measure numbers the ordered measure the clock belongs to; 0 for the rest.
	Measure int           `json:"measure,omitempty" doc:"Number of the ordered measure that the clock belongs to; none for the other clocks"`
	Start   calendar.Date `json:"start" doc:"The day from which it is counted, which does not count itself"`
	// Period is how the due date was computed from Start; zero when the date
	// itself was given.
	Period calendar.Period `json:"period,omitzero" doc:"How the due date was counted from the start; none when the date itself was given"`
	// Base is Start plus Period, before any Move; zero while Due is that day.
	Base calendar.Date `json:"base,omitzero" doc:"The start plus the period, before any move; none while the due date is that day"`
	// Due is the last day in time; the deadline passes as that day ends.
	Due   calendar.Date `json:"due"`
	DueAt time.Time     `json:"due_at"`
	// Provisional: the due date rests on a year whose notice is not out yet.
	Provisional bool   `json:"provisional,omitempty"`
	Moves       []Move `json:"moves,omitempty"`
	// Passed: the due date has gone by unmet.
	Passed bool `json:"passed,omitempty"`
	// Chases counts how often somebody was chased since.
	Chases int `json:"chases,omitempty"`
	// StandsSince is the day from which the clock stands still; zero while it
	// runs.
	StandsSince calendar.Date `json:"stands_since,omitzero" doc:"The day from which the clock stands still; none while it runs"`
	// Stood are the spans in which it stood while the plan was reviewed. Their
	// days are given back already.
	Stood []Span `json:"stood,omitempty"`
	// Spared are the spans after the due date that count neither as lateness nor for
	// the ladder: the unit corrected what had come back, or was not served yet.
	// SparedSince is the day from which such a span runs; zero when none does.
	Spared      []Span        `json:"spared,omitempty" doc:"The spans after the due date that count neither as lateness nor for the ladder: the unit corrected what had come back, or was not served yet"`
	SparedSince calendar.Date `json:"spared_since,omitzero" doc:"The first day that is not held against the unit; none when every day is"`
	// Next is what rings next; nil while the clock runs on silently or stands.
	Next *Ring `json:"next,omitempty" doc:"What rings next; none while the clock runs on silently or stands"`
}

// A Span is the days after a first one, up to and including a last.
type Span struct {
	From calendar.Date `json:"from" doc:"The first day"`
	To   calendar.Date `json:"to" doc:"The last day"`
}

// A Move says why and how far a due date was moved.
type Move struct {
	On     calendar.Date `json:"on"`
	From   calendar.Date `json:"from" doc:"The date before"`
	To     calendar.Date `json:"to" doc:"The date after"`
	Reason MoveReason    `json:"reason" doc:"What moved the date"`
}

// A MoveReason says why a due date was moved.
type MoveReason string

// The reasons.
const (
	MoveCommittee  MoveReason = "committee"  // the committee took the days
	MoveStay       MoveReason = "stay"       // the clock was stopped by decision
	MoveOutage     MoveReason = "outage"     // the system was away before the end
	MoveExtension  MoveReason = "extension"  // more time was granted
	MoveAmended    MoveReason = "amended"    // the notice was amended after an objection
	MoveMerged     MoveReason = "merged"     // the earlier deadline of a merged case
	MoveCalendar   MoveReason = "calendar"   // the State Council's notice changed the days
	MoveAway       MoveReason = "transfer"   // the case was with another body
	MovePostponed  MoveReason = "postponed"  // a measure was postponed
	MoveSuccession MoveReason = "succession" // another unit took the case over
	MoveMain       MoveReason = "main"       // a plan is due no later than the rectification
	MoveDecided    MoveReason = "decided"    // a leader decided which of two dates holds
)

// ZH is the reason as it stands in an explanation.
func (m MoveReason) ZH() string {
	switch m {
	case MoveCommittee:
		return "工委办理占用的时间不计入单位时限"
	case MoveStay:
		return "中止计时"
	case MoveOutage:
		return "系统停机顺延"
	case MoveExtension:
		return "批准延期"
	case MoveAmended:
		return "异议部分成立，更正后重新计时"
	case MoveMerged:
		return "并案后从早"
	case MoveCalendar:
		return "放假安排公布后重算"
	case MoveAway:
		return "移送期间不计入单位时限"
	case MovePostponed:
		return "措施暂缓"
	case MoveSuccession:
		return "单位调整，承接单位熟悉情况的时间"
	case MoveMain:
		return "报送方案不晚于整改到期日"
	case MoveDecided:
		return "工委领导确定整改期限"
	default:
		return string(m)
	}
}

// A Ring is one step of a clock and the legal instant at which it is due.
type Ring struct {
	Step Step `json:"step" doc:"Which step of the clock fell due"`
	// On is the last day before the ring; At the legal instant.
	On calendar.Date `json:"on" doc:"The last day before it rings"`
	At time.Time     `json:"at"`
}

// A Step is what a clock does when it rings.
type Step string

// The steps.
const (
	StepRemind   Step = "remind"   // the due date is near
	StepLapse    Step = "lapse"    // the due date has passed
	StepChase    Step = "chase"    // it is still not done
	StepEscalate Step = "escalate" // the next rung of the ladder
)

// unitClock reports whether the clock measures the inspected unit. Only these
// raise the level, stand still for a stay and move for an outage.
func unitClock(name policy.ClockName) bool {
	switch name { //nolint:exhaustive // the others measure somebody else
	case policy.ClockPlan, policy.ClockRectification, policy.ClockCheckIn, policy.ClockCorrection:
		return true
	default:
		return false
	}
}

// start begins a clock that runs for period from the day start.
func (t *turn) start(name policy.ClockName, start calendar.Date, period calendar.Period) Clock {
	due := t.rules.Calendar.Add(start, period)
	return Clock{
		Name: name, Start: start, Period: period, Due: due.Date, DueAt: t.rules.Timeline.End(due.Date), Provisional: due.Provisional,
	}
}

// until begins a clock that ends on a given day, or when that is a day off on
// the next working day.
func (t *turn) until(name policy.ClockName, start, day calendar.Date) Clock {
	due := t.rules.Calendar.Roll(day)
	if name == policy.ClockStay { // the clock stands to the very day
		due.Date = day
	}
	k := Clock{Name: name, Start: start, Due: due.Date, DueAt: t.rules.Timeline.End(due.Date), Provisional: due.Provisional}
	if day != due.Date {
		k.Base = day
	}
	return k
}

// base is the due date before any Move.
func (c Clock) base() calendar.Date {
	if c.Base.IsZero() {
		return c.Due
	}
	return c.Base
}

// sets reports whether a move names the date anew, and does not give days back: what
// was spared behind the former date is over with it.
func (m MoveReason) sets() bool {
	switch m { //nolint:exhaustive // the others give back days that were not the unit's
	case MoveExtension, MoveAmended, MoveMerged, MoveDecided:
		return true
	default:
		return false
	}
}

// move sets a new due date, rolled forward from a day off, and keeps the
// reason. A date still to come makes a clock that had passed run again.
func (t *turn) move(c Clock, to calendar.Date, reason MoveReason) Clock {
	to = t.rules.Calendar.Roll(to).Date
	if to == c.Due {
		return c
	}
	c.Base = c.base()
	moves := make([]Move, 0, len(c.Moves)+1)
	c.Moves = append(append(moves, c.Moves...), Move{On: t.today, From: c.Due, To: to, Reason: reason})
	c.Due, c.DueAt = to, t.rules.Timeline.End(to)
	c.Provisional = c.Provisional || t.rules.Calendar.Day(to).Provisional
	if reason.sets() {
		c.Spared = nil
	}
	if c.DueAt.After(t.at) {
		c.Passed, c.Chases = false, 0
	}
	return c
}

// arm sets what rings next, strictly after now, but for the lapse and the
// ladder, which are never skipped.
func (t *turn) arm(c Clock) Clock {
	after := t.at
	c.Next = nil
	if !c.StandsSince.IsZero() || !c.SparedSince.IsZero() {
		return c
	}
	figures := t.rules.Policy.Clock(c.Name)
	if !c.Passed {
		c.Next = t.reminder(c, figures, after)
		if c.Next == nil {
			on := c.lapsesOn()
			if t.legal.Before(t.today) { // an alarm leads back to no day before it
				on = latest(on, t.legal)
			}
			c.Next = &Ring{Step: StepLapse, On: on, At: t.rules.Timeline.End(on)}
		}
		return c
	}
	if t.c.answerOwed(c) { // the clock of the answer rings instead
		return c
	}
	chase := t.chase(c, t.every(c, figures), after)
	rung := t.rung(c, figures.MaxLevel)
	switch {
	case rung == nil:
		c.Next = chase
	case chase == nil || !chase.At.Before(rung.At): // a step swallows that day's chase
		c.Next = rung
	default:
		c.Next = chase
	}
	return c
}

func (t *turn) every(c Clock, figures policy.Clock) calendar.Period {
	if c.Measure > 0 {
		return t.rules.Policy.Measures.ThenEvery
	}
	return figures.ThenEvery
}

// reminder is the first reminder still to come. Those before the clock's start
// or before now are skipped, so that an outage leaves one reminder, not three.
func (t *turn) reminder(c Clock, figures policy.Clock, after time.Time) *Ring {
	for _, before := range figures.Remind {
		on := t.rules.Calendar.Back(c.Due, before.N)
		at := t.rules.Timeline.Start(on)
		if at.After(after) && on.After(c.Start) {
			return &Ring{Step: StepRemind, On: on, At: at}
		}
	}
	return nil
}

// chase is the first chase still to come on the grid from the due date, or from the day
// on which a case was taken over that was late already.
func (t *turn) chase(c Clock, every calendar.Period, after time.Time) *Ring {
	if every.N == 0 {
		return nil
	}
	from := latest(c.Due, t.c.takenOverOn())
	n := 1
	if every.Unit == calendar.WorkingDays {
		n = max(1, t.rules.Calendar.WorkingDaysBetween(from, t.rules.Today(after))/every.N)
	}
	// Counted from the same day each time, so that months do not drift.
	for ; ; n++ {
		on := t.rules.Calendar.Add(from, calendar.Period{N: min(n*every.N, calendar.MaxPeriod), Unit: every.Unit}).Date
		if at := t.rules.Timeline.End(on); at.After(after) || n*every.N > calendar.MaxPeriod {
			return &Ring{Step: StepChase, On: on, At: at}
		}
	}
}

// rung is the next step of the ladder on this clock, or nil at its top or
// while an extension is undecided. It is due at the later of its legal offset
// and the time the level was last raised plus the interval between the two
// steps, so an outage never walks anybody up the ladder in one night, nor does the
// taking over of a case that is late; and never
// before the day of what is being decided: a stay that ended on days off leads
// back to no day within it.
func (t *turn) rung(c Clock, top policy.Level) *Ring {
	if t.c.Level >= top || t.c.Extension.pending() {
		return nil
	}
	step, ok := t.rules.Policy.Step(t.c.Level + 1)
	if !ok {
		return nil
	}
	on := t.rules.Calendar.AddWorkingDays(c.Due, step.After.N+t.rules.spared(c, Date{}, t.today))
	if since := t.c.takenOverOn(); t.c.Level == policy.L0 && !since.IsZero() {
		on = latest(on, t.rules.Calendar.AddWorkingDays(since, step.After.N))
	}
	if below, ok := t.rules.Policy.Step(t.c.Level); ok && !t.c.RaisedOn.IsZero() {
		paced := t.rules.Calendar.AddWorkingDays(t.c.RaisedOn, step.After.N-below.After.N+t.rules.spared(c, t.c.RaisedOn, t.today))
		on = latest(on, paced)
	}
	on = latest(on, t.legal)
	return &Ring{Step: StepEscalate, On: on, At: t.rules.Timeline.End(on)}
}

// stand stops a running clock from the day since on.
func (t *turn) stand(c Clock, since calendar.Date) Clock {
	if c.StandsSince.IsZero() {
		c.StandsSince, c.Next = latest(since, c.Start), nil
		c = spareTo(c, c.StandsSince)
	}
	return c
}

// resume lets a standing clock run on, later by the days it stood up to and
// including the day to.
func (t *turn) resume(c Clock, to calendar.Date, reason MoveReason) Clock {
	if c.StandsSince.IsZero() {
		return c
	}
	since := c.StandsSince
	c.StandsSince = calendar.Date{}
	if t.c.Stage == PlanReview {
		c.Stood = append(slices.Clone(c.Stood), Span{From: since, To: to})
	}
	c = t.move(c, t.rules.later(c.Due, since, to), reason)
	if t.c.correcting() && slices.Contains(reckoned(), c.Name) {
		c = spareFrom(c, to)
	}
	return c
}

// late is by how many working days a step that counts on the day on missed the
// clock.
func (t *turn) late(k Clock, on calendar.Date) int { return t.rules.late(k, on) }

// dueOn is the due date as it stands on a day.
func (t *turn) dueOn(k Clock, on calendar.Date) calendar.Date { return t.rules.dueOn(k, on) }
