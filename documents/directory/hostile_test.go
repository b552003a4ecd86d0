package directory_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/documents/directory"
	"duban/documents/workbook"
	"duban/internal/heap"
)

const (
	// maxGrowth is by how much reading and checking any file may grow the process.
	maxGrowth = 64 << 20
	// maxTime is what only a file exceeds that takes for ever, and no busy machine.
	maxTime = 3 * time.Minute
)

// raw is a workbook of one sheet made of its bare XML.
func raw(t *testing.T, sheet string, xml ...io.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range []struct {
		name string
		text io.Reader
	}{
		{"xl/workbook.xml", strings.NewReader(`<workbook xmlns:r="r"><sheets><sheet name="` + sheet + `" sheetId="1" r:id="rId1"/></sheets></workbook>`)},
		{"xl/_rels/workbook.xml.rels", strings.NewReader(`<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`)},
		{"xl/worksheets/sheet1.xml", io.MultiReader(xml...)},
	} {
		into, err := w.Create(part.name)
		require.NoError(t, err)
		_, err = io.Copy(into, part.text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// again is a text n times over, made as it is read.
func again(text string, n int) io.Reader {
	return &repeated{text: text, left: n * len(text)}
}

type repeated struct {
	text     string
	at, left int
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) && r.left > 0 {
		p[n] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
		n++
		r.left--
	}
	if r.left == 0 {
		return n, io.EOF
	}
	return n, nil
}

// rows is a workbook of one sheet with as many rows as are made.
func rows(t *testing.T, sheet string, headers []string, n int, row func(i int) []string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := workbook.NewWriter(&out, sheet)
	require.NoError(t, err)
	require.NoError(t, w.Sheet(workbook.Form{}))
	put := func(n int, texts []string) {
		var cells []workbook.Styled
		for _, text := range texts {
			cells = append(cells, workbook.Styled{Text: text})
		}
		require.NoError(t, w.Row(n, cells...))
	}
	put(1, headers)
	for i := range n {
		put(i+2, row(i))
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

var (
	regionHeaders = []string{"编号", "名称", "上级区域"}
	unitHeaders   = []string{"编号", "名称", "单位代码", "区域", "片区", "单位分类"}
	postHeaders   = []string{"单位", "职务", "姓名", "账号", "任职日期", "免职日期"}
	many          = directory.MaxRows
)

// Files made to hurt are stopped, or told what is wrong with them, in bounded
// time and memory. It runs alone, so that what it measures is its own.
//
//nolint:paralleltest // it measures memory
func TestHostileWorkbooks(t *testing.T) {
	d := sample()
	for i := range 2000 {
		d.Units = append(d.Units, directory.Unit{ID: fmt.Sprint("m", i), Name: fmt.Sprintf("第%d号单位管理办公室", i)})
	}
	head := `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c></row>`
	end := `</sheetData></worksheet>`
	text := strings.NewReader
	for name, one := range map[string]struct {
		file []byte
		// code is that of the refusal, or of the first fault.
		code string
	}{
		"ten million empty rows": {raw(t, "单位", text(head), again("<row/>", 10_000_000), text(end)), "blank_rows"},
		"bomb":                   {raw(t, "单位", text(head), again("<row/>          ", 10<<20), text(end)), "zip_bomb"},
		"endless cell":           {raw(t, "单位", text(head), text(`<row r="2"><c r="A2" t="inlineStr"><is><t>`), again("x", 100<<20), text(`</t></is></c></row>`), text(end)), "text_too_long"},
		"entities":               {raw(t, "单位", text(`<!DOCTYPE a [<!ENTITY b "bbbb">]>`+head+end)), "corrupt"},
		"no end":                 {raw(t, "单位", text(head)), "corrupt"},
		"other sheet":            {raw(t, "工资", text(head+end)), "no_sheet"},
		"not a workbook":         {[]byte("编号,名称"), "not_a_workbook"},
		"empty":                  {nil, "empty_file"},
		"old":                    {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600)), "xls_format"},
		"too many rows":          {rows(t, "单位", unitHeaders, many+1, func(i int) []string { return []string{"", fmt.Sprint("单位", i)} }), "too_many_rows"},
		"too much text":          {rows(t, "单位", unitHeaders, many, func(int) []string { s := strings.Repeat("长", 300); return []string{s, s, s} }), "too_much_text"},
		"all formulas":           {raw(t, "单位", text(head), again(`<row><c><f>1+1</f><v>2</v></c></row>`, many), text(end)), "formula"},
		"all errors":             {raw(t, "单位", text(head), again(`<row>`+strings.Repeat(`<c t="e"><v>#REF!</v></c>`, 60)+`</row>`, many), text(end)), "error_value"},
		"all long":               {rows(t, "单位", unitHeaders, 5000, func(int) []string { s := strings.Repeat("长", 2000); return []string{s, s, s} }), "too_long"},
		"a chain of regions": {rows(t, "区域", regionHeaders, many, func(i int) []string {
			return []string{fmt.Sprint("n", i), fmt.Sprint("区", i), fmt.Sprint("区", i+1)}
		}), "circle"},
		"regions around": {rows(t, "区域", regionHeaders, many, func(i int) []string {
			return []string{fmt.Sprint("n", i), fmt.Sprint("区", i), fmt.Sprint("区", (i+1)%many)}
		}), "circle"},
		"all nearly names": {rows(t, "单位", unitHeaders, many, func(i int) []string { return []string{"", fmt.Sprintf("第%d号单位管理办工室", i)} }), "near_name"},
		"all wrong regions": {rows(t, "单位", unitHeaders, many, func(i int) []string {
			return []string{"新增", fmt.Sprint("甲", i), "", fmt.Sprint("乙", i)}
		}), "unknown_name"},
		"all one post": {rows(t, "职务", postHeaders, many, func(i int) []string {
			return []string{"市档案局", "专职副书记", fmt.Sprint("某", i), "", "2001-01-01", "2040-01-01"}
		}), "post_taken"},
		"one post after another": {rows(t, "职务", postHeaders, 14_000, func(i int) []string {
			return []string{"市档案局", "专职副书记", "某", "", on("2000-01-02").AddDays(i).String()}
		}), ""},
		"all the same row": {rows(t, "片区负责人", []string{"片区", "账号", "开始日期"}, many, func(int) []string { return []string{"第二片区", "p1", "2026-01-01"} }), "duplicate_row"},
		"one officer for ever": {rows(t, "片区负责人", []string{"片区", "账号", "开始日期"}, 14_000, func(i int) []string {
			return []string{"第二片区", "p1", on("2000-01-02").AddDays(i).String()}
		}), "already_officer"},
	} {
		begun := time.Now()
		grown := heap.Growth(func() {
			book, err := directory.Read(bytes.NewReader(one.file), int64(len(one.file)), "名录.xlsx")
			if err != nil {
				var refusal *workbook.Refusal
				require.ErrorAs(t, err, &refusal, name)
				require.Equal(t, one.code, refusal.Code, name)
				require.NotEmpty(t, refusal.ZH)
				return
			}
			n := 0
			result := directory.Check{Have: d, Today: on("2026-06-01"), NewID: func() string { n++; return fmt.Sprint("new", n) }}.Run(book)
			if one.code == "" {
				require.Empty(t, result.Faults, name)
				return
			}
			require.NotEmpty(t, result.Faults, name)
			require.Equal(t, one.code, result.Faults[0].Code, "%s: %s", name, result.Faults[0].ZH)
			require.LessOrEqual(t, len(result.Faults), workbook.MaxFaults)
			require.NoError(t, directory.Marked(io.Discard, book, postKinds), name)
		})
		t.Logf("%s: %d MiB, %v", name, grown>>20, time.Since(begun).Round(time.Millisecond))
		require.Less(t, grown, uint64(maxGrowth), name)
		require.Less(t, time.Since(begun), maxTime, name)
	}
}

// What stands in a cell and is no value is refused with the cell.
func TestHostileCells(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		change     func(*excelize.File) error
		cell, code string
	}{
		"formula":      {func(f *excelize.File) error { return f.SetCellFormula("单位", "B2", `HYPERLINK("http://x")`) }, "单位!B2", "formula"},
		"link formula": {func(f *excelize.File) error { return f.SetCellFormula("职务", "E2", `WEBSERVICE("http://x")`) }, "职务!E2", "formula"},
		"hidden row":   {func(f *excelize.File) error { return f.SetRowVisible("单位", 2, false) }, "单位!A2", "hidden_row"},
		"merged":       {func(f *excelize.File) error { return f.MergeCell("单位", "C3", "C4") }, "单位!C3", "merged"},
		"beside":       {func(f *excelize.File) error { return f.SetCellStr("片区", "H2", "x") }, "片区!H2", "no_column"},
		"far beside":   {func(f *excelize.File) error { return f.SetCellStr("片区", "XFD2", "x") }, "片区!XFD2", "no_column"},
		"control":      {func(f *excelize.File) error { return f.SetCellStr("片区", "B4", "片\t区") }, "片区!B4", "bad_characters"},
		"invisible":    {func(f *excelize.File) error { return f.SetCellStr("片区", "B4", "东\u200b片\u202e区") }, "片区!B4", "bad_characters"},
	} {
		f, err := excelize.OpenReader(bytes.NewReader(exported(t, sample())))
		require.NoError(t, err)
		require.NoError(t, one.change(f), name)
		var out bytes.Buffer
		require.NoError(t, f.Write(&out))
		require.NoError(t, f.Close())
		result, _ := checked(t, sample(), out.Bytes())
		require.NotEmpty(t, result.Faults, name)
		require.Equal(t, one.cell+" "+one.code, result.Faults[0].Sheet+"!"+result.Faults[0].Cell+" "+result.Faults[0].Code, name)
	}
}

// 300 units with 1,500 posts are read, checked and written in bounded time and
// memory, and say the same when they come back.
//
//nolint:paralleltest // it measures memory
func TestANormalDirectoryIsSmall(t *testing.T) {
	d := directory.Directory{Kinds: postKinds}
	for i := range 300 {
		unit := fmt.Sprint("u", i)
		d.Units = append(d.Units, directory.Unit{ID: unit, Name: fmt.Sprintf("市第%d号单位", i)})
		for j, kind := range postKinds {
			d.Posts = append(d.Posts, directory.Post{ID: fmt.Sprint("p", i, "-", j), Unit: unit, Kind: kind, Holder: fmt.Sprint("某", i, j), Since: on("2024-01-01")})
		}
	}
	begun := time.Now()
	grown := heap.Growth(func() {
		file := exported(t, d)
		result, _ := checked(t, d, file)
		require.Empty(t, result.Faults)
		require.True(t, result.Plan.Empty())
		result, _ = checked(t, directory.Directory{Kinds: postKinds}, file)
		require.NotEmpty(t, result.Faults, "ids of another record are none of this one's")
	})
	require.Less(t, grown, uint64(maxGrowth))
	require.Less(t, time.Since(begun), maxTime)
}
