package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
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

// A DrawnRoster is the roster of one draw, as far as it may be shown.
type DrawnRoster struct {
	Number int `json:"number" doc:"Counts the draws of the case from 1"`
	lot.ShownRoster
}

// ShownRosters are the rosters of a case's draws that lie open, as far as they may be
// shown: who could have been drawn and what kept others out, and how often each was
// drawn before once every draw counted in it lies open too, for the difference
// between two names a team. One that cannot be shown in part, as those from before
// rosters were sealed, is left out until then, and so is one whose key is missing.
func (s *Store) ShownRosters(ctx context.Context, a lifecycle.Actor, id string) ([]DrawnRoster, error) {
	events, _, err := s.History(ctx, a, id)
	if err != nil {
		return nil, err
	}
	numbers := laidOpen(lifecycle.DrawsOf(events))
	kept, counted := map[int][]byte{}, map[int][]drawID{}
	var all []drawID
	if len(numbers) > 0 {
		err = s.dispatcher(ctx, func(b *pgx.Batch) {
			for _, n := range numbers {
				b.Queue(`SELECT sealed.roster($1, $2)`, id, n).QueryRow(func(row pgx.Row) error {
					var text []byte
					err := row.Scan(&text)
					kept[n] = text
					return err
				})
				b.Queue(`SELECT case_id::text, number FROM sealed.counted($1, $2)`, id, n).Query(func(rows pgx.Rows) (err error) {
					counted[n], err = pgx.CollectRows(rows, pgx.RowToStructByPos[drawID])
					all = append(all, counted[n]...)
					return err
				})
			}
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read rosters of %s: %w", id, plain(err))
	}
	sealed, err := s.toBeOpened(ctx, all)
	if err != nil {
		return nil, err
	}
	list := []DrawnRoster{}
	for _, n := range numbers {
		if kept[n] == nil {
			continue
		}
		opened, err := openRoster(s.keys(), kept[n], id, n)
		if err != nil {
			continue
		}
		hidden := slices.ContainsFunc(counted[n], func(d drawID) bool { return sealed[d] })
		if shown := opened.Shown(!hidden); shown.Roster != nil {
			list = append(list, DrawnRoster{Number: n, ShownRoster: shown})
		}
	}
	return list, nil
}
