package e2e_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
)

// Every clock of the alarm table, lifecycle.md section 4, driven by the engine:
// it lapses when it should, and the chase goes on until somebody acts.
func TestEveryClock(t *testing.T) {
	t.Parallel()
	story(t, setup{day: 500 * time.Millisecond, edit: fewMonths}, everyClock)
}

// fewMonths shortens what lasts for months, so that days can be long enough for
// the machine. The look-back's window opens at once.
func fewMonths(text []byte) []byte {
	for _, change := range [][2]string{
		{"look_back: {within: 90D,", "look_back: {within: 20D,"},
		{"look_back: {opens: 30D,", "look_back: {opens: 1D,"},
		{"cooling: {within: 30D,", "cooling: {within: 10D,"},
		{"sustained_review: {within: 12M,", "sustained_review: {within: 1M,"},
		{"check_in: {within: 3M,", "check_in: {within: 1M,"},
		{"transfer_status: {within: 1M, then_every: 1M,", "transfer_status: {within: 10D, then_every: 10D,"},
	} {
		text = bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
	}
	return text
}

func everyClock(t *testing.T, s setup) {
	t.Helper()
	ctx := context.Background()
	k := newStack(t, s)
	p := k.people
	review := append(p.UpToServing(lifecycle.Immediate), p.Sign(), p.Report(1))
	accepted := append(slices.Clone(review), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})
	planned := append(p.UpToServing(lifecycle.ByDeadline), p.Sign())
	working := append(p.UpToServing(lifecycle.Immediate), p.Sign())
	for _, clock := range []struct {
		name  policy.ClockName
		steps []casetest.Step
		// then brings the case on from there.
		then func(t *testing.T, l *casetest.Life)
	}{
		{name: policy.ClockDraft},
		{name: policy.ClockTriage, steps: p.UpToServing(lifecycle.Immediate)[:1]},
		{name: policy.ClockNoticeDrafting, steps: p.UpToServing(lifecycle.Immediate)[:2]},
		{name: policy.ClockNoticeApproval, steps: p.UpToServing(lifecycle.Immediate)[:3]},
		{name: policy.ClockReceipt, steps: p.UpToServing(lifecycle.Immediate)},
		{name: policy.ClockPlan, steps: planned},
		{name: policy.ClockPlanReview, steps: planned, then: func(t *testing.T, l *casetest.Life) {
			t.Helper()
			l.Must(ctx, t, casetest.Step{By: p.Secretary, Body: &lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{
				{Text: "建立台账", Kind: lifecycle.EstablishSystem, Owner: "机关党委", Due: k.today().AddDays(20)},
			}}})
		}},
		{name: policy.ClockRectification, steps: working},
		{name: policy.ClockReportReview, steps: review},
		{name: policy.ClockLookBack, steps: accepted},
		{name: policy.ClockDraw, steps: accepted, then: func(t *testing.T, l *casetest.Life) {
			t.Helper()
			l.Must(ctx, t, casetest.Step{By: p.Lead, Body: &lifecycle.RequestRedraw{Reason: "检查组有人外出"}})
		}},
		{name: policy.ClockLookBackResult, steps: accepted, then: func(t *testing.T, l *casetest.Life) {
			t.Helper()
			k.arrive(ctx, l)
		}},
		{name: policy.ClockClosureApproval, steps: accepted, then: func(t *testing.T, l *casetest.Life) {
			t.Helper()
			k.lookBack(ctx, l)
		}},
		{name: policy.ClockCheckIn, steps: append(slices.Clone(review), casetest.Step{By: p.Leader, Body: &lifecycle.Sustain{Reason: "长期坚持"}})},
		{name: policy.ClockSustainedReview, steps: append(slices.Clone(review), casetest.Step{By: p.Leader, Body: &lifecycle.Sustain{Reason: "长期坚持"}})},
		{name: policy.ClockTransferReceipt, steps: append(slices.Clone(working), casetest.Step{By: p.Leader, Body: &lifecycle.Transfer{To: "机关纪检监察工委", Reason: "移送"}})},
		{
			name: policy.ClockTransferStatus, steps: append(slices.Clone(working), casetest.Step{By: p.Leader, Body: &lifecycle.Transfer{To: "机关纪检监察工委", Reason: "移送"}}),
			then: func(t *testing.T, l *casetest.Life) {
				t.Helper()
				l.Must(ctx, t, casetest.Step{By: p.Officer, Body: &lifecycle.RecordTransferReceipt{On: k.today()}})
			},
		},
		{name: policy.ClockObjection, steps: append(slices.Clone(working), casetest.Step{By: p.Secretary, Body: &lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: "与事实不符"}})},
		{name: policy.ClockExtension, steps: working, then: func(t *testing.T, l *casetest.Life) {
			t.Helper()
			due := k.due(l.Case)
			l.Must(ctx, t, casetest.Step{By: p.Secretary, Body: &lifecycle.RequestExtension{Until: due.Due.AddDays(10), Reason: "搬迁"}})
		}},
		{name: policy.ClockHandover, steps: append(slices.Clone(working), casetest.Step{By: p.Head, Body: &lifecycle.HandOver{To: p.Secretary.Account, Reason: "书记调整"}})},
		{name: "measure", steps: append(slices.Clone(working), casetest.Step{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "责任不力"}})},
	} {
		t.Run(string(clock.name), func(t *testing.T) {
			t.Parallel()
			k.shortage.attempt(func() {
				l := k.life("clock-" + string(clock.name))
				k.swiftly(ctx, l, append([]casetest.Step{p.Finding(string(clock.name), k.today())}, clock.steps...)...)
				if clock.then != nil {
					clock.then(t, l)
				}
				k.await(l.Case, 2*time.Minute, "it lapses and chases twice", func(c lifecycle.Case) bool {
					return slices.ContainsFunc(c.Clocks, func(c lifecycle.Clock) bool {
						return c.Name == clock.name && c.Passed && c.Chases >= 2 && c.Next != nil
					})
				})
				l.Must(ctx, t, casetest.Step{By: k.people.Leader, Body: &lifecycle.Note{Text: "见到催办"}})
			})
		})
	}
	t.Run("cooling", func(t *testing.T) {
		t.Parallel()
		k.shortage.attempt(func() {
			l := k.life("clock-cooling")
			k.swiftly(ctx, l, append([]casetest.Step{p.Finding("cooling", k.today())}, accepted...)...)
			k.lookBack(ctx, l)
			l.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.ApproveClosure{}})
			k.await(l.Case, time.Minute, "archived", func(c lifecycle.Case) bool { return c.Stage == lifecycle.Archived })
		})
	})
	t.Run("stay", func(t *testing.T) {
		t.Parallel()
		k.shortage.attempt(func() {
			l := k.life("clock-stay")
			k.swiftly(ctx, l, append([]casetest.Step{p.Finding("stay", k.today())}, working...)...)
			before := k.due(l.Case).Due
			k.swiftly(ctx, l, casetest.Step{By: p.Leader, Body: &lifecycle.GrantStay{Until: k.today().AddDays(14), Reason: "机构改革"}})
			k.await(l.Case, time.Minute, "the stay to end", func(c lifecycle.Case) bool { return c.Stay == nil })
			require.True(t, k.due(l.Case).Due.After(before), "later by the days it stood")
		})
	})
}
