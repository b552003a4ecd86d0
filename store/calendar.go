package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/policy"
)

// CalendarInForce returns the calendar that decides now.
func (s *Store) CalendarInForce(ctx context.Context) (*calendar.Calendar, error) {
	force, err := s.currentForce(ctx)
	if err != nil {
		return nil, err
	}
	return s.calendar(ctx, s.pool, force.Calendar)
}

// PolicyInForce returns the policy that new cases are noticed under, its
// version, and where legal days lie.
func (s *Store) PolicyInForce(ctx context.Context) (*policy.Policy, int, calendar.Timeline, error) {
	force, err := s.currentForce(ctx)
	if err != nil {
		return nil, 0, calendar.Timeline{}, err
	}
	r, err := s.rules(ctx, s.pool, force, 0)
	return r.Policy, r.PolicyVersion, r.Timeline, err
}

// ImportCalendar puts a year's notice in force and queues the job that moves
// open cases to it, later only.
func (s *Store) ImportCalendar(ctx context.Context, by string, y calendar.Year) (version int, jobID string, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		version, jobID, err = putCalendar(ctx, tx, by, "", y)
		return err
	})
	if err != nil {
		return 0, "", fmt.Errorf("import calendar: %w", plain(err))
	}
	return version, jobID, nil
}

func putCalendar(ctx context.Context, tx pgx.Tx, by, confirmed string, y calendar.Year) (version int, jobID string, err error) {
	var years []byte
	row := tx.QueryRow(ctx, `SELECT c.version, c.years FROM in_force f JOIN calendars c ON c.version = f.calendar_version FOR UPDATE OF f`)
	if err := row.Scan(&version, &years); err != nil {
		return 0, "", err
	}
	now, err := decodeYears(version, years)
	if err != nil {
		return 0, "", err
	}
	version++
	next, err := now.With(y, version)
	if err != nil {
		return 0, "", err
	}
	text, err := encodeYears(next)
	if err != nil {
		return 0, "", err
	}
	args, err := json.Marshal(map[string]int{"calendar_version": version})
	if err != nil {
		return 0, "", err
	}
	jobID = newID()
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO calendars (version, years, author, confirmed_by) VALUES ($1, $2, $3, $4)`, version, text, by, confirmed)
	b.Queue(`UPDATE in_force SET calendar_version = $1`, version)
	b.Queue(`INSERT INTO jobs (id, kind, args, author) VALUES ($1, $2, $3, $4)`, jobID, KindRecompute, args, by)
	return version, jobID, tx.SendBatch(ctx, b).Close()
}

// AddPolicy puts a new version of the policy in force for cases noticed from
// now on. The length of a legal day cannot change under cases that exist.
func (s *Store) AddPolicy(ctx context.Context, by string, text []byte) (version int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		version, err = putPolicy(ctx, tx, by, "", text)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("add policy: %w", plain(err))
	}
	return version, nil
}

func putPolicy(ctx context.Context, tx pgx.Tx, by, confirmed string, text []byte) (version int, err error) {
	p, err := readPolicy(text)
	if err != nil {
		return 0, err
	}
	var (
		now   string
		cases bool
	)
	row := tx.QueryRow(ctx, `
		SELECT p.version, p.text, EXISTS (SELECT FROM cases) FROM in_force f JOIN policies p ON p.version = f.policy_version FOR UPDATE OF f`)
	if err := row.Scan(&version, &now, &cases); err != nil {
		return 0, err
	}
	before, err := readPolicy([]byte(now))
	if err != nil {
		return 0, err
	}
	if cases && before.Time.DayLength != p.Time.DayLength {
		return 0, &FieldError{
			Field: "time.day_length", Code: "day_length_fixed", ZH: "已有事项，不能改变法定日的长度。",
			EN: "There are cases already: the length of a legal day cannot change.",
		}
	}
	version++
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO policies (version, text, hash, author, confirmed_by) VALUES ($1, $2, $3, $4, $5)`, version, string(text), p.Hash(), by, confirmed)
	b.Queue(`UPDATE in_force SET policy_version = $1`, version)
	return version, tx.SendBatch(ctx, b).Close()
}
