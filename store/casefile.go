package store

import (
	"context"
	"fmt"

	"duban/lifecycle"
)

// History returns every event of a case, from the first, and the name of its
// unit. It is for staff: to a unit there is no such thing.
func (s *Store) History(ctx context.Context, a lifecycle.Actor, id string) ([]lifecycle.Event, string, error) {
	if a.Unit != "" || !isID(id) {
		return nil, "", ErrNotFound
	}
	events, err := s.events(ctx, s.pool, id, 0)
	if err != nil {
		return nil, "", err
	}
	if len(events) == 0 {
		return nil, "", ErrNotFound
	}
	var name string
	if err := s.pool.QueryRow(ctx, `SELECT name FROM units WHERE id = $1`, lifecycle.Fold(events).Unit).Scan(&name); err != nil {
		return nil, "", fmt.Errorf("read unit of case %s: %w", id, plain(err))
	}
	return events, name, nil
}
