package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/characters"
)

// A DirectoryPlan is what an import changes about the directory.
type DirectoryPlan struct {
	Regions    []Put[DirectoryRegion]
	Categories []Put[DirectoryName]
	Areas      []Put[DirectoryName]
	Officers   []Put[DirectoryOfficer]
	Units      []Put[DirectoryUnit]
	Renames    []UnitRename
	Posts      []Put[Post]
	// Outcome is JSON that says what it changes; nil when that is nothing.
	Outcome []byte
	// Marked is the workbook with its errors marked when it was refused: then
	// nothing is changed.
	Marked []byte
}

// A Put is a row as it shall be.
type Put[T any] struct {
	New bool
	Row T
}

// A UnitRename is a unit's new name from a day on.
type UnitRename struct {
	Unit, Name, Reason string
	On                 calendar.Date
}

// A NewDirectoryImport says who brings which file.
type NewDirectoryImport struct{ Author, File string }

// ImportDirectory changes the directory by a workbook, wholly or not at all:
// decide is shown the directory as it stands, which nobody changes meanwhile, on
// a legal date, and says what is to be done. The id is empty when nothing was.
func (s *Store) ImportDirectory(ctx context.Context, n NewDirectoryImport, decide func(d Directory, today calendar.Date, newID func() string) (DirectoryPlan, error)) (id string, err error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return "", err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// The workbook is read and held against it meanwhile.
		if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = '60s'`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `LOCK TABLE units, regions, areas, area_officers, unit_categories, posts IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		have, err := readDirectory(ctx, tx)
		if err != nil {
			return err
		}
		today := rules.Today(s.now())
		p, err := decide(have, today, newID)
		if err != nil || p.Outcome == nil && p.Marked == nil {
			return err
		}
		if p.Marked == nil {
			if err := p.apply(ctx, tx, have, n.Author, today); err != nil {
				return err
			}
		}
		id = newID()
		if _, err := tx.Exec(ctx, `DELETE FROM directory_imports WHERE marked IS NOT NULL AND at < now() - $1::interval`, interval(refusedKept)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM directory_imports WHERE id IN (SELECT id FROM directory_imports WHERE author = $1 AND marked IS NOT NULL ORDER BY at DESC, id OFFSET $2)`, n.Author, maxRefused-1); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO directory_imports (id, author, file, outcome, marked) VALUES ($1, $2, $3, $4, $5)`, id, n.Author, n.File, p.Outcome, p.Marked)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("import directory: %w", plain(err))
	}
	return id, nil
}

// apply writes the plan, which changes the directory from what it was.
func (p DirectoryPlan) apply(ctx context.Context, tx pgx.Tx, was Directory, author string, today calendar.Date) error {
	for _, r := range p.Renames {
		c := UnitChange{ID: newID(), Kind: RenameUnit, Unit: r.Unit, On: r.On, Name: r.Name, Reason: r.Reason, Author: author}
		if err := c.check(today); err != nil {
			return err
		}
		if err := c.compare(ctx, tx); err != nil {
			return err
		}
		if err := c.write(ctx, tx, ""); err != nil {
			return err
		}
	}
	// Terms may change places: they are compared when all are written.
	if _, err := tx.Exec(ctx, `SET CONSTRAINTS ALL DEFERRED`); err != nil {
		return err
	}
	b := &pgx.Batch{}
	p.queue(b)
	for _, q := range p.Posts {
		var term Post
		if i := slices.IndexFunc(was.Posts, func(had Post) bool { return had.ID == q.Row.ID }); i >= 0 {
			term = was.Posts[i]
		}
		if err := q.Row.queueOffers(b, term, today, author); err != nil {
			return err
		}
	}
	b.Queue(`SET CONSTRAINTS ALL IMMEDIATE`)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return noCircle(ctx, tx)
}

func (p DirectoryPlan) queue(b *pgx.Batch) {
	put := func(isNew bool, insert, update string, args ...any) {
		if isNew {
			b.Queue(insert, args...)
		} else {
			b.Queue(update, args...)
		}
	}
	for _, r := range p.Regions {
		put(r.New, `INSERT INTO regions (id, name, parent_id, name_key) VALUES ($1, $2, nullif($3, ''), $4)`,
			`UPDATE regions SET name = $2, parent_id = nullif($3, ''), name_key = $4 WHERE id = $1`, r.Row.ID, r.Row.Name, r.Row.Parent, characters.Fold(r.Row.Name))
	}
	for _, c := range p.Categories {
		put(c.New, `INSERT INTO unit_categories (id, name, name_key) VALUES ($1, $2, $3)`,
			`UPDATE unit_categories SET name = $2, name_key = $3 WHERE id = $1`, c.Row.ID, c.Row.Name, characters.Fold(c.Row.Name))
	}
	for _, a := range p.Areas {
		put(a.New, `INSERT INTO areas (id, name, name_key) VALUES ($1, $2, $3)`,
			`UPDATE areas SET name = $2, name_key = $3 WHERE id = $1`, a.Row.ID, a.Row.Name, characters.Fold(a.Row.Name))
	}
	for _, o := range p.Officers {
		put(o.New, `INSERT INTO area_officers (id, area_id, account_id, since, until) VALUES ($1, $2, $3, $4, $5)`,
			`UPDATE area_officers SET area_id = $2, account_id = $3, since = $4, until = $5 WHERE id = $1`,
			o.Row.ID, o.Row.Area, o.Row.Account, o.Row.Since, dateOrNil(o.Row.Until))
	}
	for _, u := range p.Units {
		// A name is changed by a rename alone.
		put(u.New, `INSERT INTO units (id, name, code, region_id, area_id, category_id, name_key) VALUES ($1, $2, $3, nullif($4, ''), nullif($5, ''), nullif($6, ''), $7)`,
			`UPDATE units SET code = $3, region_id = nullif($4, ''), area_id = nullif($5, ''), category_id = nullif($6, ''), name_key = $7 WHERE id = $1 AND name = $2`,
			u.Row.ID, u.Row.Name, u.Row.Code, u.Row.Region, u.Row.Area, u.Row.Category, characters.Fold(u.Row.Name))
	}
	for _, q := range p.Posts {
		put(q.New, `INSERT INTO posts (id, unit_id, kind, holder, account_id, since, until) VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7)`,
			`UPDATE posts SET unit_id = $2, kind = $3, holder = $4, account_id = nullif($5, ''), since = $6, until = $7 WHERE id = $1`,
			q.Row.ID, q.Row.Unit, q.Row.Kind, q.Row.Holder, q.Row.Account, q.Row.Since, dateOrNil(q.Row.Until))
	}
}

// errCircle: the plan would have a region lie below itself.
var errCircle = errors.New("a region lies below itself")

// noCircle sees that every region hangs on a root.
func noCircle(ctx context.Context, tx pgx.Tx) error {
	var lost bool
	err := tx.QueryRow(ctx, `
		WITH RECURSIVE tree AS (SELECT id FROM regions WHERE parent_id IS NULL UNION SELECT r.id FROM regions r JOIN tree t ON r.parent_id = t.id)
		SELECT EXISTS (SELECT FROM regions WHERE id NOT IN (SELECT id FROM tree))`).Scan(&lost)
	if err == nil && lost {
		return errCircle
	}
	return err
}

// MarkedDirectory returns a refused workbook with its errors marked, and what
// the file was called.
func (s *Store) MarkedDirectory(ctx context.Context, id string) (file string, marked []byte, err error) {
	if err := s.pool.QueryRow(ctx, `SELECT file, marked FROM directory_imports WHERE id = $1 AND marked IS NOT NULL`, id).Scan(&file, &marked); err != nil {
		return "", nil, fmt.Errorf("read refused directory %s: %w", id, plain(err))
	}
	return file, marked, nil
}
