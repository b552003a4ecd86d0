package workflows_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"duban/activities"
	"duban/notify/bounce"
	"duban/workflows"
)

// A postbox has so many pages of mails, or cannot be read.
type postbox struct {
	pages int
	fails bool
	asked []uint32
}

func (p *postbox) Page(_ context.Context, after uint32, _ bounce.Take) (bounce.Page, error) {
	p.asked = append(p.asked, after)
	if p.fails {
		return bounce.Page{}, errAway
	}
	return bounce.Page{After: after + 50, More: len(p.asked) < p.pages}, nil
}

// A mailbox is read page by page until there is no more. One that cannot be read
// is left alone until the next start.
func TestBouncesAreReadUntilNoneIsLeft(t *testing.T) {
	t.Parallel()
	for _, p := range []*postbox{{pages: 3}, {fails: true}} {
		quiet := slog.New(slog.DiscardHandler)
		var suite testsuite.WorkflowTestSuite
		suite.SetLogger(log.NewStructuredLogger(quiet))
		env := suite.NewTestWorkflowEnvironment()
		workflows.Register(env)
		workflows.RegisterActivities(env, activities.New(activities.Options{Logger: quiet, Bounces: &activities.BounceOptions{Mailbox: p}}))
		env.ExecuteWorkflow(workflows.TypeBounces, activities.BouncesInput{})
		require.True(t, env.IsWorkflowCompleted())
		if p.fails {
			require.Error(t, env.GetWorkflowError())
			require.Len(t, p.asked, 1)
			continue
		}
		require.NoError(t, env.GetWorkflowError())
		require.Equal(t, []uint32{0, 50, 100}, p.asked)
	}
}
