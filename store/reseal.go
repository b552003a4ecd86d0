package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"duban/lot"
)

// resealPage is how many rosters are sealed anew at a time.
const resealPage = 500

// reseal puts rosters and load under the key that seals: those under an older key,
// which may be taken out then, and rosters from before they were sealed. What no key
// at hand opens stays as it is.
func (s *Store) reseal(ctx context.Context) error {
	keys := s.keys()
	if len(keys) == 0 {
		return nil
	}
	if err := s.resealLoad(ctx, keys); err != nil {
		return fmt.Errorf("seal load: %w", plain(err))
	}
	for last := (rosterRow{Case: "00000000-0000-0000-0000-000000000000"}); ; {
		page, err := s.resealRosters(ctx, keys, last)
		if err != nil {
			return fmt.Errorf("seal rosters: %w", plain(err))
		}
		if len(page) < resealPage {
			return nil
		}
		last = page[len(page)-1]
	}
}

// A rosterRow is a roster as it lies under the seal.
type rosterRow struct {
	Case   string
	Number int
	Roster []byte
}

// resealRosters seals the rosters behind the last that are under an older key at hand
// or in plain. Where some lay in plain the table is written anew, so that they lie in none
// of its pages either.
func (s *Store) resealRosters(ctx context.Context, keys lot.Keys, last rosterRow) (page []rosterRow, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		as(b, RoleSealed, func(b *pgx.Batch) {
			b.Queue(`SELECT case_id::text, number, roster FROM sealed.rosters
				WHERE (substr(roster, 1, 12) = ANY ($1) OR substr(roster, 1, 12) >= '[' AND substr(roster, 1, 12) < '\x5c') AND (case_id, number) > ($2, $3)
				ORDER BY case_id, number LIMIT $4 FOR UPDATE`, keys.RosterHeaders()[1:], last.Case, last.Number, resealPage).Query(func(rows pgx.Rows) (err error) {
				page, err = pgx.CollectRows(rows, pgx.RowToStructByPos[rosterRow])
				return err
			})
		})
		if err := tx.SendBatch(ctx, b).Close(); err != nil || len(page) == 0 {
			return err
		}
		b, bare := &pgx.Batch{}, false
		as(b, RoleSealed, func(b *pgx.Batch) {
			for _, r := range page {
				opened, err := openRoster(keys, r.Roster, r.Case, r.Number)
				if err != nil {
					s.log.WarnContext(ctx, "a roster cannot be opened, and stays as it is", slog.String("case", r.Case), slog.Any("error", err))
					continue
				}
				sealed, err := keys.SealRoster(rand.Reader, opened, r.Case, r.Number)
				if err != nil {
					s.log.WarnContext(ctx, "a roster cannot be sealed, and stays as it is", slog.String("case", r.Case), slog.Any("error", err))
					continue
				}
				bare = bare || r.Roster[0] == '['
				b.Queue(`UPDATE sealed.rosters SET roster = $1 WHERE case_id = $2 AND number = $3`, sealed, r.Case, r.Number)
			}
			if bare {
				b.Queue(`ALTER TABLE sealed.rosters ALTER COLUMN roster TYPE bytea USING roster || ''::bytea`)
			}
		})
		return tx.SendBatch(ctx, b).Close()
	})
	return page, err
}

// resealLoad puts the load under the key that seals.
func (s *Store) resealLoad(ctx context.Context, keys lot.Keys) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var sealed []byte
		b := &pgx.Batch{}
		as(b, RoleDraw, func(b *pgx.Batch) {
			b.Queue(`SELECT load FROM sealed.load FOR UPDATE`).QueryRow(func(row pgx.Row) error { return row.Scan(&sealed) })
		})
		if err := tx.SendBatch(ctx, b).Close(); err != nil || sealed == nil {
			return err
		}
		if id, ok := lot.SealedUnder(sealed); ok && id == keys[0].ID() {
			return nil
		}
		load, err := keys.OpenLoad(sealed)
		if err != nil {
			return nil //nolint:nilerr // the next draw says so, and counts anew
		}
		if sealed, err = keys.SealLoad(rand.Reader, load); err != nil {
			return err
		}
		b = &pgx.Batch{}
		as(b, RoleDraw, func(b *pgx.Batch) { b.Queue(`UPDATE sealed.load SET load = $1`, sealed) })
		return tx.SendBatch(ctx, b).Close()
	})
}
