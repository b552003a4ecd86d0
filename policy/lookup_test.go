package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/policy"
)

func TestCodesAreFoundByTable(t *testing.T) {
	t.Parallel()
	codes := policy.Default().Codes
	for _, table := range []struct {
		find func(string) (policy.Code, bool)
		code string
		zh   string
	}{
		{codes.Method, "unannounced_visit", "暗访"},
		{codes.Dimension, "D4", "制度执行"},
		{codes.Category, "C09", "督查考核和述职评议考核作用发挥不好"},
		{codes.RootCause, "R3", "职责不清晰"},
		{codes.Severity, "grave", "严重"},
	} {
		found, ok := table.find(table.code)
		require.True(t, ok, table.code)
		require.Equal(t, table.zh, found.ZH)
		_, ok = table.find("M0101")
		require.False(t, ok, "a matter is in no other table")
	}
	_, ok := codes.Matter("C01")
	require.False(t, ok, "a category is no matter")
}

func TestProposedMatchesEveryCodeARuleNames(t *testing.T) {
	t.Parallel()
	p := policy.Policy{TypeRules: []policy.Rule{
		{Category: "C01", Measure: policy.MeasureCircular},
		{Matter: "M0101", Measure: policy.MeasureOnSite},
		{Category: "C01", Matter: "M0102", Measure: policy.MeasureReminderTalk},
		{Measure: policy.MeasureNegativeList}, // names nothing, so matches nothing
	}}
	kinds := func(category, matter string) []policy.MeasureKind {
		var all []policy.MeasureKind
		for _, r := range p.Proposed(category, matter) {
			all = append(all, r.Measure)
		}
		return all
	}
	require.Equal(t, []policy.MeasureKind{policy.MeasureCircular, policy.MeasureOnSite}, kinds("C01", "M0101"))
	require.Equal(t, []policy.MeasureKind{policy.MeasureCircular, policy.MeasureReminderTalk}, kinds("C01", "M0102"))
	require.Equal(t, []policy.MeasureKind{policy.MeasureCircular}, kinds("C01", ""))
	require.Empty(t, kinds("C02", "M0102"))
	require.Empty(t, kinds("", ""))
}

func TestStepIsNoneBelowTheLadder(t *testing.T) {
	t.Parallel()
	_, ok := policy.Default().Step(policy.L0)
	require.False(t, ok)
}

func TestEveryNameHasItsChinese(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, kind := range policy.MeasureKinds() {
		require.NotEqual(t, string(kind), kind.ZH())
		require.False(t, seen[kind.ZH()], kind)
		seen[kind.ZH()] = true
	}
	require.Equal(t, "other", policy.MeasureKind("other").ZH())

	for _, name := range policy.ClockNames() {
		require.NotEqual(t, string(name), name.ZH())
		require.False(t, seen[name.ZH()], name)
		seen[name.ZH()] = true
	}

	// The default ladder orders at each level what the level is called.
	for _, step := range policy.Default().Ladder {
		require.Equal(t, step.Measure.ZH(), step.Level.ZH())
	}
	require.Equal(t, "提醒", policy.L0.ZH())
	require.Equal(t, "L9", policy.Level(9).ZH())
}

func TestLevelsAndDurationsKeepTheirText(t *testing.T) {
	t.Parallel()
	type figures struct {
		Level policy.Level
		Time  policy.Duration
	}
	var got figures
	const text = `{"Level":"L3","Time":"8h30m0s"}`
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	again, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, text, string(again))

	for _, bad := range []string{"", "L", "L6", "l1", "L10", "1", "L-1"} {
		require.ErrorContains(t, new(policy.Level).UnmarshalText([]byte(bad)), "L0 to L5", bad)
	}
	for _, bad := range []string{"", "5", "-1h", "1d", "1 h", strings.Repeat("9", 40) + "h"} {
		require.ErrorContains(t, new(policy.Duration).UnmarshalText([]byte(bad)), "not a duration", bad)
	}
}

// A policy stored before inspectees were drawn is still read: all weigh the same.
func TestAPolicyWithoutADraw(t *testing.T) {
	t.Parallel()
	text := strings.Replace(string(policy.DefaultText()), "draw: {ordinary: 1, listed: 3, source: assumed}\n", "", 1)
	p, err := policy.Read(strings.NewReader(text))
	require.NoError(t, err)
	ordinary, listed := p.Weights()
	require.Equal(t, []int{1, 1}, []int{ordinary, listed})
	ordinary, listed = policy.Default().Weights()
	require.Equal(t, []int{1, 3}, []int{ordinary, listed})
}
