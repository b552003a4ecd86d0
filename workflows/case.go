package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// A CaseInput begins a run of the workflow of a case.
type CaseInput struct {
	Case string `json:"case"`
	// Carried is what the run before knew; without it the record is read first.
	Carried *Carried `json:"carried,omitempty"`
}

// Carried is what one run of a case's workflow hands to the next.
type Carried struct {
	Told activities.Told `json:"told"`
	// Failed is how often in a row the alarm could not be passed, Fruitless how
	// often in a row passing it changed nothing.
	Failed    int `json:"failed,omitempty"`
	Fruitless int `json:"fruitless,omitempty"`
	// NotBefore is when the alarm is passed next at the earliest, if it could
	// not be passed or passing it changed nothing.
	NotBefore time.Time `json:"not_before,omitzero"`
}

// Case keeps one case's time, from discovery to archive: it shows where the
// case stands, waits for news or for the alarm, passes the alarm to the record, and
// goes on from the answer. It ends when the case is settled, or when the record does
// not know the case.
func Case(ctx workflow.Context, in CaseInput) error {
	k := newKeeper(ctx, in)
	if in.Carried == nil {
		if err := k.read(ctx); err != nil {
			return err
		}
	}
	for !k.gone {
		k.show(ctx)
		if k.Told.Settled {
			if k.listen(); k.Told.Settled {
				break
			}
			continue // a merged case came back meanwhile
		}
		if k.mustRenew(ctx) {
			return k.renew(ctx)
		}
		k.arm(ctx)
		if err := k.wait(ctx); err != nil {
			return err
		}
		if k.rang {
			k.pass(ctx)
		}
	}
	k.listen() // the last step: news that nobody received would be lost
	return nil
}

// A keeper is one run of the workflow of a case.
type keeper struct {
	Carried

	id   string
	news workflow.ReceiveChannel
	// gone: the record does not know the case.
	gone bool

	timer timer
	// rang: the timer went off and the alarm has not been passed since.
	rang bool
	// passed: an alarm was passed since the age of the run was last looked at.
	passed bool
}

func newKeeper(ctx workflow.Context, in CaseInput) *keeper {
	k := &keeper{id: in.Case, news: workflow.GetSignalChannel(ctx, SignalAdvanced)}
	if in.Carried != nil {
		k.Carried = *in.Carried
	}
	return k
}

// show tells an operator where the case stands. It is no part of the history.
func (k *keeper) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, describe(k.Told))
}

// wait waits for news or the timer, whichever is first. It fails when the workflow is
// cancelled.
func (k *keeper) wait(ctx workflow.Context) error {
	s := workflow.NewSelector(ctx)
	s.AddReceive(k.news, func(workflow.ReceiveChannel, bool) { k.listen() })
	if k.timer.future != nil {
		s.AddFuture(k.timer.future, func(workflow.Future) {
			k.timer = timer{}
			k.rang = true
		})
	}
	s.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {})
	s.Select(ctx)
	return ctx.Err()
}
