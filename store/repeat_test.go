package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// archived is a case of the unit that went to its end: what the record would hold
// of it in a year is written into its rows.
func (r record) archived(t *testing.T, key, title string) lifecycle.Case {
	t.Helper()
	c := r.registered(t, key, title, "C03", "", today().AddDays(-40))
	r.archive(t, c.ID)
	return c
}

func (r record) archive(t *testing.T, id string) {
	t.Helper()
	r.exec(t, `UPDATE cases SET stage = 'archived', closed_at = $2, settled_at = $2, due_at = 'infinity', due_on = NULL,
		alarm_kind = NULL, alarm_at = NULL, fire_at = NULL WHERE id = $1`, id, time.Now().AddDate(0, 0, -31))
	r.exec(t, `UPDATE case_states SET state = state || '{"stage": "archived", "clocks": []}' WHERE case_id = $1`, id)
}

func (r record) again(key, of, unit string) store.Request {
	step := r.people.Finding("又发现组织生活不严格", today())
	body, _ := step.Body.(*lifecycle.OpenCase)
	body.RepeatOf, body.Unit = of, unit
	return store.Request{Actor: step.By, Key: key, ReceivedAt: time.Now(), Body: body}
}

// Issue 5 point 5: what happens again after archiving is a new case that the old
// one lists and lists are filtered by; a rebuild from the events says the same.
func TestARepeatIsLinkedBothWays(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	old := r.archived(t, "old", "组织生活不严格")
	a, err := r.Execute(ctx, r.again("again", old.ID, r.people.Unit.ID))
	require.NoError(t, err)
	require.Nil(t, a.Refusal)
	require.Equal(t, old.Number, a.Case.RepeatOf.Number)
	require.Equal(t, 1, a.Case.RepeatOf.Count)

	v, err := r.Case(ctx, r.people.Officer, old.ID)
	require.NoError(t, err)
	require.Equal(t, []store.Repeat{{ID: a.Case.ID, Number: a.Case.Number, Title: a.Case.Finding.Title, Stage: lifecycle.Draft, FoundOn: today()}}, v.Repeats)
	page, err := r.Cases(ctx, r.people.Officer, store.Filter{RepeatOf: old.ID})
	require.NoError(t, err)
	require.Len(t, page.Cases, 1)
	require.Equal(t, a.Case.ID, page.Cases[0].ID)
	_, err = r.Cases(ctx, r.people.Officer, store.Filter{RepeatOf: "x"})
	require.ErrorContains(t, err, "repeat_of")

	b, err := r.Background(ctx, r.people.Unit.ID, "C03", "组织生活不严格")
	require.NoError(t, err)
	require.NotNil(t, b.RepeatOf)
	require.Equal(t, old.ID, b.RepeatOf.ID, "the archived one, though the draft is newer")

	r.exec(t, `UPDATE cases SET repeat_of = NULL WHERE id = $1`, a.Case.ID)
	_, err = r.Rebuild(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM cases WHERE id = $1 AND repeat_of = $2`, a.Case.ID, old.ID))
	r.archive(t, old.ID) // which no event of it says

	none, title := "", "另一标题"
	l := r.life(t, "amend")
	l.Case = a.Case.ID
	require.NotNil(t, l.Must(ctx, t, casetest.Step{By: r.people.Inspector, Body: &lifecycle.AmendDraft{Title: &title}}).RepeatOf, "the draft's own is looked up")
	require.Nil(t, l.Must(ctx, t, casetest.Step{By: r.people.Inspector, Body: &lifecycle.AmendDraft{RepeatOf: &none}}).RepeatOf)
	require.Zero(t, r.count(t, `SELECT count(*) FROM cases WHERE repeat_of IS NOT NULL`))
}

// The facts that the rules refuse by come from the record: an id of no case, one
// that is open, one of another unit; a unit's predecessors count.
func TestWhatTheRecordKnowsOfARepeat(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	old := r.archived(t, "old", "组织生活不严格")
	open := r.registered(t, "open", "党费收缴不及时", "C03", "", today())
	refused := func(key, of, unit, code string) {
		t.Helper()
		a, err := r.Execute(ctx, r.again(key, of, unit))
		require.NoError(t, err)
		require.NotNil(t, a.Refusal, code)
		require.Equal(t, code, a.Refusal.Code)
	}
	before := r.count(t, `SELECT count(*) FROM cases`)
	refused("none", "6f3a3c0e-5a0e-5d53-9d0e-2f1d0b7a4c01", r.people.Unit.ID, "unknown_case")
	refused("no id", "x", r.people.Unit.ID, "unknown_case")
	refused("open", open.ID, r.people.Unit.ID, "earlier_open")
	refused("other", old.ID, r.people.OtherUnit.ID, "other_unit")
	require.Equal(t, before, r.count(t, `SELECT count(*) FROM cases`), "nothing was opened")

	heir, err := r.AddUnit(ctx, store.Unit{Name: "市信访局"})
	require.NoError(t, err)
	c := r.change(store.MergeUnit)
	c.Successor = heir.ID
	_, _, err = r.ChangeUnit(ctx, c)
	require.NoError(t, err)
	a, err := r.Execute(ctx, r.again("heir", old.ID, heir.ID))
	require.NoError(t, err)
	require.Nil(t, a.Refusal)
	require.Equal(t, r.people.Unit.ID, a.Case.RepeatOf.Unit)
}
