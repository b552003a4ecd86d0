package lifecycle_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// Section 4: lateness is counted in working days from the day after the due date,
// and begins when the record says that the due date has passed.
func TestLateInWorkingDays(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	require.Equal(t, "2026-03-23", dueOf(t, n)) // a Monday
	open, _ := n.c.UnitOwes()
	require.Zero(t, w.rules.Late(open, day("2026-03-27")), "the timers were away, and nothing was missed yet by the record")
	passed, _ := catchUp(t, n.c, noon(day("2026-03-24")), w.rules).UnitOwes()
	require.True(t, passed.Passed)
	for on, days := range map[string]int{
		"2026-03-23": 0, "2026-03-24": 1, "2026-03-27": 4, "2026-03-29": 4, "2026-03-30": 5, // a weekend
		"2026-04-03": 9, "2026-04-06": 9, "2026-04-07": 10, // the three days of 清明
		"2026-05-08": 30, "2026-05-09": 31, "2026-05-10": 31, // a Saturday that is worked
	} {
		require.Equal(t, days, w.rules.Late(passed, day(on)), on)
	}
}

// Law 7: a unit owes nothing while the committee reads its report, however late
// the report was, and owes again when it comes back.
func TestUnitOwesNothingInReview(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	at := *n
	at.now = noon(day("2026-03-26"))
	at.c = catchUp(t, at.c, at.now, w.rules)
	_, owes := at.c.UnitOwes()
	require.True(t, owes)
	n = steps(t, w, &at, "secretary", lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}})
	_, owes = n.c.UnitOwes()
	require.False(t, owes)
	require.Equal(t, []policy.ClockName{policy.ClockReportReview}, names(n.c.CommitteeOwes()))
	n = steps(t, w, n, "officer", lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: 1, Reason: someText}}})
	_, owes = n.c.UnitOwes()
	require.True(t, owes)
	require.Empty(t, n.c.CommitteeOwes())
}

// Law 7: the days on which a request for more time lies unanswered past the due
// date are the committee's. Until the answer the unit is not late, by no list and
// by no digest, and the committee is; from then on the unit is chased again.
func TestUnitOwesNothingWhileItsRequestLiesUnanswered(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, "")) // due 2026-03-23, a Monday
	n = steps(t, w, n, "secretary", lifecycle.RequestExtension{Until: day("2026-04-01"), Reason: someText})
	unit := lifecycle.Recipient{Unit: "u1"}
	view := func(c lifecycle.Case) lifecycle.UnitDeadline {
		i := slices.IndexFunc(c.ForUnit().Deadlines, func(d lifecycle.UnitDeadline) bool { return d.Name == policy.ClockRectification })
		return c.ForUnit().Deadlines[i]
	}
	told := func(from, to string) (unitTold bool) {
		for on := day(from); !on.After(day(to)); on = on.AddDays(1) {
			n.now = noon(on)
			for events := lifecycle.DecideAlarm(n.c, n.now, w.rules); len(events) > 0; events = lifecycle.DecideAlarm(n.c, n.now, w.rules) {
				for _, e := range events {
					n.c = n.c.Apply(e)
					unitTold = unitTold || slices.ContainsFunc(lifecycle.Letters(n.c, e, w.rules), func(l lifecycle.Letter) bool { return l.To == unit })
				}
			}
		}
		return unitTold
	}
	require.True(t, told("2026-03-03", "2026-03-23"), "the reminders before the due date")
	require.False(t, told("2026-03-24", "2026-04-30"))
	_, owes := n.c.UnitOwes()
	require.False(t, owes)
	require.Equal(t, []policy.ClockName{policy.ClockExtension}, names(n.c.CommitteeOwes()))
	k, _ := n.c.Deadline()
	require.Equal(t, policy.ClockExtension, k.Name)
	_, due := n.c.UnitDeadline()
	require.False(t, due)
	require.False(t, view(n.c).Passed)
	lines, _ := lifecycle.DigestLines(n.c, unit, people["secretary"], lifecycle.WayHolder, n.now, w.rules)
	require.Empty(t, lines)
	require.Zero(t, steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone}).c.Report.Late)

	n = steps(t, w, n, "leader2", lifecycle.DecideExtension{Reason: someText})
	require.True(t, told("2026-05-01", "2026-06-10"))
	_, owes = n.c.UnitOwes()
	require.True(t, owes)
	require.True(t, view(n.c).Passed)
}

func names(clocks []lifecycle.Clock) (list []policy.ClockName) {
	for _, k := range clocks {
		list = append(list, k.Name)
	}
	return list
}
