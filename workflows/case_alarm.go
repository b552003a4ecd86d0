package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// clockLag is how far two clocks may be apart: an alarm that was too early by
// the record's clock is due when the record's clock has caught up.
const clockLag = time.Second

// A timer is one that is running, or none.
type timer struct {
	at     time.Time
	future workflow.Future
	stop   workflow.CancelFunc
}

// clear stops the timer if it runs.
func (t *timer) clear() {
	if t.stop != nil {
		t.stop()
	}
	*t = timer{}
}

// arm sets the timer to the alarm. A settled case has none.
func (k *keeper) arm(ctx workflow.Context) {
	if k.Told.Settled || k.Told.FireAt.IsZero() {
		k.timer.clear()
		return
	}
	at := k.Told.FireAt
	if at.Before(k.NotBefore) {
		at = k.NotBefore
	}
	k.setTimer(ctx, at)
}

// setTimer sets the timer to go off at an instant, unless it is set to it.
func (k *keeper) setTimer(ctx workflow.Context, at time.Time) {
	if k.timer.future != nil && k.timer.at.Equal(at) {
		return
	}
	k.timer.clear()
	timerCtx, stop := workflow.WithCancel(ctx)
	k.timer = timer{
		at:   at,
		stop: stop,
		future: workflow.NewTimerWithOptions(timerCtx, max(0, at.Sub(workflow.Now(ctx))), workflow.TimerOptions{
			Summary: describe(k.Told),
		}),
	}
}

// pass passes the alarm to the record and goes on from the answer. Whatever its
// seq is, the answer replaces what was known: it is the present. An alarm that
// could not be passed, or that changed nothing, is passed again later.
func (k *keeper) pass(ctx workflow.Context) {
	k.rang, k.passed = false, true
	asked := k.Told.AlarmNo
	told, err := askAlarm(ctx, activities.AlarmInput{Case: k.id, AlarmNo: asked, Fruitless: k.Fruitless})
	now := workflow.Now(ctx)
	switch {
	case activities.Gone(err):
		k.gone = true
	case err != nil:
		k.Failed++
		k.NotBefore = now.Add(backoff(k.Failed))
	case told.AlarmNo == asked && !told.Settled:
		k.Told = told
		k.Failed = 0
		k.Fruitless++
		if k.NotBefore = now.Add(clockLag); k.Fruitless > 1 {
			k.NotBefore = now.Add(backoff(k.Fruitless - 1))
		}
	default:
		k.adopt(told)
	}
}
