package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// Whoever reads a sentence reads what was due, when it lapsed and by how many working
// days, and no code: each clock has words of its own.
func TestSentencesOfEveryClock(t *testing.T) {
	t.Parallel()
	due := day("2026-12-09")
	require.Equal(t, "整改期限于2026年12月9日届满，已逾期15个工作日仍未报送整改报告", lifecycle.Lapsed(policy.ClockRectification, due, 15).ZH)
	require.Equal(t, "报送整改方案的期限于2026年12月9日届满，仍未报送整改方案", lifecycle.Lapsed(policy.ClockPlan, due, 0).ZH)
	require.Equal(t, "请于12月9日（三）前签收反馈意见", lifecycle.Please(policy.ClockReceipt, due, day("2026-12-04")).ZH)
	require.Equal(t, "请于2026年12月9日（三）前签收反馈意见", lifecycle.Please(policy.ClockReceipt, due, day("2025-12-31")).ZH, "another year is said")
	require.Equal(t, "整改期限已于12月9日（三）届满，请立即报送整改报告", lifecycle.Please(policy.ClockRectification, due, day("2026-12-10")).ZH)
	tasks := map[string]policy.ClockName{}
	for _, name := range policy.ClockNames() {
		a := lifecycle.AwaitedOn(name)
		require.NotEqual(t, lifecycle.AwaitedOn("none"), a, name)
		require.Empty(t, tasks[a.Task.ZH], name)
		tasks[a.Task.ZH] = name
		for _, said := range []string{a.Term.ZH, a.Task.ZH, a.Thing.ZH, lifecycle.Lapsed(name, due, 3).ZH, lifecycle.Please(name, due, due).ZH} {
			require.NotRegexp(t, `[A-Za-z]|\d-\d`, said, name)
		}
		require.NotEmpty(t, lifecycle.Please(name, due, due).EN)
	}
}

// A letter asks its reader for what the case awaits of that reader, and of nobody else.
func TestALetterAsksItsReader(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	unit := n.c.AskedOf(lifecycle.Recipient{Unit: n.c.Unit}, lifecycle.Event{})
	require.Equal(t, policy.ClockPlan, unit.Clock, "the plan is due before the rectification")
	require.False(t, unit.Due.IsZero())
	require.Zero(t, n.c.AskedOf(lifecycle.Recipient{Unit: "another"}, lifecycle.Event{}))
	require.Equal(t, "催办通知："+lifecycle.Please(unit.Clock, unit.Due, unit.Due).ZH,
		lifecycle.TaskZH(lifecycle.EventMeasureOrdered, []policy.MeasureKind{policy.MeasureUrge}, unit, true, unit.Due))
	require.Equal(t, "本事项转由你单位承接", lifecycle.TaskZH(lifecycle.EventUnitSucceeded, nil, lifecycle.Ask{}, true, unit.Due))
}
