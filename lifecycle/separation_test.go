package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// TestSeparationOfDuties: lifecycle.md section 2. Somebody who holds every role
// of the committee is refused for what he did before, and a colleague is not.
func TestSeparationOfDuties(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	everything := lifecycle.Actor{Account: "everything", Name: "身兼数职"}
	for _, r := range lifecycle.Roles() {
		if !r.OfUnit() {
			everything.Roles = append(everything.Roles, r)
		}
	}
	do := func(n *node, body lifecycle.CommandBody) *node {
		t.Helper()
		e := w.command(n, body, everything)
		require.NoError(t, e.refusal)
		return e.to
	}
	refused := func(n *node, code, colleague string, body lifecycle.CommandBody) {
		t.Helper()
		e := w.command(n, body, everything)
		require.ErrorIs(t, e.refusal, lifecycle.ErrForbidden)
		require.Equal(t, code, codeOf(e.refusal))
		require.NotContains(t, lifecycle.Allowed(n.c, lifecycle.Actor{Account: "everything"}, n.now, w.rules), body.Kind())
		require.NoError(t, w.command(n, body, people[colleague]).refusal, "%s may", colleague)
	}
	start := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}

	// author ≠ head who accepts
	n := do(do(start, newCase()), lifecycle.SubmitDraft{})
	refused(n, "own_finding", "head", accept(lifecycle.Immediate, ""))
	// drafter ≠ signer
	n = steps(t, w, n, "head", accept(lifecycle.Immediate, ""))
	drafted := do(n, lifecycle.SubmitNotice{Text: someText})
	refused(drafted, "own_draft", "leader", lifecycle.ApproveNotice{})

	n = served(t, w, accept(lifecycle.Immediate, ""))
	// who decides an objection took no part before
	took := do(n, lifecycle.GrantStay{Until: day("2026-03-20"), Reason: someText})
	took = steps(t, w, took, "secretary", lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText})
	refused(took, "took_part", "leader2", lifecycle.DecideObjection{Outcome: lifecycle.Rejected, Reasons: someText})
	// nobody approves his own extension, also one he carried for a unit on paper
	paper := &lifecycle.Paper{On: day("2026-03-02"), Scan: scanned}
	asked := do(n, lifecycle.RequestExtension{Until: clockDue(t, n).AddDays(7), Reason: someText, Paper: paper})
	refused(asked, "own_extension", "leader2", lifecycle.DecideExtension{Granted: true, Reason: someText})
	// nor waives his own order
	ordered := do(n, lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText})
	refused(ordered, "own_order", "leader2", lifecycle.WaiveMeasure{No: 1, Reason: someText})

	// report reviewer ≠ look-back lead ≠ closure approver
	items := []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}
	reviewed := do(steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: items}), lifecycle.AcceptReport{})
	reviewed.now = noon(day("2026-04-20"))
	arrival := lifecycle.RecordArrival{On: day("2026-04-20"), Persons: []string{"lead", "second"}}
	refused(reviewed, "own_review", "lead", arrival)
	there := steps(t, w, reviewed, "lead", arrival)
	good := lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: someText}}}
	refused(there, "own_review", "lead", good)
	refused(steps(t, w, there, "lead", good), "own_check", "leader2", lifecycle.ApproveClosure{})

	led := steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: items}, "officer", lifecycle.AcceptReport{})
	led.now = noon(day("2026-04-20"))
	led = do(do(led, lifecycle.RecordArrival{On: day("2026-04-20"), Persons: []string{"everything", "second"}}), good)
	refused(led, "own_check", "leader2", lifecycle.ApproveClosure{})
	refused(led, "own_check", "leader2", lifecycle.RefuseClosure{Reason: someText})
}

// A draft is its author's, a look-back's result is for those who came, and a
// hand-over is for the successor it names.
func TestWhoseItIs(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	refusedAs(t, w, steps(t, w, n, "author", newCase()), "officer", "not_author", lifecycle.SubmitDraft{})
	n = served(t, w, accept(lifecycle.Immediate, ""))
	offered := steps(t, w, n, "head", lifecycle.HandOver{To: "successor", Reason: someText})
	refusedAs(t, w, offered, "secretary", "not_successor", lifecycle.AcceptHandover{})
	talk := steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Owner: "leader2"})
	held := lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{
		On: day("2026-03-02"), Place: "会议室", HeldBy: "leader2", With: []lifecycle.PostHolder{{Post: "党组书记", Person: "张三"}},
		Reason: someText, Requirements: someText, Response: someText, Signed: true,
	}}
	refusedAs(t, w, talk, "leader", "not_owner", held)
	steps(t, w, talk, "leader2", held)
}
