package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// entrySpace makes an entry's id from list, unit and year, of which there is one.
//
//nolint:gochecknoglobals // a constant that Go cannot write as such
var entrySpace = uuid.MustParse("6f3a3c0e-5a0e-5d53-9d0e-2f1d0b7a4c03")

func entryID(e lifecycle.Entry) string {
	return uuid.NewSHA1(entrySpace, fmt.Appendf(nil, "%s\x00%s\x00%d", e.List, e.Unit, e.Year)).String()
}

// listings are the entries of some units, locked, as they were and as they become.
type listings struct {
	was map[string]string
	is  map[string]lifecycle.Entry
}

// list makes the entries of the negative lists follow what the transaction did to
// the cases they rest on. Only a case that lists somebody, or did, comes here with
// anything to read.
func (p *plan) list(ctx context.Context) error {
	var changed []*tracked
	for _, k := range p.tracked {
		if !sameListings(lifecycle.ListingsOf(k.before), lifecycle.ListingsOf(k.c)) {
			changed = append(changed, k)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	var (
		ids   []string
		units []string
	)
	for _, k := range changed {
		ids = append(ids, k.c.ID)
		units = append(units, unitsOf(k.before)...)
		units = append(units, unitsOf(k.c)...)
	}
	l, err := readListings(ctx, p.tx.conn, ids, units)
	if err != nil {
		return fmt.Errorf("read lists: %w", err)
	}
	for _, k := range changed {
		l.put(k.c, k.rules)
	}
	p.entries, err = l.writes()
	return err
}

func sameListings(a, b []lifecycle.Entry) bool {
	return slices.EqualFunc(a, b, func(a, b lifecycle.Entry) bool {
		return a.List == b.List && a.Unit == b.Unit && a.Year == b.Year && slices.Equal(a.Grounds, b.Grounds)
	})
}

// unitsOf lists the units that a case lists.
func unitsOf(c lifecycle.Case) []string {
	var units []string
	for _, e := range lifecycle.ListingsOf(c) {
		units = append(units, e.Unit)
	}
	return units
}

// readListings locks and reads the entries of the units, and those that rest on
// the cases, each as its acts left it.
func readListings(ctx context.Context, q querier, cases, units []string) (*listings, error) {
	l := &listings{was: map[string]string{}, is: map[string]lifecycle.Entry{}}
	rows, err := q.Query(ctx, lockEntries, cases, units) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	var (
		id, list, unit string
		year           int
		text           []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &list, &unit, &year, &text}, func() error {
		var e lifecycle.Entry
		if err := json.Unmarshal(text, &e); err != nil {
			return fmt.Errorf("decode entry %s: %w", id, err)
		}
		e.List, e.Unit, e.Year = policy.List(list), unit, year
		l.was[id], l.is[id] = string(text), e
		return nil
	})
	return l, err
}

const lockEntries = `
SELECT id::text, list, unit_id, year, entry FROM list_entries
WHERE unit_id = ANY($2) OR unit_id IN (SELECT unit_id FROM list_entries WHERE cases && $1::uuid[])
ORDER BY id FOR UPDATE`

// put replaces what the entries rest on of a case.
func (l *listings) put(c lifecycle.Case, rules lifecycle.Rules) {
	for id, e := range l.is {
		if slices.ContainsFunc(e.Grounds, func(g lifecycle.Ground) bool { return g.Case == c.ID }) {
			l.is[id] = e.With(c.ID, nil)
		}
	}
	for _, own := range lifecycle.ListingsOf(c) {
		id := entryID(own)
		e, ok := l.is[id]
		if !ok {
			e = lifecycle.Entry{List: own.List, Unit: own.Unit, Year: own.Year}
		}
		e = e.With(c.ID, own.Grounds)
		if lead, ok := e.Lead(); !ok || lead.Case == c.ID || e.RunsTo.IsZero() {
			e = e.Lasts(rules)
		}
		l.is[id] = e
	}
}

// An entryRow is an entry as it is written; nil when nothing rests on it.
type entryRow struct {
	id    string
	entry *lifecycle.Entry
	text  []byte
}

// writes lists the entries that became another, or nothing.
func (l *listings) writes() ([]entryRow, error) {
	l.prolong()
	var rows []entryRow
	for id, e := range l.is {
		if len(e.Grounds) == 0 {
			rows = append(rows, entryRow{id: id})
			continue
		}
		text, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("encode entry %s: %w", id, err)
		}
		if !bytes.Equal(text, []byte(l.was[id])) {
			rows = append(rows, entryRow{id: id, entry: &e, text: text})
		}
	}
	slices.SortFunc(rows, func(a, b entryRow) int { return cmp.Compare(a.id, b.id) })
	return rows, nil
}

// prolong sets when the entries of each unit on each list end.
func (l *listings) prolong() {
	type key struct {
		list policy.List
		unit string
	}
	of := map[key][]lifecycle.Entry{}
	for _, e := range l.is {
		k := key{e.List, e.Unit}
		of[k] = append(of[k], e)
	}
	for _, entries := range of {
		lifecycle.Prolong(entries)
		for _, e := range entries {
			l.is[entryID(e)] = e
		}
	}
}

const upsertEntry = `
INSERT INTO list_entries (id, year, listed_on, ends_on, ended_on, withdrawn, known, shown, list, unit_id, unit_name, cases, entry)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, u.id,
    -- What it was called on that day: renamed since, it was called what the first change after it says.
    coalesce((SELECT c.old_name FROM unit_changes c WHERE c.unit_id = u.id AND c.kind = 'rename' AND c.effective_on > $3
              ORDER BY c.effective_on LIMIT 1), u.name), $11, $12
FROM units u WHERE u.id = $10
ON CONFLICT (id) DO UPDATE SET listed_on = excluded.listed_on, ends_on = excluded.ends_on, ended_on = excluded.ended_on,
    withdrawn = excluded.withdrawn, known = excluded.known, shown = excluded.shown,
    unit_name = CASE WHEN list_entries.listed_on = excluded.listed_on THEN list_entries.unit_name ELSE excluded.unit_name END,
    cases = excluded.cases, entry = excluded.entry`

// queue writes the row.
func (r entryRow) queue(b *pgx.Batch) {
	if r.entry == nil {
		b.Queue(`DELETE FROM list_entries WHERE id = $1`, r.id)
		return
	}
	e := *r.entry
	_, stands := e.Lead()
	var (
		ended calendar.Date
		cases []string
	)
	if e.Over() {
		ended = e.Ended.On
	}
	for _, g := range e.Grounds {
		if !slices.Contains(cases, g.Case) {
			cases = append(cases, g.Case)
		}
	}
	shown := e.Public() != nil
	b.Queue(upsertEntry, r.id, e.Year, e.ListedOn(), e.EndsOn, ended, !stands, e.Known(), shown, string(e.List), e.Unit, append([]string{}, cases...), r.text)
}

// relist makes the entries that rest on a case follow it again, and their acts. It
// returns how many differed.
func (s *Store) relist(ctx context.Context, tx pgx.Tx, c lifecycle.Case, rules lifecycle.Rules) (int, error) {
	units := unitsOf(c)
	l, err := readListings(ctx, tx, []string{c.ID}, units)
	if err != nil {
		return 0, fmt.Errorf("read lists: %w", err)
	}
	if len(units) == 0 && len(l.is) == 0 {
		return 0, nil
	}
	l.put(c, rules)
	for id, e := range l.is {
		acts, err := readActs(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		l.is[id] = e.After(acts...)
	}
	rows, err := l.writes()
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	b := &pgx.Batch{}
	for _, r := range rows {
		r.queue(b)
	}
	return len(rows), tx.SendBatch(ctx, b).Close()
}
