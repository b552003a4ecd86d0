package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// A Notice is the written feedback (反馈意见) to the one secretary answerable: one
// for the findings of a unit in a campaign.
type Notice struct {
	// ID is the notice's own, which all its cases know: the id of the command that
	// drafted it.
	ID string `json:"id"`
	// Cases are the other cases whose findings it states.
	Cases []string `json:"cases,omitempty"`
	// Form is its layout; a letter when empty.
	Form Form   `json:"form,omitempty"`
	Text string `json:"text" doc:"What the unit is asked to do (整改要求)"`
	// Period is the time allowed from the receipt; zero when Due is given.
	Period Period `json:"period,omitzero" doc:"The time allowed from the receipt; none when a date is given"`
	// ExternalDue is a date another body set, with Source naming it.
	ExternalDue Date   `json:"external_due,omitzero" doc:"A date that another body set; none when nobody did"`
	Source      string `json:"source,omitempty" doc:"Which body set the date, when another body did"`
	// Number and On are given when the notice is signed.
	Number string `json:"number,omitempty" doc:"Number of the notice (发文字号), given when it is signed; empty before"`
	On     Date   `json:"on,omitzero"`
	// Replaces is the number of the notice it takes the place of.
	Replaces string `json:"replaces,omitempty"`
	// Issued says to whom it went and what was sent.
	Issued *Issued `json:"issued,omitempty"`
	// Version counts corrections and amendments, from 1.
	Version int `json:"notice_version"`
}

// A Form is the layout of a notice.
type Form string

// The forms.
const (
	FormLetter Form = "letter" // 信函格式
	FormNotice Form = "notice" // 通知
)

// SubmitNotice hands the draft of the notice to the signer.
type SubmitNotice struct {
	Text        string `json:"text" minLength:"1" maxLength:"10000" doc:"What the unit is asked to do (整改要求); it stands in the notice"`
	Period      Period `json:"period,omitzero" doc:"Time allowed from the receipt, such as 15WD, 60D or 2M; the policy's for the type when left out"`
	ExternalDue Date   `json:"external_due,omitzero" doc:"A deadline another body set (巡察); then without period"`
	Source      string `json:"source,omitempty" maxLength:"200" doc:"Where the external deadline comes from"`
	Form        Form   `json:"form,omitempty" doc:"Layout: letter 信函格式, which is the default, or notice 通知"`
	// Cases are drafted into the same notice, all or none.
	Cases []string `json:"cases,omitempty" each:"64" maxItems:"100" doc:"Other cases of the same unit and campaign whose findings the notice states too"`
}

// NoticeSubmitted: the notice waits for the signature.
type NoticeSubmitted struct{ SubmitNotice }

// ReturnNotice sends the draft notice back.
type ReturnNotice struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// NoticeReturned: the officer has the notice again.
type NoticeReturned struct {
	ReturnNotice
	// Follows: the event of another case of the notice tells of it.
	Follows bool `json:"follows,omitempty" doc:"Whether the event of another case of the notice tells of it"`
}

// ApproveNotice signs the notice; its number is allotted.
type ApproveNotice struct {
	// Notice makes sure that what is signed is what was read.
	Notice string `json:"notice,omitempty" maxLength:"64" doc:"Id of the notice that was read; refused when it was drafted anew since"`
}

// NoticeApproved: the notice is signed, numbered and on its way.
type NoticeApproved struct {
	Year          int    `json:"year"`
	Number        string `json:"number"`
	On            Date   `json:"on"`
	PolicyVersion int    `json:"policy_version"`
	// Follows: the event of another case of the notice has its number allotted
	// and tells of it.
	Follows bool    `json:"follows,omitempty" doc:"Whether the event of another case of the notice has its number and tells of it"`
	Issued  *Issued `json:"issued,omitempty" doc:"The notice as it left; none when another case of the notice has it"`

	series    series
	followers []*NoticeApproved
}

// CorrectNotice takes a notice back to be corrected, or sent to the right unit.
type CorrectNotice struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000" doc:"Why the notice is corrected; it stands in the corrected paper"`
	Unit   string `json:"unit,omitempty" maxLength:"64" doc:"The right unit, when it went to the wrong one"`
	Whole  bool   `json:"whole,omitempty" doc:"Take back the whole notice, with all its cases, and not only this case's part of it"`

	// Rewording are the words of this case's finding, put right.
	Rewording
	// Confirmed: the words that stand say nothing of the first unit.
	Confirmed bool `json:"confirmed,omitempty" doc:"Of a notice that goes to another unit: what title and facts say was read and holds of that one"`
}

// NoticeCorrected: the notice is being corrected; no clock of the unit runs.
type NoticeCorrected struct {
	CorrectNotice
	// Misdirected is the unit that received what was not its own.
	Misdirected string `json:"misdirected,omitempty" doc:"Id of the unit that received what was not its own; none when the unit is the right one"`
	// Was is what the words of the finding were that were put right.
	Was *Rewording `json:"was,omitempty" doc:"The words of the finding before they were put right; none when they were not"`
	// Follows: the event of another case of the notice tells that unit of it.
	Follows bool `json:"follows,omitempty" doc:"Whether the event of another case of the notice tells that unit of it"`
	// Issued is the withdrawal that went to that unit, Number its number.
	Number string  `json:"number,omitempty" doc:"Number of that withdrawal"`
	Issued *Issued `json:"issued,omitempty" doc:"The withdrawal that went to the unit which received what was not its own; none when no other unit did"`

	series    series
	followers []*NoticeCorrected
}

func (b SubmitNotice) decide(t *turn) error {
	err := b.Check()
	if err == nil && t.c.Feedback != nil {
		return b.draftFeedback(t)
	}
	if err == nil {
		err = b.checkCases(t)
	}
	if err == nil {
		err = b.draft(t)
	}
	if err != nil {
		return err
	}
	return eachOf(KindSubmitNotice, t.others, func(o *turn) error {
		part := b
		part.Cases = append([]string{t.c.ID}, b.Cases...)
		part.Cases = slices.DeleteFunc(part.Cases, func(id string) bool { return id == o.c.ID })
		return part.draft(o)
	})
}

// Check refuses what is wrong in any case, before there is one.
func (b SubmitNotice) Check() error {
	t := &turn{}
	err := t.text("text", b.Text, maxText)
	if err == nil && b.Form != "" {
		err = oneOf("form", b.Form, FormLetter, FormNotice)
	}
	return err
}

// checkCases wants the other cases to be of the same unit and campaign.
func (b SubmitNotice) checkCases(t *turn) error {
	if err := t.list("cases", b.Cases, 0, maxName); err != nil {
		return err
	}
	seen := map[string]bool{t.c.ID: true}
	for i, id := range b.Cases {
		field := fmt.Sprintf("cases[%d]", i)
		j := slices.IndexFunc(t.others, func(o *turn) bool { return o.c.ID == id && o.c.Seq > 0 })
		switch {
		case seen[id]:
			return invalid(field, "same_case", "同一事项只能列入一次。", "A case stands in a notice only once.")
		case j < 0:
			return invalid(field, "unknown_case", "没有这个事项。", "There is no such case.")
		case t.others[j].c.Unit != t.c.Unit:
			return invalid(field, "other_unit", "一份反馈意见只发给一个单位，事项"+t.others[j].c.Number+"是另一单位的。",
				"A notice goes to one unit; case "+t.others[j].c.Number+" is another unit's.")
		case t.c.Finding.Campaign == "" || t.others[j].c.Finding.Campaign != t.c.Finding.Campaign:
			return invalid(field, "other_campaign", "一份反馈意见只能写同一批次的问题，事项"+t.others[j].c.Number+"不属于本批次。",
				"A notice states findings of one campaign; case "+t.others[j].c.Number+" is not of this one.")
		}
		seen[id] = true
	}
	if len(t.others) != len(b.Cases) {
		return invalid("cases", "unknown_case", "没有这个事项。", "There is no such case.")
	}
	return nil
}

// draft puts one case's part of the notice before the signer.
func (b SubmitNotice) draft(t *turn) error {
	if b.Period.IsZero() && b.ExternalDue.IsZero() {
		b.Period = t.allowance().Within
	}
	if err := b.checkDue(t); err != nil {
		return err
	}
	t.record(&NoticeSubmitted{b})
	t.goTo(NoticeApproval)
	return nil
}

func (b SubmitNotice) checkDue(t *turn) error {
	if b.ExternalDue.IsZero() {
		if b.Source != "" {
			return invalid("source", "no_external_due", "填写了“来源”，请同时填写“上级规定的截止日期”。", "A source goes with an external due date.")
		}
		return t.period("period", b.Period, t.allowance().Cap)
	}
	if !b.Period.IsZero() {
		return invalid("period", "period_and_date", "期限与外部截止日期只能填写一项。", "Give either a period or an external due date.")
	}
	farthest := t.today.AddMonths(60)
	return all(t.dayAfter("external_due", b.ExternalDue, t.today, farthest), t.text("source", b.Source, maxTitle))
}

// period refuses a period of no days, or over the cap.
func (t *turn) period(field string, p, limit Period) error {
	if p.N < 1 {
		return invalid(field, "required", "请填写“"+Label(field)+"”，如15WD、60D、2M。", "Please give "+field+", such as 15WD, 60D or 2M.")
	}
	if t.rules.Calendar.Add(t.today, p).Date.After(t.rules.Calendar.Add(t.today, limit).Date) {
		return invalid(field, "over_cap", "期限不能超过"+limit.Chinese()+"。", field+" may not exceed "+limit.String()+".")
	}
	return nil
}

func (t *turn) allowance() policy.Allowance {
	r := t.rules.Policy.Rectification
	switch t.c.Finding.Type {
	case Immediate:
		return r.Immediate
	case SustainedDuty:
		return r.Sustained
	case ByDeadline:
		return r.ByDeadline
	default:
		return r.ByDeadline
	}
}

func (b ReturnNotice) decide(t *turn) error {
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	siblings := t.abreast()
	t.record(&NoticeReturned{ReturnNotice: b})
	t.goTo(NoticeDrafting)
	return eachOf(KindReturnNotice, siblings, func(o *turn) error {
		o.record(&NoticeReturned{ReturnNotice: b, Follows: true})
		o.goTo(NoticeDrafting)
		return nil
	})
}

func (b ApproveNotice) decide(t *turn) error {
	if b.Notice != "" && b.Notice != t.c.Drafted().Notice.ID {
		return invalid("notice", "notice_changed", "这份反馈意见已经重新拟稿，请看过新稿再签发。", "The notice was drafted anew; read the new draft before signing.")
	}
	siblings := t.abreast()
	own := &NoticeApproved{Year: t.today.Year(), On: t.today, PolicyVersion: t.rules.PolicyVersion, series: t.seriesOf(PaperNotice)}
	feedback := t.c.Feedback != nil
	t.record(own)
	if feedback {
		t.followUp()
		return nil
	}
	t.goTo(Serving)
	return eachOf(KindApproveNotice, siblings, func(o *turn) error {
		body := &NoticeApproved{Year: own.Year, On: own.On, PolicyVersion: o.rules.PolicyVersion, Follows: true}
		own.followers = append(own.followers, body)
		o.record(body)
		o.goTo(Serving)
		return nil
	})
}

func (b CorrectNotice) decide(t *turn) error {
	if err := all(t.text("reason", b.Reason, maxText), t.optional("unit", b.Unit, maxName), b.Rewording.check(t)); err != nil {
		return err
	}
	if b.Unit != "" {
		if err := t.unit("unit", b.Unit); err != nil {
			return err
		}
	}
	if b.Unit == t.c.Unit {
		return invalid("unit", "same_unit", "改送单位与原单位相同。", "The right unit is the one it was sent to.")
	}
	if err := b.anew(t); err != nil {
		return err
	}
	siblings := slices.DeleteFunc(t.siblings(), func(o *turn) bool { return !b.Whole || o.c.Stage.Settled() })
	for _, o := range siblings {
		if b.Unit != "" && len(o.c.Children) > 0 {
			return about(o.c, notAllowed("has_children", "有其他事项并入该事项，请逐个改送。", "Other cases were merged into it; send the cases on one by one."))
		}
	}
	if len(siblings) > 0 && b.Rewording != (Rewording{}) {
		return invalid("whole", "words_of_one", "更正问题表述请逐个事项办理，不能与整份收回同时办理。", "Words are put right case by case, not with the whole notice.")
	}
	own := &NoticeCorrected{CorrectNotice: b, Was: b.changes(t.c.Finding)}
	if b.Unit != "" {
		own.series = t.seriesOf(PaperWithdrawal)
	}
	if err := b.takeBack(t, own); err != nil {
		return err
	}
	return eachOf(KindCorrectNotice, siblings, func(o *turn) error {
		body := &NoticeCorrected{CorrectNotice: b, Follows: true}
		own.followers = append(own.followers, body)
		return b.takeBack(o, body)
	})
}

// takeBack takes one case's part of the notice back.
func (b CorrectNotice) takeBack(t *turn, body *NoticeCorrected) error {
	if b.Unit != "" {
		body.Misdirected = t.c.Unit
		t.fallAway() // what hung on the wrong unit
	} else if refusal := t.mayReissue(); refusal != nil {
		return refusal
	}
	review, reading := t.c.clock(policy.ClockPlanReview, 0)
	owed := t.c.Extension.pending()
	t.record(body)
	if b.Unit != "" {
		t.stopUnit()
		t.raise(policy.L0)
	} else {
		t.keepMain(review, reading, owed)
	}
	t.stop(policy.ClockObjection, 0) // the notice objected to is withdrawn
	t.stop(policy.ClockHandover, 0)  // the new notice goes to whoever is secretary
	t.goTo(NoticeDrafting)
	if b.Unit != "" {
		t.proposeByType()
	}
	return nil
}

// stopUnit ends every clock of the unit's work. An objection and a hand-over
// still want their answer.
func (t *turn) stopUnit() {
	for _, name := range []policy.ClockName{
		policy.ClockPlan, policy.ClockRectification, policy.ClockCheckIn, policy.ClockCorrection, policy.ClockExtension, policy.ClockStay,
	} {
		t.stop(name, 0)
	}
}

// Series is that of the notices; empty for those that have the number of another
// case's event.
func (b *NoticeApproved) Series() string { return b.series.name() }

// Allot writes the notice number, in all its cases.
func (b *NoticeApproved) Allot(n int) {
	for _, one := range append([]*NoticeApproved{b}, b.followers...) {
		one.Number = b.series.number(n)
	}
}

// Series is that of the withdrawals, when the notice went to a unit whose it was not;
// empty for those that have the number of another case's event.
func (b *NoticeCorrected) Series() string { return b.series.name() }

// Allot writes the number of the withdrawal, in all cases that were taken back.
func (b *NoticeCorrected) Allot(n int) {
	for _, one := range append([]*NoticeCorrected{b}, b.followers...) {
		one.Number = b.series.number(n)
	}
}

func (b *NoticeSubmitted) apply(c *Case, e Event) {
	n := Notice{
		ID: e.Command, Form: b.Form, Text: b.Text, Period: b.Period, ExternalDue: b.ExternalDue, Source: b.Source, Version: 1,
	}
	c.Part.Drafter = e.Actor.Account
	if f := c.Feedback; f != nil { // drafted anew: only its words are
		again := *f
		again.ID, again.Text = e.Command, b.Text
		c.Feedback = &again
		return
	}
	if len(b.Cases) > 0 {
		n.Cases = slices.Clone(b.Cases)
	}
	if c.Notice != nil {
		n.Version, n.Replaces = c.Notice.Version, c.Notice.Replaces
		if c.Notice.Number != "" {
			n.Version++
			n.Replaces = c.Notice.Number
		}
		if !c.Served { // what went to another unit is nothing to this one
			n.Replaces = ""
		}
	}
	c.Notice = &n
}

func (*NoticeReturned) apply(*Case, Event) {}

func (b *NoticeApproved) apply(c *Case, e Event) {
	if c.Feedback != nil {
		c.begin()
	}
	n := *c.Notice
	n.Number, n.On, n.Issued = b.Number, b.On, b.Issued
	c.Notice, c.PolicyVersion = &n, b.PolicyVersion
	c.Part.Signer = e.Actor.Account
}

func (b *NoticeCorrected) apply(c *Case, e Event) {
	b.put(&c.Finding)
	if b.Misdirected == "" {
		c.reissued(e.Actor.Account)
	} else {
		c.Extension, c.Reissue = nil, nil
	}
	c.dropStay(e.Legal)
	c.Receipt, c.DueDecision, c.Plan, c.Report, c.Objection, c.Handover = nil, nil, nil, nil, nil, nil
	if b.Misdirected == "" {
		return
	}
	// What happened to the wrong unit counts for nothing: the right one starts
	// with its first round, and sees none of it.
	c.FormerUnits = append(slices.Clone(c.FormerUnits), b.Misdirected)
	c.Predecessors, c.RepeatOf = nil, nil
	c.Unit, c.Served = b.Unit, false
	c.Round, c.FirstPeriod, c.LookBacks, c.Children = 1, Period{}, nil, nil
	for _, m := range c.Measures {
		c.setMeasure(m.No, func(m *Measure) { m.Misdirected = true })
	}
}

// notDrafter: who drafted a notice does not sign it.
func notDrafter(t *turn) *Refusal {
	if t.actor.Account == t.c.Part.Drafter {
		return forbidden("own_draft", "拟稿人不能签发自己拟的文稿。", "Whoever drafted the notice may not sign it.")
	}
	return nil
}

func (b CorrectNotice) refers() Refs {
	if b.Unit == "" {
		return Refs{}
	}
	return Refs{Units: []string{b.Unit}}
}
