package store_test

import (
	"context"
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"duban/store"
)

// back is a bounce of a message for an address.
func back(id, report string, addresses ...string) store.Bounce {
	return store.Bounce{Digest: sha256.Sum256([]byte(report)), Message: id, Failed: []store.BouncedFor{
		{Addresses: []string{"somebody@else.example"}, Status: "5.0.0", Reason: "不是这里"},
		{Addresses: addresses, Status: "5.1.1", Reply: 550, Server: "mx.example.org", Said: "User unknown", Reason: "退信（5.1.1）"},
	}}
}

// claim claims the one message that is due.
func (r record) claim(t *testing.T, now time.Time) store.Outgoing {
	t.Helper()
	got, err := r.ClaimMessages(context.Background(), now, now.Add(time.Minute), 10, breaker())
	require.NoError(t, err)
	require.Len(t, got.Messages, 1)
	return got.Messages[0]
}

func (r record) markSent(t *testing.T, m store.Outgoing, now time.Time) {
	t.Helper()
	ok, err := r.MarkMessage(context.Background(), m, store.Result{State: store.MessageSent, Counts: true, NextAt: now}, now)
	require.NoError(t, err)
	require.True(t, ok)
}

func (r record) bounce(t *testing.T, b store.Bounce, now time.Time) store.BounceFate {
	t.Helper()
	fate, err := r.RecordBounce(context.Background(), b, now)
	require.NoError(t, err)
	return fate
}

// A message that was sent and came back is undelivered, with what the other side
// said; that it was sent stays in its history. It is sent again by order, and may
// come back again, but never twice by the same report.
func TestAMessageComesBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	_, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	m := r.claim(t, now)
	require.Equal(t, store.BounceEarly, r.bounce(t, back(m.ID, "first", "HEAD@example.org"), now), "it may have been sent, and is not marked")
	r.markSent(t, m, now)

	at := now.Add(time.Hour)
	require.Equal(t, store.BounceRecorded, r.bounce(t, back(m.ID, "first", "x@y.example", "HEAD@example.org"), at))
	require.Equal(t, store.BounceKnown, r.bounce(t, back(m.ID, "first", "head@example.org"), at.Add(time.Hour)))
	require.Equal(t, store.BounceKnown, r.bounce(t, back(m.ID, "of another server", "head@example.org"), at.Add(time.Hour)))
	v, tries, err := r.Message(ctx, m.ID)
	require.NoError(t, err)
	require.Equal(t, []any{store.MessageDead, "bounced", 550, "退信（5.1.1）", "5.1.1", "mx.example.org", "User unknown"},
		[]any{v.State, v.Code, v.Status, v.Reason, v.BounceStatus, v.BounceServer, v.BounceSaid})
	require.Equal(t, at, *v.BouncedAt)
	require.Nil(t, v.SentAt)
	require.Len(t, tries, 2)
	require.Equal(t, []any{"sent", now, "bounced", at, "bounced"}, []any{tries[0].Outcome, tries[0].At, tries[1].Outcome, tries[1].At, tries[1].Code})
	lost, err := r.Undelivered(ctx, r.people.Head)
	require.NoError(t, err)
	require.Len(t, lost, 1)
	require.Equal(t, "退信（5.1.1）", lost[0].Reason)

	again := at.Add(time.Hour)
	_, err = r.ResendMessage(ctx, m.ID, r.people.Head.Account, again)
	require.NoError(t, err)
	require.Equal(t, store.BounceKnown, r.bounce(t, back(m.ID, "late, of the first try", "head@example.org"), again), "it was ordered in spite of that")
	v, _, err = r.Message(ctx, m.ID)
	require.NoError(t, err)
	require.Equal(t, []any{store.MessageQueued, "", 0, "", "", ""}, []any{v.State, v.Code, v.Status, v.Reason, v.BounceStatus, v.BounceSaid})
	require.Nil(t, v.BouncedAt)
	r.markSent(t, r.claim(t, again), again)
	require.Equal(t, store.BounceKnown, r.bounce(t, back(m.ID, "first", "head@example.org"), again), "the report was read before")
	v, _, err = r.Message(ctx, m.ID)
	require.NoError(t, err)
	require.Equal(t, store.MessageSent, v.State)
	lost, err = r.Undelivered(ctx, r.people.Head)
	require.NoError(t, err)
	require.Empty(t, lost)
	require.Equal(t, store.BounceRecorded, r.bounce(t, back(m.ID, "second", "head@example.org"), again.Add(time.Hour)))
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM bounces`))
	_, err = r.sql.Exec(ctx, `UPDATE bounces SET said = ''`)
	require.ErrorContains(t, err, "append-only")
}

// Nobody's word counts for a message that was never sent, or not to whom it says.
func TestABounceIsBelievedOnlyOfWhatWasSent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	_, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	var id string
	require.NoError(t, r.sql.QueryRow(ctx, `SELECT id::text FROM messages`).Scan(&id))
	require.Equal(t, store.BounceForeign, r.bounce(t, back(id, "a", "head@example.org"), now), "never tried")
	for _, unknown := range []string{uuid.NewString(), "", "x", "' OR 1=1"} {
		require.Equal(t, store.BounceUnknown, r.bounce(t, back(unknown, "a", "head@example.org"), now), unknown)
	}
	m := r.claim(t, now)
	r.markSent(t, m, now)
	for _, to := range [][]string{nil, {""}, {"head@example.com"}, {"head"}} {
		require.Equal(t, store.BounceForeign, r.bounce(t, back(id, "a", to...), now), to)
	}
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM messages WHERE state = 'sent'`))
	require.Zero(t, r.count(t, `SELECT count(*) FROM bounces`))
	// The address may have been taken away since.
	require.NoError(t, r.DeleteAddress(ctx, r.people.Head.Account, m.Address.ID))
	require.Equal(t, store.BounceRecorded, r.bounce(t, back(id, "a", "head@example.org"), now))
}

// What was sent before this release is known by the address as it stands.
func TestWhatWasSentBeforeComesBackToo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	_, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	m := r.claim(t, now)
	r.markSent(t, m, now)
	r.exec(t, `UPDATE messages SET sent_to = NULL`)
	require.Equal(t, store.BounceRecorded, r.bounce(t, back(m.ID, "a", "head@example.org"), now))
}

// The same report, read by several at once, is recorded once.
func TestManyReadersRecordABounceOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	_, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	m := r.claim(t, now)
	r.markSent(t, m, now)
	var (
		group sync.WaitGroup
		mu    sync.Mutex
	)
	fates := map[store.BounceFate]int{}
	for range 8 {
		group.Go(func() {
			fate, err := r.RecordBounce(ctx, back(m.ID, "a", "head@example.org"), now)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				fate = store.BounceFate(err.Error())
			}
			fates[fate]++
		})
	}
	group.Wait()
	require.Equal(t, map[store.BounceFate]int{store.BounceRecorded: 1, store.BounceKnown: 7}, fates)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM message_tries WHERE outcome = 'bounced'`))
}
