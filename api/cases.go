package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// caseRoutes registers what is read of cases.
func (s *server) caseRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_cases", method: http.MethodGet, path: "/v1/cases", tag: "Cases", summary: "清单 List cases",
		doc: "The cases you may see, a page at a time. A unit's person lists the unit's own.",
	}, s.cases)
	register(s, operation{
		id: "count_cases", method: http.MethodGet, path: "/v1/cases/counts", tag: "Cases", summary: "统计 Count open cases",
	}, s.counts)
	register(s, operation{
		id: "get_case", method: http.MethodGet, path: "/v1/cases/{id}", tag: "Cases", summary: "事项 One case",
		doc: "Answers 304 when If-None-Match has the present ETag.", refuses: missing,
	}, s.oneCase)
	s.huma.OpenAPI().Paths["/v1/cases/{id}"].Get.Responses["304"] = &huma.Response{Description: http.StatusText(http.StatusNotModified)}
	register(s, operation{
		id: "list_case_events", method: http.MethodGet, path: "/v1/cases/{id}/events", tag: "Cases", summary: "经过 What happened",
		doc: "A unit's person gets the events that changed what the unit sees, without their inner content.", refuses: missing,
	}, s.events)
	register(s, operation{
		id: "get_case_deadlines", method: http.MethodGet, path: "/v1/cases/{id}/deadline", tag: "Cases", summary: "期限 How the deadlines were reckoned",
		doc: "Every running clock of the case, counted day by day, with each move and its reason.", refuses: missing,
	}, s.deadline)
}

type casesInput struct {
	CasesFilter

	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

// A CasesFilter chooses cases and puts them in order.
type CasesFilter struct {
	Stage     string `query:"stage" of:"lifecycle.Stage|lifecycle.UnitStage|open" doc:"A stage, or open for all that are not settled; a unit's person names the unit's stages"`
	Unit      string `query:"unit" doc:"Id of the unit; staff only"`
	Overdue   string `query:"overdue" enum:"true,false" doc:"Past the deadline, or not"`
	Level     string `query:"level"`
	Category  string `query:"category" of:"Category" doc:"Code of the category"`
	Campaign  string `query:"campaign" doc:"Staff only"`
	Officer   string `query:"officer" doc:"Account of the officer; staff only"`
	RepeatOf  string `query:"repeat_of" doc:"Id of the case that they repeat (重复发生); staff only"`
	DueBefore string `query:"due_before" format:"date" doc:"Due before this day"`
	Text      string `query:"text" maxLength:"100" doc:"Found in number or title"`
	Sort      string `query:"sort" of:"store.Sort" default:"due"`
}

// A pageInput asks for a part of a list.
type pageInput struct {
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

type casesOutput struct{ Body CaseList }

// A CaseList is one page of cases.
type CaseList struct {
	Cases []CaseItem `json:"cases"`
	Next  string     `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

// A CaseItem is a case in a list. Towards a unit it holds what the unit may
// know.
type CaseItem struct {
	ID           string        `json:"id" format:"uuid"`
	Number       string        `json:"number"`
	Title        string        `json:"title"`
	Stage        string        `json:"stage" of:"lifecycle.Stage|lifecycle.UnitStage"`
	StageZH      string        `json:"stage_zh"`
	Unit         string        `json:"unit"`
	UnitName     string        `json:"unit_name"`
	Officer      string        `json:"officer,omitempty"`
	Category     string        `json:"category" of:"Category"`
	Campaign     string        `json:"campaign,omitempty"`
	CampaignName string        `json:"campaign_name,omitempty"`
	Level        policy.Level  `json:"level"`
	Round        int           `json:"round"`
	Due          calendar.Date `json:"due,omitzero" doc:"The deadline of where the case stands"`
	Overdue      bool          `json:"overdue,omitempty" doc:"Whether the deadline has passed"`
	Provisional  bool          `json:"provisional,omitempty" doc:"暂定: rests on a year whose holiday notice is not out"`
	Version      int64         `json:"version" doc:"What the ETag counts"`
	OpenedAt     time.Time     `json:"opened_at,omitzero"`
	UpdatedAt    time.Time     `json:"updated_at"`
}

func (s *server) cases(ctx context.Context, c *call, in *casesInput) (*casesOutput, error) {
	filter, err := c.filter(in)
	if err != nil {
		return nil, err
	}
	page, err := s.record.Cases(ctx, c.actor, filter)
	if err != nil {
		return nil, err
	}
	out := CaseList{Cases: make([]CaseItem, len(page.Cases)), Next: page.Next}
	for i, row := range page.Cases {
		out.Cases[i] = c.item(row)
	}
	return &casesOutput{Body: out}, nil
}

// filter reads the parameters. A unit's person cannot ask by what the unit does
// not know: the answer would tell.
func (c *call) filter(in *casesInput) (store.Filter, error) {
	var f form
	stages := append(names(lifecycle.Stages()), anyOpen)
	if c.unit() {
		stages = append(names(unitStages()), anyOpen)
		for _, asked := range []struct{ field, value string }{{"unit", in.Unit}, {"campaign", in.Campaign}, {"officer", in.Officer}, {"repeat_of", in.RepeatOf}} {
			if asked.value != "" {
				f.refuse(asked.field, "unknown_parameter", "没有“"+asked.field+"”这个查询参数。", "There is no parameter "+asked.field+".")
			}
		}
	}
	filter := store.Filter{
		Stage: f.oneOf("stage", in.Stage, stages), Unit: f.text("unit", in.Unit, maxCode), Level: f.level("level", in.Level),
		Category: f.text("category", in.Category, maxCode), Campaign: f.text("campaign", in.Campaign, maxCode),
		Officer: f.text("officer", in.Officer, maxCode), RepeatOf: f.text("repeat_of", in.RepeatOf, maxCode), Overdue: f.truth("overdue", in.Overdue),
		DueBefore: f.date("due_before", in.DueBefore), Text: f.text("text", in.Text, maxCode),
		Sort: store.Sort(f.oneOf("sort", in.Sort, names(store.Sorts()))), Cursor: f.text("cursor", in.Cursor, maxCursor), Limit: f.limit(in.Limit),
	}
	return filter, f.err()
}

const (
	// anyOpen is the filter for all stages that are not settled.
	anyOpen   = "open"
	maxCode   = 100
	maxCursor = 500
	// maxReason is how long a reason outside of a case may be.
	maxReason = 1000
)

func unitStages() []lifecycle.UnitStage {
	return []lifecycle.UnitStage{
		lifecycle.UnitServing, lifecycle.UnitPlanning, lifecycle.UnitPlanReview, lifecycle.UnitRectifying, lifecycle.UnitReview,
		lifecycle.UnitAccepted, lifecycle.UnitLookBack, lifecycle.UnitCorrecting, lifecycle.UnitMisdirected, lifecycle.UnitClosed,
		lifecycle.UnitSustained, lifecycle.UnitTransferred, lifecycle.UnitArchived, lifecycle.UnitMerged, lifecycle.UnitVoided,
	}
}

// item renders a row. What a unit may not know is left out here too, whatever
// the record gave.
func (c *call) item(row store.CaseRow) CaseItem {
	out := CaseItem{
		ID: row.ID, Number: row.Number, Title: row.Title, Stage: row.Stage, StageZH: c.stageZH(row.Stage),
		Unit: row.Unit, UnitName: row.UnitName, Category: row.Category, Level: row.Level, Round: row.Round,
		Due: row.Due, Overdue: row.Overdue, Provisional: row.Provisional, Version: row.Version, UpdatedAt: row.UpdatedAt,
	}
	if c.unit() {
		return out
	}
	out.Officer, out.Campaign, out.CampaignName, out.OpenedAt = row.Officer, row.Campaign, row.CampaignName, row.OpenedAt
	return out
}

type countsOutput struct{ Body Counts }

// Counts are the open cases you may see.
type Counts struct {
	Total   int64            `json:"total" doc:"How many are open"`
	Overdue int64            `json:"overdue" doc:"How many are past their deadline"`
	ByStage map[string]int64 `json:"by_stage" doc:"How many at each stage"`
	ByLevel map[string]int64 `json:"by_level" doc:"How many at each level, L0 to L5"`
	ByUnit  map[string]int64 `json:"by_unit" doc:"By the unit's id"`
}

func (s *server) counts(ctx context.Context, c *call, _ *nothing) (*countsOutput, error) {
	n, err := s.record.Counts(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	levels := make(map[string]int64, len(n.ByLevel))
	for level, count := range n.ByLevel {
		levels[level.String()] = count
	}
	return &countsOutput{Body: Counts{Total: n.Total, Overdue: n.Overdue, ByStage: n.ByStage, ByLevel: levels, ByUnit: n.ByUnit}}, nil
}
