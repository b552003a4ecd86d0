package workflows

import "go.temporal.io/sdk/workflow"

// Import opens the cases of an import.
func Import(ctx workflow.Context, in JobInput) error {
	return pages(ctx, importOptions(), TypeImport, ActivityImport, in)
}
