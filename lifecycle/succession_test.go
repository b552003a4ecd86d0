package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

var succession = lifecycle.Succession{From: "u1", To: "u2", Reason: "机构改革，并入市委宣传部"}

// E1: open cases follow to the successor of the function, whose time is five
// working days longer; nothing is served anew and the old unit's people see it no
// more.
func TestAUnitsSuccessorTakesTheCaseOver(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	before, _ := clockOf(n.c, policy.ClockRectification)
	require.Equal(t, "u1", n.c.Unit)

	events := lifecycle.DecideSucceed(n.c, succession, n.now, w.rules)
	require.Len(t, events, 1)
	c := apply(t, n.c, events)
	after, _ := clockOf(c, policy.ClockRectification)
	require.Equal(t, "u2", c.Unit)
	require.Equal(t, []string{"u1"}, c.Predecessors)
	require.Empty(t, c.FormerUnits, "nothing was sent by mistake")
	require.Equal(t, n.c.Stage, c.Stage)
	require.Equal(t, n.c.Receipt, c.Receipt)
	require.Equal(t, w.rules.Calendar.AddWorkingDays(before.Due, 5), after.Due)
	require.Equal(t, lifecycle.MoveSuccession, after.Moves[len(after.Moves)-1].Reason)
	require.True(t, events[0].Visible)
	require.NotNil(t, after.Next, "the clock rings on")
	told := []string{}
	for _, l := range lifecycle.Letters(c, events[0], w.rules) {
		told = append(told, l.To.String())
	}
	require.ElementsMatch(t, []string{"role:head", "account:officer", "unit:u2"}, told)

	require.Empty(t, lifecycle.DecideSucceed(c, succession, n.now, w.rules), "once")
}

// What lapsed stays lapsed: a reform makes nobody's lateness good.
func TestSuccessionMakesNoLatenessGood(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	before, _ := clockOf(n.c, policy.ClockRectification)
	n.now = w.rules.Timeline.End(w.rules.Calendar.AddWorkingDays(before.Due, 6))
	n.c = catchUp(t, n.c, n.now, w.rules)
	require.NotZero(t, n.c.Level)
	late, _ := clockOf(n.c, policy.ClockRectification)
	c := apply(t, n.c, lifecycle.DecideSucceed(n.c, succession, n.now, w.rules))
	now, _ := clockOf(c, policy.ClockRectification)
	require.Equal(t, late, now)
	require.Equal(t, n.c.Level, c.Level)
}

// Settled is final: what is over stays with the unit it was about.
func TestSettledCasesStayWithTheirUnit(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "leader", lifecycle.Void{Reason: someText})
	require.Empty(t, lifecycle.DecideSucceed(n.c, succession, n.now, w.rules))
}
