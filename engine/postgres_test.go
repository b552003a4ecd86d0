package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// A postgres is a private server for one test. This module knows nothing of
// Duban's own packages, so it has a small one of its own.
type postgres struct {
	bin    string
	folder string
	as     *syscall.SysProcAttr
	cmd    *exec.Cmd
}

// newPostgres makes a data folder; start runs the server on it.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	pg := &postgres{bin: postgresBin(t), as: &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}}
	var err error
	pg.folder, err = os.MkdirTemp("", "duban-engine-test-*") //nolint:usetesting // t.TempDir lets no other account pass
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(pg.folder)) })
	if os.Geteuid() == 0 { // PostgreSQL does not run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			u, err = user.Lookup("nobody")
		}
		require.NoError(t, err)
		uid, err := strconv.Atoi(u.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(u.Gid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(pg.folder, uid, gid))
		pg.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{}}
	}
	cmd := pg.command("initdb", "-D", pg.data(), "-U", "duban", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return pg
}

func (pg *postgres) data() string { return filepath.Join(pg.folder, "data") }

func (pg *postgres) url() string {
	return "postgres://duban@/postgres?sslmode=disable&port=5432&host=" + pg.folder
}

func (pg *postgres) command(program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), filepath.Join(pg.bin, program), args...)
	cmd.Dir = pg.folder
	cmd.SysProcAttr = pg.as
	return cmd
}

// start runs the server until the test ends.
func (pg *postgres) start(t *testing.T) {
	t.Helper()
	pg.cmd = pg.command("postgres", "-D", pg.data(), "-k", pg.folder, "-c", "listen_addresses=", "-c", "fsync=off")
	require.NoError(t, pg.cmd.Start())
	t.Cleanup(func() {
		_ = pg.cmd.Process.Signal(syscall.SIGINT)
		_ = pg.cmd.Wait()
	})
	require.Eventually(t, func() bool {
		conn, err := pgx.Connect(context.Background(), pg.url())
		return err == nil && conn.Close(context.Background()) == nil
	}, soon, 10*time.Millisecond)
}

// postgresBin finds the server programs.
func postgresBin(t *testing.T) string {
	t.Helper()
	if bin := os.Getenv("DUBAN_PG_BIN"); bin != "" {
		return bin
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return found[len(found)-1]
		}
	}
	initdb, err := exec.LookPath("initdb")
	require.NoError(t, err, "PostgreSQL's server programs are needed: apt-get install postgresql")
	return filepath.Dir(initdb)
}

// A syncBuffer takes a process's output while a test reads it.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
