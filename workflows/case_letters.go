package workflows

import (
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// deliver begins to deliver the letters that may leave. The alarm does not wait
// for it: a letter that cannot be delivered holds up no deadline.
//
// Letters whose hour has not come leave with the workflow Letters.
func (k *keeper) deliver(ctx workflow.Context) {
	if !k.Told.Letters || k.delivery != nil {
		return
	}
	k.Told.Letters = false
	k.delivery = workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, letterOptions()),
		ActivityDeliverLetters, activities.CaseInput{Case: k.id})
}

// delivered ends a delivery. What could not leave is left to the workflow
// Letters, which comes by every few minutes.
func (k *keeper) delivered(ctx workflow.Context) {
	if err := k.delivery.Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("letters stay behind", "error", err)
	}
	k.delivery = nil
}
