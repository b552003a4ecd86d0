package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/evidence"
)

// An xs is an endless text of which no part is kept.
type xs struct{}

// Read writes the letter.
func (xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// The same content is kept once, at the address of its hash, and comes back
// whole and from anywhere in it.
func TestSameContentIsKeptOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 0)
	first, second := s.keep(t, "a.pdf", []byte(pdf)), s.keep(t, "乙.pdf", []byte(pdf))
	require.Equal(t, first.SHA256, second.SHA256)
	sum := sha256.Sum256([]byte(pdf))
	hash := hex.EncodeToString(sum[:])
	require.Equal(t, []string{filepath.Join(s.folder, "sha256", hash[:2], hash)}, s.files(t))
	r, err := s.Read(t.Context(), hash)
	require.NoError(t, err)
	defer r.Close()
	_, err = r.Seek(5, io.SeekStart)
	require.NoError(t, err)
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, pdf[5:], string(rest))
	for _, bad := range []string{strings.Repeat("0", 64), "../../etc/passwd", "", strings.ToUpper(hash)} {
		_, err := s.Read(t.Context(), bad)
		require.ErrorIs(t, err, evidence.ErrMissing, bad)
	}
}

// An upload that breaks off leaves nothing.
func TestInterruptedUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 0)
	broken := errors.New("the line broke")
	_, err := s.Receive(t.Context(), "a.txt", io.MultiReader(io.LimitReader(xs{}, 1<<20), &failing{broken}))
	require.ErrorIs(t, err, broken)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = s.Receive(ctx, "a.txt", io.MultiReader(io.LimitReader(xs{}, 1<<20), &calling{cancel}, xs{}))
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, s.files(t))
}

type failing struct{ err error }

// Read fails.
func (f *failing) Read([]byte) (int, error) { return 0, f.err }

type calling struct{ call func() }

// Read calls and is at its end.
func (c *calling) Read([]byte) (int, error) {
	c.call()
	return 0, io.EOF
}

// playUploader receives a file without end into the folder it is given, and
// says so once a part of it has come.
func playUploader() int {
	url, err := evidence.FolderURL(os.Getenv(helperEnv))
	if err != nil {
		return 1
	}
	s, err := evidence.Open(context.Background(), evidence.Options{URL: url})
	if err != nil {
		return 1
	}
	said := &calling{func() { fmt.Println("half") }}
	_, _ = s.Receive(context.Background(), "a.txt", io.MultiReader(io.LimitReader(xs{}, 1<<20), said, os.Stdin))
	return 0
}

// A process killed with SIGKILL in the middle of an upload leaves nothing once
// the next has started, and the sweep takes only what is ours and old.
func TestKilledUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 0)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), helperEnv+"="+s.folder)
	in, err := cmd.StdinPipe() // stays open: the upload goes on
	require.NoError(t, err)
	defer in.Close()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := make([]byte, 5)
	_, err = io.ReadFull(out, said)
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())

	d := s.keep(t, "a.pdf", []byte(pdf))
	at := filepath.Join(s.folder, "sha256", d.SHA256[:2])
	// What a kill between the spool and the address leaves, and others' files.
	left := []string{
		filepath.Join(at, d.SHA256+".18a0b1c2d3e4f506.tmp"), filepath.Join(s.folder, "spool", "duban-upload-123"),
	}
	others := []string{filepath.Join(at, "notes.tmp"), filepath.Join(s.folder, "spool", "somebody's"), filepath.Join(at, d.SHA256)}
	for _, path := range append(left, others[:2]...) {
		require.NoError(t, os.WriteFile(path, []byte("half"), 0o600))
	}
	removed, err := s.Sweep(t.Context(), time.Now())
	require.NoError(t, err)
	require.Zero(t, removed, "none is an hour old")
	removed, err = s.Sweep(t.Context(), time.Now().Add(2*time.Hour))
	require.NoError(t, err)
	require.Equal(t, len(left), removed)
	require.ElementsMatch(t, others, s.files(t))
}

// A scrub finds one flipped bit, what is missing, and counts what nobody names.
func TestScrub(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 0)
	var named []string
	for i := range 3 {
		named = append(named, s.keep(t, "a.txt", bytes.Repeat([]byte{byte('a' + i)}, 200_000)).SHA256)
	}
	missing := strings.Repeat("0", 64)
	of := func(hashes ...string) func(context.Context) ([]string, error) {
		return func(context.Context) ([]string, error) { return hashes, nil }
	}
	report, err := s.Scrub(t.Context(), of(named[:2]...), nil)
	require.NoError(t, err)
	require.Equal(t, []any{3, int64(600_000), 1}, []any{report.Files, report.Bytes, len(report.Orphans)})
	require.Equal(t, []any{named[2], int64(200_000)}, []any{report.Orphans[0].SHA256, report.Orphans[0].Size})
	require.True(t, report.Sound())

	path := filepath.Join(s.folder, "sha256", named[1][:2], named[1])
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	content[123_456] ^= 1
	require.NoError(t, os.WriteFile(path, content, 0o600))
	report, err = s.Scrub(t.Context(), of(append(named, missing)...), nil)
	require.NoError(t, err)
	require.Equal(t, []string{named[1]}, report.Damaged)
	require.Equal(t, []string{missing}, report.Missing)
	require.False(t, report.Sound())
}

// A file of 50 MiB goes through without ever being in memory: what is allocated
// on its way, all together, is a small part of it.
func TestUploadIsStreamed(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	s := newShelf(t, 0)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d, err := s.Receive(t.Context(), "a.txt", io.LimitReader(xs{}, evidence.MaxBytes))
	require.NoError(t, err)
	defer d.Discard()
	require.NoError(t, s.Keep(t.Context(), d))
	report, err := s.Scrub(t.Context(), func(context.Context) ([]string, error) { return nil, nil }, nil)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Equal(t, int64(evidence.MaxBytes), report.Bytes)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}
