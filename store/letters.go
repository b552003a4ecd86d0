package store

import (
	"context"
	"fmt"
	"time"
)

// DeliverLetters moves the letters of a case that may leave into the in-app
// inbox, exactly once, and returns how many are left and when the next of them
// may leave.
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
