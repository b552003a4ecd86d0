package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"duban/activities"
	"duban/workflows"
)

// These strings live in histories. When this test fails, running cases break.
func TestNamesStay(t *testing.T) {
	t.Parallel()
	var r names
	workflows.Register(&r)
	workflows.RegisterActivities(&r, activities.New(activities.Options{}))
	require.Equal(t, names{
		"case", "recompute", "jobs", "import", "notices", "look_backs", "messages", "bounces",
		"alarm", "told", "recompute", "recompute_jobs", "import", "notices", "dispatch_look_backs", "send_messages", "read_bounces",
	}, r)
	require.Equal(t, "duban", workflows.TaskQueue)
	require.Equal(t, "advanced", workflows.SignalAdvanced)
	require.Equal(t, "case/x", workflows.CaseID("x"))
	require.Equal(t, "recompute/x", workflows.RecomputeID("x"))
	require.Equal(t, "import/x", workflows.ImportID("x"))
	require.Equal(t, "notices/x", workflows.NoticesID("x"))
	require.Equal(t, []string{"busy", "gone", "failed", "panic"},
		[]string{activities.CodeBusy, activities.CodeGone, activities.CodeFailed, activities.CodePanic})
}

type names []string

func (n *names) RegisterWorkflowWithOptions(_ any, o workflow.RegisterOptions) {
	*n = append(*n, o.Name)
}

func (n *names) RegisterActivityWithOptions(_ any, o activity.RegisterOptions) {
	*n = append(*n, o.Name)
}
