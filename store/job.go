package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// KindRecompute is the kind of job that moves open cases to the calendar in
// force.
const KindRecompute = "recompute"

// A Job is what an authorised command asked a workflow to do to many cases.
type Job struct {
	ID   string
	Kind string
	Done int
	Over bool
}

// OpenJobs lists the jobs not finished yet, oldest first.
func (s *Store) OpenJobs(ctx context.Context) ([]Job, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, kind, done, done_at IS NOT NULL FROM jobs WHERE done_at IS NULL ORDER BY queued_at, id LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", plain(err))
	}
	jobs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Job])
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", plain(err))
	}
	return jobs, nil
}

// Recompute moves up to limit open cases that are older to the calendar in
// force, each in its own transaction, and reports whether there are more. A case
// that cannot be moved holds up no other. The job is finished when there are
// none; running it again does nothing.
func (s *Store) Recompute(ctx context.Context, jobID string, limit int) (done int, more bool, err error) {
	var over bool
	if err := s.pool.QueryRow(ctx, `SELECT done_at IS NOT NULL FROM jobs WHERE id = $1 AND kind = $2`, jobID, KindRecompute).Scan(&over); err != nil {
		return 0, false, fmt.Errorf("read job %s: %w", jobID, plain(err))
	}
	if over {
		return 0, false, nil
	}
	rows, err := s.pool.Query(ctx, `SELECT id::text FROM cases WHERE `+olderOpen+` LIMIT $1`, limit)
	if err != nil {
		return 0, false, fmt.Errorf("recompute: %w", plain(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, false, fmt.Errorf("recompute: %w", plain(err))
	}
	var failed []error
	for _, id := range ids {
		if err := retry(ctx, func() error { return s.recompute(ctx, id) }); err != nil {
			failed = append(failed, fmt.Errorf("recompute case %s: %w", id, err))
			continue
		}
		done++
	}
	more, err = s.finishRecompute(ctx, jobID, done)
	return done, more, errors.Join(append(failed, err)...)
}

const olderOpen = `settled_at IS NULL AND calendar_version < (SELECT calendar_version FROM in_force)`

// finishRecompute notes what was done and ends the job when no open case is
// older. It waits out whoever is opening a case now and may have read the rules
// that were in force before.
func (s *Store) finishRecompute(ctx context.Context, jobID string, done int) (more bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, openingLock); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			UPDATE jobs SET done = done + $2, done_at = CASE WHEN EXISTS (SELECT FROM cases WHERE `+olderOpen+`) THEN NULL ELSE now() END
			WHERE id = $1 RETURNING done_at IS NULL`, jobID, done).Scan(&more)
	})
	if err != nil {
		return true, fmt.Errorf("finish job %s: %w", jobID, plain(err))
	}
	return more, nil
}

func (s *Store) recompute(ctx context.Context, id string) error {
	p, c, err := s.open(ctx, id, nil)
	if err != nil {
		return err
	}
	defer p.tx.release(ctx)
	err = p.settle(ctx, func() ([]lifecycle.Event, error) {
		k, err := p.track(ctx, c)
		if err == nil {
			k.catchUp(p.at)
			k.add(lifecycle.DecideRecompute(k.c, p.at, k.rules))
		}
		return nil, err
	})
	if err != nil || len(p.tracked[0].events) == 0 {
		return err
	}
	return p.commit(ctx)
}
