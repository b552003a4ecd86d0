package workflows

import (
	"go.temporal.io/sdk/workflow"

	"duban/activities"
)

// A JobInput names a job of the record.
type JobInput = activities.JobInput

// Recompute brings every open case that is older than the calendar in force up
// to it.
func Recompute(ctx workflow.Context, in JobInput) error {
	return pages(ctx, pageOptions(), TypeRecompute, ActivityRecompute, in)
}
