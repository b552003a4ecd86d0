package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// openingLock is held, shared, by whoever opens a case, from before the rules in
// force are read: who wants no case of older rules to appear any more takes it
// for itself.
// The engine holds "duban" and 1 on the same database for as long as it lives.
const openingLock int64 = 0x6475_6261_6e02

// queueCommon locks the cases, then reads what every decision needs: the
// versions in force, the database's clock, and the times the system was away,
// if something fell due meanwhile.
func (h *head) queueCommon(b *pgx.Batch, ids []string, at time.Time, t *tx) {
	h.locked = map[string]lifecycle.Case{}
	b.Queue(`SELECT state FROM case_states WHERE case_id = ANY($1::uuid[]) ORDER BY case_id FOR UPDATE`, ids).Query(func(rows pgx.Rows) error {
		states, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		for _, state := range states {
			var c lifecycle.Case
			if err := json.Unmarshal(state, &c); err != nil {
				return fmt.Errorf("decode case: %w", err)
			}
			h.locked[c.ID] = c
		}
		return err
	})
	b.Queue(`SELECT policy_version, calendar_version, origin_on, origin_at, clock_timestamp() FROM in_force`).QueryRow(func(row pgx.Row) error {
		return row.Scan(append(h.force.targets(), &h.now)...)
	})
	b.Queue(selectOutages, ids, at, interval(t.window), interval(t.silence)).Query(func(rows pgx.Rows) error {
		var err error
		h.outages, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o lifecycle.Outage, err error) {
			return o, row.Scan(&o.From, &o.To)
		})
		return err
	})
}

func (h *head) queueUnits(b *pgx.Batch, ids []string) {
	b.Queue(`SELECT id FROM units WHERE id = ANY($1) AND abolished_on IS NULL`, ids).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		h.known.Units = map[string]bool{}
		for _, id := range found {
			h.known.Units[id] = true
		}
		return err
	})
}

func (h *head) queueCampaigns(b *pgx.Batch, ids []string) {
	b.Queue(`SELECT id FROM campaigns WHERE id = ANY($1) AND closed_at IS NULL`, ids).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		h.known.Campaigns = map[string]bool{}
		for _, id := range found {
			h.known.Campaigns[id] = true
		}
		return err
	})
}

// heldColumns are those of a term p as the rules know it, canSign what ties its
// holder's account a to it: one that can sign for the unit.
const (
	heldColumns = `p.kind, p.holder, p.since, p.until, p.unit_id, coalesce(a.id, '')`
	canSign     = `a.id = p.account_id AND a.disabled_at IS NULL AND a.unit_id = p.unit_id AND '` + string(lifecycle.UnitSecretary) + `' = ANY (a.roles)`
)

// queuePosts reads who held which post of the case's unit, and of those whose
// duty passed on to it.
func (h *head) queuePosts(b *pgx.Batch, caseID string) {
	b.Queue(`
		SELECT `+heldColumns+` FROM posts p LEFT JOIN accounts a ON `+canSign+`, case_states s
		WHERE s.case_id = $1 AND (p.unit_id = s.state ->> 'unit' OR s.state -> 'predecessors' ? p.unit_id)`, caseID).Query(func(rows pgx.Rows) error {
		var err error
		h.known.Posts, err = pgx.CollectRows(rows, pgx.RowToStructByPos[lifecycle.PostHeld])
		return err
	})
}

// queueEvidence looks up files of the case, or of those merged into it. A unit's
// person knows of none that the committee added.
func (h *head) queueEvidence(b *pgx.Batch, caseID string, ofUnit bool, ids []string) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isID(id) })
	b.Queue(`
		SELECT id::text FROM evidence
		WHERE id = ANY($1::uuid[]) AND (by_unit OR NOT $3) AND (case_id = $2 OR case_id IN (
			SELECT (child ->> 'id')::uuid FROM case_states s, jsonb_array_elements(s.state -> 'children') child WHERE s.case_id = $2))`,
		ids, caseID, ofUnit).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		h.known.Evidence = map[string]bool{}
		for _, id := range found {
			h.known.Evidence[id] = true
		}
		return err
	})
}

func (h *head) queueAccounts(b *pgx.Batch, ids []string) {
	b.Queue(selectActors+` WHERE id = ANY($1) AND disabled_at IS NULL`, ids).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanActor)
		h.known.Accounts = map[string]lifecycle.Actor{}
		for _, a := range found {
			h.known.Accounts[a.Account] = a
		}
		return err
	})
}
