package e2e_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/internal/loopback"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/local"
	"duban/store"
)

// A served is `duban serve` on a data folder.
type served struct {
	cmd     *exec.Cmd
	address string
	done    chan struct{}
}

// readyLine is the line that says where the API is.
var readyLine = regexp.MustCompile(`is ready: http://(\S+)`)

func serve(t *testing.T, dir string) *served {
	t.Helper()
	engine := filepath.Join(dir, "engine.address")
	if _, err := os.Stat(engine); errors.Is(err, fs.ErrNotExist) {
		// As if the engine had run there before: all would try port 7233 first.
		require.NoError(t, os.MkdirAll(dir, 0o700))
		require.NoError(t, os.WriteFile(engine, []byte(loopback.Address(t)), 0o600))
	}
	cmd := exec.Command(os.Getenv("DUBAN_BIN"), "serve", "--data", dir, "--listen", loopback.Host()+":0")
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	s := &served{cmd: cmd, done: make(chan struct{})}
	require.NoError(t, local.StartTied(cmd, syscall.SIGKILL))
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if m := readyLine.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
		_ = cmd.Wait()
		close(s.done)
	}()
	select {
	case s.address = <-found:
	case <-s.done:
		t.Fatal("duban serve ended before it was ready")
	case <-time.After(theMachine(t).patience(time.Minute)):
		t.Fatal("duban serve was not ready in time")
	}
	t.Cleanup(func() { s.stop(syscall.SIGTERM) })
	return s
}

func (s *served) stop(signal syscall.Signal) {
	_ = s.cmd.Process.Signal(signal)
	<-s.done
}

// alive reports whether a process with this text in its command line lives.
func alive(t *testing.T, text string) bool {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, file := range lines {
		line, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(line), text) {
			return true
		}
	}
	return false
}

// One command, one machine: Ctrl-C stops everything cleanly, kill -9 loses
// nothing, and it starts on existing data. How long that takes is the bench's.
func TestServe(t *testing.T) {
	t.Parallel()
	theMachine(t).take(t)
	ctx := context.Background()
	dir := filepath.Join(pgtest.Folder(t), "data")
	s := serve(t, dir)
	url, _, err := local.Running(dir)
	require.NoError(t, err)
	record, err := store.Open(ctx, store.Options{URL: url})
	require.NoError(t, err)
	p := casetest.NewPeople(ctx, t, record)
	l := &casetest.Life{Doer: record, Key: "served"}
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", p.Today())}, p.UpToServing(lifecycle.Immediate)...)...)
	record.Close()
	info, err := os.Stat(filepath.Join(dir, "admin.token"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	s.stop(syscall.SIGINT)
	require.False(t, alive(t, dir), "Ctrl-C left a process behind")

	s = serve(t, dir)
	s.stop(syscall.SIGKILL)

	s = serve(t, dir)
	resp, err := http.Get("http://" + s.address + "/readyz")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	url, _, err = local.Running(dir)
	require.NoError(t, err)
	record, err = store.Open(ctx, store.Options{URL: url})
	require.NoError(t, err)
	defer record.Close()
	v, err := record.Case(ctx, p.Manager, l.Case)
	require.NoError(t, err)
	require.Equal(t, lifecycle.Serving, v.Staff.Stage, "nothing was lost")
}

// The first requests of docs/integrate.md do what they say.
func TestFirstRequests(t *testing.T) {
	t.Parallel()
	theMachine(t).take(t)
	page, err := os.ReadFile("../docs/integrate.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(page), "<!-- test:curl -->\n```sh\n")
	require.True(t, found, "the page marks the lines to test")
	lines, _, found := strings.Cut(after, "\n```")
	require.True(t, found)

	dir := filepath.Join(pgtest.Folder(t), "data")
	s := serve(t, dir)
	root := pgtest.Folder(t)
	require.NoError(t, os.Mkdir(filepath.Join(root, "bin"), 0o755))
	require.NoError(t, os.Symlink(os.Getenv("DUBAN_BIN"), filepath.Join(root, "bin", "duban")))
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", lines)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "BASE=http://"+s.address, "DUBAN_DATA="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), `"stage":"triage"`)
	require.Contains(t, string(out), "draft_submitted")
}
