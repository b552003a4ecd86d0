package store

import (
	"context"
	"fmt"

	"duban/lifecycle"
	"duban/policy"
)

// Counts are the open cases the asker may see, by what managers ask for.
type Counts struct {
	Total   int64
	Overdue int64
	ByStage map[string]int64
	ByLevel map[policy.Level]int64
	ByUnit  map[string]int64
}

// Counts counts open cases by stage, level and unit, and those past their
// deadline. It reads an index, not a counter table: see docs/adr.
func (s *Store) Counts(ctx context.Context, a lifecycle.Actor) (Counts, error) {
	table := "cases WHERE open"
	if a.Unit != "" {
		table = "unit_cases WHERE unit_id = $1 AND stage NOT IN ('archived', 'merged', 'voided', 'misdirected')"
	}
	args := []any{}
	if a.Unit != "" {
		args = append(args, a.Unit)
	}
	c := Counts{ByStage: map[string]int64{}, ByLevel: map[policy.Level]int64{}, ByUnit: map[string]int64{}}
	rows, err := s.pool.Query(ctx, "SELECT stage, level, unit_id, count(*) FROM "+table+" GROUP BY stage, level, unit_id", args...)
	if err != nil {
		return c, fmt.Errorf("count cases: %w", plain(err))
	}
	defer rows.Close()
	for rows.Next() {
		var (
			stage, unit string
			level       int16
			n           int64
		)
		if err := rows.Scan(&stage, &level, &unit, &n); err != nil {
			return c, fmt.Errorf("count cases: %w", plain(err))
		}
		c.Total += n
		c.ByStage[stage] += n
		c.ByLevel[policy.Level(level)] += n
		c.ByUnit[unit] += n
	}
	if err := rows.Err(); err != nil {
		return c, fmt.Errorf("count cases: %w", plain(err))
	}
	if err := s.pool.QueryRow(ctx, "SELECT count(*) FROM "+table+" AND due_at < now()", args...).Scan(&c.Overdue); err != nil {
		return c, fmt.Errorf("count overdue cases: %w", plain(err))
	}
	return c, nil
}
