package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// runAge is the age at which a run gives way to a new one at its next alarm, so
// that no history has to be replayed by code much younger than itself.
const runAge = 90 * 24 * time.Hour

// mustRenew reports whether the run should go on as a new one: when its history
// is long, or at an alarm when it is old.
func (k *keeper) mustRenew(ctx workflow.Context) bool {
	if k.Told.Settled {
		return false
	}
	info := workflow.GetInfo(ctx)
	old := k.passed && workflow.Now(ctx).Sub(info.WorkflowStartTime) > runAge
	k.passed = false
	return old || info.GetContinueAsNewSuggested()
}

// renew goes on as a new run that knows what this one knows. News that comes
// after the last look makes the engine repeat this step, so none is lost.
func (k *keeper) renew(ctx workflow.Context) error {
	k.timer.clear()
	k.listen()
	carried := k.Carried
	return workflow.NewContinueAsNewError(ctx, TypeCase, CaseInput{Case: k.id, Carried: &carried})
}
