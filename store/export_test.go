package store

import (
	"context"

	"duban/calendar"
	"duban/lifecycle"
)

// OpeningLock is the lock that openings share.
const OpeningLock = openingLock

// Candidates are those a team might be drawn from to look back on a unit.
func (s *Store) Candidates(ctx context.Context, unit string, on calendar.Date) ([]lifecycle.Candidate, error) {
	units, err := lineage(ctx, s.pool, unit)
	if err != nil {
		return nil, err
	}
	return candidates(ctx, s.pool, units, on)
}

// MailingID is how ids of mailings are made.
func MailingID(parts ...string) string { return mailingID(parts...) }

// DisableAccount ends an account whatever hangs on it, as another's commit may.
func (s *Store) DisableAccount(ctx context.Context, id string) error {
	_, err := s.pool.Exec(ctx, `UPDATE accounts SET disabled_at = now() WHERE id = $1`, id)
	return err
}
