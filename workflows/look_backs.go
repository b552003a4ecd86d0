package workflows

import "go.temporal.io/sdk/workflow"

// LookBacks has the drawn inspectors told on the morning of their day. The record
// knows whom; the history holds that it was asked, every few minutes of every day
// alike, and nothing else. It runs on a Schedule.
func LookBacks(ctx workflow.Context) error {
	return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, pageOptions()), ActivityDispatchLookBacks).Get(ctx, nil)
}
