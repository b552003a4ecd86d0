package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// diskCases are enough that what a table takes by being there does not show.
const diskCases = 5000

// disk measures what a case of seven commands weighs in the record. The cases
// live side by side, and a plain VACUUM comes whenever autovacuum would: when one
// row in twenty is dead. What free space that leaves in tables and indexes counts.
func disk(ctx context.Context, b *bench, _ options) error {
	r, err := b.record(ctx, store.Options{MaxConns: 4}, nil)
	if err != nil {
		return err
	}
	defer r.close()
	today := calendar.Real().Date(time.Now())
	campaign, err := r.AddCampaign(ctx, store.Campaign{
		Name: "党建责任制专项检查", Year: today.Year(), Method: "inspection", StartsOn: today, EndsOn: today, Scope: []string{r.people.Unit.ID}, Author: "bench",
	})
	if err != nil {
		return err
	}
	empty, err := r.size(ctx)
	if err != nil {
		return err
	}
	lives := make([]*casetest.Life, diskCases)
	for i := range lives {
		lives[i] = &casetest.Life{Doer: r.Store, Key: "disk" + strconv.Itoa(i)}
	}
	changed := 0
	for _, step := range steps(r.people) {
		if open, ok := step.Body.(*lifecycle.OpenCase); ok {
			open.Campaign = campaign.ID // as most cases have one
		}
		for _, l := range lives {
			a, err := l.Do(ctx, step)
			if err != nil || a.Refusal != nil {
				return fmt.Errorf("%s: %w %w", step.Body.Kind(), err, a.Refusal)
			}
			if err := r.TellingDone(ctx, a.Case.ID, a.Case.Seq); err != nil {
				return err
			}
			if changed++; changed%(50+diskCases/20) == 0 {
				if _, err := r.sql.Exec(ctx, "VACUUM"); err != nil {
					return err
				}
			}
		}
	}
	if _, err := r.sql.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return err
	}
	full, err := r.size(ctx)
	if err != nil {
		return err
	}
	atMost("disk per case of 7 commands in the record", float64(full-empty)/diskCases/1024, 12, "KB")
	rows, err := r.sql.Query(ctx, `
		SELECT relname, pg_table_size(oid) / 1024.0, pg_indexes_size(oid) / 1024.0 FROM pg_class
		WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY pg_total_relation_size(oid) DESC LIMIT 6`, store.Schema)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			name           string
			table, indexes float64
		)
		if err := rows.Scan(&name, &table, &indexes); err != nil {
			return err
		}
		fmt.Printf("    %-12s table %6.2f KB, indexes %6.2f KB a case\n", name, table/diskCases, indexes/diskCases)
	}
	return rows.Err()
}

// size is what all tables of the record take, with indexes and what lies beside.
func (r *record) size(ctx context.Context) (n int64, err error) {
	err = r.sql.QueryRow(ctx, `SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'`, store.Schema).Scan(&n)
	return n, err
}
