package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// noticed opens an immediate case of the unit so many natural days ago, up to
// the receipt, and looks at it every other day until today: the ladder waits for
// whoever looks, and is climbed a step at a time.
func (r record) underNotice(t *testing.T, key string, days int) *casetest.Life {
	t.Helper()
	ctx := context.Background()
	at := time.Now().AddDate(0, 0, -days)
	l := r.life(t, key)
	l.Now = func() time.Time { return at }
	l.Must(ctx, t, append([]casetest.Step{r.people.Finding("问题"+key, today().AddDays(-days))}, append(r.people.UpToServing(lifecycle.Immediate), r.people.Sign())...)...)
	for at.Before(time.Now().AddDate(0, 0, -2)) {
		at = at.AddDate(0, 0, 2)
		l.Must(ctx, t, r.noteStep())
	}
	l.Now = nil
	l.Must(ctx, t, r.noteStep())
	return l
}

func (r record) ask(t *testing.T, kind store.OverviewKind, f store.OverviewFilter) store.Overview {
	t.Helper()
	report, err := r.Overview(context.Background(), r.people.Manager, kind, f)
	require.NoError(t, err)
	return report
}

// Issue 4 item 5: who is late and by how many working days, by unit, area and
// officer. The days are those the lifecycle counts, from the due date of the
// unit's own clock.
func TestOverviewLate(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.underNotice(t, "long", 60)
	r.underNotice(t, "fresh", 1)
	v, err := r.Case(ctx, p.Manager, l.Case)
	require.NoError(t, err)
	k, ok := v.Staff.UnitDeadline()
	require.True(t, ok)
	days := calendar.Builtin().WorkingDaysBetween(k.Due, today())
	require.Positive(t, days)
	for by, key := range map[store.Grouping]string{store.ByUnit: p.Unit.ID, store.ByOfficer: p.Officer.Account, store.ByArea: r.areaOf(t, p.Unit.ID)} {
		report := r.ask(t, store.OverviewLate, store.OverviewFilter{By: by})
		require.Equal(t, store.OverviewSum{Count: 1, Days: days, Most: days}, report.Total, by)
		require.Len(t, report.Lines, 1)
		require.Equal(t, key, report.Lines[0].Key)
		require.NotEmpty(t, report.Lines[0].Name)
		require.Len(t, report.Items, 1)
		require.Equal(t, l.Case, report.Items[0].Case)
		require.Equal(t, policy.ClockRectification, report.Items[0].Clock)
	}
	for name, f := range map[string]store.OverviewFilter{
		"unit": {Unit: p.OtherUnit.ID}, "area": {Area: "x"}, "officer": {Officer: "x"}, "campaign": {Campaign: "x"}, "year": {Year: 2001},
	} {
		require.Zero(t, r.ask(t, store.OverviewLate, f).Total.Count, name)
	}
	// Once the report is in, the unit waits and is not late.
	l.Must(ctx, t, p.Report(1))
	require.Zero(t, r.ask(t, store.OverviewLate, store.OverviewFilter{}).Total.Count)
}

// Law 7: while a stay or the committee stops the unit's clock its lateness does
// not grow, so the days of a stay are in no report.
func TestOverviewLateKnowsAStay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	at := time.Now().AddDate(0, 0, -60)
	l := r.life(t, "stayed")
	l.Now = func() time.Time { return at }
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today().AddDays(-60))}, append(p.UpToServing(lifecycle.Immediate), p.Sign())...)...)
	at = time.Now().AddDate(0, 0, -15)
	l.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.GrantStay{Until: today().AddDays(20), Reason: "不可抗力"}})
	before := r.ask(t, store.OverviewLate, store.OverviewFilter{}).Total
	require.Positive(t, before.Days, "what it was late before the stay")
	l.Now = nil
	l.Must(ctx, t, r.noteStep())
	require.Equal(t, before, r.ask(t, store.OverviewLate, store.OverviewFilter{}).Total)
	v, err := r.Case(ctx, p.Manager, l.Case)
	require.NoError(t, err)
	k, _ := v.Staff.UnitDeadline()
	require.Less(t, before.Days, calendar.Builtin().WorkingDaysBetween(k.Due, today()), "the days of the stay are not counted")
}

// Law 7: a request for more time that lies unanswered past the due date makes
// nobody of the unit late. The case is due by the answer's clock, which is the
// committee's.
func TestOverviewLateKnowsAnAnswerOwed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	at := time.Now().AddDate(0, 0, -60)
	l := r.life(t, "asked")
	l.Now = func() time.Time { return at }
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today().AddDays(-60))}, append(p.UpToServing(lifecycle.Immediate), p.Sign(),
		casetest.Step{By: p.Secretary, Body: &lifecycle.RequestExtension{Until: today().AddDays(-25), Reason: "资金未到位"}})...)...)
	for at.Before(time.Now().AddDate(0, 0, -2)) {
		at = at.AddDate(0, 0, 2)
		l.Must(ctx, t, r.noteStep())
	}
	l.Now = nil
	l.Must(ctx, t, r.noteStep())
	require.Empty(t, r.ask(t, store.OverviewLate, store.OverviewFilter{}).Items)
	owed := r.ask(t, store.OverviewCommittee, store.OverviewFilter{}).Items
	require.Len(t, owed, 1)
	require.Equal(t, policy.ClockExtension, owed[0].Clock)
	mine, err := r.Tasks(ctx, p.Secretary, "", 10)
	require.NoError(t, err)
	require.Empty(t, mine.Tasks)
	require.Zero(t, l.Must(ctx, t, p.Report(1)).Report.Late, "and by the record the report is in time")
}

// Issue 4 item 5: measures outstanding by owner, the ladder's population, and
// the committee's own lateness with the measure nobody carried out.
func TestOverviewMeasuresLadderAndCommittee(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	l := r.underNotice(t, "long", 100)
	v, err := r.Case(context.Background(), r.people.Manager, l.Case)
	require.NoError(t, err)
	require.Equal(t, policy.L5, v.Staff.Level)

	ladder := r.ask(t, store.OverviewLadder, store.OverviewFilter{})
	require.Equal(t, "L5|1", ladder.Lines[0].Key)
	require.Equal(t, calendar.Builtin().WorkingDaysBetween(v.Staff.RaisedOn, today()), ladder.Lines[0].Most)
	require.Equal(t, v.Staff.RaisedOn, ladder.Items[0].Since)

	measures := r.ask(t, store.OverviewMeasures, store.OverviewFilter{By: store.ByMeasure})
	require.Equal(t, len(v.Staff.Pending()), measures.Total.Count)
	status := map[policy.MeasureKind]lifecycle.MeasureStatus{}
	for _, i := range measures.Items {
		status[i.Kind] = i.Status
		require.Equal(t, policy.ClockMeasure, i.Clock)
		require.NotEmpty(t, i.WhoName)
	}
	require.Equal(t, lifecycle.Proposed, status[policy.MeasureOnSite])
	require.Equal(t, lifecycle.Ordered, status[policy.MeasureReminderTalk])
	byOwner := r.ask(t, store.OverviewMeasures, store.OverviewFilter{})
	require.Contains(t, lineKeys(byOwner), "role:leader")

	// The letter within 3 working days and the decision on the visit are long past.
	committee := r.ask(t, store.OverviewCommittee, store.OverviewFilter{})
	require.Contains(t, lineKeys(committee), "measure|role:leader")
	for _, i := range committee.Items {
		require.Equal(t, policy.ClockMeasure, i.Clock, "the unit's own lateness is not the committee's")
		require.Equal(t, calendar.Builtin().WorkingDaysBetween(i.Due, today()), i.Days)
	}
}

// Issue 4 item 5: the committee's own lateness at each of its stages, under whose
// turn it is.
func TestOverviewCommitteeStages(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	at := time.Now().AddDate(0, 0, -40)
	all := append([]casetest.Step{p.Finding("问题", today().AddDays(-40))}, p.UpToReview()...)
	for n, want := range map[int]string{
		1: "draft|account:" + p.Inspector.Account, 2: "triage|role:head", 3: "notice_drafting|account:" + p.Officer.Account,
		4: "notice_approval|role:leader", 7: "report_review|account:" + p.Officer.Account,
	} {
		l := r.life(t, fmt.Sprint("stage", n))
		l.Now = func() time.Time { return at }
		l.Must(ctx, t, all[:n]...)
		l.Now = nil
		l.Must(ctx, t, casetest.Step{By: p.Lead, Body: &lifecycle.Note{Text: "看"}})
		require.Contains(t, lineKeys(r.ask(t, store.OverviewCommittee, store.OverviewFilter{})), want)
	}
	require.Equal(t, 5, r.ask(t, store.OverviewCommittee, store.OverviewFilter{}).Total.Count)
}

// Issue 4 item 5: what falls due in the next working days, and nothing beyond.
func TestOverviewUpcoming(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	l := r.underNotice(t, "fresh", 1)
	require.Zero(t, r.ask(t, store.OverviewUpcoming, store.OverviewFilter{Days: 1}).Total.Count)
	report := r.ask(t, store.OverviewUpcoming, store.OverviewFilter{Days: 20})
	require.Len(t, report.Items, 1)
	i := report.Items[0]
	require.Equal(t, l.Case, i.Case)
	require.Equal(t, i.Due.String(), report.Lines[0].Key)
	require.Equal(t, calendar.Builtin().WorkingDaysBetween(today(), i.Due), i.Days)
	require.Zero(t, i.Late)
}

// The pages of a report are its items, each once and in order; the sums are of
// all of them on every page. A unit has no report.
func TestOverviewPages(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.underNotice(t, "a", 100)
	r.underNotice(t, "b", 90)
	r.underNotice(t, "c", 60)
	for _, kind := range []store.OverviewKind{store.OverviewLate, store.OverviewMeasures, store.OverviewCommittee, store.OverviewLadder} {
		all := r.ask(t, kind, store.OverviewFilter{Limit: -1})
		require.Greater(t, len(all.Items), 2, kind)
		var paged []store.OverviewItem
		for f, pages := (store.OverviewFilter{Limit: 2}), 0; ; pages++ {
			require.Less(t, pages, 20)
			page := r.ask(t, kind, f)
			require.Equal(t, all.Total, page.Total)
			paged = append(paged, page.Items...)
			if f.Cursor = page.Next; f.Cursor == "" {
				break
			}
		}
		require.Equal(t, all.Items, paged, kind)
	}
	_, err := r.Overview(ctx, r.people.Manager, store.OverviewLate, store.OverviewFilter{Cursor: "x"})
	require.ErrorIs(t, err, store.ErrCursor)
	_, err = r.Overview(ctx, r.people.Manager, store.OverviewLate, store.OverviewFilter{By: store.ByRung})
	var field *store.FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, "unknown_grouping", field.Code)
	_, err = r.Overview(ctx, r.people.Secretary, store.OverviewLate, store.OverviewFilter{})
	require.ErrorIs(t, err, store.ErrNotFound)
}

// Issue 4 item 5: the tasks hold what a leader must approve and what somebody
// must carry out, each until it is done.
func TestTasksCoverMeasuresAndApprovals(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.underNotice(t, "long", 100)
	v, err := r.Case(ctx, p.Manager, l.Case)
	require.NoError(t, err)
	asked := func(a lifecycle.Actor) map[policy.MeasureKind]store.Task {
		page, err := r.Tasks(ctx, a, "", 10)
		require.NoError(t, err)
		found := map[policy.MeasureKind]store.Task{}
		for _, task := range page.Tasks {
			if task.Clock == policy.ClockMeasure {
				found[v.Staff.Measures[task.Measure-1].Kind] = task
			}
		}
		return found
	}
	require.Contains(t, asked(p.Leader), policy.MeasureOnSite, "a visit that waits for approval")
	require.Contains(t, asked(p.Leader), policy.MeasureReminderTalk, "a talk that was ordered")
	require.Contains(t, asked(p.Officer), policy.MeasureSupervisionLetter)
	require.NotContains(t, asked(p.Secretary), policy.MeasureReminderTalk, "the unit holds no talk")
	letter := asked(p.Officer)[policy.MeasureSupervisionLetter]
	require.True(t, letter.Overdue)
	l.Must(ctx, t, casetest.Step{By: p.Officer, Body: &lifecycle.RecordMeasure{No: letter.Measure, MeasureRecord: lifecycle.MeasureRecord{On: today(), Number: "督办函〔2026〕1号"}}})
	require.NotContains(t, asked(p.Officer), policy.MeasureSupervisionLetter)
}

func lineKeys(r store.Overview) (keys []string) {
	for _, l := range r.Lines {
		keys = append(keys, l.Key)
	}
	return keys
}

func (r record) areaOf(t *testing.T, unit string) (area string) {
	t.Helper()
	require.NoError(t, r.sql.QueryRow(context.Background(), `SELECT area_id FROM units WHERE id = $1`, unit).Scan(&area))
	return area
}

// A notice that lies unserved is the officer's to have served since the receipt
// lapsed: the committee is late with it.
func TestAnUnservedNoticeIsTheCommitteesLateness(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	at := time.Now().AddDate(0, 0, -60)
	l := r.life(t, "unserved")
	l.Now = func() time.Time { return at }
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today().AddDays(-60))}, p.UpToServing(lifecycle.Immediate)...)...)
	for at.Before(time.Now().AddDate(0, 0, -2)) {
		at = at.AddDate(0, 0, 2)
		l.Must(ctx, t, r.noteStep())
	}
	report := r.ask(t, store.OverviewCommittee, store.OverviewFilter{})
	require.Equal(t, 1, report.Total.Count)
	require.Equal(t, policy.ClockReceipt, report.Items[0].Clock)
	require.Equal(t, p.Officer.Name, report.Items[0].WhoName)
}

// What falls due is everybody's: a letter to be sent within three working days,
// a request for more time to be answered within two.
func TestUpcomingKnowsMeasuresAndAnswers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "case")
	l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign(),
		casetest.Step{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureSupervisionLetter, Basis: "逾期"}},
		casetest.Step{By: p.Secretary, Body: &lifecycle.RequestExtension{Until: today().AddDays(40), Reason: "资金未到位"}})...)
	report := r.ask(t, store.OverviewUpcoming, store.OverviewFilter{Days: 5})
	require.Equal(t, 2, report.Total.Count, "the letter within 3 working days, the answer within 2")
}

// What the groups are told and what the overviews say are the same figures: a case
// that the committee itself has not triaged is nobody's overdue rectification.
func TestTheGroupIsToldWhatTheOverviewSays(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	_, err := r.PutAddress(ctx, store.Address{Kind: "wecom", Address: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789abcdef", Author: "x"})
	require.NoError(t, err)
	at := time.Now().AddDate(0, 0, -40)
	l := r.life(t, "triage")
	l.Now = func() time.Time { return at }
	l.Must(ctx, t, p.Finding("问题", today().AddDays(-40)), casetest.Step{By: p.Inspector, Body: &lifecycle.SubmitDraft{}})
	l.Now = nil
	l.Must(ctx, t, r.noteStep())
	require.Zero(t, r.ask(t, store.OverviewLate, store.OverviewFilter{}).Total.Count)
	noon := calendar.Real().At(calendar.Builtin().AddWorkingDays(today(), 1), 12*time.Hour)
	for more := true; more; {
		_, err := r.RouteLetters(ctx, noon, 100)
		require.NoError(t, err)
		_, more, err = r.Digests(ctx, noon)
		require.NoError(t, err)
	}
	require.Zero(t, r.count(t, `SELECT count(*) FROM mailings WHERE account_id IS NULL AND subject LIKE '%逾期事项1件%'`), "the group is told of one overdue case")
}
