package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// A noticeRow says which cases a notice is made of.
type noticeRow struct{ lifecycle.Notice }

// noticesOf are the notices that a case came to have, and those that came to
// have a number, in the order of their ids.
func noticesOf(before lifecycle.Case, after []lifecycle.Case) []noticeRow {
	last := map[string]lifecycle.Notice{}
	had := before.Drafted().Notice
	for _, c := range after {
		n := c.Drafted().Notice
		if n != nil && (had == nil || n.ID != had.ID || n.Number != had.Number) {
			last[n.ID] = *n
		}
		had = n
	}
	rows := make([]noticeRow, 0, len(last))
	for _, n := range last {
		rows = append(rows, noticeRow{n})
	}
	slices.SortFunc(rows, func(a, b noticeRow) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

const upsertNotice = `
INSERT INTO notices AS n (id, number_key, cases) VALUES ($1, nullif($2, 0::bigint), $3)
ON CONFLICT (id) DO UPDATE SET number_key = excluded.number_key, cases = excluded.cases
WHERE (n.number_key, n.cases) IS DISTINCT FROM (excluded.number_key, excluded.cases)`

// args are the row's, as one of its cases knows it: every case of a notice writes
// the same.
func (r noticeRow) args(caseID string) []any {
	cases := append([]string{caseID}, r.Cases...)
	slices.Sort(cases)
	return []any{r.ID, r.NumberKey(), cases}
}

// noticeIDsOf are the ids of the notices of a case: those of the commands that
// drafted, amended or followed them up.
const noticeIDsOf = `
SELECT command_id FROM events WHERE case_id = $1 AND kind IN ('notice_submitted', 'look_back_recorded', 'objection_decided', 'case_taken_over')`

// writeNotices makes the notices of a case follow its events again.
func writeNotices(ctx context.Context, tx pgx.Tx, events []lifecycle.Event) error {
	var (
		c     lifecycle.Case
		after []lifecycle.Case
	)
	for _, e := range events {
		c = c.Apply(e)
		after = append(after, c)
	}
	b := &pgx.Batch{}
	for _, n := range noticesOf(lifecycle.Case{}, after) {
		b.Queue(upsertNotice, n.args(c.ID)...)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("write notices: %w", err)
	}
	return nil
}
