package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// A Background is what the record knows about a unit before another finding is
// registered against it.
type Background struct {
	// Open and Overdue count the unit's cases.
	Open, Overdue int
	// Inspected is how often the unit was inspected this year, as the burden guard
	// counts, up to today.
	Inspected int
	// Recurrences are earlier cases of the same category, the newest first.
	Recurrences []Earlier
	// Similar are cases whose title is like the new one's, the most alike first.
	Similar []Earlier
	// RepeatOf is the one of the recurrences that the new finding most likely
	// repeats: archived, and the most alike; nil when there is none.
	RepeatOf *Earlier
}

// An Earlier is a case that a new finding may repeat.
type Earlier struct {
	ID       string
	Number   string
	Title    string
	Stage    lifecycle.Stage
	Category string
	Campaign string
	FoundOn  calendar.Date
	OpenedAt time.Time
	// Likeness is how alike the titles are, from 0 to 1.
	Likeness float64
}

// backgroundYears is how far back a finding of the same kind is a recurrence,
// and maxEarlier how many of a unit's cases are looked at.
const (
	backgroundYears = 3
	maxEarlier      = 2000
)

// selectEarlier reads the cases of the last years of the unit and of those it
// came from (F6, F14), the newest first. What was voided or became part of another
// case is no finding of its own.
func selectEarlier(columns string) string {
	return `
WITH RECURSIVE ` + lineageOf(`$1::text`) + `
SELECT ` + columns + ` FROM cases c JOIN case_states s ON s.case_id = c.id
WHERE c.unit_id IN (SELECT id FROM lineage) AND c.stage NOT IN ('voided', 'merged') AND (s.state -> 'finding' ->> 'found_on')::date >= $2
ORDER BY c.number_key DESC LIMIT $3`
}

// backgroundSince is the first day whose findings may recur on a day.
func backgroundSince(today calendar.Date) string {
	return today.AddMonths(-12 * backgroundYears).String()
}

// Background returns what is known about a unit as of a legal date; category and
// title are those of the finding that is about to be registered, and may be
// empty. A unit that does not exist is ErrNotFound.
func (s *Store) Background(ctx context.Context, unit, category, title string) (Background, error) {
	if _, err := s.Unit(ctx, unit); err != nil {
		return Background{}, err
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return Background{}, err
	}
	today := rules.Today(s.now())
	columns := `c.id::text, c.number, c.title, c.stage, c.category, c.campaign, (s.state -> 'finding' ->> 'found_on')::date, c.opened_at`
	rows, err := s.pool.Query(ctx, selectEarlier(columns), unit, backgroundSince(today), maxEarlier) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return Background{}, fmt.Errorf("read background of %s: %w", unit, plain(err))
	}
	var (
		b = Background{Recurrences: []Earlier{}, Similar: []Earlier{}}
		e Earlier
	)
	_, err = pgx.ForEachRow(rows, []any{&e.ID, &e.Number, &e.Title, &e.Stage, &e.Category, &e.Campaign, &e.FoundOn, &e.OpenedAt}, func() error {
		e.OpenedAt = e.OpenedAt.UTC()
		b.compare(e, category, title)
		return nil
	})
	if err != nil {
		return Background{}, fmt.Errorf("read background of %s: %w", unit, plain(err))
	}
	if err := b.count(ctx, s.pool, unit, today); err != nil {
		return Background{}, fmt.Errorf("count background of %s: %w", unit, plain(err))
	}
	b.sort()
	return b, nil
}

// count counts what the unit, and those it came from, have open, however old,
// and how often it was inspected this year.
func (b *Background) count(ctx context.Context, from querier, unit string, today calendar.Date) error {
	args := inYear([]string{unit}, today.Year(), "")
	args["until"] = today.String()
	rows, err := from.Query(ctx, `
		WITH `+visitsOf+`
		SELECT count(*)::int, (count(*) FILTER (WHERE c.due_at < now()))::int, (SELECT count(*)::int FROM visits)
		FROM cases c JOIN lines l ON l.id = c.unit_id WHERE c.`+isOpen, args)
	if err != nil {
		return err
	}
	_, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (struct{}, error) {
		return struct{}{}, row.Scan(&b.Open, &b.Overdue, &b.Inspected)
	})
	return err
}
