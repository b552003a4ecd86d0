package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"duban/characters"
)

// A Region is one of the tree that units belong to, such as 市直.
type Region struct {
	// ID is the code it is known by, such as 610100, or one that was drawn.
	ID     string
	Name   string
	Parent string
	// Units is how many units belong to it itself now.
	Units int
}

// regionLock makes those who change the tree of regions wait for each other.
const regionLock = 7_202_607

// AddRegion adds a region; its id is drawn when it is empty. A name in use and a
// parent that does not exist are a *FieldError.
func (s *Store) AddRegion(ctx context.Context, r Region) (Region, error) {
	if err := regionTable.check(&r.ID, &r.Name); err != nil {
		return Region{}, err
	}
	_, err := s.pool.Exec(ctx, `INSERT INTO regions (id, name, parent_id, name_key) VALUES ($1, $2, nullif($3, ''), $4)`, r.ID, r.Name, r.Parent, characters.Fold(r.Name))
	if sqlState(err) == stateForeignKey {
		return Region{}, unknownParent()
	}
	return r, regionTable.failed("add", r.ID, err)
}

func unknownParent() *FieldError {
	return &FieldError{Field: "parent", Code: "unknown_region", ZH: "没有这个上级区域。", EN: "There is no such parent region."}
}

// A RegionEdit is what shall be different about a region; what is nil stays, and
// an empty parent puts it at the top.
type RegionEdit struct{ Name, Parent *string }

// ChangeRegion gives a region another name or another place in the tree. One
// that would lie below itself is a *FieldError.
func (s *Store) ChangeRegion(ctx context.Context, id string, e RegionEdit) (Region, error) {
	r := Region{ID: id}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, regionLock); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT name, coalesce(parent_id, '') FROM regions WHERE id = $1`, id).Scan(&r.Name, &r.Parent); err != nil {
			return err
		}
		if e.Name != nil {
			r.Name = *e.Name
		}
		if e.Parent != nil {
			r.Parent = *e.Parent
		}
		if err := regionTable.check(&r.ID, &r.Name); err != nil {
			return err
		}
		var circle, there bool
		if err := tx.QueryRow(ctx, `
			WITH RECURSIVE above AS (SELECT id, parent_id FROM regions WHERE id = $2
				UNION SELECT r.id, r.parent_id FROM regions r JOIN above a ON r.id = a.parent_id)
			SELECT EXISTS (SELECT FROM above WHERE id = $1), $2 = '' OR EXISTS (SELECT FROM above)`, r.ID, r.Parent).Scan(&circle, &there); err != nil {
			return err
		}
		switch {
		case !there:
			return unknownParent()
		case circle:
			return &FieldError{Field: "parent", Code: "circle", ZH: "区域不能隶属于自己或者自己的下级。", EN: "A region cannot lie below itself."}
		}
		return tx.QueryRow(ctx, `UPDATE regions t SET name = $2, parent_id = nullif($3, ''), name_key = $4 WHERE id = $1 RETURNING `+regionTable.units(),
			r.ID, r.Name, r.Parent, characters.Fold(r.Name)).Scan(&r.Units)
	})
	if err != nil {
		return Region{}, regionTable.failed("change", id, err)
	}
	return r, nil
}

// Regions lists all regions by name.
func (s *Store) Regions(ctx context.Context) ([]Region, error) {
	rows, err := s.pool.Query(ctx, `SELECT t.id, t.name, coalesce(t.parent_id, ''), `+regionTable.units()+` FROM regions t ORDER BY t.name`)
	if err != nil {
		return nil, regionTable.failed("list", "", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Region])
	return list, regionTable.failed("list", "", err)
}
