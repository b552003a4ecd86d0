package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A ListEntry is an entry of a negative list as it is read.
type ListEntry struct {
	lifecycle.Entry

	ID string
	// UnitName is what the unit was called when it was listed.
	UnitName string
	// Today is the legal day by which its state is told.
	Today calendar.Date
	// Acts are what was done about it, with one entry.
	Acts []lifecycle.EntryAct
}

// An EntryFilter says which entries of a list are wanted; a zero field asks for
// nothing.
type EntryFilter struct {
	List policy.List
	Year int
	Unit string
	// State is how it stands today.
	State lifecycle.EntryState
	// Known: only those that their unit knows of.
	Known bool
	// Shown: only those that the public may read; of a year also those that ended with
	// it, else those that stand.
	Shown bool
	// After is the entry that the page comes after.
	After string
	Limit int
}

const selectEntries = `
SELECT e.id::text, e.unit_name, e.entry FROM list_entries e
WHERE ($1 = '' OR e.list = $1) AND ($2 = 0 OR e.year = $2) AND ($3 = '' OR e.unit_id = $3)
    AND (NOT $4 OR e.known) AND (NOT $5 OR e.shown AND ($2 <> 0 OR e.ends_on IS NULL OR e.ends_on >= $7))
    AND ($6 = '' OR $6 = CASE WHEN e.withdrawn THEN 'withdrawn' WHEN e.ended_on IS NOT NULL THEN 'ended'
                              WHEN e.ends_on < $7 THEN 'expired' ELSE 'active' END)
    AND ($8 = '' OR (e.listed_on, e.id) < (SELECT a.listed_on, a.id FROM list_entries a WHERE a.id::text = $8))
ORDER BY e.listed_on DESC, e.id DESC LIMIT $9`

// EachEntry hands the entries that pass the filter to a function, the latest
// first, as they are read.
func (s *Store) EachEntry(ctx context.Context, f EntryFilter, each func(ListEntry) error) error {
	rules, err := s.currentRules(ctx)
	if err != nil {
		return err
	}
	today := rules.Today(s.now())
	rows, err := s.pool.Query(ctx, selectEntries, string(f.List), f.Year, f.Unit, f.Known, f.Shown, string(f.State), today, f.After, f.Limit) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return fmt.Errorf("list entries: %w", plain(err))
	}
	var (
		id, name string
		text     []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &name, &text}, func() error {
		e := ListEntry{ID: id, UnitName: name, Today: today}
		if err := json.Unmarshal(text, &e.Entry); err != nil {
			return fmt.Errorf("decode entry %s: %w", id, err)
		}
		return each(e)
	})
	if err != nil {
		return fmt.Errorf("list entries: %w", plain(err))
	}
	return nil
}

// Entries lists the entries that pass the filter, the latest first.
func (s *Store) Entries(ctx context.Context, f EntryFilter) ([]ListEntry, error) {
	var list []ListEntry
	err := s.EachEntry(ctx, f, func(e ListEntry) error {
		list = append(list, e)
		return nil
	})
	return list, err
}

// Entry returns one entry with what was done about it.
func (s *Store) Entry(ctx context.Context, id string) (ListEntry, error) {
	if !isID(id) {
		return ListEntry{}, ErrNotFound
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return ListEntry{}, err
	}
	e := ListEntry{ID: id, Today: rules.Today(s.now())}
	var text []byte
	if err := s.pool.QueryRow(ctx, `SELECT unit_name, entry FROM list_entries WHERE id = $1`, id).Scan(&e.UnitName, &text); err != nil {
		return ListEntry{}, fmt.Errorf("read entry %s: %w", id, plain(err))
	}
	if err := json.Unmarshal(text, &e.Entry); err != nil {
		return ListEntry{}, fmt.Errorf("decode entry %s: %w", id, err)
	}
	if e.Acts, err = readActs(ctx, s.pool, id); err != nil {
		return ListEntry{}, plain(err)
	}
	return e, nil
}

// A ListedUnit is a unit that was on a list in a year, for the plan of the next.
type ListedUnit struct {
	// Unit is who answers for it now: the unit itself, or its successor. Empty
	// when there is none.
	Unit string
	Name string
	// Listed is the unit as it was listed, NameThen its name then.
	Listed   string
	NameThen string
	Lists    []string
	Entries  []string
	// Campaigns of the next year that cover the unit already.
	Campaigns []string
}

// ListedUnits lists the units that were on a list in a year, whatever became of
// the entry but for those that were withdrawn. They go into the next year's plan.
func (s *Store) ListedUnits(ctx context.Context, year int) ([]ListedUnit, error) {
	return listedUnits(ctx, s.pool, year)
}

func listedUnits(ctx context.Context, q querier, year int) ([]ListedUnit, error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE listed AS (
			SELECT unit_id, min(unit_name) AS name_then, array_agg(list ORDER BY list) AS lists, array_agg(id::text ORDER BY list) AS entries
			FROM list_entries WHERE year = $1 AND NOT withdrawn GROUP BY unit_id
		), heirs (listed, unit, depth) AS (
			SELECT unit_id, unit_id, 0 FROM listed
			UNION ALL
			SELECT h.listed, c.successor_id, h.depth + 1 FROM heirs h JOIN unit_changes c ON c.unit_id = h.unit AND c.successor_id IS NOT NULL
			WHERE h.depth < 20
		), now AS (
			SELECT DISTINCT ON (h.listed) h.listed, u.id, u.name FROM heirs h JOIN units u ON u.id = h.unit AND u.abolished_on IS NULL
			ORDER BY h.listed, h.depth
		)
		SELECT coalesce(n.id, ''), coalesce(n.name, ''), l.unit_id, l.name_then, l.lists, l.entries,
			coalesce((SELECT array_agg(c.id ORDER BY c.starts_on, c.id) FROM campaigns c WHERE c.year = $1 + 1 AND n.id = ANY(c.scope)), '{}')
		FROM listed l LEFT JOIN now n ON n.listed = l.unit_id ORDER BY l.name_then, l.unit_id`, year)
	if err != nil {
		return nil, fmt.Errorf("list listed units: %w", plain(err))
	}
	units, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ListedUnit])
	if err != nil {
		return nil, fmt.Errorf("list listed units: %w", plain(err))
	}
	return units, nil
}
