package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// Jobs takes up the jobs that were ordered while the engine was away, or whose
// workflow was lost. A job that is being done already is left alone. It runs on
// a Schedule.
func Jobs(ctx workflow.Context) error {
	var list activities.JobList
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, pageOptions()), ActivityRecomputeJobs).Get(ctx, &list)
	if err != nil {
		return err
	}
	for _, job := range list.Jobs {
		child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: RecomputeID(job)})
		err := workflow.ExecuteChildWorkflow(child, TypeRecompute, activities.JobInput{Job: job}).Get(ctx, nil)
		if err != nil && !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			workflow.GetLogger(ctx).Warn("job not done", "job", job, "error", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
