package s3test_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"duban/evidence"
)

const bucket = "duban-evidence"

// A cloud is an S3 server and what it was asked for.
type cloud struct {
	url string

	mu    sync.Mutex
	asked []*http.Request
	// away makes it answer nothing but errors.
	away bool
	// now is the server's clock.
	now time.Time
}

// Now is the time the server gives to what it keeps.
func (c *cloud) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Since is how long ago an instant is.
func (c *cloud) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

func (c *cloud) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{now: time.Now()}
	backend := s3mem.New(s3mem.WithTimeSource(c))
	require.NoError(t, backend.CreateBucket(bucket))
	served := gofakes3.New(backend, gofakes3.WithTimeSource(c), gofakes3.WithTimeSkewLimit(0)).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		away := c.away
		c.asked = append(c.asked, r.Clone(context.WithoutCancel(r.Context())))
		c.mu.Unlock()
		if away {
			http.Error(w, "", http.StatusForbidden)
			return
		}
		served.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// open opens the store by nothing but its address, as people configure it.
func (c *cloud) open(t *testing.T, limit int64) *evidence.Store {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	s, err := evidence.Open(t.Context(), evidence.Options{
		URL: "s3://" + bucket + "?" + url.Values{"region": {"cn-north-1"}, "endpoint": {c.url}}.Encode(), MaxBytes: limit,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func keep(t *testing.T, s *evidence.Store, content string) *evidence.Draft {
	t.Helper()
	d, err := s.Receive(t.Context(), "记录.txt", strings.NewReader(content))
	require.NoError(t, err)
	t.Cleanup(d.Discard)
	require.NoError(t, s.Keep(t.Context(), d))
	return d
}

func names(hashes ...string) func(context.Context) ([]string, error) {
	return func(context.Context) ([]string, error) { return hashes, nil }
}

// A bucket keeps, gives back, scrubs and forgets as a folder does. It is asked by
// path, and with no checksum that a server of another make does not know.
func TestBucket(t *testing.T) { //nolint:paralleltest // the credentials are the process's
	c := newCloud(t)
	s := c.open(t, 0)
	content := strings.Repeat("会议记录。\n", 1000)
	d := keep(t, s, content)
	keep(t, s, content)
	sum := sha256.Sum256([]byte(content))
	require.Equal(t, hex.EncodeToString(sum[:]), d.SHA256)
	whole, err := s.Has(t.Context(), d.SHA256, d.Size)
	require.NoError(t, err)
	require.True(t, whole)

	r, err := s.Read(t.Context(), d.SHA256)
	require.NoError(t, err)
	_, err = r.Seek(int64(len("会议记录。\n")), io.SeekStart)
	require.NoError(t, err)
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, content[len("会议记录。\n"):], string(rest))
	_, err = s.Read(t.Context(), strings.Repeat("0", 64))
	require.ErrorIs(t, err, evidence.ErrMissing)

	missing := strings.Repeat("0", 64)
	report, err := s.Scrub(t.Context(), names(d.SHA256, missing), nil)
	require.NoError(t, err)
	require.Equal(t, []any{1, []string{missing}, 0}, []any{report.Files, report.Missing, len(report.Damaged)})

	require.Equal(t, 1, c.plain(t)[http.MethodPut], "the same content is kept once")
}

// plain checks how the server was asked, and counts how often by method.
func (c *cloud) plain(t *testing.T) map[string]int {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	count := map[string]int{}
	for _, r := range c.asked {
		require.True(t, strings.HasPrefix(r.URL.Path, "/"+bucket), "by path: %s", r.URL)
		count[r.Method]++
		for name := range r.Header {
			name = strings.ToLower(name)
			require.False(t, strings.HasPrefix(name, "x-amz-checksum-"), "%s %s: %s", r.Method, r.URL, name)
			require.NotContains(t, []string{"x-amz-sdk-checksum-algorithm", "x-amz-trailer"}, name, "%s %s", r.Method, r.URL)
		}
	}
	return count
}

// Orphans in a bucket are removed by the server's clock.
func TestOrphansInABucket(t *testing.T) { //nolint:paralleltest // as above
	c := newCloud(t)
	s := c.open(t, 0)
	c.set(func() { c.now = time.Now().Add(-25 * time.Hour) })
	known, orphan := keep(t, s, "登记了的"), keep(t, s, "没有登记的")
	c.set(func() { c.now = time.Now() })
	young := keep(t, s, "正在上传的")
	report, err := s.Scrub(t.Context(), names(known.SHA256), nil)
	require.NoError(t, err)
	require.Len(t, report.Orphans, 2)
	removed, err := s.RemoveOrphans(t.Context(), report.Orphans, names(known.SHA256), time.Now(), 24*time.Hour)
	require.NoError(t, err)
	require.Len(t, removed, 1)
	require.Equal(t, orphan.SHA256, removed[0].SHA256)
	for hash, want := range map[string]bool{known.SHA256: true, orphan.SHA256: false, young.SHA256: true} {
		have, err := s.Has(t.Context(), hash, map[string]int64{known.SHA256: known.Size, orphan.SHA256: orphan.Size, young.SHA256: young.Size}[hash])
		require.NoError(t, err)
		require.Equal(t, want, have)
	}
}

// A file larger than one part of an upload comes through whole; a file that is
// refused, and one that the bucket does not take, leave nothing.
func TestLargeFilesAndFailures(t *testing.T) { //nolint:paralleltest // as above
	c := newCloud(t)
	s := c.open(t, 20<<20)
	large := bytes.Repeat([]byte("整改材料\n"), 1_500_000)
	d := keep(t, s, string(large))
	report, err := s.Scrub(t.Context(), names(d.SHA256), nil)
	require.NoError(t, err)
	require.True(t, report.Sound())
	require.Equal(t, int64(len(large)), report.Bytes)
	require.Greater(t, c.plain(t)[http.MethodPut], 1, "in parts")

	_, err = s.Receive(t.Context(), "记录.txt", bytes.NewReader(bytes.Repeat(large, 2)))
	var refusal *evidence.Refusal
	require.ErrorAs(t, err, &refusal)
	c.set(func() { c.away = true })
	other, err := s.Receive(t.Context(), "记录.txt", strings.NewReader("另一份"))
	require.NoError(t, err)
	defer other.Discard()
	require.Error(t, s.Keep(t.Context(), other))
	c.set(func() { c.away = false })
	report, err = s.Scrub(t.Context(), names(d.SHA256), nil)
	require.NoError(t, err)
	require.Equal(t, 1, report.Files)
}
