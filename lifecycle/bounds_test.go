package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// until is a node on a later instant, what fell due by then done.
func (w *walk) until(n *node, at time.Time) *node {
	for {
		alarm, ok := n.c.Alarm()
		if !ok || !alarm.At.Before(at) {
			break
		}
		n = w.alarm(n, alarm).to
	}
	later := *n
	later.now = laterOf(n.now, at)
	return &later
}

// reportOf accounts for every open measure, done or not.
func reportOf(c lifecycle.Case, done bool) lifecycle.SubmitReport {
	items, _ := reportItems(c)
	for i := range items {
		items[i].Done = done
	}
	return lifecycle.SubmitReport{Items: items}
}

func returning(c lifecycle.Case) lifecycle.ReturnReport {
	_, open := reportItems(c)
	return lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: open[0], Reason: someText}}}
}

// Section 6, 1: a return moves the main due date by no more than the committee's days, and
// starts a correction clock: 5 WD at the first of a round, 3 WD at the second, none
// after. The third raises to L2 at least, each further one by one step.
func TestAReturnStartsACorrectionAndTheThirdRaises(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	main, _ := clockOf(n.c, policy.ClockRectification)
	n = w.until(n, noon(main.Due)) // every report on the last day
	cal := w.rules.Calendar
	for i, want := range []struct {
		within int
		level  policy.Level
	}{{5, policy.L0}, {3, policy.L0}, {0, policy.L2}, {0, policy.L3}, {0, policy.L4}, {0, policy.L5}} {
		n = steps(t, w, n, "secretary", reportOf(n.c, true))
		n = steps(t, w, n, "officer", returning(n.c)) // on the same day: nothing is the committee's
		after, _ := clockOf(n.c, policy.ClockRectification)
		require.Equal(t, main.Due, after.Due, "return %d moves no due date", i+1)
		correction, runs := clockOf(n.c, policy.ClockCorrection)
		require.Equal(t, want.within > 0, runs, "return %d", i+1)
		if runs {
			require.Equal(t, cal.AddWorkingDays(w.rules.Today(n.now), want.within), correction.Due)
		}
		require.Equal(t, want.level, n.c.Level, "return %d", i+1)
	}
}

// Section 6, 1: while a correction runs the ladder holds and nobody is counted late; when
// it lapses the ladder goes on from where it stood, at its pace.
func TestACorrectionHoldsTheLadder(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	cal := w.rules.Calendar
	n := served(t, w, accept(lifecycle.Immediate, ""))
	main, _ := clockOf(n.c, policy.ClockRectification)
	late := cal.AddWorkingDays(main.Due, 2)
	n = w.until(n, noon(late))
	require.Equal(t, policy.L1, n.c.Level)
	n = steps(t, w, n, "secretary", reportOf(n.c, true))
	n = steps(t, w, n, "officer", returning(n.c))
	require.Equal(t, policy.L1, n.c.Level, "a return clears nothing that has passed")
	main, _ = clockOf(n.c, policy.ClockRectification)
	correction, _ := clockOf(n.c, policy.ClockCorrection)
	require.Equal(t, cal.AddWorkingDays(late, 5), correction.Due)
	before := w.rules.Late(main, late)
	n = w.until(n, noon(correction.Due))
	require.Equal(t, policy.L1, n.c.Level)
	main, _ = clockOf(n.c, policy.ClockRectification)
	require.Equal(t, before, w.rules.Late(main, correction.Due))
	// L2 is due 5 WD after the due date, of which 2 had passed.
	n = w.until(n, noon(cal.AddWorkingDays(correction.Due, 3)))
	require.Equal(t, policy.L1, n.c.Level)
	n = w.until(n, noon(cal.AddWorkingDays(correction.Due, 4)))
	require.Equal(t, policy.L2, n.c.Level)
}

// Section 6, 2: who lets the main due date pass without a plan climbs the whole ladder,
// at its days; only the plan's own lateness ends at L2.
func TestPlanningClimbsTheWholeLadder(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	cal := w.rules.Calendar
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	main, _ := clockOf(n.c, policy.ClockRectification)
	n = w.until(n, noon(main.Due))
	require.Equal(t, lifecycle.Planning, n.c.Stage)
	require.Equal(t, policy.L2, n.c.Level, "the plan's lateness ends there")
	for level, after := range map[policy.Level]int{policy.L3: 10, policy.L4: 15, policy.L5: 20} {
		on := cal.AddWorkingDays(main.Due, after)
		require.Less(t, w.until(n, noon(on)).c.Level, level)
		require.Equal(t, level, w.until(n, noon(cal.AddWorkingDays(on, 1))).c.Level)
	}
}

// Section 6, 3: a report reports. What is accepted in part carries the reasons for the
// rest, which is then as returned.
func TestAReportReports(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	due := clockDue(t, n)
	plan := lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{
		{Text: "立", Kind: lifecycle.OtherRemedy, Owner: "张三", Due: due}, {Text: "改", Kind: lifecycle.OtherRemedy, Owner: "张三", Due: due},
	}}
	n = steps(t, w, n, "secretary", plan, "officer", lifecycle.AcceptPlan{})
	refusedAs(t, w, n, "secretary", "nothing_done", reportOf(n.c, false))
	n = steps(t, w, n, "secretary", reportOf(n.c, true))
	require.Error(t, w.command(n, lifecycle.AcceptReport{Accepted: []int{1}}, people["officer"]).refusal, "without reasons for the rest")
	n = steps(t, w, n, "officer", lifecycle.AcceptReport{Accepted: []int{1}, Reasons: []lifecycle.ItemReason{{No: 2, Reason: someText}}})
	require.Equal(t, lifecycle.Rectifying, n.c.Stage)
	require.Equal(t, 1, n.c.Report.Returns)
	_, runs := clockOf(n.c, policy.ClockCorrection)
	require.Equal(t, n.c.Report.Returns == 1 && !due.After(calendar.Builtin().AddWorkingDays(w.rules.Today(n.now), 5)), runs, "only where it is longer than what is left")
}

// Section 6, 4: all stays of a case last 60 D together by the first leader, and up to
// 180 D by leaders who granted none of those before. None overlaps a look-back window.
func TestStaysOfACaseAreBounded(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	stay := func(n *node, days int) lifecycle.GrantStay {
		return lifecycle.GrantStay{Until: w.rules.Today(n.now).AddDays(days), Reason: someText}
	}
	over := func(n *node) *node { return w.until(n, noon(n.c.Stay.Until.AddDays(1))) }
	n = over(steps(t, w, n, "leader", stay(n, 40)))
	refusedAs(t, w, n, "leader", "stay_by_another", stay(n, 21))
	n = over(steps(t, w, n, "leader", stay(n, 20)))
	refusedAs(t, w, n, "leader", "stay_by_another", stay(n, 1))
	n = over(steps(t, w, n, "leader2", stay(n, 60)))
	refusedAs(t, w, n, "leader2", "stay_by_another", stay(n, 1))
	n = over(steps(t, w, n, "leader3", stay(n, 60)))
	for _, who := range []string{"leader", "leader2", "leader3"} {
		refusedAs(t, w, n, who, "stays_used_up", stay(n, 1))
	}

	n = served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "leader", stay(n, 50))
	n = steps(t, w, n, "secretary", reportOf(n.c, true), "officer", lifecycle.AcceptReport{})
	require.Equal(t, lifecycle.LookBackPending, n.c.Stage)
	require.Nil(t, n.c.Stay, "a stay ends with what it stood for")
	refusedAs(t, w, n, "leader", "wrong_stage", stay(n, 5))
}

// Section 6, 5: a correction for the same unit keeps level and lateness; the due date is
// the later of the former and the one counted anew, once, and a second correction is
// another leader's. To the right unit the clock is fresh.
func TestACorrectionForTheSameUnitClearsNothing(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	cal := w.rules.Calendar
	n := served(t, w, accept(lifecycle.Immediate, ""))
	main, _ := clockOf(n.c, policy.ClockRectification)
	late := w.until(n, noon(cal.AddWorkingDays(main.Due, 6)))
	require.Equal(t, policy.L2, late.c.Level)
	again := func(n *node, leader string) *node {
		return steps(t, w, n, leader, lifecycle.CorrectNotice{Reason: someText}, "officer", lifecycle.SubmitNotice{Text: someText},
			"leader3", lifecycle.ApproveNotice{}, "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	}
	n = again(late, "leader2")
	require.Equal(t, policy.L2, n.c.Level, "the level stays")
	once, _ := clockOf(n.c, policy.ClockRectification)
	require.Equal(t, cal.Add(w.rules.Today(n.now), w.rules.Policy.Rectification.Immediate.Within).Date, once.Due, "the period is counted anew")
	refusedAs(t, w, n, "leader2", "correction_by_another", lifecycle.CorrectNotice{Reason: someText})
	n = w.until(n, noon(w.rules.Today(n.now).AddDays(3)))
	n = again(n, "leader")
	twice, _ := clockOf(n.c, policy.ClockRectification)
	require.Equal(t, once.Due, twice.Due, "and not twice")

	n = steps(t, w, late, "leader2", lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Confirmed: true})
	require.Equal(t, policy.L0, n.c.Level, "the right unit starts from nothing")
	_, runs := clockOf(n.c, policy.ClockRectification)
	require.False(t, runs)
}
