package workflows_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"duban/activities"
	"duban/store"
	"duban/workflows"
)

// An outgoing has so many pages of letters, and one turn to send that fails.
type outgoing struct {
	pages, fails int
	taken, asked int
}

func (o *outgoing) TakeSender(context.Context, string, time.Time, time.Time) (bool, error) {
	o.taken++
	if o.taken == o.fails {
		return false, errAway
	}
	return true, nil
}

func (o *outgoing) RouteLetters(_ context.Context, _ time.Time, limit int) (store.Routed, error) {
	o.asked++
	return store.Routed{Letters: limit, More: o.asked < o.pages}, nil
}

func (*outgoing) Digests(context.Context, time.Time) (int, bool, error) { return 0, false, nil }

func (*outgoing) ClaimMessages(context.Context, time.Time, time.Time, int, store.Breaker) (store.Claimed, error) {
	return store.Claimed{}, nil
}

func (*outgoing) MarkMessage(context.Context, store.Outgoing, store.Result, time.Time) (bool, error) {
	return true, nil
}

func (*outgoing) MessagesWaiting(context.Context) (map[string]int, error) {
	return map[string]int{}, nil
}

// Messages are sent page by page until there is no more, and a page that failed
// is done again.
func TestMessagesGoOnUntilNoneIsLeft(t *testing.T) {
	t.Parallel()
	o := &outgoing{pages: 3, fails: 2}
	quiet := slog.New(slog.DiscardHandler)
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(quiet))
	env := suite.NewTestWorkflowEnvironment()
	workflows.Register(env)
	workflows.RegisterActivities(env, activities.New(activities.Options{
		Logger: quiet, Sender: &activities.SenderOptions{Messages: o},
	}))
	env.ExecuteWorkflow(workflows.TypeMessages)
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, 3, o.asked)
	require.Equal(t, 5, o.taken, "once a try, and once to rest")
}
