package lot_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/lot"
)

// campaign is a roster of n units in two strata, every fifth on the negative
// list and every seventh excluded.
func campaign(n int) (lot.Weights, []lot.Stratum, []lot.Unit) {
	units := make([]lot.Unit, n)
	for i := range units {
		units[i] = lot.Unit{ID: fmt.Sprintf("unit-%03d", i), Stratum: []string{"市直", "街道"}[i%2], Listed: i%5 == 0}
		if i%7 == 0 {
			units[i].Excluded = "本年度已检查"
		}
	}
	return lot.Weights{Ordinary: 1, Listed: 3}, []lot.Stratum{{Name: "市直", Take: n / 6}, {Name: "街道", Take: n / 8}}, units
}

// 双随机: the draw can be had again from its record, on another machine and with
// the roster in another order, and it keeps to strata and exclusions.
func TestADrawOfInspecteesIsReplayed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		weights, strata, units := campaign(rapid.IntRange(8, 120).Draw(t, "units"))
		label := rapid.String().Draw(t, "label")
		d, err := lot.DrawInspectees(lot.NewStream(lot.Seed{}, label), weights, strata, units)
		require.NoError(t, err)

		text, err := json.Marshal(d)
		require.NoError(t, err)
		var record lot.Draw
		require.NoError(t, json.Unmarshal(text, &record))
		require.NoError(t, record.Replay(d.Digest()))

		slices.Reverse(units)
		again, err := lot.DrawInspectees(lot.NewStream(lot.Seed{}, label), weights, strata, units)
		require.NoError(t, err)
		require.Equal(t, d, again)

		taken := map[string]int{}
		for _, u := range units {
			if slices.Contains(d.Drawn, u.ID) {
				require.Empty(t, u.Excluded)
				taken[u.Stratum]++
			}
		}
		for _, s := range strata {
			require.Equal(t, s.Take, taken[s.Name])
		}
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(d.Drawn))), len(d.Drawn))
	})
}

// A stratum's draw depends on nothing that happens in another.
func TestStrataHaveNoBearingOnEachOther(t *testing.T) {
	t.Parallel()
	weights, strata, units := campaign(60)
	d, err := lot.DrawInspectees(chance("strata"), weights, strata, units)
	require.NoError(t, err)
	fewer := []lot.Stratum{{Name: "市直", Take: 1}, strata[1]}
	other, err := lot.DrawInspectees(chance("strata"), weights, fewer, units)
	require.NoError(t, err)
	require.Equal(t, d.Drawn[strata[0].Take:], other.Drawn[1:])
}

// A unit on last year's negative list comes up three times as often as another
// when the policy says so: 40,000 draws of one of 8 units, 2 of them listed,
// chi-square with 7 degrees of freedom at 0.001, critical value 24.322.
func TestListedUnitsWeighMore(t *testing.T) {
	t.Parallel()
	const draws = 40_000
	units := make([]lot.Unit, 8)
	expected := make([]float64, len(units))
	for i := range units {
		units[i] = lot.Unit{ID: fmt.Sprint(i), Stratum: "全部", Listed: i < 2}
		expected[i] = draws / 12.0
		if units[i].Listed {
			expected[i] *= 3
		}
	}
	source, observed := chance("listed"), make([]int, len(units))
	for range draws {
		d, err := lot.DrawInspectees(source, lot.Weights{Ordinary: 1, Listed: 3}, []lot.Stratum{{Name: "全部", Take: 1}}, units)
		require.NoError(t, err)
		observed[d.Drawn[0][0]-'0']++
	}
	require.Less(t, chiSquare(observed, expected), 24.322)
}

// All of 1,000 random alterations of a record are found.
func TestEveryAlterationOfARecordIsFound(t *testing.T) {
	t.Parallel()
	source := chance("records")
	below := func(n int) int { return number(t, source, n) }
	alter := []func(*lot.Draw){
		func(d *lot.Draw) { d.Seed[below(32)] ^= 1 << below(8) },
		func(d *lot.Draw) { d.Algorithm += "1" },
		func(d *lot.Draw) { d.Weights.Listed += 1 + below(5) },
		func(d *lot.Draw) { d.Weights.Ordinary = -below(9) },
		func(d *lot.Draw) { d.Strata[below(2)].Take += []int{-1, 1}[below(2)] },
		func(d *lot.Draw) { d.Strata[0], d.Strata[1] = d.Strata[1], d.Strata[0] },
		func(d *lot.Draw) { i := below(len(d.Roster)); d.Roster[i].Listed = !d.Roster[i].Listed },
		func(d *lot.Draw) { d.Roster[below(len(d.Roster))].Excluded += "改" },
		func(d *lot.Draw) { d.Roster[0].Excluded = "" },
		func(d *lot.Draw) { i := below(len(d.Roster)); d.Roster = slices.Delete(d.Roster, i, i+1) },
		func(d *lot.Draw) { d.Roster = append(d.Roster, lot.Unit{ID: "zz", Stratum: "市直"}) },
		func(d *lot.Draw) { i := below(len(d.Drawn)); d.Drawn = slices.Delete(d.Drawn, i, i+1) },
		func(d *lot.Draw) { d.Drawn[below(len(d.Drawn))] = "unit-000" },
		func(d *lot.Draw) { d.Drawn[0], d.Drawn[1] = d.Drawn[1], d.Drawn[0] },
	}
	for n := range 1000 {
		weights, strata, units := campaign(60)
		d, err := lot.DrawInspectees(source, weights, strata, units)
		require.NoError(t, err)
		kept := d.Digest()
		require.NoError(t, d.Replay(kept))
		alter[n%len(alter)](&d)
		var wrong *lot.ReplayError
		require.ErrorAs(t, d.Replay(kept), &wrong)
		require.NotEmpty(t, wrong.ZH())
	}
}

// With a digest taken of the altered record, the replay still finds another
// result: nobody can put a unit on or take one off and keep the seed.
func TestAnAlteredResultIsFoundWithoutTheDigest(t *testing.T) {
	t.Parallel()
	weights, strata, units := campaign(60)
	d, err := lot.DrawInspectees(chance("result"), weights, strata, units)
	require.NoError(t, err)
	for _, u := range d.Roster {
		if !slices.Contains(d.Drawn, u.ID) {
			d.Drawn[0] = u.ID
			break
		}
	}
	var wrong *lot.ReplayError
	require.ErrorAs(t, d.Replay(d.Digest()), &wrong)
}

func TestTooFewUnitsDrawNothing(t *testing.T) {
	t.Parallel()
	weights, strata, units := campaign(20)
	strata[1].Take = 10
	_, err := lot.DrawInspectees(chance("few"), weights, strata, units)
	var few *lot.TooFewUnitsError
	require.ErrorAs(t, err, &few)
	require.Equal(t, lot.TooFewUnitsError{Stratum: "街道", Take: 10, Eligible: 9, Excluded: 1}, *few)
	require.Equal(t, "“街道”应抽取10个单位，可抽取的只有9个（排除1个），请领导决定。", few.ZH())
}

func TestRecordsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(w *lot.Weights, s []lot.Stratum, u []lot.Unit){
		"weights/none":              func(w *lot.Weights, _ []lot.Stratum, _ []lot.Unit) { w.Ordinary = 0 },
		"weights/listed weigh less": func(w *lot.Weights, _ []lot.Stratum, _ []lot.Unit) { w.Ordinary = 4 },
		"weights/absurd":            func(w *lot.Weights, _ []lot.Stratum, _ []lot.Unit) { w.Listed = 1 << 30 },
		"strata/twice":              func(_ *lot.Weights, s []lot.Stratum, _ []lot.Unit) { s[1].Name = s[0].Name },
		"strata/nothing":            func(_ *lot.Weights, s []lot.Stratum, _ []lot.Unit) { s[0].Take, s[1].Take = 0, 0 },
		"strata/negative":           func(_ *lot.Weights, s []lot.Stratum, _ []lot.Unit) { s[0].Take = -1 },
		"roster/twice":              func(_ *lot.Weights, _ []lot.Stratum, u []lot.Unit) { u[1].ID = u[0].ID },
		"roster/no id":              func(_ *lot.Weights, _ []lot.Stratum, u []lot.Unit) { u[1].ID = "" },
		"roster/no stratum":         func(_ *lot.Weights, _ []lot.Stratum, u []lot.Unit) { u[1].Stratum = "郊县" },
		"roster/not text":           func(_ *lot.Weights, _ []lot.Stratum, u []lot.Unit) { u[1].Excluded = "\xff" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			weights, strata, units := campaign(20)
			spoil(&weights, strata, units)
			_, err := lot.DrawInspectees(chance(name), weights, strata, units)
			var invalid *lot.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Contains(t, name, invalid.Field+"/")
			require.NotEmpty(t, invalid.ZH())
		})
	}
}

// FuzzReplay: whatever stands in a record, Replay answers.
func FuzzReplay(f *testing.F) {
	record, err := json.Marshal(readVectors(f).Inspectees.Record)
	require.NoError(f, err)
	f.Add(record)
	f.Add([]byte(`{"algorithm":"duban inspectees 1","strata":[{"name":"a","take":1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d lot.Draw
		if json.Unmarshal(text, &d) != nil {
			return
		}
		if d.Replay(d.Digest()) == nil {
			require.NotEmpty(t, d.Drawn)
		}
	})
}

// FuzzDigits: what is not 64 lower-case digits is no digest and no seed.
func FuzzDigits(f *testing.F) {
	f.Add([]byte(lot.Digest{}.String()))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d lot.Digest
		var s lot.Seed
		err := d.UnmarshalText(text)
		require.Equal(t, err == nil, s.UnmarshalText(text) == nil)
		if err == nil {
			require.Equal(t, string(text), d.String())
		}
	})
}
