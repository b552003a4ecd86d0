package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/policy"
)

// Every figure of the lifecycle that is the committee's to choose is in the
// default policy. Each row names the rule it is of.
func TestDefaultHasTheFiguresOfTheLifecycle(t *testing.T) {
	t.Parallel()
	p := policy.Default()
	within := func(name policy.ClockName) any { return p.Clock(name).Within.String() }
	every := func(name policy.ClockName) any { return p.Clock(name).ThenEvery.String() }
	remind := func(name policy.ClockName) any { return texts(p.Clock(name).Remind) }
	most := func(name policy.ClockName) any { return p.Clock(name).MaxLevel }
	measure := func(kind policy.MeasureKind) any { return p.Measures.Kinds[kind].Within.String() }
	step := func(level policy.Level) any {
		s, _ := p.Step(level)
		return []any{s.After.String(), s.Measure, s.Gate}
	}
	proposed := func(matter string) any {
		m, ok := p.Codes.Matter(matter)
		require.True(t, ok, matter)
		rules := p.Proposed(m.Category, matter)
		require.Len(t, rules, 1, matter)
		return []any{m.ZH, rules[0].Measure}
	}

	for _, row := range []struct {
		rule string
		want any
		got  any
	}{
		{"4 draft: stale after 10 WD", "10WD", within(policy.ClockDraft)},
		{"4 draft: then every 5 WD", "5WD", every(policy.ClockDraft)},
		{"4 triage: 5 WD", "5WD", within(policy.ClockTriage)},
		{"4 triage: then every 3 WD", "3WD", every(policy.ClockTriage)},
		{"4 notice_drafting: 5 WD", "5WD", within(policy.ClockNoticeDrafting)},
		{"4 notice_drafting: then every 3 WD", "3WD", every(policy.ClockNoticeDrafting)},
		{"4 notice_approval: 3 WD", "3WD", within(policy.ClockNoticeApproval)},
		{"4 notice_approval: then every 3 WD", "3WD", every(policy.ClockNoticeApproval)},
		{"4 serving: receipt 3 WD", "3WD", within(policy.ClockReceipt)},
		{"4 serving: then alternative service 2 WD, repeating", "2WD", every(policy.ClockReceipt)},
		{"4 serving: no level before service is recorded", policy.L0, most(policy.ClockReceipt)},
		{"4 planning: 30 D", "30D", within(policy.ClockPlan)},
		{"4 planning: reminders T-5, T-1", []string{"5WD", "1WD"}, remind(policy.ClockPlan)},
		{"4 planning: late: at most L2", policy.L2, most(policy.ClockPlan)},
		{"4 plan_review: 10 D", "10D", within(policy.ClockPlanReview)},
		{"4 plan_review: days beyond it move the unit's due date", policy.L0, most(policy.ClockPlanReview)},
		{"4 rectifying: immediate 15 WD", "15WD", p.Rectification.Immediate.Within.String()},
		{"4 rectifying: by_deadline 2 M", "2M", p.Rectification.ByDeadline.Within.String()},
		{"4 rectifying: due as noticed", "", within(policy.ClockRectification)},
		{"4 rectifying: reminders T-10, T-5, T-1 WD", []string{"10WD", "5WD", "1WD"}, remind(policy.ClockRectification)},
		{"4 rectifying: late: ladder", policy.L5, most(policy.ClockRectification)},
		{"4 rectifying: chase every 3 WD", "3WD", every(policy.ClockRectification)},
		{"6 rule 1: 5 WD at the first return, 3 WD at the second, none after", []string{"5WD", "3WD"}, texts(p.Rectification.Correction)},
		{"4 rectifying after a return: third return", 3, p.Rectification.ReturnsToLevel},
		{"4 rectifying after a return: → L2", policy.L2, p.Rectification.ReturnsLevel},
		{"4 report_review: 10 WD", "10WD", within(policy.ClockReportReview)},
		{"4 report_review: then every 3 WD", "3WD", every(policy.ClockReportReview)},
		{"4 look_back_pending: the window (30–90 D after acceptance)", "30D", p.LookBack.Opens.String()},
		{"4 look_back_pending: the window's end (30–90 D after acceptance)", "90D", within(policy.ClockLookBack)},
		{"4 look_back_pending: then every 3 WD", "3WD", every(policy.ClockLookBack)},
		{"4 look_back_active: result 3 WD after arrival", "3WD", within(policy.ClockLookBackResult)},
		{"4 look_back_active: then every 2 WD", "2WD", every(policy.ClockLookBackResult)},
		{"4 closure_approval: 5 WD", "5WD", within(policy.ClockClosureApproval)},
		{"4 closure_approval: then every 3 WD", "3WD", every(policy.ClockClosureApproval)},
		{"4 closed: 30 D cooling", "30D", within(policy.ClockCooling)},
		{"4 closed: then archived", "", every(policy.ClockCooling)},
		{"4 sustained: check-in every 3 M", "3M", within(policy.ClockCheckIn)},
		{"4 sustained: late: at most L2", policy.L2, most(policy.ClockCheckIn)},
		{"4 sustained: review 1 Y", "12M", within(policy.ClockSustainedReview)},
		{"4 sustained: at 5 Y a leader must decide", "60M", p.Sustained.Limit.String()},
		{"4 transferred: receipt 5 WD", "5WD", within(policy.ClockTransferReceipt)},
		{"4 transferred: then status monthly", "1M", within(policy.ClockTransferStatus)},
		{"4 transferred: then status monthly", "1M", every(policy.ClockTransferStatus)},
		{"4 objection: wrong_unit 5 WD", "5WD", p.Objection.WrongUnitDecide.String()},
		{"4 objection: else 30 D", "30D", p.Objection.Decide.String()},
		{"4 extension: asked ≥ 3 WD before due", "3WD", p.Extension.AskBefore.String()},
		{"4 extension: once a round", 1, p.Extension.PerRound},
		{"4 extension: ≤ 30 D", "30D", p.Extension.Max.String()},
		{"4 extension: decide 2 WD", "2WD", within(policy.ClockExtension)},
		{"4 stay: its end date", "", within(policy.ClockStay)},
		{"4 handover: accept 5 WD", "5WD", within(policy.ClockHandover)},
		{"4 measures: talk 10 WD", "10WD", measure(policy.MeasureReminderTalk)},
		{"4 measures: visit 10 WD", "10WD", measure(policy.MeasureOnSite)},
		{"4 measures: 责成处理 reply 30 D", "30D", measure(policy.MeasurePartyGroupOrder)},
		{"4 measures: list decision 10 WD", "10WD", measure(policy.MeasureNegativeList)},
		{"4 measures: then every 3 WD", "3WD", p.Measures.ThenEvery.String()},
		{"4 ladder: L1 催办 +1 automatic", []any{"1WD", policy.MeasureUrge, policy.GateAutomatic}, step(policy.L1)},
		{"4 ladder: L2 督办函 +5 automatic", []any{"5WD", policy.MeasureSupervisionLetter, policy.GateAutomatic}, step(policy.L2)},
		{"4 ladder: L3 现场督导 +10 gate: approval", []any{"10WD", policy.MeasureOnSite, policy.GateApproval}, step(policy.L3)},
		{"4 ladder: L4 提醒谈话 +15 automatic", []any{"15WD", policy.MeasureReminderTalk, policy.GateAutomatic}, step(policy.L4)},
		{"4 ladder: L5 负面清单 +20 automatic", []any{"20WD", policy.MeasureNegativeList, policy.GateAutomatic}, step(policy.L5)},
		{"4 ladder: later rounds start at L2", policy.L2, p.Rectification.LaterLevel},
		{"4 ladder: later rounds, at least 10 WD", "10WD", p.Rectification.LaterAtLeast.String()},
		{"4 type rules: 未按时交纳党费 → 提醒谈话", []any{"未按时交纳党费", policy.MeasureReminderTalk}, proposed("M0302")},
		{"4 type rules: 组织生活制度不严格 → 负面清单", []any{"组织生活制度不严格", policy.MeasureNegativeList}, proposed("M0301")},
		{"4 type rules: 责任不力、工作滞后 → 现场督导", []any{"责任不力、工作滞后", policy.MeasureOnSite}, proposed("M0101")},
		{"4 type rules: 违规发展党员 → 责成处理", []any{"违规发展党员", policy.MeasurePartyGroupOrder}, proposed("M0401")},
		{"F13 burden guard: inspections of a unit in a year", 2, p.Burden.Inspections},
		{"issue 5 the weight of a unit when inspectees are drawn", []int{1, 3}, []int{p.Draw.Ordinary, p.Draw.Listed}},
		{"E1 a unit merged or split: 5 WD more", "5WD", p.Rectification.Succession.String()},
		{"3 record_look_back: 10 WD for the rest", "10WD", p.Rectification.Rest.String()},
		{"3 record_look_back: 无法核实, the third time → a leader", 3, p.LookBack.ImpossibleToLeader},
		{"3 record_arrival: persons (≥ 2)", 2, p.LookBack.MinPersons},
		{"3 grant_stay: until (≤ 60 D)", "60D", p.Stay.Max.String()},
		{"6 rule 4: up to 180 D in all", "180D", p.Stay.Together().String()},
		{"in real use a day is a day", 24 * time.Hour, p.Time.DayLength.Std()},
		{"papers leave at 08:30", 8*time.Hour + 30*time.Minute, p.Time.PapersLeaveAt.Std()},
		{"spread from 2 minutes", 2 * time.Minute, p.Time.SpreadFrom.Std()},
		{"spread to 30 minutes", 30 * time.Minute, p.Time.SpreadTo.Std()},
		{"fifteen minutes or more without any heartbeat", 15 * time.Minute, p.Time.OutageFrom.Std()},
		{"overlapping the last two hours", 2 * time.Hour, p.Time.OutageBefore.Std()},
	} {
		require.Equal(t, row.want, row.got, row.rule)
	}
}

func texts(periods []calendar.Period) []string {
	all := make([]string, len(periods))
	for i, p := range periods {
		all[i] = p.String()
	}
	return all
}

func TestDefaultIsReadAnewEachTime(t *testing.T) {
	t.Parallel()
	spoiled := policy.Default()
	delete(spoiled.Clocks, policy.ClockPlan)
	spoiled.Ladder[0].After = calendar.Period{}
	require.Equal(t, "30D", policy.Default().Clock(policy.ClockPlan).Within.String())
	require.Equal(t, "1WD", policy.Default().Ladder[0].After.String())
}
