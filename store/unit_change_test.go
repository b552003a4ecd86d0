package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

func (r record) change(kind store.UnitChangeKind) store.UnitChange {
	return store.UnitChange{Kind: kind, Unit: r.people.Unit.ID, On: today(), Reason: "机构改革方案", Author: r.people.Admin.Account}
}

// refusedFor wants a *FieldError of that code about that field.
func refusedFor(t *testing.T, err error, field, code string) {
	t.Helper()
	var f *store.FieldError
	require.ErrorAs(t, err, &f)
	require.Equal(t, field+" "+code, f.Field+" "+f.Code, f.EN)
}

// E1, F6: a unit that is merged passes its open cases on. They go on as they
// stood, with their history; the old unit's people no longer find them; what is
// settled stays where it was; a page at a time, in any number of tries.
func TestAMergedUnitsCasesFollow(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	settled := r.life(t, "settled").Must(ctx, t, p.Finding("问题", today()))
	_, err := r.Execute(ctx, r.void(settled.ID, "void"))
	require.NoError(t, err)
	lives := map[string]*casetest.Life{}
	var ids []string
	for i := range 5 {
		l := r.life(t, fmt.Sprint("follows", i))
		c := l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign())...)
		ids, lives[c.ID] = append(ids, c.ID), l
	}
	draft := r.life(t, "draft").Must(ctx, t, p.Finding("问题", today()))
	before, err := r.Case(ctx, p.Secretary, ids[0])
	require.NoError(t, err)
	was, err := r.Events(ctx, p.Secretary, ids[0], 0, 100)
	require.NoError(t, err)

	c := r.change(store.MergeUnit)
	c.Successor = p.OtherUnit.ID
	changed, job, err := r.ChangeUnit(ctx, c)
	require.NoError(t, err)
	require.Equal(t, "市档案局", changed.OldName)
	for more, rounds := true, 0; more; rounds++ {
		require.Less(t, rounds, 10)
		_, more, err = r.Recompute(ctx, job, 2)
		require.NoError(t, err)
	}
	done, more, err := r.Recompute(ctx, job, 2)
	require.NoError(t, err)
	require.Zero(t, done, "the job is over")
	require.False(t, more)

	for _, id := range append(ids, draft.ID) {
		v, err := r.Case(ctx, p.Manager, id)
		require.NoError(t, err)
		require.Equal(t, p.OtherUnit.ID, v.Staff.Unit)
	}
	v, err := r.Case(ctx, p.Manager, settled.ID)
	require.NoError(t, err)
	require.Equal(t, p.Unit.ID, v.Staff.Unit)

	_, err = r.Case(ctx, p.Secretary, ids[0])
	require.ErrorIs(t, err, store.ErrNotFound)
	page, err := r.Cases(ctx, p.Secretary, store.Filter{})
	require.NoError(t, err)
	require.Empty(t, page.Cases)
	after, err := r.Case(ctx, p.OtherSecretary, ids[0])
	require.NoError(t, err)
	require.Equal(t, before.Unit.Stage, after.Unit.Stage)
	require.Equal(t, before.Version+1, after.Version)
	now, err := r.Events(ctx, p.OtherSecretary, ids[0], 0, 100)
	require.NoError(t, err)
	require.Equal(t, was, now[:len(was)], "its history passed on with it")
	require.Equal(t, lifecycle.EventUnitSucceeded, now[len(now)-1].Kind)
	l := lives[ids[0]]
	l.Must(ctx, t, casetest.Step{By: p.OtherSecretary, Body: p.Report(1).Body})

	_, err = r.Execute(ctx, r.opening("too late"))
	require.NoError(t, err)
	require.Zero(t, r.count(t, `SELECT count(*) FROM cases WHERE unit_id = $1 AND settled_at IS NULL`, p.Unit.ID), "nobody registers a finding about a unit that is no more")
	r.sound(t)
}

// Section 4, one of each: when units merge, an open talk and what had joined it go
// on in the open talk of the successor, if one person answers for both; two people
// are talked to each for his own. Talks of before say not with whom: the register of
// the day of the merger does.
func TestTalksOfMergedUnits(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		former, successor string
		open              int
	}{
		"one person":        {"王建国", "王建国", 1},
		"two people":        {"王建国", "陈新", 2},
		"the former's gone": {"", "陈新", 1},
		"nobody yet":        {"王建国", "", 2},
	} {
		for _, known := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, known by then %t", name, known), func(t *testing.T) {
				t.Parallel()
				ctx := context.Background()
				r := newRecord(t)
				former := r.people
				successor := former
				successor.Unit, successor.Secretary = former.OtherUnit, former.OtherSecretary
				_, err := r.sql.Exec(ctx, `DELETE FROM posts`)
				require.NoError(t, err)
				register := func() {
					for unit, holder := range map[string]string{former.Unit.ID: row.former, successor.Unit.ID: row.successor} {
						if holder != "" {
							_, err := r.AddPost(ctx, store.Post{Unit: unit, Kind: casetest.Post, Holder: holder, Since: calendar.On(2020, 1, 1)})
							require.NoError(t, err)
						}
					}
				}
				if known {
					register()
				}
				var ids []string
				for i, p := range []casetest.People{successor, successor, former, former} {
					l := r.life(t, fmt.Sprint("talked", i))
					c := l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign(),
						casetest.Step{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "逾期"}})...)
					ids = append(ids, c.ID)
				}
				if !known {
					register()
				}
				c := r.change(store.MergeUnit)
				c.Successor = successor.Unit.ID
				_, job, err := r.ChangeUnit(ctx, c)
				require.NoError(t, err)
				for more := true; more; {
					_, more, err = r.Recompute(ctx, job, 1)
					require.NoError(t, err)
				}
				require.Equal(t, row.open, r.count(t, `SELECT count(*) FROM case_states, jsonb_array_elements(state -> 'measures') m WHERE m ->> 'kind' = 'reminder_talk' AND m ->> 'status' = 'ordered'`))
				for i, id := range ids {
					v, err := r.Case(ctx, former.Manager, id)
					require.NoError(t, err)
					require.Equal(t, successor.Unit.ID, v.Staff.Unit)
					m := v.Staff.Measures[0]
					if lead := i - i%2; row.open == 2 && i == lead || i == 0 {
						require.Equal(t, lifecycle.Ordered, m.Status, i)
					} else {
						if row.open == 1 {
							lead = 0
						}
						require.Equal(t, lifecycle.Joined, m.Status, i)
						require.Equal(t, ids[lead], m.Joined.Case, i)
					}
				}
				r.sound(t)
			})
		}
	}
}

// After a merger a talk with the successor's secretary is not the one with the former
// unit's, which stays with that person.
func TestATalkAfterAMergerIsWithTheSuccessors(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	former := r.people
	successor := former
	successor.Unit, successor.Secretary = former.OtherUnit, former.OtherSecretary
	r.exec(t, `DELETE FROM posts`)
	for unit, holder := range map[string]string{former.Unit.ID: "王建国", successor.Unit.ID: "陈新"} {
		_, err := r.AddPost(ctx, store.Post{Unit: unit, Kind: casetest.Post, Holder: holder, Since: calendar.On(2020, 1, 1)})
		require.NoError(t, err)
	}
	talked := func(p casetest.People, key string) lifecycle.Measure {
		steps := append(append([]casetest.Step{p.Finding("问题"+key, today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign(), r.talkStep())
		return r.life(t, key).Must(ctx, t, steps...).Measures[0]
	}
	require.Equal(t, "王建国", talked(former, "a").Subject.Person)
	c := r.change(store.MergeUnit)
	c.Successor = successor.Unit.ID
	_, job, err := r.ChangeUnit(ctx, c)
	require.NoError(t, err)
	for more := true; more; {
		_, more, err = r.Recompute(ctx, job, 1)
		require.NoError(t, err)
	}
	m := talked(successor, "b")
	require.Equal(t, lifecycle.Ordered, m.Status)
	require.Equal(t, "陈新", m.Subject.Person)
	require.Equal(t, lifecycle.Joined, talked(successor, "c").Status)
}

// E1: a case that was merged into another follows its unit's succession when it
// comes back, for the unit it was about is no more, and has the days more that the
// successor has for each.
func TestMergedCasesFollowTheirUnit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	steps := append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign())
	parent := r.life(t, "parent").Must(ctx, t, steps...)
	child := r.life(t, "child").Must(ctx, t, steps...)
	a, err := r.Execute(ctx, r.merge(child.ID, parent.ID, "merge"))
	require.NoError(t, err)
	require.Nil(t, a.Refusal)
	due, ok := child.UnitDeadline()
	require.True(t, ok)

	c := r.change(store.MergeUnit)
	c.Successor = p.OtherUnit.ID
	_, job, err := r.ChangeUnit(ctx, c)
	require.NoError(t, err)
	for more := true; more; {
		_, more, err = r.Recompute(ctx, job, 10)
		require.NoError(t, err)
	}
	void := r.void(parent.ID, "void")
	void.Actor = p.Leader
	a, err = r.Execute(ctx, void)
	require.NoError(t, err)
	require.Nil(t, a.Refusal)

	v, err := r.Case(ctx, p.Manager, child.ID)
	require.NoError(t, err)
	require.Equal(t, lifecycle.Rectifying, v.Staff.Stage)
	require.Equal(t, p.OtherUnit.ID, v.Staff.Unit)
	require.Equal(t, []string{p.Unit.ID}, v.Staff.Predecessors)
	k, ok := v.Staff.UnitDeadline()
	require.True(t, ok)
	require.Equal(t, calendar.Builtin().AddWorkingDays(due.Due, 5), k.Due)
	_, err = r.Case(ctx, p.OtherSecretary, child.ID)
	require.NoError(t, err)
	_, err = r.Case(ctx, p.Secretary, child.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
	r.sound(t)
}

// Old notices keep the old name: a rename is a dated fact beside the directory.
func TestARenamedUnit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.change(store.RenameUnit)
	c.Name = "市档案馆"
	_, job, err := r.ChangeUnit(ctx, c)
	require.NoError(t, err)
	require.Empty(t, job)
	u, err := r.Unit(ctx, r.people.Unit.ID)
	require.NoError(t, err)
	require.Equal(t, "市档案馆", u.Name)
	changes, err := r.UnitChanges(ctx, u.ID)
	require.NoError(t, err)
	require.Len(t, changes, 1)
	require.Equal(t, "市档案局", changes[0].OldName)
	require.Equal(t, today(), changes[0].On)
	c.Name = "市统计局"
	_, _, err = r.ChangeUnit(ctx, c)
	refusedFor(t, err, "name", "name_in_use")
}

// Nothing half done: a change that contradicts itself or the directory is
// refused, and leaves no trace.
func TestAUnitChangeThatCannotBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	r.life(t, "open").Must(ctx, t, p.Finding("问题", today()))
	third, err := r.AddUnit(ctx, store.Unit{Name: "市信访局"})
	require.NoError(t, err)
	for name, row := range map[string]struct {
		kind        store.UnitChangeKind
		edit        func(*store.UnitChange)
		field, code string
	}{
		"unknown kind":         {"vanish", func(*store.UnitChange) {}, "kind", "unknown_code"},
		"no day":               {store.AbolishUnit, func(c *store.UnitChange) { c.On = store.UnitChange{}.On }, "on", "required"},
		"in the future":        {store.AbolishUnit, func(c *store.UnitChange) { c.On = today().AddDays(1) }, "on", "in_future"},
		"no reason":            {store.AbolishUnit, func(c *store.UnitChange) { c.Reason = " " }, "reason", "required"},
		"no new name":          {store.RenameUnit, func(*store.UnitChange) {}, "name", "required"},
		"a name for a merger":  {store.MergeUnit, func(c *store.UnitChange) { c.Name = "新" }, "name", "only_rename"},
		"merged into nothing":  {store.MergeUnit, func(*store.UnitChange) {}, "successor", "required"},
		"merged into itself":   {store.MergeUnit, func(c *store.UnitChange) { c.Successor = p.Unit.ID }, "successor", "itself"},
		"merged into a nobody": {store.MergeUnit, func(c *store.UnitChange) { c.Successor = "nobody" }, "successor", "unknown_unit"},
		"split into one":       {store.SplitUnit, func(c *store.UnitChange) { c.Successor, c.Parts = third.ID, []string{third.ID} }, "parts", "count"},
		"split twice into one": {store.SplitUnit, func(c *store.UnitChange) { c.Successor, c.Parts = third.ID, []string{third.ID, third.ID} }, "parts", "count"},
		"taken over by none of the parts": {store.SplitUnit, func(c *store.UnitChange) {
			c.Successor, c.Parts = p.Unit.ID+"x", []string{third.ID, p.OtherUnit.ID}
		}, "successor", "not_a_part"},
		"abolished over open cases": {store.AbolishUnit, func(*store.UnitChange) {}, "successor", "open_cases"},
	} {
		c := r.change(row.kind)
		row.edit(&c)
		_, _, err := r.ChangeUnit(ctx, c)
		require.Error(t, err, name)
		refusedFor(t, err, row.field, row.code)
	}
	require.Zero(t, r.count(t, `SELECT count(*) FROM unit_changes`))
	require.Zero(t, r.count(t, `SELECT count(*) FROM jobs`))
	require.Zero(t, r.count(t, `SELECT count(*) FROM units WHERE abolished_on IS NOT NULL`))

	c := r.change(store.SplitUnit)
	c.Successor, c.Parts = third.ID, []string{third.ID, p.OtherUnit.ID}
	_, _, err = r.ChangeUnit(ctx, c)
	require.NoError(t, err)
	_, _, err = r.ChangeUnit(ctx, c)
	refusedFor(t, err, "unit", "unit_abolished")
}
