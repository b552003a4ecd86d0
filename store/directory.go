package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
)

// A Directory is the whole of it, in an order that depends on nothing but what
// it says, with ids for what refers to something.
type Directory struct {
	Regions    []DirectoryRegion
	Categories []DirectoryName
	Areas      []DirectoryName
	Officers   []DirectoryOfficer
	Units      []DirectoryUnit
	Posts      []Post
	Accounts   []DirectoryAccount
}

// A DirectoryRegion is a region and the one it lies in.
type DirectoryRegion struct{ ID, Name, Parent string }

// A DirectoryName is an area or a category.
type DirectoryName struct{ ID, Name string }

// A DirectoryOfficer answers for an area.
type DirectoryOfficer struct {
	ID, Area, Account string
	Since, Until      calendar.Date
}

// A DirectoryUnit is a unit with what became of it.
type DirectoryUnit struct {
	ID, Name, Code         string
	Region, Area, Category string
	// Former are the names it bore, and Renamed is the day of the last rename.
	Former    []string
	Renamed   calendar.Date
	Abolished calendar.Date
}

// A DirectoryAccount is an account as far as the directory refers to it: never
// its token.
type DirectoryAccount struct {
	ID, Name, Unit string
	// Officer: it may answer for an area.
	Officer, Disabled bool
}

// Directory reads the whole directory as of one instant.
func (s *Store) Directory(ctx context.Context) (Directory, error) {
	var d Directory
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		d, err = readDirectory(ctx, tx)
		return err
	})
	if err != nil {
		return Directory{}, fmt.Errorf("read directory: %w", plain(err))
	}
	return d, nil
}

func readDirectory(ctx context.Context, tx pgx.Tx) (d Directory, err error) {
	return d, first(
		func() (err error) {
			d.Regions, err = collected[DirectoryRegion](ctx, tx, `
				WITH RECURSIVE tree AS (SELECT id, name, parent_id, ARRAY[name] AS path FROM regions WHERE parent_id IS NULL
					UNION ALL SELECT r.id, r.name, r.parent_id, t.path || r.name FROM regions r JOIN tree t ON r.parent_id = t.id)
				SELECT id, name, coalesce(parent_id, '') FROM tree ORDER BY path COLLATE "C"`)
			return err
		},
		func() (err error) {
			d.Categories, err = collected[DirectoryName](ctx, tx, `SELECT id, name FROM unit_categories ORDER BY name COLLATE "C"`)
			return err
		},
		func() (err error) {
			d.Areas, err = collected[DirectoryName](ctx, tx, `SELECT id, name FROM areas ORDER BY name COLLATE "C"`)
			return err
		},
		func() (err error) {
			d.Officers, err = collected[DirectoryOfficer](ctx, tx, `SELECT o.id, o.area_id, o.account_id, o.since, o.until
				FROM area_officers o JOIN areas a ON a.id = o.area_id ORDER BY a.name COLLATE "C", o.since, o.id`)
			return err
		},
		func() (err error) {
			d.Units, err = collected[DirectoryUnit](ctx, tx, `
				SELECT u.id, u.name, u.code, coalesce(u.region_id, ''), coalesce(u.area_id, ''), coalesce(u.category_id, ''),
					coalesce(n.names, '{}'), n.last, u.abolished_on
				FROM units u LEFT JOIN (SELECT unit_id, array_agg(old_name ORDER BY effective_on, at) AS names, max(effective_on) AS last
					FROM unit_changes WHERE kind = 'rename' GROUP BY unit_id) n ON n.unit_id = u.id
				ORDER BY u.abolished_on IS NOT NULL, u.name COLLATE "C", u.id`)
			return err
		},
		func() (err error) {
			d.Posts, err = collected[Post](ctx, tx, `SELECT p.id, p.unit_id, p.kind, p.holder, coalesce(p.account_id, ''), p.since, p.until
				FROM posts p JOIN units u ON u.id = p.unit_id
				ORDER BY u.abolished_on IS NOT NULL, u.name COLLATE "C", u.id, coalesce(array_position($1, p.kind), 99), p.kind COLLATE "C", p.since, p.id`, PostKinds())
			return err
		},
		func() (err error) {
			d.Accounts, err = collected[DirectoryAccount](ctx, tx, `SELECT id, name, coalesce(unit_id, ''), 'officer' = ANY(roles), disabled_at IS NOT NULL
				FROM accounts ORDER BY unit_id IS NOT NULL, name COLLATE "C", id`)
			return err
		},
	)
}

// first runs steps until one fails.
func first(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func collected[T any](ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}
