package workflows

import (
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// A JobInput names a job of the record.
type JobInput = activities.JobInput

// Recompute brings every open case that is older than the calendar in force up
// to it, a page at a time, until none is. Its one argument names the job that
// an authorised command wrote; the record decides what there is to do.
func Recompute(ctx workflow.Context, in JobInput) error {
	ctx = workflow.WithActivityOptions(ctx, pageOptions())
	for {
		var p activities.Progress
		err := workflow.ExecuteActivity(ctx, ActivityRecompute, in).Get(ctx, &p)
		switch {
		case activities.Gone(err):
			return nil
		case err != nil:
			return err
		case !p.More:
			return nil
		case workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return workflow.NewContinueAsNewError(ctx, TypeRecompute, in)
		}
	}
}
