package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// selectUncovered finds the campaigns whose scope has neither the finding's unit
// nor one it came from: of a new finding, its own (units $1, campaigns $2); of a
// draft that is amended, what the case $3 says for what is left out.
const selectUncovered = `
WITH RECURSIVE said AS (
    SELECT CASE WHEN cardinality($1::text[]) > 0 THEN $1::text[] ELSE (SELECT ARRAY[state ->> 'unit'] FROM case_states WHERE case_id = nullif($3, '')::uuid) END AS units,
           CASE WHEN cardinality($2::text[]) > 0 THEN $2::text[] ELSE (SELECT ARRAY[state -> 'finding' ->> 'campaign'] FROM case_states WHERE case_id = nullif($3, '')::uuid) END AS campaigns
), line (id) AS (
    SELECT unnest(units) FROM said
    UNION SELECT c.unit_id FROM unit_changes c JOIN line l ON c.successor_id = l.id OR l.id = ANY (c.parts)
)
SELECT c.id FROM campaigns c, said WHERE c.id = ANY (said.campaigns) AND NOT c.scope && ARRAY(SELECT id FROM line)`

func (h *head) queueScope(b *pgx.Batch, caseID string, units, campaigns []string) {
	b.Queue(selectUncovered, append([]string{}, units...), append([]string{}, campaigns...), caseID).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		h.known.Uncovered = map[string]bool{}
		for _, id := range found {
			h.known.Uncovered[id] = true
		}
		return err
	})
}

// scopes knows which units campaigns cover, each asked for once.
type scopes struct {
	querier
	known map[[2]string]bool
}

// uncovered reports whether a campaign's scope lacks a unit.
func (s *scopes) uncovered(ctx context.Context, unit, campaign string) (bool, error) {
	if campaign == "" {
		return false, nil
	}
	key := [2]string{unit, campaign}
	lacks, ok := s.known[key]
	if ok {
		return lacks, nil
	}
	err := s.QueryRow(ctx, `SELECT EXISTS (`+selectUncovered+`)`, []string{unit}, []string{campaign}, "").Scan(&lacks)
	if err == nil {
		s.known[key] = lacks
	}
	return lacks, err
}
