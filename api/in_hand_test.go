package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/api"
	"duban/calendar"
	"duban/documents/findings"
	"duban/lifecycle"
)

// inHand is the site's own template of cases in hand with rows filled in by heading.
func (s site) inHand(t *testing.T, rows ...map[string]any) []byte {
	t.Helper()
	a := s.as(t, s.people.Officer, asked{method: http.MethodGet, path: "/v1/imports/in-hand.xlsx"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	f, err := excelize.OpenReader(a.Body)
	require.NoError(t, err)
	defer f.Close()
	sheet, err := f.GetRows(findings.InHandSheet)
	require.NoError(t, err)
	for i, row := range rows {
		for column, head := range sheet[0] {
			at, err := excelize.CoordinatesToCellName(column+1, i+2)
			require.NoError(t, err)
			require.NoError(t, f.SetCellValue(findings.InHandSheet, at, row[trimStar(head)]))
			delete(row, trimStar(head))
		}
		require.Empty(t, row, "columns that the template has not")
	}
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	return out.Bytes()
}

func trimStar(head string) string {
	if n := len(head); n > 0 && head[n-1] == '*' {
		return head[:n-1]
	}
	return head
}

// standing is a row of a case in hand at a stage; change puts other cells over it.
func (s site) standing(n int, stage string, change map[string]any) map[string]any {
	row := map[string]any{
		"单位": "市档案局", "问题": fmt.Sprint("在办问题", n), "事实": "台账缺失。", "发现日期": today().AddDays(-120).String(), "发现方式": "督促检查", "问题类别": "C03",
		"当前阶段": stage, "整改类型": "限期整改", "经办人": s.people.Officer.Name, "原发文字号": "市直工委函〔2025〕31号", "原发文日期": today().AddDays(-102).String(),
		"签收日期": today().AddDays(-100).String(), "整改到期日": today().AddDays(-30).String(), "整改责任人": "王主任",
	}
	maps.Copy(row, change)
	return row
}

// Cases in hand come in by workbook, a leader confirms them, and they go on from where
// they stood under the earlier notice.
func TestCasesInHandAreTakenOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	file := s.inHand(
		t,
		s.standing(1, "整改中", map[string]any{"已到督办等级": "L2", "已催办次数": 2, "已定整改措施": "建立台账\n开展培训"}),
		s.standing(2, "制定方案", map[string]any{"整改到期日": today().AddDays(40).String()}),
		s.standing(3, "报告审核", map[string]any{"报告报送日期": today().AddDays(-2).String()}),
		s.standing(4, "持续整改", map[string]any{"转为持续整改日期": today().AddDays(-60).String(), "整改到期日": nil}),
		s.standing(5, "送达待签收", map[string]any{"签收日期": nil, "整改到期日": today().AddDays(40).String()}),
		s.standing(6, "待回头看", map[string]any{"报告报送日期": today().AddDays(-2).String()}),
	)
	inspector := s.as(t, p.Inspector, upload(t, file, map[string]string{"in_hand": "true"}))
	require.Equal(t, "wrong_role", inspector.problem(t).Code)
	a := s.as(t, p.Officer, upload(t, file, map[string]string{"in_hand": "true"}))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var one api.Import
	a.into(t, &one)
	require.Equal(t, []any{"checked", 6, true, ""}, []any{one.State, one.Rows, one.InHand, one.Campaign})

	open := asked{method: http.MethodPost, path: "/v1/imports/" + one.ID + "/open", body: "{}"}
	require.Equal(t, "leader_confirms", s.as(t, p.Officer, open).problem(t).Code)
	require.Equal(t, "leader_confirms", s.as(t, p.Head, open).problem(t).Code)
	require.Equal(t, http.StatusAccepted, s.as(t, p.Leader, open).Code)
	_, more, err := s.store.OpenImport(t.Context(), one.ID, 100, nil)
	require.NoError(t, err)
	require.False(t, more)
	s.as(t, p.Leader, asked{method: http.MethodGet, path: "/v1/imports/" + one.ID}).into(t, &one)
	require.Equal(t, []any{"done", 6, 0, p.Leader.Account}, []any{one.State, one.Opened, one.Failed, one.ConfirmedBy}, "%v", one.Turned)

	var list api.CaseList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/cases?sort=number"}).into(t, &list)
	require.Len(t, list.Cases, 6)
	for i, stage := range []lifecycle.Stage{
		lifecycle.Rectifying, lifecycle.Planning, lifecycle.ReportReview, lifecycle.Sustained, lifecycle.Serving, lifecycle.LookBackPending,
	} {
		require.Equal(t, string(stage), fmt.Sprint(list.Cases[i].Stage))
	}
	id := list.Cases[0].ID
	view, err := s.store.Case(t.Context(), p.Officer, id)
	require.NoError(t, err)
	c := view.Staff
	require.Equal(t, "市直工委函〔2025〕31号", c.TakenOver.NoticeNumber)
	require.Equal(t, []any{p.Officer.Account, p.Leader.Account, today(), "王主任"}, []any{c.Officer, c.TakenOver.ConfirmedBy, c.TakenOver.On, c.Plan.Measures[1].Owner})
	k, ok := c.UnitOwes()
	require.True(t, ok)
	require.Equal(t, calendar.Builtin().Roll(today().AddDays(-30)).Date, k.Due)
	shown := s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/cases/" + id})
	require.Contains(t, shown.Body.String(), `"taken_over":{`)
	unit := s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/cases/" + id})
	require.Contains(t, unit.Body.String(), "市直工委函〔2025〕31号")
	require.NotContains(t, unit.Body.String(), "confirmed_by")

	require.Equal(t, "notice_elsewhere", s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/cases/" + id + "/documents/notice.docx"}).problem(t).Code)
	form := s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/cases/" + id + "/documents/report_form.docx"})
	require.Equal(t, http.StatusOK, form.Code, "%s", form.Body)
	require.Contains(t, wordText(t, form.Body.Bytes()), "市直工委函〔2025〕31号")
	book := s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/ledger.xlsx"})
	ledger, err := excelize.OpenReader(book.Body)
	require.NoError(t, err)
	defer ledger.Close()
	rows, err := ledger.GetRows("整改台账")
	require.NoError(t, err)
	require.Contains(t, rows[1], "转入")
	require.Contains(t, fmt.Sprint(rows[2:]), today().String()+"转入\n市直工委函〔2025〕31号")

	again := s.as(t, p.Officer, upload(t, s.inHand(t, s.standing(1, "整改中", nil)), map[string]string{"in_hand": "true"}))
	require.Equal(t, http.StatusUnprocessableEntity, again.Code)
	require.Contains(t, again.Body.String(), list.Cases[0].Number, "it is a case already")
}

// wordText is all the text of a document.
func wordText(t *testing.T, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	r, err := z.Open("word/document.xml")
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}

// A leader who sends the workbook himself does not confirm it.
func TestNobodyConfirmsHisOwnCasesInHand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	both := s.account(t, "钱书记", "", lifecycle.Leader, lifecycle.Officer)
	a := s.as(t, both, upload(t, s.inHand(t, s.standing(1, "整改中", nil)), map[string]string{"in_hand": "true"}))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var one api.Import
	a.into(t, &one)
	open := asked{method: http.MethodPost, path: "/v1/imports/" + one.ID + "/open", body: "{}"}
	require.Equal(t, "own_take_over", s.as(t, both, open).problem(t).Code)
}

// Every fault of a workbook of cases in hand is told at once, by its cell, and comes
// back marked; nothing is taken over.
func TestFaultsOfCasesInHandAreToldAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	file := s.inHand(
		t,
		s.standing(1, "已结案", nil),
		s.standing(2, "整改中", map[string]any{"经办人": "没有此人"}),
		s.standing(3, "整改中", map[string]any{"签收日期": nil}),
		s.standing(4, "整改中", map[string]any{"原发文字号": "〔2025〕31号"}),
		s.standing(5, "整改中", map[string]any{"已催办次数": "三次"}),
		s.standing(6, "制定方案", map[string]any{"整改类型": "立行立改"}),
		s.standing(7, "整改中", map[string]any{"整改到期日": today().AddDays(-101).String()}),
		s.standing(8, "整改中", map[string]any{"单位": "没有这个单位"}),
		s.standing(9, "整改中", nil),
		s.standing(9, "整改中", nil),
	)
	a := s.as(t, p.Officer, upload(t, file, map[string]string{"in_hand": "true"}))
	require.Equal(t, http.StatusUnprocessableEntity, a.Code, "%s", a.Body)
	problem := a.problem(t)
	var codes []string
	for _, one := range problem.Errors {
		require.Equal(t, findings.InHandSheet, one.Sheet)
		require.NotEmpty(t, one.Detail)
		codes = append(codes, one.Code)
	}
	require.Equal(t, []string{
		"unknown_code", "unknown_account", "required", "mark_missing", "bad_number", "no_plan_wanted", "too_early", "unknown_unit", "duplicate_row",
	}, codes)
	marked := s.as(t, p.Officer, asked{method: http.MethodGet, path: problem.Marked})
	f, err := excelize.OpenReader(marked.Body)
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows(findings.InHandSheet)
	require.NoError(t, err)
	require.Contains(t, rows[0], "错误说明")
	require.Contains(t, fmt.Sprint(rows[2]), "没有经办人“没有此人”")
	// Two of one name are told apart by their ids.
	twin := s.account(t, p.Officer.Name, "", lifecycle.Officer)
	a = s.as(t, p.Officer, upload(t, s.inHand(t, s.standing(1, "整改中", nil)), map[string]string{"in_hand": "true"}))
	require.Contains(t, a.Body.String(), "same_names")
	a = s.as(t, p.Officer, upload(t, s.inHand(t, s.standing(1, "整改中", map[string]any{"经办人": twin.Account})), map[string]string{"in_hand": "true"}))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	// Findings have no columns of cases in hand.
	a = s.as(t, p.Officer, upload(t, file, s.campaign(t)))
	require.Contains(t, a.Body.String(), "unknown_column")
}
