package workbook_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/documents/workbook"
)

// first is the first cell of a workbook's first sheet.
func first(t *testing.T, file []byte) (text string) {
	t.Helper()
	b, err := workbook.Open(bytes.NewReader(file), int64(len(file)), "a.xlsx")
	require.NoError(t, err)
	defer b.Close()
	require.NoError(t, b.Read(b.Sheets[0], workbook.Reader{
		Line:    func(l workbook.Line) error { text = l.Cells[0].Text; return nil },
		Columns: func(int, int) error { return nil },
		Merged:  func(string) error { return nil },
	}))
	return text
}

// What cannot stand in XML stands in a workbook as an escape, and what looks like
// one is escaped itself.
func TestEscapesAreRead(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"第一行_x000D_\n第二行":          "第一行\n第二行",
		"第一行_x000d_第二行":            "第一行\n第二行",
		"第一行_x000A_第二行":            "第一行\n第二行",
		"_x005F_x000D_":            "_x000D_",
		"_x005F_":                  "_",
		"甲_xD83D__xDE00_乙":         "甲😀乙",
		"_xD83D_":                  "\ufffd",
		"a_x00D_b_xGGGG_c_x0000_d": "a_x00D_b_xGGGG_c_x0000_d",
		"_x-00D_ _x+00D_ _x0x1_":   "_x-00D_ _x+00D_ _x0x1_",
		"表_x":                      "表_x",
	} {
		f := excelize.NewFile()
		// The library escapes what looks like an escape; a raw part does not.
		require.NoError(t, f.SetCellStr("Sheet1", "A1", "@"))
		f.Pkg.Store("xl/sharedStrings.xml", []byte(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t xml:space="preserve">`+written+`</t></si></sst>`))
		f.SharedStrings = nil
		var out bytes.Buffer
		require.NoError(t, f.Write(&out))
		require.NoError(t, f.Close())
		require.Equal(t, want, first(t, out.Bytes()), written)
	}
}

// Every text that is written comes back, whatever it looks like.
func TestWhatLooksLikeAnEscapeComesBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"_x000D_", "__x000D__", "_x005F_x000D_", "表_x0041_号_x", "一\n二"} {
		var out bytes.Buffer
		w, err := workbook.NewWriter(&out, "甲")
		require.NoError(t, err)
		require.NoError(t, w.Sheet(workbook.Form{}))
		require.NoError(t, w.Row(1, workbook.Styled{Text: text}))
		require.NoError(t, w.Close())
		require.Equal(t, text, first(t, out.Bytes()))
		f, err := excelize.OpenReader(&out)
		require.NoError(t, err)
		have, err := f.GetCellValue("甲", "A1")
		require.NoError(t, err)
		require.Equal(t, text, have, "as Excel reads it")
		require.NoError(t, f.Close())
	}
}
