package store_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// The database itself refuses a row that cannot be: CHECKs tie stage, alarm and
// closing instant together.
func TestImpossibleRows(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	open := r.life(t, "open").Must(ctx, t, r.people.Finding("问题", today()))
	voided := r.life(t, "voided").Must(ctx, t, r.people.Finding("问题", today()))
	_, err := r.Execute(ctx, r.void(voided.ID, "void"))
	require.NoError(t, err)
	for name, set := range map[string]string{
		"unknown stage":               `stage = 'lost'`,
		"open without alarm":          `alarm_at = NULL, fire_at = NULL, alarm_kind = NULL`,
		"alarm without firing":        `fire_at = NULL`,
		"alarm without kind":          `alarm_kind = NULL`,
		"firing before the alarm":     `fire_at = alarm_at - interval '1 second'`,
		"open but settled":            `settled_at = now()`,
		"closed while it is a draft":  `closed_at = now()`,
		"no version":                  `seq = 0`,
		"level over the ladder":       `level = 6`,
		"level under the ground":      `level = -1`,
		"no round":                    `round = 0`,
		"due date without an instant": `due_at = 'infinity'`,
		"due instant without a date":  `due_on = NULL`,
		"number of another":           `number_key = (SELECT number_key FROM cases WHERE id <> '` + open.ID + `')`,
		"unit that is not there":      `unit_id = 'nobody'`,
		"settled with an alarm":       `stage = 'voided', settled_at = now()`,
		"archived but never closed":   `stage = 'archived', settled_at = now(), alarm_at = NULL, fire_at = NULL, alarm_kind = NULL`,
		"closed without the instant":  `stage = 'closed'`,
	} {
		_, err := r.sql.Exec(ctx, `UPDATE cases SET `+set+` WHERE id = $1`, open.ID)
		requireState(t, err, name, "23514", "23505", "23503")
	}
	for name, set := range map[string]string{
		"settled without the instant": `settled_at = NULL`,
		"settled with an alarm":       `alarm_at = now(), fire_at = now(), alarm_kind = 'draft.lapse'`,
		"voided but closed":           `closed_at = now()`,
	} {
		_, err := r.sql.Exec(ctx, `UPDATE cases SET `+set+` WHERE id = $1`, voided.ID)
		requireState(t, err, name, "23514")
	}
	for name, sql := range map[string]string{
		"event without number":          `INSERT INTO events (case_id, seq, at, legal_on, kind, content) VALUES (gen_random_uuid(), 0, now(), now(), 'noted', '{}')`,
		"event twice":                   `INSERT INTO events SELECT * FROM events`,
		"receipt twice":                 `INSERT INTO receipts SELECT * FROM receipts`,
		"account without role":          `INSERT INTO accounts (id, name, roles) VALUES ('x', 'x', '{}')`,
		"staff with a unit":             `INSERT INTO accounts (id, name, roles, unit_id) VALUES ('x', 'x', '{head}', '` + r.people.Unit.ID + `')`,
		"a unit's person without unit":  `INSERT INTO accounts (id, name, roles) VALUES ('x', 'x', '{unit_secretary}')`,
		"both at once":                  `INSERT INTO accounts (id, name, roles, unit_id) VALUES ('x', 'x', '{head,unit_secretary}', '` + r.people.Unit.ID + `')`,
		"token in clear":                `INSERT INTO tokens (hash, account_id) SELECT 'dbn_', id FROM accounts LIMIT 1`,
		"two rules in force":            `INSERT INTO in_force SELECT false, policy_version, calendar_version, origin_on, origin_at FROM in_force`,
		"rules in force that are not":   `UPDATE in_force SET policy_version = 99`,
		"sign of life before its start": `INSERT INTO uptime VALUES (now(), now() - interval '1 second')`,
		"post that ends before it began": `INSERT INTO posts (id, unit_id, kind, holder, since, until)
			VALUES ('x', '` + r.people.Unit.ID + `', '书记', '甲', '2026-02-02', '2026-02-01')`,
		"number series from nothing": `INSERT INTO number_series VALUES ('x', 0)`,
	} {
		_, err := r.sql.Exec(ctx, sql)
		requireState(t, err, name, "23514", "23505", "23503")
	}
	r.sound(t)
}

// The record of law, receipts, policies and calendars are append-only.
func TestAppendOnly(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.life(t, "append").Must(ctx, t, r.people.Finding("问题", today()))
	for _, table := range []string{"events", "receipts", "policies", "calendars"} {
		require.Positive(t, r.count(t, `SELECT count(*) FROM `+table))
		column := map[string]string{"events": "actor", "receipts": "kind", "policies": "author", "calendars": "author"}[table]
		for _, sql := range []string{
			`UPDATE ` + table + ` SET ` + column + ` = 'somebody else'`, `DELETE FROM ` + table, `TRUNCATE ` + table + ` CASCADE`,
		} {
			_, err := r.sql.Exec(ctx, sql)
			requireState(t, err, sql, "23001")
		}
	}
}

func requireState(t *testing.T, err error, what string, states ...string) {
	t.Helper()
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg, what)
	require.Contains(t, states, pg.Code, "%s: %s", what, pg.Message)
}
