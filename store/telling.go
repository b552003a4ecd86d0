package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// A Telling is something a case's workflow has yet to hear.
type Telling struct {
	Case  string
	Seq   int64
	Tries int
}

// firstID is before every id, to begin a list after.
const firstID = "00000000-0000-0000-0000-000000000000"

func interval(d time.Duration) pgtype.Interval {
	return pgtype.Interval{Microseconds: d.Microseconds(), Valid: true}
}

// Telling reads what is to be told of a case, as it is when somebody is about
// to tell it. ok is false when there is nothing to tell.
func (s *Store) Telling(ctx context.Context, caseID string) (told Told, ok bool, err error) {
	var seq int64
	err = s.pool.QueryRow(ctx, `SELECT seq FROM tellings WHERE case_id = $1`, caseID).Scan(&seq)
	if errors.Is(err, pgx.ErrNoRows) {
		return Told{}, false, nil
	}
	if err != nil {
		return Told{}, false, fmt.Errorf("read telling of %s: %w", caseID, plain(err))
	}
	told, err = s.Told(ctx, caseID)
	return told, err == nil, err
}

// TellingDone forgets what was told up to a version; what came since stays.
func (s *Store) TellingDone(ctx context.Context, caseID string, seq int64) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM tellings WHERE case_id = $1 AND seq <= $2`, caseID, seq); err != nil {
		return fmt.Errorf("end telling of %s: %w", caseID, plain(err))
	}
	return nil
}

// TellingFailed puts the next try off: 2 s, 4 s, … 10 minutes at most.
func (s *Store) TellingFailed(ctx context.Context, caseID string, seq int64) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE tellings SET tries = tries + 1, next_try_at = now() + least(interval '10 minutes', interval '2 seconds' * 2 ^ least(tries, 9))
		WHERE case_id = $1 AND seq <= $2`, caseID, seq)
	if err != nil {
		return fmt.Errorf("put off telling of %s: %w", caseID, plain(err))
	}
	return nil
}

// Tellings lists those left over for longer than that and due for another try,
// oldest first.
func (s *Store) Tellings(ctx context.Context, olderThan time.Duration, limit int) ([]Telling, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT case_id::text, seq, tries FROM tellings
		WHERE queued_at < now() - $1::interval AND next_try_at <= now() ORDER BY queued_at LIMIT $2`, interval(olderThan), limit)
	if err != nil {
		return nil, fmt.Errorf("read left-over tellings: %w", plain(err))
	}
	left, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Telling])
	if err != nil {
		return nil, fmt.Errorf("read left-over tellings: %w", plain(err))
	}
	return left, nil
}

// TellAll queues a telling for open cases, a page at a time in the order of
// their ids, and returns how many and the last id, to go on after. It is how
// every workflow is made again from the record.
func (s *Store) TellAll(ctx context.Context, after string, limit int) (n int, last string, err error) {
	if after == "" {
		after = firstID
	}
	rows, err := s.pool.Query(ctx, `
		INSERT INTO tellings AS t (case_id, seq)
		SELECT id, seq FROM cases WHERE settled_at IS NULL AND id > $1::uuid ORDER BY id LIMIT $2
		ON CONFLICT (case_id) DO UPDATE SET seq = greatest(t.seq, excluded.seq), queued_at = now(), tries = 0, next_try_at = now()
		RETURNING case_id::text`, after, limit)
	if err != nil {
		return 0, after, fmt.Errorf("tell all cases: %w", plain(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, after, fmt.Errorf("tell all cases: %w", plain(err))
	}
	for _, id := range ids {
		last = max(last, id)
	}
	return len(ids), last, nil
}
