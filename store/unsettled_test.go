package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// Rule 6 of the bounds: a talk that was held outlives its case. Another leader than who
// voided the case has the task of keeping or ending it, in ten working days; the day's
// mail names it to him, and to the committee's secretary once it is late. Made again from
// the events the task is the same.
func TestATalkThatWasHeldOutlivesItsCase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	secretary, _, err := r.AddAccount(ctx, store.NewAccount{Name: "工委书记", Roles: []lifecycle.Role{lifecycle.CommitteeSecretary}})
	require.NoError(t, err)
	p.Take(ctx, t, r.Store)
	l := r.served(t, "a")
	c := l.Must(ctx, t,
		casetest.Step{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "情节较重"}},
		casetest.Step{By: p.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: p.Talk(today())}},
		casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "查否"}})
	mine, err := r.Unsettled(ctx, p.Leader)
	require.NoError(t, err)
	require.Empty(t, mine, "not who voided it")
	list, err := r.Unsettled(ctx, p.Signer)
	require.NoError(t, err)
	require.Len(t, list, 1)
	due := calendar.Builtin().Add(today(), policy.Default().Measures.Decision).Date
	require.Equal(t, []any{policy.MeasureReminderTalk, c.ID, 1, p.Unit.ID, "市档案局", due, false},
		[]any{list[0].Kind, list[0].Case, list[0].Measure, list[0].Unit, list[0].UnitName, list[0].Fallen.Due, list[0].Overdue})

	// The mail of the day: whom it names the talk to.
	named := func(day calendar.Date) map[string]string {
		t.Helper()
		r.exec(t, `DELETE FROM outbox`)
		_, _, err := r.Digests(ctx, calendar.Real().At(day, 9*time.Hour))
		require.NoError(t, err)
		rows, err := r.sql.Query(ctx, `SELECT account_id, content FROM mailings WHERE kind = 'digest' AND day = $1`, day)
		require.NoError(t, err)
		told := map[string]string{}
		for rows.Next() {
			var account, content string
			require.NoError(t, rows.Scan(&account, &content))
			for line := range strings.Lines(content) {
				if strings.Contains(line, "决定措施去留（第1项：提醒谈话）") {
					told[account] = line
				}
			}
		}
		require.NoError(t, rows.Err())
		return told
	}
	first, second := calendar.Builtin().AddWorkingDays(today(), 1), calendar.Builtin().AddWorkingDays(today(), 2)
	told := named(first)
	require.Len(t, told, 1)
	require.Contains(t, told[p.Signer.Account], "期限"+due.String())
	require.Empty(t, named(second), "nobody is flooded")
	require.Len(t, named(due), 1)
	late := named(calendar.Builtin().AddWorkingDays(due, policy.Default().Measures.ThenEvery.N))
	require.Len(t, late, 2)
	require.Contains(t, late[p.Signer.Account], "已逾期")
	require.Contains(t, late[secretary.ID], "（抄送）")

	row := func() (text string) {
		require.NoError(t, r.sql.QueryRow(ctx, `SELECT concat(c::text, s::text) FROM cases c JOIN case_states s ON s.case_id = c.id`).Scan(&text))
		return text
	}
	before := row()
	r.exec(t, `UPDATE cases SET chased = '{}', chased_due = '{}'`)
	_, err = r.Rebuild(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, before, row())

	a, err := l.Do(ctx, casetest.Step{By: p.Leader, Body: &lifecycle.SettleMeasure{No: 1, Reason: "谈话不再计算"}})
	require.NoError(t, err)
	require.Equal(t, "own_void", a.Refusal.Code)
	c = l.Must(ctx, t, casetest.Step{By: p.Signer, Body: &lifecycle.SettleMeasure{No: 1, Reason: "谈话不再计算"}})
	require.Equal(t, [2]any{lifecycle.Voided, lifecycle.Cancelled}, [2]any{c.Stage, c.Measures[0].Status})
	left, err := r.Unsettled(ctx, p.Signer)
	require.NoError(t, err)
	require.Empty(t, left)
	r.sound(t)
}
