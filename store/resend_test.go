package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/store"
)

// giveUp routes what waits, claims it and gives it up with a code.
func (r record) giveUp(t *testing.T, code string, now time.Time) []store.Outgoing {
	t.Helper()
	ctx := context.Background()
	_, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	got, err := r.ClaimMessages(ctx, now, now.Add(time.Minute), 10, breaker())
	require.NoError(t, err)
	for _, m := range got.Messages {
		_, err = r.MarkMessage(ctx, m, store.Result{State: store.MessageDead, Counts: true, Code: code}, now)
		require.NoError(t, err)
	}
	return got.Messages
}

func (r record) readdress(t *testing.T, account string, addresses ...string) {
	t.Helper()
	ctx := context.Background()
	old, err := r.Addresses(ctx, account)
	require.NoError(t, err)
	for _, a := range old {
		require.NoError(t, r.DeleteAddress(ctx, account, a.ID))
	}
	for _, a := range addresses {
		_, err = r.PutAddress(ctx, store.Address{Account: account, Kind: "email", Address: a, Author: "x"})
		require.NoError(t, err)
	}
}

func (r record) undelivered(t *testing.T, who lifecycle.Actor) int {
	t.Helper()
	list, err := r.Undelivered(context.Background(), who)
	require.NoError(t, err)
	return len(list)
}

// A mailbox was mistyped and is put right: what was given up goes there, and to no
// place twice.
func TestADeadLetterGoesToTheCorrectedAddress(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	head := r.people.Head.Account
	dead := r.giveUp(t, "mail_refused", now)
	require.Len(t, dead, 1)
	r.readdress(t, head)
	_, err := r.ResendMessage(ctx, dead[0].ID, r.people.Admin.Account, now)
	require.ErrorIs(t, err, store.ErrNoAddress)
	require.Equal(t, 1, r.undelivered(t, r.people.Head))

	r.readdress(t, head, "right@example.org", "other@example.org")
	v, err := r.ResendMessage(ctx, dead[0].ID, r.people.Admin.Account, now)
	require.NoError(t, err)
	require.Equal(t, []any{store.MessageQueued, 0}, []any{v.State, v.Tries})
	require.NotEqual(t, dead[0].ID, v.ID, "another address is another message")
	got, err := r.ClaimMessages(ctx, now, now.Add(time.Minute), 10, breaker())
	require.NoError(t, err)
	require.Zero(t, got.Dead)
	var to []string
	for _, m := range got.Messages {
		to = append(to, m.Address.Address)
	}
	require.ElementsMatch(t, []string{"right@example.org", "other@example.org"}, to)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM mailings`), "in the inbox once")
	require.Zero(t, r.undelivered(t, r.people.Head))
	old, tries, err := r.Message(ctx, dead[0].ID)
	require.NoError(t, err)
	require.NotNil(t, old.ServedAt)
	require.Equal(t, []string{"dead", "served"}, []string{tries[0].Outcome, tries[1].Outcome})
	_, err = r.ResendMessage(ctx, dead[0].ID, r.people.Admin.Account, now)
	require.ErrorIs(t, err, store.ErrNotDead)
}

// After a fault that hit many they are sent again in one go, each to where it can
// arrive; what was given up for another reason stays.
func TestWhatWasGivenUpGoesAgainByItsCode(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 3)
	dead := r.giveUp(t, "mail_refused", now)
	require.Len(t, dead, 3)
	r.exec(t, `UPDATE messages SET code = 'redirect' WHERE id = $1`, dead[0].ID)
	n, err := r.ResendMessages(ctx, "mail_refused", r.people.Admin.Account, now)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	for i, m := range dead {
		v, tries, err := r.Message(ctx, m.ID)
		require.NoError(t, err)
		if i == 0 {
			require.Equal(t, []any{store.MessageDead, 1}, []any{v.State, len(tries)})
			continue
		}
		require.Equal(t, []any{store.MessageQueued, "", 2, "resent", r.people.Admin.Account}, []any{v.State, v.Code, len(tries), tries[1].Outcome, tries[1].Author})
	}
	n, err = r.ResendMessages(ctx, "mail_refused", r.people.Admin.Account, now)
	require.NoError(t, err)
	require.Zero(t, n)
	r.readdress(t, r.people.Head.Account, "right@example.org")
	n, err = r.ResendMessages(ctx, "redirect", r.people.Admin.Account, now)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM messages m JOIN addresses a ON a.id = m.address_id WHERE m.state = 'queued'`))
}

// An undelivered paper is a task until somebody answers for how it was served, and
// of a case that is over it is none.
func TestAnUndeliveredPaperIsServedOtherwise(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 2)
	dead := r.giveUp(t, "mail_refused", now)
	require.Len(t, dead, 2)
	require.Equal(t, 2, r.undelivered(t, r.people.Head))
	_, err := r.ServeOtherwise(ctx, r.people.Officer, dead[0].ID, "当面送达", now)
	require.ErrorIs(t, err, store.ErrNotFound, "another officer's case")
	v, err := r.ServeOtherwise(ctx, r.people.Head, dead[0].ID, "当面送达", now)
	require.NoError(t, err)
	require.Equal(t, []any{store.MessageDead, now, "当面送达", r.people.Head.Account}, []any{v.State, *v.ServedAt, v.ServedHow, v.ServedBy})
	_, err = r.ServeOtherwise(ctx, r.people.Head, dead[0].ID, "再次", now)
	require.ErrorIs(t, err, store.ErrNotDead)
	require.Equal(t, 1, r.undelivered(t, r.people.Head))
	list, err := r.Messages(ctx, store.MessageDead, "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	waiting, err := r.MessagesWaiting(ctx)
	require.NoError(t, err)
	require.Equal(t, map[string]int{store.MessageDead: 1}, waiting)

	var id string
	require.NoError(t, r.sql.QueryRow(ctx, `SELECT id::text FROM cases`).Scan(&id))
	_, err = r.Execute(ctx, r.void(id, "void"))
	require.NoError(t, err)
	require.Zero(t, r.undelivered(t, r.people.Head), "the case is voided")
}
