package local_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/loopback"
	"duban/internal/pgtest"
	"duban/local"
)

// Nothing connects to it: the fake engine only wants to be given one.
const anyDatabase = "postgres://nobody@127.0.0.1:1/nothing"

func TestEngineComesUpBehindAndStops(t *testing.T) {
	t.Parallel()
	e := startEngine(t, local.EngineOptions{Dir: pgtest.Folder(t)})
	require.Eventually(t, func() bool { return e.State().Ready }, soon, tick)
	require.True(t, listens(e.Address()))
	require.Equal(t, 1, e.State().Starts)
	require.Empty(t, e.State().LastExit)
	require.NotEqual(t, processGroup(t, os.Getpid()), processGroup(t, e.PID()))

	require.NoError(t, e.Stop(t.Context()))
	require.False(t, e.State().Ready)
	require.False(t, listens(e.Address()))
}

func TestEngineComesBackAtTheSameAddressWhenKilled(t *testing.T) {
	t.Parallel()
	e := startEngine(t, local.EngineOptions{Dir: pgtest.Folder(t)})
	require.Eventually(t, func() bool { return e.State().Ready }, soon, tick)
	address := e.Address()

	require.NoError(t, syscall.Kill(e.PID(), syscall.SIGKILL))
	require.Eventually(t, func() bool { s := e.State(); return s.Starts == 2 && s.Ready }, soon, tick)
	require.Equal(t, address, e.Address())
	require.True(t, listens(address))
	require.Equal(t, "signal: killed", e.State().LastExit)
}

func TestEngineKeepsItsAddressFromStartToStart(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	free := loopback.Address(t)
	e := startEngine(t, local.EngineOptions{Dir: dir, Listen: free})
	require.Equal(t, free, e.Address())
	require.NoError(t, e.Stop(t.Context()))
	e = startEngine(t, local.EngineOptions{Dir: dir})
	require.Equal(t, free, e.Address())
	require.NoError(t, e.Stop(t.Context()))

	taken, err := net.Listen("tcp", free)
	require.NoError(t, err)
	defer taken.Close()
	e = startEngine(t, local.EngineOptions{Dir: dir})
	require.NotEqual(t, free, e.Address())
}

func TestEngineListensOnTheLoopbackInterfaceAlone(t *testing.T) {
	t.Parallel()
	_, err := local.StartEngine(t.Context(), local.EngineOptions{
		Dir: pgtest.Folder(t), DatabaseURL: anyDatabase, Bin: fakeEngine, Listen: "0.0.0.0:0", Logger: silent(),
	})
	require.ErrorContains(t, err, "loopback")
}

func TestSecondEngineOnAFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	startEngine(t, local.EngineOptions{Dir: dir})
	_, err := local.StartEngine(t.Context(), local.EngineOptions{Dir: dir, DatabaseURL: anyDatabase, Bin: fakeEngine, Logger: silent()})
	require.ErrorIs(t, err, local.ErrInUse)
}

func TestMissingEngineIsNamed(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "duban-engine")
	t.Setenv("DUBAN_ENGINE_BIN", missing)
	_, err := local.FindEngine()
	require.ErrorIs(t, err, local.ErrNoEngine)
	require.ErrorContains(t, err, missing)
}

// startEngine starts the fake engine and stops it with the test. Without a
// wanted address it gets a free one: the tests' engines all live at once.
func startEngine(t *testing.T, o local.EngineOptions) *local.Engine {
	t.Helper()
	o.DatabaseURL, o.Bin, o.Logger = anyDatabase, fakeEngine, silent()
	e, err := local.StartEngine(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = e.Stop(context.Background()) })
	return e
}

func listens(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}
