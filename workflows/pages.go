package workflows

import (
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// pages does a job of the record a page at a time, until nothing is left of it.
// Its one argument names the job that an authorised command wrote; the record
// decides what there is to do, and what is done already.
func pages(ctx workflow.Context, options workflow.ActivityOptions, kind, activity string, in JobInput) error {
	ctx = workflow.WithActivityOptions(ctx, options)
	for {
		var p activities.Progress
		err := workflow.ExecuteActivity(ctx, activity, in).Get(ctx, &p)
		switch {
		case activities.Gone(err):
			return nil
		case err != nil:
			return err
		case !p.More:
			return nil
		case workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return workflow.NewContinueAsNewError(ctx, kind, in)
		}
	}
}
