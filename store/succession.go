package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// KindOffer is the kind of job that offers a unit's open cases to who answers for
// it from a day on.
const KindOffer = "offer"

// offerArgs are what such a job holds: it waits for the day.
type offerArgs struct {
	Unit string        `json:"unit"`
	On   calendar.Date `json:"on"`
}

// queueOffer has the unit's cases offered on a day on which a term of an office
// begins or is over. Who answers then is found out on the day.
func queueOffer(b *pgx.Batch, unit, office string, on, today calendar.Date, author string) error {
	if at, _ := lifecycle.Answerable([]string{office}); at < 0 {
		return nil
	}
	args, err := json.Marshal(offerArgs{Unit: unit, On: on})
	if err != nil {
		return fmt.Errorf("offer cases of %s: %w", unit, err)
	}
	b.Queue(`
		INSERT INTO jobs (id, kind, args, author) SELECT $1, $2, $3, $4
		WHERE $5 OR EXISTS (SELECT FROM cases WHERE unit_id = $6 AND settled_at IS NULL)`, newID(), KindOffer, args, author, on.After(today), unit)
	return nil
}

// offerWork is what such a job does: nothing more when nobody else than before
// answers for the unit, or nobody who could accept.
func (s *Store) offerWork(ctx context.Context, args []byte) (caseWork, error) {
	var of offerArgs
	if err := json.Unmarshal(args, &of); err != nil {
		return caseWork{}, err
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return caseWork{}, err
	}
	held, err := postsHeld(ctx, s.pool, []string{of.Unit})
	if err != nil {
		return caseWork{}, err
	}
	o, ok := lifecycle.OfferOf(of.Unit, held[of.Unit], of.On, rules.Today(s.now()))
	if !ok || o.To.Account == "" {
		return caseWork{where: `false`}, nil
	}
	return caseWork{where: offered, args: []any{o.Unit, o.To.Account, lifecycle.KindHandOver.From()}, decide: func(k *tracked, at time.Time) []lifecycle.Event {
		return lifecycle.DecideOffer(k.c, o, at, k.rules)
	}}, nil
}

// offered are the cases that are to be offered to an account and were not.
const offered = `settled_at IS NULL AND unit_id = $2 AND stage = ANY ($4) AND EXISTS (
	SELECT FROM case_states s WHERE s.case_id = cases.id AND coalesce(s.state ->> 'offered_to', '') <> $3)`

// postsHeld reads who held the posts of units, of all when none are named.
func postsHeld(ctx context.Context, q querier, units []string) (map[string][]lifecycle.PostHeld, error) {
	rows, err := q.Query(ctx, `SELECT `+heldColumns+` FROM posts p LEFT JOIN accounts a ON `+canSign+` WHERE $1::text[] IS NULL OR p.unit_id = ANY ($1)`, units)
	if err != nil {
		return nil, fmt.Errorf("list posts: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[lifecycle.PostHeld])
	if err != nil {
		return nil, fmt.Errorf("list posts: %w", plain(err))
	}
	held := map[string][]lifecycle.PostHeld{}
	for _, p := range list {
		held[p.Unit] = append(held[p.Unit], p)
	}
	return held, nil
}

// An Unoffered is a unit for which somebody new answers who has no account to
// accept its cases with.
type Unoffered struct {
	Unit, UnitName, Post, Holder string
	Since                        calendar.Date
	// Cases are how many are open that the former answered for.
	Cases int
}

// Unoffered lists what a section head must hand over otherwise, or give an account
// for; nothing to anybody else.
func (s *Store) Unoffered(ctx context.Context, a lifecycle.Actor) ([]Unoffered, error) {
	if a.Unit != "" || !a.Has(lifecycle.Head) {
		return nil, nil
	}
	rules, err := s.currentRules(ctx)
	if err != nil {
		return nil, err
	}
	held, err := postsHeld(ctx, s.pool, nil)
	if err != nil {
		return nil, err
	}
	var (
		units  []string
		sinces []calendar.Date
		terms  = map[string]lifecycle.PostHeld{}
	)
	for unit, posts := range held {
		if who, since, changed := lifecycle.TookOffice(posts, rules.Today(s.now())); changed && who.Account == "" {
			units, sinces, terms[unit] = append(units, unit), append(sinces, since), who
		}
	}
	if len(units) == 0 {
		return nil, nil
	}
	// What was served after the day is the successor's own.
	rows, err := s.pool.Query(ctx, `
		SELECT n.unit, u.name, '', '', n.since, count(*) FROM unnest($1::text[], $2::date[]) n (unit, since)
		JOIN units u ON u.id = n.unit JOIN cases c ON c.unit_id = n.unit JOIN case_states s ON s.case_id = c.id
		WHERE c.settled_at IS NULL AND c.stage = ANY ($3) AND (s.state -> 'notice' ->> 'on')::date <= n.since
		GROUP BY 1, 2, n.since ORDER BY 2, 1`, units, sinces, lifecycle.KindHandOver.From())
	if err != nil {
		return nil, fmt.Errorf("list successions: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unoffered])
	if err != nil {
		return nil, fmt.Errorf("list successions: %w", plain(err))
	}
	for i, u := range list {
		list[i].Post, list[i].Holder = terms[u.Unit].Post, terms[u.Unit].Person
	}
	return list, nil
}
