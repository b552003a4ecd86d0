package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/characters"
	"duban/lifecycle"
)

// A UnitChangeKind says what became of a unit. It stands in the record: never
// rename.
type UnitChangeKind string

// The kinds of change.
const (
	RenameUnit  UnitChangeKind = "rename"  // 更名
	MergeUnit   UnitChangeKind = "merge"   // 合并
	SplitUnit   UnitChangeKind = "split"   // 分设
	AbolishUnit UnitChangeKind = "abolish" // 撤销
)

// UnitChangeKinds lists them.
func UnitChangeKinds() []UnitChangeKind {
	return []UnitChangeKind{RenameUnit, MergeUnit, SplitUnit, AbolishUnit}
}

// A UnitChange is what became of a unit on a day.
type UnitChange struct {
	ID   string
	Kind UnitChangeKind
	Unit string
	On   calendar.Date
	// OldName is what the unit was called until then; old notices keep it.
	OldName string
	// Name is what a renamed unit is called from then on.
	Name string
	// Successor takes over the open cases: the unit merged into, or one of the
	// parts. An abolished unit may have one.
	Successor string
	// Parts are the units it was split into.
	Parts  []string
	Reason string
	Author string
	At     time.Time
}

// ChangeUnit records what became of a unit. Its open cases are passed on to the
// successor by the job that is returned; empty when there is none to do.
//
// It fails with a *FieldError when the change contradicts itself or the
// directory: a unit with open cases is not abolished without a successor.
func (s *Store) ChangeUnit(ctx context.Context, c UnitChange) (changed UnitChange, jobID string, err error) {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return UnitChange{}, "", err
	}
	if err := c.check(rules.Today(s.now())); err != nil {
		return UnitChange{}, "", err
	}
	c.ID = newID()
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Nobody opens a case about the unit from before it is looked at.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, openingLock); err != nil {
			return err
		}
		if err := c.compare(ctx, tx); err != nil {
			return err
		}
		if c.Successor != "" {
			jobID = newID()
		}
		return c.write(ctx, tx, jobID)
	})
	var field *FieldError
	switch {
	case errors.As(err, &field):
		return UnitChange{}, "", field
	case sqlState(err) == stateUnique:
		return UnitChange{}, "", nameInUse()
	case err != nil:
		return UnitChange{}, "", fmt.Errorf("change unit %s: %w", c.Unit, plain(err))
	}
	return c, jobID, nil
}

// compare holds the change against the directory, the units locked.
func (c *UnitChange) compare(ctx context.Context, tx pgx.Tx) error {
	var abolished bool
	row := tx.QueryRow(ctx, `SELECT name, abolished_on IS NOT NULL FROM units WHERE id = $1 FOR UPDATE`, c.Unit)
	if err := row.Scan(&c.OldName, &abolished); err != nil {
		return err
	}
	if abolished {
		return &FieldError{Field: "unit", Code: "unit_abolished", ZH: "该单位已经撤销。", EN: "The unit is no more."}
	}
	others := slices.Clone(c.Parts)
	if c.Successor != "" && !slices.Contains(others, c.Successor) {
		others = append(others, c.Successor)
	}
	var there int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT FROM units WHERE id = ANY($1) AND abolished_on IS NULL FOR UPDATE) x`, others).Scan(&there); err != nil {
		return err
	}
	if there < len(others) {
		return &FieldError{Field: "successor", Code: "unknown_unit", ZH: "承接单位不存在或者已经撤销。", EN: "A unit that is to take over does not exist or is no more."}
	}
	if c.Kind != AbolishUnit || c.Successor != "" {
		return nil
	}
	var open int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM cases WHERE unit_id = $1 AND settled_at IS NULL`, c.Unit).Scan(&open); err != nil {
		return err
	}
	if open > 0 {
		return &FieldError{
			Field: "successor", Code: "open_cases", ZH: fmt.Sprintf("该单位还有%d件未办结事项，请指定承接单位。", open),
			EN: fmt.Sprintf("The unit has %d open cases; name the unit that takes them over.", open),
		}
	}
	return nil
}

func (c *UnitChange) write(ctx context.Context, tx pgx.Tx, jobID string) error {
	b := &pgx.Batch{}
	if c.Kind == RenameUnit {
		b.Queue(`UPDATE units SET name = $2, name_key = $3 WHERE id = $1`, c.Unit, c.Name, characters.Fold(c.Name))
	} else {
		b.Queue(`UPDATE units SET abolished_on = $2 WHERE id = $1`, c.Unit, c.On)
	}
	b.Queue(`
		INSERT INTO unit_changes (id, kind, unit_id, effective_on, old_name, new_name, successor_id, parts, reason, author)
		VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), $8, $9, $10) RETURNING at`,
		c.ID, string(c.Kind), c.Unit, c.On, c.OldName, c.Name, c.Successor, append([]string{}, c.Parts...), c.Reason, c.Author,
	).QueryRow(func(row pgx.Row) error { return row.Scan(&c.At) })
	if jobID != "" {
		args, err := json.Marshal(lifecycle.Succession{From: c.Unit, To: c.Successor, Reason: c.Reason})
		if err != nil {
			return err
		}
		b.Queue(`INSERT INTO jobs (id, kind, args, author) VALUES ($1, $2, $3, $4)`, jobID, KindSucceed, args, c.Author)
	}
	return tx.SendBatch(ctx, b).Close()
}

// UnitChanges lists what became of a unit and what it took over, in order.
func (s *Store) UnitChanges(ctx context.Context, unit string) ([]UnitChange, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, kind, unit_id, effective_on, old_name, new_name, coalesce(successor_id, ''), parts, reason, author, at FROM unit_changes
		WHERE unit_id = $1 OR successor_id = $1 OR $1 = ANY(parts) ORDER BY effective_on, at, id`, unit)
	if err != nil {
		return nil, fmt.Errorf("list changes of unit %s: %w", unit, plain(err))
	}
	changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[UnitChange])
	if err != nil {
		return nil, fmt.Errorf("list changes of unit %s: %w", unit, plain(err))
	}
	return changes, nil
}
