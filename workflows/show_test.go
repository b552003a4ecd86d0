package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"duban/lifecycle"
	"duban/store"
)

// Whoever may look at the engine sees what the unit may see, and no more.
func TestCaseShowsTheUnitsStageAndTheInstant(t *testing.T) {
	t.Parallel()
	fire := after(24 * time.Hour)
	for stage, want := range map[lifecycle.UnitStage]string{
		lifecycle.UnitNone:     "— · 2026-11-24T09:00:00+08:00",
		lifecycle.UnitAccepted: "已受理 · 2026-11-24T09:00:00+08:00",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			told := open(1, 1, fire)
			told.Stage = stage
			r := &record{
				told:  func() (store.Told, error) { return told, nil },
				alarm: func(int64) (store.Told, error) { return settled(9), nil },
			}
			env := newEnv(t, r)
			seen := &asked{}
			env.SetWorkerOptions(worker.Options{Interceptors: seen.interceptors()})
			var details string
			env.RegisterDelayedCallback(func() { details = currentDetails(t, env) }, time.Hour)
			run(t, env)
			require.Equal(t, want, details)
			require.Equal(t, []string{timerText(24*time.Hour, want)}, seen.timers)
			require.Equal(t, []string{"", "alarm 1"}, seen.locals)
			require.Equal(t, "已归档", currentDetails(t, env))
		})
	}
}

// currentDetails asks the workflow what it shows.
func currentDetails(t *testing.T, env *testsuite.TestWorkflowEnvironment) string {
	t.Helper()
	answer, err := env.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(t, answer.Get(&metadata))
	return metadata.GetCurrentDetails()
}
