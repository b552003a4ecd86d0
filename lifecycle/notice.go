package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// A Notice is the written feedback (反馈意见) to the one secretary answerable.
type Notice struct {
	Text string `json:"text"`
	// Period is the time allowed from the receipt; zero when Due is given.
	Period Period `json:"period,omitzero"`
	// ExternalDue is a date another body set, with Source naming it.
	ExternalDue Date   `json:"external_due,omitzero"`
	Source      string `json:"source,omitempty"`
	// Number and On are given when the notice is signed.
	Number string `json:"number,omitempty"`
	On     Date   `json:"on,omitzero"`
	// Version counts corrections and amendments, from 1.
	Version int `json:"notice_version"`
}

// SubmitNotice hands the draft of the notice to the signer.
type SubmitNotice struct {
	Text        string `json:"text" minLength:"1" maxLength:"10000"`
	Period      Period `json:"period,omitzero" doc:"Time allowed from the receipt, such as 15WD, 60D or 2M; the policy's for the type when left out"`
	ExternalDue Date   `json:"external_due,omitzero" doc:"A deadline another body set (巡察); then without period"`
	Source      string `json:"source,omitempty" maxLength:"200" doc:"Where the external deadline comes from"`
}

// NoticeSubmitted: the notice waits for the signature.
type NoticeSubmitted struct{ SubmitNotice }

// ReturnNotice sends the draft notice back.
type ReturnNotice struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// NoticeReturned: the officer has the notice again.
type NoticeReturned struct{ ReturnNotice }

// ApproveNotice signs the notice; its number is allotted.
type ApproveNotice struct{}

// NoticeApproved: the notice is signed, numbered and on its way.
type NoticeApproved struct {
	Year          int    `json:"year"`
	Number        string `json:"number"`
	On            Date   `json:"on"`
	PolicyVersion int    `json:"policy_version"`
}

// CorrectNotice takes a notice back to be corrected, or sent to the right unit.
type CorrectNotice struct {
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
	Unit   string `json:"unit,omitempty" maxLength:"64" doc:"The right unit, when it went to the wrong one"`
}

// NoticeCorrected: the notice is being corrected; no clock of the unit runs.
type NoticeCorrected struct {
	CorrectNotice
	// Misdirected is the unit that received what was not its own.
	Misdirected string `json:"misdirected,omitempty"`
}

func (b SubmitNotice) decide(t *turn) error {
	if err := t.text("text", b.Text, maxText); err != nil {
		return err
	}
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
	return first(t.dayAfter("external_due", b.ExternalDue, t.today, farthest), t.text("source", b.Source, maxTitle))
}

// period refuses a period of no days, or over the cap.
func (t *turn) period(field string, p, limit Period) error {
	if p.N < 1 {
		return invalid(field, "required", "请填写“"+Label(field)+"”，如15WD、60D、2M。", "Please give "+field+", such as 15WD, 60D or 2M.")
	}
	if t.rules.Calendar.Add(t.today, p).Date.After(t.rules.Calendar.Add(t.today, limit).Date) {
		return invalid(field, "over_cap", "期限不能超过"+limit.String()+"。", field+" may not exceed "+limit.String()+".")
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
	t.record(&NoticeReturned{b})
	t.goTo(NoticeDrafting)
	return nil
}

func (ApproveNotice) decide(t *turn) error {
	t.record(&NoticeApproved{Year: t.today.Year(), On: t.today, PolicyVersion: t.rules.PolicyVersion})
	t.goTo(Serving)
	return nil
}

func (b CorrectNotice) decide(t *turn) error {
	if err := first(t.text("reason", b.Reason, maxText), t.optional("unit", b.Unit, maxName)); err != nil {
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
	body := &NoticeCorrected{CorrectNotice: b}
	if b.Unit != "" {
		body.Misdirected = t.c.Unit
		t.fallAway() // what hung on the wrong unit
	}
	t.record(body)
	t.stopUnit()
	t.stop(policy.ClockObjection, 0) // the notice objected to is withdrawn
	t.stop(policy.ClockHandover, 0)  // the new notice goes to whoever is secretary
	t.raise(policy.L0)
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
		policy.ClockPlan, policy.ClockRectification, policy.ClockCheckIn, policy.ClockExtension, policy.ClockStay,
	} {
		t.stop(name, 0)
	}
}

// Series is the year's series of notice numbers.
func (b *NoticeApproved) Series() string { return fmt.Sprintf("notice/%d", b.Year) }

// Allot writes the notice number.
func (b *NoticeApproved) Allot(n int) { b.Number = fmt.Sprintf("〔%d〕%d号", b.Year, n) }

func (b *NoticeSubmitted) apply(c *Case, e Event) {
	n := Notice{Text: b.Text, Period: b.Period, ExternalDue: b.ExternalDue, Source: b.Source, Version: 1}
	if c.Notice != nil {
		n.Version = c.Notice.Version
		if c.Notice.Number != "" {
			n.Version++
		}
	}
	c.Notice = &n
	c.Part.Drafter = e.Actor.Account
}

func (*NoticeReturned) apply(*Case, Event) {}

func (b *NoticeApproved) apply(c *Case, e Event) {
	n := *c.Notice
	n.Number, n.On = b.Number, b.On
	c.Notice, c.PolicyVersion = &n, b.PolicyVersion
	c.Part.Signer = e.Actor.Account
}

func (b *NoticeCorrected) apply(c *Case, _ Event) {
	c.Receipt, c.Plan, c.Report, c.Objection, c.Extension, c.Stay, c.Handover = nil, nil, nil, nil, nil, nil, nil
	if b.Misdirected == "" {
		return
	}
	// What happened to the wrong unit counts for nothing: the right one starts
	// with its first round, and sees none of it.
	c.FormerUnits = append(slices.Clone(c.FormerUnits), b.Misdirected)
	c.Predecessors = nil
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

// Involves names the children, which come back when the case goes to another
// unit.
func (b CorrectNotice) Involves(c Case) []string {
	if b.Unit == "" {
		return nil
	}
	return childrenOf(c)
}

func (b CorrectNotice) refers() Refs {
	if b.Unit == "" {
		return Refs{}
	}
	return Refs{Units: []string{b.Unit}}
}
