package ledger_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/calendar"
	"duban/documents/ledger"
)

// Issue 4 point 4: the list as a workbook, cell by cell; days are real dates, and
// nothing in it is a formula.
func TestEntriesCellByCell(t *testing.T) {
	t.Parallel()
	e, err := ledger.NewEntries("党建成效考核负面清单（2026年度）")
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	on := calendar.On(2026, 6, 1)
	require.NoError(t, e.Add(ledger.Entry{
		UnitName: "=市档案局", Year: 2026, ListedOn: on, Basis: "组织生活制度不严格", Decision: "工委会议〔2026〕1号", DecidedOn: on.AddDays(3),
		Cases: "督〔2026〕0001", State: "在列", EndsOn: calendar.On(2026, 12, 31), ID: "x",
	}))
	require.NoError(t, e.Add(ledger.Entry{UnitName: "市统计局", Year: 2026, ListedOn: on, State: "在列"}))
	require.NoError(t, e.End())
	var out bytes.Buffer
	_, err = e.WriteTo(&out)
	require.NoError(t, err)
	f, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows("负面清单")
	require.NoError(t, err)
	require.Equal(t, "党建成效考核负面清单（2026年度）", rows[0][0])
	require.Equal(t, []string{"1", "'=市档案局", "2026", "2026-06-01", "组织生活制度不严格", "工委会议〔2026〕1号", "2026-06-04", "督〔2026〕0001", "在列", "2026-12-31", "x"}, rows[2])
	require.Equal(t, "市统计局", rows[3][1])
	formula, err := f.GetCellFormula("负面清单", "B3")
	require.NoError(t, err)
	require.Empty(t, formula)
	raw, err := f.GetCellValue("负面清单", "D3", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Equal(t, "46174", raw)
	shown, err := f.GetColVisible("负面清单", "K")
	require.NoError(t, err)
	require.False(t, shown)
}
