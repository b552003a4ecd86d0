package main

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
)

// The test binary is the engine too, when this variable is set.
const playEnv = "DUBAN_ENGINE_TEST_PLAY"

const soon = 5 * time.Minute // an upper bound for a busy machine, not a wait

func TestMain(m *testing.M) {
	if os.Getenv(playEnv) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestEngineWaitsForPostgresAndKeepsItsNamespace(t *testing.T) {
	t.Parallel()
	pg := newPostgres(t)
	e := startEngine(t, pg)
	require.Eventually(t, func() bool { return strings.Contains(e.log(), "PostgreSQL, which does not answer") }, soon, 10*time.Millisecond)
	pg.start(t)
	e.awaitReady(t)
	first := describe(t, e)
	require.Equal(t, 7*24*time.Hour, first.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
	require.Equal(t, 1, strings.Count(e.log(), "PostgreSQL, which does not answer"), "said once")

	require.NoError(t, e.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, e.wait(t), e.log())

	e = startEngine(t, pg, "--retention=48h")
	e.awaitReady(t)
	again := describe(t, e)
	require.Equal(t, first.GetNamespaceInfo().GetId(), again.GetNamespaceInfo().GetId())
	require.Equal(t, 48*time.Hour, again.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
}

func TestOneEngineServesAndTheNextTakesOver(t *testing.T) {
	t.Parallel()
	pg := newPostgres(t)
	pg.start(t)
	first, second := startEngine(t, pg), startEngine(t, pg) // both at an empty database
	var serving, waiting *engine
	select {
	case <-first.ready:
		serving, waiting = first, second
	case <-second.ready:
		serving, waiting = second, first
	case <-time.After(soon):
		require.FailNow(t, "neither serves", first.log()+second.log())
	}
	require.Eventually(t, func() bool { return strings.Contains(waiting.log(), "another engine, which serves") }, soon, 10*time.Millisecond)
	require.NoError(t, serving.cmd.Process.Kill())
	waiting.awaitReady(t)
	describe(t, waiting)
}

func TestEngineEndsWhenItsSchemasAreDropped(t *testing.T) {
	t.Parallel()
	pg := newPostgres(t)
	pg.start(t)
	e := startEngine(t, pg)
	e.awaitReady(t)

	conn, err := pgx.Connect(t.Context(), pg.url())
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "DROP SCHEMA temporal CASCADE; DROP SCHEMA temporal_visibility CASCADE")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	var exit *exec.ExitError
	require.ErrorAs(t, e.wait(t), &exit)
	require.Equal(t, statusSchemaGone, exit.ExitCode(), e.log())

	e = startEngine(t, pg) // as its supervisor would
	e.awaitReady(t)
	describe(t, e)
}

// An engine is the program under test, running.
type engine struct {
	cmd     *exec.Cmd
	address string
	keyFile string
	ready   chan struct{} // closed when it says that it serves
	ended   chan error
	stderr  syncBuffer
}

func startEngine(t *testing.T, pg *postgres, args ...string) *engine {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	self, err := os.Executable()
	require.NoError(t, err)

	e := &engine{address: address, keyFile: filepath.Join(pg.folder, "engine.key"), ready: make(chan struct{}), ended: make(chan error, 1)}
	e.cmd = exec.CommandContext(context.Background(), self, append([]string{"--listen", address, "--key-file", e.keyFile}, args...)...)
	e.cmd.Env = append(os.Environ(), playEnv+"=1", "DATABASE_URL="+pg.url())
	e.cmd.Stderr = &e.stderr
	out, err := e.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, e.cmd.Start())
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if lines.Text() == readyLine+" "+address {
				close(e.ready)
			}
		}
		e.ended <- e.cmd.Wait()
	}()
	t.Cleanup(func() { _ = e.cmd.Process.Kill() })
	return e
}

func (e *engine) awaitReady(t *testing.T) {
	t.Helper()
	select {
	case <-e.ready:
	case err := <-e.ended:
		require.FailNow(t, "engine ended", "%v\n%s", err, e.log())
	case <-time.After(soon):
		require.FailNow(t, "engine not ready", e.log())
	}
}

func (e *engine) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-e.ended:
		return err
	case <-time.After(soon):
		require.FailNow(t, "engine does not end", e.log())
		return nil
	}
}

func (e *engine) log() string { return e.stderr.String() }

func describe(t *testing.T, e *engine) *workflowservice.DescribeNamespaceResponse {
	t.Helper()
	k, err := openKey(e.keyFile)
	require.NoError(t, err)
	c, err := newCanary(e.address, "duban", k)
	require.NoError(t, err)
	t.Cleanup(c.close)
	require.NoError(t, c.ask(t.Context()))
	ns, err := c.frontend.DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "duban"})
	require.NoError(t, err)
	return ns
}
