package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"duban/calendar"
	"duban/documents"
	"duban/documents/ledger"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// The paths of the negative lists.
const (
	pathEntries     = "/v1/lists/{list}/entries"
	pathEntriesBook = "/v1/lists/{list}/entries.xlsx"
	pathEntriesText = "/v1/lists/{list}/entries.docx"
	pathEntry       = "/v1/lists/{list}/entries/{id}"
	pathPublic      = "/v1/lists/{list}/public"
	pathListedUnits = "/v1/listed-units"
)

// listRoutes registers the negative lists.
func (s *server) listRoutes() {
	missing := []int{http.StatusNotFound}
	const tag = "Lists"
	register(s, operation{
		id: "list_entries", method: http.MethodGet, path: pathEntries, tag: tag, summary: "负面清单 The entries of a negative list",
		doc:     "The latest first. A unit's person finds the entries of the own unit, and of them what a unit may know.",
		refuses: missing,
	}, s.entries)
	register(s, operation{
		id: "export_entries_xlsx", method: http.MethodGet, path: pathEntriesBook, tag: tag, summary: "负面清单 A list as a workbook",
		doc: "The entries of the list under the same filters. A text that could be taken for a formula begins with an apostrophe.", refuses: missing,
	}, s.entriesBook)
	s.isFile(pathEntriesBook, workbookType)
	register(s, operation{
		id: "export_entries_docx", method: http.MethodGet, path: pathEntriesText, tag: tag, summary: "通报 A list as an official paper",
		doc: "The entries of a year that stand and may be shown, as a Word file: of the facts it says what was decided for the public, and it names no person. " +
			"Without a number it is marked 送审稿.", refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.entriesText)
	s.isFile(pathEntriesText, mediaDocx)
	register(s, operation{
		id: "get_entry", method: http.MethodGet, path: pathEntry, tag: tag, summary: "清单条目 One entry", refuses: missing,
	}, s.entry)
	register(s, operation{
		id: "get_public_list", method: http.MethodGet, path: pathPublic, tag: tag, summary: "公开清单 What the public may read of a list",
		doc: "Entries that stand and were decided to be shown, each with the text decided for it. No person is named.", refuses: missing,
	}, s.publicList)
	register(s, operation{
		id: "list_listed_units", method: http.MethodGet, path: pathListedUnits, tag: tag, summary: "列入下一年度督查 The units that were on a list in a year",
		doc: "For the plan of the next year: who answers for the unit now, and the campaigns of the next year that cover it already.",
	}, s.listedUnits)
	s.actRoutes()
}

// A listInput names a list and filters its entries.
type listInput struct {
	List   string `path:"list" doc:"problems 问题负面清单, assessment 党建成效考核负面清单"`
	Year   string `query:"year" pattern:"^[0-9]{4}$" doc:"Of this year; of all years when left out"`
	Unit   string `query:"unit" maxLength:"64" doc:"Only those of the unit of this id"`
	State  string `query:"state" of:"lifecycle.EntryState" doc:"How the entry stands today"`
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

// listOf reads the list's name, or notFound.
func listOf(name string) (policy.List, error) {
	if !slices.Contains(policy.Lists(), policy.List(name)) {
		return "", notFound()
	}
	return policy.List(name), nil
}

// filterEntries reads the filter as this person may use it.
func (c *call) filterEntries(in *listInput) (store.EntryFilter, error) {
	list, err := listOf(in.List)
	if err != nil {
		return store.EntryFilter{}, err
	}
	var f form
	filter := store.EntryFilter{
		List: list, Year: f.number("year", in.Year, calendar.FirstYear, calendar.LastYear, 0), Unit: f.text("unit", in.Unit, maxCode),
		State: lifecycle.EntryState(f.oneOf("state", in.State, names(lifecycle.EntryStates()))),
		After: f.text("cursor", in.Cursor, maxCursor), Limit: f.limit(in.Limit),
	}
	if err := f.err(); err != nil {
		return store.EntryFilter{}, err
	}
	if c.unit() {
		if filter.Unit != "" && filter.Unit != c.actor.Unit {
			return store.EntryFilter{}, notFound()
		}
		filter.Unit, filter.Known = c.actor.Unit, true
	}
	return filter, nil
}

// An EntryList is one page of entries.
type EntryList struct {
	Entries []ListEntry `json:"entries" doc:"The entries of the page"`
	Next    string      `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

type (
	entriesOutput struct{ Body EntryList }
	entryOutput   struct{ Body ListEntry }
)

func (s *server) entries(ctx context.Context, c *call, in *listInput) (*entriesOutput, error) {
	filter, err := c.filterEntries(in)
	if err != nil {
		return nil, err
	}
	limit := filter.Limit
	filter.Limit++
	found, err := s.record.Entries(ctx, filter)
	if err != nil {
		return nil, err
	}
	var out EntryList
	out.Entries, out.Next = onePage(found, limit, func(e store.ListEntry) string { return e.ID }, c.entry)
	return &entriesOutput{Body: out}, nil
}

type entryInput struct {
	List string `path:"list"`
	ID   string `path:"id" format:"uuid" doc:"The entry"`
}

func (s *server) entry(ctx context.Context, c *call, in *entryInput) (*entryOutput, error) {
	e, err := s.oneEntry(ctx, c, in)
	if err != nil {
		return nil, err
	}
	return &entryOutput{Body: c.entry(e)}, nil
}

// oneEntry reads an entry of the list as far as it exists for this person.
func (s *server) oneEntry(ctx context.Context, c *call, in *entryInput) (store.ListEntry, error) {
	list, err := listOf(in.List)
	if err != nil {
		return store.ListEntry{}, err
	}
	id, err := longID(in.ID)
	if err != nil {
		return store.ListEntry{}, err
	}
	e, err := s.record.Entry(ctx, id)
	if err != nil {
		return store.ListEntry{}, err
	}
	if e.List != list || c.unit() && (e.Unit != c.actor.Unit || !e.Known()) {
		return store.ListEntry{}, notFound()
	}
	return e, nil
}

type bookInput struct {
	List  string `path:"list"`
	Year  string `query:"year" pattern:"^[0-9]{4}$" doc:"Of this year; of all years when left out"`
	Unit  string `query:"unit" maxLength:"64" doc:"Only those of the unit of this id"`
	State string `query:"state" of:"lifecycle.EntryState" doc:"How the entry stands today"`
}

func (s *server) entriesBook(ctx context.Context, c *call, in *bookInput) (*huma.StreamResponse, error) {
	filter, err := c.filterEntries(&listInput{List: in.List, Year: in.Year, Unit: in.Unit, State: in.State})
	if err != nil {
		return nil, err
	}
	title := filter.List.ZH()
	if filter.Year > 0 {
		title += fmt.Sprintf("（%d年度）", filter.Year)
	}
	book, err := ledger.NewEntries(title)
	if err != nil {
		return nil, err
	}
	filter.Limit = ledger.MaxRows
	err = s.record.EachEntry(ctx, filter, func(e store.ListEntry) error { return book.Add(bookRow(e)) })
	if err == nil {
		err = book.End()
	}
	if err != nil {
		_ = book.Close()
		return nil, err
	}
	return s.file(workbookType, title+".xlsx", string(filter.List)+".xlsx", func(w io.Writer) error { //nolint:contextcheck // huma hands the context over with the answer
		defer func() { _ = book.Close() }()
		_, err := book.WriteTo(w)
		return err
	}), nil
}

func bookRow(e store.ListEntry) ledger.Entry {
	number, on := e.Decision()
	var cases []string
	for _, g := range e.Grounds {
		if !slices.Contains(cases, g.Number) {
			cases = append(cases, g.Number)
		}
	}
	return ledger.Entry{
		UnitName: e.UnitName, Year: e.Year, ListedOn: e.ListedOn(), Basis: e.Basis(), Decision: number, DecidedOn: on,
		Cases: strings.Join(cases, "\n"), State: e.State(e.Today).ZH(), EndsOn: e.EndsOn, ID: e.ID,
	}
}

type textInput struct {
	List   string `path:"list"`
	Year   string `query:"year" required:"true" pattern:"^[0-9]{4}$" doc:"The year of the listing"`
	Number string `query:"number" maxLength:"100" doc:"Number of the paper; a draft without it"`
}

func (s *server) entriesText(ctx context.Context, c *call, in *textInput) (*huma.StreamResponse, error) {
	list, err := listOf(in.List)
	if err != nil {
		return nil, err
	}
	var f form
	f.required("year", in.Year)
	paper := documents.NegativeList{
		Office: s.papers.Office, List: list, Year: f.number("year", in.Year, calendar.FirstYear, calendar.LastYear, 0), Number: f.text("number", in.Number, maxCode),
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	_, _, days, err := s.record.PolicyInForce(ctx)
	if err != nil {
		return nil, err
	}
	paper.On = days.Date(c.receivedAt)
	filter := store.EntryFilter{List: list, Year: paper.Year, Shown: true, Limit: ledger.MaxRows}
	err = s.record.EachEntry(ctx, filter, func(e store.ListEntry) error {
		number, _ := e.Decision()
		paper.Entries = append(paper.Entries, documents.Listed{Unit: e.UnitName, On: e.ListedOn(), Decision: number, Facts: e.Public().Text})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(paper.Entries) // the first listed first
	text, err := paper.Write()
	if err != nil {
		return nil, paperFault(err)
	}
	name := fmt.Sprintf("%s（%d年度）.docx", list.ZH(), paper.Year)
	return s.file(mediaDocx, name, string(list)+extension, func(w io.Writer) error { //nolint:contextcheck // as above
		_, err := w.Write(text)
		return err
	}), nil
}

type publicInput struct {
	List   string `path:"list"`
	Year   string `query:"year" pattern:"^[0-9]{4}$" doc:"Of this year; of all years when left out"`
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
}

// A PublicList is one page of what the public may read.
type PublicList struct {
	Entries []PublicEntry `json:"entries" doc:"The entries that may be read"`
	Next    string        `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

type publicOutput struct{ Body PublicList }

func (s *server) publicList(ctx context.Context, _ *call, in *publicInput) (*publicOutput, error) {
	staff := &call{} // the public is nobody's unit: what is shown is shown to all
	filter, err := staff.filterEntries(&listInput{List: in.List, Year: in.Year, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	limit := filter.Limit
	filter.Limit, filter.Shown = limit+1, true
	found, err := s.record.Entries(ctx, filter)
	if err != nil {
		return nil, err
	}
	var out PublicList
	out.Entries, out.Next = onePage(found, limit, func(e store.ListEntry) string { return e.ID }, publicEntry)
	return &publicOutput{Body: out}, nil
}

type listedInput struct {
	Year string `query:"year" required:"true" pattern:"^[0-9]{4}$" doc:"The year of the lists"`
}

// ListedUnits are the units that were on a list in a year.
type ListedUnits struct {
	Units []ListedUnit `json:"units" doc:"The units that were on a list in the year"`
}

type listedOutput struct{ Body ListedUnits }

func (s *server) listedUnits(ctx context.Context, _ *call, in *listedInput) (*listedOutput, error) {
	var f form
	f.required("year", in.Year)
	year := f.number("year", in.Year, calendar.FirstYear, calendar.LastYear, 0)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.ListedUnits(ctx, year)
	if err != nil {
		return nil, err
	}
	out := ListedUnits{Units: []ListedUnit{}}
	for _, u := range found {
		out.Units = append(out.Units, ListedUnit(u))
	}
	return &listedOutput{Body: out}, nil
}
