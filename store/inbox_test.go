package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// ADR 11: what a person ordered is in its readers' inboxes with the command's answer,
// exactly once, while the engine and the sender are away; what a timer ordered is
// when its hour has come. The sender finds it as its own later.
func TestAnInboxNeedsNoSender(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	_, err := r.PutAddress(ctx, store.Address{Account: p.Secretary.Account, Kind: "email", Address: "secretary@example.org", Author: "x"})
	require.NoError(t, err)
	c := r.life(t, "case").Must(ctx, t, append([]casetest.Step{p.Finding("学习记录不全", today())}, p.UpToServing(lifecycle.Immediate)...)...)
	now := time.Now().UTC().Truncate(time.Microsecond)
	r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before, by_timer) VALUES ($1, 100, $2, 'measure_ordered', false, $3, true)`,
		c.ID, "unit:"+c.Unit, now.AddDate(0, 0, 1))
	read := func() []store.Mailing {
		inbox, err := r.Inbox(ctx, p.Secretary.Account, "", now, 10)
		require.NoError(t, err)
		return inbox
	}
	var group sync.WaitGroup
	found := make([]int, 6)
	for i := range found {
		group.Go(func() {
			inbox, err := r.Inbox(ctx, p.Secretary.Account, "", now, 10)
			if err == nil {
				found[i] = len(inbox)
			}
		})
	}
	group.Wait()
	require.Equal(t, []int{1, 1, 1, 1, 1, 1}, found)
	inbox := read()
	require.Contains(t, inbox[0].Text, c.Number)
	var signed time.Time
	require.NoError(t, r.sql.QueryRow(ctx, `SELECT at FROM events WHERE case_id = $1 AND kind = 'notice_approved'`, c.ID).Scan(&signed))
	require.WithinDuration(t, signed, inbox[0].CreatedAt, 0, "as of its event, whoever looked first")
	done, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	require.Zero(t, done.Letters)
	got, err := r.ClaimMessages(ctx, now, now.Add(time.Minute), 10, breaker())
	require.NoError(t, err)
	require.Len(t, got.Messages, 1)
	require.Equal(t, inbox, read())
}
