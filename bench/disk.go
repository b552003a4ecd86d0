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

// disk measures what a case of seven commands weighs in the record, and what it weighs
// once its report is accepted and its look-back drawn and sealed. The cases
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
	w := &weighing{record: r, lives: lives, empty: empty}
	for _, step := range steps(r.people) {
		if open, ok := step.Body.(*lifecycle.OpenCase); ok {
			open.Campaign = campaign.ID // as most cases have one
		}
		if err := w.live(ctx, step); err != nil {
			return err
		}
	}
	each, err := w.weigh(ctx)
	if err != nil {
		return err
	}
	atMost("disk per case of 7 commands in the record", each, 12, "KB")
	if err := w.print(ctx); err != nil {
		return err
	}
	if err := w.live(ctx, acceptance(r.people)); err != nil {
		return err
	}
	if each, err = w.weigh(ctx); err != nil {
		return err
	}
	told("disk per case whose look-back is drawn", each, "KB")
	return w.print(ctx)
}

// A weighing is of cases that live side by side.
type weighing struct {
	*record

	lives   []*casetest.Life
	empty   int64
	changed int
}

// live lets every case take a step.
func (w *weighing) live(ctx context.Context, step casetest.Step) error {
	for _, l := range w.lives {
		a, err := l.Do(ctx, step)
		if err != nil || a.Refusal != nil {
			return fmt.Errorf("%s: %w %w", step.Body.Kind(), err, a.Refusal)
		}
		if d := a.Case.Draw; d != nil && d.Status != lifecycle.DrawMade {
			return fmt.Errorf("%s: the look-back is %s", step.Body.Kind(), d.Status)
		}
		if err := w.TellingDone(ctx, a.Case.ID, a.Case.Seq); err != nil {
			return err
		}
		if w.changed++; w.changed%(50+diskCases/20) == 0 {
			if _, err := w.sql.Exec(ctx, "VACUUM"); err != nil {
				return err
			}
		}
	}
	return nil
}

// weigh is what one case takes by now, in KB.
func (w *weighing) weigh(ctx context.Context) (float64, error) {
	if _, err := w.sql.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return 0, err
	}
	full, err := w.size(ctx)
	return float64(full-w.empty) / diskCases / 1024, err
}

// print prints the tables that take most.
func (w *weighing) print(ctx context.Context) error {
	rows, err := w.sql.Query(ctx, `
		SELECT relname, pg_table_size(oid) / 1024.0, pg_indexes_size(oid) / 1024.0 FROM pg_class
		WHERE relnamespace::regnamespace::text = ANY ($1) AND relkind = 'r' ORDER BY pg_total_relation_size(oid) DESC LIMIT 8`, schemas())
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

// schemas are those a case leaves something in.
func schemas() []string { return []string{store.Schema, "sealed"} }

// size is what all tables of the record take, with indexes and what lies beside.
func (r *record) size(ctx context.Context) (n int64, err error) {
	err = r.sql.QueryRow(ctx, `SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace::regnamespace::text = ANY ($1) AND relkind = 'r'`, schemas()).Scan(&n)
	return n, err
}
