package lot_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/lot"
)

// 公务员法 第七十六条、第七十七条: nobody who has to stand aside is ever drawn. Each of
// 100,000 draws recuses others, on every ground.
func TestNobodyRecusedIsEverDrawn(t *testing.T) {
	t.Parallel()
	source, few := chance("recusals"), 0
	grounds := lot.Grounds()
	for range 100_000 {
		roster := inspectors(10)
		for i := range roster {
			roster[i].Recent = number(t, source, 4)
			if number(t, source, 3) == 0 {
				ground := grounds[number(t, source, len(grounds))]
				roster[i].Recusals = []lot.Recusal{{Ground: ground, Reason: "有回避情形"}}
			}
		}
		team, err := lot.DrawTeam(source, roster, 3)
		if err != nil {
			few++ // too few were left, or nobody to lead
			continue
		}
		// require is slow where it holds a hundred thousand times.
		for _, i := range roster {
			if !i.Eligible() && team.Has(i.ID) {
				require.Fail(t, "a recused inspector was drawn", i.ID)
			}
			if i.ID == team.Lead && !i.Lead {
				require.Fail(t, "somebody leads without the role", i.ID)
			}
		}
	}
	require.Less(t, few, 10_000)
}

// The load stays even: after 4,000 look-backs by teams of two, with one in ten
// recused from each, nobody of 20 inspectors was ever drawn for 30 look-backs
// more than another, though half of them lead. Without weights it would be 400.
func TestTheLoadStaysEven(t *testing.T) {
	t.Parallel()
	const lookBacks, bound = 4000, 30
	source, roster := chance("load"), inspectors(20)
	for range lookBacks {
		for i := range roster {
			roster[i].Recusals = nil
			if number(t, source, 10) == 0 {
				roster[i].Recusals = []lot.Recusal{{Ground: lot.FormerUnit, Reason: "曾在该单位任职"}}
			}
		}
		team, err := lot.DrawTeam(source, roster, lot.MinTeam)
		require.NoError(t, err)
		for i := range roster {
			if team.Has(roster[i].ID) {
				roster[i].Recent++
			}
		}
		least, most := roster[0].Recent, roster[0].Recent
		for _, i := range roster {
			least, most = min(least, i.Recent), max(most, i.Recent)
		}
		require.LessOrEqual(t, most-least, bound)
	}
}

// The odds are the weights, exactly: leads with 0, 1, 2 and 3 recent look-backs
// come up 16 : 9 : 4 : 1. Chi-square with 3 degrees of freedom at a significance
// of 0.001, critical value 16.266.
func TestOddsAreTheWeights(t *testing.T) {
	t.Parallel()
	const draws = 60_000
	roster := lot.Roster{{ID: "a", Lead: true}, {ID: "b", Lead: true, Recent: 1}, {ID: "c", Lead: true, Recent: 2}, {ID: "d", Lead: true, Recent: 3}}
	source, observed := chance("odds"), make([]int, 4)
	for range draws {
		team, err := lot.DrawTeam(source, roster, 2)
		require.NoError(t, err)
		observed[team.Lead[0]-'a']++
	}
	require.Less(t, chiSquare(observed, []float64{draws * 16 / 30., draws * 9 / 30., draws * 4 / 30., draws * 1 / 30.}), 16.266)
}

func TestTooFewAreCountedAndNeverNamed(t *testing.T) {
	t.Parallel()
	roster := lot.Roster{
		{ID: "zhang-san", Lead: true},
		{ID: "li-si", Recusals: []lot.Recusal{{Ground: lot.OwnUnit, Reason: "张三的同事"}, {Ground: lot.Reviewer, Reason: "审核人"}}},
		{ID: "wang-wu", Recusals: []lot.Recusal{{Ground: lot.Reviewer, Reason: "审核人"}}},
	}
	_, err := lot.DrawTeam(chance("few"), roster, 2)
	var few *lot.TooFewError
	require.ErrorAs(t, err, &few)
	require.Equal(t, []lot.GroundCount{{Ground: lot.OwnUnit, Count: 1}, {Ground: lot.Reviewer, Count: 2}}, few.Grounds)
	require.Equal(t, "a team needs 2 inspectors and 1 may take part; 2 recused: own unit 1, reviewer of the report 2", few.Error())
	require.Equal(t, "检查组至少需要2人，回避后可参加的只有1人（回避2人：系被检查单位人员1人、系整改报告审核人2人），请领导决定。", few.ZH())
}

func TestNobodyToLeadIsForALeader(t *testing.T) {
	t.Parallel()
	roster := lot.Roster{
		{ID: "a", Lead: true, Recusals: []lot.Recusal{{Ground: lot.UnitObjection, Reason: "单位申请回避"}}},
		{ID: "b"},
		{ID: "c"},
	}
	_, err := lot.DrawTeam(chance("lead"), roster, 2)
	var none *lot.NoLeadError
	require.ErrorAs(t, err, &none)
	require.Equal(t, "nobody is left to lead: 1 may lead, 1 of them recused: the unit's objection 1", none.Error())
	require.Equal(t, "回避后没有可担任组长的人员（可任组长1人，回避1人：被检查单位申请回避1人），请领导决定。", none.ZH())
}

func TestRostersThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(lot.Roster){
		"twice":            func(r lot.Roster) { r[1].ID = r[0].ID },
		"no id":            func(r lot.Roster) { r[1].ID = "" },
		"no text":          func(r lot.Roster) { r[1].ID = "\xff" },
		"negative load":    func(r lot.Roster) { r[1].Recent = -1 },
		"absurd load":      func(r lot.Roster) { r[1].Recent = 1 << 30 },
		"unknown ground":   func(r lot.Roster) { r[1].Recusals = []lot.Recusal{{Ground: "weather", Reason: "下雨"}} },
		"recusal unreason": func(r lot.Roster) { r[1].Recusals = []lot.Recusal{{Ground: lot.OwnUnit}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			roster := inspectors(5)
			spoil(roster)
			_, err := lot.DrawTeam(chance(name), roster, 2)
			var invalid *lot.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, "roster", invalid.Field)
			require.NotEmpty(t, invalid.ZH())
		})
	}
	for _, size := range []int{-1, 0, 1, lot.MaxTeam + 1} {
		_, err := lot.DrawTeam(chance("size"), inspectors(20), size)
		require.Error(t, err)
	}
}

func TestATeamIsOfThoseOnTheRosterWhoMay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		roster := make(lot.Roster, rapid.IntRange(0, 15).Draw(t, "people"))
		eligible, leads := 0, 0
		for i := range roster {
			roster[i] = lot.Inspector{
				ID:     fmt.Sprint(i),
				Lead:   rapid.Bool().Draw(t, "lead"),
				Recent: rapid.IntRange(0, 50).Draw(t, "recent"),
			}
			for _, g := range rapid.SliceOfN(rapid.SampledFrom(lot.Grounds()), 0, 2).Draw(t, "grounds") {
				roster[i].Recusals = append(roster[i].Recusals, lot.Recusal{Ground: g, Reason: "理由"})
			}
			if roster[i].Eligible() {
				eligible++
				if roster[i].Lead {
					leads++
				}
			}
		}
		size := rapid.IntRange(lot.MinTeam, lot.MaxTeam).Draw(t, "size")
		label := rapid.String().Draw(t, "label")
		team, err := lot.DrawTeam(lot.NewStream(lot.Seed{}, label), roster, size)
		if eligible < size || leads == 0 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Len(t, team.Others, size-1)
		require.True(t, slices.IsSorted(team.Others))
		for _, i := range roster {
			if team.Has(i.ID) {
				require.True(t, i.Eligible())
			}
		}
		slices.Reverse(roster)
		again, err := lot.DrawTeam(lot.NewStream(lot.Seed{}, label), roster, size)
		require.NoError(t, err)
		require.Equal(t, team, again, "the roster's order has no bearing")
	})
}

// A team that was drawn may come while its lead and enough of the others may; a
// recusal that came since counts, and so does an account that is gone.
func TestATeamMayComeWhileEnoughMay(t *testing.T) {
	t.Parallel()
	team := lot.Team{Lead: "lead", Others: []string{"a", "b"}}
	recused := []lot.Recusal{{Ground: lot.OwnUnit, Reason: "现任"}}
	roster := func(out ...string) (r lot.Roster) {
		for _, id := range []string{"lead", "a", "b", "c"} {
			i := lot.Inspector{ID: id, Lead: id == "lead" || id == "c"}
			if slices.Contains(out, id) {
				i.Recusals = recused
			}
			r = append(r, i)
		}
		return r
	}
	require.True(t, team.StillMay(roster(), 2))
	require.True(t, team.StillMay(roster("a"), 2))
	require.False(t, team.StillMay(roster("a"), 3))
	require.False(t, team.StillMay(roster("a", "b"), 2), "nobody goes alone")
	require.False(t, team.StillMay(roster("lead"), 2), "others who may do not make a lead")
	require.False(t, team.StillMay(roster()[1:], 2), "the lead is gone")
}
