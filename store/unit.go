package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A Unit is an inspected department.
type Unit struct {
	ID        string
	Name      string
	Code      string
	Region    string
	Area      string
	Category  string
	Abolished bool
}

const selectUnits = `SELECT id, name, code, region, area, category, abolished_on IS NOT NULL FROM units`

// AddUnit adds a unit and returns it with its id. A name in use is a
// *FieldError.
func (s *Store) AddUnit(ctx context.Context, u Unit) (Unit, error) {
	if err := checkName(u.Name); err != nil {
		return Unit{}, err
	}
	u.ID = newID()
	_, err := s.pool.Exec(ctx, `INSERT INTO units (id, name, code, region, area, category) VALUES ($1, $2, $3, $4, $5, $6)`,
		u.ID, u.Name, u.Code, u.Region, u.Area, u.Category)
	if sqlState(err) == stateUnique {
		return Unit{}, nameInUse()
	}
	if err != nil {
		return Unit{}, fmt.Errorf("add unit: %w", plain(err))
	}
	return u, nil
}

func nameInUse() *FieldError {
	return &FieldError{Field: "name", Code: "name_in_use", ZH: "已有同名单位。", EN: "There is a unit of that name already."}
}

// Unit returns one unit.
func (s *Store) Unit(ctx context.Context, id string) (Unit, error) {
	rows, err := s.pool.Query(ctx, selectUnits+` WHERE id = $1`, id)
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
	rows, err := s.pool.Query(ctx, selectUnits+` WHERE name = $1 AND abolished_on IS NULL`, name)
	if err != nil {
		return Unit{}, fmt.Errorf("read unit: %w", plain(err))
	}
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Unit])
	if err != nil {
		return Unit{}, fmt.Errorf("read unit: %w", plain(err))
	}
	return u, nil
}

// Units lists units by name, those after the given name, whose name contains
// the text.
func (s *Store) Units(ctx context.Context, text, after string, limit int) ([]Unit, error) {
	rows, err := s.pool.Query(ctx, selectUnits+` WHERE name > $1 AND strpos(name, $2) > 0 ORDER BY name LIMIT $3`, after, text, limit)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", plain(err))
	}
	units, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unit])
	if err != nil {
		return nil, fmt.Errorf("list units: %w", plain(err))
	}
	return units, nil
}
