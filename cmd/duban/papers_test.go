package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents"
	"duban/evidence"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/papers"
	"duban/store"
)

// A paper that was sent out and is altered or gone is named.
func TestScrubNamesPapersThatAreNotWhole(t *testing.T) {
	t.Parallel()
	url := pgtest.Copy(t, "migrated", migrated)
	folder := filepath.Join(t.TempDir(), "papers")
	address, err := evidence.FolderURL(folder)
	require.NoError(t, err)
	files, err := evidence.Open(t.Context(), evidence.Options{URL: address})
	require.NoError(t, err)
	defer files.Close()
	s, err := store.Open(t.Context(), store.Options{URL: url, Printer: papers.New(documents.Office{}, files)})
	require.NoError(t, err)
	defer s.Close()
	p := casetest.NewPeople(t.Context(), t, s)
	l := &casetest.Life{Doer: s, Key: "a"}
	today := calendar.Real().Date(time.Now())
	c := l.Must(t.Context(), t, append([]casetest.Step{p.Finding("台账不全", today)}, append(p.UpToServing(lifecycle.Immediate), p.Sign())...)...)
	scrub := func() (int, string) {
		code, stdout, _ := duban(t, "papers", "scrub", "--database-url", url, "--papers-url", address)
		return code, stdout
	}
	code, stdout := scrub()
	require.Zero(t, code)
	require.Contains(t, stdout, "2 files read, 0 damaged, 0 missing, 0 that nobody names")
	hash := c.Notice.Issued.SHA256
	path := filepath.Join(folder, "sha256", hash[:2], hash)
	require.NoError(t, os.WriteFile(path, []byte("PK"), 0o600))
	code, stdout = scrub()
	require.Equal(t, 1, code)
	require.Contains(t, stdout, "damaged "+hash)
	require.NoError(t, os.Remove(path))
	code, stdout = scrub()
	require.Equal(t, 1, code)
	require.Contains(t, stdout, "missing "+hash)
}
