package evidence_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/evidence"
)

// Places are shared: whoever sends many files at once takes one place and waits
// behind himself, and the next sender has the other at once.
func TestWhoSendsManyWaitsBehindHimself(t *testing.T) {
	t.Parallel()
	turns := evidence.NewTurns()
	leave, err := turns.Take(t.Context(), "unit a")
	require.NoError(t, err)

	waiting, giveUp := context.WithCancel(t.Context())
	ended := make(chan error)
	for range 20 {
		go func() {
			_, err := turns.Take(waiting, "unit a")
			ended <- err
		}()
	}
	other, err := turns.Take(t.Context(), "unit b")
	require.NoError(t, err, "the other place is free, whatever a waits for")
	other()
	giveUp()
	for range 20 {
		require.ErrorIs(t, <-ended, context.Canceled)
	}
	leave()
	leave, err = turns.Take(t.Context(), "unit a")
	require.NoError(t, err, "who gave up holds nothing")
	leave()
	require.Zero(t, turns.Senders(), "nobody is remembered")
}
