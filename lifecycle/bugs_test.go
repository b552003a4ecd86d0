package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// Mistakes that were made once, each with the sentence of lifecycle.md it broke
// and the smallest case that shows it. Those that a law or a trace shows are not
// repeated here.

// steps runs commands one after the other, none of which may be refused.
func steps(t *testing.T, w *walk, n *node, list ...any) *node {
	t.Helper()
	for i := 0; i < len(list); i += 2 {
		who, ok := list[i].(string)
		require.True(t, ok)
		body, ok := list[i+1].(lifecycle.CommandBody)
		require.True(t, ok)
		e := w.command(n, body, people[who])
		require.NoError(t, e.refusal, "%s", e.body.Kind())
		n = e.to
	}
	return n
}

// served is a case whose notice was received.
func served(t *testing.T, w *walk, finding lifecycle.AcceptFinding) *node {
	t.Helper()
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	return steps(
		t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", finding,
		"officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{},
		"secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic},
	)
}

func refusedAs(t *testing.T, w *walk, n *node, who, code string, body lifecycle.CommandBody) {
	t.Helper()
	require.Equal(t, code, codeOf(w.command(n, body, people[who]).refusal))
}

// Section 3: order_measure is a leader's, an officer's for 催办. Law 6: the level
// rises by an order, which an officer does not give.
func TestOfficerDoesNotRaiseTheLevel(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	urge := lifecycle.OrderMeasure{Measure: policy.MeasureUrge, Basis: someText, Level: policy.L5}
	refusedAs(t, w, n, "officer", "leader_raises", urge)
	require.Equal(t, policy.L5, steps(t, w, n, "leader", urge).c.Level)
}

// Section 3, correct_notice: the first unit's record counts for nothing, and the
// right unit sees none of it.
func TestTheRightUnitStartsFromNothing(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, "M0302"))
	items := []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}
	n = steps(
		t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText},
		"head", lifecycle.HandOver{To: "successor", Reason: someText},
		"secretary", lifecycle.SubmitReport{Items: items},
		"officer", lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: 1, Reason: someText}}},
		"leader", lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Confirmed: true},
		"officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{},
	)
	u := n.c.ForUnit()
	require.Equal(t, "u2", u.Unit)
	require.Nil(t, u.Report)
	require.Empty(t, u.Measures)
	require.Nil(t, n.c.Handover)
	require.Equal(t, 1, n.c.Round)
	// The measure for the type of problem is proposed against the right unit.
	last := n.c.Measures[len(n.c.Measures)-1]
	require.Equal(t, policy.MeasureReminderTalk, last.Kind)
	require.Equal(t, lifecycle.Proposed, last.Status)
}

// Section 1: a proposal that nobody ordered never leaves the committee.
func TestUnitSeesNoProposal(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, "M0302"))
	version := n.c.UnitVersion
	e := w.command(n, lifecycle.WaiveMeasure{No: 1, Reason: someText}, people["leader2"])
	require.NoError(t, e.refusal)
	require.Empty(t, e.to.c.ForUnit().Measures)
	require.Equal(t, version, e.to.c.UnitVersion)
	require.NotContains(t, toldOf(e, w), lifecycle.Recipient{Unit: "u1"})
}

// Section 2: a unit role is for the own unit, also on an account that names no
// unit.
func TestUnitRoleWithoutUnit(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	stray := lifecycle.Actor{Account: "stray", Roles: []lifecycle.Role{lifecycle.UnitSecretary}}
	e := w.command(n, lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText}, stray)
	require.Equal(t, "other_unit", codeOf(e.refusal))
	require.Empty(t, lifecycle.Allowed(n.c, stray, n.now, w.rules))
}

// Section 3, merge_into: what was served does not disappear into what its unit
// does not know of.
func TestServedCaseDoesNotMergeIntoADraft(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	n = steps(
		t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""),
		"officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{},
	)
	n.other = w.opened("parent", n.now)
	refusedAs(t, w, n, "head", "parent_behind", lifecycle.MergeInto{Parent: "parent"})
}

// Section 4: status monthly, counted from the due date; the end of a short month
// does not pull all later ones forward.
func TestMonthlyChaseDoesNotDrift(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2025-12-31"))}
	n = steps(
		t, w, n, "author", newCase(), "leader", lifecycle.Transfer{To: "市纪委", Reason: someText},
		"officer", lifecycle.RecordTransferReceipt{On: day("2025-12-31")},
	)
	var on []string
	for range 5 {
		alarm, ok := n.c.Alarm()
		require.True(t, ok)
		on = append(on, alarm.On.String())
		n = w.alarm(n, alarm).to
	}
	// Due 31 January, a Saturday; then each month on the day of that Monday, or
	// the first working day after it.
	require.Equal(t, []string{"2026-02-02", "2026-03-02", "2026-04-02", "2026-05-06", "2026-06-02"}, on)
}

// Section 4, closed: nobody is chased while a case cools.
func TestNobodyIsChasedWhileACaseCools(t *testing.T) {
	t.Parallel()
	for _, e := range walked().samples {
		if e.to.c.Stage != lifecycle.Closed {
			continue
		}
		for _, k := range e.to.c.Clocks {
			require.Empty(t, e.to.c.Chased(k))
		}
	}
}

// Section 4, reminders: an answer to a request for more time loses none of them.
func TestRefusedExtensionKeepsReminders(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	due := clockDue(t, n)
	n = steps(
		t, w, n, "secretary", lifecycle.RequestExtension{Until: due.AddDays(10), Reason: someText},
		"leader2", lifecycle.DecideExtension{Reason: someText},
	)
	alarm, _ := n.c.Alarm()
	require.Equal(t, w.rules.Calendar.Back(due, 10), alarm.On)
}

// Section 4, sustained: the yearly decision to stay leaves the unit's check-in
// where it was, and a stay ends when the track begins.
func TestRenewalLeavesTheCheckIn(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	items := []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}
	n = steps(
		t, w, n, "secretary", lifecycle.SubmitReport{Items: items},
		"leader", lifecycle.GrantStay{Until: w.rules.Today(n.now).AddDays(20), Reason: someText},
		"leader", lifecycle.Sustain{Reason: someText},
	)
	require.Nil(t, n.c.Stay)
	first, _ := clockOf(n.c, policy.ClockCheckIn)
	require.NotNil(t, first.Next)
	n.now = n.now.Add(30 * 24 * time.Hour)
	n = steps(t, w, n, "leader", lifecycle.Sustain{Reason: someText})
	again, _ := clockOf(n.c, policy.ClockCheckIn)
	require.Equal(t, first.Due, again.Due)
}

// Section 2, One of each: a talk that is open in this case is joined too.
func TestOneTalkInOneCase(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	talk := lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText}
	n = steps(t, w, n, "leader", talk, "leader", talk)
	var status []lifecycle.MeasureStatus
	for _, m := range n.c.Measures {
		status = append(status, m.Status)
	}
	require.Equal(t, []lifecycle.MeasureStatus{lifecycle.Ordered, lifecycle.Joined}, status)
	require.Len(t, slices.DeleteFunc(slices.Clone(n.c.Clocks), func(k lifecycle.Clock) bool { return k.Measure == 0 }), 1)
}

// Section 3, void: voiding a parent gives its children back as they were, with
// the stay that one of them had; its end then comes like any other.
func TestAChildComesBackWithItsStay(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "leader", lifecycle.GrantStay{Until: w.rules.Today(n.now).AddDays(20), Reason: someText})
	n.other = served(t, w, accept(lifecycle.Immediate, "")).c
	n.other.ID = "parent"
	n = steps(t, w, n, "leader", lifecycle.MergeInto{Parent: "parent"})
	var back *edge
	w.relative(n, n.other, lifecycle.Void{Reason: someText}, "leader2", func(e *edge) { back = e })
	require.NoError(t, back.refusal)
	n = back.to
	require.Equal(t, lifecycle.Rectifying, n.c.Stage)
	require.NotNil(t, n.c.Stay)
	alarm, ok := n.c.Alarm()
	require.True(t, ok)
	require.Equal(t, policy.ClockStay, alarm.Clock)
	n = w.alarm(n, alarm).to
	require.Nil(t, n.c.Stay)
	main, _ := clockOf(n.c, policy.ClockRectification)
	require.NotNil(t, main.Next)
}

// Section 4, One of each: one entry per list, unit and year, also when the entry
// is this case's own and carried out.
func TestOneEntryAYearInOneCase(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	entry := lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: someText}
	n = steps(
		t, w, n, "leader", entry, "leader",
		lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: w.rules.Today(n.now), Number: "〔2026〕1号"}},
		"leader", entry,
	)
	require.Equal(t, lifecycle.Joined, n.c.Measures[1].Status)
	n.now = n.now.AddDate(1, 0, 0)
	n = steps(t, w, n, "leader", entry)
	require.Equal(t, lifecycle.Ordered, n.c.Measures[2].Status, "another year has its own list")
}

// Section 1: draft to notice_approval do not exist for a unit, so no letter
// tells it of what is ordered or cancelled there.
func TestNoLetterBeforeTheNoticeIsServed(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	n = steps(t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""))
	unit := lifecycle.Recipient{Unit: "u1"}
	for _, body := range []lifecycle.CommandBody{
		lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText},
		lifecycle.OrderMeasure{Measure: policy.MeasureUrge, Basis: someText},
	} {
		e := w.command(n, body, people["leader"])
		require.NoError(t, e.refusal)
		n = e.to
		for _, l := range lifecycle.Letters(n.c, e.events[0], w.rules) {
			require.NotEqual(t, unit, l.To)
		}
	}
	e := w.command(n, lifecycle.Void{Reason: someText}, people["head"])
	require.NoError(t, e.refusal)
	for _, event := range e.events {
		for _, l := range lifecycle.Letters(e.to.c, event, w.rules) {
			require.NotEqual(t, unit, l.To, "%s", event.Kind)
		}
	}
}

// Section 4, type rules: a matter is a code under its category. When triage
// finds another category, the matter of the draft is not the finding's.
func TestMatterOfAnotherCategoryFallsAway(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	draft := newCase()
	draft.Matter = "M0302"
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	n = steps(t, w, n, "author", draft, "author", lifecycle.SubmitDraft{})
	require.Equal(t, "M0302", steps(t, w, n, "head", accept(lifecycle.Immediate, "")).c.Finding.Matter)
	other := accept(lifecycle.Immediate, "")
	other.Category = "C04"
	n = steps(t, w, n, "head", other)
	require.Empty(t, n.c.Finding.Matter)
	require.Empty(t, n.c.Measures)
}

// Section 2: who decides an objection took no part before; what a leader decided
// of measures or of a stay's end is such a part.
func TestWhoOrderedAMeasureDecidesNoObjection(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	until := w.rules.Today(n.now).AddDays(20)
	order := lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText}
	postpone := lifecycle.PostponeMeasure{No: 1, Until: until.AddDays(5), Reason: someText}
	object := lifecycle.FileObjection{Objection: lifecycle.Handling, Grounds: someText}
	for name, took := range map[string]*node{
		"order":    steps(t, w, n, "leader2", order, "secretary", object),
		"postpone": steps(t, w, n, "leader", order, "leader2", postpone, "secretary", object),
		"waive":    steps(t, w, n, "leader", order, "leader2", lifecycle.WaiveMeasure{No: 1, Reason: someText}, "secretary", object),
		"end_stay": steps(t, w, n, "leader", lifecycle.GrantStay{Until: until, Reason: someText}, "leader2", lifecycle.EndStay{Reason: someText}, "secretary", object),
	} {
		decide := lifecycle.DecideObjection{Outcome: lifecycle.Rejected, Reasons: someText}
		require.Equal(t, "took_part", codeOf(w.command(took, decide, people["leader2"]).refusal), name)
		require.NoError(t, w.command(took, decide, people["leader3"]).refusal, name)
	}
}

// Section 4, look_back_active: the result is due 3 WD after the arrival, not
// after somebody recorded it.
func TestTheResultIsDueFromTheArrival(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	items := []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}
	n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: items}, "officer", lifecycle.AcceptReport{})
	n.now = n.now.Add(40 * 24 * time.Hour)
	on := w.rules.Today(n.now).AddDays(-7)
	n = steps(
		t, w, n, "leader", lifecycle.PermitArrival{On: on, Reason: someText},
		"lead", lifecycle.RecordArrival{On: on, Persons: []string{"lead", "second"}},
	)
	result, _ := clockOf(n.c, policy.ClockLookBackResult)
	require.Equal(t, on, result.Start)
	require.Equal(t, w.rules.Calendar.AddWorkingDays(on, 3), result.Due)
}

func clockDue(t *testing.T, n *node) lifecycle.Date {
	t.Helper()
	k, ok := clockOf(n.c, policy.ClockRectification)
	require.True(t, ok)
	return k.Due
}
