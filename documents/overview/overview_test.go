package overview_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/calendar"
	"duban/documents/overview"
	"duban/lifecycle"
	"duban/policy"
)

// Nothing that a person typed is a formula on either sheet, and what was left
// off is said.
func TestWorkbook(t *testing.T) {
	t.Parallel()
	on, err := calendar.ParseDate("2026-03-23")
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, overview.Write(&out, overview.Overview{
		Title: "逾期情况", By: "单位", Days: "逾期工作日", On: on, Total: overview.Line{Count: 2, Days: 9, Most: 7}, LeftOff: 3,
		Lines: []overview.Line{{Name: "@单位", Count: 2, Days: 9, Most: 7}},
		Rows: []overview.Row{{
			Number: "督〔2026〕0001", Title: "=HYPERLINK(1)", Stage: lifecycle.Rectifying, Level: policy.L2, Round: 1, Clock: policy.ClockRectification,
			Due: on, Provisional: true, Days: 7, Late: 7,
		}},
	}))
	f, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	sums, err := f.GetRows(overview.Sums)
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"逾期情况（2026年3月23日）"},
		{"单位", "件数", "逾期工作日合计", "逾期工作日最多"},
		{"合计", "2", "9", "7"},
		{"'@单位", "2", "9", "7"},
		{"另有3项未列出"},
	}, sums)
	rows, err := f.GetRows(overview.Cases)
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, "'=HYPERLINK(1)", rows[1][1])
	require.Equal(t, "L2 "+policy.L2.ZH(), rows[1][6])
	require.Equal(t, "2026-03-23（暂定）", rows[1][13])
}
