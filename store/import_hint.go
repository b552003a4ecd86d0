package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// A Hint is what is known already about the unit of a finding and about others
// like it. It is no error; nothing follows from it by itself.
type Hint struct {
	// Open, Overdue and Inspected are the unit's, as its background counts them.
	Open, Overdue, Inspected int
	// Recurrences counts the unit's findings of the same category in the last years,
	// of which Latest is the number of the last.
	Recurrences int
	Latest      string
	// RepeatOf is the number of the archived one of them that is most alike.
	RepeatOf string
	// Similar are those with a like title, whatever their category.
	Similar []Alike
}

// An Alike is a case whose title is like a finding's.
type Alike struct {
	Number   string
	Likeness float64
}

const (
	// maxAlike is how many cases a hint names.
	maxAlike = 3
	// maxPast is how many cases are kept in memory to compare with, of all units
	// together.
	maxPast = 40_000
)

// Hints compares the findings of a workbook with what is known. Each unit is read
// once, as long as all of them fit into memory.
type Hints struct {
	store *Store
	units map[string]*unitPast
	cases int
}

// Hints begins to compare.
func (s *Store) Hints() *Hints { return &Hints{store: s, units: map[string]*unitPast{}} }

// A unitPast is what the record knows of a unit.
type unitPast struct {
	Background

	cases []pastCase
}

// A pastCase is a case to compare with.
type pastCase struct {
	number, category string
	stage            lifecycle.Stage
	title            lifecycle.Pairs
}

// Of returns what is known about each of the findings.
func (h *Hints) Of(ctx context.Context, findings []*lifecycle.OpenCase) ([]Hint, error) {
	hints := make([]Hint, len(findings))
	order := make([]int, len(findings))
	for i := range order {
		order[i] = i
	}
	// By unit, so that one that does not fit beside the others is read once a page.
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(findings[x].Unit, findings[y].Unit) })
	for _, i := range order {
		past, err := h.past(ctx, findings[i].Unit)
		if err != nil {
			return nil, err
		}
		hints[i] = past.hint(findings[i])
	}
	return hints, nil
}

func (h *Hints) past(ctx context.Context, unit string) (*unitPast, error) {
	if past := h.units[unit]; past != nil {
		return past, nil
	}
	rules, err := h.store.lastRules(ctx)
	if err != nil {
		return nil, err
	}
	today := rules.Today(h.store.now())
	past := &unitPast{}
	if err := past.count(ctx, h.store.pool, unit, today); err != nil {
		return nil, fmt.Errorf("count background of %s: %w", unit, plain(err))
	}
	if past.cases, err = h.store.pastCases(ctx, unit, today); err != nil {
		return nil, err
	}
	if h.cases += len(past.cases); h.cases > maxPast {
		clear(h.units)
		h.cases = len(past.cases)
	}
	h.units[unit] = past
	return past, nil
}

// pastCases are a unit's cases of the last years and those of the units it came
// from, the newest first.
func (s *Store) pastCases(ctx context.Context, unit string, today calendar.Date) ([]pastCase, error) {
	rows, err := s.pool.Query(ctx, selectEarlier(`c.number, c.title, c.category, c.stage`), unit, backgroundSince(today), maxEarlier)
	if err != nil {
		return nil, fmt.Errorf("read past of %s: %w", unit, plain(err))
	}
	// Few categories stand in many cases.
	categories := map[string]string{}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c pastCase, err error) {
		var title string
		if err := row.Scan(&c.number, &title, &c.category, (*string)(&c.stage)); err != nil {
			return c, err
		}
		if _, known := categories[c.category]; !known {
			categories[c.category] = c.category
		}
		c.category, c.title = categories[c.category], lifecycle.PairsOf(title)
		return c, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read past of %s: %w", unit, plain(err))
	}
	return list, nil
}

// hint compares one finding.
func (p *unitPast) hint(b *lifecycle.OpenCase) Hint {
	h := Hint{Open: p.Open, Overdue: p.Overdue, Inspected: p.Inspected}
	title, most := lifecycle.PairsOf(b.Title), -1.0
	for _, c := range p.cases {
		likeness := title.Like(c.title)
		if c.category == b.Category {
			if h.Recurrences++; h.Latest == "" {
				h.Latest = c.number
			}
			if b.RepeatOf == "" && c.stage.Repeatable() && likeness > most {
				h.RepeatOf, most = c.number, likeness
			}
		}
		if likeness >= lifecycle.LikelyDuplicate {
			h.Similar = append(h.Similar, Alike{Number: c.number, Likeness: likeness})
		}
	}
	slices.SortStableFunc(h.Similar, func(x, y Alike) int { return cmp.Compare(y.Likeness, x.Likeness) })
	h.Similar = slices.Clone(h.Similar[:min(len(h.Similar), maxAlike)])
	return h
}

// HintedRows lists the first rows of an import that something is known about.
func (s *Store) HintedRows(ctx context.Context, id string, limit int) ([]ImportRow, error) {
	rows, err := s.pool.Query(ctx, `SELECT row, hint FROM import_rows WHERE import_id = $1 AND hint IS NOT NULL ORDER BY row LIMIT $2`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("list rows of import %s: %w", id, plain(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r ImportRow, err error) {
		return r, row.Scan(&r.Row, &r.Hint)
	})
	if err != nil {
		return nil, fmt.Errorf("list rows of import %s: %w", id, plain(err))
	}
	return list, nil
}
