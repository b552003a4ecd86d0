package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/activities"
	"duban/store"
	"duban/workflows"
)

func TestImportGoesOnUntilEveryRowIsSettled(t *testing.T) {
	t.Parallel()
	r := &record{recompute: func(_ string, page int) (bool, error) {
		if page == 2 {
			return false, errAway // tried again
		}
		return page < 5, nil
	}}
	env := newEnv(t, r)
	env.ExecuteWorkflow(workflows.TypeImport, activities.JobInput{Job: "i"})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, map[string]int{"i": 5}, r.pages)
}

func TestImportOfAnUnknownJobEnds(t *testing.T) {
	t.Parallel()
	env := newEnv(t, &record{recompute: func(string, int) (bool, error) { return false, store.ErrNotFound }})
	env.ExecuteWorkflow(workflows.TypeImport, activities.JobInput{Job: "i"})
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
}
