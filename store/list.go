package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"duban/calendar"
	"duban/characters"
	"duban/lifecycle"
	"duban/policy"
)

// A Sort orders a list; a minus sign reverses it.
type Sort string

// The orders a list can have.
const (
	ByDue         Sort = "due"
	ByDueDesc     Sort = "-due"
	ByNumber      Sort = "number"
	ByNumberDesc  Sort = "-number"
	ByUpdated     Sort = "updated"
	ByUpdatedDesc Sort = "-updated"
)

// Sorts lists them.
func Sorts() []Sort {
	return []Sort{ByDue, ByDueDesc, ByNumber, ByNumberDesc, ByUpdated, ByUpdatedDesc}
}

// MaxPage is the longest page of a list.
const MaxPage = 200

// A Filter chooses cases; the zero value chooses all.
type Filter struct {
	// Stage is an inner stage for staff, a unit's stage for a unit; "open"
	// stands for all that are not settled.
	Stage    string
	Unit     string
	Level    *policy.Level
	Category string
	Campaign string
	Officer  string
	// RepeatOf is the id of the case that the cases repeat; staff only.
	RepeatOf  string
	Overdue   *bool
	DueBefore calendar.Date
	// Text is looked for in number and title.
	Text   string
	Sort   Sort
	Cursor string
	// Limit is how many; 50 when 0, MaxPage at the most.
	Limit int
}

// A Page is a part of a list.
type Page struct {
	Cases []CaseRow
	// Next is the cursor of the next page; empty on the last.
	Next string
}

// A CaseRow is a case as it stands in a list.
type CaseRow struct {
	ID       string
	Number   string
	Title    string
	Stage    string
	Unit     string
	UnitName string
	Officer  string
	Category string
	Campaign string
	// CampaignName is what the campaign is called; empty towards a unit.
	CampaignName string
	Level        policy.Level
	Round        int
	Due          calendar.Date
	Provisional  bool
	Overdue      bool
	Version      int64
	OpenedAt     time.Time
	UpdatedAt    time.Time
}

// ErrCursor: the cursor is not one this list gave.
var ErrCursor = &FieldError{Field: "cursor", Code: "bad_cursor", ZH: "分页游标无效。", EN: "The cursor is not one this list gave."}

// A cursor is where a page ended: the sort value, number and id of its last row.
type cursor struct {
	Sort  Sort      `json:"s"`
	Time  time.Time `json:"t,omitzero"`
	Never bool      `json:"x,omitempty"`
	N     int64     `json:"n,omitempty"`
	ID    string    `json:"i"`
}

func (c cursor) String() string {
	text, _ := json.Marshal(c) //nolint:errchkjson // plain fields
	return base64.RawURLEncoding.EncodeToString(text)
}

// dueCursor is where a list by due date ended.
func dueCursor(sort Sort, due pgtype.Timestamptz, id string) cursor {
	if due.InfinityModifier != pgtype.Finite {
		return cursor{Sort: sort, Never: true, ID: id}
	}
	return cursor{Sort: sort, Time: due.Time, ID: id}
}

// after is the sort value of an instant the list goes on after.
func (c cursor) after() pgtype.Timestamptz {
	if c.Never {
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: c.Time, Valid: true}
}

func readCursor(text string, sort Sort) (cursor, error) {
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Sort != sort || !isID(c.ID) {
		return c, ErrCursor
	}
	return c, nil
}

// A list is one query being put together.
type list struct {
	where []string
	args  pgx.NamedArgs
	days  calendar.Timeline
}

func (l *list) add(condition, name string, value any) {
	l.where = append(l.where, condition)
	l.args[name] = value
}

// Cases lists the cases the asker may see, in a stable order, a page at a time.
func (s *Store) Cases(ctx context.Context, a lifecycle.Actor, f Filter) (Page, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, MaxPage)
	if f.contradicts() {
		return Page{Cases: []CaseRow{}}, nil
	}
	if f.Sort == "" {
		f.Sort = ByDue
	}
	from := staffList
	if a.Unit != "" {
		from = unitList
	}
	rules, err := s.lastRules(ctx)
	if err != nil {
		return Page{}, err
	}
	l := list{args: pgx.NamedArgs{}, days: rules.Timeline}
	if err := l.filter(a, f); err != nil {
		return Page{}, err
	}
	order, err := l.order(f)
	if err != nil {
		return Page{}, err
	}
	l.args["limit"] = f.Limit + 1
	sql := from.query(l.where, order)
	// Planned anew each time, with its values: what is the best way to a rare
	// stage is the worst to a common one.
	rows, err := s.pool.Query(ctx, sql, pgx.QueryExecModeCacheDescribe, l.args)
	if err != nil {
		return Page{}, fmt.Errorf("list cases: %w", plain(err))
	}
	found, err := pgx.CollectRows(rows, scanListed)
	if err != nil {
		return Page{}, fmt.Errorf("list cases: %w", plain(err))
	}
	page := Page{Cases: make([]CaseRow, 0, len(found))}
	if len(found) > f.Limit {
		found = found[:f.Limit]
		page.Next = found[f.Limit-1].cursor(f.Sort).String()
	}
	for _, row := range found {
		page.Cases = append(page.Cases, row.CaseRow)
	}
	return page, nil
}

// A source is a table to list from.
type source struct {
	table, columns string
	// beside joins what the columns need besides.
	beside string
	// key is a unique column, or one that is unique within what the asker sees,
	// that the table's indexes hold.
	key string
}

//nolint:gochecknoglobals // two constants that Go cannot write as such
var (
	staffList = source{table: "cases", key: "number_key", beside: " LEFT JOIN campaigns k ON k.id = c.campaign", columns: `c.id::text, c.number, c.number_key, c.title, c.stage, c.unit_id, coalesce(n.name, ''), c.officer, c.category, c.campaign, coalesce(k.name, ''), c.level, c.round,
		c.due_on, c.due_at, c.provisional, c.due_at < now(), c.seq, c.opened_at, c.updated_at`}
	unitList = source{table: "unit_cases", key: "case_id", columns: `c.case_id::text, c.number, c.number_key, c.title, c.stage, c.unit_id, coalesce(n.name, ''), '', c.category, '', '', c.level, c.round,
		c.due_on, c.due_at, c.provisional, c.due_at < now(), c.version, NULL::timestamptz, c.updated_at`}
)

// A case is open as the indexes of the open cases have it, to the committee and
// to a unit; the table's column comes before.
const (
	isOpen       = "stage NOT IN ('archived', 'merged', 'voided')"
	isOpenToUnit = "stage NOT IN ('archived', 'merged', 'voided', 'misdirected')"
)

// query is the statement for a page. The page is found first and its rows are
// fetched then, so that finding it can be done in an index alone. Only fixed
// text is joined here; every value is an argument.
func (s source) query(where []string, order string) string {
	unit := ""
	if s.key == "case_id" {
		unit = " AND c.unit_id = @own"
	}
	return "SELECT " + s.columns +
		" FROM (" + s.page(where, order) + ") page" +
		" JOIN " + s.table + " c ON c." + s.key + " = page." + s.key + unit + s.beside +
		" LEFT JOIN units n ON n.id = c.unit_id ORDER BY " + order
}

// page is the statement for the keys of a page.
func (s source) page(where []string, order string) string {
	if len(where) == 0 {
		where = []string{"true"}
	}
	return "SELECT c." + s.key + " FROM " + s.table + " c WHERE " + strings.Join(where, " AND ") + " ORDER BY " + order + " LIMIT @limit"
}

// A listed is a row with what its cursor needs.
type listed struct {
	CaseRow
	key   int64
	dueAt pgtype.Timestamptz
}

func (l listed) cursor(sort Sort) cursor {
	c := cursor{Sort: sort, ID: l.ID}
	switch sort {
	case ByNumber, ByNumberDesc:
	case ByUpdated, ByUpdatedDesc:
		c.Time = l.UpdatedAt
	case ByDue, ByDueDesc:
		c = dueCursor(sort, l.dueAt, l.ID)
	}
	c.N = l.key
	return c
}

// open: nothing but open cases can pass the filter, whatever the stage it names.
func (f Filter) open() bool {
	return f.Stage == "open" || f.Overdue != nil && *f.Overdue || !f.DueBefore.IsZero()
}

// contradicts: no case can pass, for what is settled has no due date.
func (f Filter) contradicts() bool {
	return lifecycle.Stage(f.Stage).Settled() && f.open()
}

// filter turns the filter into conditions. Some say what follows from others, so
// that the indexes of the open cases serve them: a case that is settled has no
// due date.
func (l *list) filter(a lifecycle.Actor, f Filter) error {
	if err := checkFilter("text", f.Stage, f.Unit, f.Category, f.Campaign, f.Officer, f.Text); err != nil {
		return err
	}
	if a.Unit != "" {
		l.add("c.unit_id = @own", "own", a.Unit)
	} else {
		if f.Officer != "" {
			l.add("c.officer = @officer", "officer", f.Officer)
		}
		if f.Campaign != "" {
			l.add("c.campaign = @campaign", "campaign", f.Campaign)
		}
		if f.RepeatOf != "" {
			if !isID(f.RepeatOf) {
				return &FieldError{Field: "repeat_of", Code: "bad_id", ZH: "“repeat_of”应为事项的id。", EN: "repeat_of must be the id of a case."}
			}
			l.add("c.repeat_of = @repeat_of", "repeat_of", f.RepeatOf)
		}
	}
	switch {
	case f.Stage != "" && f.Stage != "open":
		l.add("c.stage = @stage", "stage", f.Stage)
	case f.open() && a.Unit == "":
		l.where = append(l.where, "c."+isOpen)
	case f.open():
		l.where = append(l.where, "c."+isOpenToUnit)
	}
	if f.Unit != "" {
		l.add("c.unit_id = @unit", "unit", f.Unit)
	}
	if f.Level != nil {
		l.add("c.level = @level", "level", int16(*f.Level)) //nolint:gosec // 0 to 5
	}
	if f.Category != "" {
		l.add("c.category = @category", "category", f.Category)
	}
	if f.Overdue != nil && *f.Overdue {
		l.where = append(l.where, "c.due_at < now()")
	}
	if f.Overdue != nil && !*f.Overdue {
		l.where = append(l.where, "c.due_at >= now()")
	}
	if !f.DueBefore.IsZero() {
		l.add("c.due_at <= @due_before", "due_before", l.days.End(f.DueBefore.AddDays(-1)))
	}
	if f.Text != "" {
		l.search(f.Text)
	}
	return nil
}

// search looks for what was typed in number and title, and for the case of a
// number, however that is written.
func (l *list) search(text string) {
	found := "strpos(c.search, @text) > 0"
	if key := lifecycle.CaseNumberKey(text); key != 0 {
		found = "(c.number_key = @number OR " + found + ")"
		l.args["number"] = key
	}
	l.add(found, "text", characters.Fold(text))
}

// checkFilter refuses what no text has, and so no search can find.
func checkFilter(field string, texts ...string) error {
	for _, text := range texts {
		if fault := characters.Line(text); fault != nil {
			zh, en := fault.Refuse("查询条件", "The filter")
			return &FieldError{Field: field, Code: "bad_characters", ZH: zh, EN: en}
		}
	}
	return nil
}

// order puts the list in order and begins it after the cursor. Cases of one
// instant stand in the order of their numbers.
func (l *list) order(f Filter) (string, error) {
	column, descending := map[Sort]string{
		ByDue: "c.due_at", ByDueDesc: "c.due_at", ByNumber: "c.number_key", ByNumberDesc: "c.number_key",
		ByUpdated: "c.updated_at", ByUpdatedDesc: "c.updated_at",
	}[f.Sort], strings.HasPrefix(string(f.Sort), "-")
	if column == "c.due_at" && lifecycle.Stage(f.Stage).Settled() {
		column = "c.number_key" // what is settled has no due date, and stands in the order of its numbers
	}
	if column == "" {
		return "", &FieldError{Field: "sort", Code: "unknown_sort", ZH: "没有这种排序。", EN: "There is no such order."}
	}
	compare, direction := ">", ""
	if descending {
		compare, direction = "<", " DESC"
	}
	if f.Cursor != "" {
		c, err := readCursor(f.Cursor, f.Sort)
		if err != nil {
			return "", err
		}
		l.args["after_number"] = c.N
		if column == "c.number_key" {
			l.where = append(l.where, "c.number_key "+compare+" @after_number::bigint")
		} else {
			l.add("("+column+", c.number_key) "+compare+" (@after::timestamptz, @after_number::bigint)", "after", c.after())
		}
	}
	if column == "c.number_key" {
		return column + direction, nil
	}
	return column + direction + ", c.number_key" + direction, nil
}
