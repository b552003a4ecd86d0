package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/policy"
)

// A RuleVersion is a version of the policy or of the calendar that is or was in
// force.
type RuleVersion struct {
	Version int
	InForce bool
	// Author brought it in; ConfirmedBy is the leader who put it in force, "" for
	// what the machine's operator did.
	Author      string
	ConfirmedBy string
	StoredAt    time.Time
}

// PolicyVersions lists the versions of the policy, the newest first: those before
// the given one, all when it is 0.
func (s *Store) PolicyVersions(ctx context.Context, before, limit int) ([]RuleVersion, error) {
	return s.ruleVersions(ctx, `
		SELECT v.version, v.version = f.policy_version, v.author, v.confirmed_by, v.stored_at FROM policies v, in_force f
		WHERE $1 = 0 OR v.version < $1 ORDER BY v.version DESC LIMIT $2`, before, limit)
}

// CalendarVersions is the same for the calendar.
func (s *Store) CalendarVersions(ctx context.Context, before, limit int) ([]RuleVersion, error) {
	return s.ruleVersions(ctx, `
		SELECT v.version, v.version = f.calendar_version, v.author, v.confirmed_by, v.stored_at FROM calendars v, in_force f
		WHERE $1 = 0 OR v.version < $1 ORDER BY v.version DESC LIMIT $2`, before, limit)
}

func (s *Store) ruleVersions(ctx context.Context, sql string, before, limit int) ([]RuleVersion, error) {
	rows, err := s.pool.Query(ctx, sql, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[RuleVersion])
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", plain(err))
	}
	return list, nil
}

// PolicyVersion returns a version of the policy; the one in force for 0.
func (s *Store) PolicyVersion(ctx context.Context, version int) (*policy.Policy, RuleVersion, error) {
	if version == 0 {
		force, err := s.currentForce(ctx)
		if err != nil {
			return nil, RuleVersion{}, err
		}
		version = force.Policy
	}
	v, err := s.ruleVersions(ctx, `
		SELECT v.version, v.version = f.policy_version, v.author, v.confirmed_by, v.stored_at FROM policies v, in_force f WHERE v.version = $1 LIMIT $2`, version, 1)
	if err != nil || len(v) == 0 {
		return nil, RuleVersion{}, missing(err)
	}
	p, err := s.policy(ctx, s.pool, version)
	return p, v[0], err
}

// CalendarVersion returns a version of the calendar; the one in force for 0.
func (s *Store) CalendarVersion(ctx context.Context, version int) (*calendar.Calendar, RuleVersion, error) {
	if version == 0 {
		force, err := s.currentForce(ctx)
		if err != nil {
			return nil, RuleVersion{}, err
		}
		version = force.Calendar
	}
	v, err := s.ruleVersions(ctx, `
		SELECT v.version, v.version = f.calendar_version, v.author, v.confirmed_by, v.stored_at FROM calendars v, in_force f WHERE v.version = $1 LIMIT $2`, version, 1)
	if err != nil || len(v) == 0 {
		return nil, RuleVersion{}, missing(err)
	}
	c, err := s.calendar(ctx, s.pool, version)
	return c, v[0], err
}

// missing is the error, or ErrNotFound where there is none.
func missing(err error) error {
	if err != nil {
		return err
	}
	return ErrNotFound
}
