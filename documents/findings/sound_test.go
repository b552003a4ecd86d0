package findings_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"duban/documents/findings"
)

const relationships = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`

// zipped makes a workbook of exactly these parts.
func zipped(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, content := range parts {
		part, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(part, content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// elsewhere is a workbook whose parts have other names than Excel's.
func elsewhere(t *testing.T, rename func(string) string) []byte {
	t.Helper()
	parts := map[string]string{}
	for name, content := range map[string]string{
		"_rels/.rels":         relationships + `<Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="book.xml"/></Relationships>`,
		"book.xml":            `<x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:q="http://purl.oclc.org/ooxml/officeDocument/relationships"><x:sheets><x:sheet name="问题清单" sheetId="1" q:id="z"/></x:sheets></x:workbook>`,
		"_rels/book.xml.rels": relationships + `<Relationship Id="z" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="tabs\first%20tab.xml"/></Relationships>`,
		"tabs/first tab.xml":  strings.NewReplacer("</", "</x:", "<", "<x:").Replace(sheetXML(rowXML(2, goodCells...))),
	} {
		parts[rename(name)] = content
	}
	return zipped(t, parts)
}

func inUTF16(text string, order binary.AppendByteOrder, mark bool) string {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xFEFF)
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return string(out)
}

// What other programs write, and Excel opens, is read.
func TestSoundWorkbooksAreRead(t *testing.T) {
	t.Parallel()
	good := sheetXML(rowXML(2, goodCells...))
	section := slices.Clone(goodCells)
	section[2] = "事实@"
	shared := func(strings string) []byte {
		return pack(t, map[string]io.Reader{
			sheetPart:  text(sheetXML(rowXML(2, goodCells...) + `<row r="3"><c r="A3" t="s"/><c r="B3" t="s"><v></v></c></row>`)),
			stringPart: text(strings),
		})
	}
	for name, file := range map[string][]byte{
		"comment":                sheetOf(t, strings.Replace(good, "<sheetData>", "<!-- > a <b> <sheetData/> --><sheetData>", 1)),
		"instruction":            sheetOf(t, strings.Replace(good, "<sheetData>", `<?mso-application <progid="Excel"?><sheetData>`, 1)),
		"declaration":            sheetOf(t, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+good),
		"section":                sheetOf(t, strings.Replace(sheetXML(rowXML(2, section...)), "@", "<![CDATA[<]]>", 1)),
		"byte order mark":        sheetOf(t, "\ufeff"+good),
		"UTF-16, little endian":  sheetOf(t, inUTF16(good, binary.LittleEndian, true)),
		"UTF-16, big endian":     sheetOf(t, inUTF16(good, binary.BigEndian, true)),
		"UTF-16 without mark":    sheetOf(t, inUTF16(`<?xml version="1.0" encoding="UTF-16"?>`+good, binary.LittleEndian, false)),
		"empty cells of no text": shared("<sst/>"),
		"parts elsewhere":        elsewhere(t, func(name string) string { return name }),
		"parts with backslashes": elsewhere(t, func(name string) string { return strings.ReplaceAll(name, "/", `\`) }),
		"parts from the root":    elsewhere(t, func(name string) string { return "/" + name }),
		"parts in capitals":      elsewhere(t, strings.ToUpper),
	} {
		var got []findings.Row
		result, err := run(file, "a.xlsx", func(r findings.Row) error { got = append(got, r); return nil })
		require.NoError(t, err, name)
		require.Empty(t, result.Faults, name)
		require.Len(t, got, 1, name)
		require.Contains(t, got[0].Body.Facts, "事实", name)
	}
}

const numberStyles = `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="171" formatCode="00000000"/></numFmts>
<fonts><font/><font><b/><strike/></font><font><strike val="0"/></font></fonts>
<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
<cellXfs><xf/><xf numFmtId="170"/><xf numFmtId="9"/><xf fontId="1"/><xf fontId="2"/><xf numFmtId="14"/></cellXfs></styleSheet>`

// one is the workbook of one row, in which a cell is another.
func one(t *testing.T, cell, instead string) []byte {
	t.Helper()
	row := rowXML(2, goodCells...)
	from := strings.Index(row, `<c r="`+cell+`"`)
	to := from + strings.Index(row[from:], "</c>") + len("</c>")
	return pack(t, map[string]io.Reader{
		sheetPart: text(sheetXML(row[:from] + instead + row[to:])), "xl/styles.xml": text(numberStyles),
		relsPart: text(strings.Replace(relsXML, "</Relationships>", `<Relationship Id="st" Type="x/styles" Target="styles.xml"/></Relationships>`, 1)),
	})
}

// What a person sees in a cell and what the file holds are two things: where they
// differ, the cell is asked about.
func TestACellThatIsNoTextIsAskedAbout(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string][2]string{
		`<c r="B2" s="1"><v>46113</v></c>`:                                         {"not_text", "显示为“2026年4月”"},
		`<c r="B2" s="2"><v>0.125</v></c>`:                                         {"not_text", "显示为“12.5%”"},
		`<c r="B2"><v>1.5E3</v></c>`:                                               {"not_text", "显示为“1500”"},
		`<c r="B2" t="b"><v>1</v></c>`:                                             {"not_text", "显示为“TRUE”"},
		`<c r="B2" t="d"><v>2026-04-01</v></c>`:                                    {"not_text", "显示为“2026-04-01”"},
		`<c r="C2" s="3" t="inlineStr"><is><t>旧</t></is></c>`:                      {"struck_out", "删除线"},
		`<c r="C2" t="inlineStr"><is><r><rPr><strike/></rPr><t>旧</t></r></is></c>`: {"struck_out", "删除线"},
	} {
		result, err := run(one(t, cell[6:8], cell), "a.xlsx", nil)
		require.NoError(t, err, cell)
		require.Len(t, result.Faults, 1, cell)
		require.Equal(t, want[0], result.Faults[0].Code, cell)
		require.Equal(t, cell[6:8], result.Faults[0].Cell)
		require.Contains(t, result.Faults[0].ZH, want[1], cell)
	}
	for _, cell := range []string{
		`<c r="B2" t="str"><v>文本</v></c>`, `<c r="B2" s="4" t="inlineStr"><is><t>文本</t></is></c>`,
		`<c r="B2" t="inlineStr"><is><r><t>文</t></r><r><t>本</t></r><rPh sb="0" eb="1"><t>wen</t></rPh></is></c>`,
	} {
		result, err := run(one(t, "B2", cell), "a.xlsx", func(r findings.Row) error { require.Equal(t, "文本", r.Body.Title); return nil })
		require.NoError(t, err, cell)
		require.Empty(t, result.Faults, cell)
	}
}

func TestADayIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{
		`<c r="D2"><v>46113</v></c>`, `<c r="D2" s="5"><v>4.6113E4</v></c>`, `<c r="D2"><v>46113.75</v></c>`, `<c r="D2"><v>20260401</v></c>`, `<c r="D2"><v>2.0260401E7</v></c>`,
		`<c r="D2" t="d"><v>2026-04-01</v></c>`, `<c r="D2" t="d"><v>2026-04-01T00:00:00.000Z</v></c>`, `<c r="D2" t="d"><v>2026-03-31T16:00:00Z</v></c>`,
		`<c r="D2" t="d"><v>2026-04-01T00:00:00.000</v></c>`, `<c r="D2" t="d"><v>2026-04-01T09:30:00+08:00</v></c>`,
		`<c r="D2" t="str"><v>2026/4/1 8:30</v></c>`, `<c r="D2" t="str"><v>2026.4.1</v></c>`, `<c r="D2" t="str"><v>２０２６年４月１日</v></c>`,
		`<c r="D2" t="str"><v>2026-04-01 00:00:00.0</v></c>`,
	} {
		result, err := run(one(t, "D2", cell), "a.xlsx", func(r findings.Row) error {
			require.Empty(t, r.Faults, cell)
			require.Equal(t, "2026-04-01", r.Body.FoundOn.String(), cell)
			return nil
		})
		require.NoError(t, err, cell)
		require.Empty(t, result.Faults, cell)
	}
}

func TestWhatNobodySeesIsNotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, code string }{
		"column without width": {"<sheetData>", `<cols><col min="3" max="3" width="0" customWidth="1"/></cols><sheetData>`, "hidden_column"},
		"row without height":   {`<row r="2">`, `<row r="2" ht="0" customHeight="1">`, "hidden_row"},
		"rows of no height":    {"<sheetData>", `<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/><sheetData>`, "hidden_row"},
		"columns of no width":  {"<sheetData>", `<sheetFormatPr defaultColWidth="0"/><cols><col min="1" max="2" width="9"/><col min="3" max="3"/><col min="4" max="90" width="9"/></cols><sheetData>`, "hidden_column"},
		"all that is not said": {"<sheetData>", `<sheetFormatPr defaultColWidth="0"/><sheetData>`, "hidden_column"},
	} {
		xml := strings.Replace(sheetXML(rowXML(2, goodCells...)), c.from, c.to, 1)
		result, err := run(sheetOf(t, strings.Replace(xml, `<row r="1">`, `<row r="1" ht="15">`, 1)), "a.xlsx", nil)
		require.NoError(t, err, name)
		require.NotEmpty(t, result.Faults, name)
		require.Equal(t, c.code, result.Faults[0].Code, name)
	}
	seen := strings.Replace(sheetXML(rowXML(2, goodCells...)), "<sheetData>", `<sheetFormatPr defaultColWidth="0"/><cols><col min="1" max="90" width="9"/></cols><sheetData>`, 1)
	result, err := run(sheetOf(t, seen), "a.xlsx", nil)
	require.NoError(t, err)
	require.Empty(t, result.Faults)
}
