package api

import (
	"context"
	"net/http"
	"time"

	"duban/calendar"
	"duban/lifecycle"
	"duban/store"
)

// backgroundRoute registers what is known about a unit before another finding is
// registered against it.
func (s *server) backgroundRoute() {
	register(s, operation{
		id: "get_unit_background", method: http.MethodGet, path: "/v1/units/{id}/background", tag: "Directory",
		summary: "登记前提示 What is known about a unit before another finding is registered",
		doc: "How much the unit has open, how often it was inspected this year, its findings of the same category in the last three years, " +
			"and those whose title is alike: perhaps the same finding twice.",
		refuses: []int{http.StatusNotFound},
	}, s.background)
}

type backgroundInput struct {
	ID       string `path:"id" maxLength:"100"`
	Category string `query:"category" maxLength:"100" of:"Category" doc:"Category of the finding that is about to be registered"`
	Title    string `query:"title" maxLength:"200" doc:"The words of the new finding, to hold earlier ones against"`
}

type backgroundOutput struct{ Body Background }

// A Background is what is known about a unit.
type Background struct {
	Open        int       `json:"open" doc:"Cases that are not settled"`
	Overdue     int       `json:"overdue" doc:"Open cases past their deadline"`
	Inspected   int       `json:"inspected" doc:"Inspections this year: campaigns, and days of findings that came from none"`
	Recurrences []Earlier `json:"recurrences" doc:"Findings of the same category in the last three years, the newest first"`
	Similar     []Earlier `json:"similar" doc:"Findings with a like title, the most alike first"`
	RepeatOf    *Earlier  `json:"repeat_of,omitempty" doc:"The archived one of the recurrences that is most alike: name it as repeat_of if it happened again"`
}

// An Earlier is a case that a new finding may repeat.
type Earlier struct {
	Case     string          `json:"case" format:"uuid"`
	Number   string          `json:"number"`
	Title    string          `json:"title"`
	Stage    lifecycle.Stage `json:"stage"`
	StageZH  string          `json:"stage_zh"`
	Category string          `json:"category" of:"Category"`
	Campaign string          `json:"campaign,omitempty"`
	FoundOn  calendar.Date   `json:"found_on"`
	OpenedAt time.Time       `json:"opened_at"`
	Likeness float64         `json:"likeness,omitempty" doc:"How alike the titles are, from 0 to 1"`
}

func (s *server) background(ctx context.Context, _ *call, in *backgroundInput) (*backgroundOutput, error) {
	unit, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	const maxTitle = 200
	var f form
	category, title := f.text("category", in.Category, maxCode), f.text("title", in.Title, maxTitle)
	if err := f.err(); err != nil {
		return nil, err
	}
	b, err := s.record.Background(ctx, unit, category, title)
	if err != nil {
		return nil, err
	}
	out := Background{
		Open: b.Open, Overdue: b.Overdue, Inspected: b.Inspected, Recurrences: earlier(b.Recurrences), Similar: earlier(b.Similar),
	}
	if b.RepeatOf != nil {
		out.RepeatOf = &earlier([]store.Earlier{*b.RepeatOf})[0]
	}
	return &backgroundOutput{Body: out}, nil
}

func earlier(found []store.Earlier) []Earlier {
	list := make([]Earlier, len(found))
	for i, e := range found {
		list[i] = Earlier{
			Case: e.ID, Number: e.Number, Title: e.Title, Stage: e.Stage, StageZH: e.Stage.ZH(), Category: e.Category,
			Campaign: e.Campaign, FoundOn: e.FoundOn, OpenedAt: e.OpenedAt, Likeness: e.Likeness,
		}
	}
	return list
}
