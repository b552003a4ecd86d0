package findings_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/documents/findings"
	"duban/internal/heap"
)

// maxGrowth is by how much reading any file may grow the process.
const maxGrowth = 64 << 20

// A hostile file and the code that stops it: of the file, or of a cell.
type hostile struct {
	name string
	file []byte
	code string
	// extension is .xlsx when empty.
	extension string
}

const (
	bookXML = `<workbook xmlns:r="r"><sheets><sheet name="问题清单" sheetId="1" r:id="rId1"/></sheets></workbook>`
	relsXML = `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
	bookPart, relsPart    = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
	sheetPart, stringPart = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
)

// pack makes a workbook of its bare parts; those given replace ours.
func pack(t *testing.T, parts map[string]io.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range map[string]string{bookPart: bookXML, relsPart: relsXML} {
		if parts[name] == nil {
			add(t, w, name, strings.NewReader(text))
		}
	}
	for name, r := range parts {
		add(t, w, name, r)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func add(t *testing.T, w *zip.Writer, name string, r io.Reader) {
	t.Helper()
	part, err := w.Create(name)
	require.NoError(t, err)
	_, err = io.Copy(part, r)
	require.NoError(t, err)
}

func text(parts ...string) io.Reader { return strings.NewReader(strings.Join(parts, "")) }

// again is a text n times over, made as it is read.
func again(text string, n int64) io.Reader {
	return io.LimitReader(&repeated{text: []byte(text)}, int64(len(text))*n)
}

type repeated struct {
	text []byte
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

func around(before string, r io.Reader, after string) io.Reader {
	return io.MultiReader(strings.NewReader(before), r, strings.NewReader(after))
}

func inline(cells ...string) string {
	var out strings.Builder
	for i, c := range cells {
		fmt.Fprintf(&out, `<c r="%c0" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, c)
	}
	return out.String()
}

func rowXML(n int, cells ...string) string {
	return fmt.Sprintf(`<row r="%d">%s</row>`, n, strings.ReplaceAll(inline(cells...), `0" t=`, fmt.Sprintf(`%d" t=`, n)))
}

func sheetXML(rows ...string) string {
	return `<worksheet><sheetData>` + rowXML(1, header()...) + strings.Join(rows, "") + `</sheetData></worksheet>`
}

var goodCells = []string{"市档案局", "问题", "事实", "2026-03-02", "督促检查", "C03"}

func sheetOf(t *testing.T, xml string) []byte {
	t.Helper()
	return pack(t, map[string]io.Reader{sheetPart: text(xml)})
}

func compound(name string) []byte {
	out := []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600))
	for _, r := range name {
		out = append(out, byte(r), 0)
	}
	return out
}

// files are those that are refused as a whole.
func files(t *testing.T) []hostile {
	t.Helper()
	good := workbook(t, nil, good())
	open, end := `<worksheet><sheetData>`+rowXML(1, header()...), `</sheetData></worksheet>`
	sheet := func(r io.Reader) []byte { return pack(t, map[string]io.Reader{sheetPart: around(open, r, end)}) }
	with := func(name, content string) []byte {
		return pack(t, map[string]io.Reader{sheetPart: text(sheetXML(rowXML(2, goodCells...))), name: text(content)})
	}
	changed := func(change func(*excelize.File) error) []byte {
		return workbook(t, func(f *excelize.File) { require.NoError(t, change(f)) }, goodRow())
	}
	manyParts := map[string]io.Reader{sheetPart: text(sheetXML())}
	for i := range 1100 {
		manyParts[fmt.Sprint("xl/x", i)] = text("")
	}
	list := []hostile{
		{name: "empty", file: nil, code: "empty_file"},
		{name: "text", file: []byte("单位,问题"), code: "not_a_workbook", extension: ".csv"},
		{name: "html named xls", file: []byte("<html><table></table></html>"), code: "not_a_workbook", extension: ".xls"},
		{name: "pdf", file: []byte("%PDF-1.7"), code: "not_a_workbook"},
		{name: "picture", file: []byte("\x89PNG\r\n\x1a\n"), code: "not_a_workbook"},
		{name: "zeros", file: make([]byte, 1<<20), code: "not_a_workbook"},
		{name: "xls", file: compound("Workbook"), code: "xls_format", extension: ".xls"},
		{name: "xls named xlsx", file: compound("Workbook"), code: "xls_format"},
		{name: "et", file: compound("Workbook"), code: "et_format", extension: ".et"},
		{name: "encrypted", file: compound("EncryptedPackage"), code: "encrypted"},
		{name: "encrypted entry", file: locked(t), code: "encrypted"},
		{name: "too large", file: make([]byte, findings.MaxFile+1), code: "file_too_large"},
		{name: "only PK", file: []byte("PK"), code: "corrupt"},
		{name: "cut in half", file: good[:len(good)/2], code: "corrupt"},
		{name: "cut at the end", file: good[:len(good)-1], code: "corrupt"},
		{name: "empty zip", file: pack(t, map[string]io.Reader{bookPart: text(""), sheetPart: text("")}), code: "not_a_workbook"},
		{name: "docx", file: zipOf(t, "word/document.xml"), code: "not_a_workbook"},
		{name: "ods", file: zipOf(t, "content.xml"), code: "not_a_workbook"},
		{name: "xlsb", file: zipOf(t, "xl/workbook.bin"), code: "xlsb_format"},
		{name: "macro", file: with("xl/vbaProject.bin", "x"), code: "macro", extension: ".xlsm"},
		{name: "macro named xlsx", file: with("xl/vbaProject.bin", "x"), code: "macro"},
		{name: "old macro sheet", file: with("xl/macrosheets/sheet1.xml", "x"), code: "macro"},
		{name: "external link", file: with("xl/externalLinks/externalLink1.xml", "x"), code: "external_link"},
		{name: "external relation", file: with(relsPart, strings.ReplaceAll(relsXML, "</Rel", `<Relationship Id="r9" TargetMode="External" Target="http://x"/></Rel`)), code: "external_link"},
		{name: "part twice", file: with("XL/WORKBOOK.XML", bookXML), code: "corrupt"},
		{name: "many parts", file: pack(t, manyParts), code: "zip_bomb"},
		{name: "bomb in the sheet", file: sheet(again("<row/>          ", 10<<20)), code: "zip_bomb"},
		{name: "bomb beside", file: pack(t, map[string]io.Reader{sheetPart: text(sheetXML()), "xl/media/a.bin": again("\x00", 300<<20)}), code: "zip_bomb"},
		{name: "bomb in the texts", file: pack(t, map[string]io.Reader{sheetPart: text(sheetXML()), stringPart: again("<si><t>aaaa</t></si>", 4<<20)}), code: "zip_bomb"},
		{name: "bomb in the book", file: pack(t, map[string]io.Reader{bookPart: again(" ", 2<<20), sheetPart: text(sheetXML())}), code: "zip_bomb"},
		{name: "too many texts", file: pack(t, map[string]io.Reader{sheetPart: text(sheetXML()), stringPart: around("<sst>", again("<si><t/></si>", 600_000), "</sst>")}), code: "zip_bomb"},
		{name: "ten million empty rows", file: sheet(again("<row/>", 10_000_000)), code: "blank_rows"},
		{name: "ten million styled rows", file: sheet(again(`<row><c/></row>`, 8_000_000)), code: "blank_rows"},
		{name: "row beyond the last", file: sheetOf(t, sheetXML(rowXML(1048577, goodCells...))), code: "corrupt"},
		{name: "rows backwards", file: sheetOf(t, sheetXML(rowXML(3, goodCells...), rowXML(2, goodCells...))), code: "corrupt"},
		{name: "cell in another row", file: sheetOf(t, sheetXML(`<row r="2"><c r="A3"><v>1</v></c></row>`)), code: "corrupt"},
		{name: "cell without end", file: sheetOf(t, sheetXML(`<row r="2"><c r="ZZZZ2"><v>1</v></c></row>`)), code: "corrupt"},
		{name: "text that is not there", file: sheetOf(t, sheetXML(`<row r="2"><c r="A2" t="s"><v>7</v></c></row>`)), code: "corrupt"},
		{name: "text of a negative number", file: sheetOf(t, sheetXML(`<row r="2"><c r="A2" t="s"><v>-1</v></c></row>`)), code: "corrupt"},
		{name: "endless text", file: sheet(around(`<row r="2"><c r="A2" t="inlineStr"><is><t>`, again("x", 100<<20), `</t></is></c></row>`)), code: "text_too_long"},
		{name: "endless text in pieces", file: sheet(around(`<row r="2"><c r="A2" t="inlineStr"><is>`, again("<t>xxxxxxxx</t>", 4<<20), `</is></c></row>`)), code: "text_too_long"},
		{name: "endless shared text", file: pack(t, map[string]io.Reader{sheetPart: text(sheetXML()), stringPart: around("<sst><si><t>", again("x", 50<<20), "</t></si></sst>")}), code: "text_too_long"},
		{name: "endless attribute", file: sheet(around(`<row r="2" x="`, again(">", 100<<20), `"/>`)), code: "text_too_long"},
		{name: "endless comment", file: sheet(around(`<!--`, again("<", 100<<20), `-->`)), code: "corrupt"},
		{name: "endless section", file: sheet(around(`<![CDATA[`, again("<", 100<<20), `]]>`)), code: "text_too_long"},
		{name: "endless instruction", file: pack(t, map[string]io.Reader{sheetPart: around("<?xml ", again(">", 100<<20), "?>")}), code: "corrupt"},
		{name: "deep", file: sheet(again("<a>", 20<<20)), code: "corrupt"},
		{name: "wide row", file: sheet(around(`<row r="2">`, again("<c><v>"+strings.Repeat("9", 200)+"</v></c>", 400_000), `</row>`)), code: "corrupt|text_too_long"},
		{name: "entities", file: sheetOf(t, `<!DOCTYPE a [<!ENTITY b "bbbb">]>`+sheetXML()), code: "corrupt"},
		{name: "unknown entity", file: sheetOf(t, sheetXML(rowXML(2, "&b;"))), code: "corrupt"},
		{name: "ends cross", file: sheetOf(t, `<worksheet><sheetData></worksheet></sheetData>`), code: "corrupt"},
		{name: "no end", file: sheetOf(t, `<worksheet><sheetData>`), code: "corrupt"},
		{name: "no sheet part", file: pack(t, nil), code: "corrupt"},
		{name: "no relations", file: with(relsPart, "<Relationships/>"), code: "corrupt"},
		{name: "sheet outside", file: with(relsPart, strings.ReplaceAll(relsXML, "worksheets/sheet1.xml", "../../../etc/passwd")), code: "corrupt"},
		{name: "chart sheet", file: with(relsPart, strings.ReplaceAll(relsXML, "x/worksheet", "x/chartsheet")), code: "no_sheet"},
		{name: "hidden sheet", file: changed(func(f *excelize.File) error {
			_, err := f.NewSheet("另外")
			return errors.Join(err, f.SetSheetVisible("另外", false))
		}), code: "hidden_sheet"},
		{name: "very hidden sheet", file: changed(func(f *excelize.File) error {
			_, err := f.NewSheet("另外")
			return errors.Join(err, f.SetSheetVisible("另外", false, true))
		}), code: "hidden_sheet"},
		{name: "two other sheets", file: changed(func(f *excelize.File) error {
			_, err := f.NewSheet("表二")
			return errors.Join(err, f.SetSheetName(findings.SheetName, "表一"))
		}), code: "no_sheet"},
		{name: "hidden column", file: changed(func(f *excelize.File) error { return f.SetColVisible(findings.SheetName, "C", false) }), code: "hidden_column"},
		{name: "no header", file: changed(func(f *excelize.File) error { return f.RemoveRow(findings.SheetName, 1) }), code: "no_header"},
		{name: "header far below", file: changed(func(f *excelize.File) error { return f.InsertRows(findings.SheetName, 1, 20) }), code: "no_header"},
		{name: "column missing", file: changed(func(f *excelize.File) error { return f.RemoveCol(findings.SheetName, "E") }), code: "column_missing"},
		{name: "column twice", file: changed(func(f *excelize.File) error { return f.SetCellStr(findings.SheetName, "G1", "单位") }), code: "column_twice"},
		{name: "unknown column", file: changed(func(f *excelize.File) error { return f.SetCellStr(findings.SheetName, "G1", "密级") }), code: "unknown_column"},
		{name: "no rows", file: workbook(t, nil), code: "no_rows"},
		{name: "too many rows", file: sheet(manyRows(findings.MaxRows + 1)), code: "too_many_rows"},
	}
	return list
}

func goodRow() []any { return good() }

func zipOf(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	add(t, w, name, text("x"))
	require.NoError(t, w.Close())
	return out.Bytes()
}

// locked is a zip file whose one part is encrypted.
func locked(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	_, err := w.CreateRaw(&zip.FileHeader{Name: bookPart, Flags: 1})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func manyRows(n int) io.Reader {
	var out strings.Builder
	for i := range n {
		cells := append([]string{}, goodCells...)
		cells[1] += fmt.Sprint(i)
		out.WriteString(rowXML(i+2, cells...))
	}
	return strings.NewReader(out.String())
}

// Every hostile file is stopped with its code, and memory stays bounded
// whatever it holds. It runs alone, so that what it measures is its own.
//
//nolint:paralleltest // it measures memory
func TestHostileFilesAreStopped(t *testing.T) {
	all := files(t)
	require.GreaterOrEqual(t, len(all), 60)
	for _, h := range all {
		name := "a" + h.extension
		if h.extension == "" {
			name = "a.xlsx"
		}
		grown := heap.Growth(func() {
			result, err := run(h.file, name, func(findings.Row) error { return nil })
			code := stoppedBy(t, h.name, result, err)
			require.Contains(t, strings.Split(h.code, "|"), code, h.name)
		})
		require.Less(t, grown, uint64(maxGrowth), h.name)
	}
}

// stoppedBy is the code of what a file was refused for, or of its first cell at
// fault.
func stoppedBy(t *testing.T, name string, result findings.Result, err error) string {
	t.Helper()
	if err == nil {
		require.NotEmpty(t, result.Faults, name)
		require.NotEmpty(t, result.Faults[0].ZH, name)
		return result.Faults[0].Code
	}
	var refusal *findings.Refusal
	require.ErrorAs(t, err, &refusal, name)
	require.NotEmpty(t, refusal.ZH, name)
	return refusal.Code
}

// What is wrong in a cell is told with the cell.
func TestFaultsNameTheirCell(t *testing.T) {
	t.Parallel()
	change := func(column int, value any) [][]any {
		row := good()
		row[column] = value
		return [][]any{row}
	}
	for name, one := range map[string]struct {
		rows       [][]any
		change     func(*excelize.File) error
		cell, code string
	}{
		"unit nearly right": {rows: change(0, "市档按局"), cell: "A2", code: "unknown_unit"},
		"unit cut short":    {rows: change(0, "市档案"), cell: "A2", code: "unknown_unit"},
		"no unit":           {rows: change(0, nil), cell: "A2", code: "required"},
		"blank facts":       {rows: change(2, " \u3000 "), cell: "C2", code: "required"},
		"no date":           {rows: change(3, "去年"), cell: "D2", code: "bad_date"},
		"unknown method":    {rows: change(4, "突击检查"), cell: "E2", code: "unknown_code"},
		"unknown category":  {rows: change(5, "C99"), cell: "F2", code: "unknown_code"},
		"twice":             {rows: [][]any{good(), good()}, cell: "B3", code: "duplicate_row"},
		"formula": {rows: [][]any{good()}, change: func(f *excelize.File) error {
			return f.SetCellFormula(findings.SheetName, "B2", `=HYPERLINK("http://x")`)
		}, cell: "B2", code: "formula"},
		"hidden row": {rows: [][]any{good()}, change: func(f *excelize.File) error { return f.SetRowVisible(findings.SheetName, 2, false) }, cell: "A2", code: "hidden_row"},
		"merged":     {rows: [][]any{good()}, change: func(f *excelize.File) error { return f.MergeCell(findings.SheetName, "A2", "A3") }, cell: "A2", code: "merged"},
		"no column":  {rows: [][]any{good()}, change: func(f *excelize.File) error { return f.SetCellStr(findings.SheetName, "H2", "x") }, cell: "H2", code: "no_column"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := workbook(t, func(f *excelize.File) {
				if one.change != nil {
					require.NoError(t, one.change(f))
				}
			}, one.rows...)
			result, err := run(file, "a.xlsx", nil)
			require.NoError(t, err)
			require.Len(t, result.Faults, 1, "%v", result.Faults)
			f := result.Faults[0]
			require.Equal(t, []string{findings.SheetName, one.cell, one.code}, []string{f.Sheet, f.Cell, f.Code})
			require.NotEmpty(t, f.ZH)
		})
	}
}

// Dates and widths as staff type them.
func TestWhatStaffType(t *testing.T) {
	t.Parallel()
	for typed, want := range map[any]string{
		"2026.11.23": "2026-11-23", "2026/11/23": "2026-11-23", "2026年11月23日": "2026-11-23", "2026-11-23": "2026-11-23",
		46349: "2026-11-23", "46349": "2026-11-23", "４６３４９": "2026-11-23", 46349.5: "2026-11-23", "２０２６．１１．２３": "2026-11-23",
		"2026年3月2号": "2026-03-02", " 2026 年 3 月 2 日 ": "2026-03-02", "2026/3/2": "2026-03-02", "２０２６年３月２日": "2026-03-02",
		"20260302": "2026-03-02", 20260302: "2026-03-02", "2026-03-02 00:00:00": "2026-03-02", "2024.2.29": "2024-02-29",
		"2026.2.29": "", "2026.13.1": "", "26.3.2": "", "3/2/2026": "", "2026.11": "", 2026.11: "", "2026年": "", "今天": "", "-46349": "", "1e5": "",
		"46349.1.2": "", "2026-03-02 08:30": "2026-03-02", "0": "", "99999999": "", "2026.3.2-2026.3.5": "",
	} {
		row := good()
		row[3] = typed
		var rows []findings.Row
		result, err := run(workbook(t, nil, row), "a.xlsx", func(r findings.Row) error { rows = append(rows, r); return nil })
		require.NoError(t, err)
		if want == "" {
			require.Len(t, result.Faults, 1, "%v", typed)
			require.Equal(t, "bad_date", result.Faults[0].Code)
			continue
		}
		require.Empty(t, result.Faults, "%v", typed)
		require.Equal(t, want, rows[0].Body.FoundOn.String(), "%v", typed)
	}
	for column, typed := range map[int][]string{
		0: {"市档案局 ", "\u3000市档案局", "市档案局\u200b", "\ufeff市档案局"},
		4: {"inspection", "Inspection", "ｉｎｓｐｅｃｔｉｏｎ", "督促 检查"},
		5: {"C03", "c03", "Ｃ０３", " C03\n", "基础党务工作质量不高", "C03 基础党务工作质量不高"},
	} {
		for _, one := range typed {
			row := good()
			row[column] = one
			var rows []findings.Row
			result, err := run(workbook(t, nil, row), "a.xlsx", func(r findings.Row) error { rows = append(rows, r); return nil })
			require.NoError(t, err)
			require.Empty(t, result.Faults, "%q", one)
			require.Equal(t, []string{"u1", "inspection", "C03"}, []string{rows[0].Body.Unit, rows[0].Body.Method, rows[0].Body.Category})
		}
	}
}

// Twenty thousand rows, all wrong: errors are listed up to the limit and the
// others counted, in bounded memory.
//
//nolint:paralleltest // it measures memory
func TestErrorsAreCapped(t *testing.T) {
	file := pack(t, map[string]io.Reader{sheetPart: around(`<worksheet><sheetData>`+rowXML(1, "单位", "问题", "事实", "发现日期", "发现方式", "问题类别"),
		strings.NewReader(strings.ReplaceAll(readAll(t, manyRows(findings.MaxRows)), "市档案局", "市档按局")), `</sheetData></worksheet>`)})
	var result findings.Result
	grown := heap.Growth(func() {
		var err error
		result, err = run(file, "a.xlsx", nil)
		require.NoError(t, err)
	})
	require.Len(t, result.Faults, findings.MaxFaults)
	require.Equal(t, findings.MaxRows-findings.MaxFaults, result.More)
	require.Contains(t, result.Faults[0].ZH, "市档案局")
	require.Less(t, grown, uint64(maxGrowth))
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}
