package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// insertFindingKeys gives a case the keys of what it came to say.
const insertFindingKeys = `INSERT INTO finding_keys (case_id, key) SELECT $1, unnest($2::bytea[]) ON CONFLICT DO NOTHING`

// selectSame finds the cases that are findings of the keys given, the first
// opened of each. What was voided may come again.
const selectSame = `
SELECT DISTINCT ON (k.key) k.key, c.number FROM finding_keys k JOIN cases c ON c.id = k.case_id
WHERE k.key = ANY($1::bytea[]) AND c.stage <> 'voided' ORDER BY k.key, c.number_key`

// findingKeysOf are the keys that a case came to have.
func findingKeysOf(before lifecycle.Case, after []lifecycle.Case) [][]byte {
	var keys [][]byte
	for _, c := range after {
		had, has := &before.Finding, &c.Finding
		if before.Seq == 0 || before.Unit != c.Unit || had.Title != has.Title || had.Facts != has.Facts || had.FoundOn != has.FoundOn {
			key := c.FindingKey()
			keys = append(keys, key[:])
		}
		before = c
	}
	return keys
}

// SameFindings returns, for each of the findings, the number of a case that is
// the same; empty when there is none.
func (s *Store) SameFindings(ctx context.Context, findings []*lifecycle.OpenCase) ([]string, error) {
	keys := make([][]byte, len(findings))
	for i, b := range findings {
		key := b.Key()
		keys[i] = key[:]
	}
	rows, err := s.pool.Query(ctx, selectSame, keys) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, fmt.Errorf("look for the same findings: %w", plain(err))
	}
	var (
		key    []byte
		number string
		found  = map[string]string{}
	)
	if _, err := pgx.ForEachRow(rows, []any{&key, &number}, func() error {
		found[string(key)] = number
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look for the same findings: %w", plain(err))
	}
	numbers := make([]string, len(keys))
	for i, key := range keys {
		numbers[i] = found[string(key)]
	}
	return numbers, nil
}

// queueSame looks for a case that is the same finding. Who opens the same at the
// same time waits until it is known what became of the other.
func (h *head) queueSame(b *pgx.Batch, finding *lifecycle.OpenCase) {
	key := finding.Key()
	b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended('duban finding ' || encode($1, 'hex'), 0))`, key[:])
	b.Queue(selectSame, [][]byte{key[:]}).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{nil, &h.known.Same}, func() error { return nil })
		return err
	})
}

// writeFindingKeys makes the keys of a case follow its events again.
func writeFindingKeys(ctx context.Context, tx pgx.Tx, caseID string, events []lifecycle.Event) error {
	var (
		c     lifecycle.Case
		after = make([]lifecycle.Case, 0, len(events))
	)
	for _, e := range events {
		c = c.Apply(e)
		after = append(after, c)
	}
	keys := findingKeysOf(lifecycle.Case{}, after)
	slices.SortFunc(keys, slices.Compare)
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM finding_keys WHERE case_id = $1 AND key <> ALL ($2::bytea[])`, caseID, keys)
	b.Queue(insertFindingKeys, caseID, keys)
	return tx.SendBatch(ctx, b).Close()
}
