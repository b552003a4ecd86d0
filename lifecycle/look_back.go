package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// A LookBackOf records one look-back, from the arrival on.
type LookBackOf struct {
	Round int  `json:"round"`
	On    Date `json:"on"`
	// Persons are accounts, Names what they were called then.
	Persons   []string        `json:"persons" doc:"Accounts of those who went"`
	Names     []string        `json:"names,omitempty" doc:"Names of those who went"`
	Announced bool            `json:"announced,omitempty" doc:"Whether the unit had been told of it beforehand"`
	Result    Result          `json:"result,omitempty" doc:"What was found in all"`
	Findings  []LookBackPoint `json:"findings,omitempty" doc:"What was found for each measure"`
	Evidence  []string        `json:"evidence,omitempty"`
	// Stood are the measures that stood as accepted before the result.
	Stood []int `json:"stood,omitempty"`
}

// A LookBackPoint is what was found of one measure.
type LookBackPoint struct {
	No      int    `json:"no" minimum:"1" doc:"Number of the measure, as the plan counts"`
	InPlace bool   `json:"in_place" doc:"Whether the measure is in place"`
	Account string `json:"account" minLength:"1" maxLength:"10000" doc:"What was seen on the spot"`
}

// A Result is what a look-back came to.
type Result string

// The results.
const (
	InPlace       Result = "in_place"             // 整改到位
	MostlyInPlace Result = "mostly_in_place"      // 基本到位
	NotInPlace    Result = "not_in_place"         // 未到位
	False         Result = "false_rectification"  // 虚假整改
	Unverifiable  Result = "could_not_be_checked" // 无法核实
)

// RecordLookBack records what the look-back found.
type RecordLookBack struct {
	Result   Result          `json:"result" doc:"What was found in all"`
	Findings []LookBackPoint `json:"findings,omitempty" maxItems:"100" doc:"One for each measure; none when nothing could be checked"`
	Evidence []string        `json:"evidence,omitempty" each:"200" maxItems:"100"`
	// Feedback is the text of the look-back feedback notice when it failed.
	Feedback string `json:"feedback,omitempty" maxLength:"10000" doc:"Text of the feedback notice; required when the look-back failed"`
	// Signature is that of a leader who came along; without it the notice waits for one.
	Signature *SpotSignature `json:"signature,omitempty" doc:"When a leader who came signed the feedback notice on the spot; else it goes to the leaders' signature"`
	Receipt   *RecordReceipt `json:"receipt,omitempty" doc:"When the feedback notice, signed on the spot, was signed for there, too"`
}

// LookBackRecorded: the look-back has a result.
type LookBackRecorded struct {
	RecordLookBack
	On     Date   `json:"on"`
	Year   int    `json:"year"`
	Number string `json:"number,omitempty"`
	// ToLeader: a leader must say how it goes on.
	ToLeader bool    `json:"to_leader,omitempty" doc:"Whether a leader must say how it goes on"`
	Issued   *Issued `json:"issued,omitempty" doc:"The feedback notice of the next round; none when there is none"`

	series series
}

func (b RecordLookBack) decide(t *turn) error {
	if err := b.check(t); err != nil {
		return err
	}
	again := b.Result == Unverifiable && t.c.unverified()+1 >= t.rules.Policy.LookBack.ImpossibleToLeader
	body := &LookBackRecorded{RecordLookBack: b, On: t.today, Year: t.today.Year(), ToLeader: again}
	if b.Signature != nil {
		body.series = t.seriesOf(PaperNotice)
	}
	t.record(body)
	if b.Signature != nil {
		t.followUp()
		return b.signOnTheSpot(t)
	}
	t.outcome(b.Result)
	return nil
}

// outcome leads the case to where a result of a look-back leads, a notice of which no
// leader has signed yet.
func (t *turn) outcome(r Result) {
	switch r {
	case InPlace:
		t.goTo(ClosureApproval)
	case MostlyInPlace:
		t.raise(max(t.c.Level, t.floor()))
		step, raised := t.returned(t.c.returns())
		t.goTo(Rectifying)
		t.run(t.start(policy.ClockRectification, t.today, t.rules.Policy.Rectification.Rest))
		if raised {
			t.orderStep(step, ReturnedOften(policy.ClockRectification, t.c.returns()))
		}
	case NotInPlace, False:
		t.goTo(NoticeApproval)
	case Unverifiable:
		t.lookAgain()
	}
}

// lookAgain wants another look-back in the window that runs since the report
// was accepted; when little of it is left, in as long as it took to open.
func (t *turn) lookAgain() {
	t.goTo(LookBackPending)
	t.renewWindow()
	if t.c.Draw.waits() {
		t.leaderDecides()
	}
}

// renewWindow lets the window that runs since the report was accepted end no
// sooner than it took to open, so that what is drawn now can be foreseen no better
// than at first.
func (t *turn) renewWindow() {
	window := t.start(policy.ClockLookBack, t.c.AcceptedOn, t.rules.Policy.Clock(policy.ClockLookBack).Within)
	ends := latest(window.Due, t.rules.Calendar.Add(t.today, t.rules.Policy.LookBack.Opens).Date)
	t.set(t.arm(t.until(policy.ClockLookBack, t.c.AcceptedOn, ends)))
}

func (b RecordLookBack) signOnTheSpot(t *turn) error {
	if b.Receipt == nil {
		return nil
	}
	// The lead records the slip on the spot as an officer would.
	t.actor.Roles = append(slices.Clone(t.actor.Roles), Officer)
	r, err := b.Receipt.check(t, "receipt.")
	if err == nil {
		t.receive(r)
	}
	return err
}

func (b RecordLookBack) check(t *turn) error {
	err := all(
		oneOf("result", b.Result, InPlace, MostlyInPlace, NotInPlace, False, Unverifiable),
		t.evidence("evidence", b.Evidence),
	)
	if err != nil {
		return err
	}
	if b.Result.failed() {
		err = b.checkFeedback(t)
	} else if b.Feedback != "" || b.Receipt != nil || b.Signature != nil {
		err = invalid("feedback", "not_failed", "只有未到位或虚假整改才发回头看反馈。", "A feedback notice belongs to a failed look-back only.")
	}
	if err != nil || b.Result == Unverifiable {
		return err
	}
	return b.checkFindings(t)
}

// checkFeedback: what nobody signed is not served.
func (b RecordLookBack) checkFeedback(t *turn) error {
	err := t.text("feedback", b.Feedback, maxText)
	switch {
	case err != nil:
		return err
	case b.Signature != nil:
		return b.Signature.check(t)
	case b.Receipt != nil:
		return invalid("receipt", "not_signed", "反馈意见须由工委领导签发后才能送达；当场签发的，请填写签发人和签发稿扫描件。",
			"The feedback notice is served once a leader signed it; when he did on the spot, give his signature.")
	}
	return nil
}

// checkFindings wants one finding for every measure, in keeping with the result.
func (b RecordLookBack) checkFindings(t *turn) error {
	if len(b.Findings) != len(t.c.Plan.Measures) {
		return invalid("findings", "count", fmt.Sprintf("应逐项记录%d项措施的核查情况。", len(t.c.Plan.Measures)),
			fmt.Sprintf("Record what was found of each of the %d measures.", len(t.c.Plan.Measures)))
	}
	missing := 0
	var faults []error
	for i, f := range b.Findings {
		if f.No != t.c.Plan.Measures[i].No {
			return invalid(fmt.Sprintf("findings[%d].no", i), "unknown_measure", "请按措施顺序逐项记录。", "Record the measures in their order.")
		}
		faults = append(faults, t.text(fmt.Sprintf("findings[%d].account", i), f.Account, maxText))
		if !f.InPlace {
			missing++
		}
	}
	if err := all(faults...); err != nil {
		return err
	}
	if (missing == 0) != (b.Result == InPlace) {
		return invalid("result", "contradiction", "结果与逐项核查情况不一致。", "The result contradicts what was found of the measures.")
	}
	return nil
}

func (r Result) failed() bool { return r == NotInPlace || r == False }

// Series is that of the notices when the look-back failed and a leader signed its
// notice on the spot, and empty otherwise.
func (b *LookBackRecorded) Series() string { return b.series.name() }

// Allot writes the number of the look-back feedback notice.
func (b *LookBackRecorded) Allot(n int) { b.Number = b.series.number(n) }

func (b *LookBackRecorded) apply(c *Case, e Event) {
	c.found(b.Result, b.Findings, b.ToLeader, e.Actor.Account)
	c.LookBacks[len(c.LookBacks)-1].Evidence = b.Evidence
	if !b.Result.failed() {
		return
	}
	c.draftedFeedback(e, b.Feedback)
	if b.Signature == nil {
		return
	}
	c.begin()
	c.Notice.Number, c.Notice.On, c.Notice.Issued = b.Number, b.On, b.Issued
	c.Part.Signer = b.Signature.By
}

// draftedFeedback keeps the feedback notice of a look-back that failed, until a leader
// signs it.
func (c *Case) draftedFeedback(e Event, text string) {
	c.Part.Drafter = e.Actor.Account
	c.Feedback = &Notice{ID: e.Command, Form: c.Notice.Form, Text: text, Period: c.Notice.Period, Version: c.Notice.Version + 1}
}

// found notes the result of the last look-back, and which measures are in place.
func (c *Case) found(r Result, findings []LookBackPoint, toLeader bool, by string) {
	c.LookBacks = slices.Clone(c.LookBacks)
	now := &c.LookBacks[len(c.LookBacks)-1]
	now.Result, now.Findings, now.Stood = r, findings, nil
	c.LookBackToLeader = toLeader
	c.Part.Inspectors = withAccount(c.Part.Inspectors, by)
	if c.Plan != nil {
		for _, m := range c.Plan.Measures {
			if m.Accepted {
				now.Stood = append(now.Stood, m.No)
			}
		}
	}
	if r == InPlace || r == Unverifiable {
		return
	}
	p := *c.Plan
	p.Measures = slices.Clone(p.Measures)
	for i, f := range findings {
		p.Measures[i].Accepted = f.InPlace
	}
	c.Plan = &p
	if r == MostlyInPlace && c.Report != nil { // what is not in place comes back, in the same round
		again := *c.Report
		again.Returns++
		c.Report = &again
	}
}

// unfound takes the result of the last look-back back, which was entered by mistake.
func (c *Case) unfound() {
	last := c.LookBacks[len(c.LookBacks)-1]
	c.Feedback = nil
	if c.Plan != nil {
		p := *c.Plan
		p.Measures = slices.Clone(p.Measures)
		for i := range p.Measures {
			p.Measures[i].Accepted = slices.Contains(last.Stood, p.Measures[i].No)
		}
		c.Plan = &p
	}
	if last.Result == MostlyInPlace && c.Report != nil {
		r := *c.Report
		r.Returns--
		c.Report = &r
	}
}

// newRound begins the next round: the requests and returns of the last are
// over.
func (c *Case) newRound() {
	c.Round++
	c.Extension, c.Report = nil, nil
	if c.Reissue != nil {
		k := *c.Reissue
		k.ReportReturns = 0
		c.Reissue = &k
	}
	if !c.Objection.pending() {
		c.Objection = nil
	}
}

// returns is how often a report of this round came back, or what it reported.
func (c Case) returns() int {
	if c.Report == nil {
		return 0
	}
	return c.Report.Returns
}

// unverified counts the attempts of this round that could check nothing.
func (c Case) unverified() int {
	n := 0
	for _, l := range c.LookBacks {
		if l.Round == c.Round && l.Result == Unverifiable {
			n++
		}
	}
	return n
}

// falsified reports whether the unit was ever found to have faked it.
func (c Case) falsified() bool {
	return slices.ContainsFunc(c.LookBacks, func(l LookBackOf) bool { return l.Result == False })
}

// notReviewer: who judged a report does not look back on it.
func notReviewer(t *turn) *Refusal {
	if slices.Contains(t.c.Part.Reviewers, t.actor.Account) {
		return forbidden("own_review", "审核报告的人不能带队回头看。", "Whoever reviewed the report may not lead the look-back.")
	}
	return nil
}

// onTheSpot: only those who came can say what they saw, and not who judged the
// report.
func onTheSpot(t *turn) *Refusal {
	if refusal := notReviewer(t); refusal != nil {
		return refusal
	}
	if len(t.c.LookBacks) > 0 && t.actor.Account != t.c.Part.Lead &&
		!slices.Contains(t.c.LookBacks[len(t.c.LookBacks)-1].Persons, t.actor.Account) {
		return forbidden("not_on_the_spot", "只有到场人员可以记录回头看结果。", "Only those who came may record the result.")
	}
	return nil
}
