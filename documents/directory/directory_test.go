package directory_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/calendar"
	"duban/documents/directory"
	"duban/documents/workbook"
)

func on(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

var postKinds = []string{"党组书记", "机关党委书记", "专职副书记", "党支部书记", "联络员"}

// sample is a small directory with something of everything.
func sample() directory.Directory {
	return directory.Directory{
		Regions:    []directory.Region{{ID: "r1", Name: "全市"}, {ID: "r2", Name: "市直", Parent: "r1"}, {ID: "r3", Name: "开发区", Parent: "r1"}},
		Categories: []directory.Name{{ID: "c1", Name: "一类"}},
		Areas:      []directory.Name{{ID: "a1", Name: "第一片区"}, {ID: "a2", Name: "第二片区"}},
		Officers:   []directory.Officer{{ID: "o1", Area: "a1", Account: "p1", Since: on("2026-01-01")}},
		Units: []directory.Unit{
			{ID: "u1", Name: "市档案局", Code: "A01", Region: "r2", Area: "a1", Category: "c1"},
			{ID: "u2", Name: "市统计局", Region: "r2", Former: []string{"市计划统计局"}, Renamed: on("2025-05-01")},
			{ID: "u3", Name: "市粮食局", Abolished: on("2024-03-01")},
		},
		Posts: []directory.Post{
			{ID: "x1", Unit: "u1", Kind: "党组书记", Holder: "王建国", Account: "s1", Since: on("1998-01-01")},
			{ID: "x2", Unit: "u1", Kind: "联络员", Holder: "李明", Since: on("2025-01-01"), Until: on("2025-12-31")},
			{ID: "x3", Unit: "u3", Kind: "局长", Holder: "赵刚", Since: on("2020-01-01")},
		},
		Accounts: []directory.Account{
			{ID: "p1", Name: "经办人", Officer: true},
			{ID: "p2", Name: "检查员"},
			{ID: "p3", Name: "经办人乙", Officer: true},
			{ID: "s1", Name: "王建国", Unit: "u1"},
			{ID: "s2", Name: "陈平", Unit: "u1"},
		},
		Kinds: postKinds,
	}
}

func exported(t *testing.T, d directory.Directory) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, directory.Export(&out, d))
	return out.Bytes()
}

// edited is the sample's workbook with cells set, named like 单位!B2.
func edited(t *testing.T, d directory.Directory, cells map[string]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(exported(t, d)))
	require.NoError(t, err)
	defer f.Close()
	for at, value := range cells {
		sheet, cell, _ := strings.Cut(at, "!")
		require.NoError(t, f.SetCellStr(sheet, cell, value))
	}
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	return out.Bytes()
}

func checked(t *testing.T, d directory.Directory, file []byte) (directory.Result, *directory.Book) {
	t.Helper()
	book, err := directory.Read(bytes.NewReader(file), int64(len(file)), "名录.xlsx")
	require.NoError(t, err)
	n := 0
	return directory.Check{Have: d, Today: on("2026-06-01"), NewID: func() string { n++; return fmt.Sprint("new", n) }}.Run(book), book
}

// said are the changes in words.
func said(r directory.Result) (list []string) {
	for _, c := range r.Plan.Changes {
		list = append(list, c.What+" "+c.ZH)
	}
	return list
}

// The same directory makes the same bytes, and importing them changes nothing.
func TestAnExportImportedChangesNothing(t *testing.T) {
	t.Parallel()
	// Whatever the record holds comes back: names that differ in width alone, blanks
	// around them, and an abolished unit of a name that another bears now.
	odd := sample()
	odd.Regions = append(odd.Regions, directory.Region{ID: "r8", Name: "Ａ区"}, directory.Region{ID: "r9", Name: "A区"})
	odd.Units = append(odd.Units,
		directory.Unit{ID: "u7", Name: "Ａ局 ", Code: " =1", Region: "r9"}, directory.Unit{ID: "u8", Name: "A局", Region: "r8"},
		directory.Unit{ID: "u9", Name: "市统计局", Abolished: on("2020-01-01")})
	odd.Posts = append(odd.Posts, directory.Post{ID: "x9", Unit: "u9", Kind: "联络员", Holder: " 某 ", Since: on("2019-01-01")})
	for name, d := range map[string]directory.Directory{"sample": sample(), "empty": {Kinds: postKinds}, "odd": odd} {
		file := exported(t, d)
		require.Equal(t, file, exported(t, d), name)
		result, book := checked(t, d, file)
		require.Empty(t, result.Faults, name)
		require.True(t, result.Plan.Empty(), "%s: %v", name, said(result))
		require.Empty(t, book.Ignored)
		// Saved by a spreadsheet program it says the same.
		result, _ = checked(t, d, edited(t, d, nil))
		require.Empty(t, result.Faults, name)
		require.True(t, result.Plan.Empty(), "%s: %v", name, said(result))
	}
}

// An empty directory's export is the template: it has what there is to choose.
func TestTheTemplateHasDropDowns(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(bytes.NewReader(exported(t, directory.Directory{Kinds: postKinds})))
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, []string{"区域", "单位分类", "片区", "片区负责人", "单位", "职务", "账号", "填写说明"}, f.GetSheetList())
	rules, err := f.GetDataValidations("单位")
	require.NoError(t, err)
	var from []string
	for _, r := range rules {
		from = append(from, r.Sqref+" "+r.Formula1)
	}
	require.Equal(t, []string{"D2:D20001 '区域'!$B$2:$B$5001", "E2:E20001 '片区'!$B$2:$B$5001", "F2:F20001 '单位分类'!$B$2:$B$5001"}, from)
	rules, err = f.GetDataValidations("职务")
	require.NoError(t, err)
	require.Len(t, rules, 2)
	require.Contains(t, rules[1].Formula1, "机关党委书记")
}

// What a workbook changes, said in words and planned to the row.
func TestWhatAWorkbookChanges(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		cells map[string]string
		want  []string
	}{
		"region":                  {map[string]string{"区域!B5": "高新区", "区域!C5": "市直", "区域!A5": "610100"}, []string{"added 新增区域“高新区”"}},
		"region moved":            {map[string]string{"区域!C4": "市直"}, []string{"changed 区域“开发区”改隶“市直”"}},
		"area renamed":            {map[string]string{"片区!B2": "东片区"}, []string{"changed 片区“第一片区”改称“东片区”"}},
		"numbered name":           {map[string]string{"片区!B4": "第三片区"}, []string{"added 新增片区“第三片区”"}},
		"officer":                 {map[string]string{"片区负责人!A3": "第二片区", "片区负责人!B3": "经办人乙", "片区负责人!D3": "2026.3.1"}, []string{"added 片区“第二片区”负责人经办人乙，自2026-03-01起"}},
		"officer ends":            {map[string]string{"片区负责人!E2": "2026年5月31日"}, []string{"ended 片区“第一片区”负责人经办人，止于2026-05-31"}},
		"unit":                    {map[string]string{"单位!B5": "市发展和改革委员会", "单位!D5": "市直"}, []string{"added 新增单位“市发展和改革委员会”"}},
		"unit in a new region":    {map[string]string{"单位!B5": "市发展和改革委员会", "单位!D5": "高新区", "区域!B5": "高新区"}, []string{"added 新增区域“高新区”", "added 新增单位“市发展和改革委员会”"}},
		"unit moved":              {map[string]string{"单位!E2": "第二片区", "单位!C2": "A02"}, []string{"changed 单位“市档案局”单位代码改为“A02”，片区改为“第二片区”"}},
		"unit renamed":            {map[string]string{"单位!B2": "市档案馆", "单位!G2": "2026.4.1", "单位!H2": "机构改革方案"}, []string{"renamed 单位“市档案局”自2026-04-01起更名为“市档案馆”"}},
		"empty cells say nothing": {map[string]string{"单位!C2": "", "单位!D2": "", "区域!C3": "", "职务!F2": "", "职务!H3": ""}, nil},
		"nearly a name, and new":  {map[string]string{"单位!A5": "新增", "单位!B5": "市档按局"}, []string{"added 新增单位“市档按局”"}},
		"successor in the row":    {map[string]string{"职务!E2": "张华", "职务!G2": "2026-05-01"}, []string{"ended 市档案局党组书记王建国，止于2026-04-30", "added 市档案局党组书记张华，自2026-05-01起"}},
		"successor below":         {map[string]string{"职务!C5": "市档案局", "职务!D5": "党组书记", "职务!E5": "陈平", "职务!F5": "陈平", "职务!G5": "2026/5/1"}, []string{"added 市档案局党组书记陈平，自2026-05-01起", "ended 市档案局党组书记王建国，止于2026-04-30"}},
		"post ends":               {map[string]string{"职务!H2": "2026-05-31"}, []string{"ended 市档案局党组书记王建国，止于2026-05-31"}},
		"post of a new unit": {map[string]string{"单位!B5": "市发展和改革委员会", "职务!C5": "市发展和改革委员会", "职务!D5": "党组书记", "职务!E5": "张华", "职务!G5": "2026-05-01"}, []string{
			"added 新增单位“市发展和改革委员会”", "added 市发展和改革委员会党组书记张华，自2026-05-01起",
		}},
		"before those known": {map[string]string{"职务!C5": "市档案局", "职务!D5": "联络员", "职务!E5": "陈平", "职务!G5": "2024-01-01", "职务!H5": "2024-12-31"}, []string{"added 市档案局联络员陈平，2024-01-01至2024-12-31"}},
		"account":            {map[string]string{"职务!F3": "陈平"}, []string{"changed 市档案局联络员李明，账号改为“陈平”"}},
	} {
		result, _ := checked(t, sample(), edited(t, sample(), row.cells))
		require.Empty(t, result.Faults, name)
		require.Equal(t, row.want, said(result), name)
	}
}

// Everything that is wrong is told by cell, and nothing is guessed.
func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	post := func(unit, kind, holder, account, since string) map[string]string {
		return map[string]string{"职务!C5": unit, "职务!D5": kind, "职务!E5": holder, "职务!F5": account, "职务!G5": since}
	}
	for name, row := range map[string]struct {
		cells map[string]string
		want  []string
		zh    string
	}{
		"nearly a name":         {map[string]string{"单位!B5": "市档按局"}, []string{"单位!B5 near_name"}, "最接近的是：市档案局"},
		"former name":           {map[string]string{"单位!B5": "市计划统计局"}, []string{"单位!B5 former_name"}, "“市统计局”（编号u2）的曾用名"},
		"unknown region":        {map[string]string{"单位!D2": "市值"}, []string{"单位!D2 unknown_name"}, "最接近的是：市直"},
		"bad id":                {map[string]string{"区域!A5": "6101/00", "区域!B5": "高新区"}, []string{"区域!A5 bad_id"}, ""},
		"unit in a bad region":  {map[string]string{"区域!B5": "市植", "单位!D2": "市植"}, []string{"区域!B5 near_name"}, "最接近的是：市直"},
		"renamed without a day": {map[string]string{"单位!B2": "市档案馆"}, []string{"单位!G2 rename_without_day", "单位!H2 rename_without_reason"}, "现名“市档案局”"},
		"renamed tomorrow":      {map[string]string{"单位!B2": "市档案馆", "单位!G2": "2026-06-02", "单位!H2": "x"}, []string{"单位!G2 in_future"}, "不能晚于今天"},
		"renamed before":        {map[string]string{"单位!B3": "市调查队", "单位!G3": "2025-04-01", "单位!H3": "x"}, []string{"单位!G3 too_early"}, "2025-05-01"},
		"another's name":        {map[string]string{"单位!B2": "市统计局"}, []string{"单位!B2 name_in_use"}, "u2"},
		"two of a name":         {map[string]string{"单位!B5": "市外办", "单位!B6": "市外办"}, []string{"单位!B6 duplicate_row"}, ""},
		"unknown id":            {map[string]string{"单位!A5": "u9", "单位!B5": "市外办"}, []string{"单位!A5 unknown_id"}, ""},
		"other id":              {map[string]string{"单位!A2": "u2"}, []string{"单位!B2 name_in_use"}, ""},
		"abolished":             {map[string]string{"单位!C4": "B09"}, []string{"单位!B4 unit_abolished"}, "2024-03-01"},
		"end by hand":           {map[string]string{"单位!I2": "2026-01-01"}, []string{"单位!I2 read_only"}, "单位变更"},
		"no name":               {map[string]string{"单位!C5": "B09"}, []string{"单位!B5 required"}, "请填写“名称”"},
		"long name":             {map[string]string{"单位!B5": strings.Repeat("局", 101)}, []string{"单位!B5 too_long"}, "最多100字"},
		"line break":            {map[string]string{"单位!B5": "市外\n办"}, []string{"单位!B5 bad_characters"}, ""},
		"circle":                {map[string]string{"区域!C2": "市直"}, []string{"区域!C2 circle"}, ""},
		"itself":                {map[string]string{"区域!C3": "市直"}, []string{"区域!C3 circle"}, ""},
		"unknown officer":       {map[string]string{"片区负责人!A3": "第二片区", "片区负责人!B3": "经办仁", "片区负责人!D3": "2026-03-01"}, []string{"片区负责人!B3 unknown_account"}, "经办人"},
		"no officer":            {map[string]string{"片区负责人!A3": "第二片区", "片区负责人!B3": "检查员", "片区负责人!D3": "2026-03-01"}, []string{"片区负责人!B3 not_an_officer"}, ""},
		"officer twice":         {map[string]string{"片区负责人!A3": "第一片区", "片区负责人!B3": "经办人", "片区负责人!D3": "2026-03-01"}, []string{"片区负责人!D3 already_officer"}, "自2026-01-01起此人已是该片区负责人"},
		"unknown unit":          {post("市档按局", "联络员", "张华", "", "2026-01-01"), []string{"职务!C5 unknown_name"}, "最接近的是：市档案局"},
		"unknown post":          {post("市档案局", "书记", "张华", "", "2026-01-01"), []string{"职务!D5 unknown_code"}, "党组书记、机关党委书记"},
		"no date":               {post("市档案局", "联络员", "张华", "", "去年"), []string{"职务!G5 bad_date"}, ""},
		"account of another":    {post("市档案局", "联络员", "张华", "经办人", "2026-01-01"), []string{"职务!F5 unknown_account"}, ""},
		"overlaps":              {post("市档案局", "联络员", "张华", "", "2025-06-01"), []string{"职务!G5 post_taken"}, "2025-01-01至2025-12-31该职务由李明担任"},
		"begins the same day":   {post("市档案局", "党组书记", "张华", "", "1998-01-01"), []string{"职务!G5 post_taken"}, "王建国"},
		"abolished unit":        {map[string]string{"职务!B5": "u3", "职务!C5": "市粮食局", "职务!D5": "联络员", "职务!E5": "张华", "职务!G5": "2026-01-01"}, []string{"职务!C5 unit_abolished"}, ""},
		"id of another unit":    {map[string]string{"职务!B2": "u2"}, []string{"职务!C2 other_unit"}, "市统计局"},
		"successor without day": {map[string]string{"职务!E2": "张华"}, []string{"职务!G2 successor_too_early"}, "王建国自1998-01-01起任职"},
		"another office":        {map[string]string{"职务!D2": "专职副书记"}, []string{"职务!D2 other_post"}, ""},
		"ends before it begins": {map[string]string{"职务!H2": "1997-01-01"}, []string{"职务!H2 too_early"}, ""},
		"unknown id of a post":  {map[string]string{"职务!A5": "x9", "职务!C5": "市档案局", "职务!D5": "专职副书记", "职务!E5": "张华", "职务!G5": "2026-01-01"}, []string{"职务!A5 unknown_id"}, ""},
		"twice":                 {map[string]string{"职务!C5": "市档案局", "职务!D5": "党组书记", "职务!E5": "王建国", "职务!G5": "1998-01-01"}, []string{"职务!C5 duplicate_row"}, ""},
	} {
		result, book := checked(t, sample(), edited(t, sample(), row.cells))
		var have []string
		var zh strings.Builder
		for _, f := range result.Faults {
			have = append(have, f.Sheet+"!"+f.Cell+" "+f.Code)
			zh.WriteString(f.ZH)
		}
		require.Equal(t, row.want, have, "%s: %s", name, zh.String())
		require.Contains(t, zh.String(), row.zh, name)
		// It comes back with them marked, and can be read again.
		var marked bytes.Buffer
		require.NoError(t, directory.Marked(&marked, book, postKinds))
		f, err := excelize.OpenReader(bytes.NewReader(marked.Bytes()))
		require.NoError(t, err)
		sheet, cell, _ := strings.Cut(strings.Fields(row.want[0])[0], "!")
		number, err := f.GetCellStyle(sheet, cell)
		require.NoError(t, err)
		require.Equal(t, int(workbook.Wrong)+1, number, name)
		require.NoError(t, f.Close())
		again, _ := checked(t, sample(), marked.Bytes())
		require.Len(t, again.Faults, len(result.Faults), name)
	}
}

// The same edited workbook sent twice changes nothing the second time.
func TestTheSameWorkbookTwice(t *testing.T) {
	t.Parallel()
	d := sample()
	file := edited(t, d, map[string]string{
		"单位!B2": "市档案馆", "单位!G2": "2026.4.1", "单位!H2": "机构改革方案", "职务!E2": "张华", "职务!G2": "2026-05-01",
		"单位!B5": "市发展和改革委员会", "片区!B4": "第三片区",
	})
	result, _ := checked(t, d, file)
	require.Empty(t, result.Faults)
	d.Units[0].Former, d.Units[0].Name, d.Units[0].Renamed = []string{"市档案局"}, "市档案馆", on("2026-04-01")
	for _, p := range result.Plan.Units {
		d.Units = append(d.Units, p.Row)
	}
	for _, p := range result.Plan.Areas {
		d.Areas = append(d.Areas, p.Row)
	}
	for _, p := range result.Plan.Posts {
		if p.New {
			d.Posts = append(d.Posts, p.Row)
		} else {
			require.Equal(t, "x1", p.Row.ID)
			d.Posts[0] = p.Row
		}
	}
	require.Empty(t, d.Posts[len(d.Posts)-1].Account, "the account was the predecessor's")
	result, _ = checked(t, d, file)
	require.Empty(t, result.Faults)
	require.Empty(t, said(result))
}

// A text that a spreadsheet could take for a formula goes out and comes in as
// the text it is.
func TestNothingIsAFormula(t *testing.T) {
	t.Parallel()
	for _, begin := range []string{"=", "+", "-", "@", "＝", "'", "'="} {
		d := sample()
		d.Units[0].Name = begin + `cmd|' /C calc'!A0`
		file := exported(t, d)
		result, _ := checked(t, d, file)
		require.Empty(t, result.Faults)
		require.Empty(t, said(result))
		f, err := excelize.OpenReader(bytes.NewReader(file))
		require.NoError(t, err)
		text, err := f.GetCellValue("单位", "B2")
		require.NoError(t, err)
		require.Equal(t, "'"+d.Units[0].Name, text)
		require.NoError(t, f.Close())
	}
}

func TestReadRefusesWhatItCannotVouchFor(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*excelize.File) error
		code   string
	}{
		"hidden sheet":   {func(f *excelize.File) error { return f.SetSheetVisible("片区", false) }, "hidden_sheet"},
		"hidden column":  {func(f *excelize.File) error { return f.SetColVisible("单位", "C", false) }, "hidden_column"},
		"column missing": {func(f *excelize.File) error { return f.RemoveCol("职务", "G") }, "column_missing|no_header"},
		"unknown column": {func(f *excelize.File) error { return f.SetCellStr("单位", "J1", "密级") }, "unknown_column"},
		"column twice":   {func(f *excelize.File) error { return f.SetCellStr("单位", "J1", "名称") }, "column_twice"},
		"no header":      {func(f *excelize.File) error { return f.RemoveRow("单位", 1) }, "no_header"},
	} {
		f, err := excelize.OpenReader(bytes.NewReader(exported(t, sample())))
		require.NoError(t, err)
		require.NoError(t, row.change(f))
		var out bytes.Buffer
		require.NoError(t, f.Write(&out))
		require.NoError(t, f.Close())
		_, err = directory.Read(bytes.NewReader(out.Bytes()), int64(out.Len()), "名录.xlsx")
		var refusal *workbook.Refusal
		require.ErrorAs(t, err, &refusal, name)
		require.Contains(t, row.code, refusal.Code, name)
	}
}
