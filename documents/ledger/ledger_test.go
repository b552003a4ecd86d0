package ledger_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/calendar"
	"duban/documents/ledger"
	"duban/documents/workbook"
	"duban/lifecycle"
	"duban/policy"
)

// written is a ledger of the rows, opened again.
func written(t *testing.T, rows ...ledger.Row) *excelize.File {
	t.Helper()
	l, err := ledger.New(policy.Default().Codes, calendar.On(2026, 11, 24))
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	for _, r := range rows {
		require.NoError(t, l.Add(r))
	}
	require.NoError(t, l.End())
	var out bytes.Buffer
	_, err = l.WriteTo(&out)
	require.NoError(t, err)
	f, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func sample() ledger.Row {
	on := calendar.On(2026, 6, 1)
	return ledger.Row{
		UnitName: "市档案局", CampaignName: "第一批", ClosedOn: calendar.On(2026, 10, 9),
		Case: lifecycle.Case{
			ID: "c1", Number: "督〔2026〕0001", Seq: 9, Unit: "u1", Stage: lifecycle.Closed, Level: policy.L2,
			Finding:   lifecycle.Finding{Title: "制度落实不严", Facts: "记录缺失。", FoundOn: calendar.On(2026, 3, 2), Method: "inspection", Category: "C03", Dimension: "D4", Campaign: "第一批"},
			TakenOver: &lifecycle.TakenOver{On: on, NoticeNumber: "市直工委函〔2025〕31号", NoticeOn: calendar.On(2026, 3, 2)},
			RepeatOf:  &lifecycle.RepeatOf{Case: "c0", Repeated: lifecycle.Repeated{Number: "督〔2025〕0007"}},
			Plan: &lifecycle.Plan{Measures: []lifecycle.PlanMeasure{
				{No: 1, Text: "补记录", Owner: "张三", Due: on, Done: true, Accepted: true},
				{No: 2, Text: "定制度", Owner: "李四", Due: on.AddDays(30), Done: true},
				{No: 3, Text: "培训", Owner: "张三", Due: on.AddDays(10)},
			}},
			LookBacks: []lifecycle.LookBackOf{{Round: 1, On: on.AddDays(90), Result: lifecycle.InPlace}},
			Measures:  []lifecycle.Measure{{Kind: policy.MeasureSupervisionLetter, Status: lifecycle.Done, On: on}},
		},
	}
}

// Issue 3 item 7: every cell holds what the record holds, days are real dates,
// and completion is counted from the plan.
func TestCellByCell(t *testing.T) {
	t.Parallel()
	f := written(t, sample())
	rows, err := f.GetRows("整改台账")
	require.NoError(t, err)
	codes := policy.Default().Codes
	category, _ := codes.Category("C03")
	dimension, _ := codes.Dimension("D4")
	require.Equal(t, []string{
		"序号", "编号", "批次", "单位", "责任人", "问题", "事实", "发现日期", "发现方式", "类别", "方面", "整改措施", "时限", "完成情况", "阶段", "督办等级", "回头看", "措施", "销号日期", "前案编号", "转入",
		"case_id", "version", "unit_id", "category", "dimension", "stage",
	}, rows[1])
	require.Equal(t, []string{
		"1", "督〔2026〕0001", "第一批", "市档案局", "张三、李四", "制度落实不严", "记录缺失。", "2026-03-02", "督促检查", category.ZH, dimension.ZH,
		"1. 补记录（2026-06-01）\n2. 定制度（2026-07-01）\n3. 培训（2026-06-11）", "2026-07-01", "2/3 项完成\n（审核通过 1 项）", "已销号", "L2 督办函",
		"2026-08-30 第1轮 整改到位", "2026-06-01 督办函（已办）", "2026-10-09", "督〔2025〕0007", "2026-06-01转入\n市直工委函〔2025〕31号（2026-03-02）", "c1", "9", "u1", "C03", "D4", "closed",
	}, rows[2])
	raw, err := f.GetCellValue("整改台账", "S3", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Equal(t, "46304", raw, "a day is a real date")
	for cell, shown := range map[string]bool{"A": true, "S": true, "T": true, "U": true, "V": false, "Z": false} {
		visible, err := f.GetColVisible("整改台账", cell)
		require.NoError(t, err)
		require.Equal(t, shown, visible, cell)
	}
	panes, err := f.GetPanes("整改台账")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
	layout, err := f.GetPageLayout("整改台账")
	require.NoError(t, err)
	require.Equal(t, "landscape", *layout.Orientation)
	high, err := f.GetRowHeight("整改台账", 3)
	require.NoError(t, err)
	require.Greater(t, high, 3*13.0, "three measures, a line each")
	require.Equal(t, "'整改台账'!$1:$2", f.GetDefinedName()[0].RefersTo)
}

// A provisional day says so and stays a date.
func TestProvisionalDay(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Case.Stage = lifecycle.Rectifying
	r.Case.Clocks = []lifecycle.Clock{{Name: policy.ClockRectification, Due: calendar.On(2027, 2, 3), Provisional: true}}
	shown, err := written(t, r).GetCellValue("整改台账", "M3")
	require.NoError(t, err)
	require.Equal(t, "2027-02-03（暂定）", shown)
}

// Whatever text could be taken for a formula stays a text, in the workbook and
// in the CSV somebody makes of it, and can be read back.
func TestNothingIsAFormula(t *testing.T) {
	t.Parallel()
	for _, begin := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "　＝", "\u00a0+", "\ufeff=", "'=", "'"} {
		payload := begin + `cmd|' /C calc'!A0`
		r := sample()
		r.UnitName = payload
		f := written(t, r)
		formula, err := f.GetCellFormula("整改台账", "D3")
		require.NoError(t, err)
		require.Empty(t, formula, "%q", payload)
		kind, err := f.GetCellType("整改台账", "D3")
		require.NoError(t, err)
		require.Equal(t, excelize.CellTypeInlineString, kind, "%q", payload)
		require.Equal(t, "'"+payload, workbook.Safe(payload), "%q", payload)
		require.Equal(t, payload, workbook.Unsafe(workbook.Safe(payload)))
	}
	for _, plain := range []string{"", "市档案局", "1=1", "a@b", "（=1）"} {
		require.Equal(t, plain, workbook.Safe(plain))
	}
}

// What no cell can hold is cut, and says so.
func TestLongTextIsCut(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("督", 40_000), strings.Repeat("𠀀", 20_000), strings.Repeat("a𠀀", 30_000)} {
		safe := workbook.Safe(text)
		require.LessOrEqual(t, len(utf16.Encode([]rune(safe))), 32_767)
		require.True(t, strings.HasSuffix(safe, "……（未完，全文见案卷）"))
	}
	whole := strings.Repeat("督", 32_767)
	require.Equal(t, whole, workbook.Safe(whole))
}
