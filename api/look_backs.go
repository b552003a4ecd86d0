package api

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

const (
	pathLookBacks     = "/v1/look-backs"
	pathLookBack      = "/v1/look-backs/{id}"
	pathLookBackPlan  = "/v1/look-backs/{id}/plan"
	pathLookBackCheck = "/v1/look-backs/{id}/verify"
	pathRosters       = "/v1/look-backs/{id}/rosters"
)

// lookBackRoutes registers what was drawn for look-backs: what a drawn person was
// told, what the record says, what two people may open, and the proof.
func (s *server) lookBackRoutes() {
	const tag = "Look-backs"
	register(s, operation{
		id: "list_look_backs", method: http.MethodGet, path: pathLookBacks, tag: tag, summary: "今日任务 The look-backs you were told of",
		doc: "Those that you were drawn for, once you were told on the morning, and announced ones that you belong to, until the inspectors have arrived. To everybody else the list is empty.",
	}, s.lookBacks)
	register(s, operation{
		id: "get_look_back", method: http.MethodGet, path: pathLookBack, tag: tag, summary: "抽签记录 The draws of a case's look-backs",
		doc: "Every draw with its commitment, and what was asked for and decided about it. The drawn day and team stand here from the arrival on, not before. " +
			"To a unit there is no such thing.",
		refuses: []int{http.StatusNotFound},
	}, s.lookBack)
	register(s, operation{
		id: "get_look_back_plan", method: http.MethodGet, path: pathLookBackPlan, tag: tag, summary: "提前启封 The sealed plan",
		doc:     "For the two people who had it opened before its day (request_opening, decide_opening), until the arrival. That it was read is logged.",
		refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.lookBackPlan)
	register(s, operation{
		id: "list_look_back_rosters", method: http.MethodGet, path: pathRosters, tag: tag, summary: "名册 Who could have been drawn",
		doc: "The rosters of the draws that lie open, with what kept some out. How often each was drawn before (recent) is shown with its salt once every draw counted in it lies open, " +
			"because the difference between two rosters names a team; until then its digest stands in its place. " +
			"duban verify look-back FILE --rosters takes the answer as it is.",
		refuses: []int{http.StatusNotFound},
	}, s.lookBackRosters)
	register(s, operation{
		id: "verify_look_back", method: http.MethodPost, path: pathLookBackCheck, tag: tag, summary: "核验 Recompute the draws",
		doc: "Without a body it recomputes every draw that is laid open, from the record and from the roster it was drawn from. With one it holds a reveal that you have against the record of the draw. " +
			"It writes nothing. duban verify look-back does the same offline.",
		body: reflect.TypeFor[GivenDraw](), optional: true, refuses: []int{http.StatusNotFound},
	}, s.verifyLookBack)
}

type lookBacksOutput struct{ Body LookBackTaskList }

// A LookBackTaskList is what somebody was told of.
type LookBackTaskList struct {
	LookBacks []LookBackTask `json:"look_backs" doc:"The look-backs that you were drawn for, and told of"`
}

// A LookBackTask is a look-back to make.
type LookBackTask struct {
	Task      string           `json:"task,omitempty" doc:"The number you were told it under; none for an announced one"`
	Case      string           `json:"case" format:"uuid"`
	Number    string           `json:"number"`
	Unit      string           `json:"unit"`
	UnitName  string           `json:"unit_name"`
	Title     string           `json:"title"`
	On        calendar.Date    `json:"on" doc:"The day of the look-back"`
	Team      []LookBackMember `json:"team" doc:"Who comes, the lead first"`
	ToldAt    *time.Time       `json:"told_at,omitempty" doc:"When you were told, in UTC; none while the message is on its way"`
	Announced bool             `json:"announced" doc:"事先告知的“回头看”: the unit knows the day"`
}

// A LookBackMember is one of those who come.
type LookBackMember struct {
	Account string `json:"account" doc:"Account of the inspector"`
	Name    string `json:"name" doc:"Name of the inspector"`
	Leads   bool   `json:"leads,omitempty" doc:"Whether this one leads the look-back"`
}

func (s *server) lookBacks(ctx context.Context, c *call, _ *nothing) (*lookBacksOutput, error) {
	tasks, err := s.record.LookBackTasks(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := LookBackTaskList{LookBacks: make([]LookBackTask, len(tasks))}
	for i, t := range tasks {
		one := LookBackTask{
			Task: t.Task, Case: t.Case, Number: t.Number, Unit: t.Unit, UnitName: t.UnitName, Title: t.Title, On: t.On, Announced: t.Announced,
			Team: []LookBackMember{},
		}
		if !t.ToldAt.IsZero() {
			one.ToldAt = &t.ToldAt
		}
		for _, m := range t.Team {
			one.Team = append(one.Team, LookBackMember(m))
		}
		out.LookBacks[i] = one
	}
	return &lookBacksOutput{Body: out}, nil
}

type lookBackOutput struct{ Body LookBackRecord }

// A LookBackRecord is what the record says of the draws of one case.
type LookBackRecord struct {
	Case  string         `json:"case" format:"uuid"`
	Draws []LookBackDraw `json:"draws" doc:"The draws of the case, in their order"`
	// Names are of the persons that are named by account.
	Names map[string]string `json:"names,omitempty" doc:"What the people are called who stand here by account"`
}

// A LookBackDraw is one draw in the record.
type LookBackDraw struct {
	lifecycle.DrawRecord

	StateZH string `json:"state_zh"`
	// Committed is the commitment taken apart, none when it cannot be read.
	Committed *lot.Commitment `json:"committed,omitempty" doc:"The commitment taken apart"`
}

func (s *server) lookBack(ctx context.Context, c *call, in *longIDInput) (*lookBackOutput, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	draws, _, err := s.record.CheckedDraws(ctx, c.actor, caseID)
	if err != nil {
		return nil, err
	}
	out := LookBackRecord{Case: caseID, Draws: make([]LookBackDraw, len(draws))}
	var named []string
	for i, d := range draws {
		one := LookBackDraw{DrawRecord: d, StateZH: d.State.ZH()}
		if committed, err := lot.Unpack(d.Commitment); err == nil {
			one.Committed = &committed
		}
		if d.Reveal != nil {
			named = append(append(named, d.Reveal.Team.Lead), d.Reveal.Team.Others...)
		}
		if d.Dispatched != nil {
			named = append(named, d.Dispatched.Told...)
		}
		for _, p := range d.Permits {
			named = append(named, p.Persons...)
		}
		out.Draws[i] = one
	}
	if len(named) > 0 {
		if out.Names, err = s.record.Names(ctx, named); err != nil {
			return nil, err
		}
	}
	return &lookBackOutput{Body: out}, nil
}

type rostersOutput struct{ Body RosterList }

// A RosterList is who could have been drawn for the look-backs of one case.
type RosterList struct {
	Case    string              `json:"case" format:"uuid"`
	Rosters []store.DrawnRoster `json:"rosters" doc:"The rosters of the draws that lie open"`
}

func (s *server) lookBackRosters(ctx context.Context, c *call, in *longIDInput) (*rostersOutput, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	rosters, err := s.record.ShownRosters(ctx, c.actor, caseID)
	if err != nil {
		return nil, err
	}
	return &rostersOutput{Body: RosterList{Case: caseID, Rosters: rosters}}, nil
}

type lookBackPlanOutput struct{ Body store.OpenedPlan }

func (s *server) lookBackPlan(ctx context.Context, c *call, in *longIDInput) (*lookBackPlanOutput, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	plan, err := s.record.OpenPlan(ctx, c.actor, caseID)
	if err != nil {
		return nil, err
	}
	return &lookBackPlanOutput{Body: plan}, nil
}

// A GivenDraw is a draw that somebody has in hand, to be held against the record.
type GivenDraw struct {
	Number     int              `json:"number,omitempty" minimum:"1" doc:"Which draw of the case"`
	Commitment string           `json:"commitment,omitempty" doc:"In its short form; that of the record when left out"`
	Reveal     *lot.Reveal      `json:"reveal,omitempty" doc:"What was laid open of the draw: the values and the random bits that sealed them"`
	Roster     *lot.ShownRoster `json:"roster,omitempty" doc:"Who could have been drawn; that of the record when left out, as far as the draw is laid open"`
}

type verifyLookBackOutput struct{ Body LookBackProof }

// A LookBackProof is what recomputing the draws came to.
type LookBackProof struct {
	Case string `json:"case" format:"uuid"`
	// OK: nothing is other than it should be. A draw that waits under its seal is
	// as it should be and proves nothing yet.
	OK    bool                  `json:"ok" doc:"No draw has a mismatch; those not laid open yet prove nothing"`
	Draws []lifecycle.DrawCheck `json:"draws" doc:"What came out for each draw of the case, in their order"`
}

func (s *server) verifyLookBack(ctx context.Context, c *call, in *longIDInput) (*verifyLookBackOutput, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	var given GivenDraw
	if len(bytes.TrimSpace(c.body)) > 0 {
		if err := decode(c.body, &given); err != nil {
			return nil, err
		}
	}
	draws, checks, err := s.record.CheckedDraws(ctx, c.actor, caseID)
	if err != nil {
		return nil, err
	}
	if given.Reveal != nil || given.Commitment != "" || given.Roster != nil || given.Number != 0 {
		check, err := s.verifyGiven(ctx, caseID, draws, given)
		if err != nil {
			return nil, err
		}
		checks = []lifecycle.DrawCheck{check}
	}
	return &verifyLookBackOutput{Body: LookBackProof{Case: caseID, OK: !lifecycle.Failed(checks), Draws: checks}}, nil
}

// verifyGiven holds what somebody has in hand against the record of the draw.
func (s *server) verifyGiven(ctx context.Context, caseID string, draws []lifecycle.DrawRecord, given GivenDraw) (lifecycle.DrawCheck, error) {
	var none lifecycle.DrawCheck
	switch {
	case given.Reveal == nil:
		return none, invalid("reveal", "required", "请填写“reveal”（启封内容）。", "Please fill in reveal.")
	case given.Number == 0:
		return none, invalid("number", "required", "请填写“number”（抽签次序）。", "Please fill in number.")
	}
	i := slices.IndexFunc(draws, func(d lifecycle.DrawRecord) bool { return d.Commitment != "" && d.Number == given.Number })
	if i < 0 {
		return none, invalid("number", "unknown_draw", "该事项没有这一次抽签。", "The case has no draw of this number.")
	}
	roster := given.Roster
	if roster == nil {
		rosters, err := s.record.Rosters(ctx, caseID, []int{given.Number})
		if err != nil {
			return none, err
		}
		roster = rosters[given.Number]
	}
	return lifecycle.CheckGiven(caseID, draws[i], lifecycle.GivenReveal{Commitment: given.Commitment, Reveal: *given.Reveal, Roster: roster}), nil
}
