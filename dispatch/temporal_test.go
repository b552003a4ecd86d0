package dispatch_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"duban/dispatch"
	"duban/store"
)

func TestOnlyACallsOwnFaultIsNotTheEnginesBeingAway(t *testing.T) {
	t.Parallel()
	require.NoError(t, dispatch.Mark(nil))
	for _, err := range []error{
		serviceerror.NewUnavailable("shutting down"),
		serviceerror.NewNamespaceNotFound("duban"),
		serviceerror.NewDeadlineExceeded("late"),
		serviceerror.NewInternal("bad connection"),
		context.DeadlineExceeded,
		errors.New("anything else"),
	} {
		require.ErrorIs(t, dispatch.Mark(err), dispatch.ErrEngineAway, "%v", err)
		require.ErrorIs(t, dispatch.Mark(err), err)
	}
	for _, err := range []error{
		serviceerror.NewInvalidArgument("blob size exceeds limit"),
		serviceerror.NewFailedPrecondition("no"),
		serviceerror.NewNotFound("workflow not found"),
	} {
		require.NotErrorIs(t, dispatch.Mark(err), dispatch.ErrEngineAway, "%v", err)
	}
}

func TestDialDoesNotConnect(t *testing.T) {
	t.Parallel()
	c, err := dispatch.Dial(dispatch.Server{Address: "127.0.0.1:1", Namespace: "duban"}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	engine := dispatch.NewTemporal(c, "duban")
	require.ErrorIs(t, engine.Check(ctx), dispatch.ErrEngineAway)
	require.ErrorIs(t, engine.Tell(ctx, store.Told{Case: "a"}), dispatch.ErrEngineAway)
}

func TestTheSDKsComplaintsDuringAnOutageAreDropped(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(dispatch.Quiet(slog.NewTextHandler(&out, nil))).With(slog.Int("a", 1)).WithGroup("g")
	log.Warn("Failed to poll for task.")
	require.Empty(t, out.String())
	log.Warn("Workflow panic")
	require.Contains(t, out.String(), "Workflow panic")
}
