package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/internal/casetest"
	"duban/lifecycle"
)

// kill -9 while an upload is half sent, while its file is kept and not yet
// recorded, and of PostgreSQL in between: nothing that counts is left behind,
// and the same upload sent again succeeds, once.
func TestAnUploadThatIsKilledLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	k := newStack(t, setup{noEngine: true})
	db := look(ctx, t, k.postgres.URL())
	paper := []byte("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%" + strings.Repeat("督办", 1<<18) + "\ntrailer<</Root 1 0 R>>\n%%EOF")
	body, media := form(t, "会议记录.pdf", paper)
	u := uploading{stack: k, body: body, media: media, kept: len(paper)}

	u.open(ctx, "half")
	conn := u.send(ctx, len(body)/2)
	k.eventually(20*time.Second, "half of it to be received", func() bool {
		return u.received(k.apis[0].cmd.Process.Pid) > int64(len(paper)/3)
	})
	k.apis[0].kill()
	u.unanswered(conn)
	require.Empty(t, u.files(), "what was received goes with the process")
	u.succeedsOnce(ctx, db, 1)

	// Nobody may write to the table, so that the file is kept and not recorded.
	u.open(ctx, "kept")
	hold, err := db.pool.Begin(ctx)
	require.NoError(t, err)
	_, err = hold.Exec(ctx, `LOCK TABLE evidence IN SHARE MODE`)
	require.NoError(t, err)
	require.NoError(t, os.Remove(u.files()[0]), "of a content that is there already nothing would be written")
	conn = u.send(ctx, len(body))
	k.eventually(20*time.Second, "the file to be kept", func() bool {
		files := u.files()
		return len(files) == 1 && filepath.Ext(files[0]) == "" // under its own name, no longer .tmp
	})
	k.apis[0].kill()
	u.unanswered(conn)
	require.NoError(t, hold.Rollback(ctx))
	require.Equal(t, 1, db.count(ctx, `SELECT count(*) FROM evidence`), "a file that nobody names does not count")
	u.succeedsOnce(ctx, db, 2)

	u.open(ctx, "record")
	conn = u.send(ctx, len(body)/2)
	k.eventually(20*time.Second, "half of it to be received", func() bool {
		return u.received(k.apis[0].cmd.Process.Pid) > int64(len(paper)/3)
	})
	k.cutPostgres()
	_, err = conn.Write(body[len(body)/2:])
	require.NoError(t, err)
	u.unanswered(conn)
	u.succeedsOnce(ctx, db, 3)
}

// What a kill left half written in the folder of the files is removed at the
// next start, once it is old enough to be nobody's.
func TestLeftoversOfUploadsAreSweptAtTheNextStart(t *testing.T) {
	t.Parallel()
	k := newStack(t, setup{noEngine: true})
	k.apis[0].kill()
	folder := filepath.Join(k.evidence(), "sha256", "ab")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	left := func(name string, age time.Duration) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte("half"), 0o600))
		require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-age)))
		return path
	}
	hash := strings.Repeat("ab", 32)
	old, young, whole := left(hash+".1f.tmp", 2*time.Hour), left(hash+".2f.tmp", time.Minute), left(hash, 2*time.Hour)
	k.again(k.apis[0])
	k.ready(k.apis[0])
	require.NoFileExists(t, old)
	require.FileExists(t, young, "another process may be writing it")
	require.FileExists(t, whole)
}

// An uploading is one file that is sent to a case, again and again.
type uploading struct {
	stack *stack
	body  []byte
	media string
	kept  int
	// id is the case, key the idempotency key.
	id, key string
}

// open opens a case to send the file to.
func (u *uploading) open(ctx context.Context, key string) {
	u.stack.t.Helper()
	l := u.stack.life("upload-" + key)
	l.Must(ctx, u.stack.t, append([]casetest.Step{u.stack.people.Finding(key, u.stack.today())}, u.stack.people.UpToServing(lifecycle.Immediate)...)...)
	u.id, u.key = l.Case, key
}

// send sends the first bytes of the file. The connection that comes back takes
// the others.
func (u *uploading) send(ctx context.Context, first int) net.Conn {
	u.stack.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", u.stack.apis[0].address)
	require.NoError(u.stack.t, err)
	u.stack.t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST /v1/cases/%s/evidence HTTP/1.1\r\nHost: duban\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s",
		u.id, u.token(), u.media, u.key, len(u.body), u.body[:first])
	require.NoError(u.stack.t, err)
	return conn
}

// unanswered requires that nobody acknowledged what was sent.
func (u *uploading) unanswered(conn net.Conn) {
	u.stack.t.Helper()
	require.NoError(u.stack.t, conn.SetReadDeadline(time.Now().Add(u.stack.machine.patience(20*time.Second))))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		require.NotErrorIs(u.stack.t, err, os.ErrDeadlineExceeded)
		return
	}
	require.NoError(u.stack.t, answer.Body.Close())
	require.GreaterOrEqual(u.stack.t, answer.StatusCode, http.StatusInternalServerError)
}

func (u *uploading) token() string { return u.stack.people.Tokens[u.stack.people.Officer.Account] }

// received is how much of a file a process has taken in: it has no name, and
// is only to be seen from the process.
func (u *uploading) received(pid int) int64 {
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(u.stack.t, err)
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && strings.HasPrefix(to, filepath.Join(u.stack.evidence(), "spool")) {
			if info, err := os.Stat(link); err == nil {
				return info.Size()
			}
		}
	}
	return 0
}

// files are those in the folder of the evidence.
func (u *uploading) files() (files []string) {
	require.NoError(u.stack.t, filepath.WalkDir(u.stack.evidence(), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// succeedsOnce starts what was killed again, finds nothing on the case, sends
// the file twice under the same key, and finds it once.
func (u *uploading) succeedsOnce(ctx context.Context, db database, all int) {
	t := u.stack.t
	t.Helper()
	select {
	case <-u.stack.apis[0].done:
		u.stack.again(u.stack.apis[0])
	default:
	}
	u.stack.ready(u.stack.apis[0])
	require.Empty(t, u.list(ctx).Evidence, "nothing of it counts")
	var first api.Piece
	for range 2 {
		var piece api.Piece
		status, _, text, err := door{stack: u.stack}.send(ctx, http.MethodPost, "/v1/cases/"+u.id+"/evidence", u.stack.people.Officer,
			map[string]string{"Content-Type": u.media, "Idempotency-Key": u.key}, u.body)
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, status, "%s", text)
		require.NoError(t, json.Unmarshal(text, &piece))
		require.EqualValues(t, u.kept, piece.Size)
		if first.ID == "" {
			first = piece
		}
		require.Equal(t, first, piece, "the same key, the same answer")
	}
	require.Equal(t, []api.Piece{first}, u.list(ctx).Evidence)
	require.Equal(t, all, db.count(ctx, `SELECT count(*) FROM evidence`))
	require.Len(t, u.files(), 1, "the same content is kept once")
	scrub := exec.Command(os.Getenv("DUBAN_BIN"), "evidence", "scrub")
	scrub.Env = append(os.Environ(), "DATABASE_URL="+u.stack.postgres.URL(), "DUBAN_EVIDENCE_URL=file://"+u.stack.evidence())
	out, err := scrub.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func (u *uploading) list(ctx context.Context) (list api.EvidenceList) {
	u.stack.t.Helper()
	status, _, text, err := door{stack: u.stack}.send(ctx, http.MethodGet, "/v1/cases/"+u.id+"/evidence", u.stack.people.Manager, nil, nil)
	require.NoError(u.stack.t, err)
	require.Equal(u.stack.t, http.StatusOK, status, "%s", text)
	require.NoError(u.stack.t, json.Unmarshal(text, &list))
	return list
}
