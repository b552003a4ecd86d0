package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// Issue "Campaigns", 2: a finding names the campaign it came from, one that
// exists and is not closed; the campaign knows how far its cases are.
func TestFindingsComeFromACampaign(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	id := r.campaign(t, "2026年大排查")
	c := r.registered(t, "a", "问题", "C03", "2026年大排查", today())
	require.Equal(t, id, c.Finding.Campaign)
	page, err := r.Cases(ctx, r.people.Manager, store.Filter{Campaign: id})
	require.NoError(t, err)
	require.Len(t, page.Cases, 1)
	require.Equal(t, "2026年大排查", page.Cases[0].CampaignName)
	progress, err := r.CampaignProgress(ctx, id)
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"draft": 1}, progress)

	closed, err := r.CloseCampaign(ctx, id)
	require.NoError(t, err)
	require.NotNil(t, closed.ClosedAt)
	for i, campaign := range []string{id, "nobody"} {
		step := r.people.Finding("问题", today())
		open, ok := step.Body.(*lifecycle.OpenCase)
		require.True(t, ok)
		open.Campaign = campaign
		a, err := r.life(t, fmt.Sprint("late", i)).Do(ctx, step)
		require.NoError(t, err)
		require.NotNil(t, a.Refusal)
		require.Equal(t, "unknown_campaign", a.Refusal.Code)
	}
	// A draft of a campaign that is closed meanwhile can still be amended.
	title := "问题（补充）"
	l := r.life(t, "amend")
	l.Case = c.ID
	l.Must(ctx, t, casetest.Step{By: r.people.Inspector, Body: &lifecycle.AmendDraft{Title: &title}})
}

// F13: a unit is not inspected more often in a year than the policy allows, but by a
// leader's decision. What counts is what happened: a campaign from its first finding or
// recorded visit in the unit, and all of the same year, scope and theme as one.
func TestTheBurdenGuard(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	plan := func(name string) store.Campaign {
		c := r.plan(name)
		c.Override = ""
		return c
	}
	for i := range 3 {
		_, err := r.AddCampaign(ctx, plan(fmt.Sprint("检查", i)))
		require.NoError(t, err, "empty campaigns make nobody inspection-proof")
	}
	again := plan("检查0（重开）")
	again.Theme = "检查0"
	again, err := r.AddCampaign(ctx, again)
	require.NoError(t, err)
	require.Equal(t, r.campaign(t, "检查0"), again.Repeats)
	kept, err := r.Campaign(ctx, again.ID)
	require.NoError(t, err)
	require.Equal(t, again.Repeats, kept.Repeats)
	r.visited(t, "检查0", r.people.Unit.ID)
	r.visited(t, "检查0（重开）", r.people.Unit.ID)
	_, err = r.AddCampaign(ctx, plan("检查4"))
	require.NoError(t, err, "a campaign and its redraw are one")
	r.registered(t, "one", "问题", "C03", "检查1", today())
	_, err = r.AddCampaign(ctx, plan("检查5"))
	burden, ok := errors.AsType[*store.BurdenError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []store.BurdenedUnit{{ID: r.people.Unit.ID, Name: "市档案局", Inspections: 2}}, burden.Units)
	require.Contains(t, burden.ZH(), "市档案局")
	redraw := plan("检查1（重抽）")
	redraw.Theme = "检查1"
	_, err = r.AddCampaign(ctx, redraw)
	require.NoError(t, err, "which the unit bears already")
	c := plan("巡察整改专项")
	c.Override = "市委部署"
	_, err = r.AddCampaign(ctx, c)
	require.NoError(t, err)
	c = plan("明年检查")
	c.Year++
	c.StartsOn, c.EndsOn = today().AddMonths(12), today().AddMonths(12)
	_, err = r.AddCampaign(ctx, c)
	require.NoError(t, err, "another year is another year")
}

// Nothing half planned: what contradicts itself or the directory is refused.
func TestACampaignThatCannotBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	for name, row := range map[string]struct {
		edit        func(*store.Campaign)
		field, code string
	}{
		"no name":               {func(c *store.Campaign) { c.Name = "" }, "name", "required"},
		"unknown method":        {func(c *store.Campaign) { c.Method = "rumour" }, "method", "unknown_code"},
		"no beginning":          {func(c *store.Campaign) { c.StartsOn = store.Campaign{}.StartsOn }, "starts_on", "required"},
		"ends before it begins": {func(c *store.Campaign) { c.EndsOn = c.StartsOn.AddDays(-1) }, "ends_on", "too_early"},
		"of another year":       {func(c *store.Campaign) { c.Year++ }, "year", "other_year"},
		"over nobody":           {func(c *store.Campaign) { c.Scope = nil }, "scope", "count"},
		"a unit twice":          {func(c *store.Campaign) { c.Scope = []string{p.Unit.ID, p.Unit.ID} }, "scope", "given_twice"},
		"an unknown unit":       {func(c *store.Campaign) { c.Scope = []string{"nobody"} }, "scope", "unknown_unit"},
		"a unit's person":       {func(c *store.Campaign) { c.Team = []string{p.Secretary.Account} }, "team", "unknown_account"},
	} {
		c := r.plan("检查")
		row.edit(&c)
		_, err := r.AddCampaign(ctx, c)
		require.Error(t, err, name)
		refusedFor(t, err, row.field, row.code)
	}
	require.Zero(t, r.count(t, `SELECT count(*) FROM campaigns`))
	_, err := r.AddCampaign(ctx, r.plan("检查"))
	require.NoError(t, err)
	_, err = r.AddCampaign(ctx, r.plan("检查"))
	refusedFor(t, err, "name", "name_in_use")
}

// A visit is recorded by one of at least two who came, in a unit and on a day of the
// campaign, once a day, for ever.
func TestAVisitThatCannotBe(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	id := r.campaign(t, "检查")
	for name, row := range map[string]struct {
		edit        func(*store.CampaignVisit)
		field, code string
	}{
		"elsewhere":       {func(v *store.CampaignVisit) { v.Unit = p.OtherUnit.ID }, "unit", "not_in_scope"},
		"tomorrow":        {func(v *store.CampaignVisit) { v.On = today().AddDays(1) }, "on", "out_of_range"},
		"before it began": {func(v *store.CampaignVisit) { v.On = today().AddDays(-1) }, "on", "out_of_range"},
		"alone":           {func(v *store.CampaignVisit) { v.Persons = v.Persons[:1] }, "persons", "too_few_persons"},
		"twice":           {func(v *store.CampaignVisit) { v.Persons[1] = v.Persons[0] }, "persons", "too_few_persons"},
		"from a desk":     {func(v *store.CampaignVisit) { v.Author = p.Head.Account }, "persons", "not_on_the_spot"},
		"with a stranger": {func(v *store.CampaignVisit) { v.Persons[1] = p.Secretary.Account }, "persons", "unknown_account"},
	} {
		v := store.CampaignVisit{Campaign: id, Unit: p.Unit.ID, On: today(), Persons: []string{p.Inspector.Account, p.Lead.Account}, Author: p.Inspector.Account}
		row.edit(&v)
		_, err := r.AddCampaignVisit(ctx, v)
		require.Error(t, err, name)
		refusedFor(t, err, row.field, row.code)
	}
	r.visited(t, "检查", p.Unit.ID)
	v := store.CampaignVisit{Campaign: id, Unit: p.Unit.ID, On: today(), Persons: []string{p.Inspector.Account, p.Lead.Account}, Author: p.Lead.Account}
	_, err := r.AddCampaignVisit(ctx, v)
	refusedFor(t, err, "on", "already_recorded")
	list, err := r.CampaignVisits(ctx, id, "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = r.CloseCampaign(ctx, id)
	require.NoError(t, err)
	_, err = r.AddCampaignVisit(ctx, v)
	refusedFor(t, err, "id", "campaign_closed")
}
