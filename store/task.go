package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A Task is something a person must do about a case, and by when: a running
// clock on which the person is the one chased.
type Task struct {
	Case        string
	Number      string
	Title       string
	UnitName    string
	Clock       policy.ClockName
	Measure     int
	MeasureKind policy.MeasureKind
	Due         calendar.Date
	DueAt       time.Time
	Provisional bool
	Overdue     bool
}

// A TaskPage is a part of a person's tasks.
type TaskPage struct {
	Tasks []Task
	Next  string
}

// Tasks lists what the person must do, a page of cases at a time: the case first of
// which the person must do something the earliest.
func (s *Store) Tasks(ctx context.Context, a lifecycle.Actor, after string, limit int) (TaskPage, error) {
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, MaxPage)
	args := pgx.NamedArgs{"tokens": a.Tokens(), "limit": limit + 1, "after": "-infinity", "after_id": firstID}
	if after != "" {
		c, err := readCursor(after, ByDue)
		if err != nil {
			return TaskPage{}, err
		}
		args["after"], args["after_id"] = c.after(), c.ID
	}
	from, due := "cases c", "c.due_at"
	if a.Unit != "" { // where the record knows no date of its tasks, the order is that of its own dates
		from, due = "cases c JOIN unit_cases u ON u.case_id = c.id AND u.unit_id = c.unit_id AND u.unit_id = @unit", "u.due_at"
		args["unit"] = a.Unit
	}
	rows, err := s.pool.Query(ctx, `
		SELECT c.id::text, t.due, coalesce(n.name, ''), s.state, clock_timestamp()
		FROM `+from+` JOIN case_states s ON s.case_id = c.id LEFT JOIN units n ON n.id = c.unit_id,
		    LATERAL (SELECT coalesce(min(d.at), `+due+`) AS due FROM unnest(c.chased, c.chased_due) d (token, at) WHERE d.token = ANY (@tokens)) t
		WHERE c.chased && @tokens::text[] AND c.settled_at IS NULL AND (t.due, c.id) > (@after::timestamptz, @after_id::uuid)
		ORDER BY t.due, c.id LIMIT @limit`, args)
	if err != nil {
		return TaskPage{}, fmt.Errorf("list tasks: %w", plain(err))
	}
	type taskCase struct {
		id    string
		dueAt pgtype.Timestamptz
		unit  string
		state []byte
		now   time.Time
	}
	cases, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t taskCase, err error) {
		return t, row.Scan(&t.id, &t.dueAt, &t.unit, &t.state, &t.now)
	})
	if err != nil {
		return TaskPage{}, fmt.Errorf("list tasks: %w", plain(err))
	}
	force, err := s.lastForce(ctx)
	if err != nil {
		return TaskPage{}, err
	}
	page := TaskPage{Tasks: []Task{}}
	if len(cases) > limit {
		cases = cases[:limit]
		last := cases[limit-1]
		page.Next = dueCursor(ByDue, last.dueAt, last.id).String()
	}
	for _, t := range cases {
		var c lifecycle.Case
		if err := json.Unmarshal(t.state, &c); err != nil {
			return TaskPage{}, fmt.Errorf("decode case %s: %w", t.id, err)
		}
		r, err := s.rules(ctx, s.pool, force, c.PolicyVersion)
		if err != nil {
			return TaskPage{}, err
		}
		page.Tasks = append(page.Tasks, tasksOf(c, a, r, t.unit, t.now)...)
	}
	return page, nil
}

// An Undelivered is a paper of a case that reached nobody by an address: it must
// be served otherwise, or sent again.
type Undelivered struct {
	Message  string
	Case     string
	Number   string
	Title    string
	UnitName string
	Subject  string
	Reason   string
	At       time.Time
}

// maxUndelivered is how many undelivered papers are listed.
const maxUndelivered = 200

// Undelivered lists the papers of open cases that were given up and did not reach
// their person otherwise, for the officers of the cases and for the section heads;
// the latest first.
func (s *Store) Undelivered(ctx context.Context, a lifecycle.Actor) ([]Undelivered, error) {
	if a.Unit != "" {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT ON (m.created_at, m.id) m.id::text, c.id::text, c.number, c.title, coalesce(u.name, ''), g.subject, m.reason, m.created_at
		FROM messages m JOIN mailings g ON g.id = m.mailing_id AND g.kind = 'paper'
		JOIN mailing_letters l ON l.mailing_id = g.id
		JOIN cases c ON c.id = l.case_id LEFT JOIN units u ON u.id = c.unit_id
		WHERE m.state = 'dead' AND m.served_at IS NULL AND c.settled_at IS NULL AND ($2 OR c.officer = $1)
		ORDER BY m.created_at DESC, m.id, c.number_key LIMIT $3`, a.Account, a.Has(lifecycle.Head), maxUndelivered)
	if err != nil {
		return nil, fmt.Errorf("list undelivered papers: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Undelivered])
	if err != nil {
		return nil, fmt.Errorf("list undelivered papers: %w", plain(err))
	}
	return list, nil
}

// tasksOf are the person's running clocks of one case, the earliest first. What
// the person is barred from, for the part taken in the case, is somebody else's.
func tasksOf(c lifecycle.Case, a lifecycle.Actor, r lifecycle.Rules, unit string, now time.Time) []Task {
	var tasks []Task
	mine := a.Tokens()
	for _, k := range c.Clocks {
		if !slices.ContainsFunc(c.Chased(k), func(to lifecycle.Recipient) bool {
			return slices.Contains(mine, to.Task().String()) && !lifecycle.Barred(c, a, to, k, now, r)
		}) {
			continue
		}
		due, dueAt := k.ActBy()
		var kind policy.MeasureKind
		if k.Measure > 0 {
			kind = c.Measures[k.Measure-1].Kind
		}
		tasks = append(tasks, Task{
			Case: c.ID, Number: c.Number, Title: c.Finding.Title, UnitName: unit, Clock: k.Name, Measure: k.Measure, MeasureKind: kind,
			Due: due, DueAt: dueAt, Provisional: k.Provisional, Overdue: dueAt.Before(now),
		})
	}
	slices.SortStableFunc(tasks, func(x, y Task) int { return cmp.Compare(x.DueAt.UnixNano(), y.DueAt.UnixNano()) })
	return tasks
}
