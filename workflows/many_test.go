package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"duban/activities"
	"duban/store"
	"duban/workflows"
)

func TestRecomputeGoesOnUntilNoCaseIsOlder(t *testing.T) {
	t.Parallel()
	r := &record{recompute: func(_ string, page int) (bool, error) {
		switch page {
		case 2, 3:
			return false, errAway // tried again
		default:
			return page < 6, nil
		}
	}}
	env := newEnv(t, r)
	env.ExecuteWorkflow(workflows.TypeRecompute, activities.JobInput{Job: "j"})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, map[string]int{"j": 6}, r.pages)
}

func TestRecomputeOfAnUnknownJobEnds(t *testing.T) {
	t.Parallel()
	env := newEnv(t, &record{recompute: func(string, int) (bool, error) { return false, store.ErrNotFound }})
	env.ExecuteWorkflow(workflows.TypeRecompute, activities.JobInput{Job: "j"})
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
}

func TestRecomputeContinuesAsNewWhenLong(t *testing.T) {
	t.Parallel()
	env := newEnv(t, &record{recompute: func(string, int) (bool, error) { return true, nil }})
	env.SetContinueAsNewSuggested(true)
	env.ExecuteWorkflow(workflows.TypeRecompute, activities.JobInput{Job: "j"})
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, env.GetWorkflowError(), &again)
	var in activities.JobInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
	require.Equal(t, "j", in.Job)
}

func TestJobsTakesUpWhatWasLeft(t *testing.T) {
	t.Parallel()
	r := &record{
		jobs:      []string{"a", "b"},
		imports:   []string{"c"},
		recompute: func(job string, page int) (bool, error) { return job == "b" && page == 1, nil },
	}
	env := newEnv(t, r)
	env.ExecuteWorkflow(workflows.TypeJobs)
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, map[string]int{"a": 1, "b": 2, "c": 1}, r.pages)
	require.WithinDuration(t, begin, env.Now(), time.Minute)
}
