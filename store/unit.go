package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/characters"
)

// A Unit is an inspected department.
type Unit struct {
	ID   string
	Name string
	Code string
	// Region, Area and Category are what the unit's own are called, and the ids
	// beside them what they are.
	Region, RegionID     string
	Area, AreaID         string
	Category, CategoryID string
	Abolished            bool
}

const selectUnits = `SELECT u.id, u.name, u.code, coalesce(r.name, ''), coalesce(r.id, ''), coalesce(a.name, ''), coalesce(a.id, ''),
    coalesce(c.name, ''), coalesce(c.id, ''), u.abolished_on IS NOT NULL
FROM units u LEFT JOIN regions r ON r.id = u.region_id LEFT JOIN areas a ON a.id = u.area_id LEFT JOIN unit_categories c ON c.id = u.category_id`

// AddUnit adds a unit and returns it with its id. Region, area and category are
// named or given by id; one of a name that is not there yet is added. A name in
// use is a *FieldError.
func (s *Store) AddUnit(ctx context.Context, u Unit) (Unit, error) {
	if err := checkName(&u.Name); err != nil {
		return Unit{}, err
	}
	id := newID()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		region, area, category, err := u.place(ctx, tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO units (id, name, code, region_id, area_id, category_id, name_key) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, u.Name, u.Code, region, area, category, characters.Fold(u.Name))
		return err
	})
	var field *FieldError
	switch {
	case errors.As(err, &field):
		return Unit{}, field
	case sqlState(err) == stateUnique:
		return Unit{}, nameInUse()
	case err != nil:
		return Unit{}, fmt.Errorf("add unit: %w", plain(err))
	}
	return s.Unit(ctx, id)
}

func nameInUse() *FieldError {
	return &FieldError{Field: "name", Code: "name_in_use", ZH: "已有同名单位。", EN: "There is a unit of that name already."}
}

// place finds or adds what the unit belongs to; nil for what it does not name.
func (u Unit) place(ctx context.Context, tx pgx.Tx) (region, area, category *string, err error) {
	for _, one := range []struct {
		table        namedTable
		into         **string
		field, given string
	}{
		{regionTable, &region, "region", u.Region}, {areaTable, &area, "area", u.Area}, {categoryTable, &category, "category", u.Category},
	} {
		if *one.into, err = one.table.named(ctx, tx, one.field, one.given); err != nil {
			return nil, nil, nil, err
		}
	}
	return region, area, category, nil
}

// A UnitEdit is what shall be different about a unit; what is nil stays. Its
// name is changed by a UnitChange alone, for old papers keep the old one.
type UnitEdit struct {
	Code, Region, Area, Category *string
}

// EditUnit changes what a unit belongs to; an empty text takes it out.
func (s *Store) EditUnit(ctx context.Context, id string, e UnitEdit) (Unit, error) {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		given := func(p *string) string {
			if p == nil {
				return ""
			}
			return *p
		}
		region, area, category, err := Unit{Region: given(e.Region), Area: given(e.Area), Category: given(e.Category)}.place(ctx, tx)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE units SET code = coalesce($2, code), region_id = CASE WHEN $3 THEN $4 ELSE region_id END,
				area_id = CASE WHEN $5 THEN $6 ELSE area_id END, category_id = CASE WHEN $7 THEN $8 ELSE category_id END WHERE id = $1`,
			id, e.Code, e.Region != nil, region, e.Area != nil, area, e.Category != nil, category)
		if err == nil && tag.RowsAffected() == 0 {
			return ErrNotFound
		}
		return err
	})
	var field *FieldError
	switch {
	case errors.As(err, &field):
		return Unit{}, field
	case err != nil:
		return Unit{}, fmt.Errorf("edit unit %s: %w", id, plain(err))
	}
	return s.Unit(ctx, id)
}

// Unit returns one unit.
func (s *Store) Unit(ctx context.Context, id string) (Unit, error) {
	rows, err := s.pool.Query(ctx, selectUnits+` WHERE u.id = $1`, id)
	if err != nil {
		return Unit{}, fmt.Errorf("read unit %s: %w", id, plain(err))
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Unit])
	if err != nil {
		return Unit{}, fmt.Errorf("read unit %s: %w", id, plain(err))
	}
	return u, nil
}

// UnitByName returns the unit that bears a name now.
func (s *Store) UnitByName(ctx context.Context, name string) (Unit, error) {
	rows, err := s.pool.Query(ctx, selectUnits+` WHERE u.name_key = $1 AND u.abolished_on IS NULL`, characters.Fold(name))
	if err != nil {
		return Unit{}, fmt.Errorf("read unit: %w", plain(err))
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Unit])
	if err != nil {
		return Unit{}, fmt.Errorf("read unit: %w", plain(err))
	}
	return u, nil
}

// UnitNameOn is what a unit was called on a day.
func (s *Store) UnitNameOn(ctx context.Context, id string, on calendar.Date) (string, error) {
	var name string
	err := s.pool.QueryRow(ctx, `
		SELECT coalesce((SELECT old_name FROM unit_changes WHERE unit_id = u.id AND kind = 'rename' AND effective_on > $2
			ORDER BY effective_on, at, id LIMIT 1), u.name) FROM units u WHERE u.id = $1`, id, on).Scan(&name)
	if err != nil {
		return "", fmt.Errorf("read name of unit %s: %w", id, plain(err))
	}
	return name, nil
}

// A UnitFilter says which units are wanted: those whose name contains the text,
// of a region or one below it, an area and a category, each by id or by name.
// What is empty is not asked for.
type UnitFilter struct {
	Text, Region, Area, Category string
	// After is the name behind which the list goes on.
	After string
	Limit int
}

// Units lists units by name.
func (s *Store) Units(ctx context.Context, f UnitFilter) ([]Unit, error) {
	rows, err := s.pool.Query(ctx, selectUnits+`
		WHERE u.name > $1 AND strpos(u.name_key, $2) > 0
		AND ($3 = '' OR u.region_id IN (WITH RECURSIVE below AS (
			SELECT id FROM regions WHERE id = $3 OR name_key = $7 UNION SELECT d.id FROM regions d JOIN below b ON d.parent_id = b.id) SELECT id FROM below))
		AND ($4 = '' OR a.id = $4 OR a.name_key = $8) AND ($5 = '' OR c.id = $5 OR c.name_key = $9)
		ORDER BY u.name LIMIT $6`, f.After, characters.Fold(f.Text), f.Region, f.Area, f.Category, f.Limit,
		characters.Fold(f.Region), characters.Fold(f.Area), characters.Fold(f.Category))
	if err != nil {
		return nil, fmt.Errorf("list units: %w", plain(err))
	}
	units, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unit])
	if err != nil {
		return nil, fmt.Errorf("list units: %w", plain(err))
	}
	return units, nil
}
