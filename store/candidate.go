package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// maxRecusals of one person go into a roster; one would do.
const maxRecusals = 100

// candidates are those a team might be drawn from, in the order of their ids:
// everybody who inspects or leads look-backs and whose account is in use, each
// with what keeps him out of the units on a day. The units are the case's and
// those it came from: who worked in a part of a unit worked in the unit.
//
// It reads through q, so that whoever draws sees what is committed with the draw.
func candidates(ctx context.Context, q querier, unitIDs []string, on calendar.Date) ([]lifecycle.Candidate, error) {
	return candidatesBefore(ctx, q, unitIDs, on, time.Time{})
}

// candidatesBefore leaves out the recusals recorded from an instant on; the zero instant
// leaves out none.
func candidatesBefore(ctx context.Context, q querier, unitIDs []string, on calendar.Date, before time.Time) ([]lifecycle.Candidate, error) {
	var until *time.Time
	if !before.IsZero() {
		until = &before
	}
	rows, err := q.Query(ctx, selectCandidates, unitIDs, on, until) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	var (
		found   []lifecycle.Candidate
		account string
		lead    bool
		recusal lot.Recusal
	)
	_, err = pgx.ForEachRow(rows, []any{&account, &lead, (*string)(&recusal.Ground), &recusal.Reason}, func() error {
		if len(found) == 0 || found[len(found)-1].Account != account {
			found = append(found, lifecycle.Candidate{Account: account, Lead: lead})
		}
		c := &found[len(found)-1]
		if recusal.Ground != "" && len(c.Recusals) < maxRecusals {
			c.Recusals = append(c.Recusals, recusal)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	return found, nil
}

// Their order goes into the roster's digest, so it must not depend on how the
// database sorts.
const selectCandidates = `
SELECT a.id, 'lookback' = ANY (a.roles), coalesce(r.ground, ''), coalesce(r.reason, '')
FROM accounts a LEFT JOIN LATERAL (
    SELECT n.ground, n.reason FROM recusals n LEFT JOIN recusal_ends e ON e.recusal_id = n.id
    WHERE n.account_id = a.id AND n.unit_id = ANY ($1) AND n.since <= $2 AND coalesce(n.until, 'infinity') >= $2
        AND coalesce(e.ended_on, 'infinity') > $2 AND n.created_at < coalesce($3::timestamptz, 'infinity')
    UNION
    SELECT CASE WHEN coalesce(p.until, 'infinity') >= $2 THEN 'own_unit' ELSE 'former_unit' END,
        CASE WHEN coalesce(p.until, 'infinity') >= $2 THEN '现任' ELSE '曾任' END || u.name || p.kind
    FROM posts p JOIN units u ON u.id = p.unit_id
    WHERE p.account_id = a.id AND p.unit_id = ANY ($1) AND p.since <= $2) r ON true
WHERE a.disabled_at IS NULL AND a.unit_id IS NULL AND a.roles && ARRAY['inspector', 'lookback']
ORDER BY a.id COLLATE "C", r.ground COLLATE "C", r.reason COLLATE "C"`

// lineage are a unit and those it came from, by mergers and splits.
func lineage(ctx context.Context, q querier, unit string) ([]string, error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE lineage AS (
		    SELECT $1::text AS id
		    UNION SELECT u.unit_id FROM unit_changes u JOIN lineage l ON u.successor_id = l.id OR l.id = ANY (u.parts))
		SELECT id FROM lineage ORDER BY id COLLATE "C"`, unit)
	if err != nil {
		return nil, fmt.Errorf("read what unit %s came from: %w", unit, err)
	}
	units, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read what unit %s came from: %w", unit, err)
	}
	return units, nil
}
