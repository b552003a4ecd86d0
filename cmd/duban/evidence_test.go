package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/evidence"
	"duban/internal/pgtest"
	"duban/store"
)

func migrated(ctx context.Context, url string) error {
	s, err := store.Open(ctx, store.Options{URL: url})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Migrate(ctx, nil)
}

// Issue 3 item 6: what an upload left between its file and its row is listed, and
// removed when that is asked and it is a day old, and not before.
func TestScrubListsAndRemovesOrphans(t *testing.T) {
	t.Parallel()
	url := pgtest.Copy(t, "migrated", migrated)
	folder := filepath.Join(t.TempDir(), "evidence")
	address, err := evidence.FolderURL(folder)
	require.NoError(t, err)
	files, err := evidence.Open(t.Context(), evidence.Options{URL: address})
	require.NoError(t, err)
	defer files.Close()
	d, err := files.Receive(t.Context(), "记录.txt", bytes.NewReader([]byte("没有登记的文件")))
	require.NoError(t, err)
	defer d.Discard()
	require.NoError(t, files.Keep(t.Context(), d))
	scrub := func(more ...string) (int, string, string) {
		return duban(t, append([]string{"evidence", "scrub", "--database-url", url, "--evidence-url", address}, more...)...)
	}
	code, stdout, stderr := scrub()
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "orphan "+d.SHA256+" 21 ")
	require.Contains(t, stdout, "1 files read, 0 damaged, 0 missing, 1 that nobody names")
	require.NotContains(t, stdout, "removed")

	code, stdout, stderr = scrub("--remove-orphans")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "0 orphans removed, 1 younger than 24h0m0s")

	path := filepath.Join(folder, "sha256", d.SHA256[:2], d.SHA256)
	yesterday := time.Now().Add(-25 * time.Hour)
	require.NoError(t, os.Chtimes(path, yesterday, yesterday))
	code, stdout, stderr = scrub("--remove-orphans", "--min-age=10m")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "--min-age: 10m0s could hit an upload under way; 1h0m0s is the least")
	require.Empty(t, stdout)
	require.FileExists(t, path)

	code, stdout, stderr = scrub("--remove-orphans")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "removed "+d.SHA256+"\n1 orphans removed")
	require.NoFileExists(t, path)
}
