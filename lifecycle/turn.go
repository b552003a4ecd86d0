package lifecycle

import (
	"slices"
	"time"

	"duban/calendar"
	"duban/policy"
)

// A turn is one decision being made: the case as the events so far leave it,
// and the events. Every rule works on a turn, so a rule always sees what the
// one before it did.
type turn struct {
	c       Case
	actor   Actor
	command string
	// received is the instant the command came in, which timeliness is judged
	// by; at is the same or the case's last event, whichever is later, because
	// event times never go back.
	received, at time.Time
	today        calendar.Date
	legal        calendar.Date
	rules        Rules
	others       []*turn
	events       []Event
	// before is what the unit saw before the last event.
	before UnitCase
}

func newTurn(c Case, cmd Command, at time.Time, r Rules) *turn {
	t := &turn{c: c, actor: cmd.Actor, command: cmd.ID, received: at, at: laterOf(at, c.At), rules: r}
	t.today = r.Today(t.at)
	t.legal = t.today
	return t
}

// record appends an event and applies it. The changes of stage, level and
// clocks that follow are noted on the same event, until the next is recorded.
func (t *turn) record(body Body) {
	t.seal()
	t.before = t.c.ForUnit()
	t.events = append(t.events, Event{
		Case: t.c.ID, Seq: t.c.Seq + 1, At: t.at, Legal: t.legal, Command: t.command,
		Actor: Actor{Account: t.actor.Account, Name: t.actor.Name}, Kind: eventRows.kindOf(body), Body: body,
	})
	t.c = t.c.Apply(*t.last())
}

// all returns the events of the turn, those of other cases behind its own.
func (t *turn) all() []Event {
	events := t.events
	for _, o := range t.others {
		events = append(events, o.events...)
	}
	return events
}

func (t *turn) last() *Event { return &t.events[len(t.events)-1] }

// seal ends the last event: it is marked visible to the unit when it changed
// what the unit sees, and only then. The unit's version, ETag and order hang on
// this mark.
func (t *turn) seal() {
	if len(t.events) > 0 && !t.before.equal(t.c.ForUnit()) {
		t.last().Visible = true
		t.c = t.c.seen(*t.last())
	}
}

// set starts or changes a clock.
func (t *turn) set(k Clock) {
	t.change(ClockChange{Clock: k})
}

// stop ends a clock, if it runs.
func (t *turn) stop(name policy.ClockName, measure int) {
	k, ok := t.c.clock(name, measure)
	if !ok {
		return
	}
	k.Next, k.Moves = nil, nil
	t.change(ClockChange{Clock: k, Stopped: true})
}

// change applies a clock change and notes it on the last event, where a later
// change of the same clock replaces an earlier one.
func (t *turn) change(change ClockChange) {
	e := t.last()
	i := slices.IndexFunc(e.Clocks, func(have ClockChange) bool { return have.same(change.Name, change.Measure) })
	if i >= 0 {
		e.Clocks[i] = change
	} else {
		e.Clocks = append(e.Clocks, change)
	}
	t.c = t.c.withClock(change)
}

// raise sets the level. The pace of the ladder is counted on from today; a step
// that fell due at midnight and was recorded within the day counts as of the day
// that had just ended, so that a ladder in time never slips.
func (t *turn) raise(level policy.Level) {
	if level == t.c.Level {
		return
	}
	on := t.today
	if t.legal.AddDays(1) == t.today {
		on = t.legal
	}
	t.last().Level, t.last().LevelOn = &level, on
	t.c = t.c.withLevel(*t.last())
}

// floor is the level a round starts from.
func (t *turn) floor() policy.Level {
	if t.c.Round > 1 {
		return t.rules.Policy.Rectification.LaterLevel
	}
	return policy.L0
}

// goTo moves the case to a stage, stops the clocks of the stage it leaves and
// starts the committee's clock of the stage it enters. The unit's own clocks
// run through several stages and are handled by the commands that know why.
func (t *turn) goTo(stage Stage) {
	for _, name := range stageClocks(t.c.Stage) {
		t.stop(name, 0)
	}
	t.stop(policy.ClockDraw, 0)
	t.last().Stage = stage
	t.c = t.c.withStage(stage, t.at, t.legal)
	if stage.Settled() {
		for _, k := range slices.Clone(t.c.Clocks) {
			t.stop(k.Name, k.Measure)
		}
		return
	}
	for _, name := range stageClocks(stage) {
		t.set(t.arm(t.start(name, t.today, t.rules.Policy.Clock(name).Within)))
	}
	for _, name := range reckoned() {
		k, ok := t.c.clock(name, 0)
		switch {
		case ok && t.rings(name):
			t.set(t.arm(k))
		case ok && k.Next != nil:
			k.Next = nil
			t.set(k)
		}
	}
}

// stageClocks are the clocks that live and die with a stage.
func stageClocks(s Stage) []policy.ClockName {
	switch s {
	case Draft:
		return []policy.ClockName{policy.ClockDraft}
	case Triage:
		return []policy.ClockName{policy.ClockTriage}
	case NoticeDrafting:
		return []policy.ClockName{policy.ClockNoticeDrafting}
	case NoticeApproval:
		return []policy.ClockName{policy.ClockNoticeApproval}
	case Serving:
		return []policy.ClockName{policy.ClockReceipt}
	case PlanReview:
		return []policy.ClockName{policy.ClockPlanReview}
	case ReportReview:
		return []policy.ClockName{policy.ClockReportReview}
	case LookBackPending:
		return []policy.ClockName{policy.ClockLookBack}
	case LookBackActive:
		return []policy.ClockName{policy.ClockLookBackResult}
	case ClosureApproval:
		return []policy.ClockName{policy.ClockClosureApproval}
	case Closed:
		return []policy.ClockName{policy.ClockCooling}
	case Transferred:
		return []policy.ClockName{policy.ClockTransferReceipt}
	case Sustained:
		return []policy.ClockName{policy.ClockSustainedReview}
	case Planning, Rectifying, Archived, Merged, Voided:
		return nil
	default:
		return nil
	}
}

// standUnit stops the unit's running clocks from the day since on.
func (t *turn) standUnit(since calendar.Date) {
	for _, k := range slices.Clone(t.c.Clocks) {
		if unitClock(k.Name) && k.StandsSince.IsZero() {
			t.set(t.stand(k, since))
		}
	}
}

// resumeUnit lets the unit's clocks run on, later by the days they stood up to
// the day to, unless something else still holds them.
func (t *turn) resumeUnit(to calendar.Date, reason MoveReason) {
	if t.held() {
		return
	}
	for _, k := range slices.Clone(t.c.Clocks) {
		if !unitClock(k.Name) || k.StandsSince.IsZero() {
			continue
		}
		k = t.resume(k, to, reason)
		if t.rings(k.Name) {
			k = t.arm(k)
		}
		t.set(k)
	}
}

// held reports whether the unit's clocks have a reason to stand.
func (t *turn) held() bool {
	_, held := t.heldSince()
	return held || t.c.Stage == ReportReview
}

// heldSince is the day from which a stay or the committee's late answer to an
// objection holds the unit's clocks.
func (t *turn) heldSince() (since calendar.Date, held bool) {
	if k, ok := t.c.clock(policy.ClockObjection, 0); ok && k.Passed {
		since, held = k.Due, true
	}
	if s := t.c.Stay; s != nil && (!held || s.On.Before(since)) {
		since, held = s.On, true
	}
	return since, held
}

// run starts a clock of the unit's, standing when something holds the unit's
// clocks.
func (t *turn) run(k Clock) {
	if since, held := t.heldSince(); held {
		k = t.stand(k, since)
	}
	if t.rings(k.Name) {
		k = t.arm(k)
	}
	t.set(k)
}

// rings reports whether a unit's clock rings in the stage the case is in, or runs on
// silently. The main clock rings wherever it is the unit's turn: who lets its due date
// pass climbs the whole ladder, with a plan or without one. While the committee reads,
// it is the committee's turn.
func (t *turn) rings(name policy.ClockName) bool {
	switch name { //nolint:exhaustive // the others ring wherever they run
	case policy.ClockPlan:
		return t.c.Stage == Planning
	case policy.ClockRectification:
		return t.c.Stage == Planning || t.c.Stage == Rectifying
	default:
		return true
	}
}
