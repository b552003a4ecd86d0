package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/gin-gonic/gin"

	"duban/documents/findings"
	"duban/documents/workbook"
	"duban/lifecycle"
	"duban/store"
)

// importRoutes registers the import of findings from workbooks.
func (s *server) importRoutes(router *gin.Engine) {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_imports", method: http.MethodGet, path: "/v1/imports", tag: "Imports", summary: "导入记录 List imports",
		doc: "Workbooks of findings that were sent, the latest first, good or refused.",
	}, s.imports)
	register(s, operation{
		id: "get_import", method: http.MethodGet, path: "/v1/imports/{id}", tag: "Imports", summary: "导入进度 One import and how far it is", refuses: missing,
	}, s.oneImport)
	register(s, operation{
		id: "open_import", method: http.MethodPost, path: "/v1/imports/{id}/open", tag: "Imports", summary: "登记 Open the cases of an import",
		doc: "Orders that every row becomes a case; asked again, nothing changes. Of findings only who sent the workbook may. " +
			"Cases in hand (in_hand) are opened by a leader who did not send them: that is the confirmation.",
		status: http.StatusAccepted, body: reflect.TypeFor[nothing](), refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.openImport)
	s.importFiles(router)
}

// An Import is a workbook of findings that somebody sent.
type Import struct {
	ID         string    `json:"id"`
	Author     string    `json:"author" doc:"Account of who sent it"`
	AuthorName string    `json:"author_name" doc:"Name of who sent it"`
	At         time.Time `json:"at" doc:"When the workbook came, in UTC"`
	File       string    `json:"file" doc:"Name of the workbook"`
	Campaign   string    `json:"campaign"`
	InHand     bool      `json:"in_hand,omitempty" doc:"The rows are cases in hand, which are taken over where they stand"`
	// ConfirmedBy is the leader who let cases in hand in.
	ConfirmedBy string    `json:"confirmed_by,omitempty" doc:"Account of the leader who confirmed the cases in hand"`
	Duplicates  bool      `json:"duplicates,omitempty" doc:"Findings that are cases already are opened all the same"`
	State       string    `json:"state" of:"store.ImportState" doc:"refused: it has errors; checked: it can be opened"`
	Rows        int       `json:"rows" doc:"How many rows are to become cases"`
	Opened      int       `json:"opened" doc:"Rows that are cases"`
	Failed      int       `json:"failed,omitempty" doc:"Rows that were turned down after the check"`
	OpeningAt   time.Time `json:"opening_at,omitzero" doc:"When it was ordered that they be opened, in UTC"`
	DoneAt      time.Time `json:"done_at,omitzero" doc:"When the last row was a case or turned down, in UTC"`
	// Turned lists the first of the failed rows.
	Turned []ImportTurned `json:"turned_down,omitempty"`
	// Hints lists the first of the rows that something is known about.
	Hints []ImportHint `json:"hints,omitempty" doc:"What is known already: what the unit has open, its findings of the same category in the last three years, and those with a like title. marked.xlsx has all of it"`
	// Known and Ignored are told once, when the workbook is sent.
	Known   int      `json:"known_rows,omitempty" doc:"Rows of a ledger that are cases already; they are not opened again"`
	Ignored []string `json:"ignored_sheets,omitempty" doc:"Sheets that were not read"`
}

// An ImportHint is what is known about a row and its unit.
type ImportHint struct {
	Row         int           `json:"row"`
	Detail      string        `json:"detail" doc:"All of it in a sentence"`
	Unit        *ImportUnit   `json:"unit,omitempty" doc:"With the first row of each unit"`
	Recurrences int           `json:"recurrences,omitempty" doc:"The unit's findings of the same category in the last three years"`
	Latest      string        `json:"latest,omitempty" doc:"Number of the last of them"`
	RepeatOf    string        `json:"repeat_of,omitempty" doc:"Number of the archived one that is most alike: 前案编号, if it happened again"`
	Similar     []ImportAlike `json:"similar,omitempty" doc:"Perhaps the same finding twice, the most alike first"`
}

// An ImportUnit is what a unit has open and how often it was inspected this year.
type ImportUnit struct {
	Open      int `json:"open" doc:"Cases of the unit that are not settled"`
	Overdue   int `json:"overdue" doc:"Of them, those past their deadline"`
	Inspected int `json:"inspected" doc:"How often the unit was inspected this year"`
}

// An ImportAlike is a case whose title is like a row's.
type ImportAlike struct {
	Number   string  `json:"number" doc:"Number of the case"`
	Likeness float64 `json:"likeness" doc:"From 0 to 1"`
}

func hintOf(h findings.Hint) ImportHint {
	out := ImportHint{Row: h.Row, Detail: h.ZH(), Recurrences: h.Recurrences, Latest: h.Latest, RepeatOf: h.RepeatOf}
	if h.Unit != nil {
		unit := ImportUnit(*h.Unit)
		out.Unit = &unit
	}
	for _, a := range h.Similar {
		out.Similar = append(out.Similar, ImportAlike(a))
	}
	return out
}

// An ImportTurned is a row that was turned down after the check.
type ImportTurned struct {
	Row    int    `json:"row"`
	Code   string `json:"code" of:"ProblemCode" doc:"Why it was turned down, for programs"`
	Detail string `json:"detail"`
}

func importOf(i store.Import) Import {
	return Import{
		ID: i.ID, Author: i.Author, AuthorName: i.AuthorName, At: i.At, File: i.File, Campaign: i.Campaign, InHand: i.InHand, ConfirmedBy: i.ConfirmedBy, Duplicates: i.Duplicates, State: string(i.State),
		Rows: i.Rows, Opened: i.Opened, Failed: i.Failed, OpeningAt: i.OpeningAt, DoneAt: i.DoneAt,
	}
}

type importsOutput struct{ Body ImportList }

// An ImportList is one page of imports, the latest first.
type ImportList struct {
	Imports []Import `json:"imports" doc:"The imports of the page"`
	Next    string   `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

func (s *server) imports(ctx context.Context, _ *call, in *pageInput) (*importsOutput, error) {
	var f form
	after, limit := f.text("cursor", in.Cursor, maxCode), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.Imports(ctx, after, limit+1)
	if err != nil {
		return nil, err
	}
	var out ImportList
	out.Imports, out.Next = onePage(found, limit, func(i store.Import) string { return i.ID }, importOf)
	return &importsOutput{Body: out}, nil
}

type importOutput struct {
	Body Import
}

// maxTurned is how many rows that were turned down, or have a hint, an answer
// lists.
const maxTurned = 100

func (s *server) oneImport(ctx context.Context, c *call, in *shortIDInput) (*importOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	i, err := s.record.Import(ctx, id)
	if err != nil {
		return nil, err
	}
	out := importOf(i)
	if i.Failed > 0 {
		turned, err := s.record.FailedRows(ctx, id, maxTurned)
		if err != nil {
			return nil, err
		}
		for _, t := range turned {
			out.Turned = append(out.Turned, ImportTurned{Row: t.Row, Code: t.Refusal.Code, Detail: c.language.pick(t.Refusal.ZH, t.Refusal.EN)})
		}
	}
	hinted, err := s.record.HintedRows(ctx, id, maxTurned)
	if err != nil {
		return nil, err
	}
	for _, r := range hinted {
		var h findings.Hint
		if err := json.Unmarshal(r.Hint, &h); err != nil {
			return nil, err
		}
		out.Hints = append(out.Hints, hintOf(h))
	}
	return &importOutput{Body: out}, nil
}

func (s *server) openImport(ctx context.Context, c *call, in *shortIDInput) (*importOutput, error) {
	id, err := shortID(in.ID)
	if err != nil {
		return nil, err
	}
	i, err := s.record.StartImport(ctx, c.actor, id, c.receivedAt)
	if err != nil {
		return nil, err
	}
	if i.State == store.ImportOpening {
		// With the engine away the order stands in the record all the same.
		c.afterwards(ctx, func(ctx context.Context) { c.cause = s.startImport(ctx, i.ID) })
	}
	return &importOutput{Body: importOf(i)}, nil
}

// An Upload is a workbook that was taken in whole.
type Upload struct {
	File     io.ReaderAt
	Size     int64
	Name     string
	Sum      []byte
	Campaign string
	// Again: the file was imported before. Duplicates: findings that are cases
	// already are opened all the same.
	// InHand: its rows are cases in hand.
	Again, Duplicates, InHand bool
}

// ImportFindings checks a workbook and records it, good or refused, with what
// was wrong. Errors are a *findings.Refusal when the file cannot be read and a
// *store.SameFileError.
func ImportFindings(ctx context.Context, record Imports, codes Force, who lifecycle.Actor, at time.Time, u Upload) (store.Import, findings.Result, error) {
	var result findings.Result
	tables, err := findingTables(ctx, record, codes, u.InHand)
	if err != nil {
		return store.Import{}, result, err
	}
	judge, err := record.Judge(ctx, who, at)
	if err != nil {
		return store.Import{}, result, err
	}
	mayOpen := lifecycle.KindOpenCase
	if u.InHand {
		mayOpen = lifecycle.KindTakeOverCase
	}
	if !who.Has(mayOpen.Who()...) {
		return store.Import{}, result, barred()
	}
	campaign, err := record.Campaign(ctx, u.Campaign)
	if err != nil && !errors.Is(err, store.ErrNotFound) { // AddImport says so, and of which field
		return store.Import{}, result, err
	}
	known := record.Hints()
	n := store.NewImport{Author: who.Account, File: u.Name, Sum: u.Sum, Campaign: u.Campaign, Again: u.Again, Duplicates: u.Duplicates, InHand: u.InHand}
	i, err := record.AddImport(ctx, n, func(add func(store.ImportRow) error) (checked store.Checked, err error) {
		check := findings.Check{
			Tables: tables, Campaign: u.Campaign, CampaignName: campaign.Name,
			Judge:   func(r findings.Row) (*lifecycle.Refusal, error) { return judge(r.Body, r.InHand) },
			Earlier: func(number string) (string, error) { return earlierCase(ctx, record, number) },
			Hints:   func(page []*lifecycle.OpenCase) ([]findings.Hint, error) { return hintsOf(ctx, known, page) },
			Header:  func(h findings.Header) (err error) { checked.Header, err = json.Marshal(h); return err },
			Row: func(r findings.Row) error {
				row := store.ImportRow{Row: r.Row, Cells: r.Cells, Body: r.Body, InHand: r.InHand}
				if len(r.Faults) > 0 {
					if row.Faults, err = json.Marshal(r.Faults); err != nil {
						return err
					}
				}
				if r.Hint != nil {
					if row.Hint, err = json.Marshal(r.Hint); err != nil {
						return err
					}
				}
				return add(row)
			},
		}
		if !u.InHand {
			check.Known = func(number string) (*findings.Case, error) { return knownCase(ctx, record, number) }
		}
		if !u.Duplicates {
			check.Same = func(page []*lifecycle.OpenCase) ([]string, error) { return record.SameFindings(ctx, page) }
		}
		if result, err = check.Run(u.File, u.Size, u.Name); err != nil {
			return checked, err
		}
		checked.Rows, checked.Good = result.Rows, result.Good()
		if !checked.Good {
			checked.Faults, err = json.Marshal(result.Faults)
		}
		return checked, err
	})
	return i, result, err
}

// knownCase is the case of a number in a ledger; nil when there is none.
func knownCase(ctx context.Context, record Imports, number string) (*findings.Case, error) {
	c, err := record.CaseByNumber(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	if err != nil {
		return nil, err
	}
	known := &findings.Case{Finding: c.Case.Finding, UnitName: c.UnitName}
	if c.Case.RepeatOf != nil {
		known.EarlierNumber = c.Case.RepeatOf.Number
	}
	return known, nil
}

// hintsOf are what is known about findings.
func hintsOf(ctx context.Context, known *store.Hints, page []*lifecycle.OpenCase) ([]findings.Hint, error) {
	found, err := known.Of(ctx, page)
	if err != nil {
		return nil, err
	}
	hints := make([]findings.Hint, len(found))
	for i, h := range found {
		hints[i] = findings.Hint{
			Unit:        &findings.UnitHint{Open: h.Open, Overdue: h.Overdue, Inspected: h.Inspected},
			Recurrences: h.Recurrences, Latest: h.Latest, RepeatOf: h.RepeatOf,
		}
		for _, a := range h.Similar {
			hints[i].Similar = append(hints[i].Similar, findings.Alike(a))
		}
	}
	return hints, nil
}

// earlierCase is the id of the case of a number; empty when there is none.
func earlierCase(ctx context.Context, record Imports, number string) (string, error) {
	c, err := record.CaseByNumber(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return c.Case.ID, err
}

// MarkedFindings writes a workbook back with its errors marked and what is known.
func MarkedFindings(ctx context.Context, record Imports, codes Force, id string, w io.Writer) error {
	i, err := record.Import(ctx, id)
	if err != nil {
		return err
	}
	tables, err := findingTables(ctx, record, codes, i.InHand)
	if err != nil {
		return err
	}
	var header findings.Header
	listed := map[int][]findings.Fault{}
	if err := record.ImportSheet(ctx, id, func(head, faults []byte) error {
		var all []findings.Fault
		if err := json.Unmarshal(head, &header); err != nil {
			return err
		}
		if faults != nil { // it was refused
			if err := json.Unmarshal(faults, &all); err != nil {
				return err
			}
		}
		for _, f := range all {
			if f.Code == findings.CodeMerged { // it shows only behind the rows
				listed[f.Row] = append(listed[f.Row], f)
			}
		}
		return errSheetHead
	}, nil); !errors.Is(err, errSheetHead) {
		return err
	}
	return findings.Marked(w, tables, header, func(put func(findings.Row) error) error {
		return record.ImportSheet(ctx, id, func(_, _ []byte) error { return nil }, func(r store.ImportRow) error {
			row := findings.Row{Row: r.Row, Cells: r.Cells}
			if r.Faults != nil {
				if err := json.Unmarshal(r.Faults, &row.Faults); err != nil {
					return err
				}
			}
			if r.Hint != nil {
				if err := json.Unmarshal(r.Hint, &row.Hint); err != nil {
					return err
				}
			}
			row.Faults = append(row.Faults, listed[r.Row]...)
			return put(row)
		})
	})
}

// errSheetHead ends the reading of a sheet behind its head.
var errSheetHead = errors.New("only the head was wanted")

func findingTables(ctx context.Context, record Imports, codes Force, inHand bool) (findings.Tables, error) {
	units, err := record.UnitNames(ctx)
	if err != nil {
		return findings.Tables{}, err
	}
	p, _, _, err := codes.PolicyInForce(ctx)
	if err != nil {
		return findings.Tables{}, err
	}
	tables := findings.Tables{Codes: p.Codes, Units: units, InHand: inHand}
	if inHand {
		tables.Officers, err = record.Officers(ctx)
	}
	return tables, err
}

// importFault is the answer to a workbook that was not taken.
func importFault(err error) error {
	var (
		unread *findings.Refusal
		same   *store.SameFileError
	)
	switch {
	case errors.As(err, &unread) && unread.Code == "file_too_large":
		return fileTooLarge()
	case errors.As(err, &unread):
		return invalid("file", unread.Code, unread.ZH, unread.EN)
	case errors.As(err, &same):
		b := same.Before
		at := b.At.In(time.FixedZone("", 8*60*60)).Format("2006年1月2日15:04")
		return &fault{
			status: http.StatusConflict, code: "already_imported", field: "file",
			zh: fmt.Sprintf("这份文件已由%s于%s导入（编号%s）。确需再次导入的，请在上传时选择“再次导入同一文件”。", b.AuthorName, at, b.ID),
			en: fmt.Sprintf("This file was imported before, as %s; say again=true if it is meant.", b.ID),
		}
	}
	return err
}

// faultsOf is the answer to a workbook of findings with errors.
func faultsOf(id string, r findings.Result) *fault {
	return faultsIn(r.Faults, r.More, "没有登记任何问题", "nothing was opened", "/v1/imports/"+id+"/marked.xlsx")
}

// faultsIn is the answer to a workbook with errors, all of them listed.
func faultsIn(faults []workbook.Fault, more int, zh, en, marked string) *fault {
	total := len(faults) + more
	f := &fault{
		status: http.StatusUnprocessableEntity, code: "workbook_has_errors", field: "file",
		zh:     fmt.Sprintf("工作簿有%d处错误，%s。请下载标出错误的工作簿，改正后重新上传。", total, zh),
		en:     fmt.Sprintf("The workbook has %d errors; %s.", total, en),
		marked: marked, more: more,
	}
	for _, one := range faults {
		f.all = append(f.all, &fault{field: one.Sheet + "!" + one.Cell, sheet: one.Sheet, cell: one.Cell, code: one.Code, zh: one.ZH, en: one.EN})
	}
	return f
}
