package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// Who hands a paper in for a unit neither accepts nor returns it, also when the case
// is another's by then; another officer does both, and is chased for it.
func TestWhoFilesAPaperDoesNotDecideOnIt(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	paper := &lifecycle.Paper{On: day("2026-03-02"), Scan: scanned}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	plan := lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{{Text: someText, Kind: lifecycle.OtherRemedy, Owner: "张三", Due: clockDue(t, n)}}}
	plan.Paper = paper
	filed := steps(t, w, n, "officer", plan)
	given := steps(t, w, filed, "head", lifecycle.Assign{Officer: "officer2"})
	for _, n := range []*node{filed, given} {
		refusedAs(t, w, n, "officer", "own_paper", lifecycle.AcceptPlan{})
		refusedAs(t, w, n, "officer", "own_paper", lifecycle.ReturnPlan{Reasons: []string{someText}})
		require.NotContains(t, lifecycle.Allowed(n.c, people["officer"], n.now, w.rules), lifecycle.KindAcceptPlan)
		k, ok := clockOf(n.c, policy.ClockPlanReview)
		require.True(t, ok)
		require.NotEqual(t, lifecycle.Recipient{Account: "officer"}, n.c.Doer(k), "somebody who may review it is chased")
		require.True(t, lifecycle.Barred(n.c, people["officer"], n.c.Doer(k), k, n.now, w.rules))
		require.False(t, lifecycle.Barred(n.c, people["officer2"], n.c.Doer(k), k, n.now, w.rules))
	}
	returned := steps(t, w, filed, "officer2", lifecycle.ReturnPlan{Reasons: []string{someText}})
	plan.Paper = nil
	byUnit := steps(t, w, returned, "secretary", plan)
	steps(t, w, byUnit, "officer", lifecycle.AcceptPlan{}) // this one the unit handed in itself

	rectifying := steps(t, w, filed, "officer2", lifecycle.AcceptPlan{})
	report := lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}, Paper: paper}
	reported := steps(t, w, rectifying, "officer", report)
	for _, n := range []*node{reported, steps(t, w, reported, "head", lifecycle.Assign{Officer: "officer2"})} {
		refusedAs(t, w, n, "officer", "own_paper", lifecycle.AcceptReport{})
		refusedAs(t, w, n, "officer", "own_paper", lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: 1, Reason: someText}}})
		steps(t, w, n, "officer2", lifecycle.AcceptReport{})
	}
}

// What somebody reported for the unit he neither declares lasting, nor ends, nor
// closes, nor opens again.
func TestWhoReportsForAUnitDoesNotEndItsCase(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	both := lifecycle.Actor{Account: "both", Name: "身兼两职", Roles: []lifecycle.Role{lifecycle.Officer, lifecycle.Leader}}
	as := func(n *node, body lifecycle.CommandBody) *edge { return w.command(n, body, both) }
	paper := &lifecycle.Paper{On: day("2026-03-02"), Scan: scanned}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	e := as(n, lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}, Paper: paper})
	require.NoError(t, e.refusal)
	require.Equal(t, "own_paper", codeOf(as(e.to, lifecycle.Sustain{Reason: someText}).refusal))

	lasting := steps(t, w, e.to, "leader", lifecycle.Sustain{Reason: someText})
	require.Equal(t, "own_paper", codeOf(as(lasting, lifecycle.ExitSustained{Reason: someText}).refusal))
	byUnit := steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}}, "leader", lifecycle.Sustain{Reason: someText})
	checked := as(byUnit, lifecycle.CheckIn{Account: someText, Paper: paper})
	require.NoError(t, checked.refusal)
	require.Equal(t, "own_paper", codeOf(as(checked.to, lifecycle.ExitSustained{Reason: someText}).refusal))

	accepted := steps(t, w, e.to, "officer2", lifecycle.AcceptReport{})
	accepted.now = noon(day("2026-04-20"))
	looked := steps(t, w, accepted, "lead", lifecycle.RecordArrival{On: day("2026-04-20"), Persons: []string{"lead", "second"}},
		"lead", lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: someText}}})
	require.Equal(t, "own_paper", codeOf(as(looked, lifecycle.ApproveClosure{}).refusal))
	require.Equal(t, "own_paper", codeOf(as(looked, lifecycle.RefuseClosure{Reason: someText}).refusal))
	closed := steps(t, w, looked, "leader", lifecycle.ApproveClosure{})
	require.Equal(t, "own_paper", codeOf(as(closed, lifecycle.Reopen{Reason: someText}).refusal))
	steps(t, w, closed, "leader", lifecycle.Reopen{Reason: someText})
}

// Everybody who stood in the room is kept from the closing and the reopening, not the
// lead alone, and also when another look-back followed.
func TestWhoStoodInTheRoomDoesNotClose(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	second := lifecycle.Actor{Account: "second", Name: "随行领导", Roles: []lifecycle.Role{lifecycle.Inspector, lifecycle.Leader}}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	reported := steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}}, "officer", lifecycle.AcceptReport{})
	reported.now = noon(day("2026-04-20"))
	arrival := lifecycle.RecordArrival{On: day("2026-04-20"), Persons: []string{"lead", "second"}}
	good := lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: someText}}}
	looked := steps(t, w, reported, "lead", arrival, "lead", good)
	require.Equal(t, "own_check", codeOf(w.command(looked, lifecycle.ApproveClosure{}, second).refusal))
	require.Equal(t, "own_check", codeOf(w.command(looked, lifecycle.RefuseClosure{Reason: someText}, second).refusal))

	again := steps(t, w, looked, "leader", lifecycle.RefuseClosure{Reason: someText})
	again.now = noon(day("2026-04-21"))
	others := lifecycle.RecordArrival{On: day("2026-04-21"), Persons: []string{"lead", "author"}}
	looked = steps(t, w, again, "lead", others, "lead", good)
	require.Equal(t, "own_check", codeOf(w.command(looked, lifecycle.ApproveClosure{}, second).refusal))
	closed := steps(t, w, looked, "leader", lifecycle.ApproveClosure{})
	require.Equal(t, "own_check", codeOf(w.command(closed, lifecycle.Reopen{Reason: someText}, second).refusal))
	steps(t, w, closed, "leader", lifecycle.Reopen{Reason: someText})
}
