package evidence_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/evidence"
)

// at sets when a file was put there.
func (s shelf) at(t *testing.T, hash string, when time.Time) {
	t.Helper()
	require.NoError(t, os.Chtimes(filepath.Join(s.folder, "sha256", hash[:2], hash), when, when))
}

// names is a record that names the hashes.
func names(hashes ...string) func(context.Context) ([]string, error) {
	return func(context.Context) ([]string, error) { return hashes, nil }
}

// An orphan is removed once it is old enough, and nothing else is: not what the
// record names, not what is young, not what was named or sent again between the
// scrub and the removal.
func TestOrphansAreRemoved(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 0)
	now := time.Now()
	old := now.Add(-25 * time.Hour)
	keep := func(content string) *evidence.Draft {
		d := s.keep(t, "a.txt", []byte(content))
		s.at(t, d.SHA256, old)
		return d
	}
	known, orphan, written, again := keep("named"), keep("orphan"), keep("written down meanwhile"), keep("sent again meanwhile")
	young := s.keep(t, "a.txt", []byte("an upload under way"))

	report, err := s.Scrub(t.Context(), names(known.SHA256), nil)
	require.NoError(t, err)
	require.True(t, report.Sound())
	var found []string
	for _, k := range report.Orphans {
		found = append(found, k.SHA256)
	}
	require.ElementsMatch(t, []string{orphan.SHA256, written.SHA256, again.SHA256, young.SHA256}, found)

	s.keep(t, "b.txt", []byte("sent again meanwhile")) // renews the file: its row comes next
	removed, err := s.RemoveOrphans(t.Context(), report.Orphans, names(known.SHA256, written.SHA256), now, 24*time.Hour)
	require.NoError(t, err)
	require.Len(t, removed, 1)
	require.Equal(t, orphan.SHA256, removed[0].SHA256)
	_, err = s.Read(t.Context(), orphan.SHA256)
	require.ErrorIs(t, err, evidence.ErrMissing)
	for _, hash := range []string{known.SHA256, written.SHA256, again.SHA256, young.SHA256} {
		r, err := s.Read(t.Context(), hash)
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}

	removed, err = s.RemoveOrphans(t.Context(), report.Orphans, names(known.SHA256, written.SHA256), now, 24*time.Hour)
	require.NoError(t, err)
	require.Empty(t, removed, "once is enough")
}

// An age that could hit an upload under way is refused, and so is a record that
// does not answer; nothing is removed.
func TestOrphansAreRemovedWithCareOnly(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 0)
	d := s.keep(t, "a.txt", []byte("orphan"))
	s.at(t, d.SHA256, time.Now().Add(-time.Hour*1000))
	report, err := s.Scrub(t.Context(), names(), nil)
	require.NoError(t, err)
	_, err = s.RemoveOrphans(t.Context(), report.Orphans, names(), time.Now(), evidence.LeastAge-time.Second)
	require.ErrorContains(t, err, "1h0m0s is the least")
	away := func(context.Context) ([]string, error) { return nil, context.DeadlineExceeded }
	_, err = s.RemoveOrphans(t.Context(), report.Orphans, away, time.Now(), 24*time.Hour)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Len(t, s.files(t), 1)
}
