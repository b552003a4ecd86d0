package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// An OverviewKind is one of the questions that managers ask of all cases at once.
type OverviewKind string

// The questions.
const (
	OverviewLate      OverviewKind = "late"      // which units are late, and by how much
	OverviewMeasures  OverviewKind = "measures"  // which measures are still to be decided or carried out
	OverviewLadder    OverviewKind = "ladder"    // who stands on which rung, and for how long
	OverviewUpcoming  OverviewKind = "upcoming"  // what falls due in the next working days
	OverviewCommittee OverviewKind = "committee" // where the committee itself is late
)

// OverviewKinds lists them.
func OverviewKinds() []OverviewKind {
	return []OverviewKind{OverviewLate, OverviewMeasures, OverviewLadder, OverviewUpcoming, OverviewCommittee}
}

// ZH is the question's name, on its route, its workbook and in the digest.
func (k OverviewKind) ZH() string {
	switch k {
	case OverviewLate:
		return "逾期情况"
	case OverviewMeasures:
		return "待办措施"
	case OverviewLadder:
		return "督办等级分布"
	case OverviewUpcoming:
		return "即将到期"
	case OverviewCommittee:
		return "工委自身超期"
	default:
		return string(k)
	}
}

// A Grouping is what an overview sums up by.
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
	ByLevel   Grouping = "level"
	ByDay     Grouping = "day"
)

// Groupings are those that make sense for the overview; the first is the default.
func (k OverviewKind) Groupings() []Grouping {
	switch k {
	case OverviewMeasures:
		return []Grouping{ByOwner, ByMeasure, ByUnit, ByArea, ByOfficer}
	case OverviewLadder:
		return []Grouping{ByRung, ByLevel, ByUnit, ByArea, ByOfficer}
	case OverviewUpcoming:
		return []Grouping{ByDay, ByUnit, ByArea, ByOfficer, ByClock}
	case OverviewCommittee:
		return []Grouping{ByPerson, ByClock, ByOwner, ByUnit, ByArea, ByOfficer}
	case OverviewLate:
		return []Grouping{ByUnit, ByArea, ByOfficer}
	default:
		return nil
	}
}

// An OverviewFilter chooses the cases of an overview; the zero value chooses all.
type OverviewFilter struct {
	Unit, Area, Officer, Campaign string
	// Year is that of the case's number; 0 for every year.
	Year int
	// By is what to sum up by; the overview's own first when empty.
	By Grouping
	// Days is how many working days ahead upcoming looks; 5 when 0.
	Days   int
	Cursor string
	// Limit is how many items; 50 when 0. Below 0 there is no other bound than
	// MaxOverview.
	Limit int
}

// The bounds of an overview.
const (
	// MaxOverview is how many items an overview is made of at the most: it is summed up
	// in memory, because working days are not for SQL to count.
	MaxOverview = 50_000
	// MaxLines is how many lines it shows; those with the most days come first.
	MaxLines = 500
	// MaxAhead is how many working days it looks ahead.
	MaxAhead = 60
)

// An Overview is one question's answer on a day.
type Overview struct {
	On      calendar.Date
	By      Grouping
	Total   OverviewSum
	Lines   []OverviewLine
	LeftOff int
	Items   []OverviewItem
	Next    string
	Kind    OverviewKind
}

// An OverviewSum counts items, their working days together and the most of one.
type OverviewSum struct{ Count, Days, Most int }

func (s *OverviewSum) add(days int) {
	s.Count++
	s.Days += days
	s.Most = max(s.Most, days)
}

// An OverviewLine sums up what belongs together.
type OverviewLine struct {
	Key, Name string
	OverviewSum
}

// An OverviewItem is a clock of a case, or a case on a rung.
type OverviewItem struct {
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
func (i OverviewItem) rank(k OverviewKind) int {
	if k == OverviewUpcoming {
		return -i.Days
	}
	return i.Days
}

// group is what an item is summed up under.
func (i OverviewItem) group(by Grouping) (key, name string) {
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
	case ByLevel:
		return i.Level.String(), i.Level.String() + " " + i.Level.ZH()
	case ByDay:
		return i.Due.String(), i.Due.String()
	default:
		return "", ""
	}
}

// An overviewCursor is where a page of items ended.
type overviewCursor struct {
	Rank    int    `json:"r"`
	Key     int64  `json:"n"`
	Clock   string `json:"c"`
	Measure int    `json:"m"`
}

func (i OverviewItem) cursor(k OverviewKind) overviewCursor {
	return overviewCursor{Rank: i.rank(k), Key: i.key, Clock: string(i.Clock), Measure: i.Measure}
}

func (c overviewCursor) compare(d overviewCursor) int {
	return cmp.Or(cmp.Compare(d.Rank, c.Rank), cmp.Compare(c.Key, d.Key), cmp.Compare(c.Clock, d.Clock), cmp.Compare(c.Measure, d.Measure))
}

func (c overviewCursor) String() string {
	text, _ := json.Marshal(c) //nolint:errchkjson // plain fields
	return base64.RawURLEncoding.EncodeToString(text)
}

func readOverviewCursor(text string) (c overviewCursor, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Key == 0 {
		return c, ErrCursor
	}
	return c, nil
}

// Overview answers a manager's question, as the record stood a moment ago. A unit
// gets none. A deadline counts as missed when the record says so, which it does
// within half an hour of it: what an outage took is known by then.
func (s *Store) Overview(ctx context.Context, a lifecycle.Actor, kind OverviewKind, f OverviewFilter) (Overview, error) {
	if a.Unit != "" {
		return Overview{}, ErrNotFound
	}
	allowed := kind.Groupings()
	if len(allowed) == 0 {
		return Overview{}, ErrNotFound
	}
	if f.By == "" {
		f.By = allowed[0]
	}
	if !slices.Contains(allowed, f.By) {
		return Overview{}, &FieldError{Field: "by", Code: "unknown_grouping", ZH: "该统计不能按此项汇总。", EN: "This overview is not summed up by that."}
	}
	var after *overviewCursor
	if f.Cursor != "" {
		c, err := readOverviewCursor(f.Cursor)
		if err != nil {
			return Overview{}, err
		}
		after = &c
	}
	force, err := s.currentForce(ctx)
	if err != nil {
		return Overview{}, err
	}
	rules, err := s.rules(ctx, s.pool, force, 0)
	if err != nil {
		return Overview{}, err
	}
	q := overviewQuery{kind: kind, rules: rules, now: s.now()}
	q.today = rules.Today(q.now)
	items, err := s.overviewItems(ctx, q, f)
	if err != nil {
		return Overview{}, err
	}
	out := sumUp(items, kind, f.By)
	out.On = q.today
	out.page(items, kind, after, f.Limit)
	return out, nil
}

// sums sums items up by one grouping.
type sums struct {
	by    Grouping
	lines []OverviewLine
	at    map[string]int
}

func sumsBy(by Grouping) *sums { return &sums{by: by, lines: []OverviewLine{}, at: map[string]int{}} }

func (s *sums) add(i OverviewItem) {
	key, name := i.group(s.by)
	n, ok := s.at[key]
	if !ok {
		n = len(s.lines)
		s.at[key] = n
		s.lines = append(s.lines, OverviewLine{Key: key, Name: name})
	}
	s.lines[n].add(i.Days)
}

// sorted are the lines, those with the most days first; those on a rung or a day
// in their order. Nothing is added any more.
func (s *sums) sorted() []OverviewLine {
	slices.SortFunc(s.lines, func(x, y OverviewLine) int {
		if s.by == ByRung || s.by == ByLevel || s.by == ByDay {
			return cmp.Compare(x.Key, y.Key)
		}
		return cmp.Or(cmp.Compare(y.Days, x.Days), cmp.Compare(y.Count, x.Count), cmp.Compare(x.Key, y.Key))
	})
	return s.lines
}

// sumUp makes the lines and puts the items in order.
func sumUp(items []OverviewItem, kind OverviewKind, by Grouping) Overview {
	slices.SortFunc(items, func(x, y OverviewItem) int { return x.cursor(kind).compare(y.cursor(kind)) })
	out := Overview{Kind: kind, By: by}
	lines := sumsBy(by)
	for _, i := range items {
		out.Total.add(i.Days)
		lines.add(i)
	}
	out.Lines = lines.sorted()
	if n := len(out.Lines); n > MaxLines {
		out.Lines, out.LeftOff = out.Lines[:MaxLines], n-MaxLines
	}
	return out
}

// page cuts the items that are shown.
func (r *Overview) page(items []OverviewItem, kind OverviewKind, after *overviewCursor, limit int) {
	if after != nil {
		from, found := slices.BinarySearchFunc(items, *after, func(i OverviewItem, c overviewCursor) int { return i.cursor(kind).compare(c) })
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
	r.Items = append([]OverviewItem{}, items...)
}

func (f OverviewFilter) conditions(q *overviewQuery) error {
	if err := checkFilter("unit", f.Unit, f.Area, f.Officer, f.Campaign); err != nil {
		return err
	}
	for _, c := range []struct{ value, condition, name string }{
		{f.Unit, "c.unit_id = @unit", "unit"},
		{f.Area, "u.area_id = @area", "area"},
		{f.Officer, "c.officer = @officer", "officer"},
		{f.Campaign, "c.campaign = @campaign", "campaign"},
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

// overviewItems reads what may belong to the overview and keeps what does.
func (s *Store) overviewItems(ctx context.Context, q overviewQuery, f OverviewFilter) ([]OverviewItem, error) {
	q.args = pgx.NamedArgs{"most": MaxOverview + 1}
	if err := f.conditions(&q); err != nil {
		return nil, err
	}
	var err error
	if q.staff, err = staffNames(ctx, s.pool); err != nil {
		return nil, err
	}
	q.candidates(f.Days)
	items, read := []OverviewItem{}, 0
	err = q.each(ctx, s.pool, func(row overviewed) error {
		if read++; read > MaxOverview {
			return ErrTooMany
		}
		items = append(items, q.items(row)...)
		return nil
	})
	return items, err
}

// staffNames are the committee's people by account; none of a unit.
func staffNames(ctx context.Context, from querier) (map[string]string, error) {
	rows, err := from.Query(ctx, `SELECT id, name FROM accounts WHERE unit_id IS NULL`) //nolint:rowserrcheck // ForEachRow checks it
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
