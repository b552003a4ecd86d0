package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// campaign is the campaign of a name, which is planned if need be; none when
// there is no name.
func (r record) campaign(t *testing.T, name string) string {
	t.Helper()
	if name == "" {
		return ""
	}
	var id string
	err := r.sql.QueryRow(context.Background(), `SELECT id FROM campaigns WHERE name = $1`, name).Scan(&id)
	if err == nil {
		return id
	}
	c, err := r.AddCampaign(context.Background(), r.plan(name))
	require.NoError(t, err)
	return c.ID
}

// plan is a campaign of this year over one unit, which a leader approved.
func (r record) plan(name string) store.Campaign {
	return store.Campaign{
		Name: name, Theme: name, Year: today().Year(), Method: "inspection", StartsOn: today(), EndsOn: today(),
		Scope: []string{r.people.Unit.ID}, Team: []string{r.people.Inspector.Account}, Override: "专项部署", Author: r.people.Head.Account,
	}
}

// visited records that a campaign's inspectors were in a unit today.
func (r record) visited(t *testing.T, campaign, unit string) {
	t.Helper()
	_, err := r.AddCampaignVisit(context.Background(), store.CampaignVisit{
		Campaign: r.campaign(t, campaign), Unit: unit, On: today(), Persons: []string{r.people.Inspector.Account, r.people.Lead.Account}, Author: r.people.Inspector.Account,
	})
	require.NoError(t, err)
}

// registered opens a case found on a day in a campaign.
func (r record) registered(t *testing.T, key, title, category, campaign string, on calendar.Date) lifecycle.Case {
	t.Helper()
	step := r.people.Finding(title, on)
	open, ok := step.Body.(*lifecycle.OpenCase)
	require.True(t, ok)
	open.Category, open.Campaign = category, r.campaign(t, campaign)
	return r.life(t, key).Must(context.Background(), t, step)
}

func numbers(list []store.Earlier) []string {
	found := []string{}
	for _, e := range list {
		found = append(found, e.Number)
	}
	return found
}

// Issue "Campaigns", 2: on registration the system shows what it already knows:
// the same unit and category in the last three years, likely duplicates, what
// the unit has open and how often it was inspected this year.
func TestBackgroundOfAUnit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	year := calendar.On(today().Year(), 1, 1)
	first := r.registered(t, "a", "组织生活制度落实不严格", "C03", "春季检查", year)
	r.registered(t, "b", "党费收缴不及时", "C05", "春季检查", year)
	last := r.registered(t, "c", "三会一课记录缺失", "C03", "", year)
	r.registered(t, "d", "组织生活制度落实不严格", "C03", "旧检查", today().AddMonths(-12*3-1))
	older := r.registered(t, "e", "发展党员程序不规范", "C03", "去年检查", year.AddDays(-1))
	void := r.registered(t, "f", "组织生活制度落实不严格", "C03", "误登检查", year)
	_, err := r.Execute(ctx, r.void(void.ID, "void"))
	require.NoError(t, err)

	b, err := r.Background(ctx, r.people.Unit.ID, "C03", "组织生活制度落实不够严格")
	require.NoError(t, err)
	require.Equal(t, 5, b.Open, "what is voided is left out")
	require.Equal(t, 2, b.Inspected, "campaigns of one scope and theme count as one, from their first finding on, and so does one day without a campaign")
	require.Equal(t, []string{older.Number, last.Number, first.Number}, numbers(b.Recurrences), "the newest first")
	require.Equal(t, []string{first.Number}, numbers(b.Similar))

	other, err := r.Background(ctx, r.people.OtherUnit.ID, "C03", "组织生活制度落实不严格")
	require.NoError(t, err)
	require.Equal(t, store.Background{Recurrences: []store.Earlier{}, Similar: []store.Earlier{}}, other, "another unit's findings are its own")
	_, err = r.Background(ctx, "nobody", "", "")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// However many there are, a page of them is shown.
func TestBackgroundIsBounded(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	for i := range 25 {
		l := r.life(t, fmt.Sprint("many", i))
		l.Must(context.Background(), t, casetest.Step{By: r.people.Inspector, Body: r.people.Finding("组织生活不严格", today()).Body})
	}
	b, err := r.Background(context.Background(), r.people.Unit.ID, "C03", "组织生活不严格")
	require.NoError(t, err)
	require.Equal(t, 25, b.Open)
	require.Len(t, b.Recurrences, 20)
	require.Len(t, b.Similar, 20)
}

// F6, F14: recurrence follows the units' lineage: what was found at a unit that
// became part of this one, or from which this one was split, was found here.
func TestBackgroundFollowsTheLineage(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	first := r.registered(t, "a", "组织生活制度落实不严格", "C03", "", today())
	middle, err := r.AddUnit(ctx, store.Unit{Name: "市信访局"})
	require.NoError(t, err)
	c := r.change(store.MergeUnit)
	c.Successor = middle.ID
	_, _, err = r.ChangeUnit(ctx, c)
	require.NoError(t, err)
	other, err := r.AddUnit(ctx, store.Unit{Name: "市外事办"})
	require.NoError(t, err)
	c = r.change(store.SplitUnit)
	c.Unit, c.Successor, c.Parts = middle.ID, other.ID, []string{other.ID, r.people.OtherUnit.ID}
	_, _, err = r.ChangeUnit(ctx, c)
	require.NoError(t, err)
	for _, unit := range []string{other.ID, r.people.OtherUnit.ID} {
		b, err := r.Background(ctx, unit, "C03", "")
		require.NoError(t, err)
		require.Equal(t, []string{first.Number}, numbers(b.Recurrences))
	}
	sound, err := r.AddUnit(ctx, store.Unit{Name: "市气象局"})
	require.NoError(t, err)
	b, err := r.Background(ctx, sound.ID, "C03", "")
	require.NoError(t, err)
	require.Empty(t, b.Recurrences)
}

// What a unit has open is counted however old it is: a sustained case runs for
// five years.
func TestBackgroundKnowsOldOpenCases(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	r.registered(t, "old", "长期未改", "C03", "", today().AddMonths(-37))
	b, err := r.Background(context.Background(), r.people.Unit.ID, "C03", "")
	require.NoError(t, err)
	require.Equal(t, 1, b.Open)
	require.Empty(t, b.Recurrences, "longer ago than three years")
}

// An inspection that found nothing burdens a unit as any other: the background
// and the burden guard count the same visits.
func TestInspectionsThatFoundNothingCount(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	b, err := r.Background(ctx, r.people.Unit.ID, "", "")
	require.NoError(t, err)
	require.Zero(t, b.Inspected)
	r.campaign(t, "第一批")
	r.visited(t, "第二批", r.people.Unit.ID)
	r.campaign(t, "没有去的")
	if later := today().AddDays(1); later.Year() == today().Year() {
		c := r.plan("以后的")
		c.StartsOn, c.EndsOn = later, later
		_, err := r.AddCampaign(ctx, c)
		require.NoError(t, err)
	}
	r.registered(t, "one", "问题", "C03", "第一批", today())
	r.registered(t, "two", "随访发现", "C03", "", today())
	b, err = r.Background(ctx, r.people.Unit.ID, "", "")
	require.NoError(t, err)
	require.Equal(t, 3, b.Inspected, "two campaigns and a day; what is only planned did not happen")
	guarded := r.plan("再来")
	guarded.Override = ""
	_, err = r.AddCampaign(ctx, guarded)
	var burden *store.BurdenError
	require.ErrorAs(t, err, &burden)
	require.GreaterOrEqual(t, burden.Units[0].Inspections, 3)
}
