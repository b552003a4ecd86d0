package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A ReportKind is one of the questions that managers ask of all cases at once.
type ReportKind string

// The questions.
const (
	ReportLate      ReportKind = "late"      // which units are late, and by how much
	ReportMeasures  ReportKind = "measures"  // which measures are still to be decided or carried out
	ReportLadder    ReportKind = "ladder"    // who stands on which rung, and for how long
	ReportUpcoming  ReportKind = "upcoming"  // what falls due in the next working days
	ReportCommittee ReportKind = "committee" // where the committee itself is late
)

// ReportKinds lists them.
func ReportKinds() []ReportKind {
	return []ReportKind{ReportLate, ReportMeasures, ReportLadder, ReportUpcoming, ReportCommittee}
}

// A Grouping is what a report sums up by.
type Grouping string

// The groupings.
const (
	ByUnit    Grouping = "unit"
	ByArea    Grouping = "area"
	ByOfficer Grouping = "officer"
	ByPerson  Grouping = "person" // clock and whose turn it is
	ByOwner   Grouping = "owner"  // whose turn it is
	ByMeasure Grouping = "kind"
	ByClock   Grouping = "clock"
	ByRung    Grouping = "rung" // level and round
	ByDay     Grouping = "day"
)

// Groupings are those that make sense for the report; the first is the default.
func (k ReportKind) Groupings() []Grouping {
	switch k {
	case ReportMeasures:
		return []Grouping{ByOwner, ByMeasure, ByUnit, ByArea, ByOfficer}
	case ReportLadder:
		return []Grouping{ByRung, ByUnit, ByArea, ByOfficer}
	case ReportUpcoming:
		return []Grouping{ByDay, ByUnit, ByArea, ByOfficer, ByClock}
	case ReportCommittee:
		return []Grouping{ByPerson, ByClock, ByOwner, ByUnit, ByArea, ByOfficer}
	case ReportLate:
		return []Grouping{ByUnit, ByArea, ByOfficer}
	default:
		return nil
	}
}

// A ReportFilter chooses the cases of a report; the zero value chooses all.
type ReportFilter struct {
	Unit, Area, Officer, Campaign string
	// Year is that of the case's number; 0 for every year.
	Year int
	// By is what to sum up by; the report's own first when empty.
	By Grouping
	// Days is how many working days ahead upcoming looks; 5 when 0.
	Days   int
	Cursor string
	// Limit is how many items; 50 when 0. Below 0 there is no other bound than
	// MaxReport.
	Limit int
}

// The bounds of a report.
const (
	// MaxReport is how many items a report is made of at the most: it is summed up
	// in memory, because working days are not for SQL to count.
	MaxReport = 50_000
	// MaxLines is how many lines it shows; those with the most days come first.
	MaxLines = 500
	// MaxAhead is how many working days it looks ahead.
	MaxAhead = 60
)

// A Report is one question's answer on a day.
type Report struct {
	On       calendar.Date
	By       Grouping
	Total    ReportSum
	Lines    []ReportLine
	LeftOff  int
	Items    []ReportItem
	Next     string
	Measured ReportKind
}

// A ReportSum counts items, their working days together and the most of one.
type ReportSum struct{ Count, Days, Most int }

func (s *ReportSum) add(days int) {
	s.Count++
	s.Days += days
	s.Most = max(s.Most, days)
}

// A ReportLine sums up what belongs together.
type ReportLine struct {
	Key, Name string
	ReportSum
}

// A ReportItem is a clock of a case, or a case on a rung.
type ReportItem struct {
	Case, Number, Title string
	Stage               lifecycle.Stage
	Unit, UnitName      string
	Area, AreaName      string
	Officer             string
	OfficerName         string
	Level               policy.Level
	Round               int
	// Clock is none for a case on a rung.
	Clock policy.ClockName
	// Measure is the number, Kind and Status what it is and how far it came.
	Measure int
	Kind    policy.MeasureKind
	Status  lifecycle.MeasureStatus
	// Who is whose turn it is, as a token such as role:head, and by name.
	Who, WhoName string
	// Since is when the level was reached or the measure was proposed or ordered.
	Since       calendar.Date
	Due         calendar.Date
	Provisional bool
	// Days are working days: late, at the rung, outstanding, or still left.
	Days int
	// Late is by how many working days the clock is missed.
	Late int

	key int64
}

// rank is what the items stand in the order of, the greatest first.
func (i ReportItem) rank(k ReportKind) int {
	if k == ReportUpcoming {
		return -i.Days
	}
	return i.Days
}

// group is what an item is summed up under.
func (i ReportItem) group(by Grouping) (key, name string) {
	switch by {
	case ByUnit:
		return i.Unit, i.UnitName
	case ByArea:
		return i.Area, i.AreaName
	case ByOfficer:
		return i.Officer, i.OfficerName
	case ByPerson:
		return string(i.Clock) + "|" + i.Who, i.Clock.ZH() + " " + i.WhoName
	case ByOwner:
		return i.Who, i.WhoName
	case ByMeasure:
		return string(i.Kind), i.Kind.ZH()
	case ByClock:
		return string(i.Clock), i.Clock.ZH()
	case ByRung:
		return fmt.Sprintf("%s|%d", i.Level, i.Round), fmt.Sprintf("%s %s 第%d轮", i.Level, i.Level.ZH(), i.Round)
	case ByDay:
		return i.Due.String(), i.Due.String()
	default:
		return "", ""
	}
}

// A reportCursor is where a page of items ended.
type reportCursor struct {
	Rank    int    `json:"r"`
	Key     int64  `json:"n"`
	Clock   string `json:"c"`
	Measure int    `json:"m"`
}

func (i ReportItem) cursor(k ReportKind) reportCursor {
	return reportCursor{Rank: i.rank(k), Key: i.key, Clock: string(i.Clock), Measure: i.Measure}
}

func (c reportCursor) compare(d reportCursor) int {
	return cmp.Or(cmp.Compare(d.Rank, c.Rank), cmp.Compare(c.Key, d.Key), cmp.Compare(c.Clock, d.Clock), cmp.Compare(c.Measure, d.Measure))
}

func (c reportCursor) String() string {
	text, _ := json.Marshal(c) //nolint:errchkjson // plain fields
	return base64.RawURLEncoding.EncodeToString(text)
}

func readReportCursor(text string) (c reportCursor, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Key == 0 {
		return c, ErrCursor
	}
	return c, nil
}

// Report answers a manager's question, as the record stood a moment ago. A unit
// gets none. A deadline counts as missed when the record says so, which it does
// within half an hour of it: what an outage took is known by then.
func (s *Store) Report(ctx context.Context, a lifecycle.Actor, kind ReportKind, f ReportFilter) (Report, error) {
	if a.Unit != "" {
		return Report{}, ErrNotFound
	}
	allowed := kind.Groupings()
	if len(allowed) == 0 {
		return Report{}, ErrNotFound
	}
	if f.By == "" {
		f.By = allowed[0]
	}
	if !slices.Contains(allowed, f.By) {
		return Report{}, &FieldError{Field: "by", Code: "unknown_grouping", ZH: "该统计不能按此项汇总。", EN: "This report is not summed up by that."}
	}
	var after *reportCursor
	if f.Cursor != "" {
		c, err := readReportCursor(f.Cursor)
		if err != nil {
			return Report{}, err
		}
		after = &c
	}
	force, err := s.currentForce(ctx)
	if err != nil {
		return Report{}, err
	}
	rules, err := s.rules(ctx, s.pool, force, 0)
	if err != nil {
		return Report{}, err
	}
	q := reportQuery{kind: kind, rules: rules, now: s.now()}
	q.today = rules.Today(q.now)
	items, err := s.reportItems(ctx, q, f)
	if err != nil {
		return Report{}, err
	}
	out := sumUp(items, kind, f.By)
	out.On = q.today
	out.page(items, kind, after, f.Limit)
	return out, nil
}

// sumUp makes the lines and puts the items in order.
func sumUp(items []ReportItem, kind ReportKind, by Grouping) Report {
	slices.SortFunc(items, func(x, y ReportItem) int { return x.cursor(kind).compare(y.cursor(kind)) })
	out := Report{Measured: kind, By: by, Lines: []ReportLine{}}
	at := map[string]int{}
	for _, i := range items {
		out.Total.add(i.Days)
		key, name := i.group(by)
		n, ok := at[key]
		if !ok {
			n = len(out.Lines)
			at[key] = n
			out.Lines = append(out.Lines, ReportLine{Key: key, Name: name})
		}
		out.Lines[n].add(i.Days)
	}
	slices.SortFunc(out.Lines, func(x, y ReportLine) int {
		if by == ByRung || by == ByDay {
			return cmp.Compare(x.Key, y.Key)
		}
		return cmp.Or(cmp.Compare(y.Days, x.Days), cmp.Compare(y.Count, x.Count), cmp.Compare(x.Key, y.Key))
	})
	if n := len(out.Lines); n > MaxLines {
		out.Lines, out.LeftOff = out.Lines[:MaxLines], n-MaxLines
	}
	return out
}

// page cuts the items that are shown.
func (r *Report) page(items []ReportItem, kind ReportKind, after *reportCursor, limit int) {
	if after != nil {
		from, found := slices.BinarySearchFunc(items, *after, func(i ReportItem, c reportCursor) int { return i.cursor(kind).compare(c) })
		if found {
			from++
		}
		items = items[from:]
	}
	if limit == 0 {
		limit = 50
	}
	if limit > 0 {
		limit = min(limit, MaxPage)
		if len(items) > limit {
			items = items[:limit]
			r.Next = items[limit-1].cursor(kind).String()
		}
	}
	r.Items = append([]ReportItem{}, items...)
}

func (f ReportFilter) conditions(q *reportQuery) error {
	words := f.Unit + f.Area + f.Officer + f.Campaign
	if !utf8.ValidString(words) || strings.ContainsRune(words, 0) {
		return &FieldError{Field: "unit", Code: "bad_characters", ZH: "查询条件含有无法显示的字符。", EN: "The filter contains characters that cannot be shown."}
	}
	for _, c := range []struct{ value, condition, name string }{
		{f.Unit, "c.unit_id = @unit", "unit"}, {f.Area, "u.area_id = @area", "area"},
		{f.Officer, "c.officer = @officer", "officer"}, {f.Campaign, "c.campaign = @campaign", "campaign"},
	} {
		if c.value != "" {
			q.where = append(q.where, c.condition)
			q.args[c.name] = c.value
		}
	}
	if f.Year != 0 {
		q.where = append(q.where, "c.number_key BETWEEN @year_from AND @year_to")
		q.args["year_from"], q.args["year_to"] = int64(f.Year)*1_000_000, int64(f.Year)*1_000_000+999_999
	}
	return nil
}

// reportItems reads what may belong to the report and keeps what does.
func (s *Store) reportItems(ctx context.Context, q reportQuery, f ReportFilter) ([]ReportItem, error) {
	q.args = pgx.NamedArgs{"most": MaxReport + 1}
	if err := f.conditions(&q); err != nil {
		return nil, err
	}
	staff, err := s.staffNames(ctx)
	if err != nil {
		return nil, err
	}
	q.staff = staff
	q.candidates(f.Days)
	rows, err := s.pool.Query(ctx, q.sql(), pgx.QueryExecModeCacheDescribe, q.args) //nolint:rowserrcheck // checked below
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", q.kind, plain(err))
	}
	defer rows.Close()
	items, read := []ReportItem{}, 0
	for rows.Next() {
		if read++; read > MaxReport {
			return nil, ErrTooMany
		}
		row, err := scanReported(rows)
		if err != nil {
			return nil, fmt.Errorf("report %s: %w", q.kind, plain(err))
		}
		items = append(items, q.items(row)...)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("report %s: %w", q.kind, plain(err))
	}
	return items, nil
}

// staffNames are the committee's people by account; none of a unit.
func (s *Store) staffNames(ctx context.Context) (map[string]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, name FROM accounts WHERE unit_id IS NULL`) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", plain(err))
	}
	names := map[string]string{}
	var id, name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", plain(err))
	}
	return names, nil
}
