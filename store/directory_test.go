package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/store"
)

// A unit's region, area and category are things that exist once; lists are asked
// for by them, a region with those below it.
func TestUnitsByTheirPlace(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	city, err := r.AddRegion(ctx, store.Region{ID: "610100", Name: "全市"})
	require.NoError(t, err)
	regions, err := r.Regions(ctx)
	require.NoError(t, err)
	require.Len(t, regions, 2)
	direct := regions[1]
	require.Equal(t, []any{"市直", 2}, []any{direct.Name, direct.Units})
	_, err = r.ChangeRegion(ctx, direct.ID, store.RegionEdit{Parent: &city.ID})
	require.NoError(t, err)
	_, err = r.ChangeRegion(ctx, city.ID, store.RegionEdit{Parent: &direct.ID})
	refusedFor(t, err, "parent", "circle")
	_, err = r.ChangeRegion(ctx, city.ID, store.RegionEdit{Parent: &city.ID})
	refusedFor(t, err, "parent", "circle")
	nowhere := "nowhere"
	_, err = r.ChangeRegion(ctx, city.ID, store.RegionEdit{Parent: &nowhere})
	refusedFor(t, err, "parent", "unknown_region")
	_, err = r.AddRegion(ctx, store.Region{Name: "市直"})
	refusedFor(t, err, "name", "name_in_use")
	_, err = r.ChangeRegion(ctx, "nobody", store.RegionEdit{})
	require.ErrorIs(t, err, store.ErrNotFound)

	names := func(f store.UnitFilter) (list []string) {
		f.Limit = 10
		units, err := r.Units(ctx, f)
		require.NoError(t, err)
		for _, u := range units {
			list = append(list, u.Name)
		}
		return list
	}
	require.Equal(t, []string{"市档案局", "市统计局"}, names(store.UnitFilter{Region: city.ID}))
	require.Equal(t, []string{"市档案局", "市统计局"}, names(store.UnitFilter{Region: "市直"}))
	require.Equal(t, []string{"市档案局"}, names(store.UnitFilter{Area: "第一片区", Category: "一类"}))
	require.Empty(t, names(store.UnitFilter{Region: "县区"}))
	none, other := "", "第三片区"
	u, err := r.EditUnit(ctx, r.people.Unit.ID, store.UnitEdit{Category: &none, Area: &other})
	require.NoError(t, err)
	require.Equal(t, []string{"市直", "第三片区", ""}, []string{u.Region, u.Area, u.Category})
	require.Empty(t, names(store.UnitFilter{Area: "第一片区"}))
	_, err = r.EditUnit(ctx, "nobody", store.UnitEdit{})
	require.ErrorIs(t, err, store.ErrNotFound)
}

// The officers of a unit's area are proposed: those in charge on the day, the
// longest first, and nobody who may not act.
func TestOfficersOfAnArea(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	second, _, err := r.AddAccount(ctx, store.NewAccount{Name: "经办人乙", Roles: []lifecycle.Role{lifecycle.Officer}})
	require.NoError(t, err)
	add := func(account string, since calendar.Date) (store.AreaOfficer, error) {
		return r.AddAreaOfficer(ctx, store.AreaOfficer{Area: p.Unit.AreaID, Account: account, Since: since})
	}
	first, err := add(p.Officer.Account, today().AddDays(-10))
	require.NoError(t, err)
	_, err = add(second.ID, today().AddDays(-20))
	require.NoError(t, err)
	_, err = add(p.Officer.Account, today())
	refusedFor(t, err, "since", "already_officer")
	_, err = add(p.Inspector.Account, today())
	refusedFor(t, err, "account", "not_an_officer")
	_, err = r.AddAreaOfficer(ctx, store.AreaOfficer{Area: "nowhere", Account: second.ID, Since: today()})
	require.ErrorIs(t, err, store.ErrNotFound)
	who := func(on calendar.Date) (list []string) {
		officers, err := r.UnitOfficers(ctx, p.Unit.ID, on)
		require.NoError(t, err)
		for _, o := range officers {
			list = append(list, o.AccountName)
		}
		return list
	}
	require.Equal(t, []string{"经办人乙", p.Officer.Name}, who(today()))
	require.Equal(t, []string{"经办人乙"}, who(today().AddDays(-15)))
	require.Empty(t, who(today().AddDays(-30)))
	_, err = r.EndAreaOfficer(ctx, p.Unit.AreaID, first.ID, today().AddDays(-11))
	refusedFor(t, err, "until", "too_early")
	_, err = r.EndAreaOfficer(ctx, p.Unit.AreaID, first.ID, today().AddDays(-1))
	require.NoError(t, err)
	_, err = r.EndAreaOfficer(ctx, p.Unit.AreaID, first.ID, today())
	refusedFor(t, err, "until", "already_ended")
	_, err = add(p.Officer.Account, today())
	require.NoError(t, err, "again, later")
	require.NoError(t, r.DisableAccount(ctx, second.ID))
	require.Equal(t, []string{p.Officer.Name}, who(today()))
}

func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

// One post of a unit has one holder on a day; a term and its successor are one
// step; who held it is known for every day.
func TestTermsOfAPost(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	unit := r.people.Unit.ID
	term := func(holder, since, until string) (store.Post, error) {
		p := store.Post{Unit: unit, Kind: "党组书记", Holder: holder, Since: day(t, since)}
		if until != "" {
			p.Until = day(t, until)
		}
		return r.AddPost(ctx, p)
	}
	_, err := term("王", "2020-01-01", "")
	require.NoError(t, err)
	second, err := term("李", "2022-01-01", "")
	require.NoError(t, err, "the one before ends")
	_, err = term("赵", "2021-06-01", "2021-12-31")
	refusedFor(t, err, "since", "post_taken")
	_, err = term("赵", "2019-01-01", "")
	refusedFor(t, err, "since", "post_taken")
	_, err = term("赵", "2019-01-01", "2019-12-31")
	require.NoError(t, err, "before those known")
	_, err = term("赵", "2023-01-01", "2022-12-31")
	refusedFor(t, err, "until", "too_early")
	_, err = r.AddPost(ctx, store.Post{Unit: unit, Kind: "局长", Holder: "赵", Since: today()})
	refusedFor(t, err, "kind", "unknown_code")
	_, err = r.AddPost(ctx, store.Post{Unit: unit, Kind: "联络员", Holder: "赵", Account: r.people.OtherSecretary.Account, Since: today()})
	refusedFor(t, err, "account", "unknown_account")

	_, _, err = r.EndPost(ctx, unit, second.ID, day(t, "2021-12-31"), nil)
	refusedFor(t, err, "until", "too_early")
	_, _, err = r.EndPost(ctx, unit, second.ID, day(t, "2024-03-31"), &store.Post{Holder: " "})
	refusedFor(t, err, "kind", "required")
	_, _, err = r.EndPost(ctx, unit, second.ID, day(t, "2024-03-31"), &store.Post{Holder: "张", Since: day(t, "2024-03-31")})
	refusedFor(t, err, "since", "post_taken")
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM posts WHERE unit_id = $1 AND until IS NULL`, unit), "neither or both")
	ended, begun, err := r.EndPost(ctx, unit, second.ID, day(t, "2024-03-31"), &store.Post{Holder: "张", Account: r.people.Secretary.Account})
	require.NoError(t, err)
	require.Equal(t, []any{"李", "2024-03-31", "张", "2024-04-01", "党组书记"}, []any{ended.Holder, ended.Until.String(), begun.Holder, begun.Since.String(), begun.Kind})
	_, _, err = r.EndPost(ctx, unit, second.ID, day(t, "2024-03-31"), nil)
	refusedFor(t, err, "until", "already_ended")
	_, _, err = r.EndPost(ctx, r.people.OtherUnit.ID, begun.ID, today(), nil)
	require.ErrorIs(t, err, store.ErrNotFound)

	for on, holder := range map[string]string{"2019-12-31": "赵", "2020-01-01": "王", "2021-12-31": "王", "2022-01-01": "李", "2024-03-31": "李", "2024-04-01": "张", "2018-01-01": ""} {
		posts, err := r.PostsOn(ctx, unit, day(t, on))
		require.NoError(t, err)
		have := ""
		for _, p := range posts {
			have += p.Holder
		}
		require.Equal(t, holder, have, on)
	}
	_, err = r.sql.Exec(ctx, `UPDATE posts SET until = NULL WHERE id = $1`, second.ID)
	require.ErrorContains(t, err, "two holders", "the database holds it as well")
}

// Many at once begin a term of one post on one day: one of them does.
func TestOneHolderUnderConcurrency(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			_, errs[i] = r.AddPost(ctx, store.Post{Unit: r.people.Unit.ID, Kind: "联络员", Holder: fmt.Sprint("某", i), Since: today()})
		})
	}
	group.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
			continue
		}
		refusedFor(t, err, "since", "post_taken")
	}
	require.Equal(t, 1, good)
}

// A plan is carried out wholly or not at all, and a rename keeps the old name on
// old dates.
func TestADirectoryPlan(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	before, err := r.Directory(ctx)
	require.NoError(t, err)
	bring := func(plan store.DirectoryPlan) (string, error) {
		return r.ImportDirectory(ctx, store.NewDirectoryImport{Author: p.Head.Account, File: "名录.xlsx"},
			func(d store.Directory, on calendar.Date, newID func() string) (store.DirectoryPlan, error) {
				require.Equal(t, before, d)
				require.Equal(t, today(), on)
				drawn := newID()
				require.NotEqual(t, drawn, newID())
				return plan, nil
			})
	}
	id, err := bring(store.DirectoryPlan{})
	require.NoError(t, err)
	require.Empty(t, id, "nothing was to be done")

	plan := store.DirectoryPlan{
		Outcome: []byte(`[]`),
		Regions: []store.Put[store.DirectoryRegion]{{New: true, Row: store.DirectoryRegion{ID: "b", Name: "乙区", Parent: "a"}}, {New: true, Row: store.DirectoryRegion{ID: "a", Name: "甲市"}}},
		Units:   []store.Put[store.DirectoryUnit]{{New: true, Row: store.DirectoryUnit{ID: "u", Name: "市信访局", Region: "b"}}},
		Renames: []store.UnitRename{{Unit: p.Unit.ID, Name: "市档案馆", Reason: "机构改革", On: today()}},
		Posts:   []store.Put[store.Post]{{New: true, Row: store.Post{ID: "p", Unit: "u", Kind: "联络员", Holder: "李", Since: today()}}},
	}
	twice := plan
	twice.Posts = append(twice.Posts, store.Put[store.Post]{New: true, Row: store.Post{ID: "q", Unit: "u", Kind: "联络员", Holder: "王", Since: today()}})
	_, err = bring(twice)
	require.Error(t, err)
	circle := plan
	circle.Regions = []store.Put[store.DirectoryRegion]{{New: true, Row: store.DirectoryRegion{ID: "b", Name: "乙区", Parent: "a"}}, {New: true, Row: store.DirectoryRegion{ID: "a", Name: "甲市", Parent: "b"}}}
	_, err = bring(circle)
	require.Error(t, err)
	late := plan
	late.Renames = []store.UnitRename{{Unit: p.Unit.ID, Name: "市档案馆", Reason: "机构改革", On: today().AddDays(1)}}
	_, err = bring(late)
	refusedFor(t, errors.Unwrap(err), "on", "in_future")
	after, err := r.Directory(ctx)
	require.NoError(t, err)
	require.Equal(t, before, after, "nothing half done")

	id, err = bring(plan)
	require.NoError(t, err)
	require.NotEmpty(t, id)
	now, err := r.UnitNameOn(ctx, p.Unit.ID, today())
	require.NoError(t, err)
	then, err := r.UnitNameOn(ctx, p.Unit.ID, today().AddDays(-1))
	require.NoError(t, err)
	require.Equal(t, []string{"市档案馆", "市档案局"}, []string{now, then})
	changes, err := r.UnitChanges(ctx, p.Unit.ID)
	require.NoError(t, err)
	require.Len(t, changes, 1)
	require.Equal(t, []string{"市档案局", "市档案馆", p.Head.Account}, []string{changes[0].OldName, changes[0].Name, changes[0].Author})
	_, _, err = r.MarkedDirectory(ctx, id)
	require.ErrorIs(t, err, store.ErrNotFound)

	before, err = r.Directory(ctx)
	require.NoError(t, err)
	id, err = bring(store.DirectoryPlan{Marked: []byte("PK"), Units: plan.Units})
	require.NoError(t, err)
	name, marked, err := r.MarkedDirectory(ctx, id)
	require.NoError(t, err)
	require.Equal(t, []string{"名录.xlsx", "PK"}, []string{name, string(marked)})
	after, err = r.Directory(ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)
}
