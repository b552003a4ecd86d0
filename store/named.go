package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"duban/characters"
)

// A namedTable holds things of the directory that have an id and one name: its
// name in SQL, the column by which units refer to it, and what one of them is
// called.
type namedTable struct{ sql, column, zh, en string }

//nolint:gochecknoglobals // constants that Go cannot write as such
var (
	regionTable   = namedTable{"regions", "region_id", "区域", "region"}
	areaTable     = namedTable{"areas", "area_id", "片区", "area"}
	categoryTable = namedTable{"unit_categories", "category_id", "单位分类", "category"}
)

// named finds what is given by id or by name, and adds what is not there yet;
// nil when nothing is given.
func (t namedTable) named(ctx context.Context, tx pgx.Tx, field, given string) (*string, error) {
	if given == "" {
		return nil, nil //nolint:nilnil // nothing is what was asked for
	}
	var id string
	err := tx.QueryRow(ctx, `SELECT id FROM `+t.sql+` WHERE id = $1 OR name_key = $2 OR name = $1 ORDER BY id <> $1 LIMIT 1`, given, characters.Fold(given)).Scan(&id)
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return &id, err
	}
	if err := checkName(&given); err != nil {
		err.Field = field
		return nil, err
	}
	// Whoever added it meanwhile is right as well.
	err = tx.QueryRow(ctx, `INSERT INTO `+t.sql+` (id, name, name_key) VALUES ($1, $2, $3) ON CONFLICT (name_key) DO UPDATE SET name_key = excluded.name_key RETURNING id`,
		newID(), given, characters.Fold(given)).Scan(&id)
	return &id, err
}

// check holds id and name against what they may be; an id that is not given is
// drawn.
func (t namedTable) check(id, name *string) error {
	if *id == "" {
		*id = newID()
	}
	if utf8.RuneCountInString(*id) > maxName || strings.ContainsFunc(*id, notOfID) {
		return &FieldError{Field: "id", Code: "bad_id", ZH: "编号由字母、数字、点、横线和下划线组成，最多100字。", EN: "An id is made of letters, digits, dots, dashes and underscores."}
	}
	if err := checkName(name); err != nil {
		return err
	}
	return nil
}

// notOfID: ids stand in addresses.
func notOfID(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
}

// failed makes of an error what the caller is told.
func (t namedTable) failed(verb, id string, err error) error {
	var field *FieldError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &field):
		return field
	case sqlState(err) == stateUnique:
		return &FieldError{
			Field: "name", Code: "name_in_use", ZH: "已有相同编号或者同名的" + t.zh + "。", EN: "There is a " + t.en + " of that id or name already.",
		}
	default:
		return fmt.Errorf("%s %s %s: %w", verb, t.en, id, plain(err))
	}
}

// A Named is an area or a category of the directory.
type Named struct {
	ID, Name string
	// Units is how many units belong to it now.
	Units int
}

func (s *Store) addNamed(ctx context.Context, t namedTable, n Named) (Named, error) {
	if err := t.check(&n.ID, &n.Name); err != nil {
		return Named{}, err
	}
	_, err := s.pool.Exec(ctx, `INSERT INTO `+t.sql+` (id, name, name_key) VALUES ($1, $2, $3)`, n.ID, n.Name, characters.Fold(n.Name))
	return n, t.failed("add", n.ID, err)
}

func (s *Store) renameNamed(ctx context.Context, t namedTable, n Named) (Named, error) {
	if err := t.check(&n.ID, &n.Name); err != nil {
		return Named{}, err
	}
	err := s.pool.QueryRow(ctx, `UPDATE `+t.sql+` t SET name = $2, name_key = $3 WHERE id = $1 RETURNING `+t.units(), n.ID, n.Name, characters.Fold(n.Name)).Scan(&n.Units)
	return n, t.failed("rename", n.ID, err)
}

// units counts the units that belong to a row t of the table.
func (t namedTable) units() string {
	return `(SELECT count(*)::int FROM units u WHERE u.` + t.column + ` = t.id AND u.abolished_on IS NULL)`
}

func (s *Store) listNamed(ctx context.Context, t namedTable) ([]Named, error) {
	rows, err := s.pool.Query(ctx, `SELECT t.id, t.name, `+t.units()+` FROM `+t.sql+` t ORDER BY t.name`)
	if err != nil {
		return nil, t.failed("list", "", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Named])
	return list, t.failed("list", "", err)
}

// AddCategory adds a category of units (分类指导); its id is drawn when it is
// empty. A name in use is a *FieldError.
func (s *Store) AddCategory(ctx context.Context, n Named) (Named, error) {
	return s.addNamed(ctx, categoryTable, n)
}

// RenameCategory gives a category another name.
func (s *Store) RenameCategory(ctx context.Context, n Named) (Named, error) {
	return s.renameNamed(ctx, categoryTable, n)
}

// Categories lists the categories of units by name.
func (s *Store) Categories(ctx context.Context) ([]Named, error) {
	return s.listNamed(ctx, categoryTable)
}
