package local_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/pgtest"
	"duban/local"
)

func TestSystemStartsAndStopsBoth(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	s, err := local.Start(t.Context(), local.Options{Dir: dir, EngineBin: fakeEngine, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop(context.Background()) })

	remember(t, s.DatabaseURL(), 1)
	require.Eventually(t, func() bool { state, ours := s.EngineState(); return ours && state.Ready }, soon, tick)
	require.True(t, listens(s.TemporalAddress()))
	url, address, err := local.Running(dir)
	require.NoError(t, err)
	require.Equal(t, []string{s.DatabaseURL(), s.TemporalAddress()}, []string{url, address})

	require.NoError(t, s.Stop(t.Context()))
	require.False(t, listens(s.TemporalAddress()))
	require.False(t, answers(s.DatabaseURL()))
	url, address, err = local.Running(dir)
	require.NoError(t, err)
	require.Empty(t, url+address)
}

func TestSystemStartsNothingThatIsGiven(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "untouched")
	s, err := local.Start(t.Context(), local.Options{Dir: dir, DatabaseURL: anyDatabase, TemporalAddress: "127.0.0.1:1"})
	require.NoError(t, err)
	require.Equal(t, anyDatabase, s.DatabaseURL())
	require.Equal(t, "127.0.0.1:1", s.TemporalAddress())
	_, ours := s.EngineState()
	require.False(t, ours)
	require.NoDirExists(t, dir)
	require.NoError(t, s.Stop(t.Context()))
}

func TestSystemWithoutEngineLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	_, err := local.Start(t.Context(), local.Options{Dir: dir, EngineBin: filepath.Join(dir, "missing"), Logger: silent()})
	require.ErrorIs(t, err, local.ErrNoEngine)
	url, _, err := local.Running(dir)
	require.NoError(t, err)
	require.Empty(t, url)
}
