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
