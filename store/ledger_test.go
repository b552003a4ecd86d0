package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/store"
)

// A ledger tells of one instant, whatever is written while it is read, and
// keeps nobody from writing.
func TestLedgerIsOneSnapshot(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	const cases = 260 // more than one batch
	for i := range cases {
		r.life(t, fmt.Sprint("ledger", i)).Must(t.Context(), t, r.people.Finding(fmt.Sprintf("第%d个问题", i), today()))
	}
	seen := 0
	err := r.Ledger(t.Context(), r.people.Manager, store.Filter{Sort: store.ByNumber}, 1000, func(row store.LedgerRow) error {
		if seen == 0 {
			r.exec(t, `UPDATE cases SET title = 'changed meanwhile'`)
			r.life(t, "meanwhile").Must(t.Context(), t, r.people.Finding("后来的问题", today()))
		}
		require.Equal(t, fmt.Sprintf("第%d个问题", seen), row.Title)
		require.Equal(t, row.Title, row.Case.Finding.Title)
		seen++
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, cases, seen)
}

// More cases than a sheet holds are refused before any is yielded.
func TestLedgerOfTooMany(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	for i := range 3 {
		r.life(t, fmt.Sprint("many", i)).Must(t.Context(), t, r.people.Finding("一个'问题\\", today()))
	}
	none := func(store.LedgerRow) error { return errors.New("yielded") }
	require.ErrorIs(t, r.Ledger(t.Context(), r.people.Manager, store.Filter{}, 2, none), store.ErrTooMany)
	n := 0
	require.NoError(t, r.Ledger(t.Context(), r.people.Manager, store.Filter{Text: `'问题\`}, 3, func(store.LedgerRow) error { n++; return nil }))
	require.Equal(t, 3, n)
	require.ErrorIs(t, r.Ledger(t.Context(), r.people.Secretary, store.Filter{}, 9, none), store.ErrNotFound)
}

// Who goes away in the middle ends the reading, and leaves no transaction.
func TestLedgerEndsWithItsReader(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	for i := range 201 {
		r.life(t, fmt.Sprint("gone", i)).Must(t.Context(), t, r.people.Finding("问题", today()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	seen := 0
	err := r.Ledger(ctx, r.people.Manager, store.Filter{}, 1000, func(store.LedgerRow) error {
		seen++
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.LessOrEqual(t, seen, 200)
	require.Eventually(t, func() bool {
		return r.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND application_name = 'duban'`) == 0
	}, 2*time.Minute, 5*time.Millisecond)
}
