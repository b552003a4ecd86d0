package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/store"
)

// A round is late when half an interval, and at least some seconds, passed since it
// was due; one that begins is late no more, and what is not expected is nobody's.
func TestRoundsThatDoNotBeginAreLate(t *testing.T) {
	t.Parallel()
	s := newRecord(t)
	ctx := t.Context()
	late := func() (names []string) {
		found, err := s.LateRounds(ctx)
		require.NoError(t, err)
		for _, r := range found {
			names = append(names, r.Name)
		}
		return names
	}
	ago := func(name string, d time.Duration) {
		_, err := s.sql.Exec(ctx, `UPDATE rounds SET began_at = clock_timestamp() - make_interval(secs => $2) WHERE name = $1`, name, d.Seconds())
		require.NoError(t, err)
	}
	require.NoError(t, s.BeginRound(ctx, "nobody expects it"))
	require.NoError(t, s.ExpectRounds(ctx, map[string]time.Duration{"messages": time.Minute, "look_backs": 5 * time.Minute, "fast": time.Second}))
	require.Empty(t, late(), "expected from now on")

	ago("messages", time.Minute) // with time for a busy machine to ask
	ago("look_backs", 400*time.Second)
	require.Empty(t, late())
	ago("messages", 95*time.Second)
	ago("look_backs", 455*time.Second)
	ago("fast", 15*time.Second)
	require.Equal(t, []string{"fast", "look_backs", "messages"}, late())
	found, err := s.LateRounds(ctx)
	require.NoError(t, err)
	require.Equal(t, store.LateRound{Name: "messages", Since: found[2].Since, Every: time.Minute}, found[2])
	require.InDelta(t, 95, time.Since(found[2].Since).Seconds(), 60)

	// To expect it again changes nothing; to begin does.
	require.NoError(t, s.ExpectRounds(ctx, map[string]time.Duration{"messages": time.Minute, "look_backs": 5 * time.Minute}))
	require.Equal(t, []string{"look_backs", "messages"}, late())
	require.NoError(t, s.BeginRound(ctx, "messages"))
	require.Equal(t, []string{"look_backs"}, late())
}
