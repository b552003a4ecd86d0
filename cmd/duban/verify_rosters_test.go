package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// Issue 5, point 4: with the rosters in hand a draw is held offline against the people
// on them, as far as they are shown; what can be checked only later is said. A roster
// that was altered, or a team that nobody of could come, is found.
func TestVerifyLookBackWithRosters(t *testing.T) {
	t.Parallel()
	people := lot.Roster{{ID: "lead", Lead: true, Recent: 3}, {ID: "inspector", Recent: 1}, {ID: "another", Recusals: []lot.Recusal{{Ground: lot.OwnUnit, Reason: "现任"}}}}
	salted, err := lot.NewSaltedRoster(lot.NewStream(lot.Seed{}, "salts"), people)
	require.NoError(t, err)
	told := func(drawn lot.Plan) []byte {
		events := drawnEvents(t)
		drawn.Roster = salted.Digest()
		c, err := lot.Commit(drawn)
		require.NoError(t, err)
		came := append([]string{drawn.Team.Lead}, drawn.Team.Others...)
		last := events[len(events)-1].Body.(*lifecycle.Arrived) //nolint:forcetypeassert // as drawnEvents made it
		last.Persons, last.Names = came, came
		events[len(events)-2].Body.(*lifecycle.LookBackDispatched).Told = came //nolint:forcetypeassert // as above
		events[5].Body.(*lifecycle.LookBackDrawn).Commitment = c.Packed()      //nolint:forcetypeassert // as drawnEvents made it
		last.Reveals[1] = drawn.Reveal()
		return drawnArchive(t, events)
	}
	other := drawnPlan(t, 2)
	other.Team.Others = []string{"another"}
	altered := salted.Shown(false)
	altered.Roster[0].Recusals = nil
	for name, one := range map[string]struct {
		plan   lot.Plan
		roster lot.ShownRoster
		code   int
		says   string
	}{
		"whole":   {drawnPlan(t, 2), salted.Shown(true), 0, "第2次抽签：已启封，日期2026-04-11，与密封校验码相符，名册已核对"},
		"part":    {drawnPlan(t, 2), salted.Shown(false), 0, "名册已核对，其中近期抽中次数须待所计各次抽签全部启封后方可核对"},
		"altered": {drawnPlan(t, 2), altered, 1, "名册与密封校验码不符。"},
		"recused": {other, salted.Shown(false), 1, "检查组有成员不在名册、应当回避或不能担任组长。"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file, rosters := filepath.Join(dir, "a.zip"), filepath.Join(dir, "rosters.json")
			require.NoError(t, os.WriteFile(file, told(one.plan), 0o600))
			text, err := json.Marshal(map[string]any{"case": drawnCase, "rosters": []store.DrawnRoster{{Number: 2, ShownRoster: one.roster}}})
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(rosters, text, 0o600))
			code, stdout, stderr := duban(t, "verify", "look-back", file, "--rosters", rosters)
			require.Equal(t, one.code, code, "%s%s", stdout, stderr)
			require.Contains(t, strings.ReplaceAll(stdout, "\n  ", ""), one.says, "lines are broken at 80 columns")
			require.Contains(t, stdout, "第1次抽签：已启封，日期2026-04-10，与密封校验码相符，名册仅核对摘要")
		})
	}
}
