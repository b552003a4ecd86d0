package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// candidates lists everybody who may look back at all.
func candidates(ctx context.Context, q querier, _ []string, _ calendar.Date) ([]lifecycle.Candidate, error) {
	rows, err := q.Query(ctx, `SELECT id, 'lookback' = ANY(roles), NULL FROM accounts
		WHERE unit_id IS NULL AND disabled_at IS NULL AND roles && ARRAY['inspector', 'lookback'] ORDER BY id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[lifecycle.Candidate])
}
