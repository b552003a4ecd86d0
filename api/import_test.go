package api_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/api"
	"duban/documents/findings"
	"duban/lifecycle"
	"duban/store"
)

// upload is a form with a file and texts.
func upload(t *testing.T, file []byte, fields map[string]string) asked {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		require.NoError(t, form.WriteField(name, value))
	}
	if file != nil {
		part, err := form.CreateFormFile("file", "第一批.xlsx")
		require.NoError(t, err)
		_, err = part.Write(file)
		require.NoError(t, err)
	}
	require.NoError(t, form.Close())
	return asked{method: http.MethodPost, path: "/v1/imports", body: body.Bytes(), header: map[string]string{"Content-Type": form.FormDataContentType()}}
}

// filled is the site's own template with rows filled in from the second on.
func (s site) filled(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	a := s.as(t, s.people.Inspector, asked{method: http.MethodGet, path: "/v1/imports/template.xlsx"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	f, err := excelize.OpenReader(a.Body)
	require.NoError(t, err)
	defer f.Close()
	for i, row := range rows {
		require.NoError(t, f.SetSheetRow(findings.SheetName, fmt.Sprint("A", i+2), &row))
	}
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	return out.Bytes()
}

func goodRow(n int) []any {
	return []any{n, "市档案局", fmt.Sprint("问题", n), "事实", "2026.3.2", "督促检查", "C03"}
}

// campaign is what is sent with a workbook: the one campaign of the site, which
// is planned if need be.
func (s site) campaign(t *testing.T) map[string]string {
	t.Helper()
	list, err := s.store.Campaigns(context.Background(), 0, "", 1)
	require.NoError(t, err)
	if len(list) == 0 {
		c, err := s.store.AddCampaign(context.Background(), store.Campaign{
			Name: "2026年第一批", Year: today().Year(), Method: "inspection", StartsOn: today(), EndsOn: today(),
			Scope: []string{s.people.Unit.ID, s.people.OtherUnit.ID}, Author: s.people.Head.Account,
		})
		require.NoError(t, err)
		list = []store.Campaign{c}
	}
	return map[string]string{"campaign": list[0].ID}
}

// From the template to opened cases.
func TestImportFromTemplateToCases(t *testing.T) {
	t.Parallel()
	started := make(chan string, 2)
	s := siteWith(t, func(o *api.Options) {
		o.StartImport = func(_ context.Context, id string) error { started <- id; return nil }
	})
	p := s.people
	file := s.filled(t, goodRow(1), goodRow(2), goodRow(3))
	a := s.as(t, p.Inspector, upload(t, file, s.campaign(t)))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var one api.Import
	a.into(t, &one)
	require.Equal(t, []any{"checked", 3, "第一批.xlsx", s.campaign(t)["campaign"]}, []any{one.State, one.Rows, one.File, one.Campaign})

	again := s.as(t, p.Officer, upload(t, file, s.campaign(t)))
	require.Equal(t, http.StatusConflict, again.Code)
	require.Contains(t, again.problem(t).Detail, p.Inspector.Name, "who imported it")

	open := asked{method: http.MethodPost, path: "/v1/imports/" + one.ID + "/open", body: "{}"}
	require.Equal(t, "not_author", s.as(t, p.Officer, open).problem(t).Code)
	for range 2 {
		require.Equal(t, http.StatusAccepted, s.as(t, p.Inspector, open).Code)
		require.Equal(t, one.ID, <-started)
	}
	_, more, err := s.store.OpenImport(t.Context(), one.ID, 100, nil)
	require.NoError(t, err)
	require.False(t, more)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/imports/" + one.ID}).into(t, &one)
	require.Equal(t, []any{"done", 3}, []any{one.State, one.Opened})
	var cases api.CaseList
	s.as(t, p.Inspector, asked{method: http.MethodGet, path: "/v1/cases?campaign=" + s.campaign(t)["campaign"] + "&sort=number"}).into(t, &cases)
	require.Len(t, cases.Cases, 3)
	require.Equal(t, "问题1", cases.Cases[0].Title)

	a = s.as(t, p.Inspector, upload(t, file, map[string]string{"campaign": s.campaign(t)["campaign"], "again": "true", "duplicates": "true"}))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var list api.ImportList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/imports?limit=1"}).into(t, &list)
	require.Len(t, list.Imports, 1)
	require.NotEqual(t, one.ID, list.Imports[0].ID, "the latest first")
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/imports?cursor=" + list.Next}).into(t, &list)
	require.Equal(t, one.ID, list.Imports[0].ID)
}

// A workbook with errors opens nothing and comes back with every one of them.
func TestImportTellsEveryErrorAndMarksIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	bad := []any{2, "市档按局", "问题", "事实", "2026.13.1", "督促检查", "C99"}
	late := []any{3, "市档案局", "问题", "事实", "2099-01-01", "督促检查", "C03"}
	a := s.as(t, p.Inspector, upload(t, s.filled(t, goodRow(1), bad, late), s.campaign(t)))
	require.Equal(t, http.StatusUnprocessableEntity, a.Code)
	problem := a.problem(t)
	require.Equal(t, "workbook_has_errors", problem.Code)
	var cells []string
	for _, e := range problem.Errors {
		cells = append(cells, e.Cell)
		require.Equal(t, findings.SheetName, e.Sheet)
	}
	require.Equal(t, []string{"B3", "E3", "G3", "E4"}, cells)
	require.Contains(t, problem.Errors[0].Detail, "市档案局", "the nearest name")

	a = s.as(t, p.Inspector, asked{method: http.MethodGet, path: problem.Marked})
	require.Equal(t, http.StatusOK, a.Code)
	f, err := excelize.OpenReader(a.Body)
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows(findings.SheetName)
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, "市档按局", rows[2][1])
	explained := len(rows[0]) - 2
	require.Equal(t, "错误说明", rows[0][explained])
	require.Contains(t, rows[2][explained], "B3：")
	require.Contains(t, rows[2][explained], "G3：")
	wrong, err := f.GetCellStyle(findings.SheetName, "B3")
	require.NoError(t, err)
	style, err := f.GetStyle(wrong)
	require.NoError(t, err)
	require.Equal(t, []string{"FF9999"}, style.Fill.Color)

	id := strings.Split(problem.Marked, "/")[3]
	require.Equal(t, "import_refused", s.as(t, p.Inspector, asked{method: http.MethodPost, path: "/v1/imports/" + id + "/open", body: "{}"}).problem(t).Code)

	// Mended in the marked workbook itself, it goes through.
	for cell, value := range map[string]string{"B3": "市统计局", "E3": "2026-03-01", "G3": "C01", "E4": "2026-03-02"} {
		require.NoError(t, f.SetCellStr(findings.SheetName, cell, value))
	}
	var mended bytes.Buffer
	require.NoError(t, f.Write(&mended))
	a = s.as(t, p.Inspector, upload(t, mended.Bytes(), s.campaign(t)))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
}

func TestBadUploadsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good := s.filled(t, goodRow(1))
	broken := upload(t, good, s.campaign(t))
	whole, ok := broken.body.([]byte)
	require.True(t, ok)
	broken.body = whole[:len(whole)/2]
	plain := upload(t, good, s.campaign(t))
	plain.header = map[string]string{"Content-Type": "application/json"}
	for name, one := range map[string]struct {
		asked  asked
		status int
		code   string
	}{
		"no file":       {upload(t, nil, s.campaign(t)), 422, "required"},
		"no campaign":   {upload(t, good, nil), 422, "required"},
		"unknown field": {upload(t, good, map[string]string{"campaign": "x", "more": "y"}), 422, "unknown_field"},
		"again perhaps": {upload(t, good, map[string]string{"campaign": "x", "again": "perhaps"}), 422, ""},
		"empty":         {upload(t, []byte{}, s.campaign(t)), 422, "empty_file"},
		"old":           {upload(t, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1Workbook"), s.campaign(t)), 422, "xls_format"},
		"damaged":       {upload(t, good[:len(good)/2], s.campaign(t)), 422, "corrupt"},
		"too large":     {upload(t, make([]byte, findings.MaxFile+1), s.campaign(t)), 413, "file_too_large"},
		"far too large": {upload(t, make([]byte, 2*findings.MaxFile), s.campaign(t)), 413, "file_too_large"},
		"broken off":    {broken, 400, "body_incomplete"},
		"no form":       {plain, 415, "unsupported_media_type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := s.as(t, s.people.Inspector, one.asked)
			require.Equal(t, one.status, a.Code, "%s", a.Body)
			if problem := a.problem(t); one.code != "" {
				require.Equal(t, one.code, problem.Code)
			}
		})
	}
	require.Equal(t, http.StatusForbidden, s.as(t, s.people.Secretary, upload(t, good, s.campaign(t))).Code)
	require.Equal(t, http.StatusForbidden, s.as(t, s.people.Head, upload(t, good, s.campaign(t))).Code)
	a := s.as(t, s.people.Inspector, asked{method: http.MethodGet, path: "/v1/imports/nothing/marked.xlsx"})
	require.Equal(t, http.StatusNotFound, a.Code)
	require.Equal(t, http.StatusUnauthorized, s.as(t, lifecycle.Actor{}, upload(t, good, s.campaign(t))).Code)
}

// A workbook that was saved again with one row more, so in other bytes: what is a
// case already is told row by row with its number, and nothing is opened twice.
func TestAWorkbookSavedAgainOpensNothingTwice(t *testing.T) {
	t.Parallel()
	s := siteWith(t, func(o *api.Options) { o.StartImport = func(context.Context, string) error { return nil } })
	p := s.people
	send := func(file []byte, fields ...string) answer {
		form := s.campaign(t)
		for _, name := range fields {
			form[name] = "true"
		}
		a := s.as(t, p.Inspector, upload(t, file, form))
		if a.Code == http.StatusCreated {
			var one api.Import
			a.into(t, &one)
			require.Equal(t, http.StatusAccepted, s.as(t, p.Inspector, asked{method: http.MethodPost, path: "/v1/imports/" + one.ID + "/open", body: "{}"}).Code)
			_, _, err := s.store.OpenImport(t.Context(), one.ID, 100, nil)
			require.NoError(t, err)
		}
		return a
	}
	cases := func() (list api.CaseList) {
		s.as(t, p.Inspector, asked{method: http.MethodGet, path: "/v1/cases?sort=number"}).into(t, &list)
		return list
	}
	require.Equal(t, http.StatusCreated, send(s.filled(t, goodRow(1), goodRow(2), goodRow(3))).Code)
	first := cases().Cases

	again := send(s.filled(t, goodRow(1), goodRow(4), goodRow(3)))
	require.Equal(t, http.StatusUnprocessableEntity, again.Code, "%s", again.Body)
	errs := again.problem(t).Errors
	require.Len(t, errs, 2)
	for i, want := range []struct{ cell, number string }{{"C2", first[0].Number}, {"C4", first[2].Number}} {
		require.Equal(t, []string{"already_case", want.cell}, []string{errs[i].Code, errs[i].Cell})
		require.Contains(t, errs[i].Detail, want.number)
		require.Contains(t, errs[i].Detail, "再次登记已登记的问题")
	}
	require.Len(t, cases().Cases, 3)

	require.Equal(t, http.StatusCreated, send(s.filled(t, goodRow(1), goodRow(4)), "duplicates").Code)
	require.Len(t, cases().Cases, 5, "it was meant")
}

// What the record knows about a row is shown before its case is opened: in the
// answer, later on, and in the workbook that goes back, which is read again.
func TestAnImportShowsWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.life()
	earlier := l.do(t, p.Inspector, p.Finding("党费收缴不及时", today()).Body).Case
	alike, other := goodRow(1), goodRow(2)
	alike[2], other[2], other[6] = "党费收缴不够及时", "会议记录缺失", "C04"
	a := s.as(t, p.Inspector, upload(t, s.filled(t, alike, other), s.campaign(t)))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var told, later api.Import
	a.into(t, &told)
	require.Len(t, told.Hints, 1, "of the other row nothing is known that was not said")
	hint := told.Hints[0]
	require.Equal(t, []any{2, 1}, []any{hint.Row, hint.Unit.Open})
	require.Len(t, hint.Similar, 1)
	require.Equal(t, earlier.Number, hint.Similar[0].Number)
	require.Greater(t, hint.Similar[0].Likeness, lifecycle.LikelyDuplicate)
	require.Contains(t, hint.Detail, "可能重复："+earlier.Number)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/imports/" + told.ID}).into(t, &later)
	require.Equal(t, told.Hints, later.Hints)

	a = s.as(t, p.Inspector, asked{method: http.MethodGet, path: "/v1/imports/" + told.ID + "/marked.xlsx"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	marked := bytes.Clone(a.Body.Bytes())
	f, err := excelize.OpenReader(bytes.NewReader(marked))
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows(findings.SheetName)
	require.NoError(t, err)
	last := len(rows[0]) - 1
	require.Equal(t, []string{"错误说明", "登记提示"}, rows[0][last-1:])
	require.Equal(t, hint.Detail, rows[1][last])
	require.Len(t, rows[2], 7, "nothing beside what was typed")
	a = s.as(t, p.Inspector, upload(t, marked, s.campaign(t)))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
}
