package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"duban/calendar"
	"duban/characters"
	"duban/lifecycle"
)

// A caseRow is the read model of one case: the state, and columns to search by.
// It follows from the state and the rules alone, so rebuilding it from the
// events gives the same bytes.
type caseRow struct {
	c         lifecycle.Case
	state     []byte
	alarmKind *string
	alarmAt   *time.Time
	fireAt    *time.Time
	settledAt *time.Time
	closedAt  *time.Time
	due       due
	// chased are the tokens of those who must act, chasedDue by when each of them must.
	chased    []string
	chasedDue []time.Time
	unit      lifecycle.UnitCase
	unitView  []byte
	unitDue   due
}

// A due is a due date as the lists sort by it: infinity when there is none, as
// while a clock stands that had not passed.
type due struct {
	on          calendar.Date
	at          pgtype.Timestamptz
	provisional bool
}

func dueOf(k lifecycle.Clock, ok bool) due {
	if !ok || !k.StandsSince.IsZero() && !k.Passed {
		return due{at: pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}}
	}
	return due{on: k.Due, at: pgtype.Timestamptz{Time: k.DueAt, Valid: true}, provisional: k.Provisional}
}

// project computes the read model of a case.
func project(c lifecycle.Case, r lifecycle.Rules) (caseRow, error) {
	row := caseRow{c: c, unit: c.ForUnit(), chased: []string{}, chasedDue: []time.Time{}}
	var err error
	if row.state, err = json.Marshal(c); err != nil {
		return row, fmt.Errorf("encode case %s: %w", c.ID, err)
	}
	row.due = dueOf(c.Deadline())
	row.unitDue = dueOf(c.UnitDeadline())
	if alarm, ok := c.Alarm(); ok {
		kind, fire := alarm.Kind(), r.FireAt(c.ID, alarm.At).Truncate(time.Microsecond)
		row.alarmKind, row.alarmAt, row.fireAt = &kind, &alarm.At, &fire
	}
	if c.Stage.Settled() {
		row.settledAt = &c.StageSince
	}
	if !c.ClosedAt.IsZero() && c.Stage != lifecycle.Transferred { // where it may come back closed from
		row.closedAt = &c.ClosedAt
	}
	row.chase(c, r)
	if row.unit.Stage != lifecycle.UnitNone {
		if row.unitView, err = json.Marshal(row.unit); err != nil {
			return row, fmt.Errorf("encode case %s for its unit: %w", c.ID, err)
		}
	}
	return row, nil
}

// chase notes who must act, and by when at the earliest.
func (r *caseRow) chase(c lifecycle.Case, rules lifecycle.Rules) {
	due := map[string]time.Time{}
	for _, k := range c.Clocks {
		_, at := k.ActBy()
		for _, to := range c.Chased(k) {
			token := to.Task().String()
			if first, ok := due[token]; !ok || at.Before(first) {
				due[token] = at
			}
		}
	}
	for _, m := range c.Unsettled() {
		at := rules.Timeline.End(m.Fallen.Due)
		if first, ok := due[settleToken]; !ok || at.Before(first) {
			due[settleToken] = at
		}
	}
	for _, token := range slices.Sorted(maps.Keys(due)) {
		r.chased, r.chasedDue = append(r.chased, token), append(r.chasedDue, due[token])
	}
}

// searched is what a case is searched by: its number and its title, between which
// stands what no query holds.
func searched(number, title string) string {
	return characters.Fold(number) + "\n" + characters.Fold(title)
}

const upsertCase = `
INSERT INTO cases (id, number, number_key, seq, stage, unit_id, title, category, campaign, author, officer, level, round,
    policy_version, calendar_version, due_on, due_at, provisional, opened_at, updated_at, closed_at, settled_at,
    alarm_no, alarm_kind, alarm_at, fire_at, chased, repeat_of, chased_due, search)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)
ON CONFLICT (id) DO UPDATE SET
    number = excluded.number, number_key = excluded.number_key, seq = excluded.seq, stage = excluded.stage,
    unit_id = excluded.unit_id, title = excluded.title, category = excluded.category, campaign = excluded.campaign,
    author = excluded.author, officer = excluded.officer, level = excluded.level, round = excluded.round,
    policy_version = excluded.policy_version, calendar_version = excluded.calendar_version,
    due_on = excluded.due_on, due_at = excluded.due_at, provisional = excluded.provisional,
    opened_at = excluded.opened_at, updated_at = excluded.updated_at, closed_at = excluded.closed_at,
    settled_at = excluded.settled_at, alarm_no = excluded.alarm_no, alarm_kind = excluded.alarm_kind,
    alarm_at = excluded.alarm_at,
    -- An alarm stays armed as it was: the policy of a case not noticed yet may have changed meanwhile.
    fire_at = CASE WHEN excluded.policy_version = 0 AND cases.alarm_no = excluded.alarm_no AND cases.alarm_at = excluded.alarm_at
                   THEN cases.fire_at ELSE excluded.fire_at END,
    chased = excluded.chased, repeat_of = excluded.repeat_of, chased_due = excluded.chased_due,
    search = excluded.search`

const upsertState = `
INSERT INTO case_states (case_id, state) VALUES ($1, $2)
ON CONFLICT (case_id) DO UPDATE SET state = excluded.state`

func (r caseRow) args() []any {
	c := r.c
	var repeatOf *string
	if c.RepeatOf != nil {
		repeatOf = &c.RepeatOf.Case
	}
	return []any{
		c.ID, c.Number, c.NumberKey(), c.Seq, string(c.Stage), c.Unit, c.Finding.Title, c.Finding.Category, c.Finding.Campaign,
		c.Part.Author, c.Officer, int16(c.Level), int16(c.Round), c.PolicyVersion, c.CalendarVersion, //nolint:gosec // level and round are small
		r.due.on, r.due.at, r.due.provisional, c.OpenedAt, c.At, r.closedAt, r.settledAt,
		c.AlarmNo, r.alarmKind, r.alarmAt, r.fireAt, r.chased, repeatOf, r.chasedDue, searched(c.Number, c.Finding.Title),
	}
}

const upsertUnitCase = `
INSERT INTO unit_cases (case_id, unit_id, version, number, number_key, stage, title, category, level, round, due_on, due_at, provisional, updated_at, view, search)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (unit_id, case_id) DO UPDATE SET
    version = excluded.version, number = excluded.number, number_key = excluded.number_key, stage = excluded.stage,
    title = excluded.title, category = excluded.category, level = excluded.level, round = excluded.round,
    due_on = excluded.due_on, due_at = excluded.due_at, provisional = excluded.provisional,
    updated_at = excluded.updated_at, view = excluded.view, search = excluded.search`

func (r caseRow) unitArgs() []any {
	c, u := r.c, r.unit
	return []any{
		c.ID, c.Unit, c.UnitVersion, c.Number, c.NumberKey(), string(u.Stage), u.Title, u.Category,
		int16(u.Level), int16(u.Round), r.unitDue.on, r.unitDue.at, r.unitDue.provisional, c.UnitAt, r.unitView, searched(c.Number, u.Title), //nolint:gosec // level and round are small
	}
}

// misdirectedArgs is what stays with a unit that got what was not its own.
func misdirectedArgs(c lifecycle.Case, unit string) ([]any, error) {
	u := c.Misdirected(unit)
	view, err := json.Marshal(u)
	if err != nil {
		return nil, fmt.Errorf("encode case %s for its former unit: %w", c.ID, err)
	}
	none := dueOf(lifecycle.Clock{}, false)
	return []any{
		c.ID, unit, u.Version, c.Number, c.NumberKey(), string(u.Stage), "", "", int16(0), int16(1),
		none.on, none.at, false, c.OpenedAt, view, searched(c.Number, ""),
	}, nil
}
