package composetest_test

import (
	"context"
	"debug/elf"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/loopback"
	"duban/internal/pgtest"
	"duban/local"
	"duban/store"
)

// patience is how long a test waits for what takes a second or two: the machine may
// be slow and busy, and what comes in time costs nothing.
const patience = 10 * time.Minute

// A host stands for the machine that runs the containers: the files of their image
// and of their volumes, and what they reach by network.
type host struct {
	root     string // what a container sees as /
	program  string // the image's, as a container sees it
	account  int    // the image's
	postgres *local.Postgres
	engine   *local.Engine
}

func newHost(t *testing.T) *host {
	t.Helper()
	folder := pgtest.Folder(t)
	h := &host{root: filepath.Join(folder, "image")}
	quiet := slog.New(slog.DiscardHandler)
	var err error
	h.postgres, err = local.StartPostgres(t.Context(), local.PostgresOptions{Dir: folder, TCP: true, Roles: store.Roles(), Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.postgres.Stop(context.Background()) })
	h.engine, err = local.StartEngine(t.Context(), local.EngineOptions{Dir: folder, DatabaseURL: h.postgres.URL(), Listen: loopback.Address(t), Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.engine.Stop(context.Background()) })
	h.buildImage(t)
	return h
}

// buildImage does what the Dockerfile does, as far as the program can see it.
func (h *host) buildImage(t *testing.T) {
	t.Helper()
	text := dockerfile(t).text
	line := func(pattern string) []string {
		t.Helper()
		found := regexp.MustCompile("(?m)^" + pattern + "$").FindStringSubmatch(text)
		require.NotNil(t, found, "the Dockerfile has no line of the kind %s", pattern)
		return found[1:]
	}
	var err error
	h.account, err = strconv.Atoi(line(`RUN adduser .*-u (\d+) \S+`)[0])
	require.NoError(t, err)
	h.program = line(`COPY --from=build \S+ (\S+)`)[0]
	for _, name := range []string{"/", "/usr", "/usr/local", "/usr/local/bin", "/etc", "/run", "/run/secrets", "/proc", "/proc/self"} {
		h.folder(t, name, 0o755)
	}
	h.folder(t, "/tmp", 0o777)
	// All that the program asks of /proc, which every container has: where it is itself.
	require.NoError(t, os.Symlink(h.program, h.path("/proc/self/exe")))
	folders := line(`RUN mkdir ([^&\n]+?) && chown \S+ ([^&\n]+?)`)
	for name := range strings.FieldsSeq(folders[0]) {
		h.folder(t, name, 0o755)
	}
	for name := range strings.FieldsSeq(folders[1]) {
		h.give(t, name)
	}
	h.install(t)
}

// install copies the program that make built. The image has no libraries of C, and
// the image's program is built without them, as make's is.
func (h *host) install(t *testing.T) {
	t.Helper()
	require.Contains(t, dockerfile(t).text, "CGO_ENABLED=0 go build")
	built := os.Getenv("DUBAN_BIN")
	program, err := elf.Open(built)
	require.NoError(t, err, "DUBAN_BIN must name the program; make test builds and names it")
	defer program.Close()
	libraries, err := program.ImportedLibraries()
	require.NoError(t, err)
	require.Empty(t, libraries, "%s was built with C: make builds it without", built)
	content, err := os.ReadFile(built)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(h.path(h.program), content, 0o755))
}

// path is where the host keeps what a container sees at a path.
func (h *host) path(seen string) string { return filepath.Join(h.root, seen) }

func (h *host) folder(t *testing.T, name string, mode os.FileMode) {
	t.Helper()
	require.NoError(t, os.MkdirAll(h.path(name), mode))
	require.NoError(t, os.Chmod(h.path(name), mode))
}

// give hands a file over to the image's account. Without the right to, the tests'
// own account stands for it (container.start).
func (h *host) give(t *testing.T, name string) {
	t.Helper()
	if os.Getuid() == 0 {
		require.NoError(t, os.Chown(h.path(name), h.account, h.account))
	}
}

// secret mounts a file that the image's account alone may read.
func (h *host) secret(t *testing.T, name string, content []byte) {
	t.Helper()
	seen := "/run/secrets/" + name
	require.NoError(t, os.WriteFile(h.path(seen), content, 0o600))
	h.give(t, seen)
}

// engineKey is the key that the engine on this machine lets in.
func (h *host) engineKey(t *testing.T) []byte {
	t.Helper()
	var key []byte
	h.eventually(t, "the engine has a key", func() bool {
		var err error
		key, err = os.ReadFile(h.engine.KeyFile())
		return err == nil
	})
	return key
}

// files lists the files in the folders; by default those that no container may write to.
func (h *host) files(t *testing.T, folders ...string) []string {
	t.Helper()
	if folders == nil {
		folders = []string{"etc", "run", "usr"}
	}
	var files []string
	for _, folder := range folders {
		require.NoError(t, filepath.WalkDir(h.path(folder), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files = append(files, path)
			}
			return err
		}))
	}
	return files
}

// eventually waits for what should come soon.
func (h *host) eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for begun := time.Now(); !so(); <-time.After(50 * time.Millisecond) {
		require.Less(t, time.Since(begun), patience, what)
	}
}
