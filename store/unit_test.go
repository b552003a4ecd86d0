package store_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// unitRow is a unit's row as it stands physically, and what it says.
func (r record) unitRow(t *testing.T, unit, id string) (physical, view string) {
	t.Helper()
	err := r.sql.QueryRow(context.Background(), `SELECT xmin || ' ' || ctid || ' ' || updated_at || ' ' || version, view::text FROM unit_cases WHERE unit_id = $1 AND case_id = $2`,
		unit, id).Scan(&physical, &view)
	require.NoError(t, err)
	return physical, view
}

// The unit's projection changes only with events the unit may see: what the
// committee does among itself moves not even the row's physical version, and so
// neither version, ETag nor order.
func TestAUnitSeesOnlyWhatItMaySee(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "seen")
	l.Must(ctx, t, p.Finding("问题", today()))
	for _, step := range p.UpToServing(lifecycle.Immediate)[:3] {
		c := l.Must(ctx, t, step)
		require.Zero(t, r.count(t, `SELECT count(*) FROM unit_cases`), "%s", step.Body.Kind())
		_, err := r.Case(ctx, p.Secretary, c.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = r.Events(ctx, p.Secretary, c.ID, 0, 10)
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = r.Deadline(ctx, p.Secretary, c.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	steps := append(p.UpToServing(lifecycle.Immediate)[3:], p.Sign(), r.noteStep(),
		p.Report(1), r.noteStep(),
		casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}}, r.noteStep())
	physical, seen := "", int64(0)
	for _, step := range steps {
		c := l.Must(ctx, t, step)
		now, view := r.unitRow(t, p.Unit.ID, c.ID)
		v, err := r.Case(ctx, p.Secretary, c.ID)
		require.NoError(t, err)
		require.Equal(t, c.UnitVersion, v.Version)
		visible, err := json.Marshal(c.ForUnit())
		require.NoError(t, err)
		require.Equal(t, string(visible), view, "the row is what the unit may know, byte for byte")
		if c.UnitVersion == seen {
			require.Equal(t, physical, now, "%s", step.Body.Kind())
		} else {
			require.NotEqual(t, physical, now, "%s", step.Body.Kind())
		}
		if step.Body.Kind() == lifecycle.KindNote {
			require.Equal(t, seen, c.UnitVersion, "%s is the committee's own business", step.Body.Kind())
		}
		physical, seen = now, c.UnitVersion
		events, err := r.Events(ctx, p.Secretary, c.ID, 0, 100)
		require.NoError(t, err)
		require.Len(t, events, int(seen))
		for i, e := range events {
			require.Equal(t, int64(i+1), e.Seq, "numbered by the unit's own versions")
			require.Empty(t, e.Actor+e.ActorName+e.Command)
			require.Nil(t, e.Content)
		}
	}
	before, _ := r.unitRow(t, p.Unit.ID, l.Case)
	_, err := r.Rebuild(ctx, nil)
	require.NoError(t, err)
	after, _ := r.unitRow(t, p.Unit.ID, l.Case)
	require.Equal(t, before, after)
}

// Not yours = not there, in every list and by every id; If-Match of a unit's
// person is the unit's own version.
func TestUnitsAreApart(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "apart")
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...)...)
	for _, stranger := range []lifecycle.Actor{p.OtherSecretary, {Account: "x", Roles: []lifecycle.Role{lifecycle.UnitContact}, Unit: "nobody"}} {
		_, err := r.Case(ctx, stranger, l.Case)
		require.ErrorIs(t, err, store.ErrNotFound)
		page, err := r.Cases(ctx, stranger, store.Filter{})
		require.NoError(t, err)
		require.Empty(t, page.Cases)
		page, err = r.Cases(ctx, stranger, store.Filter{Unit: p.Unit.ID})
		require.NoError(t, err)
		require.Empty(t, page.Cases)
		counts, err := r.Counts(ctx, stranger)
		require.NoError(t, err)
		require.Zero(t, counts.Total)
		tasks, err := r.Tasks(ctx, stranger, "", 10)
		require.NoError(t, err)
		require.Empty(t, tasks.Tasks)
		_, err = r.Execute(ctx, store.Request{Actor: stranger, Key: "k", Case: l.Case, ReceivedAt: time.Now(), Body: p.Sign().Body})
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	tasks, err := r.Tasks(ctx, p.Secretary, "", 10)
	require.NoError(t, err)
	require.Len(t, tasks.Tasks, 1, "the receipt is asked of the unit")
	counts, err := r.Counts(ctx, p.Secretary)
	require.NoError(t, err)
	require.Equal(t, int64(1), counts.Total)
	page, err := r.Cases(ctx, p.Secretary, store.Filter{Stage: "open"})
	require.NoError(t, err)
	require.Len(t, page.Cases, 1)
	require.Empty(t, page.Cases[0].Officer)
	require.Zero(t, page.Cases[0].OpenedAt)

	inner, own := int64(5), int64(1)
	sign := store.Request{Actor: p.Secretary, Key: "sign", Case: l.Case, ReceivedAt: time.Now(), Body: p.Sign().Body, IfMatch: &inner}
	_, err = r.Execute(ctx, sign)
	require.ErrorIs(t, err, store.ErrStale, "the inner version is not the unit's to know")
	sign.IfMatch = &own
	_, err = r.Execute(ctx, sign)
	require.NoError(t, err)
}

// A notice that went to the wrong unit: it keeps the mark and nothing else, the
// right one sees nothing before its own notice; back and forth, and rebuilt.
func TestAMisdirectedNotice(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "wrong")
	redirect := func(unit string) casetest.Step {
		return casetest.Step{By: p.Leader, Body: &lifecycle.CorrectNotice{Reason: "改送", Unit: unit, Confirmed: true}}
	}
	resend := []casetest.Step{{By: p.Officer, Body: &lifecycle.SubmitNotice{Text: "请整改。"}}, {By: p.Signer, Body: &lifecycle.ApproveNotice{}}}
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...)...)
	check := func(who lifecycle.Actor, want lifecycle.UnitStage) {
		t.Helper()
		v, err := r.Case(ctx, who, l.Case)
		if want == lifecycle.UnitNone {
			require.ErrorIs(t, err, store.ErrNotFound)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, v.Unit.Stage)
		if want == lifecycle.UnitMisdirected {
			require.Empty(t, v.Unit.Title+v.Unit.Facts)
			require.Empty(t, v.Allowed)
			deadlines, err := r.Deadline(ctx, who, l.Case)
			require.NoError(t, err)
			require.Empty(t, deadlines)
			events, err := r.Events(ctx, who, l.Case, 0, 100)
			require.NoError(t, err)
			require.Empty(t, events)
			_, err = r.Execute(ctx, store.Request{Actor: who, Key: "k", Case: l.Case, ReceivedAt: time.Now(), Body: p.Sign().Body})
			require.ErrorIs(t, err, store.ErrNotFound)
		}
		r.sound(t)
	}
	l.Must(ctx, t, redirect(p.OtherUnit.ID))
	check(p.Secretary, lifecycle.UnitMisdirected)
	check(p.OtherSecretary, lifecycle.UnitNone)
	l.Must(ctx, t, resend...)
	check(p.Secretary, lifecycle.UnitMisdirected)
	check(p.OtherSecretary, lifecycle.UnitServing)
	l.Must(ctx, t, redirect(p.Unit.ID))
	check(p.Secretary, lifecycle.UnitMisdirected)
	check(p.OtherSecretary, lifecycle.UnitMisdirected)
	l.Must(ctx, t, resend...)
	check(p.Secretary, lifecycle.UnitServing)
	check(p.OtherSecretary, lifecycle.UnitMisdirected)
}
