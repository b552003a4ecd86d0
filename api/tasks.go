package api

import (
	"context"
	"net/http"
	"time"

	"duban/calendar"
	"duban/dispatch"
	"duban/lifecycle"
	"duban/policy"
)

// taskRoutes registers what a person must do.
func (s *server) taskRoutes() {
	register(s, operation{
		id: "list_tasks", method: http.MethodGet, path: "/v1/tasks", tag: "Tasks", summary: "待办 What you must do, and by when",
		doc: "The running clocks on which you are the one who will be chased. Those of a case stand together; the case whose earliest is due first comes first.",
	}, s.tasks)
}

type tasksOutput struct{ Body TaskList }

// A TaskList is one page of what a person must do.
type TaskList struct {
	Tasks []Task `json:"tasks" doc:"What waits for you, the most urgent first, one page of it"`
	// Undelivered stand on the first page only.
	Undelivered []UndeliveredPaper `json:"undelivered,omitempty" maxItems:"200" doc:"Papers of open cases that were given up or came back: have them sent again, or serve them otherwise and say so; for the officers of their cases and for section heads, on the first page"`
	Unoffered   []UnofferedUnit    `json:"unoffered,omitempty" doc:"Units whose new secretary has no account to accept the open cases with: record one with the post, or hand them over in person; for section heads, on the first page"`
	Unsettled   []UnsettledMeasure `json:"unsettled,omitempty" maxItems:"200" doc:"Listings, talks and visits whose ground fell away: keep or end them; for leaders who did not have it fall away, on the first page"`
	Rules       []RuleProposal     `json:"rules,omitempty" doc:"Rules that somebody proposed and a leader confirms or does not; for leaders, on the first page, the newest 20"`
	LateRounds  []LateRound        `json:"late_rounds,omitempty" doc:"What the system should have begun by itself and did not; it is being mended, and the administrator should be told when it stays; for leaders and administrators, on the first page"`
	Next        string             `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

// ruleTasks is how many proposals a leader is shown among his tasks.
const ruleTasks = 20

// A LateRound is what the system does again and again, and did not begin in time.
type LateRound struct {
	Round   string    `json:"round" enum:"jobs,look_backs,messages,bounces" doc:"Which of the tasks that run by themselves is late"`
	RoundZH string    `json:"round_zh"`
	Since   time.Time `json:"since" doc:"When it last began"`
}

// An UnsettledMeasure is a listing, a talk or a visit whose ground fell away, and waits for
// a leader to keep or to end it.
type UnsettledMeasure struct {
	Kind     policy.MeasureKind `json:"kind" doc:"What it is: a listing is settled by its entry, a talk or a visit by settle_measure of its case"`
	KindZH   string             `json:"kind_zh"`
	List     policy.List        `json:"list,omitempty" doc:"Of a listing: the list it is on"`
	Entry    string             `json:"entry,omitempty" format:"uuid" doc:"Of a listing: id of the entry, which settle decides on"`
	Unit     string             `json:"unit" doc:"The unit whose case it was"`
	UnitName string             `json:"unit_name"`
	Case     string             `json:"case" format:"uuid" doc:"The case that fell away, or whose listing was waived"`
	Number   string             `json:"number"`
	Title    string             `json:"title"`
	Measure  int                `json:"measure" doc:"Number of the measure, as the case counts"`
	By       string             `json:"by" doc:"Account of who had it fall away"`
	On       calendar.Date      `json:"on" doc:"The day on which it fell away"`
	Due      calendar.Date      `json:"due" doc:"The last day in time"`
	Overdue  bool               `json:"overdue,omitempty"`
}

// An UnofferedUnit has cases that cannot be offered to who answers for it now.
type UnofferedUnit struct {
	Unit     string        `json:"unit"`
	UnitName string        `json:"unit_name"`
	Post     string        `json:"post" doc:"The post that is vacant or whose holder has no account"`
	Holder   string        `json:"holder"`
	Since    calendar.Date `json:"since"`
	Cases    int           `json:"cases" doc:"How many of its open cases were served before"`
}

// An UndeliveredPaper is a paper that reached nobody by an address.
type UndeliveredPaper struct {
	Message  string    `json:"message" format:"uuid" doc:"The message, which may be sent again or recorded as served otherwise"`
	Case     string    `json:"case" format:"uuid"`
	Number   string    `json:"number"`
	Title    string    `json:"title"`
	UnitName string    `json:"unit_name"`
	Subject  string    `json:"subject"`
	Reason   string    `json:"reason" doc:"Why it did not arrive, in a sentence"`
	At       time.Time `json:"at" doc:"When it was given up or came back, in UTC"`
}

// A Task is something to do about a case, and by when.
type Task struct {
	Case          string             `json:"case" format:"uuid"`
	Number        string             `json:"number"`
	Title         string             `json:"title"`
	UnitName      string             `json:"unit_name"`
	Clock         policy.ClockName   `json:"clock"`
	ClockZH       string             `json:"clock_zh"`
	Measure       int                `json:"measure,omitempty" doc:"Number of the measure to carry out"`
	MeasureKind   policy.MeasureKind `json:"measure_kind,omitempty" doc:"And what it is"`
	MeasureKindZH string             `json:"measure_kind_zh,omitempty" doc:"The measure in Chinese, when the task is one"`
	Due           calendar.Date      `json:"due" doc:"The last day in time"`
	DueAt         time.Time          `json:"due_at"`
	Provisional   bool               `json:"provisional,omitempty" doc:"暂定: rests on a year whose holiday notice is not out"`
	Overdue       bool               `json:"overdue,omitempty"`
}

func (s *server) tasks(ctx context.Context, c *call, in *pageInput) (*tasksOutput, error) {
	var f form
	cursor, limit := f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	page, err := s.record.Tasks(ctx, c.actor, cursor, limit)
	if err != nil {
		return nil, err
	}
	out := TaskList{Tasks: make([]Task, len(page.Tasks)), Next: page.Next}
	for i, t := range page.Tasks {
		out.Tasks[i] = Task{
			Case: t.Case, Number: t.Number, Title: t.Title, UnitName: t.UnitName, Clock: t.Clock, ClockZH: t.Clock.ZH(), Measure: t.Measure, MeasureKind: t.MeasureKind, MeasureKindZH: t.MeasureKind.ZH(),
			Due: t.Due, DueAt: t.DueAt, Provisional: t.Provisional, Overdue: t.Overdue,
		}
	}
	if cursor != "" {
		return &tasksOutput{Body: out}, nil
	}
	lost, err := s.record.Undelivered(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	for _, u := range lost {
		out.Undelivered = append(out.Undelivered, UndeliveredPaper{
			Message: u.Message, Case: u.Case, Number: u.Number, Title: u.Title, UnitName: u.UnitName, Subject: u.Subject, Reason: u.Reason, At: u.At.UTC(),
		})
	}
	unoffered, err := s.record.Unoffered(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	for _, u := range unoffered {
		out.Unoffered = append(out.Unoffered, UnofferedUnit(u))
	}
	unsettled, err := s.record.Unsettled(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	for _, u := range unsettled {
		out.Unsettled = append(out.Unsettled, UnsettledMeasure{
			Kind: u.Kind, KindZH: u.Kind.ZH(), List: u.List, Entry: u.Entry, Unit: u.Unit, UnitName: u.UnitName, Case: u.Case, Number: u.Number, Title: u.Title,
			Measure: u.Measure, By: u.Fallen.By, On: u.Fallen.On, Due: u.Fallen.Due, Overdue: u.Overdue,
		})
	}
	if c.actor.Has(lifecycle.Leader) {
		proposed, err := s.record.RuleProposals(ctx, true, "", ruleTasks)
		if err != nil {
			return nil, err
		}
		for _, p := range proposed {
			out.Rules = append(out.Rules, ruleProposalOf(p))
		}
	}
	if c.actor.Has(lifecycle.Leader) || c.actor.Has(lifecycle.Admin) {
		late, err := s.record.LateRounds(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range late {
			out.LateRounds = append(out.LateRounds, LateRound{Round: r.Name, RoundZH: dispatch.RoundZH(r.Name), Since: r.Since})
		}
	}
	return &tasksOutput{Body: out}, nil
}
