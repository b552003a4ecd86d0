package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"duban/lot"
)

// A Held is what lies under one key of the seal.
type Held struct {
	// Key is the key's id, empty for rosters that lie in plain still.
	Key string
	// Plans are those that will be laid open, those of replaced draws among them: with
	// the key they are lost. Rosters and load follow to the key that seals.
	Plans   int
	Rosters int
	Load    bool
}

// HeldByKey says what lies under which key, in the order of the ids, so that an old
// key can be taken out once nothing is under it.
func (s *Store) HeldByKey(ctx context.Context) ([]Held, error) {
	type header struct {
		Kind   string
		Header []byte
		Case   *string
		Number *int
		N      int
	}
	var headers []header
	err := s.dispatcher(ctx, func(b *pgx.Batch) {
		b.Queue(`SELECT kind, header, case_id::text, number, n FROM sealed.headers()`).Query(func(rows pgx.Rows) (err error) {
			headers, err = pgx.CollectRows(rows, pgx.RowToStructByPos[header])
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read what is sealed: %w", plain(err))
	}
	var plans []drawID
	for _, h := range headers {
		if h.Case != nil {
			plans = append(plans, drawID{*h.Case, *h.Number})
		}
	}
	waiting, err := s.toBeOpened(ctx, plans)
	if err != nil {
		return nil, err
	}
	held := map[string]Held{}
	for _, h := range headers {
		id, _ := lot.SealedUnder(h.Header)
		one := held[id]
		one.Key = id
		switch {
		case h.Kind == "load":
			one.Load = true
		case h.Kind == "roster":
			one.Rosters += h.N
		case waiting[drawID{*h.Case, *h.Number}]:
			one.Plans++
		default:
			continue
		}
		held[id] = one
	}
	list := make([]Held, 0, len(held))
	for _, one := range held {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b Held) int { return strings.Compare(a.Key, b.Key) })
	return list, nil
}

// A drawID names one draw.
type drawID struct {
	Case   string
	Number int
}

// toBeOpened are those of sealed draws that an arrival may still lay open.
func (s *Store) toBeOpened(ctx context.Context, draws []drawID) (map[drawID]bool, error) {
	cases, numbers := make([]string, len(draws)), make([]int, len(draws))
	for i, d := range draws {
		cases[i], numbers[i] = d.Case, d.Number
	}
	open := map[drawID]bool{}
	rows, err := s.pool.Query(ctx, `
		SELECT d.case_id::text, d.number FROM unnest($1::uuid[], $2::int[]) AS d (case_id, number)
		JOIN cases c ON c.id = d.case_id JOIN case_states s ON s.case_id = c.id
		WHERE c.stage <> 'voided' AND d.number > coalesce((s.state -> 'draw' ->> 'revealed')::int, 0)`, cases, numbers)
	if err != nil {
		return nil, fmt.Errorf("read what is sealed: %w", plain(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[drawID])
	if err != nil {
		return nil, fmt.Errorf("read what is sealed: %w", plain(err))
	}
	for _, d := range found {
		open[d] = true
	}
	return open, nil
}
