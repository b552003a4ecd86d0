package lifecycle_test

import (
	"slices"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

const (
	someText = "详见材料。"
	scanned  = "evidence:scan"
)

func newCase() lifecycle.OpenCase {
	return lifecycle.OpenCase{
		Unit: "u1", Title: "组织生活不规范", Facts: "抽查发现记录不全。", FoundOn: day("2024-01-02"),
		Method: "inspection", Category: "C03", Evidence: []string{"照片一"},
	}
}

func accept(kind lifecycle.Type, matter string) lifecycle.AcceptFinding {
	return lifecycle.AcceptFinding{
		Category: "C03", Dimension: "D4", Severity: "minor", Basis: "责任清单第三项", RootCause: "R1",
		Type: kind, Officer: "officer", Matter: matter,
	}
}

// bodies lists commands worth trying on the case on the day today: for every
// kind those that can lead somewhere, with dates that are good on that day.
func bodies(c lifecycle.Case, today calendar.Date) []lifecycle.CommandBody {
	title := "组织生活不够规范"
	paper := &lifecycle.Paper{On: today, Scan: scanned}
	list := []lifecycle.CommandBody{
		lifecycle.AmendDraft{Title: &title},
		lifecycle.SubmitDraft{},
		lifecycle.ReturnDraft{Reason: someText},
		accept(lifecycle.Immediate, ""),
		accept(lifecycle.ByDeadline, "M0302"),
		accept(lifecycle.SustainedDuty, ""),
		lifecycle.SubmitNotice{Text: someText},
		lifecycle.SubmitNotice{Text: someText, ExternalDue: today.AddDays(1), Source: "市委巡察办"},
		lifecycle.ReturnNotice{Reason: someText},
		lifecycle.ApproveNotice{},
		lifecycle.CorrectNotice{Reason: someText},
		lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Confirmed: true},
		lifecycle.ReturnPlan{Reasons: []string{someText}},
		lifecycle.AcceptPlan{},
		lifecycle.Sustain{Reason: someText},
		lifecycle.CheckIn{Account: someText},
		lifecycle.CheckIn{Account: someText, Paper: paper},
		lifecycle.ExitSustained{Reason: someText},
		lifecycle.RequestRedraw{Reason: someText},
		lifecycle.DecideRedraw{Granted: true, Reason: someText},
		lifecycle.DecideRedraw{Reason: someText},
		lifecycle.RequestOpening{Reason: someText},
		lifecycle.DecideOpening{Granted: true, Reason: someText},
		lifecycle.DecideOpening{Reason: someText},
		lifecycle.AnnounceLookBack{On: workingDay(today), Persons: []string{"lead", "author", "leader3"}, Reason: someText},
		lifecycle.PermitArrival{Reason: someText},
		lifecycle.RecordArrival{On: today, Persons: []string{"lead", "author", "leader3"}},
		lifecycle.ApproveClosure{},
		lifecycle.RefuseClosure{Reason: someText},
		lifecycle.Reopen{Reason: someText},
		lifecycle.FileObjection{Objection: lifecycle.WrongUnit, Grounds: someText},
		lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText},
		lifecycle.FileObjection{Objection: lifecycle.Handling, Grounds: someText, Paper: paper},
		lifecycle.DecideObjection{Outcome: lifecycle.Upheld, Reasons: someText},
		lifecycle.DecideObjection{Outcome: lifecycle.Partly, Reasons: someText, Text: someText},
		lifecycle.DecideObjection{Outcome: lifecycle.Rejected, Reasons: someText},
		lifecycle.DecideDue{Holds: lifecycle.DueExternal, Reason: someText},
		lifecycle.DecideDue{Holds: lifecycle.DueReceipt, Reason: someText},
		lifecycle.GrantStay{Until: today.AddDays(12), Reason: someText},
		lifecycle.EndStay{Reason: someText},
		lifecycle.Assign{Officer: "officer2"},
		lifecycle.Note{Text: someText},
		lifecycle.HandOver{To: "successor", Reason: someText},
		lifecycle.AcceptHandover{},
		lifecycle.Void{Reason: someText},
		lifecycle.Transfer{To: "市纪委机关工委", Reason: someText},
		lifecycle.RecordTransferReceipt{On: today},
		lifecycle.TakeBack{Reason: someText},
		lifecycle.DecideExtension{Granted: true, Reason: someText},
		lifecycle.DecideExtension{Reason: someText},
		lifecycle.OrderMeasure{Measure: policy.MeasureUrge, Basis: someText},
	}
	list = append(list, receipts(today)...)
	list = append(list, papers(c, today, paper)...)
	list = append(list, entryCorrections(c, today)...)
	return append(list, measures(c, today)...)
}

// workingDay is the day or the next working day.
func workingDay(d calendar.Date) calendar.Date { return calendar.Builtin().Roll(d).Date }

func receipts(today calendar.Date) []lifecycle.CommandBody {
	return []lifecycle.CommandBody{
		lifecycle.RecordReceipt{Manner: lifecycle.Electronic},
		lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: today, Scan: scanned},
		lifecycle.RecordReceipt{Manner: lifecycle.Refused, On: today, Reason: someText, Witness: "见证人"},
		lifecycle.RecordReceipt{Manner: lifecycle.Alternative, On: today, Reason: someText},
	}
}

// papers are the plan, the reports, the look-back and the request for more
// time, whose content depends on the case.
func papers(c lifecycle.Case, today calendar.Date, paper *lifecycle.Paper) []lifecycle.CommandBody {
	plan := []lifecycle.PlannedMeasure{
		{Text: "建立台账", Kind: lifecycle.EstablishSystem, Owner: "张三", Due: today.AddDays(1)},
		{Text: "开展培训", Kind: lifecycle.Training, Owner: "李四", Due: today.AddDays(1)},
	}
	main, _ := clockOf(c, policy.ClockRectification)
	list := []lifecycle.CommandBody{
		lifecycle.SubmitPlan{Measures: plan},
		lifecycle.SubmitPlan{Measures: plan, Paper: paper},
		lifecycle.RequestExtension{Until: main.Due.AddDays(10), Reason: someText},
		lifecycle.RequestExtension{Until: main.Due.AddDays(10), Reason: someText, Paper: paper},
	}
	items, open := reportItems(c)
	report := lifecycle.SubmitReport{Items: items}
	onPaper := lifecycle.SubmitReport{Items: items, Paper: paper}
	if c.Stage == lifecycle.Serving {
		report.Receipt = &lifecycle.RecordReceipt{Manner: lifecycle.Electronic}
		onPaper.Receipt = &lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: today, Scan: scanned}
	}
	list = append(list, report, onPaper)
	if c.Report != nil && len(c.Report.Items) > 0 {
		list = append(list, lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: c.Report.Items[0].No, Reason: someText}}})
	}
	list = append(list, lifecycle.AcceptReport{})
	if len(open) > 1 {
		list = append(list, acceptSome(open, 1))
	}
	return append(list, lookBacks(c, today)...)
}

// acceptSome accepts the first n of the open measures; the others come back.
func acceptSome(open []int, n int) lifecycle.AcceptReport {
	b := lifecycle.AcceptReport{Accepted: open[:n]}
	for _, no := range open[n:] {
		b.Reasons = append(b.Reasons, lifecycle.ItemReason{No: no, Reason: someText})
	}
	return b
}

func reportItems(c lifecycle.Case) (items []lifecycle.ReportItem, open []int) {
	if c.Plan == nil {
		open = []int{1}
	} else {
		for _, m := range c.Plan.Measures {
			if !m.Accepted {
				open = append(open, m.No)
			}
		}
	}
	for _, no := range open {
		items = append(items, lifecycle.ReportItem{No: no, Done: true, Account: someText})
	}
	return items, open
}

func lookBacks(c lifecycle.Case, today calendar.Date) []lifecycle.CommandBody {
	if c.Plan == nil {
		return nil
	}
	var good, bad []lifecycle.LookBackPoint
	for i, m := range c.Plan.Measures {
		good = append(good, lifecycle.LookBackPoint{No: m.No, InPlace: true, Account: someText})
		bad = append(bad, lifecycle.LookBackPoint{No: m.No, InPlace: i > 0, Account: someText})
	}
	signed := &lifecycle.SpotSignature{By: "leader3", Scan: scanned}
	slip := &lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: today, Scan: scanned}
	return []lifecycle.CommandBody{
		lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: good},
		lifecycle.RecordLookBack{Result: lifecycle.MostlyInPlace, Findings: bad},
		lifecycle.RecordLookBack{Result: lifecycle.NotInPlace, Findings: bad, Feedback: someText},
		lifecycle.RecordLookBack{Result: lifecycle.NotInPlace, Findings: bad, Feedback: someText, Signature: signed},
		lifecycle.RecordLookBack{Result: lifecycle.NotInPlace, Findings: bad, Feedback: someText, Signature: signed, Receipt: slip},
		lifecycle.RecordLookBack{Result: lifecycle.False, Findings: bad, Feedback: someText},
		lifecycle.RecordLookBack{Result: lifecycle.Unverifiable},
	}
}

// measures are the commands on the measures that are still running.
func measures(c lifecycle.Case, today calendar.Date) []lifecycle.CommandBody {
	var list []lifecycle.CommandBody
	if !slices.ContainsFunc(c.Measures, func(m lifecycle.Measure) bool {
		return m.Status == lifecycle.Proposed || m.Status == lifecycle.Ordered
	}) {
		list = append(list,
			lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText},
			lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText},
			lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: someText, Level: policy.L3})
	}
	for _, m := range c.Unsettled() {
		list = append(list, lifecycle.SettleMeasure{No: m.No, Keep: true, Reason: someText}, lifecycle.SettleMeasure{No: m.No, Reason: someText})
	}
	proposed, ordered := false, false
	for _, m := range c.Measures {
		switch {
		case m.Status == lifecycle.Proposed && !proposed:
			proposed = true
			list = append(list, lifecycle.OrderMeasure{Measure: m.Kind, Basis: someText, Proposal: m.No})
		case m.Status == lifecycle.Ordered && !ordered:
			ordered = true
			list = append(list, lifecycle.RecordMeasure{No: m.No, MeasureRecord: lifecycle.MeasureRecord{
				On: today, Place: "会议室", HeldBy: "leader", With: []lifecycle.PostHolder{{Post: "党组书记", Person: "张三"}}, Persons: []string{"李四"},
				To: "党组", Reason: someText, Requirements: someText, Response: someText, Number: "1号", Signed: true,
			}}, lifecycle.FixTalk{No: m.No, Talk: lifecycle.Appointment{On: today, Time: "09:30", Place: "会议室"}}, lifecycle.ReassignMeasure{No: m.No, Owner: otherOwner(m), Reason: someText})
		default:
			continue
		}
		list = append(list,
			lifecycle.PostponeMeasure{No: m.No, Until: today.AddDays(50), Reason: someText},
			lifecycle.WaiveMeasure{No: m.No, Reason: someText})
	}
	return list
}

// otherOwner is somebody else who may carry the measure out.
func otherOwner(m lifecycle.Measure) string {
	one, other := "leader2", "leader3"
	switch m.Kind { //nolint:exhaustive // the others are a leader's
	case policy.MeasureSupervisionLetter, policy.MeasureCircular, policy.MeasurePartyGroupOrder:
		one, other = "officer", "officer2"
	}
	if m.Owner == one {
		return other
	}
	return one
}

func clockOf(c lifecycle.Case, name policy.ClockName) (lifecycle.Clock, bool) {
	for _, k := range c.Clocks {
		if k.Name == name && k.Measure == 0 {
			return k, true
		}
	}
	return lifecycle.Clock{}, false
}

// entryCorrections put right what was entered last: dates by a day, results by another.
func entryCorrections(c lifecycle.Case, today calendar.Date) []lifecycle.CommandBody {
	var list []lifecycle.CommandBody
	for _, e := range c.Entered {
		b := lifecycle.CorrectEntry{Event: e.Event, Field: e.Field, Reason: someText}
		if e.Field == "result" {
			for _, body := range lookBacks(c, today) {
				if r, ok := body.(lifecycle.RecordLookBack); ok && r.Signature == nil && string(r.Result) != e.Value {
					b.Value, b.Findings, b.Feedback = string(r.Result), r.Findings, r.Feedback
					list = append(list, b)
				}
			}
			continue
		}
		by := -1
		if e.Field == "until" {
			by = 1
		}
		if len(e.Corrected)%2 == 1 {
			by = -by
		}
		b.Value = calendar.Builtin().Roll(day(e.Value).AddDays(by)).Date.String()
		if b.Value == e.Value {
			b.Value = day(e.Value).AddDays(-3).String()
		}
		list = append(list, b)
	}
	return list
}
