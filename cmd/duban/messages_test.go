package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/store"
)

// A mail server that pipes what came back is told to bring it again only when it
// could not be recorded: anything else would be sent back, and come back.
func TestAMailServerPipesBounces(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	url := pgtest.Copy(t, "migrated", migrated)
	s, err := store.Open(ctx, store.Options{URL: url})
	require.NoError(t, err)
	defer s.Close()
	p := casetest.NewPeople(ctx, t, s)
	_, err = s.PutAddress(ctx, store.Address{Account: p.Secretary.Account, Kind: "email", Address: "secretary@unit.example", Author: "x"})
	require.NoError(t, err)
	l := &casetest.Life{Doer: s, Key: "a"}
	l.Must(ctx, t, append([]casetest.Step{p.Finding("台账不全", p.Today())}, append(p.UpToServing(lifecycle.Immediate), p.Sign())...)...)
	now := time.Now().UTC().Truncate(time.Microsecond)
	_, err = s.RouteLetters(ctx, now, 100)
	require.NoError(t, err)
	got, err := s.ClaimMessages(ctx, now, now.Add(time.Minute), 10, store.Breaker{Most: 30, Per: time.Hour})
	require.NoError(t, err)
	require.NotEmpty(t, got.Messages)
	m := got.Messages[0]
	mail := func(id string) string {
		path := filepath.Join(t.TempDir(), "mail.eml")
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "From MAILER-DAEMON Mon Mar  2 08:30:03 2026\nMessage-ID: <1@mx.example.org>\n"+
			"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; secretary@unit.example\n"+
			"Action: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <%s@example.org>\n\n--b--\n", id), 0o600))
		return path
	}
	pipe := func(database, path string) (int, string) {
		code, stdout, _ := duban(t, "messages", "bounce", "--database-url", database, path)
		return code, stdout
	}
	code, stdout := pipe(url, mail(m.ID))
	require.Equal(t, []any{75, "early\n"}, []any{code, stdout}, "it is being sent")
	_, err = s.MarkMessage(ctx, m, store.Result{State: store.MessageSent, Counts: true}, now)
	require.NoError(t, err)
	for _, want := range []string{"recorded\n", "known\n"} {
		code, stdout = pipe(url, mail(m.ID))
		require.Equal(t, []any{0, want}, []any{code, stdout})
	}
	code, stdout = pipe(url, mail(uuid.NewString()))
	require.Equal(t, []any{0, "unknown\n"}, []any{code, stdout})
	code, stdout = pipe(url, "/dev/null")
	require.Equal(t, []any{0, "other\n"}, []any{code, stdout})
	code, _ = pipe("postgres://nobody@127.0.0.1:1/none", mail(m.ID))
	require.Equal(t, 75, code)
	code, _ = pipe(url, filepath.Join(t.TempDir(), "missing"))
	require.Equal(t, 75, code)
}
