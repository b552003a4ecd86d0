package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// How much of an overview the digest tells.
const (
	figureLines = 3 // lines of each summing up
	figureRows  = 6 // lines where they stand in an order of their own: levels, days
	figureCases = 3 // worst cases
	figureAhead = 5 // working days that upcoming looks ahead
)

// A figure says how one overview is told in the digest.
type figure struct {
	kind OverviewKind
	// sums is what it is summed up by, each with its heading.
	sums []figureSum
	// worst: the worst cases are named.
	worst bool
}

type figureSum struct {
	by      Grouping
	heading string
	lines   int
}

func figures() []figure {
	return []figure{
		{kind: OverviewLate, worst: true, sums: []figureSum{{ByUnit, "单位", figureLines}, {ByArea, "片区", figureLines}, {ByOfficer, "经办人", figureLines}}},
		{kind: OverviewMeasures, sums: []figureSum{{ByOwner, "应办人", figureLines}}},
		{kind: OverviewLadder, sums: []figureSum{{ByLevel, "", figureRows}}},
		{kind: OverviewUpcoming, sums: []figureSum{{ByDay, "", figureRows}}},
		{kind: OverviewCommittee, sums: []figureSum{{ByPerson, "", figureLines}}},
	}
}

// A dayFigures is the figures of a day, as they were when its first digest was
// made.
type dayFigures struct {
	day calendar.Date
	lifecycle.Figures
}

// figuresOf are the figures of the day for whoever sees to all cases, who are
// all told the same. They are reckoned once a day, for that reads every case
// that is late, and not at all when everybody has had the day's digest.
func (s *Store) figuresOf(ctx context.Context, r lifecycle.Rules, now time.Time) (lifecycle.Figures, error) {
	day := r.Today(now)
	s.mu.Lock()
	kept := s.figures
	s.mu.Unlock()
	if kept.day == day {
		return kept.Figures, nil
	}
	waits, err := s.overseersWait(ctx, day)
	if err != nil || !waits {
		return lifecycle.Figures{}, err
	}
	f, err := s.reckonFigures(ctx, r, now)
	if err != nil {
		return lifecycle.Figures{}, fmt.Errorf("reckon figures of %s: %w", day, plain(err))
	}
	s.mu.Lock()
	s.figures = dayFigures{day, f}
	s.mu.Unlock()
	return f, nil
}

// overseersWait reports whether anybody who sees to all cases had no digest on
// the day.
func (s *Store) overseersWait(ctx context.Context, day calendar.Date) (waits bool, err error) {
	var roles []string
	for _, r := range lifecycle.Overseers() {
		roles = append(roles, string(r))
	}
	err = s.pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM accounts a WHERE a.roles && $1::text[] AND a.unit_id IS NULL AND a.disabled_at IS NULL
		    AND NOT EXISTS (SELECT FROM mailings m WHERE m.account_id = a.id AND m.kind = 'digest' AND m.day = $2))`, roles, day).Scan(&waits)
	if err != nil {
		return false, fmt.Errorf("look for overseers: %w", plain(err))
	}
	return waits, nil
}

// reckonFigures sums the overviews up, all as of one instant. However many cases
// are late, no more of them are kept than are told.
func (s *Store) reckonFigures(ctx context.Context, r lifecycle.Rules, now time.Time) (lifecycle.Figures, error) {
	found := lifecycle.Figures{Ahead: figureAhead}
	into := map[OverviewKind]*lifecycle.Figure{
		OverviewLate: &found.Late, OverviewMeasures: &found.Measures, OverviewLadder: &found.Ladder, OverviewUpcoming: &found.Upcoming, OverviewCommittee: &found.Committee,
	}
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		staff, err := staffNames(ctx, tx)
		if err != nil {
			return err
		}
		for _, f := range figures() {
			q := overviewQuery{kind: f.kind, rules: r, now: now, today: r.Today(now), staff: staff, args: pgx.NamedArgs{"most": nil}}
			q.candidates(figureAhead)
			one, err := f.reckon(ctx, tx, q)
			if err != nil {
				return err
			}
			*into[f.kind] = one
		}
		return nil
	})
	return found, err
}

// reckon makes one figure.
func (f figure) reckon(ctx context.Context, from querier, q overviewQuery) (lifecycle.Figure, error) {
	var (
		total OverviewSum
		worst []OverviewItem
		by    = make([]*sums, len(f.sums))
	)
	for i, sum := range f.sums {
		by[i] = sumsBy(sum.by)
	}
	err := q.each(ctx, from, func(row overviewed) error {
		for _, item := range q.items(row) {
			total.add(item.Days)
			for _, sum := range by {
				sum.add(item)
			}
			if f.worst {
				worst = keepWorst(worst, item, f.kind)
			}
		}
		return nil
	})
	if err != nil {
		return lifecycle.Figure{}, err
	}
	out := lifecycle.Figure{Title: f.kind.ZH(), Count: total.Count, Most: total.Most}
	for i, sum := range f.sums {
		if lines := by[i].sorted(); len(lines) > 1 || len(lines) == 1 && lines[0].Name != "" {
			out.Sums = append(out.Sums, sum.told(lines)) // where nothing has a name there is nothing to sum up by
		}
	}
	for _, i := range worst {
		out.Cases = append(out.Cases, lifecycle.FigureCase{Number: i.Number, Title: i.Title, Unit: i.UnitName, Days: i.Days})
	}
	return out, nil
}

// told is as many of the lines as are told.
func (f figureSum) told(lines []OverviewLine) lifecycle.FigureSum {
	out := lifecycle.FigureSum{By: f.heading}
	for i, l := range lines {
		if i == f.lines {
			out.LeftOff = len(lines) - i
			break
		}
		if l.Name == "" {
			l.Name = "（无）"
		}
		out.Lines = append(out.Lines, lifecycle.FigureLine{Name: l.Name, Count: l.Count, Most: l.Most})
	}
	return out
}

// keepWorst keeps the first few of the items in their order.
func keepWorst(worst []OverviewItem, item OverviewItem, kind OverviewKind) []OverviewItem {
	at := item.cursor(kind)
	n, _ := slices.BinarySearchFunc(worst, at, func(i OverviewItem, c overviewCursor) int { return i.cursor(kind).compare(c) })
	if n == figureCases {
		return worst
	}
	worst = slices.Insert(worst, n, item)
	return worst[:min(len(worst), figureCases)]
}

// overseers lists those who are told the figures and had no digest today: all
// who see to all cases and are not away, or while there are no figures the leaders who
// are told today of what waits for them. Who reads letters for somebody may not
// see what that one sees, so the figures of who is away go to nobody.
func (d digests) overseers(ctx context.Context) ([]string, error) {
	if d.figures.None() && len(d.unsettled) == 0 {
		return nil, nil
	}
	r, err := readersOn(ctx, d.tx, nil, d.day)
	if err != nil {
		return nil, err
	}
	var there []string
	for _, id := range r.order {
		if r.people[id].Oversees() && lifecycle.StandIn(id, r.substitutes) == id && (!d.figures.None() || d.rings(r.people[id])) {
			there = append(there, id)
		}
	}
	rows, err := d.tx.Query(ctx, `SELECT account_id FROM mailings WHERE account_id = ANY($1) AND kind = 'digest' AND day = $2`, there, d.day)
	if err != nil {
		return nil, err
	}
	had, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(there, func(id string) bool { return slices.Contains(had, id) }), nil
}
