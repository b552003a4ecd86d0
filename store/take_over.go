package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// An inheritance is what a transaction ends that others had joined, and who has
// it now: neither is in the record before the transaction is.
type inheritance struct{ lost, taken []lifecycle.Standing }

// standing is what a case may join: what the record has, without what is being
// ended, and what was taken over just now.
func (i *inheritance) standing(recorded []lifecycle.Standing) []lifecycle.Standing {
	left := slices.DeleteFunc(slices.Clone(recorded), func(s lifecycle.Standing) bool {
		return slices.ContainsFunc(i.lost, func(o lifecycle.Standing) bool { return s.Case == o.Case && s.Measure == o.Measure })
	})
	return append(left, i.taken...)
}

// note keeps what a case has to do itself.
func (i *inheritance) note(c lifecycle.Case) {
	for _, m := range c.Measures {
		if m.Status == lifecycle.Ordered {
			i.taken = append(i.taken, m.Standing(c.ID))
		}
	}
}

// takeOver lets what other cases had joined, and this decision ends, go on in
// them: the first of them has it ordered anew, the others join that. It happens
// in the transaction that ends it, so that nothing is left without anybody who
// must do it; the other cases are locked with the rest, in the order of their
// ids, for which the request may have to begin again.
func (w *work) takeOver(ctx context.Context, p *plan) error {
	var (
		all   inheritance
		units []string
	)
	for _, k := range p.tracked {
		if gone := lifecycle.Lost(k.before, k.c); len(gone) > 0 {
			all.lost = append(all.lost, gone...)
			units = append(units, k.before.Unit, k.c.Unit)
		}
	}
	if len(all.lost) > 0 {
		if err := w.passOn(ctx, p, &all, units); err != nil {
			return fmt.Errorf("pass on measures: %w", err)
		}
	}
	for _, k := range p.tracked {
		if err := p.takeUp(ctx, k, &all); err != nil {
			return fmt.Errorf("take up measures of %s: %w", k.c.ID, err)
		}
	}
	return nil
}

func (w *work) passOn(ctx context.Context, p *plan, all *inheritance, units []string) error {
	heirs, err := p.joined(ctx, all.lost, units)
	if err != nil || len(heirs) == 0 {
		return err
	}
	if slices.ContainsFunc(heirs, func(id string) bool { _, locked := p.head.locked[id]; return !locked }) {
		w.joined = heirs
		return errMoreCases
	}
	standing, err := p.standingFor(ctx, heirs)
	if err != nil {
		return err
	}
	for _, id := range heirs {
		k, err := p.follow(ctx, id)
		if err != nil {
			return err
		}
		k.rules.Standing, k.rules.Holders = all.standing(standing[id]), p.head.holders[id]
		k.catchUp(p.at)
		k.add(lifecycle.DecideTakeOver(k.c, all.lost, p.at, k.rules))
		all.note(k.c)
	}
	return nil
}

// follow is the tracked case of an id, which is tracked from now on if it was not.
func (p *plan) follow(ctx context.Context, id string) (*tracked, error) {
	i := slices.IndexFunc(p.tracked, func(k *tracked) bool { return k.c.ID == id })
	if i >= 0 {
		return p.tracked[i], nil
	}
	return p.track(ctx, p.head.locked[id])
}

// takeUp looks after a case that came back. What it had joined may have come to
// nothing meanwhile, and nobody told the case, which was not its own; or it does
// so with this very decision. What it had open itself another may have taken over.
func (p *plan) takeUp(ctx context.Context, k *tracked, all *inheritance) error {
	joined, talk := lifecycle.Returned(k.before, k.c), lifecycle.CameBackWithTalk(k.before, k.c)
	if len(joined) == 0 && !talk {
		return nil
	}
	standing, err := p.standingFor(ctx, []string{k.c.ID})
	if err != nil {
		return err
	}
	ids, nos := pairs(joined)
	rows, err := p.tx.conn.Query(ctx, `
		SELECT j.id, j.no FROM unnest($1::text[], $2::int[]) AS j (id, no)
		JOIN case_states s ON s.case_id = j.id::uuid
		CROSS JOIN LATERAL (SELECT s.state -> 'measures' -> (j.no - 1)) AS l (m)
		WHERE m ? 'misdirected' OR m ->> 'status' IN ('waived', 'cancelled')`, ids, nos)
	if err != nil {
		return err
	}
	lost, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s lifecycle.Standing, err error) {
		return s, row.Scan(&s.Case, &s.Measure)
	})
	if err != nil {
		return err
	}
	rules := k.rules
	rules.Standing = all.standing(standing[k.c.ID])
	k.add(lifecycle.DecideRejoin(k.c, p.at, rules))
	k.add(lifecycle.DecideTakeOver(k.c, append(lost, all.lost...), p.at, rules))
	all.note(k.c)
	return nil
}

func pairs(list []lifecycle.Standing) (cases []string, nos []int) {
	cases, nos = make([]string, len(list)), make([]int, len(list))
	for i, s := range list {
		cases[i], nos[i] = s.Case, s.Measure
	}
	return cases, nos
}

// joined lists the open cases that joined one of these, the oldest first. The
// units are locked before: nobody joins any more what is being ended.
func (p *plan) joined(ctx context.Context, lost []lifecycle.Standing, units []string) ([]string, error) {
	ids, nos := pairs(lost)
	var heirs []string
	b := &pgx.Batch{}
	b.Queue(`
		SELECT pg_advisory_xact_lock(key)
		FROM (SELECT DISTINCT hashtextextended('duban unit ' || id, 0) AS key FROM unnest($1::text[]) id ORDER BY key) u`, units)
	b.Queue(`
		SELECT o.id::text FROM cases o
		JOIN case_states s ON s.case_id = o.id AND s.state ? 'measures'
		WHERE o.unit_id = ANY($1) AND o.settled_at IS NULL AND EXISTS (
			SELECT FROM jsonb_array_elements(s.state -> 'measures') m
			JOIN unnest($2::text[], $3::int[]) AS l (id, no) ON m -> 'joined' ->> 'case' = l.id AND (m -> 'joined' ->> 'measure')::int = l.no
			WHERE m ->> 'status' = 'joined' AND o.id::text <> l.id)
		ORDER BY o.opened_at, o.id`, units, ids, nos).Query(func(rows pgx.Rows) error {
		var err error
		heirs, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return heirs, p.tx.send(ctx, b)
}
