package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

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

// Names are what people call the units, persons, campaigns and cases with the
// ids; an id that is none of these has none.
func (s *Store) Names(ctx context.Context, ids []string) (map[string]string, error) {
	cases := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isID(id) })
	rows, err := s.pool.Query(ctx, `
		SELECT id, name FROM units WHERE id = ANY ($1)
		UNION ALL SELECT id, name FROM accounts WHERE id = ANY ($1)
		UNION ALL SELECT id, name FROM campaigns WHERE id = ANY ($1)
		UNION ALL SELECT id::text, number FROM cases WHERE id = ANY ($2::uuid[])`, ids, cases)
	if err != nil {
		return nil, fmt.Errorf("read names: %w", plain(err))
	}
	type named struct{ ID, Name string }
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[named])
	if err != nil {
		return nil, fmt.Errorf("read names: %w", plain(err))
	}
	names := make(map[string]string, len(found))
	for _, one := range found {
		names[one.ID] = one.Name
	}
	return names, nil
}
