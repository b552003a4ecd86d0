package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
	"duban/policy"
)

// settle makes the decision, and makes it again when it orders what further
// cases of the unit join instead of doubling: a talk, or an entry on a list.
// Only then are the unit's other cases looked at, under a lock of the unit's,
// which costs a round trip that other commands do not pay.
func (p *plan) settle(ctx context.Context, decide func() ([]lifecycle.Event, error)) error {
	events, err := decide()
	if err != nil {
		return err
	}
	for _, k := range p.tracked {
		events = append(events, k.events...)
	}
	if !slices.ContainsFunc(events, ordersOneOfEach) {
		return nil
	}
	if err := p.readStanding(ctx); err != nil {
		return fmt.Errorf("read standing measures: %w", err)
	}
	p.tracked = nil
	_, err = decide()
	return err
}

// ordersOneOfEach: the event orders a measure of which a unit has one, or joins
// one of the case itself, which may be over.
func ordersOneOfEach(e lifecycle.Event) bool {
	m, ok := e.Body.(*lifecycle.MeasureOrdered)
	return ok && (m.Status == lifecycle.Ordered || m.Status == lifecycle.Joined) && (m.Kind == policy.MeasureReminderTalk || m.Kind == policy.MeasureNegativeList)
}

// readStanding reads what the cases could join.
func (p *plan) readStanding(ctx context.Context) error {
	ids := make([]string, 0, len(p.head.locked))
	for id := range p.head.locked {
		ids = append(ids, id)
	}
	var err error
	if p.head.standing, err = p.standingFor(ctx, ids); err != nil {
		return err
	}
	p.head.over, err = p.overFor(ctx, ids)
	return err
}

// overFor reads the entries of a case's unit that were ended.
func (p *plan) overFor(ctx context.Context, ids []string) (map[string][]lifecycle.ListYear, error) {
	rows, err := p.tx.conn.Query(ctx, selectOver, ids) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	over := map[string][]lifecycle.ListYear{}
	var (
		id, list string
		year     int
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &list, &year}, func() error {
		over[id] = append(over[id], lifecycle.ListYear{List: policy.List(list), Year: year})
		return nil
	})
	return over, err
}

const selectOver = `
SELECT c.id::text, e.list, e.year FROM cases c JOIN list_entries e ON e.unit_id = c.unit_id
WHERE c.id = ANY($1::uuid[]) AND e.ended_on IS NOT NULL`

// standingFor locks the units of the cases, so that two cases of one unit do not
// both find nothing to join, and reads what there is.
func (p *plan) standingFor(ctx context.Context, ids []string) (map[string][]lifecycle.Standing, error) {
	b := &pgx.Batch{}
	found := map[string][]lifecycle.Standing{}
	b.Queue(lockUnits, ids)
	b.Queue(selectStanding, ids).Query(func(rows pgx.Rows) error {
		var (
			id, kind, list string
			s              lifecycle.Standing
			with           lifecycle.PostHolder
		)
		_, err := pgx.ForEachRow(rows, []any{&id, &kind, &list, &s.Year, &s.Case, &s.Measure, &with.Post, &with.Person}, func() error {
			s.Kind, s.List, s.Subject = policy.MeasureKind(kind), policy.List(list), subject(with)
			found[id] = append(found[id], s)
			return nil
		})
		return err
	})
	if p.head.holders == nil {
		p.head.holders = map[string][]lifecycle.PostHeld{}
	}
	for _, id := range ids {
		delete(p.head.holders, id)
	}
	b.Queue(`
		SELECT c.id::text, p.kind, p.holder, p.since, p.until FROM cases c JOIN posts p ON p.unit_id = c.unit_id
		WHERE c.id = ANY($1::uuid[]) ORDER BY c.id, p.kind, p.id`, ids).Query(scanPosts(p.head.holders))
	return found, p.tx.send(ctx, b)
}

// scanPosts reads posts by what they are asked for, a case or a unit.
func scanPosts(into map[string][]lifecycle.PostHeld) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var (
			id   string
			held lifecycle.PostHeld
		)
		_, err := pgx.ForEachRow(rows, []any{&id, &held.Post, &held.Person, &held.Since, &held.Until}, func() error {
			into[id] = append(into[id], held)
			return nil
		})
		return err
	}
}

// subject is with whom a talk is to be held, nil where the record names nobody.
func subject(with lifecycle.PostHolder) *lifecycle.PostHolder {
	if with.Person == "" {
		return nil
	}
	return &with
}

const lockUnits = `
SELECT pg_advisory_xact_lock(key)
FROM (SELECT DISTINCT hashtextextended('duban unit ' || unit_id, 0) AS key FROM cases WHERE id = ANY($1::uuid[]) ORDER BY key) u`

// The open talks of other cases of the same unit, but for those that another body
// has, and its entries on the lists by year, but for those that were ended. What was
// taken against another unit by mistake counts for nothing.
const selectStanding = `
SELECT c.id::text, m ->> 'kind', CASE WHEN m ->> 'kind' = 'negative_list' THEN coalesce(m ->> 'list', 'assessment') ELSE '' END,
    CASE WHEN m ->> 'kind' = 'negative_list' THEN left(m ->> 'on', 4)::int ELSE 0 END, o.id::text, (m ->> 'no')::int,
    coalesce(m -> 'subject' ->> 'post', ''), coalesce(m -> 'subject' ->> 'person', '')
FROM cases c
JOIN cases o ON o.unit_id = c.unit_id AND o.id <> c.id
JOIN case_states s ON s.case_id = o.id AND s.state ? 'measures'
CROSS JOIN LATERAL jsonb_array_elements(s.state -> 'measures') m
WHERE c.id = ANY($1::uuid[]) AND NOT m ? 'misdirected' AND (
    o.settled_at IS NULL AND o.stage <> 'transferred' AND m ->> 'kind' = 'reminder_talk' AND m ->> 'status' = 'ordered'
    OR m ->> 'kind' = 'negative_list' AND m ->> 'status' IN ('ordered', 'done')
        AND coalesce(m ->> 'unit', o.unit_id) = c.unit_id
        AND NOT EXISTS (SELECT FROM list_entries e WHERE e.unit_id = c.unit_id AND e.list = coalesce(m ->> 'list', 'assessment')
            AND e.year = left(m ->> 'on', 4)::int AND (e.entry -> 'ended' -> 'leads')::jsonb ? concat_ws(' ', o.id, m ->> 'no', m ->> 'on')))
ORDER BY o.opened_at, o.id, (m ->> 'no')::int DESC`

// joinTalks joins what is open of the talks of a case that passed on with its unit
// to the talk that is open in the successor with the same person: one who answers for
// both is talked to once.
func (p *plan) joinTalks(ctx context.Context, k *tracked, s lifecycle.Succession) error {
	if k.c.Unit != s.To || k.before.Unit != s.From || !lifecycle.HasTalk(k.c) {
		return nil
	}
	var (
		posts = map[string][]lifecycle.PostHeld{}
		found []lifecycle.Standing
		b     = &pgx.Batch{}
	)
	b.Queue(`
		SELECT pg_advisory_xact_lock(key)
		FROM (SELECT DISTINCT hashtextextended('duban unit ' || id, 0) AS key FROM unnest($1::text[]) id ORDER BY key) u`, []string{s.From, s.To})
	b.Queue(`SELECT unit_id, kind, holder, since, until FROM posts WHERE unit_id = ANY($1) ORDER BY unit_id, kind, id`, []string{s.From, s.To}).Query(scanPosts(posts))
	b.Queue(selectTalks, s.To, k.c.ID).Query(func(rows pgx.Rows) (err error) {
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (lifecycle.Standing, error) {
			one := lifecycle.Standing{Kind: policy.MeasureReminderTalk}
			var with lifecycle.PostHolder
			err := row.Scan(&one.Case, &one.Measure, &with.Post, &with.Person)
			one.Subject = subject(with)
			return one, err
		})
		return err
	})
	if err := p.tx.send(ctx, b); err != nil {
		return fmt.Errorf("read the talks of unit %s: %w", s.To, err)
	}
	rules := k.rules
	rules.Standing = found
	k.add(lifecycle.DecideSucceedTalks(k.c, posts[s.From], posts[s.To], p.at, rules))
	return nil
}

// The open talks of a unit's other cases, the oldest case first.
const selectTalks = `
SELECT o.id::text, (m ->> 'no')::int, coalesce(m -> 'subject' ->> 'post', ''), coalesce(m -> 'subject' ->> 'person', '')
FROM cases o
JOIN case_states s ON s.case_id = o.id AND s.state ? 'measures'
CROSS JOIN LATERAL jsonb_array_elements(s.state -> 'measures') m
WHERE o.unit_id = $1 AND o.id <> $2::uuid AND o.settled_at IS NULL AND o.stage <> 'transferred'
    AND NOT m ? 'misdirected' AND m ->> 'kind' = 'reminder_talk' AND m ->> 'status' = 'ordered'
ORDER BY o.opened_at, o.id, (m ->> 'no')::int DESC`
