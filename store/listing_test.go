package store_test

import (
	"context"
	"errors"
	"fmt"
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

// served is a case of the unit whose notice was signed for.
func (r record) served(t *testing.T, key string) *casetest.Life {
	t.Helper()
	l := r.life(t, key)
	l.Must(context.Background(), t, append(append([]casetest.Step{r.people.Finding("问题"+key, today())}, r.people.UpToServing(lifecycle.Immediate)...), r.people.Sign())...)
	return l
}

func (r record) talkStep() casetest.Step {
	return casetest.Step{By: r.people.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "逾期"}}
}

func (r record) listStep(list policy.List) casetest.Step {
	return casetest.Step{By: r.people.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: list, Basis: "组织生活制度不严格"}}
}

// measureOf is the first measure of a case as the record has it.
func (r record) measureOf(t *testing.T, l *casetest.Life) lifecycle.Measure {
	t.Helper()
	c, err := r.Case(context.Background(), r.people.Manager, l.Case)
	require.NoError(t, err)
	return c.Staff.Measures[0]
}

// Issue 4 point 3, One of each: when the talk that other cases joined is waived,
// one of them has it ordered anew and the others join that one, in the same
// transaction. Closing or waiving one does not let the rest fall.
func TestAWaivedTalkGoesOnInTheCasesThatJoined(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	a, b, c := r.served(t, "a"), r.served(t, "b"), r.served(t, "c")
	for _, l := range []*casetest.Life{a, b, c} {
		l.Must(ctx, t, r.talkStep())
	}
	require.Equal(t, lifecycle.Joined, r.measureOf(t, b).Status)
	// What befalls a case that joined is nothing to the others.
	d := r.served(t, "d")
	d.Must(ctx, t, r.talkStep(), casetest.Step{By: r.people.Leader, Body: &lifecycle.Void{Reason: "查否"}})
	require.Equal(t, lifecycle.Ordered, r.measureOf(t, a).Status)
	require.Equal(t, a.Case, r.measureOf(t, c).Joined.Case)
	waive := casetest.Step{By: r.people.Signer, Body: &lifecycle.WaiveMeasure{No: 1, Reason: "已说明理由"}}
	a.Must(ctx, t, waive)
	require.Equal(t, lifecycle.Waived, r.measureOf(t, a).Status)
	require.Equal(t, lifecycle.Ordered, r.measureOf(t, b).Status)
	require.Equal(t, b.Case, r.measureOf(t, c).Joined.Case)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM events WHERE case_id = $1 AND kind = 'measure_taken_over'`, b.Case))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM outbox WHERE case_id = $1 AND about = 'measure_taken_over' AND recipient = 'role:leader'`, b.Case), "whoever must hold it is told")
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM cases WHERE id = $1 AND chased @> ARRAY['role:leader']`, b.Case))
	b.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.Void{Reason: "查否"}})
	require.Equal(t, lifecycle.Ordered, r.measureOf(t, c).Status, "and on, when that case falls away")
	r.sound(t)
}

// A measure that was joined from a case that was merged meanwhile is looked after
// when the case stands on its own again.
func TestAChildThatComesBackFindsItsTalkGone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	a, child, parent := r.served(t, "a"), r.served(t, "child"), r.served(t, "parent")
	a.Must(ctx, t, r.talkStep())
	child.Must(ctx, t, r.talkStep())
	child.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.MergeInto{Parent: parent.Case}})
	a.Must(ctx, t, casetest.Step{By: r.people.Signer, Body: &lifecycle.WaiveMeasure{No: 1, Reason: "已说明理由"}})
	require.Equal(t, lifecycle.Joined, r.measureOf(t, child).Status)
	parent.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.Void{Reason: "查否"}})
	require.Equal(t, lifecycle.Ordered, r.measureOf(t, child).Status)
	r.sound(t)
}

// So it is when the talk was the parent's own and falls away with it.
func TestAChildComesBackFromTheCaseThatHadItsTalk(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	parent, child, third := r.served(t, "parent"), r.served(t, "child"), r.served(t, "third")
	for _, l := range []*casetest.Life{parent, child, third} {
		l.Must(ctx, t, r.talkStep())
	}
	child.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.MergeInto{Parent: parent.Case}})
	parent.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.Void{Reason: "查否"}})
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM case_states s, jsonb_array_elements(s.state -> 'measures') m WHERE m ->> 'status' = 'ordered'`))
	for _, l := range []*casetest.Life{child, third} {
		if m := r.measureOf(t, l); m.Status == lifecycle.Joined {
			require.NotEqual(t, parent.Case, m.Joined.Case)
		}
	}
	r.sound(t)
}

// A talk does not wait in a case that another body has: it goes on in the case
// that joined, and is joined by the first when that comes back.
func TestATalkDoesNotGoAwayWithItsCase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	a, b, c := r.served(t, "a"), r.served(t, "b"), r.served(t, "c")
	a.Must(ctx, t, r.talkStep())
	b.Must(ctx, t, r.talkStep())
	a.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.Transfer{To: "市纪委监委", Reason: "另案处理"}})
	require.Equal(t, lifecycle.Ordered, r.measureOf(t, b).Status)
	c.Must(ctx, t, r.talkStep())
	require.Equal(t, b.Case, r.measureOf(t, c).Joined.Case)
	a.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.TakeBack{Reason: "退回"}})
	require.Equal(t, lifecycle.Joined, r.measureOf(t, a).Status)
	require.Equal(t, b.Case, r.measureOf(t, a).Joined.Case)
	r.sound(t)
}

// Waiving and joining at once: nobody is left joined to what was waived.
func TestNobodyJoinsWhatIsBeingWaived(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	for round := range 3 {
		a := r.served(t, fmt.Sprint("a", round))
		a.Must(ctx, t, r.talkStep())
		var lives []*casetest.Life
		for i := range 3 {
			lives = append(lives, r.served(t, fmt.Sprint("j", round, i)))
		}
		errs := make(chan error)
		for _, l := range lives {
			go func() { _, err := l.Do(ctx, r.talkStep()); errs <- err }()
		}
		go func() {
			_, err := a.Do(ctx, casetest.Step{By: r.people.Signer, Body: &lifecycle.WaiveMeasure{No: 1, Reason: "已说明理由"}})
			errs <- err
		}()
		for range 4 {
			if err := <-errs; err != nil {
				require.ErrorIs(t, err, store.ErrBusy)
			}
		}
		a.Do(ctx, casetest.Step{By: r.people.Signer, Body: &lifecycle.WaiveMeasure{No: 1, Reason: "已说明理由"}}) //nolint:errcheck // refused when it was waived before
		require.Zero(t, r.count(t, `
			SELECT count(*) FROM case_states s, jsonb_array_elements(s.state -> 'measures') m
			JOIN case_states lead ON lead.case_id::text = m -> 'joined' ->> 'case'
			WHERE m ->> 'status' = 'joined' AND lead.state -> 'measures' -> ((m -> 'joined' ->> 'measure')::int - 1) ->> 'status' <> 'ordered'`))
		require.Equal(t, 1, r.count(t, `
			SELECT count(*) FROM case_states s, jsonb_array_elements(s.state -> 'measures') m WHERE m ->> 'status' = 'ordered'`))
		for _, l := range lives { // begin again
			l.Do(ctx, casetest.Step{By: r.people.Leader, Body: &lifecycle.Void{Reason: "查否"}}) //nolint:errcheck // as above
		}
	}
	r.sound(t)
}

// Issue 4, bad input: a talk is held with whoever held the post on that day, by
// the register as it is under the case's lock.
func TestATalkIsHeldWithWhoHoldsThePost(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.people.Take(ctx, t, r.Store)
	l := r.served(t, "a")
	l.Must(ctx, t, r.talkStep())
	held := r.people.Talk(today())
	held.With[0].Person = "前任书记"
	a, err := l.Do(ctx, casetest.Step{By: r.people.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: held}})
	require.NoError(t, err)
	require.Equal(t, "not_in_post", a.Refusal.Code)
	l.Must(ctx, t, casetest.Step{By: r.people.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: r.people.Talk(today())}})
}

// Issue 4 point 4: an entry comes from the measures of cases, one for list, unit
// and year; it bears the unit's name of that day, and outlives its cases.
func TestEntriesOfAList(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	a, b := r.served(t, "a"), r.served(t, "b")
	a.Must(ctx, t, r.listStep(policy.ListAssessment))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM list_entries`))
	b.Must(ctx, t, r.listStep(policy.ListAssessment), r.listStep(policy.ListProblems))
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM list_entries`))
	a.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: today(), Number: "工委会议〔2026〕1号"}}})

	list, err := r.Entries(ctx, store.EntryFilter{List: policy.ListAssessment, Year: today().Year(), Limit: 10})
	require.NoError(t, err)
	require.Len(t, list, 1)
	e := list[0]
	require.Equal(t, p.Unit.Name, e.UnitName)
	require.Len(t, e.Grounds, 2)
	lead, ok := e.Lead()
	require.True(t, ok)
	require.Equal(t, a.Case, lead.Case)
	number, on := e.Decision()
	require.Equal(t, "工委会议〔2026〕1号", number)
	require.Equal(t, today(), on)
	require.Equal(t, lifecycle.EntryActive, e.State(e.Today))
	require.Equal(t, calendar.On(today().Year(), 12, 31), e.EndsOn)

	_, _, err = r.ChangeUnit(ctx, store.UnitChange{Kind: store.RenameUnit, Unit: p.Unit.ID, Name: "市档案馆", On: today(), Reason: "机构改革", Author: p.Admin.Account})
	require.NoError(t, err)
	one, err := r.Entry(ctx, e.ID)
	require.NoError(t, err)
	require.Equal(t, "市档案局", one.UnitName)

	// The case that carried it falls away: the entry stays, and says so.
	a.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "查否"}})
	b.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "查否"}})
	one, err = r.Entry(ctx, e.ID)
	require.NoError(t, err)
	lead, _ = one.Lead()
	require.Equal(t, a.Case, lead.Case)
	require.Equal(t, p.Leader.Account, lead.Fallen.By)
	require.Equal(t, lifecycle.EntryActive, one.State(one.Today))
	r.sound(t)
}

// An act on an entry is recorded with a name under it; the same key changes
// nothing twice; what the rules refuse leaves no trace. An entry that was ended is
// not joined: a new case lists the unit anew.
func TestActsOnAnEntry(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	a := r.served(t, "a")
	a.Must(ctx, t, r.listStep(policy.ListProblems),
		casetest.Step{By: p.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: today(), Number: "1号"}}})
	list, err := r.Entries(ctx, store.EntryFilter{Unit: p.Unit.ID, Limit: 10})
	require.NoError(t, err)
	id := list[0].ID
	act := func(who lifecycle.Actor, key string, body lifecycle.EntryBody) (store.ListEntry, error) {
		return r.Act(ctx, store.EntryRequest{Actor: who, Key: key, Entry: id, ReceivedAt: time.Now(), Body: body})
	}
	refused := func(err error) string {
		refusal, ok := errors.AsType[*lifecycle.Refusal](err)
		require.True(t, ok, "%v", err)
		return refusal.Code
	}
	_, err = act(p.Leader, "1", &lifecycle.ShowEntry{Text: "书记" + p.Secretary.Name + "不重视。", Reason: "公开"})
	require.Equal(t, "person_named", refused(err))
	require.Zero(t, r.count(t, `SELECT count(*) FROM list_acts`))
	e, err := act(p.Leader, "1", &lifecycle.ShowEntry{Text: "组织生活制度不严格。", Reason: "公开"})
	require.NoError(t, err)
	require.NotNil(t, e.Public())
	shown, err := r.Entries(ctx, store.EntryFilter{Shown: true, Limit: 10})
	require.NoError(t, err)
	require.Len(t, shown, 1)
	r.exec(t, `UPDATE list_entries SET ends_on = $1`, today().AddDays(-1))
	for year, n := range map[int]int{0: 0, e.Year: 1, e.Year + 1: 0} {
		shown, err := r.Entries(ctx, store.EntryFilter{Shown: true, Year: year, Limit: 10})
		require.NoError(t, err)
		require.Len(t, shown, n, "what ended with its year stands in its year's list: %d", year)
	}

	propose := &lifecycle.ProposeEnd{Reason: "已整改"}
	_, err = act(p.Leader, "2", propose)
	require.NoError(t, err)
	again, err := act(p.Leader, "2", propose)
	require.NoError(t, err)
	require.Len(t, again.Acts, 2, "the same key is the same act")
	_, err = act(p.Leader, "2", &lifecycle.HideEntry{Reason: "公开"})
	require.ErrorIs(t, err, store.ErrKeyReused)
	_, err = act(p.Leader, "3", &lifecycle.DecideEnd{No: 2, Granted: true, Reason: "同意"})
	require.Equal(t, "own_proposal", refused(err))
	ended, err := act(p.Signer, "3", &lifecycle.DecideEnd{No: 2, Granted: true, Reason: "同意"})
	require.NoError(t, err)
	require.Equal(t, lifecycle.EntryEnded, ended.State(ended.Today))
	require.Equal(t, p.Signer.Name, ended.Acts[2].Actor.Name)
	shown, err = r.Entries(ctx, store.EntryFilter{Shown: true, Limit: 10})
	require.NoError(t, err)
	require.Empty(t, shown)

	// The case itself may list the unit again, and so may another.
	require.Equal(t, lifecycle.Ordered, a.Must(ctx, t, r.listStep(policy.ListProblems)).Measures[1].Status)
	e, err = r.Entry(ctx, id)
	require.NoError(t, err)
	require.Equal(t, lifecycle.EntryActive, e.State(e.Today))
	b := r.served(t, "b")
	b.Must(ctx, t, r.listStep(policy.ListProblems))
	require.Equal(t, 2, r.measureOf(t, b).Joined.Measure, "it joins what stands, not what was ended")
	e, err = r.Entry(ctx, id)
	require.NoError(t, err)
	require.Equal(t, lifecycle.EntryActive, e.State(e.Today))
	_, err = r.sql.Exec(ctx, `DELETE FROM list_acts`)
	require.ErrorContains(t, err, "append-only")
	r.sound(t)
}

// The entries are made again from the events and the acts, whatever became of
// their rows.
func TestEntriesAreRebuilt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	for _, key := range []string{"a", "b"} {
		r.served(t, key).Must(ctx, t, r.listStep(policy.ListProblems), r.listStep(policy.ListAssessment))
	}
	list, err := r.Entries(ctx, store.EntryFilter{Limit: 10})
	require.NoError(t, err)
	_, err = r.Act(ctx, store.EntryRequest{
		Actor: p.Officer, Key: "k", Entry: list[0].ID, ReceivedAt: time.Now(), Body: &lifecycle.ProposeEnd{Reason: "已整改"},
	})
	require.NoError(t, err)
	rows := func() string {
		var text string
		require.NoError(t, r.sql.QueryRow(ctx, `SELECT string_agg(e::text, E'\n' ORDER BY id) FROM list_entries e`).Scan(&text))
		return text
	}
	before := rows()
	require.Equal(t, 1, strings.Count(before, "\n"))
	r.sound(t)
	r.exec(t, `DELETE FROM list_entries WHERE list = 'problems'`)
	r.exec(t, `UPDATE list_entries SET entry = '{"list":"assessment","unit":"x","year":1,"grounds":[]}', withdrawn = true`)
	report, err := r.Rebuild(ctx, nil)
	require.NoError(t, err)
	require.NotZero(t, report.Changed)
	require.Equal(t, before, rows())
	r.sound(t)
}

// What a leader decided of one listing that fell away is, made again, not said of one
// that fell away after it.
func TestSettledEntriesAreRebuilt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, keep := range []bool{true, false} {
		r := newRecord(t)
		p := r.people
		fall := func(key string) {
			l := r.served(t, key)
			l.Must(ctx, t, r.listStep(policy.ListProblems))
			l.Must(ctx, t,
				casetest.Step{By: p.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: today(), Number: "1号"}}},
				casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "查否"}})
		}
		fall("a")
		list, err := r.Unsettled(ctx, p.Signer)
		require.NoError(t, err)
		require.Len(t, list, 1)
		settle := store.EntryRequest{
			Actor: p.Signer, Key: "k", Entry: list[0].Entry, ReceivedAt: time.Now(), Body: &lifecycle.SettleEntry{Keep: keep, Reason: "复核"},
		}
		_, err = r.Act(ctx, settle)
		require.NoError(t, err)
		if !keep { // another stands in its place, and falls away too
			fall("b")
		}
		rows := func() string {
			var text string
			require.NoError(t, r.sql.QueryRow(ctx, `SELECT string_agg(e::text, E'\n' ORDER BY id) FROM list_entries e`).Scan(&text))
			return text
		}
		before := rows()
		r.exec(t, `DELETE FROM list_entries`)
		_, err = r.Rebuild(ctx, nil)
		require.NoError(t, err)
		require.Equal(t, before, rows())
		r.exec(t, `UPDATE list_entries SET entry = (entry::jsonb || '{"kept":{"on":"2026-01-05","by":"x","reason":"x","leads":["x"]}}')::json`)
		_, err = r.Rebuild(ctx, nil)
		require.NoError(t, err)
		require.Equal(t, before, rows(), "nothing stays that no act says")
		left, err := r.Unsettled(ctx, p.Signer)
		require.NoError(t, err)
		require.Len(t, left, map[bool]int{true: 0, false: 1}[keep])
		r.sound(t)
	}
}

// Issue 4 point 4: next year's plan finds the units that were on a list, by who
// answers for them now, and whether a campaign covers them already.
func TestListedUnits(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	r.served(t, "a").Must(ctx, t, r.listStep(policy.ListProblems), r.listStep(policy.ListAssessment))
	year := today().Year()
	units, err := r.ListedUnits(ctx, year)
	require.NoError(t, err)
	require.Len(t, units, 1)
	require.Equal(t, [2]string{p.Unit.ID, "市档案局"}, [2]string{units[0].Unit, units[0].NameThen})
	require.Equal(t, []string{"assessment", "problems"}, units[0].Lists)
	require.Empty(t, units[0].Campaigns)
	none, err := r.ListedUnits(ctx, year-1)
	require.NoError(t, err)
	require.Empty(t, none)
	_, _, err = r.ChangeUnit(ctx, store.UnitChange{Kind: store.MergeUnit, Unit: p.Unit.ID, Successor: p.OtherUnit.ID, On: today(), Reason: "机构改革", Author: p.Admin.Account})
	require.NoError(t, err)
	planned, err := r.AddCampaign(ctx, store.Campaign{
		Name: "专项督查", Year: year + 1, Method: "inspection", StartsOn: calendar.On(year+1, 3, 1), EndsOn: calendar.On(year+1, 4, 1),
		Scope: []string{p.OtherUnit.ID}, Author: p.Head.Account,
	})
	require.NoError(t, err)
	units, err = r.ListedUnits(ctx, year)
	require.NoError(t, err)
	require.Equal(t, p.OtherUnit.ID, units[0].Unit)
	require.Equal(t, p.Unit.ID, units[0].Listed)
	require.Equal(t, []string{planned.ID}, units[0].Campaigns)
}

// Issue 4 point 3: one open talk per post-holder. The talk ordered with the secretary
// of before stays with that person (domain.md E2), and is not the talk with the one of
// now, which his later cases join.
func TestOneTalkPerPostHolder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	r.exec(t, `DELETE FROM posts`)
	was, err := r.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: casetest.Post, Holder: "王建国", Since: calendar.On(2020, 1, 1)})
	require.NoError(t, err)
	ordered := func(l *casetest.Life, found calendar.Date) lifecycle.Measure {
		c := l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", found)}, p.UpToServing(lifecycle.Immediate)...), p.Sign(), r.talkStep())...)
		return c.Measures[0]
	}
	old := r.life(t, "old")
	at := time.Now().AddDate(0, 0, -5)
	old.Now = func() time.Time { return at }
	require.Equal(t, &lifecycle.PostHolder{Post: casetest.Post, Person: "王建国"}, ordered(old, today().AddDays(-5)).Subject)
	_, _, err = r.EndPost(ctx, p.Unit.ID, was.ID, today().AddDays(-1), &store.Post{Holder: "陈新"})
	require.NoError(t, err)
	old.Now = nil
	first := ordered(r.life(t, "new"), today())
	require.Equal(t, lifecycle.Ordered, first.Status)
	require.Equal(t, "陈新", first.Subject.Person)
	require.Equal(t, lifecycle.Joined, ordered(r.life(t, "newer"), today()).Status)

	record := p.Talk(today())
	record.With = []lifecycle.PostHolder{{Post: casetest.Post, Person: "陈新"}}
	a, err := old.Do(ctx, casetest.Step{By: p.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: record}})
	require.NoError(t, err)
	require.Equal(t, "not_the_subject", a.Refusal.Code)
	record.With[0].Person = "王建国"
	old.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.RecordMeasure{No: 1, MeasureRecord: record}})
	r.sound(t)
}

// Issue 4 point 3: one entry per list, unit and year. The ladder's step of the last
// day of a year is recorded in the first minutes of the next.
func TestOneEntryAcrossTheYearsEnd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	on := func(d calendar.Date) time.Time { return calendar.Real().At(d, 12*time.Hour) }
	at := on(calendar.On(2025, 11, 12))
	b := r.life(t, "b")
	b.Now = func() time.Time { return at }
	b.Must(ctx, t, append(append([]casetest.Step{p.Finding("乙", calendar.On(2025, 11, 12))}, p.UpToServing(lifecycle.Immediate)...), p.Sign())...)
	a := r.life(t, "a")
	a.Now = b.Now
	for at.Before(on(calendar.On(2026, 1, 6))) {
		at = at.AddDate(0, 0, 1)
		b.Must(ctx, t, r.noteStep())
		if at.Equal(on(calendar.On(2025, 12, 30))) {
			a.Must(ctx, t, append(append([]casetest.Step{p.Finding("甲", calendar.On(2025, 12, 30))}, p.UpToServing(lifecycle.Immediate)...), p.Sign(),
				casetest.Step{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: "拖延"}})...)
		}
	}
	v, err := r.Case(ctx, p.Manager, b.Case)
	require.NoError(t, err)
	for _, m := range v.Staff.Measures {
		if m.Kind == policy.MeasureNegativeList {
			entries, err := r.Entries(ctx, store.EntryFilter{List: policy.ListProblems, Limit: 10})
			require.NoError(t, err)
			require.Len(t, entries, 1)
			require.Equal(t, 2025, entries[0].Year)
			require.Len(t, entries[0].Grounds, 2)
			require.Equal(t, lifecycle.Joined, m.Status, "case a listed the unit on 2025-12-30")
			return
		}
	}
	require.Fail(t, "not listed")
}
