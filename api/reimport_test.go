package api_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/api"
	"duban/lifecycle"
)

const ledgerSheet = "整改台账"

// exported is the ledger as a clerk gets it, changed if need be.
func (s site) exported(t *testing.T, change func(f *excelize.File, rows int)) []byte {
	t.Helper()
	a := s.as(t, s.people.Inspector, asked{method: http.MethodGet, path: "/v1/ledger.xlsx?sort=number"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	if change == nil {
		return a.Body.Bytes()
	}
	f, err := excelize.OpenReader(a.Body)
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows(ledgerSheet)
	require.NoError(t, err)
	change(f, len(rows))
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	return out.Bytes()
}

// add puts a new finding below the last row, as a clerk would: what the system
// writes is left out.
func add(t *testing.T, f *excelize.File, row int, title string) {
	t.Helper()
	for column, value := range map[string]string{
		"D": "市档案局", "F": title, "G": "事实", "H": "2026.3.2", "I": "督促检查", "J": "C03",
	} {
		require.NoError(t, f.SetCellStr(ledgerSheet, fmt.Sprint(column, row), value))
	}
}

// ledgerSite is a site with cases of many kinds in their stages.
func ledgerSite(t *testing.T) (site, *life) {
	t.Helper()
	s := newSite(t)
	p := s.people
	hostile := p.Finding("=1+1 标题", today())
	body, ok := hostile.Body.(*lifecycle.OpenCase)
	require.True(t, ok)
	body.Facts = "  多行\n'事实'\n第三行"
	first := s.life()
	for _, step := range append([]step{p.Finding("党费收缴不及时", today())}, p.UpToReview()...) {
		first.do(t, step.By, step.Body)
	}
	for i, step := range []step{p.Finding("台账不全", today()), hostile} {
		l := s.life()
		l.n = 100 * (i + 1)
		l.do(t, step.By, step.Body)
	}
	return s, first
}

// Issue 3 item 7: the ledger can be imported again. Unchanged, every row is known
// to be a case, nothing is opened, and the answer says so.
func TestUnchangedLedgerOpensNothing(t *testing.T) {
	t.Parallel()
	s, _ := ledgerSite(t)
	p := s.people
	for name, file := range map[string][]byte{
		"as it was sent": s.exported(t, nil), "saved again": s.exported(t, func(*excelize.File, int) {}),
		"sorted and filtered": s.exported(t, func(f *excelize.File, rows int) {
			require.NoError(t, f.DuplicateRowTo(ledgerSheet, 3, rows+1))
			require.NoError(t, f.RemoveRow(ledgerSheet, 3))
			require.NoError(t, f.SetRowVisible(ledgerSheet, 4, false))
		}),
	} {
		a := s.as(t, p.Inspector, upload(t, file, s.campaign(t)))
		require.Equal(t, http.StatusUnprocessableEntity, a.Code, "%s: %s", name, a.Body)
		problem := a.problem(t)
		require.Equal(t, "nothing_new", problem.Code, name)
		require.Contains(t, problem.Detail, "台账中的3行都是已登记的事项", name)
	}
	var list api.ImportList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/imports"}).into(t, &list)
	require.Empty(t, list.Imports)
}

// A row added below is opened, alone and once, however often the sheet comes.
func TestRowAddedToLedgerIsOpened(t *testing.T) {
	t.Parallel()
	s, _ := ledgerSite(t)
	p := s.people
	file := s.exported(t, func(f *excelize.File, rows int) { add(t, f, rows+1, "新发现的问题") })
	a := s.as(t, p.Inspector, upload(t, file, s.campaign(t)))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var one api.Import
	a.into(t, &one)
	require.Equal(t, []any{"checked", 1, 3}, []any{one.State, one.Rows, one.Known})
	require.Equal(t, http.StatusAccepted, s.as(t, p.Inspector, asked{method: http.MethodPost, path: "/v1/imports/" + one.ID + "/open", body: "{}"}).Code)
	_, more, err := s.store.OpenImport(t.Context(), one.ID, 100, nil)
	require.NoError(t, err)
	require.False(t, more)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/imports/" + one.ID}).into(t, &one)
	require.Equal(t, []any{"done", 1, 0}, []any{one.State, one.Opened, one.Failed})
	var cases api.CaseList
	s.as(t, p.Inspector, asked{method: http.MethodGet, path: "/v1/cases?sort=number"}).into(t, &cases)
	require.Len(t, cases.Cases, 4)
	require.Equal(t, "新发现的问题", cases.Cases[3].Title)

	// The row still has no number in the clerk's sheet.
	fields := s.campaign(t)
	maps.Copy(fields, map[string]string{"again": "true"})
	again := s.as(t, p.Inspector, upload(t, file, fields)).problem(t)
	require.Equal(t, "workbook_has_errors", again.Code)
	require.Len(t, again.Errors, 1)
	require.Equal(t, []string{ledgerSheet, "F6", "already_case"}, []string{again.Errors[0].Sheet, again.Errors[0].Cell, again.Errors[0].Code})
	require.Contains(t, again.Errors[0].Detail, cases.Cases[3].Number)
}

// What a ledger says of a case is never taken over without a word, and what only
// the system writes is never lost: each is an error of its cell, and nothing is
// opened.
func TestChangedLedgerIsTold(t *testing.T) {
	t.Parallel()
	s, _ := ledgerSite(t)
	p := s.people
	set := func(cell, value string) func(*testing.T, *excelize.File) {
		return func(t *testing.T, f *excelize.File) {
			t.Helper()
			require.NoError(t, f.SetCellStr(ledgerSheet, cell, value))
		}
	}
	for name, one := range map[string]struct {
		change     func(*testing.T, *excelize.File)
		cell, code string
	}{
		"title of a case":    {set("F3", "另一个标题"), "F3", "case_differs"},
		"facts of a case":    {set("G4", ""), "G4", "case_differs"},
		"unit of a case":     {set("D3", "市统计局"), "D3", "case_differs"},
		"day of a case":      {set("H3", "2026-01-01"), "H3", "case_differs"},
		"category of a case": {set("J3", "C01"), "J3", "case_differs"},
		"number not ours":    {set("B3", "督〔2026〕9999"), "B3", "unknown_case"},
		"number of no form":  {set("B3", "第三号"), "B3", "unknown_case"},
		"owner of a new one": {set("E6", "张三"), "E6", "by_system"},
		"another campaign":   {set("C6", "2025年第一批"), "C6", "other_campaign"},
		"unknown unit":       {set("D6", "市档按局"), "D6", "unknown_unit"},
		"no facts":           {set("G6", ""), "G6", "required"},
		"a case put in again": {func(t *testing.T, f *excelize.File) {
			t.Helper()
			require.NoError(t, f.DuplicateRowTo(ledgerSheet, 4, 7))
			set("B7", "")(t, f)
			set("O7", "")(t, f)
		}, "F7", "already_case"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := s.exported(t, func(f *excelize.File, rows int) {
				require.Equal(t, 5, rows)
				add(t, f, 6, "新发现的问题")
				one.change(t, f)
			})
			problem := s.as(t, p.Inspector, upload(t, file, s.campaign(t))).problem(t)
			require.Equal(t, "workbook_has_errors", problem.Code)
			require.NotEmpty(t, problem.Errors)
			require.Equal(t, []string{one.cell, one.code}, []string{problem.Errors[0].Cell, problem.Errors[0].Code}, "%v", problem.Errors)
			require.Equal(t, http.StatusOK, s.as(t, p.Inspector, asked{method: http.MethodGet, path: problem.Marked}).Code)
		})
	}
}

// A case that has moved on since the export is known all the same.
func TestOldLedgerKnowsItsCases(t *testing.T) {
	t.Parallel()
	s, l := ledgerSite(t)
	file := s.exported(t, nil)
	l.do(t, s.people.Leader, &lifecycle.Void{Reason: "重复登记"})
	require.Equal(t, "nothing_new", s.as(t, s.people.Inspector, upload(t, file, s.campaign(t))).problem(t).Code)
}
