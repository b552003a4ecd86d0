package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
	"duban/policy"
)

// queueCommon locks the cases, then reads what every decision needs: the
// versions in force, the database's clock, and the times the system was away,
// if a due date of the unit's may have passed meanwhile.
func (h *head) queueCommon(b *pgx.Batch, ids []string, at time.Time, t *tx) {
	h.locked = map[string]lifecycle.Case{}
	b.Queue(`SELECT state FROM cases WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`, ids).Query(func(rows pgx.Rows) error {
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

// queueStanding reads the open talks of other cases of the same unit, and its
// entries of the year on a list: this case joins those instead of doubling them.
func (h *head) queueStanding(b *pgx.Batch, id string) {
	b.Queue(selectStanding, id).Query(func(rows pgx.Rows) error {
		var err error
		h.standing, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (s lifecycle.Standing, err error) {
			var kind string
			err = row.Scan(&kind, &s.Case, &s.Measure)
			s.Kind = policy.MeasureKind(kind)
			return s, err
		})
		return err
	})
}

const selectStanding = `
SELECT m ->> 'kind', o.id::text, (m ->> 'no')::int
FROM cases c
JOIN cases o ON o.unit_id = c.unit_id AND o.id <> c.id
CROSS JOIN LATERAL jsonb_array_elements(o.state -> 'measures') m
WHERE c.id = $1 AND o.state ? 'measures' AND (
    o.open AND m ->> 'kind' = 'reminder_talk' AND m ->> 'status' = 'ordered'
    OR m ->> 'kind' = 'negative_list' AND m ->> 'status' IN ('ordered', 'done')
        AND left(m ->> 'on', 4) = to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY'))
ORDER BY o.id`
