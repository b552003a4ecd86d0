package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

type caseInput struct {
	ID          string `path:"id" format:"uuid"`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag you have"`
}

type caseOutput struct {
	Status int
	ETag   string `header:"ETag" doc:"The case's version, for If-Match"`
	Body   *CaseAnswer
}

// A CaseAnswer is a case as it stands.
type CaseAnswer struct {
	Case    CaseOrUnitCase          `json:"case" doc:"The case as it stands, as staff or as its unit may see it"`
	Allowed []lifecycle.CommandKind `json:"allowed" doc:"The commands you may run now"`
	Repeats []Repeat                `json:"repeats,omitempty" doc:"重复发生: the cases in which what an archived case was about happened again"`
	// Officers are offered; which one answers for the case is the person's to say.
	Officers []AreaOfficer `json:"proposed_officers,omitempty" doc:"Who answers for the unit's area, for whoever may accept the finding: the first is the default"`
}

// A Repeat is a case in which something happened again.
type Repeat struct {
	Case    string          `json:"case" format:"uuid"`
	Number  string          `json:"number" doc:"Number of the case"`
	Title   string          `json:"title"`
	Stage   lifecycle.Stage `json:"stage"`
	StageZH string          `json:"stage_zh"`
	FoundOn calendar.Date   `json:"found_on"`
}

func (s *server) oneCase(ctx context.Context, c *call, in *caseInput) (*caseOutput, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	v, err := s.record.Case(ctx, c.actor, caseID)
	if err != nil {
		return nil, err
	}
	out := &caseOutput{Status: http.StatusOK, ETag: c.etag(v.Version)}
	// What repeats an archived case is in no version of it.
	if archived := v.Staff != nil && v.Staff.Stage.Repeatable(); !archived && c.unchanged(out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body = &CaseAnswer{Case: CaseOrUnitCase{Staff: v.Staff, Unit: v.Unit}, Allowed: listed(v.Allowed)}
	for _, r := range v.Repeats {
		out.Body.Repeats = append(out.Body.Repeats, Repeat{Case: r.ID, Number: r.Number, Title: r.Title, Stage: r.Stage, StageZH: r.Stage.ZH(), FoundOn: r.FoundOn})
	}
	if v.Staff != nil && slices.Contains(v.Allowed, lifecycle.KindAcceptFinding) {
		if out.Body.Officers, err = s.proposed(ctx, c, v.Staff.Unit); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type eventsInput struct {
	ID    string `path:"id" format:"uuid"`
	After string `query:"after" pattern:"^[0-9]+$" doc:"Events after this seq; from the first when left out"`
	Limit string `query:"limit" pattern:"^[0-9]+$" doc:"How many, 1 to 200; 50 when left out"`
}

type eventsOutput struct{ Body EventList }

// An EventList is a part of a case's history.
type EventList struct {
	Events []Event `json:"events" doc:"The events, in the order in which they happened"`
	// Next is the seq to go on after.
	Next int64 `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

// An Event is something that happened to a case.
type Event struct {
	Seq       int64               `json:"seq" doc:"Counts from 1; towards a unit, the unit's own version"`
	At        time.Time           `json:"at" doc:"When it was recorded, in UTC; it never goes back within a case"`
	Legal     calendar.Date       `json:"legal" doc:"The day on which it counts"`
	Kind      lifecycle.EventKind `json:"kind" doc:"What happened"`
	KindZH    string              `json:"kind_zh"`
	Actor     string              `json:"actor,omitempty" doc:"Account of who did it; none for an alarm"`
	ActorName string              `json:"actor_name,omitempty"`
	Command   string              `json:"command_id,omitempty" doc:"Id of the command that caused it; none for an alarm"`
	Stage     string              `json:"stage,omitempty" doc:"The stage the case went to" of:"lifecycle.Stage|lifecycle.UnitStage"`
	StageZH   string              `json:"stage_zh,omitempty"`
	Level     *policy.Level       `json:"level,omitempty" doc:"The level the case went to"`
	Content   eventText           `json:"content,omitzero" doc:"What the record holds of it; none towards a unit"`
}

func (s *server) events(ctx context.Context, c *call, in *eventsInput) (*eventsOutput, error) {
	const farthest = 1 << 30
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	after, limit := f.number("after", in.After, 0, farthest, 0), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	views, err := s.record.Events(ctx, c.actor, caseID, int64(after), limit+1)
	if err != nil {
		return nil, err
	}
	var out EventList
	out.Events, out.Next = onePage(views, limit, func(v store.EventView) int64 { return v.Seq }, func(v store.EventView) Event {
		return Event{
			Seq: v.Seq, At: v.At, Legal: v.Legal, Kind: v.Kind, KindZH: v.Kind.ZH(), Actor: v.Actor, ActorName: v.ActorName, Command: v.Command,
			Stage: v.Stage, StageZH: c.stageZH(v.Stage), Level: v.Level, Content: eventText{v.Content},
		}
	})
	return &eventsOutput{Body: out}, nil
}

type deadlineOutput struct{ Body DeadlineList }

// A DeadlineList explains the running clocks of a case.
type DeadlineList struct {
	Deadlines []Deadline `json:"deadlines" doc:"The running clocks, the one due first at the head"`
}

// A Deadline explains one running clock.
type Deadline struct {
	Clock       policy.ClockName      `json:"clock"`
	ClockZH     string                `json:"clock_zh"`
	Measure     int                   `json:"measure,omitempty" doc:"Number of the ordered measure the clock belongs to"`
	Due         calendar.Date         `json:"due" doc:"The last day in time"`
	DueAt       time.Time             `json:"due_at" doc:"When that day ends"`
	Provisional bool                  `json:"provisional,omitempty" doc:"暂定: rests on a year whose holiday notice is not out"`
	Passed      bool                  `json:"passed,omitempty"`
	Standing    bool                  `json:"standing,omitempty" doc:"The clock stands still"`
	Explanation *calendar.Explanation `json:"explanation,omitempty" doc:"Day by day, when the date was reckoned from a period"`
	Moves       []DeadlineMove        `json:"moves,omitempty"`
}

// A DeadlineMove says why and how far a due date was moved.
type DeadlineMove struct {
	lifecycle.Move

	ReasonZH string `json:"reason_zh" doc:"The reason in Chinese, for people to read"`
}

func (s *server) deadline(ctx context.Context, c *call, in *longIDInput) (*deadlineOutput, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	views, err := s.record.Deadline(ctx, c.actor, caseID)
	if err != nil {
		return nil, err
	}
	out := DeadlineList{Deadlines: make([]Deadline, len(views))}
	for i, v := range views {
		d := Deadline{
			Clock: v.Clock, ClockZH: v.Clock.ZH(), Measure: v.Measure, Due: v.Due, DueAt: v.DueAt, Provisional: v.Provisional, Passed: v.Passed, Standing: v.Standing, Explanation: v.Explanation,
		}
		for _, m := range v.Moves {
			d.Moves = append(d.Moves, DeadlineMove{Move: m, ReasonZH: m.Reason.ZH()})
		}
		out.Deadlines[i] = d
	}
	return &deadlineOutput{Body: out}, nil
}
