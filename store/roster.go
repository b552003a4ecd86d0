package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/lot"
)

// Rosters are those that a case's draws were made from, by the draw's number, as
// far as the draws are laid open. One whose key is not at hand is nil, and one that
// was altered is empty, which no draw was made from. Who was drawn how often is in
// them: they are for checking here, and no answer.
func (s *Store) Rosters(ctx context.Context, id string, numbers []int) (map[int]*lot.ShownRoster, error) {
	rosters := map[int]*lot.ShownRoster{}
	if len(numbers) == 0 {
		return rosters, nil
	}
	err := s.dispatcher(ctx, func(b *pgx.Batch) {
		for _, n := range numbers {
			b.Queue(`SELECT sealed.roster($1, $2)`, id, n).QueryRow(func(row pgx.Row) error {
				var text []byte
				if err := row.Scan(&text); err != nil || text == nil {
					return err
				}
				rosters[n] = s.whole(text, id, n)
				return nil
			})
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read rosters of %s: %w", id, plain(err))
	}
	return rosters, nil
}

// whole is a roster with its load, nil without its key.
func (s *Store) whole(text []byte, id string, number int) *lot.ShownRoster {
	opened, err := openRoster(s.keys(), text, id, number)
	if _, lacks := errors.AsType[*lot.KeyError](err); lacks {
		return nil
	}
	var shown lot.ShownRoster
	if err == nil {
		shown = opened.Shown(true)
	}
	return &shown
}

// openRoster opens a roster, which lies in plain when it is from before rosters were
// sealed and nobody with a key was here since.
func openRoster(keys lot.Keys, text []byte, id string, number int) (lot.SaltedRoster, error) {
	if !bytes.HasPrefix(text, []byte("[")) {
		return keys.OpenRoster(text, id, number)
	}
	s := lot.SaltedRoster{}
	return s, json.Unmarshal(text, &s.Roster)
}
