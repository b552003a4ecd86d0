package findings_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/documents/findings"
	"duban/lifecycle"
	"duban/policy"
)

func tables() findings.Tables {
	return findings.Tables{
		Codes: policy.Default().Codes,
		Units: map[string]string{"市档案局": "u1", "市统计局": "u2", "市市场监督管理局": "u3", "市大数据局(中心)": "u4"},
	}
}

// header is the template's, without what may be left out.
func header() []string {
	return []string{"单位", "问题", "事实", "发现日期", "发现方式", "问题类别"}
}

func good() []any {
	return []any{"市档案局", "组织生活制度不严格", "上半年三会一课记录缺失。", "2026-03-02", "督促检查", "C03"}
}

// workbook is a sheet of findings with the rows below its header.
func workbook(t *testing.T, change func(*excelize.File), rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	require.NoError(t, f.SetSheetName("Sheet1", findings.SheetName))
	head := header()
	require.NoError(t, f.SetSheetRow(findings.SheetName, "A1", &head))
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow(findings.SheetName, at, &row))
	}
	if change != nil {
		change(f)
	}
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	require.NoError(t, f.Close())
	return out.Bytes()
}

func run(file []byte, name string, row func(findings.Row) error) (findings.Result, error) {
	c := findings.Check{Tables: tables(), Campaign: "2026年第一批", Row: row}
	return c.Run(bytes.NewReader(file), int64(len(file)), name)
}

// A line break as Excel writes it is one, and nothing else is left of it.
func TestALineBreakAsExcelWritesIt(t *testing.T) {
	t.Parallel()
	cells := append([]string{}, goodCells...)
	cells[2] = "第一行_x000D_\n第二行&#13;&#10;第三行"
	var got findings.Row
	result, err := run(sheetOf(t, sheetXML(rowXML(2, cells...))), "a.xlsx", func(r findings.Row) error { got = r; return nil })
	require.NoError(t, err)
	require.Empty(t, result.Faults)
	require.Equal(t, "第一行\n第二行\n第三行", got.Body.Facts)
}

// What staff get to download is what the reader takes back.
func TestTemplateIsReadAgain(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, findings.Template(&out, tables()))
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, []string{findings.SheetName, "填写说明", "代码表"}, f.GetSheetList())
	visible, err := f.GetSheetVisible("代码表")
	require.NoError(t, err)
	require.False(t, visible)
	rules, err := f.GetDataValidations(findings.SheetName)
	require.NoError(t, err)
	require.Len(t, rules, 5)
	require.Equal(t, "'代码表'!$A$2:$A$5", rules[0].Formula1, "the units")
	row := []any{1, "市统计局", "问题", "事实", "2026年11月23日", "暗访", "C04 执行党内法规不够坚决有力", "D4 制度执行", "M0401 违规发展党员", "照片1；照片2"}
	require.NoError(t, f.SetSheetRow(findings.SheetName, "A2", &row))
	out.Reset()
	require.NoError(t, f.Write(&out))
	var rows []findings.Row
	result, err := run(out.Bytes(), "a.xlsx", func(r findings.Row) error { rows = append(rows, r); return nil })
	require.NoError(t, err)
	require.Empty(t, result.Faults)
	require.Equal(t, 1, result.Rows)
	b := rows[0].Body
	require.Equal(t, []string{"u2", "问题", "事实", "2026-11-23", "unannounced_visit", "C04", "D4", "M0401", "2026年第一批"},
		[]string{b.Unit, b.Title, b.Facts, b.FoundOn.String(), b.Method, b.Category, b.Dimension, b.Matter, b.Campaign})
	require.Equal(t, []string{"照片1", "照片2"}, b.Evidence)
}

// A title or facts with a character in private use go through, with a word on it: who
// prints them elsewhere sees an empty box.
func TestACharacterInPrivateUseIsHintedAt(t *testing.T) {
	t.Parallel()
	cells := append([]string{}, goodCells...)
	cells[1] = "李\uE863同志未参加"
	other := append([]string{}, goodCells...)
	other[1] = "李\U000323B0同志未参加"
	file := sheetOf(t, sheetXML(rowXML(2, cells...), rowXML(3, other...)))
	var rows []findings.Row
	c := findings.Check{
		Tables: tables(), Campaign: "2026年第一批", Row: func(r findings.Row) error { rows = append(rows, r); return nil },
		Hints: func(page []*lifecycle.OpenCase) ([]findings.Hint, error) {
			return make([]findings.Hint, len(page)), nil
		},
	}
	result, err := c.Run(bytes.NewReader(file), int64(len(file)), "a.xlsx")
	require.NoError(t, err)
	require.Empty(t, result.Faults)
	require.Len(t, rows, 2)
	require.Equal(t, "“问题”的第2个字符U+E863（自造字）在没有相应字库的电脑和打印机上显示不出来。", rows[0].Hint.ZH())
	require.Nil(t, rows[1].Hint)
	require.Len(t, result.Hints, 1)
}
