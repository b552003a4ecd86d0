package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// takeOver lets what other cases had joined, and this decision ends, go on in
// them: the first of them has it ordered anew, the others join that. It happens
// in the transaction that ends it, so that nothing is left without anybody who
// must do it; the other cases are locked with the rest, in the order of their
// ids, for which the request may have to begin again.
func (w *work) takeOver(ctx context.Context, p *plan) error {
	var (
		lost  []lifecycle.Standing
		units []string
	)
	for _, k := range p.tracked {
		if gone := lifecycle.Lost(k.before, k.c); len(gone) > 0 {
			lost = append(lost, gone...)
			units = append(units, k.before.Unit, k.c.Unit)
		}
	}
	if len(lost) > 0 {
		if err := w.takeOverLost(ctx, p, lost, units); err != nil {
			return fmt.Errorf("pass on measures: %w", err)
		}
	}
	for _, k := range p.tracked {
		if lifecycle.CameBackWithTalk(k.before, k.c) {
			standing, err := p.standingFor(ctx, []string{k.c.ID})
			if err != nil {
				return fmt.Errorf("read standing measures: %w", err)
			}
			rules := k.rules
			rules.Standing = standing[k.c.ID]
			k.add(lifecycle.DecideRejoin(k.c, p.at, rules))
		}
		if joined := lifecycle.Returned(k.before, k.c); len(joined) > 0 {
			if err := p.takeUp(ctx, k, joined); err != nil {
				return fmt.Errorf("take up measures of %s: %w", k.c.ID, err)
			}
		}
	}
	return nil
}

func (w *work) takeOverLost(ctx context.Context, p *plan, lost []lifecycle.Standing, units []string) error {
	heirs, err := p.joined(ctx, lost, units)
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
	var taken []lifecycle.Standing
	for _, id := range heirs {
		if slices.ContainsFunc(p.tracked, func(k *tracked) bool { return k.c.ID == id }) {
			continue // the decision has dealt with it
		}
		k, err := p.track(ctx, p.head.locked[id])
		if err != nil {
			return err
		}
		k.rules.Standing = append(without(standing[id], lost), taken...)
		k.catchUp(p.at)
		k.add(lifecycle.DecideTakeOver(k.c, lost, p.at, k.rules))
		for _, m := range k.c.Measures {
			if m.Status == lifecycle.Ordered {
				taken = append(taken, lifecycle.Standing{Kind: m.Kind, List: m.List, Case: id, Measure: m.No})
			}
		}
	}
	return nil
}

// takeUp looks after what a case that came back had joined: meanwhile it may have
// come to nothing, and nobody told the case, which was not its own.
func (p *plan) takeUp(ctx context.Context, k *tracked, joined []lifecycle.Standing) error {
	ids, nos := make([]string, len(joined)), make([]int, len(joined))
	for i, s := range joined {
		ids[i], nos[i] = s.Case, s.Measure
	}
	standing, err := p.standingFor(ctx, []string{k.c.ID})
	if err != nil {
		return err
	}
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
	if err != nil || len(lost) == 0 {
		return err
	}
	rules := k.rules
	rules.Standing = standing[k.c.ID]
	k.add(lifecycle.DecideTakeOver(k.c, lost, p.at, rules))
	return nil
}

// joined lists the open cases that joined one of these, the oldest first. The
// units are locked before: nobody joins any more what is being ended.
func (p *plan) joined(ctx context.Context, lost []lifecycle.Standing, units []string) ([]string, error) {
	ids, nos := make([]string, len(lost)), make([]int, len(lost))
	for i, s := range lost {
		ids[i], nos[i] = s.Case, s.Measure
	}
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

func without(list, these []lifecycle.Standing) []lifecycle.Standing {
	return slices.DeleteFunc(slices.Clone(list), func(s lifecycle.Standing) bool {
		return slices.ContainsFunc(these, func(o lifecycle.Standing) bool { return s.Case == o.Case && s.Measure == o.Measure })
	})
}
