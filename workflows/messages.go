package workflows

import (
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// Messages sends what leaves the house, a page at a time: the record says what
// there is to send, who reads it and whether it is time. A history holds that it was
// asked and whether it went on, and nothing of how much there was. It runs on a
// Schedule.
func Messages(ctx workflow.Context) error {
	activity := workflow.WithActivityOptions(ctx, sendOptions())
	for {
		var done activities.Sending
		if err := workflow.ExecuteActivity(activity, ActivitySendMessages).Get(ctx, &done); err != nil {
			return err
		}
		switch {
		case !done.More:
			return nil
		case workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return workflow.NewContinueAsNewError(ctx, TypeMessages)
		}
	}
}
