package workflows

import (
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// Import opens the cases of an import, a page of rows at a time, until every
// row is settled. Its one argument names the job that an authorised command
// wrote; the record decides what there is to do, and which rows are done.
func Import(ctx workflow.Context, in JobInput) error {
	ctx = workflow.WithActivityOptions(ctx, importOptions())
	for {
		var p activities.Progress
		err := workflow.ExecuteActivity(ctx, ActivityImport, in).Get(ctx, &p)
		switch {
		case activities.Gone(err):
			return nil
		case err != nil:
			return err
		case !p.More:
			return nil
		case workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return workflow.NewContinueAsNewError(ctx, TypeImport, in)
		}
	}
}
