package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

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
// deadline, as of about now. It reads indexes, not a counter table, whose rows
// every command would have to lock. The two counts are made side by side: each
// reads one entry a case.
func (s *Store) Counts(ctx context.Context, a lifecycle.Actor) (Counts, error) {
	from, args := "cases WHERE "+isOpen, []any{}
	if a.Unit != "" {
		from, args = "unit_cases WHERE unit_id = $1 AND "+isOpenToUnit, []any{a.Unit}
	}
	c := Counts{ByStage: map[string]int64{}, ByLevel: map[policy.Level]int64{}, ByUnit: map[string]int64{}}
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return s.countGroups(ctx, from, args, &c) })
	both.Go(func() error {
		return s.pool.QueryRow(ctx, "SELECT count(*) FROM "+from+" AND due_at < now()", args...).Scan(&c.Overdue)
	})
	if err := both.Wait(); err != nil {
		return c, fmt.Errorf("count cases: %w", plain(err))
	}
	return c, nil
}

// countGroups counts once by all three, and sums up by each: one pass over the
// index.
func (s *Store) countGroups(ctx context.Context, from string, args []any, c *Counts) error {
	sql := `
		SELECT stage, level, unit_id, sum(n)::bigint
		FROM (SELECT stage, level, unit_id, count(*) AS n FROM ` + from + ` GROUP BY stage, level, unit_id) g
		GROUP BY GROUPING SETS ((stage), (level), (unit_id))`
	rows, err := s.pool.Query(ctx, sql, args...) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return err
	}
	var (
		stage, unit *string
		level       *int16
		n           int64
	)
	_, err = pgx.ForEachRow(rows, []any{&stage, &level, &unit, &n}, func() error {
		switch {
		case stage != nil:
			c.ByStage[*stage] = n
			c.Total += n
		case level != nil:
			c.ByLevel[policy.Level(*level)] = n
		case unit != nil:
			c.ByUnit[*unit] = n
		}
		return nil
	})
	return err
}
