package lifecycle

import (
	"time"

	"duban/calendar"
	"duban/policy"
)

// An Alarm is the earliest ring of all clocks of a case: the instant at which
// the case must be looked at although nobody touched it.
type Alarm struct {
	Clock   policy.ClockName `json:"clock"`
	Measure int              `json:"measure,omitempty"`
	Ring
}

// Kind names the alarm as clock and step, such as "rectification.lapse".
func (a Alarm) Kind() string { return string(a.Clock) + "." + string(a.Step) }

// Alarm returns the case's alarm. ok is false for a settled case, and for no
// other.
func (c Case) Alarm() (alarm Alarm, ok bool) {
	for _, k := range c.Clocks {
		if k.Next == nil || ok && !k.Next.At.Before(alarm.At) {
			continue
		}
		alarm, ok = Alarm{Clock: k.Name, Measure: k.Measure, Ring: *k.Next}, true
	}
	return alarm, ok
}

// DecideAlarm applies the case's alarm as of the instant at. It returns no
// event when the alarm is not due yet, and never a refusal: a due alarm is
// always decided, and always moves the case's alarm forward.
func DecideAlarm(c Case, at time.Time, r Rules) []Event {
	if t := decideAlarm(c, at, r); t != nil {
		return t.events
	}
	return nil
}

func decideAlarm(c Case, at time.Time, r Rules) *turn {
	alarm, ok := c.Alarm()
	if !ok || alarm.At.After(at) {
		return nil
	}
	t := newTurn(c, Command{}, at, r)
	t.legal = alarm.On
	k, _ := t.c.clock(alarm.Clock, alarm.Measure)
	switch alarm.Step {
	case StepRemind:
		t.record(&Reminded{Clock: k.Name, Measure: k.Measure, Due: k.Due})
		t.set(t.arm(k))
	case StepLapse:
		t.lapse(k)
	case StepChase:
		k.Chases++
		t.record(&Chased{Clock: k.Name, Measure: k.Measure, Due: k.Due, Count: k.Chases})
		t.set(t.arm(k))
	case StepEscalate:
		t.escalate(k)
	}
	t.seal()
	return t
}

// lapse is the passing of a due date: for most clocks the first chase, for a
// few the end of something.
func (t *turn) lapse(k Clock) {
	if due := t.afterOutage(k); due != k.Due {
		t.record(&DeadlineMoved{Clock: k.Name, From: k.Due, Reason: MoveOutage})
		k = t.move(k, due, MoveOutage)
		if k.Due.After(t.legal) {
			t.set(t.arm(k))
			return
		}
		t.set(k) // that day is over too: it lapses with the same alarm
	}
	switch k.Name { //nolint:exhaustive // the others chase somebody
	case policy.ClockCooling:
		t.record(&CaseArchived{})
		t.goTo(Archived)
		return
	case policy.ClockStay:
		t.record(&StayEnded{Grantor: t.c.Stay.By})
		t.stop(policy.ClockStay, 0)
		t.resumeUnit(k.Due, MoveStay) // however late the alarm is
		return
	case policy.ClockCorrection:
		t.record(&DeadlineMissed{Clock: k.Name, Due: k.Due})
		t.endCorrection(k.Due)
		return
	default:
	}
	k.Passed = true
	t.record(&DeadlineMissed{Clock: k.Name, Measure: k.Measure, Due: k.Due})
	t.set(t.arm(k))
	if k.Name == policy.ClockObjection {
		t.standUnit(k.Due) // from the day the committee's answer is late
	}
}

// afterOutage is the due date of a clock of the unit's, or the first working day
// after it before whose end the system was not away. A clock that lapses later than
// its due date is moved by no outage before it: the unit had those days anyway.
func (t *turn) afterOutage(k Clock) calendar.Date {
	due := k.Due
	if k.lapsesOn().After(due) {
		return due
	}
	for unitClock(k.Name) && t.outageBefore(t.rules.Timeline.End(due)) {
		due = t.rules.Calendar.AddWorkingDays(due, 1)
	}
	return due
}

// outageBefore reports whether the system was away too long too near a due
// instant: nobody is late because of us.
func (t *turn) outageBefore(due time.Time) bool {
	from := due.Add(-t.rules.Timeline.Scale(t.rules.Policy.Time.OutageBefore.Std()))
	for _, o := range t.rules.Outages {
		if o.From.Before(due) && o.To.After(from) {
			return true
		}
	}
	return false
}

// escalate climbs one rung and orders what the policy names for it.
func (t *turn) escalate(k Clock) {
	step, ok := t.rules.Policy.Step(t.c.Level + 1)
	if !ok {
		return
	}
	t.record(&LevelRaised{Clock: k.Name, Due: k.Due})
	t.raise(step.Level)
	t.orderStep(step, Lapsed(k.Name, k.Due, t.rules.late(k, t.legal)))
	t.rearmUnit() // the next step may be another clock's as well
}

// Reminded: a due date is near.
type Reminded struct {
	Clock   policy.ClockName `json:"clock"`
	Measure int              `json:"measure,omitempty" doc:"Number of the ordered measure that is due; none for the other clocks"`
	Due     calendar.Date    `json:"due"`
}

// Chased: something overdue was asked for once more.
type Chased struct {
	Clock   policy.ClockName `json:"clock"`
	Measure int              `json:"measure,omitempty" doc:"Number of the ordered measure that is overdue; none for the other clocks"`
	Due     calendar.Date    `json:"due"`
	Count   int              `json:"count" doc:"Which time it is, from 1"`
}

// DeadlineMissed: a due date passed unmet.
type DeadlineMissed struct {
	Clock   policy.ClockName `json:"clock"`
	Measure int              `json:"measure,omitempty" doc:"Number of the ordered measure that was due; none for the other clocks"`
	Due     calendar.Date    `json:"due"`
}

// DeadlineMoved: a due date that could not be kept for a reason outside the
// unit moved to the next working day.
type DeadlineMoved struct {
	Clock  policy.ClockName `json:"clock"`
	From   calendar.Date    `json:"from" doc:"The due date before"`
	Reason MoveReason       `json:"reason"`
}

// LevelRaised: lateness reached the next rung of the ladder.
type LevelRaised struct {
	Clock policy.ClockName `json:"clock"`
	Due   calendar.Date    `json:"due"`
}

// CaseArchived: the cooling period ended.
type CaseArchived struct{}

func (*Reminded) apply(*Case, Event)       {}
func (*Chased) apply(*Case, Event)         {}
func (*DeadlineMissed) apply(*Case, Event) {}
func (*DeadlineMoved) apply(*Case, Event)  {}
func (*LevelRaised) apply(*Case, Event)    {}
func (*CaseArchived) apply(*Case, Event)   {}
