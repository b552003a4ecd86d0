package lifecycle_test

// Each of these was once decided otherwise than the specification says.

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

var oneDone = []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}

func everyRole(account string) lifecycle.Actor {
	a := lifecycle.Actor{Account: account, Name: account}
	for _, r := range lifecycle.Roles() {
		if !r.OfUnit() {
			a.Roles = append(a.Roles, r)
		}
	}
	return a
}

func asOne(t *testing.T, w *walk, n *node, a lifecycle.Actor, list ...lifecycle.CommandBody) *node {
	t.Helper()
	for _, b := range list {
		e := w.command(n, b, a)
		require.NoError(t, e.refusal, "%s", b.Kind())
		n = e.to
	}
	return n
}

func good(n int) []lifecycle.LookBackPoint {
	var l []lifecycle.LookBackPoint
	for i := range n {
		l = append(l, lifecycle.LookBackPoint{No: i + 1, InPlace: true, Account: someText})
	}
	return l
}

// Section 3, record_look_back: the third time -> task for a leader.
func TestThirdTimeIsALeadersTask(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone}, "officer", lifecycle.AcceptReport{})
	n.now = noon(day("2026-05-12"))
	for range 3 {
		n = steps(t, w, n, "lead", lifecycle.RecordArrival{On: day("2026-05-12"), Persons: []string{"lead", "second"}},
			"lead", lifecycle.RecordLookBack{Result: lifecycle.Unverifiable})
	}
	k, _ := clockOf(n.c, policy.ClockLookBack)
	require.Equal(t, []lifecycle.Recipient{{Role: lifecycle.Leader}}, n.c.Chased(k))
	decision, _ := clockOf(n.c, policy.ClockDraw)
	require.Equal(t, w.rules.Calendar.AddWorkingDays(day("2026-05-12"), 3), decision.Due, "and has days for it, not months")
	arrive := lifecycle.RecordArrival{On: day("2026-05-12"), Persons: []string{"lead", "second"}}
	require.Equal(t, "not_drawn", codeOf(w.command(n, arrive, people["lead"]).refusal))
	require.False(t, lifecycle.Barred(n.c, people["leader"], n.c.Doer(k), k, n.now, w.rules), "the leader's task is left out of the leader's tasks")
}

// Section 4, sustained track over: the look-back is the lead's again.
func TestAfterTheTrackTheLeadIsChased(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone}, "officer", lifecycle.AcceptReport{})
	n.now = noon(day("2026-05-12"))
	arrive := lifecycle.RecordArrival{On: day("2026-05-12"), Persons: []string{"lead", "second"}}
	for range 3 {
		n = steps(t, w, n, "lead", arrive, "lead", lifecycle.RecordLookBack{Result: lifecycle.Unverifiable})
	}
	n = steps(t, w, n, "lead", lifecycle.RequestRedraw{Reason: someText}, "leader", lifecycle.DecideRedraw{Granted: true, Reason: someText},
		"lead", arrive, "leader", lifecycle.Sustain{Reason: someText}, "leader", lifecycle.ExitSustained{Reason: someText})
	k, _ := clockOf(n.c, policy.ClockLookBack)
	require.Equal(t, []lifecycle.Recipient{{Role: lifecycle.LookBackLead}}, n.c.Chased(k))
}

// Section 2: report reviewer != look-back lead != closure approver.
func TestWhoRecordedTheResultDoesNotClose(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone}, "officer", lifecycle.AcceptReport{})
	n.now = noon(day("2026-05-12"))
	n = steps(t, w, n, "lead", lifecycle.RecordArrival{On: day("2026-05-12"), Persons: []string{"lead", "everything"}})
	n = asOne(t, w, n, everyRole("everything"), lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: good(1)})
	require.Equal(t, "own_check", codeOf(w.command(n, lifecycle.ApproveClosure{}, everyRole("everything")).refusal))
}

func TestEveryReviewerAndLeadOfTheRound(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	today := w.rules.Today(n.now)
	plan := lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{
		{Text: someText, Kind: lifecycle.Training, Owner: "张三", Due: today.AddDays(5)}, {Text: someText, Kind: lifecycle.Training, Owner: "张三", Due: today.AddDays(5)},
	}}
	both := []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}, {No: 2, Done: true, Account: someText}}
	n = steps(t, w, n, "secretary", plan, "officer", lifecycle.AcceptPlan{}, "secretary", lifecycle.SubmitReport{Items: both})
	n = asOne(t, w, n, everyRole("reviewer"), acceptSome([]int{1, 2}, 1))
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: both[1:]}, "officer", lifecycle.AcceptReport{})
	n.now = noon(day("2026-05-12"))
	arrive := lifecycle.RecordArrival{On: day("2026-05-12"), Persons: []string{"lead", "second"}}
	require.Equal(t, "own_review", codeOf(w.command(n, arrive, everyRole("reviewer")).refusal))
	byFirst := lifecycle.RecordArrival{On: day("2026-05-12"), Persons: []string{"first", "second"}}
	n = asOne(t, w, n, everyRole("first"), byFirst, lifecycle.RecordLookBack{Result: lifecycle.Unverifiable})
	n = steps(t, w, n, "lead", arrive, "lead", lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: good(2)})
	for _, who := range []string{"reviewer", "first"} {
		require.Equal(t, "own_check", codeOf(w.command(n, lifecycle.ApproveClosure{}, everyRole(who)).refusal), who)
	}
	require.NoError(t, w.command(n, lifecycle.ApproveClosure{}, people["leader2"]).refusal)
}

// Section 3: what this person may do now, nothing else.
func TestAllowedNothingElse(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	talk := steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText})
	require.NotContains(t, lifecycle.Allowed(talk.c, people["officer"], talk.now, w.rules), lifecycle.KindRecordMeasure)
	require.Contains(t, lifecycle.Allowed(talk.c, people["leader2"], talk.now, w.rules), lifecycle.KindRecordMeasure)
	require.NotContains(t, lifecycle.Allowed(talk.c, people["leader"], talk.now, w.rules), lifecycle.KindWaiveMeasure)
	require.Contains(t, lifecycle.Allowed(talk.c, people["leader2"], talk.now, w.rules), lifecycle.KindWaiveMeasure)
	late := *n
	late.now = noon(day("2026-03-20"))
	require.NotContains(t, lifecycle.Allowed(late.c, people["secretary"], late.now, w.rules), lifecycle.KindRequestExtension)
	late.now = noon(day("2026-05-20"))
	require.NotContains(t, lifecycle.Allowed(late.c, people["secretary"], late.now, w.rules), lifecycle.KindFileObjection)
}

// ADR 8: only a correction of the notice ends an objection unanswered.
func TestAnObjectionIsNotMergedAway(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n.other = n.c
	n.other.ID = "parent"
	n = steps(t, w, n, "secretary", lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText})
	refusedAs(t, w, n, "leader", "objection_pending", lifecycle.MergeInto{Parent: "parent"})
}

// Every running clock can be answered where the case stands.
func TestMeasuresDoNotPassIntoADraft(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	n = steps(t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, "M0302"))
	n.other = w.opened("parent", n.now)
	e := w.command(n, lifecycle.MergeInto{Parent: "parent"}, people["head"])
	if e.refusal == nil {
		p := &node{c: e.to.other, now: e.to.now}
		require.Empty(t, clocksAnswered(w, p))
	}
}

// merge_into: a leader if it shortens a deadline.
func TestMergingShortensTheChildsDeadline(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	parent := served(t, w, accept(lifecycle.Immediate, "")).c // 15 WD
	parent.ID = "parent"
	n := served(t, w, accept(lifecycle.ByDeadline, "")) // 2 M
	n.other = parent
	refusedAs(t, w, n, "head", "shortens_deadline", lifecycle.MergeInto{Parent: "parent"})
	steps(t, w, n, "leader", lifecycle.MergeInto{Parent: "parent"})
}

// Section 4, rectifying after a return: max(main due + days the committee took, return + 5 WD); a day counts once.
func TestAStayInAReviewCountsOnce(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, "")) // received 03-02, due 03-23
	n.now = noon(day("2026-03-20"))
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone})
	n.now = noon(day("2026-04-20"))
	n = steps(t, w, n, "leader", lifecycle.GrantStay{Until: day("2026-04-30"), Reason: someText},
		"officer", lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: 1, Reason: someText}}})
	n.now = noon(day("2026-04-22"))
	n = steps(t, w, n, "leader", lifecycle.EndStay{Reason: someText})
	// 5 WD from the return and the two days of the stay: 04-27 + 2 WD = 04-29;
	// or the due date and the days of review and stay: 03-23 + 33 D = 04-25.
	require.False(t, clockDue(t, n).After(day("2026-05-06")), "due %s", clockDue(t, n))
}

// The date that a leader grants is final, however late the answer is; a refusal gives
// the days back in which it was owed. Either way the unit is not late for them.
func TestAGrantedDateIsFinal(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	due := clockDue(t, n)
	n = steps(t, w, n, "secretary", lifecycle.RequestExtension{Until: due.AddDays(10), Reason: someText})
	n.now = noon(due.AddDays(14))
	n.c = catchUp(t, n.c, n.now, w.rules)
	no := steps(t, w, n, "leader2", lifecycle.DecideExtension{Reason: someText})
	yes := steps(t, w, n, "leader2", lifecycle.DecideExtension{Granted: true, Reason: someText})
	later := steps(t, w, n, "leader2", lifecycle.DecideExtension{Granted: true, Until: due.AddDays(24), Reason: someText})
	require.Equal(t, due.AddDays(24).String(), clockDue(t, later).String())
	require.Equal(t, w.rules.Calendar.Roll(due.AddDays(10)).Date.String(), clockDue(t, yes).String())
	require.Equal(t, "2026-04-07", clockDue(t, no).String())
	for _, n := range []*node{no, yes, later} {
		require.Zero(t, steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone}).c.Report.Late)
	}
	next := *yes
	next.now = noon(day("2026-04-08"))
	next.c = catchUp(t, next.c, next.now, w.rules)
	require.Equal(t, 2, steps(t, w, &next, "secretary", lifecycle.SubmitReport{Items: oneDone}).c.Report.Late, "from the answer on")
}

// Section 2: who decides an objection took no part before.
func TestTookPart(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	x := everyRole("everything")
	decide := lifecycle.DecideObjection{Outcome: lifecycle.Rejected, Reasons: someText}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	paper := &lifecycle.Paper{On: w.rules.Today(n.now), Scan: scanned}
	object := lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText}
	onPaper := object
	onPaper.Paper = paper
	serving := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	serving = steps(t, w, serving, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""),
		"officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{})
	for name, took := range map[string]*node{
		"paper":   asOne(t, w, n, x, onPaper),
		"refused": steps(t, w, asOne(t, w, serving, x, lifecycle.RecordReceipt{Manner: lifecycle.Refused, On: day("2026-03-02"), Reason: someText, Witness: "甲"}), "secretary", object),
		"assign":  steps(t, w, asOne(t, w, n, x, lifecycle.Assign{Officer: "officer2"}), "secretary", object),
		"report":  asOne(t, w, steps(t, w, n, "secretary", object), x, lifecycle.SubmitReport{Items: oneDone, Paper: paper}),
	} {
		if got := codeOf(w.command(took, decide, x).refusal); got != "took_part" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// 2: talks joined to one that is waived.
func TestJoinedAndWaived(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	talk := lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText}
	n = steps(t, w, n, "leader", talk, "leader", talk, "leader2", lifecycle.WaiveMeasure{No: 1, Reason: someText})
	require.NotEqual(t, lifecycle.Joined, n.c.Measures[1].Status)
}

// 3: a hand-over can be redirected.
func TestRedirectedHandover(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "head", lifecycle.HandOver{To: "successor", Reason: someText})
	refusedAs(t, w, n, "head", "handover_pending", lifecycle.HandOver{To: "successor", Reason: someText})
	n = steps(t, w, n, "head", lifecycle.HandOver{To: "secretary", Reason: someText})
	refusedAs(t, w, n, "successor", "not_successor", lifecycle.AcceptHandover{})
	n = steps(t, w, n, "secretary", lifecycle.AcceptHandover{})
	require.Nil(t, n.c.Handover)
}

// 4: asked while a stay runs.
func TestAskedWhileAStayRuns(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, "")) // due 03-23
	due := clockDue(t, n)
	n = steps(t, w, n, "leader", lifecycle.GrantStay{Until: day("2026-04-10"), Reason: someText})
	n.now = noon(day("2026-04-01"))
	steps(t, w, n, "secretary", lifecycle.RequestExtension{Until: due.AddDays(10), Reason: someText})
}

// The level by order while the check-in's clock runs.
func TestLevelByOrderWhileSustained(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone}, "leader", lifecycle.Sustain{Reason: someText})
	n = steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText, Level: policy.L2})
	require.Equal(t, policy.L2, n.c.Level)
}

// A level that a leader ordered while the unit planned in time stays.
func TestOrderedLevelSurvivesThePlan(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	plan := lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{{Text: someText, Kind: lifecycle.Training, Owner: "张三", Due: w.rules.Today(n.now).AddDays(5)}}}
	n = steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText, Level: policy.L2},
		"secretary", plan, "officer", lifecycle.AcceptPlan{})
	require.Equal(t, policy.L2, n.c.Level)
}

// 1: each case under its own rules.
func TestEachCaseItsOwnRules(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	other := *w.rules.Policy
	clocks := maps.Clone(other.Clocks)
	c := clocks[policy.ClockRectification]
	c.Remind = nil
	clocks[policy.ClockRectification] = c
	other.Clocks = clocks
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n.other = steps(t, w, &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}, "author", newCase(), "author", lifecycle.SubmitDraft{},
		"head", accept(lifecycle.Immediate, ""), "officer", lifecycle.SubmitNotice{Text: someText, Period: lifecycle.Period{N: 25, Unit: "WD"}},
		"leader", lifecycle.ApproveNotice{}, "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic}).c
	n.other.ID = "parent"
	r := w.rules
	r.Of = map[string]lifecycle.Rules{"parent": w.rules}
	r.Policy = &other
	_ = n
	// the subject is under a policy without reminders; the parent is under the default
	events, err := lifecycle.Decide(n.c, []lifecycle.Case{n.other}, lifecycle.Command{ID: "c", Actor: people["leader"], Body: lifecycle.MergeInto{Parent: "parent"}}, n.now, r)
	require.NoError(t, err)
	p := n.other
	for _, e := range events {
		if e.Case == "parent" {
			p = p.Apply(e)
		}
	}
	k, _ := clockOf(p, policy.ClockRectification)
	require.Equal(t, lifecycle.StepRemind, k.Next.Step)
}

// Law 1: a due alarm always moves the alarm forward. The main due date passed
// silently while the unit planned; then a stay was granted and ended.
func TestTheEndOfAStayLeadsBackToNoEarlierDay(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	n = steps(t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.ByDeadline, ""),
		"officer", lifecycle.SubmitNotice{Text: someText, ExternalDue: day("2026-03-06"), Source: "市委巡察办"}, "leader", lifecycle.ApproveNotice{},
		"secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	n.now = noon(day("2026-03-16"))
	n = steps(t, w, n, "secretary", lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{{Text: someText, Kind: lifecycle.Training, Owner: "张三", Due: day("2026-03-17")}}},
		"leader", lifecycle.GrantStay{Until: day("2026-03-25"), Reason: someText}, "officer", lifecycle.AcceptPlan{})
	alarm, _ := n.c.Alarm()
	require.Equal(t, policy.ClockStay, alarm.Clock)
	n = w.alarm(n, alarm).to
	next, _ := n.c.Alarm()
	require.False(t, next.At.Before(alarm.At), "%s at %s leads back to %s at %s", alarm.Kind(), alarm.At, next.Kind(), next.At)
}

// "None of them" is not "all of them": a list of no measures accepts nothing.
func TestAcceptingNoMeasureIsNoAcceptance(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: oneDone})
	require.Equal(t, "count", codeOf(w.command(n, lifecycle.AcceptReport{Accepted: []int{}}, people["officer"]).refusal))
	require.NoError(t, w.command(n, lifecycle.AcceptReport{}, people["officer"]).refusal)
}

// Law 1: another body's date had come by the receipt, and before that date the
// system had been away. The unit was not served then, so its outage moves nothing.
func TestAnOutageBeforeADateThatHadComeByTheReceiptMovesNothing(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	n = steps(t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""),
		"officer", lifecycle.SubmitNotice{Text: someText, ExternalDue: day("2026-03-06"), Source: "市委巡察办"}, "leader", lifecycle.ApproveNotice{})
	n.now = noon(day("2026-03-16"))
	n = steps(t, w, n, "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	main, _ := clockOf(n.c, policy.ClockRectification)
	w.rules.Outages = []lifecycle.Outage{{From: main.DueAt.Add(-time.Hour), To: main.DueAt}}
	alarm, _ := n.c.Alarm()
	require.Equal(t, "rectification.lapse", alarm.Kind())
	e := w.alarm(n, alarm)
	require.Empty(t, alarmMoves(w, e))
	main, _ = clockOf(e.to.c, policy.ClockRectification)
	require.True(t, main.Passed)
	require.Equal(t, day("2026-03-06"), main.Due)
}
