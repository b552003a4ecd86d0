package api

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"duban/calendar"
	sheets "duban/documents/overview"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// An overviewed is an overview as its route shows it.
type overviewed struct {
	kind         store.OverviewKind
	en           string
	days, daysEN string
	doc          string
}

func overviews() []overviewed {
	return []overviewed{
		{
			store.OverviewLate, "Who is late", "逾期工作日", "late",
			"The cases whose unit has missed its own clock, by how many working days. Days of a stay, of an outage and those the committee took are in none; nor is a unit late while the committee reads its report.",
		},
		{
			store.OverviewMeasures, "Measures outstanding", "已过工作日", "since it was proposed or ordered",
			"The measures that a leader must still decide (proposed) or somebody must still carry out (ordered), under whose turn it is.",
		},
		{
			store.OverviewLadder, "The ladder's population", "处于该等级工作日", "at the level",
			"The open cases at level L1 and above, by level and round, and how long they have been at it. Those at L0 are counted in /v1/cases/counts.",
		},
		{
			store.OverviewUpcoming, "Upcoming deadlines", "剩余工作日", "left",
			"The open cases whose deadline, the one the list shows, falls within the next working days. Measures have deadlines of their own, in the overview on measures.",
		},
		{
			store.OverviewCommittee, "The committee's own lateness", "超期工作日", "late",
			"The committee's own clocks that were missed, by stage and whose turn it is.",
		},
	}
}

// overviewRoutes registers what managers ask of all cases at once.
func (s *server) overviewRoutes() {
	for _, r := range overviews() {
		path := "/v1/overview/" + string(r.kind)
		register(s, operation{
			id: "get_overview_" + string(r.kind), method: http.MethodGet, path: path, tag: "Overview", summary: r.kind.ZH() + " " + r.en,
			doc: r.doc + " The sums are of all that pass the filter, the items one page of it. Of more than 50,000 there is no overview: choose fewer. days are working days " + r.daysEN + ".",
		}, func(ctx context.Context, c *call, in *overviewInput) (*overviewOutput, error) {
			return s.overview(ctx, c, r.kind, in)
		})
		register(s, operation{
			id: "export_overview_" + string(r.kind), method: http.MethodGet, path: path + ".xlsx", tag: "Overview", summary: r.kind.ZH() + " " + r.en + ", as a workbook",
			doc: "The sums, and every item that passes the filter. A text that could be taken for a formula begins with an apostrophe.",
		}, func(ctx context.Context, c *call, in *overviewFileInput) (*huma.StreamResponse, error) {
			return s.overviewFile(ctx, c, r, in)
		})
		s.isFile(path+".xlsx", workbookType)
	}
}

// An OverviewFilter chooses the cases of an overview.
type OverviewFilter struct {
	Unit     string `query:"unit" doc:"Id of the unit"`
	Area     string `query:"area" doc:"Id of the area (片区) of the unit"`
	Officer  string `query:"officer" doc:"Account of the officer"`
	Campaign string `query:"campaign"`
	Year     string `query:"year" pattern:"^[0-9]+$" doc:"Year of the case's number"`
	By       string `query:"by" of:"store.Grouping" doc:"What to sum up by: late unit, area, officer; measures owner, kind, unit, area, officer; ladder rung, level, unit, area, officer; upcoming day, unit, area, officer, clock; committee person, clock, owner, unit, area, officer. The first when left out"`
	Days     string `query:"days" pattern:"^[0-9]+$" doc:"Upcoming only: how many working days ahead, 1 to 60; 5 when left out"`
}

type (
	overviewInput struct {
		OverviewFilter

		Cursor string `query:"cursor" doc:"next of the page before"`
		Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
	}
	overviewFileInput struct{ OverviewFilter }
	overviewOutput    struct{ Body Overview }
)

// An Overview answers one question about all cases.
type Overview struct {
	On      calendar.Date  `json:"on" doc:"The day the days are counted up to"`
	By      string         `json:"by" of:"store.Grouping" doc:"What the lines sum up by"`
	Total   OverviewSum    `json:"total" doc:"Everything that passes the filter, summed up"`
	Lines   []OverviewLine `json:"lines" doc:"At most 500, those with the most days first; by rung and by day in their order"`
	LeftOff int            `json:"left_off,omitempty" doc:"How many lines there are beyond them"`
	Items   []OverviewItem `json:"items" doc:"The cases behind the lines, one page"`
	Next    string         `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

// An OverviewSum counts items and their working days.
type OverviewSum struct {
	Count int `json:"count" doc:"How many items"`
	Days  int `json:"days" doc:"Working days of all together"`
	Most  int `json:"most" doc:"Working days of the one with the most"`
}

// An OverviewLine sums up what belongs together.
type OverviewLine struct {
	Key  string `json:"key" doc:"Id of the unit, area or officer; the recipient; level and round; or the day"`
	Name string `json:"name" doc:"What people call it"`
	OverviewSum
}

// An OverviewItem is a clock of a case, or a case on a rung.
type OverviewItem struct {
	Case        string                  `json:"case" format:"uuid"`
	Number      string                  `json:"number"`
	Title       string                  `json:"title"`
	Stage       lifecycle.Stage         `json:"stage"`
	StageZH     string                  `json:"stage_zh"`
	Unit        string                  `json:"unit"`
	UnitName    string                  `json:"unit_name"`
	Area        string                  `json:"area,omitempty"`
	AreaName    string                  `json:"area_name,omitempty"`
	Officer     string                  `json:"officer,omitempty"`
	OfficerName string                  `json:"officer_name,omitempty"`
	Level       policy.Level            `json:"level"`
	Round       int                     `json:"round"`
	Clock       policy.ClockName        `json:"clock,omitempty"`
	ClockZH     string                  `json:"clock_zh,omitempty"`
	Measure     int                     `json:"measure,omitempty" doc:"Number of the measure"`
	Kind        policy.MeasureKind      `json:"kind,omitempty" doc:"Kind of the measure"`
	KindZH      string                  `json:"kind_zh,omitempty"`
	Status      lifecycle.MeasureStatus `json:"status,omitempty" doc:"proposed or ordered"`
	Who         string                  `json:"who,omitempty" doc:"Whose turn it is: account:…, role:… or unit:…"`
	WhoName     string                  `json:"who_name,omitempty" doc:"Name of whose turn it is"`
	Since       calendar.Date           `json:"since,omitzero" doc:"When the level was reached, or the measure proposed or ordered"`
	Due         calendar.Date           `json:"due,omitzero" doc:"The last day in time"`
	Provisional bool                    `json:"provisional,omitempty" doc:"暂定: rests on a year whose holiday notice is not out"`
	Days        int                     `json:"days" doc:"Working days: late, outstanding, at the level, or left"`
	Late        int                     `json:"late" doc:"Working days beyond the clock"`
}

// filter reads the parameters.
func (in OverviewFilter) filter(f *form, kind store.OverviewKind) store.OverviewFilter {
	out := store.OverviewFilter{
		Unit: f.text("unit", in.Unit, maxCode), Area: f.text("area", in.Area, maxCode), Officer: f.text("officer", in.Officer, maxCode),
		Campaign: f.text("campaign", in.Campaign, maxCode), Year: f.number("year", in.Year, 2000, 2200, 0),
		By: store.Grouping(f.oneOf("by", in.By, names(kind.Groupings()))), Days: f.number("days", in.Days, 1, store.MaxAhead, 0),
	}
	if in.Days != "" && kind != store.OverviewUpcoming {
		f.refuse("days", "unknown_parameter", "没有“days”这个查询参数。", "There is no parameter days.")
	}
	return out
}

func (s *server) overview(ctx context.Context, c *call, kind store.OverviewKind, in *overviewInput) (*overviewOutput, error) {
	var f form
	filter := in.filter(&f, kind)
	filter.Cursor, filter.Limit = f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	r, err := s.record.Overview(ctx, c.actor, kind, filter)
	if err != nil {
		return nil, err
	}
	out := Overview{
		On: r.On, By: string(r.By), Total: OverviewSum(r.Total), Lines: make([]OverviewLine, len(r.Lines)), LeftOff: r.LeftOff,
		Items: make([]OverviewItem, len(r.Items)), Next: r.Next,
	}
	for i, l := range r.Lines {
		out.Lines[i] = OverviewLine{Key: l.Key, Name: l.Name, OverviewSum: OverviewSum(l.OverviewSum)}
	}
	for i, item := range r.Items {
		out.Items[i] = overviewItem(item)
	}
	return &overviewOutput{Body: out}, nil
}

func overviewItem(i store.OverviewItem) OverviewItem {
	out := OverviewItem{
		Case: i.Case, Number: i.Number, Title: i.Title, Stage: i.Stage, StageZH: i.Stage.ZH(), Unit: i.Unit, UnitName: i.UnitName,
		Area: i.Area, AreaName: i.AreaName, Officer: i.Officer, OfficerName: i.OfficerName, Level: i.Level, Round: i.Round,
		Clock: i.Clock, Measure: i.Measure, Kind: i.Kind, Status: i.Status, Who: i.Who, WhoName: i.WhoName,
		Since: i.Since, Due: i.Due, Provisional: i.Provisional, Days: i.Days, Late: i.Late,
	}
	if i.Clock != "" {
		out.ClockZH = i.Clock.ZH()
	}
	if i.Kind != "" {
		out.KindZH = i.Kind.ZH()
	}
	return out
}

func (s *server) overviewFile(ctx context.Context, c *call, shown overviewed, in *overviewFileInput) (*huma.StreamResponse, error) {
	var f form
	filter := in.filter(&f, shown.kind)
	filter.Limit = -1
	if err := f.err(); err != nil {
		return nil, err
	}
	r, err := s.record.Overview(ctx, c.actor, shown.kind, filter)
	if err != nil {
		return nil, err
	}
	book := sheets.Overview{
		Title: shown.kind.ZH(), By: groupZH(r.By), Days: shown.days, On: r.On, Total: sheetLine("", r.Total), LeftOff: r.LeftOff,
		Lines: make([]sheets.Line, len(r.Lines)), Rows: make([]sheets.Row, len(r.Items)),
	}
	for i, l := range r.Lines {
		book.Lines[i] = sheetLine(l.Name, l.OverviewSum)
	}
	for i, item := range r.Items {
		book.Rows[i] = sheets.Row{
			Number: item.Number, Title: item.Title, UnitName: item.UnitName, AreaName: item.AreaName, OfficerName: item.OfficerName, WhoName: item.WhoName,
			Stage: item.Stage, Level: item.Level, Round: item.Round, Clock: item.Clock, Measure: item.Kind, Status: item.Status,
			Since: item.Since, Due: item.Due, Provisional: item.Provisional, Days: item.Days, Late: item.Late,
		}
	}
	name := string(shown.kind) + ".xlsx"
	return s.file(workbookType, shown.kind.ZH()+"-"+r.On.String()+".xlsx", name, func(w io.Writer) error { //nolint:contextcheck // huma hands the context over with the answer
		return sheets.Write(w, book)
	}), nil
}

func sheetLine(name string, sum store.OverviewSum) sheets.Line {
	if name == "" {
		name = "（无）"
	}
	return sheets.Line{Name: name, Count: sum.Count, Days: sum.Days, Most: sum.Most}
}

// groupZH is what an overview is summed up by, as the heading of a column.
func groupZH(by store.Grouping) string {
	switch by {
	case store.ByUnit:
		return "单位"
	case store.ByArea:
		return "片区"
	case store.ByOfficer:
		return "经办人"
	case store.ByPerson:
		return "环节与应办人"
	case store.ByOwner:
		return "应办人"
	case store.ByMeasure:
		return "措施"
	case store.ByClock:
		return "环节"
	case store.ByRung:
		return "等级与轮次"
	case store.ByLevel:
		return "等级"
	case store.ByDay:
		return "到期日"
	default:
		return string(by)
	}
}
