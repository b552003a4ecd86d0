package store_test

import (
	"context"
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// upToClosure takes a case that looks back on the last working day to the closing's approval.
func (r record) upToClosure(t *testing.T, l *casetest.Life) {
	t.Helper()
	ctx, p := context.Background(), r.people
	at := func(days int) { l.Now = func() time.Time { return time.Now().AddDate(0, 0, days) } }
	at(-40)
	on := calendar.Real().Date(l.Now())
	l.Must(ctx, t, p.Finding("问题", on))
	l.Must(ctx, t, append(p.UpToReview(), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})...)
	at(-today().DaysSince(workingDay())) // a look-back is announced for a working day and begun on it
	l.Must(ctx, t, p.Arrive(workingDay())...)
	l.Must(ctx, t,
		casetest.Step{By: p.Lead, Body: &lifecycle.RecordLookBack{
			Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: "属实"}},
		}})
}

// A closed case may be handed to another body and come back.
func TestTransferOfAClosedCase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	l := r.life(t, "closed")
	r.upToClosure(t, l)
	closed := l.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.ApproveClosure{}})
	require.Equal(t, lifecycle.Closed, closed.Stage)
	c := l.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.Transfer{To: "市纪委", Reason: "线索"}})
	require.Equal(t, lifecycle.Transferred, c.Stage)
	c = l.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.TakeBack{Reason: "退回"}})
	require.Equal(t, closed.ClosedAt, c.ClosedAt)
	r.sound(t)
}

// The unit a notice is redirected to sees nothing of what happened to the first,
// not even that there was one.
func TestTheRightUnitSeesNoRedirection(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "redirected")
	l.Must(ctx, t, p.Finding("问题", today()))
	l.Must(ctx, t, p.UpToServing(lifecycle.Immediate)...)
	c := l.Must(ctx, t,
		casetest.Step{By: p.Leader, Body: &lifecycle.CorrectNotice{Reason: "误送", Unit: p.OtherUnit.ID, Confirmed: true}},
		casetest.Step{By: p.Officer, Body: &lifecycle.SubmitNotice{Text: "请整改。"}},
		casetest.Step{By: p.Signer, Body: &lifecycle.ApproveNotice{}})
	events, err := r.Events(ctx, p.OtherSecretary, c.ID, 0, 100)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, lifecycle.EventNoticeApproved, events[0].Kind)
}

// An entry on the list against a unit whose case this never was counts for
// nothing: the next case of the right unit does not join it.
func TestNobodyJoinsAMisdirectedEntry(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	entry := casetest.Step{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: "依据"}}
	l := r.life(t, "redirected")
	l.Must(ctx, t, p.Finding("问题", today()))
	l.Must(ctx, t, p.UpToServing(lifecycle.Immediate)...)
	l.Must(ctx, t, entry,
		casetest.Step{By: p.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: today(), Number: "1号"}}},
		casetest.Step{By: p.Leader, Body: &lifecycle.CorrectNotice{Reason: "误送", Unit: p.OtherUnit.ID, Confirmed: true}})
	next := r.life(t, "next")
	finding := p.Finding("问题", today())
	finding.Body.(*lifecycle.OpenCase).Unit = p.OtherUnit.ID //nolint:forcetypeassert // it is one
	next.Must(ctx, t, finding)
	next.Must(ctx, t, p.UpToServing(lifecycle.Immediate)...)
	c := next.Must(ctx, t, entry)
	require.Equal(t, lifecycle.Ordered, c.Measures[0].Status)
}

// A unit's tasks are in the order of the dates that it reads with them: the
// committee's own dates show neither in the order nor in the cursor.
func TestAUnitsTasksKnowNoInnerDate(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	for _, key := range []string{"one", "two"} {
		l := r.life(t, key)
		l.Must(ctx, t, p.Finding("问题"+key, today()))
		l.Must(ctx, t, append(p.UpToReview(), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}},
			casetest.Step{By: p.Head, Body: &lifecycle.HandOver{To: p.Secretary.Account, Reason: "接任"}})...)
	}
	page, err := r.Tasks(ctx, p.Secretary, "", 1)
	require.NoError(t, err)
	require.Len(t, page.Tasks, 1)
	text, err := base64.RawURLEncoding.DecodeString(page.Next)
	require.NoError(t, err)
	require.Contains(t, string(text), `"t":"`+page.Tasks[0].DueAt.UTC().Format(time.RFC3339Nano)+`"`)
	rest, err := r.Tasks(ctx, p.Secretary, page.Next, 1)
	require.NoError(t, err)
	require.Len(t, rest.Tasks, 1)
	require.NotEqual(t, page.Tasks[0].Case, rest.Tasks[0].Case)
	require.Empty(t, rest.Next)
}

// Law 7: while a stay holds the unit's clock, the case is not overdue, whatever
// day it was due before.
func TestACaseWhoseClockStandsIsNotOverdue(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "stayed")
	l.Now = func() time.Time { return time.Now().AddDate(0, 0, -40) }
	l.Must(ctx, t, p.Finding("问题", calendar.Real().Date(l.Now())))
	l.Must(ctx, t, append(p.UpToServing(lifecycle.Immediate), p.Sign(),
		casetest.Step{By: p.Leader, Body: &lifecycle.GrantStay{Until: today().AddDays(10), Reason: "灾情"}})...)
	overdue := true
	for _, who := range []lifecycle.Actor{p.Manager, p.Secretary} {
		page, err := r.Cases(ctx, who, store.Filter{Overdue: &overdue})
		require.NoError(t, err)
		require.Empty(t, page.Cases)
		counts, err := r.Counts(ctx, who)
		require.NoError(t, err)
		require.Equal(t, int64(1), counts.Total)
		require.Zero(t, counts.Overdue)
	}
	r.sound(t)
}
