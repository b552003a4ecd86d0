package lifecycle

import (
	"slices"

	"duban/policy"
)

// An ObjectionOf is the region of an objection to the notice (异议).
type ObjectionOf struct {
	Kind    ObjectionKind `json:"kind" doc:"What it objects to"`
	Grounds string        `json:"grounds" doc:"Why the unit objects, in its own words"`
	On      Date          `json:"on"`
	By      string        `json:"by"`
	Outcome Outcome       `json:"outcome,omitempty" doc:"What was decided; none before"`
	Reasons string        `json:"reasons,omitempty"`
	// NoticeVersion is the version of the notice objected to.
	NoticeVersion int `json:"notice_version"`
}

// An ObjectionKind says what is objected to.
type ObjectionKind string

// The kinds of objection.
const (
	WrongUnit ObjectionKind = "wrong_unit" // 不属本单位
	Facts     ObjectionKind = "facts"      // 事实
	Handling  ObjectionKind = "handling"   // 处理
)

// An Outcome is what was decided about an objection.
type Outcome string

// The outcomes.
const (
	Upheld   Outcome = "upheld"
	Partly   Outcome = "partly"
	Rejected Outcome = "rejected"
)

func (o *ObjectionOf) pending() bool { return o != nil && o.Outcome == "" }

// FileObjection objects to the notice. It does not stop the clock by itself.
type FileObjection struct {
	Objection ObjectionKind `json:"kind" doc:"What it objects to: that it is the wrong unit, the facts, or how it was handled"`
	Grounds   string        `json:"grounds" minLength:"1" maxLength:"10000" doc:"Why the unit objects, with the facts"`
	Paper     *Paper        `json:"paper,omitempty"`
}

// ObjectionFiled: an objection waits for the committee's answer.
type ObjectionFiled struct {
	FileObjection
	On Date `json:"on"`
}

// DecideObjection answers an objection.
type DecideObjection struct {
	Outcome Outcome `json:"outcome" doc:"Whether the unit is right: upheld ends the case, partly has the notice amended, rejected leaves it"`
	Reasons string  `json:"reasons" minLength:"1" maxLength:"10000" doc:"Why; the unit reads them"`
	Text    string  `json:"text,omitempty" maxLength:"10000" doc:"The amended notice; required when upheld in part"`
	Period  Period  `json:"period,omitzero" doc:"Time for the amended part; the notice's when left out"`

	// Rewording are the words of the finding, put right when upheld in part.
	Rewording
}

// ObjectionDecided: the objection is answered.
type ObjectionDecided struct {
	DecideObjection
	// Was is what the words of the finding were that were put right.
	Was *Rewording `json:"was,omitempty" doc:"The words of the finding before they were put right; none when they were not"`
	// Number is that of the withdrawal, or of the amended notice.
	Number string  `json:"number,omitempty" doc:"Number of the withdrawal or of the amended notice"`
	Issued *Issued `json:"issued,omitempty" doc:"The withdrawal or the amended notice; none when the notice stands"`

	series series
}

func (b FileObjection) onPaper() *Paper { return b.Paper }

func (b FileObjection) decide(t *turn) error {
	err := all(oneOf("kind", b.Objection, WrongUnit, Facts, Handling), t.text("grounds", b.Grounds, maxText))
	if err != nil {
		return err
	}
	figures := t.rules.Policy.Objection
	within, answer := figures.File, figures.Decide
	if b.Objection == WrongUnit {
		within, answer = figures.WrongUnitFile, figures.WrongUnitDecide
	}
	on, err := t.paperDay(b.Paper, t.c.Notice.On)
	if err != nil {
		return err
	}
	if refusal := t.objectedTooLate(on, within); refusal != nil {
		return refusal
	}
	t.record(&ObjectionFiled{FileObjection: b, On: on})
	t.set(t.arm(t.start(policy.ClockObjection, on, answer)))
	return nil
}

func (b DecideObjection) decide(t *turn) error {
	err := all(oneOf("outcome", b.Outcome, Upheld, Partly, Rejected), t.text("reasons", b.Reasons, maxText))
	if err == nil && b.Outcome == Partly {
		if b.Period.IsZero() {
			b.Period = t.c.Notice.Period
		}
		if b.Period.IsZero() {
			b.Period = t.allowance().Within
		}
		err = all(t.text("text", b.Text, maxText), t.period("period", b.Period, t.allowance().Cap), b.Rewording.check(t))
	}
	if err == nil && b.Outcome != Partly && (b.Text != "" || !b.Period.IsZero() || b.Rewording != (Rewording{})) {
		err = invalid("text", "not_amended", "只有部分采纳异议时，才填写更正后的正文、问题表述和期限。", "Text, words and period go with an objection upheld in part.")
	}
	if err != nil {
		return err
	}
	if b.Outcome == Upheld {
		t.fallAway()
		t.record(&ObjectionDecided{DecideObjection: b, series: t.withdrawals()})
		t.goTo(Voided)
		return nil
	}
	body := &ObjectionDecided{DecideObjection: b, Was: b.changes(t.c.Finding)}
	if b.Outcome == Partly {
		body.series = t.seriesOf(PaperNotice)
	}
	t.record(body)
	t.stop(policy.ClockObjection, 0)
	t.resumeUnit(t.today, MoveCommittee)
	if b.Outcome == Partly {
		t.restartAmended(b.Period)
	}
	return nil
}

// restartAmended gives the amended part of the notice its time again; what was
// not amended keeps its dates in the plan.
func (t *turn) restartAmended(period Period) {
	main, ok := t.c.clock(policy.ClockRectification, 0)
	if !ok {
		return
	}
	stood := !main.StandsSince.IsZero()
	main = t.resume(main, t.today, MoveCommittee)
	due := latest(main.Due, t.rules.Calendar.Add(t.today, period).Date)
	main = t.move(main, due, MoveAmended)
	if stood {
		main = t.stand(main, t.today) // the days until now are given back already
	}
	if main.Next != nil {
		main = t.arm(main)
	}
	t.set(main)
}

func (b *ObjectionFiled) apply(c *Case, e Event) {
	c.Objection = &ObjectionOf{Kind: b.Objection, Grounds: b.Grounds, On: b.On, By: e.Actor.Account, NoticeVersion: c.Notice.Version}
}

func (b *ObjectionDecided) apply(c *Case, e Event) {
	o := *c.Objection
	o.Outcome, o.Reasons = b.Outcome, b.Reasons
	c.Objection = &o
	if b.Outcome == Partly {
		b.put(&c.Finding)
		n := *c.Notice
		n.Text, n.Period, n.Version = b.Text, b.Period, n.Version+1
		// The amended notice is this case's alone, and a paper with a number of its own.
		n.ID, n.Cases, n.Issued = e.Command, nil, b.Issued
		n.Number, n.On, n.Replaces = b.Number, e.Legal, n.Number
		c.Notice = &n
	}
}

// Series is that of the withdrawals when the objection is upheld, that of the notices
// when it is in part.
func (b *ObjectionDecided) Series() string { return b.series.name() }

// Allot writes the number.
func (b *ObjectionDecided) Allot(n int) { b.Number = b.series.number(n) }

// mayObject: one objection to each version of a notice.
func mayObject(t *turn) *Refusal {
	if o := t.c.Objection; o != nil && (o.pending() || o.NoticeVersion == t.c.Notice.Version) {
		return notAllowed("objected_already", "对这份通知已提出过异议。", "This notice was objected to already.")
	}
	if !t.actor.Has(Officer) { // whose paper may be older
		return t.objectedTooLate(t.rules.Today(t.received), t.rules.Policy.Objection.File)
	}
	return nil
}

// objectedTooLate: the time to object counts from the receipt.
func (t *turn) objectedTooLate(on Date, within Period) *Refusal {
	if t.c.Receipt == nil || t.c.Stage == Serving {
		return nil
	}
	last := t.rules.Calendar.Add(t.c.Receipt.On, within).Date
	if !on.After(last) {
		return nil
	}
	return notAllowed("objected_too_late", "提出异议的期限（"+last.String()+"）已过。", "Objections had to be filed by "+last.String()+".")
}

// objectionFiled: there is an objection, and the one who decides it took no
// part in the case before.
func objectionFiled(t *turn) *Refusal {
	switch {
	case !t.c.Objection.pending():
		return notAllowed("no_objection", "没有待处理的异议。", "There is no objection to decide.")
	case slices.Contains(t.c.Part.All, t.actor.Account):
		return forbidden("took_part", "参与过该事项办理的人不能处理异议。", "Whoever took part in the case before may not decide the objection.")
	}
	return nil
}
