package workbook_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/documents/workbook"
)

func written(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := workbook.NewWriter(&out, "甲", "乙 & <丙>")
	require.NoError(t, err)
	require.NoError(t, w.Sheet(workbook.Form{
		Widths: []float64{10, 20}, Frozen: 1,
		Lists: []workbook.List{{Column: 1, First: 2, Last: 9, From: "'乙 & <丙>'!$A$1:$A$3", Title: "选", Message: "请选择"}},
	}))
	require.NoError(t, w.Row(1, workbook.Styled{Text: "一", Style: workbook.Head}, workbook.Styled{Text: "二", Style: workbook.Head}))
	require.NoError(t, w.Row(3, workbook.Styled{Text: " =1+1"}, workbook.Styled{}, workbook.Styled{Text: "<a>&\"'\n下", Style: workbook.Wrong}))
	require.NoError(t, w.Sheet(workbook.Form{}))
	require.NoError(t, w.Row(1, workbook.Styled{Text: strings.Repeat("长", 100)}))
	require.NoError(t, w.Close())
	return out.Bytes()
}

// What is written can be read, by the library and by our own reader; the same
// cells make the same bytes, and no text is a formula.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	file := written(t)
	require.Equal(t, file, written(t))
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, []string{"甲", "乙 & <丙>"}, f.GetSheetList())
	rows, err := f.GetRows("甲")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"一", "二"}, nil, {"' =1+1", "", "<a>&\"'\n下"}}, rows)
	rules, err := f.GetDataValidations("甲")
	require.NoError(t, err)
	require.Len(t, rules, 1)
	require.Equal(t, "B2:B9", rules[0].Sqref)

	book, err := workbook.Open(bytes.NewReader(file), int64(len(file)), "a.xlsx")
	require.NoError(t, err)
	var have []string
	require.NoError(t, book.Read(book.Sheets[0], workbook.Reader{
		Line: func(l workbook.Line) error {
			for _, c := range l.Cells {
				have = append(have, workbook.CellName(c.Column, l.Row)+" "+workbook.Unsafe(c.Text))
			}
			return nil
		},
	}))
	require.NoError(t, book.Close())
	require.Equal(t, []string{"A1 一", "B1 二", "A3  =1+1", "C3 <a>&\"'\n下"}, have)
}

// A workbook is whole or none: one with other sheets than those announced has no
// end.
func TestSheetsAreThoseThatWereAnnounced(t *testing.T) {
	t.Parallel()
	w, err := workbook.NewWriter(&bytes.Buffer{}, "甲")
	require.NoError(t, err)
	require.Error(t, w.Close())
	require.NoError(t, w.Sheet(workbook.Form{}))
	require.Error(t, w.Sheet(workbook.Form{}))
}
