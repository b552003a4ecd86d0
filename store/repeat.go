package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// lineageOf is a unit and those it came from (F6), as the common table lineage;
// the unit is what the text names.
func lineageOf(unit string) string {
	return `lineage AS (
    SELECT ` + unit + ` AS id
    UNION SELECT u.unit_id FROM unit_changes u JOIN lineage l ON u.successor_id = l.id OR l.id = ANY (u.parts))`
}

// selectRepeated reads the case that a finding is said to repeat, and the line of
// the finding's unit; what the command leaves open is the draft's own. What is
// archived changes no more, so it needs no lock.
//
//nolint:gochecknoglobals // a constant that Go cannot write as such
var selectRepeated = `
WITH RECURSIVE own AS (SELECT state FROM case_states WHERE case_id = $1),
asked AS (
    SELECT coalesce($2::uuid, (SELECT (state -> 'repeat_of' ->> 'case')::uuid FROM own)) AS id,
           coalesce($3::text, (SELECT state ->> 'unit' FROM own)) AS unit),
` + lineageOf(`(SELECT unit FROM asked)`) + `
SELECT c.id::text, c.number, c.title, c.unit_id, c.stage, c.closed_at, coalesce(p.number, ''),
    coalesce((s.state -> 'repeat_of' ->> 'count')::int, 0), ARRAY (SELECT id FROM lineage WHERE id IS NOT NULL)
FROM asked JOIN cases c ON c.id = asked.id JOIN case_states s ON s.case_id = c.id
LEFT JOIN cases p ON p.id = (s.state ->> 'parent')::uuid`

// queueRepeat reads what the finding is said to repeat. What cannot be an id is
// the id of no case.
func (h *head) queueRepeat(b *pgx.Batch, caseID string, ref lifecycle.RepeatRef) {
	if ref.Case != nil && !isID(*ref.Case) {
		return
	}
	b.Queue(selectRepeated, caseID, ref.Case, ref.Unit).Query(func(rows pgx.Rows) error {
		return scanRepeated(rows, &h.known)
	})
}

func scanRepeated(rows pgx.Rows, into *lifecycle.Known) error {
	type found struct {
		lifecycle.KnownCase
		lineage []string
	}
	one, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (f found, err error) {
		var closed *time.Time
		err = row.Scan(&f.ID, &f.Number, &f.Title, &f.Unit, (*string)(&f.Stage), &closed, &f.Parent, &f.Count, &f.lineage)
		if closed != nil {
			f.ClosedAt = closed.UTC()
		}
		return f, err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	into.Repeated, into.Lineage = &one.KnownCase, one.lineage
	return nil
}

// knowRepeat reads the same for a finding that is not opened yet.
func (s *Store) knowRepeat(ctx context.Context, b *lifecycle.OpenCase, into *lifecycle.Known) error {
	if b.RepeatOf == "" || !isID(b.RepeatOf) {
		return nil
	}
	rows, err := s.pool.Query(ctx, selectRepeated, nil, b.RepeatOf, b.Unit)
	if err == nil {
		err = scanRepeated(rows, into)
	}
	if err != nil {
		return fmt.Errorf("read case %s: %w", b.RepeatOf, plain(err))
	}
	return nil
}

// A Repeat is a case that says it repeats another.
type Repeat struct {
	ID      string
	Number  string
	Title   string
	Stage   lifecycle.Stage
	FoundOn calendar.Date
}

// repeats lists the cases that repeat this one, the oldest first.
func (s *Store) repeats(ctx context.Context, c lifecycle.Case) ([]Repeat, error) {
	if !c.Stage.Repeatable() {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, `
		SELECT c.id::text, c.number, c.title, c.stage, (s.state -> 'finding' ->> 'found_on')::date
		FROM cases c JOIN case_states s ON s.case_id = c.id WHERE c.repeat_of = $1 ORDER BY c.number_key`, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list repeats of case %s: %w", c.ID, plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Repeat])
	if err != nil {
		return nil, fmt.Errorf("list repeats of case %s: %w", c.ID, plain(err))
	}
	return list, nil
}
