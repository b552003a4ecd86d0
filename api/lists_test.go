package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/api"
	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// listed is a case of the unit that is on a list, with the decision's number.
func (s site) listed(t *testing.T, n int, list policy.List) *life {
	t.Helper()
	p := s.people
	l := s.life()
	l.n = 1000 * n
	l.do(t, p.Inspector, p.Finding(fmt.Sprintf("第%d个问题", n), today()).Body)
	for _, step := range append(p.UpToServing(lifecycle.Immediate), p.Sign()) {
		l.do(t, step.By, step.Body)
	}
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: list, Basis: "内部依据：书记不重视"})
	l.do(t, p.Leader, &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: today(), Number: "工委会议〔2026〕1号"}})
	return l
}

// act sends an act on an entry.
func (s site) act(t *testing.T, who lifecycle.Actor, list policy.List, id, key string, body lifecycle.EntryBody) answer {
	t.Helper()
	return s.as(t, who, asked{
		method: http.MethodPost, path: "/v1/lists/" + string(list) + "/entries/" + id + "/" + string(lifecycle.EntryKindOf(body)), body: body,
		header: map[string]string{"Idempotency-Key": key},
	})
}

func (s site) get(t *testing.T, who lifecycle.Actor, path string, into any) {
	t.Helper()
	a := s.as(t, who, asked{method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, a.Code, "%s: %s", path, a.Body)
	a.into(t, into)
}

// Issue 4 point 4: entries with basis, date, decision and year; a unit sees its
// own and not why; the public reads what was decided for it, and no name.
func TestNegativeLists(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.listed(t, 1, policy.ListAssessment)
	const base = "/v1/lists/assessment/entries"
	year := fmt.Sprint(today().Year())

	var page api.EntryList
	s.get(t, p.Manager, base+"?year="+year+"&unit="+p.Unit.ID+"&state=active", &page)
	require.Len(t, page.Entries, 1)
	e := page.Entries[0]
	require.Equal(t, "工委会议〔2026〕1号", e.Decision)
	require.Equal(t, today(), e.ListedOn)
	require.Equal(t, "内部依据：书记不重视", e.Basis)
	require.Equal(t, l.id, e.Cases[0].Case)
	require.Equal(t, "在列", e.StateZH)
	for _, none := range []string{"/v1/lists/problems/entries", base + "?year=2020", base + "?unit=" + p.OtherUnit.ID, base + "?state=ended"} {
		s.get(t, p.Manager, none, &page)
		require.Empty(t, page.Entries, none)
	}

	// The unit: its own, without basis, cases and people.
	s.get(t, p.Secretary, base, &page)
	require.Len(t, page.Entries, 1)
	own := s.as(t, p.Secretary, asked{method: http.MethodGet, path: base + "/" + e.ID})
	require.Equal(t, http.StatusOK, own.Code)
	for _, hidden := range []string{"内部依据", l.id, p.Leader.Account, "basis", "acts"} {
		require.NotContains(t, own.Body.String(), hidden)
	}
	s.get(t, p.OtherSecretary, base, &page)
	require.Empty(t, page.Entries)
	require.Equal(t, "not_found", s.as(t, p.OtherSecretary, asked{method: http.MethodGet, path: base + "/" + e.ID}).problem(t).Code)
	require.Equal(t, "not_found", s.as(t, p.OtherSecretary, asked{method: http.MethodGet, path: base + "?unit=" + p.Unit.ID}).problem(t).Code)

	// The public.
	var public api.PublicList
	s.get(t, p.OtherSecretary, "/v1/lists/assessment/public", &public)
	require.Empty(t, public.Entries, "nothing is shown unless somebody decides so")
	named := s.act(t, p.Leader, policy.ListAssessment, e.ID, "a", &lifecycle.ShowEntry{Text: p.Secretary.Name + "不重视。", Reason: "公开"}).problem(t)
	require.Equal(t, "person_named", named.Code)
	require.Equal(t, http.StatusForbidden, s.act(t, p.Officer, policy.ListAssessment, e.ID, "a", &lifecycle.ShowEntry{Text: "制度不严格。", Reason: "公开"}).Code)
	shown := s.act(t, p.Leader, policy.ListAssessment, e.ID, "a", &lifecycle.ShowEntry{Text: "组织生活制度不严格。", Reason: "依规公开"})
	require.Equal(t, http.StatusOK, shown.Code, "%s", shown.Body)
	read := s.as(t, p.OtherSecretary, asked{method: http.MethodGet, path: "/v1/lists/assessment/public?year=" + year})
	read.into(t, &public)
	require.Len(t, public.Entries, 1)
	require.Equal(t, "组织生活制度不严格。", public.Entries[0].Text)
	for _, hidden := range []string{"内部依据", "依规公开", l.id, p.Leader.Name, p.Secretary.Name} {
		require.NotContains(t, read.Body.String(), hidden)
	}

	// Two people end it; the act stands with their names.
	require.Equal(t, http.StatusOK, s.act(t, p.Officer, policy.ListAssessment, e.ID, "b", &lifecycle.ProposeEnd{Reason: "已整改"}).Code)
	require.Equal(t, "unknown_proposal", s.act(t, p.Leader, policy.ListAssessment, e.ID, "c", &lifecycle.DecideEnd{No: 1, Granted: true, Reason: "同意"}).problem(t).Code)
	ended := s.act(t, p.Leader, policy.ListAssessment, e.ID, "c", &lifecycle.DecideEnd{No: 2, Granted: true, Reason: "同意"})
	ended.into(t, &e)
	require.Equal(t, lifecycle.EntryEnded, e.State)
	require.Equal(t, p.Leader.Name, e.Acts[2].ActorName)
	require.Equal(t, "entry_over", s.act(t, p.Leader, policy.ListAssessment, e.ID, "d", &lifecycle.ProposeEnd{Reason: "再次"}).problem(t).Code)
	s.get(t, p.Manager, "/v1/lists/assessment/public", &public)
	require.Empty(t, public.Entries)

	var units api.ListedUnits
	s.get(t, p.Head, "/v1/listed-units?year="+year, &units)
	require.Len(t, units.Units, 1)
	require.Equal(t, p.Unit.ID, units.Units[0].Unit)
}

// A list leaves as a workbook, and as an official paper of what may be shown.
func TestListsAsFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.listed(t, 1, policy.ListProblems)
	var page api.EntryList
	s.get(t, p.Manager, "/v1/lists/problems/entries", &page)
	book := s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/lists/problems/entries.xlsx?year=" + fmt.Sprint(today().Year())})
	require.Equal(t, http.StatusOK, book.Code, "%s", book.Body)
	f, err := excelize.OpenReader(bytes.NewReader(book.Body.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows("负面清单")
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, p.Unit.Name, rows[2][1])
	require.Equal(t, l.id, page.Entries[0].Cases[0].Case)
	require.Equal(t, page.Entries[0].Cases[0].Number, rows[2][7])

	path := "/v1/lists/problems/entries.docx?year=" + fmt.Sprint(today().Year())
	require.Equal(t, "nobody_listed", s.as(t, p.Manager, asked{method: http.MethodGet, path: path}).problem(t).Code)
	require.Equal(t, http.StatusOK, s.act(t, p.Leader, policy.ListProblems, page.Entries[0].ID, "a", &lifecycle.ShowEntry{Text: "整改逾期。", Reason: "公开"}).Code)
	paper := s.as(t, p.Manager, asked{method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, paper.Code, "%s", paper.Body)
	z, err := zip.NewReader(bytes.NewReader(paper.Body.Bytes()), int64(paper.Body.Len()))
	require.NoError(t, err)
	part, err := z.Open("word/document.xml")
	require.NoError(t, err)
	text, err := io.ReadAll(part)
	require.NoError(t, err)
	require.Contains(t, string(text), "整改逾期。")
	require.Contains(t, string(text), p.Unit.Name)
	require.NotContains(t, string(text), "内部依据")
}

// What is not there, or said wrongly, is refused with its field and a Chinese
// sentence, and writes nothing.
func TestBadInputAboutLists(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	s.listed(t, 1, policy.ListProblems)
	var page api.EntryList
	s.get(t, p.Manager, "/v1/lists/problems/entries", &page)
	id := page.Entries[0].ID
	for _, bad := range []struct {
		path, code, field string
	}{
		{"/v1/lists/black/entries", "not_found", ""},
		{"/v1/lists/assessment/entries/" + id, "not_found", ""},
		{"/v1/lists/problems/entries/x", "not_found", ""},
		{"/v1/lists/problems/entries?year=0", "out_of_range", "year"},
		{"/v1/lists/problems/entries?state=odd", "unknown_code", "state"},
		{"/v1/lists/problems/entries?limit=0", "out_of_range", "limit"},
		{"/v1/lists/problems/entries?colour=red", "unknown_parameter", "colour"},
		{"/v1/lists/problems/entries.docx", "required", "year"},
		{"/v1/listed-units", "required", "year"},
	} {
		problem := s.as(t, p.Manager, asked{method: http.MethodGet, path: bad.path}).problem(t)
		require.Equal(t, bad.code, problem.Code, bad.path)
		require.Equal(t, bad.field, problem.Field, bad.path)
		require.Regexp(t, `\p{Han}`, problem.Detail, bad.path)
	}
	post := func(kind, body string, header map[string]string) api.Problem {
		return s.as(t, p.Leader, asked{method: http.MethodPost, path: "/v1/lists/problems/entries/" + id + "/" + kind, body: body, header: header}).problem(t)
	}
	require.Equal(t, "idempotency_key_missing", post("hide", `{"reason":"不公开"}`, nil).Code)
	for _, bad := range []struct{ kind, body, code, field string }{
		{"hide", `{"reason":""}`, "required", "reason"},
		{"propose_end", `{}`, "required", "reason"},
		{"correct", `{"reason":"笔误"}`, "nothing_to_correct", "basis"},
		{"show", `{"text":"","reason":"公开"}`, "required", "text"},
		{"show", `{"text":"` + strings.Repeat("长", 10_001) + `","reason":"公开"}`, "too_long", "text"},
		{"decide_end", `{"no":1,"granted":true,"reason":"同意"}`, "unknown_proposal", "no"},
		{"decide_end", `{"no":"1"}`, "wrong_type", "no"},
		{"correct", `{"year":2025,"reason":"笔误"}`, "unknown_field", "year"},
	} {
		problem := post(bad.kind, bad.body, map[string]string{"Idempotency-Key": "k"})
		require.Equal(t, bad.code, problem.Code, bad.body)
		require.Equal(t, bad.field, problem.Field, bad.body)
	}
	var e api.ListEntry
	s.get(t, p.Manager, "/v1/lists/problems/entries/"+id, &e)
	require.Empty(t, e.Acts)
}

// Issue 4, bad input, through the API: a talk with somebody who does not hold the
// post, in the future, or a listing without its list; nothing is written.
func TestBadInputAboutMeasures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	p.Take(t.Context(), t, s.store)
	l := s.life()
	l.do(t, p.Inspector, p.Finding("问题", today()).Body)
	for _, step := range append(p.UpToServing(lifecycle.Immediate), p.Sign()) {
		l.do(t, step.By, step.Body)
	}
	last := l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "逾期"}).Case.Seq
	stranger, tomorrow := p.Talk(today()), p.Talk(today().AddDays(1))
	stranger.With[0].Person = "不在任的人"
	for _, bad := range []struct {
		code, field string
		body        lifecycle.CommandBody
	}{
		{"not_in_post", "with[0].person", &lifecycle.RecordMeasure{No: 1, MeasureRecord: stranger}},
		{"in_future", "on", &lifecycle.RecordMeasure{No: 1, MeasureRecord: tomorrow}},
		{"required", "reason", &lifecycle.WaiveMeasure{No: 1}},
		{"required", "list", &lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, Basis: "依据"}},
		{"required", "basis", &lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems}},
	} {
		who := p.Leader
		if bad.body.Kind() == lifecycle.KindWaiveMeasure {
			who = p.Signer
		}
		problem := l.send(t, who, bad.body).problem(t)
		require.Equal(t, bad.code, problem.Code)
		require.Equal(t, bad.field, problem.Field)
		require.Regexp(t, `\p{Han}`, problem.Detail)
	}
	done := l.do(t, p.Leader, &lifecycle.RecordMeasure{No: 1, MeasureRecord: p.Talk(today())})
	require.Equal(t, last+1, done.Case.Seq, "nothing was written between")
}

// Rule 6 of the bounds: voiding a case does not take the unit off the list. Another
// leader than who voided it has the task of keeping or ending the entry, in ten working
// days, and the task is gone when he did.
func TestWhatAVoidedCaseLeavesIsATask(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := siteWith(t, func(o *api.Options) { o.Clock = c.Now })
	p := s.people
	l := s.life()
	l.do(t, p.Inspector, p.Finding("组织生活制度落实不严格", c.today()).Body)
	for _, step := range p.UpToServing(lifecycle.Immediate) {
		l.do(t, step.By, step.Body)
	}
	l.do(t, p.Secretary, p.Sign().Body)
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: "情节较重"})
	l.do(t, p.Leader, &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: c.today(), Number: "工委会议〔2026〕1号"}})
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: "情节较重"})
	l.do(t, p.Leader, &lifecycle.RecordMeasure{No: 2, MeasureRecord: lifecycle.MeasureRecord{On: c.today(), Place: "市档案局", Persons: []string{"张三"}, Requirements: "立即整改"}})
	l.do(t, p.Leader, &lifecycle.Void{Reason: reason()})

	tasks := func(who lifecycle.Actor) []api.UnsettledMeasure {
		t.Helper()
		var list api.TaskList
		s.get(t, who, "/v1/tasks", &list)
		return list.Unsettled
	}
	require.Empty(t, tasks(p.Leader), "not who voided it")
	require.Empty(t, tasks(p.Officer))
	left := tasks(p.Signer)
	require.Len(t, left, 2)
	for i, of := range []any{policy.MeasureNegativeList, policy.MeasureOnSite} {
		require.Equal(t, []any{of, l.id, i + 1, p.Leader.Account, c.today(), calendar.Builtin().Add(c.today(), policy.Default().Measures.Decision).Date, false},
			[]any{left[i].Kind, left[i].Case, left[i].Measure, left[i].By, left[i].On, left[i].Due, left[i].Overdue})
	}
	// The visit is settled in its case, which is over.
	require.Equal(t, "own_void", l.send(t, p.Leader, &lifecycle.SettleMeasure{No: 2, Keep: true, Reason: reason()}).problem(t).Code)
	require.Equal(t, lifecycle.Done, l.do(t, p.Signer, &lifecycle.SettleMeasure{No: 2, Keep: true, Reason: reason()}).Case.Measures[1].Status)
	require.Len(t, tasks(p.Signer), 1)
	require.Equal(t, "own_void", s.act(t, p.Leader, policy.ListProblems, left[0].Entry, "a", &lifecycle.SettleEntry{Keep: true, Reason: reason()}).problem(t).Code)
	var e api.ListEntry
	s.act(t, p.Signer, policy.ListProblems, left[0].Entry, "b", &lifecycle.SettleEntry{Keep: true, Reason: reason()}).into(t, &e)
	require.Equal(t, lifecycle.EntryActive, e.State)
	require.Equal(t, p.Signer.Account, e.Kept.By)
	require.Empty(t, tasks(p.Signer))
}
