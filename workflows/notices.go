package workflows

import "go.temporal.io/sdk/workflow"

// Notices drafts or signs all notices of a campaign.
func Notices(ctx workflow.Context, in JobInput) error {
	return pages(ctx, importOptions(), TypeNotices, ActivityNotices, in)
}
