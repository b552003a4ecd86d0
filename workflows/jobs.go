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
		if err := takeUp(ctx, TypeRecompute, RecomputeID(job), job); err != nil {
			return err
		}
	}
	for _, job := range list.Imports {
		if err := takeUp(ctx, TypeImport, ImportID(job), job); err != nil {
			return err
		}
	}
	for _, job := range list.Notices {
		if err := takeUp(ctx, TypeNotices, NoticesID(job), job); err != nil {
			return err
		}
	}
	return nil
}

// takeUp does one job, unless it is being done.
func takeUp(ctx workflow.Context, kind, id, job string) error {
	child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: id})
	err := workflow.ExecuteChildWorkflow(child, kind, activities.JobInput{Job: job}).Get(ctx, nil)
	if err != nil && !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		workflow.GetLogger(ctx).Warn("job not done", "job", job, "error", err)
	}
	return ctx.Err()
}
