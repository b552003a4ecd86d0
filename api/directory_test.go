package api_test

import (
	"bytes"
	"context"
	"fmt"
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

func (s site) directory(t *testing.T) []byte {
	t.Helper()
	a := s.as(t, s.people.Head, asked{method: http.MethodGet, path: "/v1/directory.xlsx"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	return a.Body.Bytes()
}

// edit sets cells of a workbook, named like 单位!B2; a row 0 stands for the one
// behind the last.
func edit(t *testing.T, file []byte, cells map[string]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	defer f.Close()
	last := map[string]int{}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		require.NoError(t, err)
		last[sheet] = len(rows)
	}
	for at, value := range cells {
		sheet, cell, _ := strings.Cut(at, "!")
		if behind, ok := strings.CutSuffix(cell, "0"); ok && len(behind) == 1 {
			cell = fmt.Sprint(behind, last[sheet]+1)
		}
		require.NoError(t, f.SetCellStr(sheet, cell, value))
	}
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	return out.Bytes()
}

func directoryUpload(t *testing.T, file []byte) asked {
	t.Helper()
	a := upload(t, file, nil)
	a.path = "/v1/directory"
	return a
}

func (s site) importing(t *testing.T, who lifecycle.Actor, file []byte) api.DirectoryImport {
	t.Helper()
	a := s.as(t, who, directoryUpload(t, file))
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var out api.DirectoryImport
	a.into(t, &out)
	return out
}

// What goes out comes in and changes nothing; what is edited is changed, the
// second time not again, and what goes out then is the same bytes each time.
func TestTheDirectoryGoesOutAndComesIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	post := func(path string, body any) {
		a := s.as(t, p.Admin, asked{method: http.MethodPost, path: path, body: body})
		require.Less(t, a.Code, 300, "%s", a.Body)
	}
	post("/v1/units/"+p.Unit.ID+"/posts", api.NewPost{Kind: "党组书记", Holder: "王建国", Account: p.Secretary.Account, Since: today().AddDays(-400)})
	post("/v1/areas/"+p.Unit.AreaID+"/officers", api.NewAreaOfficer{Account: p.Officer.Account, Since: today().AddDays(-30)})

	file := s.directory(t)
	require.NotContains(t, string(file), "dbn_")
	out := s.importing(t, p.Head, file)
	require.Equal(t, api.DirectoryImport{Said: "名录与文件一致，没有改动。", Changes: []api.DirectoryChange{}}, out)
	require.Equal(t, file, s.directory(t))

	yesterday := today().AddDays(-1)
	edited := edit(t, file, map[string]string{
		"单位!B2": "市档案馆", "单位!G2": yesterday.String(), "单位!H2": "机构改革方案", "职务!E2": "张华", "职务!G2": today().String(),
		"单位!B0": "市发展和改革委员会", "单位!D0": "市直",
	})
	out = s.importing(t, p.Admin, edited)
	require.Equal(t, []int{2, 0, 1, 1, 4}, []int{out.Added, out.Changed, out.Renamed, out.Ended, len(out.Changes)})
	require.NotEmpty(t, out.ID)
	out = s.importing(t, p.Admin, edited)
	require.Empty(t, out.Changes)
	require.Empty(t, out.ID)

	after := s.directory(t)
	require.Equal(t, after, s.directory(t))
	require.Empty(t, s.importing(t, p.Admin, after).Changes)
	require.Equal(t, after, s.directory(t))

	// The old name stays on old dates, and who held the post is known for each day.
	named := func(on string) string {
		var u api.Unit
		s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/units/" + p.Unit.ID + on}).into(t, &u)
		return u.Name
	}
	require.Equal(t, []string{"市档案馆", "市档案馆", "市档案局"}, []string{named(""), named("?on=" + yesterday.String()), named("?on=" + yesterday.AddDays(-1).String())})
	var changes api.UnitChangeList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/units/" + p.Unit.ID + "/changes"}).into(t, &changes)
	require.Len(t, changes.Changes, 1)
	require.Equal(t, []string{"市档案局", "机构改革方案", p.Admin.Account}, []string{changes.Changes[0].OldName, changes.Changes[0].Reason, changes.Changes[0].Author})
	holder := func(on string) string {
		var posts api.PostList
		s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/units/" + p.Unit.ID + "/posts?kind=党组书记&on=" + on}).into(t, &posts)
		require.Len(t, posts.Posts, 1)
		return posts.Posts[0].Holder
	}
	require.Equal(t, []string{"王建国", "张华"}, []string{holder(yesterday.String()), holder(today().String())})
}

// A workbook with errors changes nothing: every error comes with its cell, and
// the workbook comes back with them marked; mended in it, it goes through.
func TestADirectoryWithErrorsChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	file := s.directory(t)
	bad := edit(t, file, map[string]string{"片区!B0": "第三片区", "单位!B0": "市档按局", "单位!D3": "市值", "职务!C0": "市档案局", "职务!D0": "书记", "职务!E0": "张华", "职务!G0": "去年"})
	a := s.as(t, p.Head, directoryUpload(t, bad))
	require.Equal(t, http.StatusUnprocessableEntity, a.Code)
	problem := a.problem(t)
	require.Equal(t, "workbook_has_errors", problem.Code)
	var have []string
	for _, e := range problem.Errors {
		have = append(have, e.Sheet+"!"+e.Cell+" "+e.Code)
	}
	require.Equal(t, []string{"单位!D3 unknown_name", "单位!B4 near_name", "职务!D2 unknown_code", "职务!G2 bad_date"}, have)
	require.Contains(t, problem.Errors[0].Detail, "最接近的是：市直")
	require.Equal(t, file, s.directory(t), "nothing was changed")

	marked := s.as(t, p.Head, asked{method: http.MethodGet, path: problem.Marked})
	require.Equal(t, http.StatusOK, marked.Code)
	require.Contains(t, marked.Header().Get("Content-Disposition"), `filename="directory-errors.xlsx"`)
	out := s.importing(t, p.Head, edit(t, marked.Body.Bytes(), map[string]string{"单位!A4": "新增", "单位!D3": "市直", "职务!D2": "联络员", "职务!G2": "2026.1.1"}))
	require.Equal(t, 3, out.Added)
	missing := s.as(t, p.Head, asked{method: http.MethodGet, path: "/v1/directory/imports/nothing/marked.xlsx"})
	require.Equal(t, http.StatusNotFound, missing.Code)
}

func TestBadDirectoriesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good := s.directory(t)
	with := upload(t, good, map[string]string{"campaign": "x"})
	with.path = "/v1/directory"
	plain := directoryUpload(t, good)
	plain.header = map[string]string{"Content-Type": "application/json"}
	for name, one := range map[string]struct {
		asked  asked
		status int
		code   string
	}{
		"no file":       {directoryUpload(t, nil), 422, "required"},
		"unknown field": {with, 422, "unknown_field"},
		"empty":         {directoryUpload(t, []byte{}), 422, "empty_file"},
		"damaged":       {directoryUpload(t, good[:len(good)/2]), 422, "corrupt"},
		"of findings":   {directoryUpload(t, s.filled(t, goodRow(1))), 422, "hidden_sheet"},
		"too large":     {directoryUpload(t, make([]byte, findings.MaxFile+1)), 413, "file_too_large"},
		"no form":       {plain, 415, "unsupported_media_type"},
	} {
		a := s.as(t, s.people.Head, one.asked)
		require.Equal(t, one.status, a.Code, "%s: %s", name, a.Body)
		require.Equal(t, one.code, a.problem(t).Code, name)
	}
	require.Equal(t, http.StatusForbidden, s.as(t, s.people.Officer, directoryUpload(t, good)).Code)
}

// The template is the export of an empty directory, and goes in as it is.
func TestTheTemplateOfTheDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(t, s.people.Admin, asked{method: http.MethodGet, path: "/v1/directory/template.xlsx"})
	require.Equal(t, http.StatusOK, a.Code)
	f, err := excelize.OpenReader(bytes.NewReader(a.Body.Bytes()))
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows("单位")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	rules, err := f.GetDataValidations("职务")
	require.NoError(t, err)
	require.NotEmpty(t, rules)
	require.Empty(t, s.importing(t, s.people.Admin, a.Body.Bytes()).Changes)
}

// 300 units with 1,500 posts go in and out in bounded time.
func TestADirectoryOfNormalSize(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.as(t, s.people.Admin, asked{method: http.MethodGet, path: "/v1/directory/template.xlsx"})
	f, err := excelize.OpenReader(bytes.NewReader(a.Body.Bytes()))
	require.NoError(t, err)
	defer f.Close()
	set := func(sheet string, row int, cells ...any) {
		require.NoError(t, f.SetSheetRow(sheet, fmt.Sprint("A", row), &cells))
	}
	for i := range 300 {
		name := fmt.Sprintf("市第%d号单位", i)
		set("单位", i+2, "", name, fmt.Sprint("B", i), "市直", "第一片区")
		for j, kind := range store.PostKinds() {
			set("职务", i*5+j+2, "", "", name, kind, fmt.Sprint("某", i, "之", j), "", "2024-01-01")
		}
	}
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	require.Equal(t, 1800, s.importing(t, s.people.Admin, out.Bytes()).Added)
	require.Empty(t, s.importing(t, s.people.Admin, out.Bytes()).Changes)
	require.Empty(t, s.importing(t, s.people.Admin, s.directory(t)).Changes)
	units, err := s.store.Units(context.Background(), store.UnitFilter{Limit: 1000})
	require.NoError(t, err)
	require.Len(t, units, 302)
}

// The objects of the directory one by one: the tree of regions, an area with its
// officers, a unit's place, and a term with its successor.
func TestTheObjectsOfTheDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	do := func(path, body string) answer {
		return s.as(t, p.Head, asked{method: http.MethodPost, path: path, body: body})
	}
	get := func(path string, into any) {
		a := s.as(t, p.Officer, asked{method: http.MethodGet, path: path})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		a.into(t, into)
	}
	require.Equal(t, http.StatusCreated, do("/v1/regions", `{"id":"610100","name":"全市"}`).Code)
	require.Equal(t, http.StatusOK, do("/v1/regions/"+p.Unit.RegionID, `{"parent":"610100"}`).Code)
	require.Equal(t, "circle", do("/v1/regions/610100", `{"parent":"`+p.Unit.RegionID+`"}`).problem(t).Code)
	require.Equal(t, "bad_id", do("/v1/regions", `{"id":"a/b","name":"乙"}`).problem(t).Code)
	require.Equal(t, "unknown_region", do("/v1/regions", `{"name":"乙","parent":"x"}`).problem(t).Code)
	var tree api.RegionTree
	get("/v1/regions", &tree)
	require.Equal(t, []api.Region{{ID: "610100", Name: "全市", Children: []api.Region{{ID: p.Unit.RegionID, Name: "市直", Parent: "610100", Units: 2}}}}, tree.Regions)
	var list api.UnitList
	get("/v1/units?region=610100&area=第一片区", &list)
	require.Len(t, list.Units, 1)
	require.Equal(t, []string{"市直", p.Unit.RegionID}, []string{list.Units[0].Region, list.Units[0].RegionID})

	a := do("/v1/areas/"+p.Unit.AreaID+"/officers", `{"account":"`+p.Officer.Account+`","since":"2026-01-01"}`)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var officer api.AreaOfficer
	a.into(t, &officer)
	require.Equal(t, "not_an_officer", do("/v1/areas/"+p.Unit.AreaID+"/officers", `{"account":"`+p.Inspector.Account+`","since":"2026-01-01"}`).problem(t).Code)
	var officers api.AreaOfficerList
	get("/v1/units/"+p.Unit.ID+"/officers", &officers)
	require.Len(t, officers.Officers, 1)
	require.Equal(t, p.Officer.Account, officers.Officers[0].Account)
	l := s.life()
	l.do(t, p.Inspector, p.Finding("问题", today()).Body)
	l.do(t, p.Inspector, &lifecycle.SubmitDraft{})
	proposed := func(who lifecycle.Actor) []api.AreaOfficer {
		var one struct {
			Officers []api.AreaOfficer `json:"proposed_officers"`
		}
		s.as(t, who, asked{method: http.MethodGet, path: "/v1/cases/" + l.id}).into(t, &one)
		return one.Officers
	}
	require.Equal(t, officers.Officers, proposed(p.Head), "proposed to whoever accepts the finding")
	require.Empty(t, proposed(p.Officer), "and to nobody else")
	require.Equal(t, http.StatusOK, do("/v1/areas/"+p.Unit.AreaID+"/officers/"+officer.ID+"/end", `{"until":"2026-02-01"}`).Code)
	get("/v1/units/"+p.Unit.ID+"/officers", &officers)
	require.Empty(t, officers.Officers)
	var areas api.AreaList
	require.Equal(t, http.StatusOK, do("/v1/areas/"+p.Unit.AreaID, `{"name":"东片区"}`).Code)
	require.Equal(t, http.StatusCreated, do("/v1/areas", `{"name":"西片区"}`).Code)
	get("/v1/areas", &areas)
	require.Len(t, areas.Areas, 3)
	require.Len(t, areas.Areas[0].Officers, 1)

	require.Equal(t, http.StatusCreated, do("/v1/unit-categories", `{"name":"二类"}`).Code)
	require.Equal(t, "name_in_use", do("/v1/unit-categories/"+p.Unit.CategoryID, `{"name":"二类"}`).problem(t).Code)
	require.Equal(t, http.StatusOK, do("/v1/unit-categories/"+p.Unit.CategoryID, `{"name":"甲类"}`).Code)
	var categories api.UnitCategoryList
	get("/v1/unit-categories", &categories)
	require.Equal(t, []int{0, 2}, []int{categories.Categories[0].Units, categories.Categories[1].Units})
	var unit api.Unit
	a = do("/v1/units/"+p.Unit.ID, `{"category":"二类","area":""}`)
	a.into(t, &unit)
	require.Equal(t, []string{"二类", "", "市直"}, []string{unit.Category, unit.Area, unit.Region})
	require.Equal(t, http.StatusNotFound, do("/v1/units/nobody", `{"area":""}`).Code)

	posts := "/v1/units/" + p.Unit.ID + "/posts"
	a = do(posts, `{"kind":"党组书记","holder":"王某","since":"2024-01-01"}`)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var first api.Post
	a.into(t, &first)
	require.Equal(t, "post_taken", do(posts, `{"kind":"党组书记","holder":"李某","since":"2023-01-01"}`).problem(t).Code)
	require.Equal(t, "unknown_code", do(posts, `{"kind":"局长","holder":"李某","since":"2025-01-01"}`).problem(t).Code)
	require.Equal(t, "required", do(posts+"/"+first.ID+"/end", `{"successor":{"holder":"李某"}}`).problem(t).Code)
	a = do(posts+"/"+first.ID+"/end", `{"until":"2026-01-31","successor":{"holder":"李某","account":"`+p.Secretary.Account+`"}}`)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var succession api.PostSuccession
	a.into(t, &succession)
	require.Equal(t, []string{"2026-01-31", "李某", "2026-02-01"}, []string{succession.Ended.Until.String(), succession.Begun.Holder, succession.Begun.Since.String()})
	require.Equal(t, "already_ended", do(posts+"/"+first.ID+"/end", `{"until":"2026-03-31"}`).problem(t).Code)
	var held api.PostList
	get(posts+"?on=2026-01-31", &held)
	require.Len(t, held.Posts, 1)
	require.Equal(t, "王某", held.Posts[0].Holder)
	require.Equal(t, http.StatusUnprocessableEntity, s.as(t, p.Officer, asked{method: http.MethodGet, path: posts + "?on=gestern"}).Code)
}
