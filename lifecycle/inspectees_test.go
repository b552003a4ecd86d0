package lifecycle_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/lot"
	"duban/policy"
)

// inspectees are n units in two areas and two categories, every fourth listed
// last year.
func inspectees(n int) []lifecycle.Inspectee {
	units := make([]lifecycle.Inspectee, n)
	for i := range units {
		units[i] = lifecycle.Inspectee{
			Unit: fmt.Sprintf("u%02d", i), Area: []string{"东片", "西片"}[i%2], Category: []string{"一类", "", "二类"}[i%3], Listed: i%4 == 0,
		}
	}
	return units
}

// Every unit of the campaign is on the roster in its stratum; who is over the
// policy's cap or excluded is there with the reason, and strata that nothing is
// asked of give none.
func TestTheRosterOfInspectees(t *testing.T) {
	t.Parallel()
	units := inspectees(6)
	units[1].Inspected, units[3].Inspected, units[5].Inspected = 2, 1, 3
	d := lifecycle.DrawOfInspectees{
		By: lifecycle.ByCategory, Strata: []lifecycle.Stratum{{Name: "二类", Take: 1}},
		Exclusions: []lifecycle.Exclusion{{Unit: "u03", Reason: "正在巡察"}, {Unit: "u05", Reason: "正在搬迁"}},
	}
	strata, roster, refusal := d.Roster(units, 2)
	require.Nil(t, refusal)
	require.Equal(t, []lot.Stratum{{Name: "二类", Take: 1}, {Name: "一类"}, {Name: "未分类"}}, strata)
	require.Equal(t, []lot.Unit{
		{ID: "u00", Stratum: "一类", Listed: true},
		{ID: "u01", Stratum: "未分类", Excluded: "本年度已接受检查2次"},
		{ID: "u02", Stratum: "二类"},
		{ID: "u03", Stratum: "一类", Excluded: "正在巡察"},
		{ID: "u04", Stratum: "未分类", Listed: true},
		{ID: "u05", Stratum: "二类", Excluded: "本年度已接受检查3次；正在搬迁"},
	}, roster)
	drawn, err := lot.DrawInspectees(lot.NewStream(lot.Seed{}), lot.Weights{Ordinary: 1, Listed: 3}, strata, roster)
	require.NoError(t, err)
	require.Equal(t, []string{"u02"}, drawn.Drawn)
}

// What cannot be drawn is refused with the field at fault.
func TestADrawThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		edit        func(*lifecycle.DrawOfInspectees)
		field, code string
	}{
		"by nothing known":  {func(d *lifecycle.DrawOfInspectees) { d.By = "street" }, "by", "unknown_code"},
		"no strata":         {func(d *lifecycle.DrawOfInspectees) { d.Strata = nil }, "strata", "nothing_to_draw"},
		"nothing":           {func(d *lifecycle.DrawOfInspectees) { d.Strata[0].Take = 0 }, "strata", "nothing_to_draw"},
		"less than nothing": {func(d *lifecycle.DrawOfInspectees) { d.Strata[0].Take = -1 }, "strata", "out_of_range"},
		"too much":          {func(d *lifecycle.DrawOfInspectees) { d.Strata[0].Take = 1 << 40 }, "strata", "out_of_range"},
		"no name":           {func(d *lifecycle.DrawOfInspectees) { d.Strata[0].Name = " " }, "strata", "required"},
		"a name too long":   {func(d *lifecycle.DrawOfInspectees) { d.Strata[0].Name = strings.Repeat("片", 43) }, "strata", "too_long"},
		"a stratum twice":   {func(d *lifecycle.DrawOfInspectees) { d.Strata = append(d.Strata, d.Strata[0]) }, "strata", "given_twice"},
		"two of none": {func(d *lifecycle.DrawOfInspectees) {
			d.By = lifecycle.ByNone
			d.Strata = []lifecycle.Stratum{{"a", 1}, {"b", 1}}
		}, "strata", "one_stratum"},
		"too many":             {func(d *lifecycle.DrawOfInspectees) { d.Strata = many(201) }, "strata", "too_many"},
		"excluded for nothing": {func(d *lifecycle.DrawOfInspectees) { d.Exclusions[0].Reason = " " }, "exclusions", "required"},
		"excluded at length":   {func(d *lifecycle.DrawOfInspectees) { d.Exclusions[0].Reason = strings.Repeat("长", 501) }, "exclusions", "too_long"},
		"excluded twice":       {func(d *lifecycle.DrawOfInspectees) { d.Exclusions = append(d.Exclusions, d.Exclusions[0]) }, "exclusions", "given_twice"},
		"excluded from afar":   {func(d *lifecycle.DrawOfInspectees) { d.Exclusions[0].Unit = "elsewhere" }, "exclusions", "unknown_unit"},
		"an endless reason":    {func(d *lifecycle.DrawOfInspectees) { d.Reason = strings.Repeat("长", 1001) }, "reason", "too_long"},
	} {
		d := lifecycle.DrawOfInspectees{
			By: lifecycle.ByArea, Strata: []lifecycle.Stratum{{Name: "东片", Take: 1}}, Exclusions: []lifecycle.Exclusion{{Unit: "u01", Reason: "正在巡察"}},
		}
		_, _, refusal := d.Roster(inspectees(6), 2)
		require.Nil(t, refusal)
		row.edit(&d)
		_, _, refusal = d.Roster(inspectees(6), 2)
		require.NotNil(t, refusal, name)
		require.Equal(t, []string{row.field, row.code}, []string{refusal.Field, refusal.Code}, name)
		require.ErrorIs(t, refusal, lifecycle.ErrInvalid, name)
	}
}

func many(n int) []lifecycle.Stratum {
	strata := make([]lifecycle.Stratum, n)
	for i := range strata {
		strata[i] = lifecycle.Stratum{Name: fmt.Sprint(i), Take: 1}
	}
	return strata
}

// Under the default policy a unit that was on last year's list comes up three
// times as often as another. Of 12,000 first places the expected are 6,000, and
// a deviation of 300 is more than five times the standard one.
func TestListedUnitsComeUpMoreOften(t *testing.T) {
	t.Parallel()
	d := lifecycle.DrawOfInspectees{By: lifecycle.ByNone, Strata: []lifecycle.Stratum{{Take: 1}}}
	var weights lot.Weights
	weights.Ordinary, weights.Listed = policy.Default().Weights()
	strata, roster, refusal := d.Roster(inspectees(8), 2) // two listed, six others
	require.Nil(t, refusal)
	listed := 0
	for i := range 12_000 {
		drawn, err := lot.DrawInspectees(lot.NewStream(lot.Seed{7}, fmt.Sprint(i)), weights, strata, roster)
		require.NoError(t, err)
		if drawn.Drawn[0] == "u00" || drawn.Drawn[0] == "u04" {
			listed++
		}
	}
	require.InDelta(t, 6000, listed, 300)
}
