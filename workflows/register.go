package workflows

import (
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// A WorkflowRegistry takes workflows under a name: a worker or a replayer.
type WorkflowRegistry interface {
	RegisterWorkflowWithOptions(workflow any, options workflow.RegisterOptions)
}

// An ActivityRegistry takes activities under a name: a worker.
type ActivityRegistry interface {
	RegisterActivityWithOptions(activity any, options activity.RegisterOptions)
}

// Register registers every workflow under its name.
func Register(r WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Case, workflow.RegisterOptions{Name: TypeCase})
	r.RegisterWorkflowWithOptions(Recompute, workflow.RegisterOptions{Name: TypeRecompute})
	r.RegisterWorkflowWithOptions(Jobs, workflow.RegisterOptions{Name: TypeJobs})
	r.RegisterWorkflowWithOptions(Import, workflow.RegisterOptions{Name: TypeImport})
	r.RegisterWorkflowWithOptions(Notices, workflow.RegisterOptions{Name: TypeNotices})
	r.RegisterWorkflowWithOptions(LookBacks, workflow.RegisterOptions{Name: TypeLookBacks})
	r.RegisterWorkflowWithOptions(Messages, workflow.RegisterOptions{Name: TypeMessages})
	r.RegisterWorkflowWithOptions(Bounces, workflow.RegisterOptions{Name: TypeBounces})
}

// RegisterActivities registers every activity that the workflows ask for under
// its name.
func RegisterActivities(r ActivityRegistry, a *activities.Activities) {
	r.RegisterActivityWithOptions(a.Alarm, activity.RegisterOptions{Name: ActivityAlarm})
	r.RegisterActivityWithOptions(a.Told, activity.RegisterOptions{Name: ActivityTold})
	r.RegisterActivityWithOptions(a.Recompute, activity.RegisterOptions{Name: ActivityRecompute})
	r.RegisterActivityWithOptions(a.RecomputeJobs, activity.RegisterOptions{Name: ActivityRecomputeJobs})
	r.RegisterActivityWithOptions(a.Import, activity.RegisterOptions{Name: ActivityImport})
	r.RegisterActivityWithOptions(a.Notices, activity.RegisterOptions{Name: ActivityNotices})
	r.RegisterActivityWithOptions(a.DispatchLookBacks, activity.RegisterOptions{Name: ActivityDispatchLookBacks})
	r.RegisterActivityWithOptions(a.SendMessages, activity.RegisterOptions{Name: ActivitySendMessages})
	r.RegisterActivityWithOptions(a.ReadBounces, activity.RegisterOptions{Name: ActivityReadBounces})
}
