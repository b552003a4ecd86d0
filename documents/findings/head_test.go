package findings_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/documents/findings"
)

// Everything that is wrong with the header is told with its cell, and the rows
// below are checked all the same.
func TestEveryHeaderErrorIsTold(t *testing.T) {
	t.Parallel()
	wrong := good()
	wrong[0] = "市档按局"
	file := workbook(t, func(f *excelize.File) {
		for cell, value := range map[string]string{"G1": "备注", "G2": "看不懂的内容", "H1": "单位", "C1": "事由"} {
			require.NoError(t, f.SetCellStr(findings.SheetName, cell, value))
		}
		require.NoError(t, f.SetColVisible(findings.SheetName, "D", false))
	}, good(), wrong)
	var (
		header findings.Header
		rows   []findings.Row
	)
	c := findings.Check{
		Tables: tables(),
		Header: func(h findings.Header) error { header = h; return nil },
		Row:    func(r findings.Row) error { rows = append(rows, r); return nil },
	}
	result, err := c.Run(bytes.NewReader(file), int64(len(file)), "a.xlsx")
	require.NoError(t, err)
	var told [][]string
	for _, f := range result.Faults {
		require.Equal(t, findings.SheetName, f.Sheet)
		told = append(told, []string{f.Cell, f.Code})
	}
	require.Equal(t, [][]string{
		{"C1", "unknown_column"}, {"G1", "unknown_column"}, {"H1", "column_twice"}, {"A1", "column_missing"}, {"D1", "hidden_column"}, {"A3", "unknown_unit"},
	}, told)
	require.False(t, result.Good())
	for _, r := range rows {
		require.Nil(t, r.Body, "a finding without its facts")
	}

	var out bytes.Buffer
	require.NoError(t, findings.Marked(&out, tables(), header, func(put func(findings.Row) error) error {
		for _, r := range rows {
			if err := put(r); err != nil {
				return err
			}
		}
		return nil
	}))
	f, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	defer f.Close()
	red := func(cell string) bool {
		id, err := f.GetCellStyle(findings.SheetName, cell)
		require.NoError(t, err)
		style, err := f.GetStyle(id)
		require.NoError(t, err)
		return len(style.Fill.Color) == 1 && style.Fill.Color[0] == "FF9999"
	}
	for cell, want := range map[string]bool{"A1": true, "B1": false, "C1": true, "D1": true, "G1": true, "H1": true, "A2": false, "A3": true} {
		require.Equal(t, want, red(cell), cell)
	}
	explained, err := f.GetCellValue(findings.SheetName, "I2")
	require.NoError(t, err)
	for _, want := range []string{"G1：表头“备注”", "H1：", "缺少“事实”"} {
		require.Contains(t, explained, want)
	}
	heading, err := f.GetCellValue(findings.SheetName, "I1")
	require.NoError(t, err)
	require.Equal(t, "错误说明", heading)
}
