package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// Every paper that leaves has a number of its own kind's series (发文字号), which the
// record allots with the event; what sends none takes none, so that no series has a
// gap.
func TestEveryPaperTakesANumberOfItsSeries(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	// numbered checks the last command's own event and returns where it led.
	numbered := func(n *node, by string, kind lifecycle.PaperKind, body lifecycle.CommandBody) *node {
		t.Helper()
		s := w.command(n, body, people[by])
		require.NoError(t, s.refusal, "%T", body)
		e := s.events[0]
		one, ok := e.Body.(lifecycle.Numbered)
		require.True(t, ok, "%T", body)
		issuing, ok := e.Body.(lifecycle.Issuing)
		require.True(t, ok, "%T", body)
		require.Equal(t, kind, issuing.Issues(s.to.c), "%T", body)
		if kind == "" {
			require.Empty(t, one.Series(), "%T: a number that no paper bears", body)
			return s.to
		}
		require.Contains(t, one.Series(), "/"+policy.Default().Mark(kind)+"/2026", "%T", body)
		return s.to
	}
	one := lifecycle.OrderMeasure{Measure: policy.MeasureSupervisionLetter, Basis: someText}
	record := lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: day("2026-03-02")}}
	appointment := &lifecycle.Appointment{On: day("2026-03-03"), Time: "09:30", Place: "会议室"}

	n := steps(t, w, &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))},
		"author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""), "officer", lifecycle.SubmitNotice{Text: someText})
	numbered(n, "head", "", lifecycle.Void{Reason: someText})
	n = numbered(n, "leader", lifecycle.PaperNotice, lifecycle.ApproveNotice{})
	numbered(n, "leader", lifecycle.PaperWithdrawal, lifecycle.Void{Reason: someText})
	numbered(n, "leader", lifecycle.PaperWithdrawal, lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Confirmed: true})
	numbered(n, "leader", "", lifecycle.CorrectNotice{Reason: someText})
	n = numbered(n, "secretary", lifecycle.PaperReceipt, lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	numbered(n, "leader", "", one)
	numbered(steps(t, w, n, "leader", one), "officer", lifecycle.PaperLetter, record)
	onSite := lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: day("2026-03-02"), Place: "机关", Persons: []string{"书记"}, Requirements: someText}}
	numbered(steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: someText}), "leader", "", onSite)
	talk := lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText}
	numbered(n, "leader", "", talk)
	numbered(steps(t, w, n, "leader", talk), "leader", lifecycle.PaperTalk, lifecycle.FixTalk{No: 1, Talk: *appointment})
	talk.Talk = appointment
	numbered(n, "leader", lifecycle.PaperTalk, talk)
	objected := steps(t, w, n, "secretary", lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText})
	numbered(objected, "leader3", lifecycle.PaperWithdrawal, lifecycle.DecideObjection{Outcome: lifecycle.Upheld, Reasons: someText})
	numbered(objected, "leader3", "", lifecycle.DecideObjection{Outcome: lifecycle.Rejected, Reasons: someText})
	before := objected.c.Notice.Number
	partly := numbered(objected, "leader3", lifecycle.PaperNotice, lifecycle.DecideObjection{Outcome: lifecycle.Partly, Reasons: someText, Text: someText})
	require.Equal(t, before, partly.c.Notice.Replaces, "two papers never bear one number")
}

// Of a letter that went out on paper the number of the other register is kept; nobody
// types a number of the series.
func TestALettersNumberIsAllotted(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	order := lifecycle.OrderMeasure{Measure: policy.MeasureSupervisionLetter, Basis: someText}
	n := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "leader", order)
	record := func(number string) lifecycle.RecordMeasure {
		return lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: day("2026-03-02"), Number: number}}
	}
	require.Equal(t, "工委督办函〔2026〕1号", steps(t, w, n, "officer", record("")).c.Measures[0].Record.Number)
	require.Equal(t, "工委督办函〔2026〕1号", steps(t, w, n, "officer", record(" ")).c.Measures[0].Record.Number)
	require.Equal(t, "市督办〔2026〕7号", steps(t, w, n, "officer", record("市督办〔2026〕7号")).c.Measures[0].Record.Number)
	refusedAs(t, w, n, "officer", "number_is_allotted", record("工委督办函（2026）7号"))
	early := steps(t, w, n, "leader", lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Confirmed: true}, "leader", order)
	again := record("")
	again.No = 2
	refusedAs(t, w, early, "officer", "letter_before_service", again)
}

// A number is read with its mark and without, in any brackets.
func TestNumbersAreReadWithAndWithoutTheirMark(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"工委督函〔2026〕12号", "〔2026〕12号", "工委督函（２０２６）12号", "工委督函【2026】12号"} {
		require.Equal(t, int64(2026000012), lifecycle.NoticeNumberKey(number), number)
	}
	for _, number := range []string{"", "12号", "工委督函2026年12号", "号〔〕"} {
		require.Zero(t, lifecycle.NoticeNumberKey(number), number)
	}
}
