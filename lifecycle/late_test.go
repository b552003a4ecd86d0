package lifecycle_test

import (
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

func names(clocks []lifecycle.Clock) (list []policy.ClockName) {
	for _, k := range clocks {
		list = append(list, k.Name)
	}
	return list
}
