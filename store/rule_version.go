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
	return versionOf(ctx, s, version, func(f inForce) int { return f.Policy }, `
		SELECT v.version, v.version = f.policy_version, v.author, v.confirmed_by, v.stored_at FROM policies v, in_force f WHERE v.version = $1 LIMIT $2`, s.policy)
}

// CalendarVersion returns a version of the calendar; the one in force for 0.
func (s *Store) CalendarVersion(ctx context.Context, version int) (*calendar.Calendar, RuleVersion, error) {
	return versionOf(ctx, s, version, func(f inForce) int { return f.Calendar }, `
		SELECT v.version, v.version = f.calendar_version, v.author, v.confirmed_by, v.stored_at FROM calendars v, in_force f WHERE v.version = $1 LIMIT $2`, s.calendar)
}

// versionOf reads a version of the rules, the one in force for 0. It fails with
// ErrNotFound where there is none of the number.
func versionOf[T any](ctx context.Context, s *Store, version int, current func(inForce) int, sql string,
	read func(context.Context, querier, int) (T, error),
) (rules T, v RuleVersion, err error) {
	if version == 0 {
		force, err := s.currentForce(ctx)
		if err != nil {
			return rules, v, err
		}
		version = current(force)
	}
	found, err := s.ruleVersions(ctx, sql, version, 1)
	switch {
	case err != nil:
		return rules, v, err
	case len(found) == 0:
		return rules, v, ErrNotFound
	}
	rules, err = read(ctx, s.pool, version)
	return rules, found[0], err
}
