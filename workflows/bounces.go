package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// Bounces reads what mail servers sent back, a page at a time. Nothing of it is
// in a history but how far the mailbox was read. It runs on a Schedule, which is what tries a mailbox
// again that cannot be read: one that is asked with the wrong password too often
// is locked.
func Bounces(ctx workflow.Context, in activities.BouncesInput) error {
	activity := workflow.WithActivityOptions(ctx, bounceOptions())
	for {
		var done activities.BouncesRead
		if err := workflow.ExecuteActivity(activity, ActivityReadBounces, in).Get(ctx, &done); err != nil {
			return err
		}
		in.After = done.After
		switch {
		case !done.More:
			return nil
		case workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return workflow.NewContinueAsNewError(ctx, TypeBounces, in)
		}
	}
}

func bounceOptions() workflow.ActivityOptions {
	o := sendOptions()
	o.RetryPolicy = &temporal.RetryPolicy{MaximumAttempts: 1}
	return o
}
