package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// KindRecompute is the kind of job that moves open cases to the calendar in
// force.
const KindRecompute = "recompute"

// CalendarInForce returns the calendar that decides now.
func (s *Store) CalendarInForce(ctx context.Context) (*calendar.Calendar, error) {
	force, err := s.currentForce(ctx)
	if err != nil {
		return nil, err
	}
	return s.calendar(ctx, force.Calendar)
}

// PolicyInForce returns the policy that new cases are noticed under, its
// version, and where legal days lie.
func (s *Store) PolicyInForce(ctx context.Context) (*policy.Policy, int, calendar.Timeline, error) {
	force, err := s.currentForce(ctx)
	if err != nil {
		return nil, 0, calendar.Timeline{}, err
	}
	r, err := s.rules(ctx, force, 0)
	return r.Policy, r.PolicyVersion, r.Timeline, err
}

// ImportCalendar puts a year's notice in force and queues the job that moves
// open cases to it, later only.
func (s *Store) ImportCalendar(ctx context.Context, by string, y calendar.Year) (version int, jobID string, err error) {
	jobID = newID()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var years []byte
		row := tx.QueryRow(ctx, `SELECT c.version, c.years FROM in_force f JOIN calendars c ON c.version = f.calendar_version FOR UPDATE OF f`)
		if err := row.Scan(&version, &years); err != nil {
			return err
		}
		now, err := decodeYears(version, years)
		if err != nil {
			return err
		}
		version++
		next, err := now.With(y, version)
		if err != nil {
			return err
		}
		text, err := encodeYears(next)
		if err != nil {
			return err
		}
		args, err := json.Marshal(map[string]int{"calendar_version": version})
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`INSERT INTO calendars (version, years, author) VALUES ($1, $2, $3)`, version, text, by)
		b.Queue(`UPDATE in_force SET calendar_version = $1`, version)
		b.Queue(`INSERT INTO jobs (id, kind, args, author) VALUES ($1, $2, $3, $4)`, jobID, KindRecompute, args, by)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return 0, "", fmt.Errorf("import calendar: %w", plain(err))
	}
	return version, jobID, nil
}

// AddPolicy puts a new version of the policy in force for cases noticed from
// now on. The length of a legal day cannot change under cases that exist.
func (s *Store) AddPolicy(ctx context.Context, by string, text []byte) (version int, err error) {
	p, err := readPolicy(text)
	if err != nil {
		return 0, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var (
			now   string
			cases bool
		)
		row := tx.QueryRow(ctx, `
			SELECT p.version, p.text, EXISTS (SELECT FROM cases) FROM in_force f JOIN policies p ON p.version = f.policy_version FOR UPDATE OF f`)
		if err := row.Scan(&version, &now, &cases); err != nil {
			return err
		}
		before, err := readPolicy([]byte(now))
		if err != nil {
			return err
		}
		if cases && before.Time.DayLength != p.Time.DayLength {
			return &FieldError{
				Field: "time.day_length", Code: "day_length_fixed", ZH: "已有事项，不能改变法定日的长度。",
				EN: "There are cases already: the length of a legal day cannot change.",
			}
		}
		version++
		b := &pgx.Batch{}
		b.Queue(`INSERT INTO policies (version, text, hash, author) VALUES ($1, $2, $3, $4)`, version, string(text), p.Hash(), by)
		b.Queue(`UPDATE in_force SET policy_version = $1`, version)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return 0, fmt.Errorf("add policy: %w", plain(err))
	}
	return version, nil
}

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
// force, each in its own transaction, and reports whether there are more. The
// job is finished when there are none; running it again does nothing.
func (s *Store) Recompute(ctx context.Context, jobID string, limit int) (done int, more bool, err error) {
	var over bool
	if err := s.pool.QueryRow(ctx, `SELECT done_at IS NOT NULL FROM jobs WHERE id = $1 AND kind = $2`, jobID, KindRecompute).Scan(&over); err != nil {
		return 0, false, fmt.Errorf("read job %s: %w", jobID, plain(err))
	}
	if over {
		return 0, false, nil
	}
	rows, err := s.pool.Query(ctx, `
		SELECT id::text FROM cases WHERE open AND calendar_version < (SELECT calendar_version FROM in_force) ORDER BY id LIMIT $1`, limit)
	if err != nil {
		return 0, false, fmt.Errorf("recompute: %w", plain(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, false, fmt.Errorf("recompute: %w", plain(err))
	}
	for _, id := range ids {
		if err := s.recompute(ctx, id); err != nil {
			return done, true, fmt.Errorf("recompute case %s: %w", id, plain(err))
		}
		done++
	}
	more = len(ids) == limit
	_, err = s.pool.Exec(ctx, `UPDATE jobs SET done = done + $2, done_at = CASE WHEN $3 THEN NULL ELSE now() END WHERE id = $1`, jobID, done, more)
	return done, more, plain(err)
}

func (s *Store) recompute(ctx context.Context, id string) error {
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer t.release(ctx)
	h := head{}
	b := &pgx.Batch{}
	h.queueCommon(b, []string{id}, s.now(), t)
	if err := t.send(ctx, b); err != nil {
		return err
	}
	c, ok := h.locked[id]
	if !ok {
		return ErrNotFound
	}
	p := plan{store: s, at: h.now.UTC(), head: h}
	rules, err := p.rulesFor(ctx, c)
	if err != nil {
		return err
	}
	k := p.track(c, rules)
	k.catchUp(p.at)
	k.add(lifecycle.DecideRecompute(k.c, p.at, rules))
	write := &pgx.Batch{}
	if err := p.write(write, []*tracked{k}); err != nil {
		return err
	}
	return t.commit(ctx, write)
}
