package workflows

import (
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// read learns from the record how the case stands. As long as the record does
// not answer, news will do. It fails when the workflow is cancelled.
func (k *keeper) read(ctx workflow.Context) error {
	for failed := 1; ; failed++ {
		told, err := askTold(ctx, k.id)
		switch {
		case err == nil:
			k.Told = told
			k.listen()
			return nil
		case activities.Gone(err):
			k.gone = true
			return nil
		}
		if err := k.pause(ctx, failed); err != nil || k.Told.Seq > 0 {
			return err
		}
	}
}

// pause waits after the so manieth failure in a row, or for news.
func (k *keeper) pause(ctx workflow.Context, failed int) error {
	k.setTimer(ctx, workflow.Now(ctx).Add(backoff(failed)))
	defer k.timer.clear()
	if err := k.wait(ctx); err != nil {
		return err
	}
	k.rang = false
	return nil
}

// listen adopts all news there is.
func (k *keeper) listen() {
	for {
		var told activities.Told
		if !k.news.ReceiveAsync(&told) {
			return
		}
		k.hear(told)
	}
}

// hear adopts news of the case. What is no newer than what is known is no news:
// signals may be doubled and may overtake each other.
func (k *keeper) hear(told activities.Told) {
	if told.Case == k.id && told.Seq > k.Told.Seq {
		k.adopt(told)
	}
}

// adopt takes over how the case stands. Another alarm has not failed yet.
func (k *keeper) adopt(told activities.Told) {
	if told.AlarmNo != k.Told.AlarmNo {
		k.Carried = Carried{}
	}
	k.Told = told
}
