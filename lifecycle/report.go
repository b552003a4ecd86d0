package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// A Report is the unit's account of what it did (整改报告).
type Report struct {
	On    Date         `json:"on"`
	Items []ReportItem `json:"items" doc:"What is reported of each measure"`
	// Late is by how many working days it missed the due date; a fact that
	// nothing later changes.
	Late int `json:"late,omitempty"`
	// Returns counts how often a report of this round came back.
	Returns int `json:"returns,omitempty"`
	// Reasons are those of the last return, by item.
	Reasons []ItemReason `json:"reasons,omitempty"`
}

// A ReportItem accounts for one measure of the plan.
type ReportItem struct {
	No       int      `json:"no" minimum:"1" doc:"Number of the plan's measure; 1 when there was no plan"`
	Done     bool     `json:"done" doc:"Whether the measure is done"`
	Account  string   `json:"account" minLength:"1" maxLength:"10000" doc:"What was done and what came of it"`
	Evidence []string `json:"evidence,omitempty" each:"200" maxItems:"100"`
}

// An ItemReason says what is wrong with one item.
type ItemReason struct {
	No     int    `json:"no" minimum:"1" doc:"Number of the measure, as the plan counts"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// SubmitReport hands in the rectification report; with a receipt when the
// finding was put right before its notice was even signed for.
type SubmitReport struct {
	Items   []ReportItem   `json:"items" minItems:"1" maxItems:"100" doc:"What is reported of each measure that is still open"`
	Receipt *RecordReceipt `json:"receipt,omitempty" doc:"Only while the notice waits for its receipt"`
	Paper   *Paper         `json:"paper,omitempty"`
}

// ReportSubmitted: the report waits for review and the unit's clock stands.
type ReportSubmitted struct {
	SubmitReport
	On   Date `json:"on"`
	Late int  `json:"late,omitempty" doc:"By how many working days it was late; none when in time"`
}

// ReturnReport sends the report back, item by item.
type ReturnReport struct {
	Reasons []ItemReason `json:"reasons" minItems:"1" maxItems:"100" doc:"What is wrong, for each measure that comes back"`
}

// ReportReturned: the unit must correct its report.
type ReportReturned struct{ ReturnReport }

// AcceptReport accepts the report, for all measures or for some.
type AcceptReport struct {
	// Accepted lists the measures found done; all when left out.
	Accepted []int `json:"accepted,omitempty" each:"100" minItems:"1" maxItems:"100" doc:"Numbers of the measures accepted; all when left out"`
	// Reasons say of each measure that is not accepted why it comes back.
	Reasons []ItemReason `json:"reasons,omitempty" maxItems:"100" doc:"Why each of the other measures comes back; one for every measure not accepted"`
}

// ReportAccepted: the measures named are done on paper; a look-back will see. The
// others came back.
type ReportAccepted struct {
	Accepted []int `json:"accepted" doc:"Numbers of the plan's measures that are done on paper"`
	// Whole: nothing is left to do.
	Whole   bool         `json:"whole" doc:"Whether nothing is left to do"`
	Reasons []ItemReason `json:"reasons,omitempty" doc:"Why the others came back, one by one"`
}

func (b SubmitReport) onPaper() *Paper { return b.Paper }

func (b SubmitReport) decide(t *turn) error {
	if t.c.Stage == Serving {
		if b.Receipt == nil {
			return invalid("receipt", "required", "尚未签收，请随报告一并签收。", "The notice is not signed for yet; send the receipt with the report.")
		}
		r, err := b.Receipt.check(t, "receipt.")
		if err != nil {
			return err
		}
		if err := b.checkItems(t); err != nil {
			return err
		}
		siblings := t.abreast()
		t.receive(r)
		if err := b.Receipt.receiveAll(siblings, "receipt."); err != nil {
			return err
		}
	} else if b.Receipt != nil {
		return invalid("receipt", "already_received", "通知已经签收。", "The notice is signed for already.")
	}
	on, err := t.paperDay(b.Paper, t.c.Receipt.On)
	if err != nil {
		return err
	}
	if err := b.checkItems(t); err != nil {
		return err
	}
	main, _ := t.c.clock(policy.ClockRectification, 0)
	if t.c.Extension.pending() {
		main = t.move(main, t.owed(main, main.Due, on), MoveCommittee)
	}
	main = spareTo(main, on)
	t.record(&ReportSubmitted{SubmitReport: b, On: on, Late: t.late(main, on)})
	t.stop(policy.ClockPlan, 0)
	t.stop(policy.ClockCorrection, 0)
	t.stop(policy.ClockExtension, 0)
	if main.StandsSince.IsZero() {
		main.StandsSince = on
	}
	main.Next = nil
	t.set(main)
	t.goTo(ReportReview)
	return nil
}

// checkItems wants exactly one item for every measure not yet accepted.
func (b SubmitReport) checkItems(t *turn) error {
	open := t.c.openMeasures()
	if len(b.Items) != len(open) {
		return invalid("items", "count", fmt.Sprintf("报告应逐项说明%d项措施，现有%d项。", len(open), len(b.Items)),
			fmt.Sprintf("The report must account for %d measures; it has %d.", len(open), len(b.Items)))
	}
	seen := map[int]bool{}
	var faults []error
	for i, item := range b.Items {
		field := func(name string) string { return fmt.Sprintf("items[%d].%s", i, name) }
		if !slices.Contains(open, item.No) || seen[item.No] {
			return invalid(field("no"), "unknown_measure", fmt.Sprintf("没有待报告的第%d项措施。", item.No),
				fmt.Sprintf("There is no measure %d to report on.", item.No))
		}
		seen[item.No] = true
		faults = append(faults, t.text(field("account"), item.Account, maxText), t.evidence(field("evidence"), item.Evidence))
	}
	if err := all(faults...); err != nil {
		return err
	}
	if !slices.ContainsFunc(b.Items, func(item ReportItem) bool { return item.Done }) {
		return invalid("items", "nothing_done", "报告至少应有一项措施已经完成；都未完成的，请申请延期，或者完成后再报送。",
			"A report reports at least one measure as done; ask for more time, or report when one is.")
	}
	return nil
}

// openMeasures lists the numbers of the plan's measures not yet accepted; a
// case without a plan has the one measure of putting the finding right.
func (c Case) openMeasures() []int {
	if c.Plan == nil {
		return []int{1}
	}
	var open []int
	for _, m := range c.Plan.Measures {
		if !m.Accepted {
			open = append(open, m.No)
		}
	}
	return open
}

func (b ReturnReport) decide(t *turn) error {
	if len(b.Reasons) < 1 {
		return invalid("reasons", "required", "请逐项说明退回理由。", "Say for each item why it is returned.")
	}
	for i, r := range b.Reasons {
		if err := t.text(fmt.Sprintf("reasons[%d].reason", i), r.Reason, maxText); err != nil {
			return err
		}
		if !slices.ContainsFunc(t.c.Report.Items, func(item ReportItem) bool { return item.No == r.No }) {
			return invalid(fmt.Sprintf("reasons[%d].no", i), "unknown_measure", fmt.Sprintf("报告中没有第%d项。", r.No),
				fmt.Sprintf("The report has no item %d.", r.No))
		}
	}
	t.record(&ReportReturned{b})
	t.sendBack()
	return nil
}

// sendBack sends the case back to rectifying, because the report or a part of it
// came back. The days the committee read it are not the unit's.
func (t *turn) sendBack() {
	step, raised := t.returned(t.c.Report.Returns)
	main, _ := t.c.clock(policy.ClockRectification, 0)
	t.goTo(Rectifying)
	main = t.resume(main, t.today, MoveCommittee)
	if t.held() {
		main = t.stand(main, t.today) // the days until now are given back already
	}
	t.set(t.arm(main))
	t.correct(t.c.Report.Returns)
	if raised {
		t.orderStep(step, ReturnedOften(policy.ClockRectification, t.c.Report.Returns))
	}
}

func (b AcceptReport) decide(t *turn) error {
	open := t.c.openMeasures()
	accepted := slices.Compact(slices.Sorted(slices.Values(b.Accepted)))
	switch {
	case b.Accepted == nil:
		accepted = open
	case len(accepted) == 0: // "none" is not "all"
		return invalid("accepted", "count", "请列出审核通过的措施；一项也不通过的，请退回。", "Name the measures accepted; return the report when there is none.")
	}
	for _, no := range accepted {
		if !slices.Contains(open, no) {
			return invalid("accepted", "unknown_measure", fmt.Sprintf("没有待审核的第%d项措施。", no),
				fmt.Sprintf("There is no measure %d to accept.", no))
		}
		if slices.ContainsFunc(t.c.Report.Items, func(item ReportItem) bool { return item.No == no && !item.Done }) {
			return invalid("accepted", "not_done", fmt.Sprintf("单位报告第%d项措施尚未完成，不能审核通过。", no),
				fmt.Sprintf("The unit reports measure %d as not done; it cannot be accepted.", no))
		}
	}
	if err := b.checkReasons(t, open, accepted); err != nil {
		return err
	}
	whole := len(accepted) == len(open)
	t.record(&ReportAccepted{Accepted: accepted, Whole: whole, Reasons: b.Reasons})
	if !whole {
		t.sendBack()
		return nil
	}
	t.raise(policy.L0)
	t.stopUnit()
	t.goTo(LookBackPending)
	return nil
}

// checkReasons wants one reason for every measure that comes back.
func (b AcceptReport) checkReasons(t *turn, open, accepted []int) error {
	back := slices.DeleteFunc(slices.Clone(open), func(no int) bool { return slices.Contains(accepted, no) })
	for i, r := range b.Reasons {
		j := slices.Index(back, r.No)
		if j < 0 {
			return invalid(fmt.Sprintf("reasons[%d].no", i), "unknown_measure", fmt.Sprintf("第%d项措施没有退回，或者已说明理由。", r.No),
				fmt.Sprintf("Measure %d does not come back, or has its reason already.", r.No))
		}
		if err := t.text(fmt.Sprintf("reasons[%d].reason", i), r.Reason, maxText); err != nil {
			return err
		}
		back = slices.Delete(back, j, j+1)
	}
	if len(back) > 0 {
		return invalid("reasons", "reason_missing", fmt.Sprintf("第%d项措施未通过，请说明退回理由。", back[0]),
			fmt.Sprintf("Measure %d is not accepted; say why it comes back.", back[0]))
	}
	return nil
}

func (b *ReportSubmitted) apply(c *Case, e Event) {
	r := Report{On: b.On, Items: b.Items, Late: b.Late}
	switch {
	case c.Report != nil:
		r.Returns = c.Report.Returns
	case c.Reissue != nil:
		r.Returns = c.Reissue.ReportReturns
	}
	c.Report = &r
	c.Part.ReportFiler = filer(b.Paper, e)
	c.Part.Filers = withAccount(c.Part.Filers, c.Part.ReportFiler)
	if c.Extension.pending() {
		x := *c.Extension
		x.Status = ExtensionMoot
		c.Extension = &x
	}
	p := Plan{Accepted: true, Measures: []PlanMeasure{{No: 1, Text: c.Finding.Title, Kind: OtherRemedy}}}
	if c.Plan != nil {
		p = *c.Plan
		p.Measures = slices.Clone(p.Measures)
	}
	for _, item := range b.Items {
		for i := range p.Measures {
			if p.Measures[i].No == item.No {
				p.Measures[i].Done = item.Done
			}
		}
	}
	c.Plan = &p
}

func (b *ReportReturned) apply(c *Case, e Event) {
	r := *c.Report
	r.Returns, r.Reasons = r.Returns+1, b.Reasons
	c.Report = &r
	c.Part.Reviewers = withAccount(c.Part.Reviewers, e.Actor.Account)
}

func (b *ReportAccepted) apply(c *Case, e Event) {
	p := *c.Plan
	p.Measures = slices.Clone(p.Measures)
	for i := range p.Measures {
		if slices.Contains(b.Accepted, p.Measures[i].No) {
			p.Measures[i].Accepted = true
		}
	}
	if b.Whole {
		c.AcceptedOn = e.Legal
	} else {
		r := *c.Report
		r.Returns, r.Reasons = r.Returns+1, b.Reasons
		c.Report = &r
	}
	c.Plan = &p
	c.Part.Reviewers = withAccount(c.Part.Reviewers, e.Actor.Account)
}
