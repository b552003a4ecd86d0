package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// KindRecompute is the kind of job that moves open cases to the calendar in
// force.
const KindRecompute = "recompute"

// KindSucceed is the kind of job that passes a unit's open cases on to its
// successor.
const KindSucceed = "succeed"

// A Job is what an authorised command asked a workflow to do to many cases.
type Job struct {
	ID   string
	Kind string
	Done int
	Over bool
}

// OpenJobs lists the jobs not finished yet, oldest first; one that waits for a
// day, from that day on.
func (s *Store) OpenJobs(ctx context.Context) ([]Job, error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT id, kind, done, done_at IS NOT NULL FROM jobs
		WHERE done_at IS NULL AND coalesce((args ->> 'on')::date <= $1, true) ORDER BY queued_at, id LIMIT 100`, rules.Today(s.now()))
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", plain(err))
	}
	jobs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Job])
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", plain(err))
	}
	return jobs, nil
}

// Recompute does a page of a job that brings open cases up to date with what
// changed around them, the calendar or their unit: up to limit cases, each in its
// own transaction. It reports whether there are more. A case that cannot be
// brought up to date holds up no other. The job is finished when there are none;
// running it again does nothing.
func (s *Store) Recompute(ctx context.Context, jobID string, limit int) (done int, more bool, err error) {
	var (
		kind string
		args []byte
		over bool
	)
	if err := s.pool.QueryRow(ctx, `SELECT kind, args, done_at IS NOT NULL FROM jobs WHERE id = $1`, jobID).Scan(&kind, &args, &over); err != nil {
		return 0, false, fmt.Errorf("read job %s: %w", jobID, plain(err))
	}
	if over {
		return 0, false, nil
	}
	w, err := s.workOf(ctx, kind, args)
	if err != nil {
		return 0, false, fmt.Errorf("read job %s: %w", jobID, err)
	}
	rows, err := s.pool.Query(ctx, `SELECT id::text FROM cases WHERE `+w.where+` LIMIT $1`, append([]any{limit}, w.args...)...)
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", kind, plain(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", kind, plain(err))
	}
	var failed []error
	for _, id := range ids {
		if err := retry(ctx, func() error { return s.bringUp(ctx, id, w) }); err != nil {
			failed = append(failed, fmt.Errorf("%s case %s: %w", kind, id, err))
			continue
		}
		done++
	}
	more, err = s.finish(ctx, jobID, done, w)
	return done, more, errors.Join(append(failed, err)...)
}

// A caseWork is what a job does to each of the open cases it concerns. Arguments
// of the condition begin with $2.
type caseWork struct {
	where  string
	args   []any
	decide func(k *tracked, at time.Time) []lifecycle.Event
	// then is what follows from it beside the unit's other cases; nil for nothing.
	then func(ctx context.Context, p *plan, k *tracked) error
}

// workOf reads what a job is to do.
func (s *Store) workOf(ctx context.Context, kind string, args []byte) (caseWork, error) {
	switch kind {
	case KindOffer:
		return s.offerWork(ctx, args)
	case KindRecompute:
		return caseWork{where: olderOpen, decide: func(k *tracked, at time.Time) []lifecycle.Event {
			return lifecycle.DecideRecompute(k.c, at, k.rules)
		}}, nil
	case KindPassOn:
		return passOnWork(args)
	case KindSucceed:
		var of lifecycle.Succession
		if err := json.Unmarshal(args, &of); err != nil {
			return caseWork{}, err
		}
		return caseWork{where: openOfUnit, args: []any{of.From}, decide: func(k *tracked, at time.Time) []lifecycle.Event {
			return lifecycle.DecideSucceed(k.c, of, at, k.rules)
		}, then: func(ctx context.Context, p *plan, k *tracked) error { return p.joinTalks(ctx, k, of) }}, nil
	default:
		return caseWork{}, ErrNotFound
	}
}

const openOfUnit = `settled_at IS NULL AND unit_id = $2`

const olderOpen = `settled_at IS NULL AND calendar_version < (SELECT calendar_version FROM in_force)`

// finish notes what was done and ends the job when it concerns no open case any
// more. It waits out whoever is opening a case now and may have read what was in
// force before.
func (s *Store) finish(ctx context.Context, jobID string, done int, w caseWork) (more bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, openingLock); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM cases WHERE `+w.where+` LIMIT $1)`, append([]any{1}, w.args...)...).Scan(&more); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE jobs SET done = done + $2, done_at = CASE WHEN $3 THEN NULL ELSE now() END WHERE id = $1`, jobID, done, more)
		return err
	})
	if err != nil {
		return true, fmt.Errorf("finish job %s: %w", jobID, plain(err))
	}
	return more, nil
}

// bringUp applies what has fallen due to one case and then what the job decides.
func (s *Store) bringUp(ctx context.Context, id string, w caseWork) error {
	p, c, err := s.open(ctx, id)
	if err != nil {
		return err
	}
	defer p.tx.release(ctx)
	err = p.settle(ctx, func() ([]lifecycle.Event, error) {
		k, err := p.track(ctx, c)
		if err == nil {
			k.catchUp(p.at)
			k.add(w.decide(k, p.at))
		}
		return nil, err
	})
	if err != nil || len(p.tracked[0].events) == 0 {
		return err
	}
	if w.then != nil {
		if err := w.then(ctx, p, p.tracked[0]); err != nil {
			return err
		}
	}
	return p.commit(ctx)
}
