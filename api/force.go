package api

import (
	"context"
	"net/http"
	"strconv"

	"duban/calendar"
	"duban/policy"
)

// forceRoutes registers the data in force.
func (s *server) forceRoutes() {
	register(s, operation{
		id: "get_policy", method: http.MethodGet, path: "/v1/policy", tag: "Rules in force", summary: "规则 The policy in force",
	}, s.policy)
	register(s, operation{
		id: "get_calendar", method: http.MethodGet, path: "/v1/calendar/{year}", tag: "Rules in force", summary: "日历 The working days of a year",
		doc:     "The days that do not follow the week. A provisional year has no notice yet: weekends and the days off fixed by law.",
		refuses: []int{http.StatusNotFound},
	}, s.year)
}

type policyOutput struct{ Body Policy }

// A Policy is the rules in figures.
type Policy struct {
	Version int    `json:"version" doc:"Version of the policy, counted from 1"`
	Name    string `json:"name" doc:"What officials call this policy"`
	Codes   Codes  `json:"codes" doc:"The tables of codes"`
	Text    string `json:"text" doc:"The whole policy as YAML"`
}

// Codes are the code tables findings are filed under.
type Codes struct {
	Methods    []Code   `json:"methods" doc:"How problems are discovered"`
	Dimensions []Code   `json:"dimensions" doc:"The sides of Party building"`
	Categories []Code   `json:"categories" doc:"The categories of problems"`
	Matters    []Matter `json:"matters" doc:"What exactly may have happened, each under a category"`
	RootCauses []Code   `json:"root_causes" doc:"Why problems can arise"`
	Severities []Code   `json:"severities" doc:"How grave problems are"`
}

// A Code is one entry of a code table.
type Code struct {
	Code string `json:"code" doc:"The code, which commands carry"`
	ZH   string `json:"zh" doc:"What it stands for, in Chinese"`
	EN   string `json:"en" doc:"What it stands for, in English"`
}

// A Matter is what exactly was found, under a category.
type Matter struct {
	Code

	Category string `json:"category" of:"Category"`
}

func (s *server) policy(ctx context.Context, _ *call, _ *nothing) (*policyOutput, error) {
	p, version, _, err := s.record.PolicyInForce(ctx)
	if err != nil {
		return nil, err
	}
	return &policyOutput{Body: policyOf(p, version)}, nil
}

func policyOf(p *policy.Policy, version int) Policy {
	out := Policy{Version: version, Name: p.Name, Text: string(p.Text()), Codes: Codes{
		Methods: codesOf(p.Codes.Methods), Dimensions: codesOf(p.Codes.Dimensions), Categories: codesOf(p.Codes.Categories),
		Matters: []Matter{}, RootCauses: codesOf(p.Codes.RootCauses), Severities: codesOf(p.Codes.Severities),
	}}
	for _, m := range p.Codes.Matters {
		out.Codes.Matters = append(out.Codes.Matters, Matter{Code: Code{Code: m.Code, ZH: m.ZH, EN: m.EN}, Category: m.Category})
	}
	return out
}

func codesOf(table []policy.Code) []Code {
	codes := make([]Code, len(table))
	for i, c := range table {
		codes[i] = Code(c)
	}
	return codes
}

type yearInput struct {
	Year string `path:"year" pattern:"^[0-9]{4}$"`
}

type yearOutput struct{ Body Year }

// A Year says which days of a year do not follow the week.
type Year struct {
	Year        int    `json:"year"`
	Version     int    `json:"calendar_version"`
	Provisional bool   `json:"provisional,omitempty" doc:"暂定: the year's notice is not out yet"`
	Reference   string `json:"reference,omitempty" doc:"The State Council's notice"`
	Days        []Day  `json:"days" doc:"The year's days, all of them"`
}

// A Day is a day off, or a workday at a weekend.
type Day struct {
	Date    calendar.Date `json:"date" doc:"The civil date, in Asia/Shanghai"`
	Name    string        `json:"name" doc:"The holiday, on a day that a notice or the law names"`
	Working bool          `json:"working" doc:"Whether it is worked"`
}

func (s *server) year(ctx context.Context, _ *call, in *yearInput) (*yearOutput, error) {
	year, err := strconv.Atoi(in.Year)
	if err != nil || len(in.Year) != 4 || year < calendar.FirstYear || year > calendar.LastYear {
		return nil, notFound()
	}
	days, err := s.record.CalendarInForce(ctx)
	if err != nil {
		return nil, err
	}
	out := Year{Year: year, Version: days.Version(), Provisional: true, Days: []Day{}}
	for _, y := range days.Years() {
		if y.Year == year {
			out.Provisional, out.Reference = false, y.Reference
		}
	}
	for d := calendar.On(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
		day := days.Day(d)
		if day.Kind != calendar.Workday && day.Kind != calendar.Weekend {
			out.Days = append(out.Days, Day{Date: d, Name: day.Name, Working: day.Working})
		}
		if d.AddDays(1) == d {
			break
		}
	}
	return &yearOutput{Body: out}, nil
}
