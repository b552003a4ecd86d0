package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// taken is a case in hand of which the notice went out some days before and is due
// some days after today.
func taken(today calendar.Date, stage lifecycle.Stage, kind lifecycle.Type, received, due int) lifecycle.TakeOverCase {
	finding := newCase()
	finding.FoundOn = today.AddDays(-received - 30)
	b := lifecycle.TakeOverCase{OpenCase: finding, ConfirmedBy: "leader", InHand: lifecycle.InHand{
		Stage: stage, Type: kind, Officer: "officer", NoticeNumber: "市直工委函〔2025〕31号", NoticeOn: today.AddDays(-received - 2),
		ReceivedOn: today.AddDays(-received), Due: today.AddDays(due), Responsible: "张三",
	}}
	switch stage { //nolint:exhaustive // the others have nothing of their own
	case lifecycle.Serving:
		b.ReceivedOn = lifecycle.Date{}
	case lifecycle.ReportReview, lifecycle.LookBackPending:
		b.ReportedOn = today.AddDays(-1)
	case lifecycle.Sustained:
		b.SustainedOn, b.Due = today.AddDays(-received/2), lifecycle.Date{}
	}
	return b
}

// inHand are cases in hand of every kind: in time and late, at every stage.
func inHand(today calendar.Date) []lifecycle.CommandBody {
	var list []lifecycle.CommandBody
	add := func(b lifecycle.TakeOverCase, change ...func(*lifecycle.TakeOverCase)) {
		for _, f := range change {
			f(&b)
		}
		list = append(list, b)
	}
	for _, stage := range lifecycle.InHandStages() {
		for _, due := range []int{40, -20} {
			add(taken(today, stage, lifecycle.ByDeadline, 60, due))
		}
	}
	for _, level := range []policy.Level{policy.L2, policy.L5} {
		add(taken(today, lifecycle.Rectifying, lifecycle.Immediate, 60, -20), func(b *lifecycle.TakeOverCase) { b.Level, b.Reminders = level, 3 })
	}
	add(taken(today, lifecycle.ReportReview, lifecycle.SustainedDuty, 60, -20), func(b *lifecycle.TakeOverCase) {
		b.Planned = []string{"建立台账", "开展培训"}
	})
	// Longer on the track than anybody may be.
	add(taken(today, lifecycle.Sustained, lifecycle.SustainedDuty, 4400, 1))
	return list
}

// takeOver takes a case over at noon of 2 March 2026.
func takeOver(t *testing.T, w *walk, b lifecycle.TakeOverCase) *node {
	t.Helper()
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	e := w.command(n, b, people["officer2"])
	require.NoError(t, e.refusal)
	return e.to
}

// TestACaseInHandGoesOnFromWhereItStood: the due date is the earlier notice's, and
// the number, day and people are in the case.
func TestACaseInHandGoesOnFromWhereItStood(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := takeOver(t, w, taken(day("2026-03-02"), lifecycle.Rectifying, lifecycle.ByDeadline, 30, 30))
	require.Equal(t, lifecycle.Rectifying, n.c.Stage)
	require.Equal(t, "2026-04-01", dueOf(t, n))
	main, _ := clockOf(n.c, policy.ClockRectification)
	require.Equal(t, "2026-01-31", main.Start.String())
	require.Equal(t, &lifecycle.TakenOver{
		On: day("2026-03-02"), ConfirmedBy: "leader", Stage: lifecycle.Rectifying, NoticeNumber: "市直工委函〔2025〕31号", NoticeOn: day("2026-01-29"), Responsible: "张三",
	}, n.c.TakenOver)
	require.Equal(t, "officer", n.c.Officer)
	require.Equal(t, "市直工委函〔2025〕31号", n.c.ForUnit().Notice.Number)
	alarm, _ := n.c.Alarm()
	require.Equal(t, "rectification.remind", alarm.Kind())
}

// TestNobodyIsChasedForDaysBeforeTheTakingOver: whoever was late goes on being late by
// the earlier due date; the ladder goes on from the level entered, at its pace from the
// day of the taking over.
func TestNobodyIsChasedForDaysBeforeTheTakingOver(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		level policy.Level
		stage lifecycle.Stage
		rungs []string
	}{
		"never chased":      {policy.L0, lifecycle.Rectifying, []string{"L1 2026-03-03", "L2 2026-03-09", "L3 2026-03-16", "L4 2026-03-23", "L5 2026-03-30"}},
		"at the second":     {policy.L2, lifecycle.Rectifying, []string{"L3 2026-03-09", "L4 2026-03-16", "L5 2026-03-23"}},
		"still planning":    {policy.L1, lifecycle.Planning, []string{"L2 2026-03-06", "L3 2026-03-13", "L4 2026-03-20", "L5 2026-03-27"}},
		"all of the ladder": {policy.L5, lifecycle.Rectifying, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &walk{rules: defaultRules()}
			today := day("2026-03-02")
			b := taken(today, one.stage, lifecycle.ByDeadline, 200, -100)
			b.Level, b.Reminders = one.level, int(one.level)
			e := w.command(&node{c: lifecycle.Case{ID: "case"}, now: noon(today)}, b, people["officer2"])
			require.NoError(t, e.refusal)
			n := e.to
			for _, event := range e.events {
				require.NotContains(t, []lifecycle.EventKind{lifecycle.EventDeadlineMissed, lifecycle.EventChased, lifecycle.EventLevelRaised, lifecycle.EventMeasureOrdered}, event.Kind)
			}
			require.Equal(t, one.level, n.c.Level)
			k, ok := n.c.UnitOwes()
			require.True(t, ok)
			require.Greater(t, w.rules.Late(k, today), 50, "the lateness is the earlier notice's")
			var rungs []string
			for range 40 {
				alarm, _ := n.c.Alarm()
				require.False(t, alarm.On.Before(today))
				if n = w.alarm(n, alarm).to; alarm.Step == lifecycle.StepEscalate {
					rungs = append(rungs, n.c.Level.String()+" "+alarm.On.String())
				}
				if alarm.Step == lifecycle.StepChase {
					require.GreaterOrEqual(t, w.rules.Calendar.WorkingDaysBetween(today, alarm.On), 3)
				}
			}
			require.Equal(t, one.rungs, rungs)
		})
	}
}

// TestAReportThatWaitedIsJudgedByItsDay: the days until it is answered are not the
// unit's, and it is as late as it was.
func TestAReportThatWaitedIsJudgedByItsDay(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	b := taken(day("2026-03-02"), lifecycle.ReportReview, lifecycle.ByDeadline, 60, 0)
	b.Due, b.ReportedOn, b.Planned = day("2026-02-05"), day("2026-02-09"), []string{"建立台账", "开展培训"}
	n := takeOver(t, w, b)
	require.Equal(t, 2, n.c.Report.Late)
	require.Len(t, n.c.Report.Items, 2)
	n = steps(t, w, n, "officer", lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: 1, Reason: someText}}})
	require.Equal(t, lifecycle.Rectifying, n.c.Stage)
	main, _ := clockOf(n.c, policy.ClockRectification)
	require.True(t, main.Due.After(day("2026-02-24")), "the days it waited are given back")
	require.Equal(t, "张三", n.c.Plan.Measures[1].Owner)
}

// TestWhatIsTakenOverIsWorkedOn: every kind of case in hand comes to its end by the
// ordinary commands.
func TestWhatIsTakenOverIsWorkedOn(t *testing.T) {
	t.Parallel()
	today := day("2026-03-02")
	w := &walk{rules: defaultRules()}
	served := takeOver(t, w, taken(today, lifecycle.Serving, lifecycle.Immediate, 20, 40))
	served = steps(t, w, served, "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	require.Equal(t, "2026-04-13", dueOf(t, served), "the earlier date, rolled from a Saturday")
	for _, n := range []*node{
		served,
		takeOver(t, w, taken(today, lifecycle.Rectifying, lifecycle.ByDeadline, 20, 40)),
		takeOver(t, w, taken(today, lifecycle.Planning, lifecycle.ByDeadline, 20, 40)),
		takeOver(t, w, taken(today, lifecycle.ReportReview, lifecycle.ByDeadline, 20, 40)),
	} {
		if n.c.Stage == lifecycle.Planning {
			n = steps(t, w, n, "secretary", lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{{Text: "建立台账", Kind: lifecycle.EstablishSystem, Owner: "张三", Due: today.AddDays(20)}}}, "officer", lifecycle.AcceptPlan{})
		}
		if n.c.Stage == lifecycle.Rectifying {
			n = steps(t, w, n, "secretary", lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}}})
		}
		n = steps(t, w, n, "officer", lifecycle.AcceptReport{})
		require.Equal(t, lifecycle.LookBackPending, n.c.Stage)
		require.NotNil(t, n.c.Draw)
	}
	n := takeOver(t, w, taken(today, lifecycle.LookBackPending, lifecycle.ByDeadline, 100, -40))
	require.NotNil(t, n.c.Draw, "its look-back is drawn")
	require.Equal(t, today, n.c.AcceptedOn, "in a window that counts from the taking over")
}

// TestWhatCannotBeTakenOver: what contradicts itself is refused by field.
func TestWhatCannotBeTakenOver(t *testing.T) {
	t.Parallel()
	today := day("2026-03-02")
	w := &walk{rules: defaultRules()}
	for _, one := range []struct {
		field, code string
		stage       lifecycle.Stage
		change      func(*lifecycle.TakeOverCase)
	}{
		{"stage", "unknown_code", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Stage = lifecycle.Closed }},
		{"stage", "no_plan_wanted", lifecycle.Planning, func(b *lifecycle.TakeOverCase) { b.Type = lifecycle.Immediate }},
		{"type", "required", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Type = "" }},
		{"officer", "wrong_role", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Officer = "head" }},
		{"notice_number", "required", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.NoticeNumber = "" }},
		{"notice_number", "mark_missing", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.NoticeNumber = "〔2025〕31号" }},
		{"notice_on", "too_early", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.NoticeOn = b.FoundOn.AddDays(-1) }},
		{"notice_on", "in_future", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.NoticeOn = today.AddDays(1) }},
		{"received_on", "required", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.ReceivedOn = lifecycle.Date{} }},
		{"received_on", "too_early", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.ReceivedOn = b.NoticeOn.AddDays(-1) }},
		{"received_on", "not_at_stage", lifecycle.Serving, func(b *lifecycle.TakeOverCase) { b.ReceivedOn = today }},
		{"due", "required", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Due = lifecycle.Date{} }},
		{"due", "too_early", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Due = b.ReceivedOn }},
		{"due", "over_cap", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Due = today.AddMonths(90) }},
		{"reported_on", "required", lifecycle.ReportReview, func(b *lifecycle.TakeOverCase) { b.ReportedOn = lifecycle.Date{} }},
		{"reported_on", "not_at_stage", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.ReportedOn = today }},
		{"sustained_on", "required", lifecycle.Sustained, func(b *lifecycle.TakeOverCase) { b.SustainedOn = lifecycle.Date{} }},
		{"sustained_on", "not_at_stage", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.SustainedOn = today }},
		{"planned", "not_at_stage", lifecycle.Planning, func(b *lifecycle.TakeOverCase) { b.Planned = []string{"建立台账"} }},
		{"level", "not_at_stage", lifecycle.Sustained, func(b *lifecycle.TakeOverCase) { b.Level = policy.L1 }},
		{"level", "unknown_code", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Level = 9 }},
		{"reminders", "count", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Reminders = -1 }},
		{"reminders", "not_at_stage", lifecycle.Serving, func(b *lifecycle.TakeOverCase) { b.Reminders = 1 }},
		{"confirmed_by", "wrong_role", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.ConfirmedBy = "head" }},
		{"confirmed_by", "required", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.ConfirmedBy = "" }},
		{"", "own_take_over", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.ConfirmedBy = "officer2" }},
		{"unit", "unknown_unit", lifecycle.Rectifying, func(b *lifecycle.TakeOverCase) { b.Unit = "u9" }},
	} {
		b := taken(today, one.stage, lifecycle.ByDeadline, 60, 40)
		one.change(&b)
		_, err := lifecycle.Decide(lifecycle.Case{ID: "case"}, nil, lifecycle.Command{ID: "c", Actor: people["officer2"], Body: b}, noon(today), w.rules)
		var refusal *lifecycle.Refusal
		require.ErrorAs(t, err, &refusal, "%s %s", one.field, one.code)
		require.Equal(t, one.code+" "+one.field, refusal.Code+" "+refusal.Field, refusal.ZH)
		require.NotContains(t, refusal.ZH, "“"+one.field+"”")
	}
}

// ADR 33: a number of one of our marks that was given on paper is given to no other paper.
func TestTheNumberOfACaseInHandIsGivenToNoOther(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	for number, want := range map[string]struct {
		series string
		n      int
	}{
		"工委督函〔2026〕12号":   {"paper/工委督函/2026", 12},
		"工委督函(2026)12号":   {"paper/工委督函/2026", 12},
		"工委督函〔2025〕7号":    {"paper/工委督函/2025", 7},
		"工委督 函〔２０２６〕３号":   {"paper/工委督函/2026", 3},
		"市直工委函〔2025〕31号":  {"", 0},
		"市工委督函〔2026〕12号":  {"", 0},
		"工委督函第12号":        {"", 0},
		"工委督函〔2026〕号":     {"", 0},
		"工委督函〔2026〕0号":    {"", 0},
		"工委督函〔2026〕1e9号":  {"", 0},
		"工委督函〔2026〕十二号":   {"", 0},
		"工委督函〔2026〕-12号":  {"", 0},
		"工委督函〔2026〕九九999": {"", 0},
	} {
		b := taken(day("2026-03-02"), lifecycle.Rectifying, lifecycle.ByDeadline, 60, 40)
		b.NoticeNumber = number
		e := w.command(&node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}, b, people["officer2"])
		require.NoError(t, e.refusal, number)
		body, ok := e.events[1].Body.(lifecycle.Reserving)
		require.True(t, ok)
		series, n := body.Reserves()
		require.Equal(t, want.series, series, number)
		require.Equal(t, want.n, n, number)
	}
}
