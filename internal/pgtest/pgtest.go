// Package pgtest gives tests a real PostgreSQL: one private server for each
// test process, and a fresh database for each test that asks.
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		t.Parallel()
//		url := pgtest.Database(t)
//		…
//	}
//
// The server starts at the first call of Server or Database, in about a
// second, and ends with the process, even when that is killed. With
// DUBAN_TEST_DATABASE_URL in the environment it uses that server instead and
// starts none; the role in it must be allowed to create databases and roles.
//
// The server has the roles of package store, which the tests' role may take on.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"duban/local"
	"duban/store"
)

const (
	// ServerEnv names the variable with the URL of a server to use.
	ServerEnv = "DUBAN_TEST_DATABASE_URL"

	folderPattern = "duban-pgtest-*"
	folderLock    = "postgres.lock" // local's: held as long as the server may run
	// A folder this old whose lock is free was left by a killed test process.
	leftAfter = 10 * time.Minute

	startLimit = 5 * time.Minute // the machine may be slow, or busy
	stopLimit  = time.Minute
)

// An Option changes the server that Main provides.
type Option func(*local.PostgresOptions)

// Durable keeps fsync on, for tests that kill the server or measure it.
// Without it a commit is as fast as memory.
func Durable() Option {
	return func(o *local.PostgresOptions) {
		for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
			delete(o.Settings, name)
		}
	}
}

// TCP makes the server listen on a loopback port instead of a Unix socket, for
// tests that put a proxy between.
func TCP() Option {
	return func(o *local.PostgresOptions) { o.TCP = true }
}

// Setting sets a server setting.
func Setting(name, value string) Option {
	return func(o *local.PostgresOptions) { o.Settings[name] = value }
}

// Roles makes further roles that the tests' own role may SET ROLE to.
func Roles(names ...string) Option {
	return func(o *local.PostgresOptions) { o.Roles = append(o.Roles, names...) }
}

// server is this test process's one server. Test support is the one place
// with such a variable: go test gives TestMain no way to hand values on.
//
//nolint:gochecknoglobals // see above
var server struct {
	mu      sync.Mutex
	ready   bool // Main was called
	options []Option
	running *local.Postgres
	folder  string
	err     error // the first start's; not tried again
}

// Main runs the tests of a package, stops the server they used and exits. Call
// it from TestMain.
func Main(m *testing.M, options ...Option) {
	server.mu.Lock()
	server.ready, server.options = true, options
	server.mu.Unlock()
	code := m.Run()
	if shared := os.Getenv(ServerEnv); shared != "" {
		if err := dropTemplates(dbSite{admin: shared}); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest: drop templates:", err)
		}
	}
	stop()
	os.Exit(code)
}

// Server returns this process's private server, started when this is the
// first call. It fails the test when DUBAN_TEST_DATABASE_URL is set: tests
// that need a server of their own start one with package local.
func Server(t testing.TB) *local.Postgres {
	t.Helper()
	if os.Getenv(ServerEnv) != "" {
		t.Fatalf("pgtest: %s is set, so there is no private server", ServerEnv)
	}
	pg, err := start()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return pg
}

// start starts the server once.
func start() (*local.Postgres, error) {
	server.mu.Lock()
	defer server.mu.Unlock()
	switch {
	case !server.ready:
		return nil, errors.New("call pgtest.Main in this package's TestMain")
	case server.running != nil || server.err != nil:
		return server.running, server.err
	}
	sweep()
	server.running, server.err = startIn()
	return server.running, server.err
}

// startIn starts the server in a temporary folder. PostgreSQL may run under
// another account, so the folder lets others pass.
func startIn() (*local.Postgres, error) {
	folder, err := os.MkdirTemp("", folderPattern)
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	server.folder = folder
	if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // passing is the purpose; nothing can be listed
		return nil, fmt.Errorf("open folder: %w", err)
	}
	o := local.PostgresOptions{
		Dir:      folder,
		Roles:    store.Roles(),
		Settings: map[string]string{"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"},
		Logger:   slog.New(slog.DiscardHandler),
	}
	for _, option := range server.options {
		option(&o)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	pg, err := local.StartPostgres(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := openPublic(ctx, pg.SuperuserURL()); err != nil {
		return pg, fmt.Errorf("open schema public: %w", err)
	}
	return pg, nil
}

// stop ends the server and removes its folder.
func stop() {
	server.mu.Lock()
	defer server.mu.Unlock()
	if server.running != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
		defer cancel()
		if err := server.running.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
		server.running, server.err = nil, errors.New("the tests are over")
	}
	if server.folder != "" {
		_ = os.RemoveAll(server.folder)
	}
}

// sweep removes the folders of test processes that were killed. Their servers
// ended with them; a lock that can be taken says so.
func sweep() {
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), folderPattern))
	if err != nil {
		return
	}
	for _, folder := range folders {
		info, err := os.Stat(folder)
		if err != nil || time.Since(info.ModTime()) < leftAfter {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(folder, folderLock), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(folder)
		}
		_ = lock.Close()
	}
}

// withDatabase returns the server's URL turned to another database.
func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", errors.New("read server URL: not a URL") // the error would quote the password
	}
	u.Path = "/" + name
	return u.String(), nil
}
