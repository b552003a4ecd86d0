package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// An overviewQuery is one overview being made: SQL finds the cases that may belong to
// it, the rules say which do and for how long.
type overviewQuery struct {
	kind  OverviewKind
	rules lifecycle.Rules
	now   time.Time
	today calendar.Date
	// until is the end of the last day that upcoming looks ahead.
	until time.Time
	// staff are the committee's people by account.
	staff map[string]string
	where []string
	args  pgx.NamedArgs
}

// An overviewed is a case with as much of its state as an overview asks for.
type overviewed struct {
	item OverviewItem
	c    lifecycle.Case
}

// stateParts are the parts of a state that say how late a case is and whose turn
// it is, no more than the question needs: putting them together takes longer
// than finding the cases. The papers in a state, which are most of it, stay where
// they are.
func (k OverviewKind) stateParts() []string {
	switch k {
	case OverviewLadder:
		return []string{"raised_on"}
	case OverviewLate: // the unit's own clocks are its own turn
		return []string{"clocks", "unit", "stage", "extension"}
	case OverviewMeasures, OverviewUpcoming, OverviewCommittee:
		return []string{"clocks", "officer", "unit", "stage", "level", "raised_on", "part", "handover", "measures", "look_back_to_leader", "extension"}
	default:
		return nil
	}
}

// state is the expression for them.
func (k OverviewKind) state() string {
	parts := k.stateParts()
	pairs := make([]string, len(parts))
	for i, part := range parts {
		pairs[i] = "'" + part + "', s.state->'" + part + "'"
	}
	return "jsonb_build_object(" + strings.Join(pairs, ", ") + ")"
}

// missed: some clock of the case was missed, as the record says.
const missed = `s.state @@ '$.clocks[*].passed == true'`

// sql is the statement. Only fixed text is joined here; every value is an
// argument.
func (q *overviewQuery) sql() string {
	return `SELECT c.id::text, c.number, c.number_key, c.title, c.stage, c.unit_id, u.name, coalesce(u.area_id, ''), coalesce(a.name, ''),
		c.officer, coalesce(o.name, ''), c.level, c.round, ` + q.kind.state() + `
		FROM cases c JOIN case_states s ON s.case_id = c.id JOIN units u ON u.id = c.unit_id
		LEFT JOIN areas a ON a.id = u.area_id LEFT JOIN accounts o ON o.id = c.officer
		WHERE ` + strings.Join(q.where, " AND ") + ` LIMIT @most`
}

// candidates says which cases may belong to the overview, in terms that the
// indexes of the open cases answer.
func (q *overviewQuery) candidates(days int) {
	q.where = append(q.where, "c."+isOpen)
	q.args["now"] = q.now
	switch q.kind {
	case OverviewLate: // in the review of a plan the case is due by the committee's clock
		q.where = append(q.where, `(c.stage IN ('planning', 'rectifying', 'sustained') AND c.due_at < @now OR c.stage = 'plan_review')`, missed)
	case OverviewMeasures:
		q.staffChased()
		q.where = append(q.where, `s.state @@ '$.measures[*].status == "proposed" || $.measures[*].status == "ordered"'`)
	case OverviewLadder:
		q.where = append(q.where, `c.level > 0`)
	case OverviewUpcoming:
		if days == 0 {
			days = 5
		}
		last := q.rules.Calendar.AddWorkingDays(q.today, days)
		// What is to be done until then rings until then, all of a case's clocks
		// but the spread of its alarm.
		q.where = append(q.where, `c.fire_at <= @until::timestamptz + @spread::interval`)
		q.until = q.rules.Timeline.End(last)
		q.args["until"], q.args["spread"] = q.until, interval(q.rules.Timeline.Scale(q.rules.Policy.Time.SpreadTo.Std()))
	case OverviewCommittee:
		q.staffChased()
		q.where = append(q.where, missed)
	}
}

// staffChased: somebody of the committee must act.
func (q *overviewQuery) staffChased() {
	tokens := make([]string, 0, len(q.staff)+8)
	for _, r := range lifecycle.Roles() {
		if !r.OfUnit() {
			tokens = append(tokens, lifecycle.Recipient{Role: r}.String())
		}
	}
	for account := range q.staff {
		tokens = append(tokens, lifecycle.Recipient{Account: account}.String())
	}
	q.where = append(q.where, `c.chased && @tokens::text[]`)
	q.args["tokens"] = tokens
}

// each reads what may belong to the overview, a case at a time.
func (q *overviewQuery) each(ctx context.Context, from querier, do func(overviewed) error) error {
	rows, err := from.Query(ctx, q.sql(), pgx.QueryExecModeCacheDescribe, q.args)
	if err != nil {
		return fmt.Errorf("overview %s: %w", q.kind, plain(err))
	}
	defer rows.Close()
	for rows.Next() {
		row, err := scanOverviewed(rows)
		if err != nil {
			return fmt.Errorf("overview %s: %w", q.kind, plain(err))
		}
		if err := do(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("overview %s: %w", q.kind, plain(err))
	}
	return nil
}

func scanOverviewed(row pgx.CollectableRow) (overviewed, error) {
	var (
		r     overviewed
		i     = &r.item
		stage string
		level int16
		state []byte
	)
	err := row.Scan(&i.Case, &i.Number, &i.key, &i.Title, &stage, &i.Unit, &i.UnitName, &i.Area, &i.AreaName, &i.Officer, &i.OfficerName, &level, &i.Round, &state)
	if err != nil {
		return r, err
	}
	i.Stage, i.Level = lifecycle.Stage(stage), policy.Level(level)
	if err := json.Unmarshal(state, &r.c); err != nil {
		return r, fmt.Errorf("decode case %s: %w", i.Case, err)
	}
	return r, nil
}

// items are what of a case belongs to the overview.
func (q *overviewQuery) items(r overviewed) []OverviewItem {
	switch q.kind {
	case OverviewLate:
		if k, ok := r.c.UnitOwes(); ok {
			return q.late(r, k)
		}
	case OverviewMeasures:
		return q.measures(r)
	case OverviewLadder:
		i := r.item
		i.Since, i.Days = r.c.RaisedOn, q.rules.Calendar.WorkingDaysBetween(r.c.RaisedOn, q.today)
		return []OverviewItem{i}
	case OverviewUpcoming:
		return q.upcoming(r)
	case OverviewCommittee:
		var items []OverviewItem
		for _, k := range r.c.CommitteeOwes() {
			items = append(items, q.late(r, k)...)
		}
		return items
	}
	return nil
}

// late is the item of a clock that is missed. One missed on days off only is
// missed as well, by no working day.
func (q *overviewQuery) late(r overviewed, k lifecycle.Clock) []OverviewItem {
	if !k.Passed {
		return nil
	}
	i := q.on(r, k)
	i.Days = i.Late
	return []OverviewItem{i}
}

// upcoming are the items of everything somebody must do until the last day.
func (q *overviewQuery) upcoming(r overviewed) []OverviewItem {
	var items []OverviewItem
	for _, k := range r.c.Armed() {
		if k.DueAt.After(q.now) && !k.DueAt.After(q.until) {
			i := q.on(r, k)
			i.Days = q.rules.Calendar.WorkingDaysBetween(q.today, k.Due)
			items = append(items, i)
		}
	}
	return items
}

// measures are the items of those that somebody must still order or carry out.
func (q *overviewQuery) measures(r overviewed) []OverviewItem {
	var items []OverviewItem
	for _, m := range r.c.Pending() {
		k, ok := r.c.ClockOf(m)
		if !ok {
			continue
		}
		i := q.on(r, k)
		i.Since, i.Days = m.On, q.rules.Calendar.WorkingDaysBetween(m.On, q.today)
		items = append(items, i)
	}
	return items
}

// on is an item about a clock.
func (q *overviewQuery) on(r overviewed, k lifecycle.Clock) OverviewItem {
	i := r.item
	i.Clock, i.Measure, i.Due, i.Provisional, i.Late = k.Name, k.Measure, k.Due, k.Provisional, q.rules.Late(k, q.today)
	if k.Measure > 0 && k.Measure <= len(r.c.Measures) {
		m := r.c.Measures[k.Measure-1]
		i.Kind, i.Status = m.Kind, m.Status
	}
	who := r.c.Doer(k)
	i.Who = who.String()
	switch {
	case who.Account != "":
		i.WhoName = q.staff[who.Account]
	case who.Unit != "":
		i.WhoName = i.UnitName
	default:
		i.WhoName = who.Role.AnyZH()
	}
	return i
}
