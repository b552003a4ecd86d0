package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// recused is a recusal of the inspector from the unit since today.
func (r record) recused() store.Recusal {
	return store.Recusal{
		Account: r.people.Inspector.Account, Unit: r.people.Unit.ID, Ground: lot.DeclaredConflict, Reason: "配偶在该单位工作", Since: today(), Author: r.people.Inspector.Account,
	}
}

// candidate is one of those a team might be drawn from.
func (r record) candidate(t *testing.T, account, unit string, on calendar.Date) lifecycle.Candidate {
	t.Helper()
	all, err := r.Candidates(context.Background(), unit, on)
	require.NoError(t, err)
	for _, c := range all {
		if c.Account == account {
			return c
		}
	}
	require.Fail(t, "no candidate", account)
	return lifecycle.Candidate{}
}

// 公务员法第七十六、七十七条: who has a tie to a unit steps back from it, from the
// first day to the last, and no longer than nobody set that aside.
func TestARecusalKeepsOutFromDayToDay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	n := r.recused()
	n.Until = today().AddDays(10)
	n, err := r.AddRecusal(ctx, n)
	require.NoError(t, err)
	who := r.people.Inspector.Account
	out := []lot.Recusal{{Ground: lot.DeclaredConflict, Reason: "配偶在该单位工作"}}
	for days, want := range map[int][]lot.Recusal{-1: nil, 0: out, 10: out, 11: nil} {
		require.Equal(t, want, r.candidate(t, who, r.people.Unit.ID, today().AddDays(days)).Recusals, days)
	}
	require.Empty(t, r.candidate(t, who, r.people.OtherUnit.ID, today()).Recusals, "another unit")
	require.Empty(t, r.candidate(t, r.people.Lead.Account, r.people.Unit.ID, today()).Recusals, "another person")

	_, err = r.EndRecusal(ctx, n.ID, "已调离", who)
	refusedWith(t, err, "own_recusal")
	_, err = r.EndRecusal(ctx, n.ID, " ", r.people.Head.Account)
	refusedFor(t, err, "reason", "required")
	_, err = r.EndRecusal(ctx, "nothing", "已调离", r.people.Head.Account)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NotEmpty(t, r.candidate(t, who, r.people.Unit.ID, today()).Recusals, "nothing refused was written")
	ended, err := r.EndRecusal(ctx, n.ID, "配偶已调离", r.people.Head.Account)
	require.NoError(t, err)
	require.Equal(t, []any{today(), "配偶已调离", r.people.Head.Account}, []any{ended.EndedOn, ended.EndReason, ended.EndedBy})
	require.Empty(t, r.candidate(t, who, r.people.Unit.ID, today()).Recusals)
	_, err = r.EndRecusal(ctx, n.ID, "又一次", r.people.Head.Account)
	refusedFor(t, err, "id", "already_ended")

	list, err := r.Recusals(ctx, store.RecusalFilter{Unit: r.people.Unit.ID}, "", 10)
	require.NoError(t, err)
	require.Equal(t, []store.Recusal{ended}, list, "what was ended stays")
	_, err = r.AddRecusal(ctx, r.recused())
	require.NoError(t, err, "after it was ended it may be declared anew")
}

// Candidates are those who inspect or lead look-backs and may still log in.
func TestWhoIsACandidate(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	both, _, err := r.AddAccount(ctx, store.NewAccount{Name: "两职", Roles: []lifecycle.Role{lifecycle.Inspector, lifecycle.LookBackLead}})
	require.NoError(t, err)
	gone, _, err := r.AddAccount(ctx, store.NewAccount{Name: "离任", Roles: []lifecycle.Role{lifecycle.LookBackLead}})
	require.NoError(t, err)
	require.NoError(t, r.DisableAccount(ctx, gone.ID))
	all, err := r.Candidates(ctx, r.people.Unit.ID, today())
	require.NoError(t, err)
	leads := map[string]bool{}
	for i, c := range all {
		leads[c.Account] = c.Lead
		require.True(t, i == 0 || all[i-1].Account < c.Account, "in order")
	}
	require.Equal(t, map[string]bool{r.people.Inspector.Account: false, r.people.Lead.Account: true, both.ID: true}, leads)
}

// Who worked in a unit that was merged into this one, or in one it was split
// from, worked in this one: the posts and recusals of every unit it came from
// count, and those of the unit's other heirs do not.
func TestPostsOfTheLineageRecuse(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	who, lead := r.people.Inspector.Account, r.people.Lead.Account
	var units []store.Unit
	for _, name := range []string{"市史志办", "市志办", "市党史办", "市方志馆"} {
		u, err := r.AddUnit(ctx, store.Unit{Name: name})
		require.NoError(t, err)
		units = append(units, u)
	}
	first, second, third, heir := units[0], units[1], units[2], units[3]
	// An account of the committee's holds no present post through the API; a
	// record may have it by other ways.
	post := func(id, account string, u store.Unit, since, until int) {
		r.exec(t, `INSERT INTO posts (id, unit_id, kind, holder, account_id, since, until) VALUES ($1, $2, $3, '某人', $4, $5, $6)`,
			id, u.ID, "联络员", account, today().AddDays(since), today().AddDays(until))
	}
	post("1", who, first, -900, -500)
	post("2", lead, third, -20, 30)
	n := r.recused()
	n.Unit, n.Ground, n.Reason = second.ID, lot.FormerUnit, "2019年前在该办工作"
	_, err := r.AddRecusal(ctx, n)
	require.NoError(t, err)

	// first is split into second and heir, second is merged into third.
	_, _, err = r.ChangeUnit(ctx, store.UnitChange{
		Kind: store.SplitUnit, Unit: first.ID, On: today(), Successor: second.ID, Parts: []string{second.ID, heir.ID}, Reason: "机构改革", Author: r.people.Head.Account,
	})
	require.NoError(t, err)
	_, _, err = r.ChangeUnit(ctx, store.UnitChange{
		Kind: store.MergeUnit, Unit: second.ID, On: today(), Successor: third.ID, Reason: "机构改革", Author: r.people.Head.Account,
	})
	require.NoError(t, err)

	former, own := lot.Recusal{Ground: lot.FormerUnit, Reason: "曾任市史志办联络员"}, lot.Recusal{Ground: lot.OwnUnit, Reason: "现任市党史办联络员"}
	recorded := lot.Recusal{Ground: lot.FormerUnit, Reason: "2019年前在该办工作"}
	require.Equal(t, []lot.Recusal{recorded, former}, r.candidate(t, who, third.ID, today()).Recusals, "in the order of ground and reason")
	require.Equal(t, []lot.Recusal{own}, r.candidate(t, lead, third.ID, today()).Recusals)
	require.Equal(t, []lot.Recusal{{Ground: lot.FormerUnit, Reason: "曾任市党史办联络员"}}, r.candidate(t, lead, third.ID, today().AddDays(31)).Recusals)
	require.Empty(t, r.candidate(t, lead, third.ID, today().AddDays(-21)).Recusals, "before the post began")
	require.Equal(t, []lot.Recusal{former}, r.candidate(t, who, heir.ID, today()).Recusals, "the other part did not come from the second")
	require.Empty(t, r.candidate(t, lead, heir.ID, today()).Recusals)
}

// An inspector who once held a post of a unit is known by it and needs no
// recusal of his own. A post that is held now, or still has a day, is none of the
// committee's people.
func TestAFormerPostRecuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	unit, who := r.people.Unit.ID, r.people.Inspector.Account
	term := func(account string, until calendar.Date) error {
		_, err := r.AddPost(ctx, store.Post{Unit: unit, Kind: "专职副书记", Holder: "某人", Account: account, Since: today().AddMonths(-36), Until: until})
		return err
	}
	refusedFor(t, term(who, calendar.Date{}), "account", "committee_account")
	refusedFor(t, term(who, today()), "account", "committee_account")
	refusedFor(t, term(r.people.OtherSecretary.Account, today().AddDays(-1)), "account", "unknown_account")
	refusedFor(t, term("nobody", today().AddDays(-1)), "account", "unknown_account")
	require.Empty(t, r.candidate(t, who, unit, today()).Recusals)
	require.NoError(t, term(who, today().AddDays(-1)))
	require.Equal(t, []lot.Recusal{{Ground: lot.FormerUnit, Reason: "曾任市档案局专职副书记"}}, r.candidate(t, who, unit, today()).Recusals)
	require.Empty(t, r.candidate(t, who, r.people.OtherUnit.ID, today()).Recusals)

	now, err := r.AddPost(ctx, store.Post{Unit: unit, Kind: "专职副书记", Holder: "现任", Since: today()})
	require.NoError(t, err)
	_, _, err = r.EndPost(ctx, unit, now.ID, today(), &store.Post{Holder: "某人", Account: who})
	refusedFor(t, err, "account", "committee_account")
}

// What cannot be is refused, and nothing is written.
func TestARecusalThatCannotBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	disabled, _, err := r.AddAccount(ctx, store.NewAccount{Name: "离任", Roles: []lifecycle.Role{lifecycle.Inspector}})
	require.NoError(t, err)
	require.NoError(t, r.DisableAccount(ctx, disabled.ID))
	for name, row := range map[string]struct {
		edit        func(*store.Recusal)
		field, code string
	}{
		"nobody":                {func(n *store.Recusal) { n.Account = "nobody" }, "account", "unknown_account"},
		"who left":              {func(n *store.Recusal) { n.Account = disabled.ID }, "account", "unknown_account"},
		"a unit's person":       {func(n *store.Recusal) { n.Account = r.people.Secretary.Account }, "account", "unit_account"},
		"no unit":               {func(n *store.Recusal) { n.Unit = "nothing" }, "unit", "unknown_unit"},
		"an unknown ground":     {func(n *store.Recusal) { n.Ground = "dislike" }, "ground", "unknown_code"},
		"who reviewed":          {func(n *store.Recusal) { n.Ground = lot.Reviewer }, "ground", "unknown_code"},
		"no reason":             {func(n *store.Recusal) { n.Reason = "　" }, "reason", "required"},
		"an endless reason":     {func(n *store.Recusal) { n.Reason = strings.Repeat("长", 1001) }, "reason", "too_long"},
		"no beginning":          {func(n *store.Recusal) { n.Since = calendar.Date{} }, "since", "required"},
		"ends before it begins": {func(n *store.Recusal) { n.Until = n.Since.AddDays(-1) }, "until", "too_early"},
	} {
		n := r.recused()
		row.edit(&n)
		_, err := r.AddRecusal(ctx, n)
		require.Error(t, err, name)
		refusedFor(t, err, row.field, row.code)
	}
	require.Zero(t, r.count(t, `SELECT count(*) FROM recusals`))

	// The same at once is there once.
	var (
		group sync.WaitGroup
		errs  = make([]error, 6)
	)
	for i := range errs {
		group.Go(func() { _, errs[i] = r.AddRecusal(ctx, r.recused()) })
	}
	group.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			refusedFor(t, err, "since", "already_recused")
			refused++
		}
	}
	require.Equal(t, 5, refused)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM recusals`))
	n := r.recused()
	n.Ground = lot.OwnUnit
	_, err = r.AddRecusal(ctx, n)
	require.NoError(t, err, "another ground is another recusal")

	for _, sql := range []string{`UPDATE recusals SET reason = 'x'`, `DELETE FROM recusals`, `TRUNCATE recusals CASCADE`} {
		_, err := r.sql.Exec(ctx, sql)
		require.Error(t, err, sql)
	}
}

// A unit's objection is tied to an account once, or turned down once.
func TestAUnitsObjectionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	ask := store.RecusalRequest{Unit: r.people.Unit.ID, Name: "李检查", Reason: "与本单位有诉讼", Author: r.people.Secretary.Account}
	first, err := r.AddRecusalRequest(ctx, ask)
	require.NoError(t, err)
	_, err = r.AddRecusalRequest(ctx, ask)
	refusedFor(t, err, "name", "already_filed")
	ask.Name = "张三"
	second, err := r.AddRecusalRequest(ctx, ask)
	require.NoError(t, err)

	since := calendar.Builtin().AddWorkingDays(today(), 1)
	n := store.Recusal{Account: r.people.Secretary.Account, Since: since, Author: r.people.Leader.Account}
	_, err = r.AnswerRecusalRequest(ctx, first.ID, "", n)
	refusedFor(t, err, "account", "unit_account")
	n.Account = r.people.Inspector.Account
	_, err = r.AnswerRecusalRequest(ctx, "nothing", "", n)
	require.ErrorIs(t, err, store.ErrNotFound)

	var (
		group sync.WaitGroup
		errs  = make([]error, 4)
	)
	for i := range errs {
		group.Go(func() { _, errs[i] = r.AnswerRecusalRequest(ctx, first.ID, []string{"", "无此人"}[i%2], n) })
	}
	group.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		refusedFor(t, err, "id", "already_answered")
	}
	require.Equal(t, 1, done)
	answered, err := r.AnswerRecusalRequest(ctx, second.ID, "", n)
	if err != nil { // the first was tied to the same person
		refusedFor(t, err, "since", "already_recused")
		answered, err = r.AnswerRecusalRequest(ctx, second.ID, "同一人", n)
		require.NoError(t, err)
	}
	require.NotNil(t, answered.Answer)
	require.Equal(t, []lot.Recusal{{Ground: lot.UnitObjection, Reason: "与本单位有诉讼"}},
		r.candidate(t, n.Account, r.people.Unit.ID, since).Recusals)
	list, err := r.RecusalRequests(ctx, "", "", 10)
	require.NoError(t, err)
	require.Len(t, list, 2)
	list, err = r.RecusalRequests(ctx, r.people.OtherUnit.ID, "", 10)
	require.NoError(t, err)
	require.Empty(t, list, "another unit's")
}

// One's own recusal is recorded at any time. Another's holds from the next working day,
// for thirty days at least, and is not the officer's of a case of the unit to record or
// to set aside, also when the case is another's by now; nor does who recorded it set it
// aside.
func TestAnothersRecusalIsBounded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	next := calendar.Builtin().AddWorkingDays(today(), 1)
	anothers := func(edit func(*store.Recusal)) (store.Recusal, error) {
		n := r.recused()
		n.Author, n.Since = p.Leader.Account, next
		edit(&n)
		return r.AddRecusal(ctx, n)
	}
	_, err := anothers(func(n *store.Recusal) { n.Since = today() })
	refusedWith(t, err, "not_before_next_day")
	_, err = anothers(func(n *store.Recusal) { n.Until = next.AddDays(29) })
	refusedWith(t, err, "too_short")
	l := r.life(t, "officer")
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...)...)
	colleague, _, err := r.AddAccount(ctx, store.NewAccount{Name: "经办人乙", Roles: []lifecycle.Role{lifecycle.Officer}})
	require.NoError(t, err)
	byOfficer := func(n *store.Recusal) { n.Author = p.Officer.Account }
	_, err = anothers(byOfficer)
	refusedWith(t, err, "own_case")
	l.Must(ctx, t, casetest.Step{By: p.Head, Body: &lifecycle.Assign{Officer: colleague.ID}})
	_, err = anothers(byOfficer)
	refusedWith(t, err, "own_case")
	require.Zero(t, r.count(t, `SELECT count(*) FROM recusals`), "nothing refused was written")

	kept, err := anothers(func(n *store.Recusal) { n.Until = next.AddDays(60) })
	require.NoError(t, err)
	_, err = r.EndRecusal(ctx, kept.ID, "误登", p.Leader.Account)
	refusedWith(t, err, "own_record")
	_, err = r.EndRecusal(ctx, kept.ID, "误登", p.Officer.Account)
	refusedWith(t, err, "own_case")
	_, err = r.EndRecusal(ctx, kept.ID, "误登", p.Head.Account)
	require.NoError(t, err)
}

// A unit's requests wait for an answer in bounded number, of a case and in all, and hide
// nobody else's.
func TestRequestsHaveShares(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "asked")
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...)...)
	ask := func(unit, by, caseID string, i int) (store.RecusalRequest, error) {
		return r.AddRecusalRequest(ctx, store.RecusalRequest{Unit: unit, Case: caseID, Name: "某人", Reason: fmt.Sprint("理由", caseID, i), Author: by})
	}
	other, err := ask(p.OtherUnit.ID, p.OtherSecretary.Account, "", 0)
	require.NoError(t, err)
	_, err = ask(p.OtherUnit.ID, p.OtherSecretary.Account, l.Case, 0)
	refusedFor(t, err, "case", "unknown_case")
	var first store.RecusalRequest
	for i := range 3 {
		first, err = ask(p.Unit.ID, p.Secretary.Account, l.Case, i)
		require.NoError(t, err)
	}
	_, err = ask(p.Unit.ID, p.Secretary.Account, l.Case, 3)
	refusedWith(t, err, "too_many_requests_of_case")
	for i := range 7 {
		_, err = ask(p.Unit.ID, p.Secretary.Account, "", i)
		require.NoError(t, err)
	}
	_, err = ask(p.Unit.ID, p.Secretary.Account, "", 7)
	refusedWith(t, err, "too_many_requests_of_unit")
	page, err := r.RecusalRequests(ctx, "", "", 2)
	require.NoError(t, err)
	require.Equal(t, other.ID, page[1].ID, "the first of every unit comes before the second of any")
	seen := map[string]bool{}
	for after := ""; ; {
		page, err = r.RecusalRequests(ctx, "", after, 3)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, one := range page {
			require.False(t, seen[one.ID])
			seen[one.ID] = true
		}
		after = page[len(page)-1].ID
	}
	require.Len(t, seen, 11)
	_, err = r.AnswerRecusalRequest(ctx, first.ID, "无此人", store.Recusal{Author: p.Head.Account})
	require.NoError(t, err)
	_, err = ask(p.Unit.ID, p.Secretary.Account, l.Case, 8)
	require.NoError(t, err, "what is answered waits no more")
}

// Recusals of the last days that leave too few to draw from have nothing drawn: it is in
// the record which, a leader who entered none of them decides, and then it is drawn.
func TestLateRecusalsHaveNothingDrawn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := threes(t)
	p := r.people
	l := r.life(t, "narrowed")
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToReview()...)...)
	for i := range 2 {
		_, _, err := r.AddAccount(ctx, store.NewAccount{Name: fmt.Sprint("检查", i), Roles: []lifecycle.Role{lifecycle.LookBackLead}})
		require.NoError(t, err)
	}
	n := r.recused()
	n.Author, n.Since = p.Leader.Account, calendar.Builtin().AddWorkingDays(today(), 1)
	kept, err := r.AddRecusal(ctx, n)
	require.NoError(t, err)
	when := on(n.Since, 9)
	l.Now = func() time.Time { return when }
	c := l.Must(ctx, t, casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})
	require.Equal(t, lifecycle.DrawFailed, c.Draw.Status)
	require.Equal(t, "late_recusals", c.Draw.Fault.Code)
	_, waits := drawClock(c)
	require.True(t, waits)
	draws, _, err := r.CheckedDraws(ctx, p.Auditor, c.ID)
	require.NoError(t, err)
	require.Equal(t, []string{kept.ID}, draws[0].Recusals)

	l.Must(ctx, t, casetest.Step{By: p.Head, Body: &lifecycle.RequestRedraw{Reason: "照抽"}})
	a, err := l.Do(ctx, casetest.Step{By: p.Leader, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "照抽"}})
	require.NoError(t, err)
	require.Equal(t, "own_recusals", a.Refusal.Code)
	c = l.Must(ctx, t, casetest.Step{By: p.Signer, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "照抽"}})
	require.Equal(t, lifecycle.DrawMade, c.Draw.Status)
	draws, _, err = r.CheckedDraws(ctx, p.Auditor, c.ID)
	require.NoError(t, err)
	require.Equal(t, []string{kept.ID}, draws[1].Recusals, "with the draw that was made as well")
}
