package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/store"
)

// Every send is on the case's page, also of a case that is chased for years: page by
// page, each once and in order, to the newest.
func TestTheCasesPageHasEverySend(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	_, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	var id string
	require.NoError(t, r.sql.QueryRow(ctx, `SELECT id::text FROM cases`).Scan(&id))
	r.exec(t, `INSERT INTO mailing_letters (case_id, seq, recipient, account_id, way, suppressed, at)
		SELECT $1, 1000 + i, 'role:' || r, a, 'role', 'done', now() FROM generate_series(1, 300) i, unnest(ARRAY['head', 'leader']) r, unnest(ARRAY['x', 'y']) a`, id)
	var all []store.CaseMessage
	for after := ""; ; {
		page, err := r.CaseMessages(ctx, r.people.Manager, id, after, 7)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Messages), 7)
		all = append(all, page.Messages...)
		if after = page.Next; after == "" {
			break
		}
	}
	require.Len(t, all, 1201)
	require.Len(t, all[0].Messages, 1, "its way out of the house")
	type place struct {
		seq                int64
		recipient, account string
	}
	seen := map[place]bool{}
	last := int64(0)
	for _, m := range all {
		at := place{m.Seq, m.Recipient, m.Account}
		require.False(t, seen[at], at)
		seen[at] = true
		require.GreaterOrEqual(t, m.Seq, last)
		last = m.Seq
	}
	require.Equal(t, int64(1300), last)
	for _, bad := range []string{"x", "e30", "eyJzIjoxLCJyIjoiXHUwMDAwIn0"} {
		_, err := r.CaseMessages(ctx, r.people.Manager, id, bad, 7)
		require.ErrorIs(t, err, store.ErrCursor, bad)
	}
}
