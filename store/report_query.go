package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A reportQuery is one report being made: SQL finds the cases that may belong to
// it, the rules say which do and for how long.
type reportQuery struct {
	kind  ReportKind
	rules lifecycle.Rules
	now   time.Time
	today calendar.Date
	// staff are the committee's people by account.
	staff map[string]string
	where []string
	args  pgx.NamedArgs
}

// A reported is a case with as much of its state as a report asks for.
type reported struct {
	item ReportItem
	c    lifecycle.Case
}

// The parts of a state that say how late a case is and whose turn it is; the
// papers in it, which are most of it, stay where they are.
const reportedState = `jsonb_build_object('clocks', s.state->'clocks', 'officer', s.state->'officer', 'unit', s.state->'unit', 'stage', s.state->'stage',
	'level', s.state->'level', 'raised_on', s.state->'raised_on', 'part', s.state->'part', 'handover', s.state->'handover', 'measures', s.state->'measures',
	'look_back_to_leader', s.state->'look_back_to_leader')`

// passed: some clock of the case was missed, as the record says.
const passed = `s.state @@ '$.clocks[*].passed == true'`

// sql is the statement. Only fixed text is joined here; every value is an
// argument.
func (q *reportQuery) sql() string {
	return `SELECT c.id::text, c.number, c.number_key, c.title, c.stage, c.unit_id, u.name, coalesce(u.area_id, ''), coalesce(a.name, ''),
		c.officer, coalesce(o.name, ''), c.level, c.round, ` + reportedState + `
		FROM cases c JOIN case_states s ON s.case_id = c.id JOIN units u ON u.id = c.unit_id
		LEFT JOIN areas a ON a.id = u.area_id LEFT JOIN accounts o ON o.id = c.officer
		WHERE ` + strings.Join(q.where, " AND ") + ` LIMIT @most`
}

// candidates says which cases may belong to the report, in terms that the
// indexes of the open cases answer.
func (q *reportQuery) candidates(days int) {
	q.where = append(q.where, "c."+isOpen)
	switch q.kind {
	case ReportLate: // in the review of a plan the case is due by the committee's clock
		q.where = append(q.where, `(c.stage IN ('planning', 'rectifying', 'sustained') AND c.due_at < now() OR c.stage = 'plan_review')`, passed)
	case ReportMeasures:
		q.staffChased()
		q.where = append(q.where, `s.state @@ '$.measures[*].status == "proposed" || $.measures[*].status == "ordered"'`)
	case ReportLadder:
		q.where = append(q.where, `c.level > 0`)
	case ReportUpcoming:
		if days == 0 {
			days = 5
		}
		last := q.rules.Calendar.AddWorkingDays(q.today, days)
		q.where = append(q.where, `c.due_at > now() AND c.due_at <= @until`)
		q.args["until"] = q.rules.Timeline.End(last)
	case ReportCommittee:
		q.staffChased()
		q.where = append(q.where, passed)
	}
}

// staffChased: somebody of the committee must act.
func (q *reportQuery) staffChased() {
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

func scanReported(row pgx.CollectableRow) (reported, error) {
	var (
		r     reported
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

// items are what of a case belongs to the report.
func (q *reportQuery) items(r reported) []ReportItem {
	switch q.kind {
	case ReportLate:
		if k, ok := r.c.UnitOwes(); ok {
			return q.late(r, k)
		}
	case ReportMeasures:
		return q.measures(r)
	case ReportLadder:
		i := r.item
		i.Since, i.Days = r.c.RaisedOn, q.rules.Calendar.WorkingDaysBetween(r.c.RaisedOn, q.today)
		return []ReportItem{i}
	case ReportUpcoming:
		if k, ok := r.c.Deadline(); ok && k.StandsSince.IsZero() && k.DueAt.After(q.now) {
			i := q.on(r, k)
			i.Days = q.rules.Calendar.WorkingDaysBetween(q.today, k.Due)
			return []ReportItem{i}
		}
	case ReportCommittee:
		var items []ReportItem
		for _, k := range r.c.CommitteeOwes() {
			items = append(items, q.late(r, k)...)
		}
		return items
	}
	return nil
}

// late is the item of a clock that is missed. One missed on days off only is
// missed as well, by no working day.
func (q *reportQuery) late(r reported, k lifecycle.Clock) []ReportItem {
	if !k.Passed {
		return nil
	}
	i := q.on(r, k)
	i.Days = i.Late
	return []ReportItem{i}
}

// measures are the items of those that somebody must still order or carry out.
func (q *reportQuery) measures(r reported) []ReportItem {
	var items []ReportItem
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
func (q *reportQuery) on(r reported, k lifecycle.Clock) ReportItem {
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
		i.WhoName = who.Role.ZH()
	}
	return i
}
