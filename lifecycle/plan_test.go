package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// Section 4: the days the committee reads a plan and those of a stay are added to
// the plan's due date, and none of them twice, whether the stay began before the
// plan came in or while it was read.
func TestPlanReturnedDuringAStay(t *testing.T) {
	t.Parallel()
	for name, stayed := range map[string]string{"before the plan": "2026-03-04", "while it was read": "2026-03-11"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &walk{rules: defaultRules()}
			n := served(t, w, accept(lifecycle.ByDeadline, "")) // Monday 2 March 2026, 30 days for the plan
			k, _ := clockOf(n.c, policy.ClockPlan)
			require.Equal(t, "2026-04-01", k.Due.String())
			on := func(date string, who string, body lifecycle.CommandBody) {
				at := *n
				at.now = noon(day(date))
				at.c = catchUp(t, at.c, at.now, w.rules)
				n = steps(t, w, &at, who, body)
			}
			plan := lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{{Text: someText, Kind: lifecycle.Training, Owner: "张三", Due: day("2026-03-20")}}}
			grant := lifecycle.GrantStay{Until: day("2026-03-25"), Reason: someText}
			if stayed < "2026-03-09" {
				on(stayed, "leader", grant)
			}
			on("2026-03-09", "secretary", plan)
			if stayed > "2026-03-09" {
				on(stayed, "leader", grant)
			}
			on("2026-03-18", "officer", lifecycle.ReturnPlan{Reasons: []string{someText}})
			k, _ = clockOf(n.c, policy.ClockPlan)
			require.Nil(t, k.Next, "it stands")
			on("2026-03-25", "leader", lifecycle.EndStay{Reason: someText})
			k, _ = clockOf(n.c, policy.ClockPlan)
			from := day("2026-03-09")
			if day(stayed).Before(from) {
				from = day(stayed)
			}
			// Not the unit's: from the plan, or the stay before it, to the stay's end.
			lost := w.rules.Calendar.WorkingDaysBetween(from, day("2026-03-25"))
			require.Equal(t, w.rules.Calendar.AddWorkingDays(day("2026-04-01"), lost).String(), k.Due.String())
		})
	}
}

// A stay that began and ended while the plan was read was given back as it ended:
// neither the plan's return nor the committee's lateness gives its days again.
func TestAStayWithinAPlansReviewCountsOnce(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, "")) // Monday 2 March 2026, 30 days for the plan
	on := func(n *node, date string, who string, body lifecycle.CommandBody) *node {
		at := *n
		at.now = noon(day(date))
		at.c = catchUp(t, at.c, at.now, w.rules)
		return steps(t, w, &at, who, body)
	}
	due := func(n *node, name policy.ClockName) string {
		k, ok := clockOf(n.c, name)
		require.True(t, ok)
		return k.Due.String()
	}
	main := due(n, policy.ClockRectification)
	plan := lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{{Text: someText, Kind: lifecycle.Training, Owner: "张三", Due: day("2026-03-20")}}}
	n = on(n, "2026-03-09", "secretary", plan)
	review, _ := clockOf(n.c, policy.ClockPlanReview)
	require.Equal(t, "2026-03-19", review.Due.String())
	for _, stay := range [][2]string{{"2026-03-11", "2026-03-13"}, {"2026-03-20", "2026-03-24"}} {
		n = on(n, stay[0], "leader", lifecycle.GrantStay{Until: day("2026-03-31"), Reason: someText})
		n = on(n, stay[1], "leader", lifecycle.EndStay{Reason: someText})
	}
	cal := w.rules.Calendar

	returned := on(n, "2026-03-27", "officer", lifecycle.ReturnPlan{Reasons: []string{someText}})
	lost := cal.WorkingDaysBetween(day("2026-03-09"), day("2026-03-27"))
	require.Equal(t, cal.AddWorkingDays(day("2026-04-01"), lost).String(), due(returned, policy.ClockPlan))

	// The unit's own due date: both stays, and what of the review was late and no
	// stay, each by working days or natural ones, whichever is later.
	accepted := on(n, "2026-03-27", "officer", lifecycle.AcceptPlan{})
	want := day(main)
	for _, span := range [][2]string{{"2026-03-11", "2026-03-13"}, {"2026-03-20", "2026-03-24"}, {"2026-03-19", "2026-03-20"}, {"2026-03-24", "2026-03-27"}} {
		from, to := day(span[0]), day(span[1])
		natural := cal.Roll(want.AddDays(to.DaysSince(from))).Date
		want = cal.AddWorkingDays(want, cal.WorkingDaysBetween(from, to))
		if natural.After(want) {
			want = natural
		}
	}
	require.Equal(t, want.String(), due(accepted, policy.ClockRectification))
	require.Equal(t, due(returned, policy.ClockRectification), due(accepted, policy.ClockRectification))

	// The next review starts anew.
	again := on(returned, "2026-03-30", "secretary", plan)
	again = on(again, "2026-04-01", "officer", lifecycle.ReturnPlan{Reasons: []string{someText}})
	require.Equal(t, cal.AddWorkingDays(day("2026-04-01"), lost+2).String(), due(again, policy.ClockPlan))
}
