package workflows

import (
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// Letters delivers what may leave by now and was not delivered by the workflow
// of its case: the papers that timers ordered, which leave in the morning while
// the case's own workflow sleeps, and whatever was left behind. One workflow
// does it for all cases, so that a thousand papers at half past eight are not a
// thousand timers. It runs on a Schedule.
func Letters(ctx workflow.Context, in activities.DueInput) error {
	activity := workflow.WithActivityOptions(ctx, pageOptions())
	for {
		var due activities.Due
		if err := workflow.ExecuteActivity(activity, ActivityDeliverDue, in).Get(ctx, &due); err != nil {
			return err
		}
		in.After = due.After
		switch {
		case !due.More:
			return nil
		case workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return workflow.NewContinueAsNewError(ctx, TypeLetters, in)
		}
	}
}
