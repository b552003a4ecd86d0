package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// firstID is before every id, to begin a list after.
const firstID = "00000000-0000-0000-0000-000000000000"

// DeliverLetters marks the letters of a case that may leave as delivered, each
// once, and returns how many are left and when the next of them may leave. The mark
// is for the workflows that ask for it; the inboxes do not need it (ADR 11).
func (s *Store) DeliverLetters(ctx context.Context, caseID string) (left int, next time.Time, err error) {
	_, err = s.pool.Exec(ctx, `
		UPDATE outbox SET delivered_at = clock_timestamp()
		WHERE case_id = $1 AND delivered_at IS NULL AND not_before <= clock_timestamp()`, caseID)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("deliver letters of %s: %w", caseID, plain(err))
	}
	var first *time.Time
	err = s.pool.QueryRow(ctx, `SELECT count(*), min(not_before) FROM outbox WHERE case_id = $1 AND delivered_at IS NULL`, caseID).Scan(&left, &first)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("deliver letters of %s: %w", caseID, plain(err))
	}
	if first != nil {
		next = first.UTC()
	}
	return left, next, nil
}

// LettersDue lists cases with letters that may leave by now, in the order of
// their ids, after the given one; from the first when that is empty.
func (s *Store) LettersDue(ctx context.Context, after string, limit int) ([]string, error) {
	if after == "" {
		after = firstID
	}
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT case_id::text FROM outbox
		WHERE delivered_at IS NULL AND not_before <= now() AND case_id > $1::uuid
		ORDER BY 1 LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list letters due: %w", plain(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list letters due: %w", plain(err))
	}
	return ids, nil
}
