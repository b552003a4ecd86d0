package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// maxUnsettled is how many measures that wait for a leader are listed.
const maxUnsettled = 200

// settleToken stands among those who are chased of a case while a talk or a visit of it
// waits for a leader to say whether it stays. No person has it: by it the cases are found,
// those that are over too.
const settleToken = "settle:measure"

// An Unsettled is a measure whose ground fell away, of which a leader must say whether it
// stays: of a listing by its entry, of a talk or a visit by its case.
type Unsettled struct {
	lifecycle.FallenMeasure
	// List and Entry are of a listing: the list, and the id of the entry.
	List  policy.List
	Entry string
	// Case fell away, and the measure is its.
	Case string
	// Unit is whose case it was.
	Unit, UnitName string
	Overdue        bool

	// may says who may decide.
	may func(lifecycle.Actor) bool
}

// Unsettled lists the measures of which the person may decide whether they stay, because
// their ground fell away, the one that is due first before the others; at most 200, and
// nothing to who is no leader.
func (s *Store) Unsettled(ctx context.Context, a lifecycle.Actor) ([]Unsettled, error) {
	if a.Unit != "" || !a.Has(lifecycle.ActSettle.Who()...) {
		return nil, nil
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return nil, err
	}
	list, err := unsettled(ctx, s.pool, rules.Today(s.now()))
	if err != nil {
		return nil, fmt.Errorf("list unsettled measures: %w", plain(err))
	}
	list = slices.DeleteFunc(list, func(u Unsettled) bool { return !u.may(a) })
	return list[:min(len(list), maxUnsettled)], nil
}

// unsettled reads all that wait.
func unsettled(ctx context.Context, q querier, today calendar.Date) ([]Unsettled, error) {
	list, err := unsettledEntries(ctx, q, today)
	if err != nil {
		return nil, err
	}
	measures, err := unsettledMeasures(ctx, q)
	if err != nil {
		return nil, err
	}
	list = append(list, measures...)
	for i := range list {
		list[i].Overdue = list[i].Fallen.Overdue(today)
	}
	slices.SortStableFunc(list, func(a, b Unsettled) int { return a.Fallen.Due.Compare(b.Fallen.Due) })
	return list, nil
}

// selectFallenEntries reads the entries that stand with a ground that fell away, with the
// titles of their cases.
const selectFallenEntries = `
SELECT id::text, unit_name, entry, (SELECT coalesce(json_object_agg(c.id, c.title), '{}') FROM cases c WHERE c.id = ANY (list_entries.cases)) FROM list_entries
WHERE NOT withdrawn AND EXISTS (SELECT FROM json_array_elements(entry -> 'grounds') g WHERE g -> 'fallen' IS NOT NULL)
ORDER BY listed_on, id`

func unsettledEntries(ctx context.Context, q querier, today calendar.Date) ([]Unsettled, error) {
	rows, err := q.Query(ctx, selectFallenEntries) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	var (
		list         []Unsettled
		id, unit     string
		text, titles []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &unit, &text, &titles}, func() error {
		var (
			e       lifecycle.Entry
			titleOf map[string]string
		)
		if err := json.Unmarshal(text, &e); err != nil {
			return fmt.Errorf("decode entry %s: %w", id, err)
		}
		if err := json.Unmarshal(titles, &titleOf); err != nil {
			return fmt.Errorf("decode the titles of entry %s: %w", id, err)
		}
		for _, g := range e.Unsettled() {
			list = append(list, Unsettled{
				FallenMeasure: lifecycle.FallenMeasure{Number: g.Number, Title: titleOf[g.Case], Measure: g.Measure, Kind: policy.MeasureNegativeList, Fallen: *g.Fallen},
				List:          e.List, Entry: id, Case: g.Case, Unit: e.Unit, UnitName: unit,
				may: func(a lifecycle.Actor) bool { return e.MaySettle(a, today) },
			})
		}
		return nil
	})
	return list, err
}

// selectFallenMeasures reads the cases with such a measure, and the names of the units
// whose it was.
const selectFallenMeasures = `
SELECT s.state, (SELECT coalesce(json_object_agg(u.id, u.name), '{}') FROM units u
    WHERE u.id IN (SELECT m -> 'fallen' ->> 'unit' FROM jsonb_array_elements(s.state -> 'measures') m))
FROM cases c JOIN case_states s ON s.case_id = c.id WHERE c.chased && $1::text[] ORDER BY c.number_key`

func unsettledMeasures(ctx context.Context, q querier) ([]Unsettled, error) {
	rows, err := q.Query(ctx, selectFallenMeasures, []string{settleToken}) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	var (
		list         []Unsettled
		state, names []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&state, &names}, func() error {
		var (
			c      lifecycle.Case
			nameOf map[string]string
		)
		if err := json.Unmarshal(state, &c); err != nil {
			return fmt.Errorf("decode a case: %w", err)
		}
		if err := json.Unmarshal(names, &nameOf); err != nil {
			return fmt.Errorf("decode the units of case %s: %w", c.ID, err)
		}
		for _, m := range c.Unsettled() {
			list = append(list, Unsettled{
				FallenMeasure: lifecycle.FallenMeasure{Number: c.Number, Title: c.Finding.Title, Measure: m.No, Kind: m.Kind, Fallen: *m.Fallen},
				Case:          c.ID, Unit: m.Fallen.Unit, UnitName: nameOf[m.Fallen.Unit], may: m.MaySettle,
			})
		}
		return nil
	})
	return list, err
}
