package lifecycle

import (
	"duban/calendar"
	"duban/policy"
)

// A Receipt says how and when a notice reached the unit; the unit's clock
// starts with it and never before.
type Receipt struct {
	Manner  Manner `json:"manner"`
	On      Date   `json:"on"`
	Scan    string `json:"scan,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Witness string `json:"witness,omitempty"`
	// FirstPeriod is the period of the first round, in working or natural days.
	FirstPeriod Period `json:"first_period"`
	// OtherDue stands beside a date that another body set and that had come by the
	// day of receipt: the one that the time to correct gives from the receipt. The
	// other body's holds until a leader decides which does.
	OtherDue Date `json:"other_due,omitzero"`
}

// A Manner is how a notice reached the unit.
type Manner string

// The manners of service.
const (
	Electronic  Manner = "electronic"  // the secretary signs on line
	OnPaper     Manner = "paper"       // a signed slip came back
	Refused     Manner = "refused"     // refused before a witness
	Alternative Manner = "alternative" // served otherwise after the time ran out
)

// RecordReceipt records that the notice was received.
type RecordReceipt struct {
	Manner  Manner `json:"manner" doc:"How the notice reached the unit: electronic by the unit itself; paper with a scan; refused or alternative with a reason"`
	On      Date   `json:"on,omitzero" doc:"The day of receipt; today for an electronic one"`
	Scan    string `json:"scan,omitempty" maxLength:"200" doc:"The scanned slip, evidence:ID of the case; required on paper"`
	Reason  string `json:"reason,omitempty" maxLength:"10000" doc:"Why it was refused or served otherwise"`
	Witness string `json:"witness,omitempty" maxLength:"100" doc:"Who witnessed the refusal"`
}

// ReceiptRecorded: the notice is served.
type ReceiptRecorded struct {
	Receipt
	// Number is that of the confirmation.
	Number string  `json:"number,omitempty" doc:"Number of the confirmation"`
	Issued *Issued `json:"issued,omitempty" doc:"The confirmation with the due dates"`

	series series
}

func (b RecordReceipt) decide(t *turn) error {
	r, err := b.check(t, "")
	if err != nil {
		return err
	}
	siblings := t.abreast()
	t.receive(r)
	return b.receiveAll(siblings, "")
}

// receiveAll serves the other cases of the notice with the same receipt.
func (b RecordReceipt) receiveAll(siblings []*turn, path string) error {
	return eachOf(KindRecordReceipt, siblings, func(o *turn) error {
		r, err := b.check(o, path)
		if err == nil {
			o.receive(r)
		}
		return err
	})
}

// check judges who may record which manner of service, and with what proof. In
// another command's body the fields stand behind a path.
func (b RecordReceipt) check(t *turn, path string) (Receipt, error) {
	if err := oneOf(path+"manner", b.Manner, Electronic, OnPaper, Refused, Alternative); err != nil {
		return Receipt{}, err
	}
	today := t.rules.Today(t.received)
	if b.Manner == Electronic {
		if !t.actor.Has(UnitSecretary) {
			return Receipt{}, forbidden("secretary_signs", "电子签收只能由单位书记办理。", "Only the unit's secretary may sign the receipt electronically.")
		}
		if !b.On.IsZero() && b.On != today {
			return Receipt{}, invalid(path+"on", "not_today", "电子签收日期即为今天。", "An electronic receipt is dated today.")
		}
		return Receipt{Manner: Electronic, On: today}, nil
	}
	if !t.actor.Has(Officer) {
		return Receipt{}, forbidden("officer_records", "纸质、拒签和其他方式的送达由经办人记录。", "Only an officer may record service other than electronic.")
	}
	err := t.dayBetween(path+"on", b.On, t.c.Notice.On)
	if err == nil && (b.Manner == OnPaper || b.Scan != "") {
		err = t.scan(path+"scan", b.Scan)
	}
	if err == nil && b.Manner != OnPaper {
		err = t.text(path+"reason", b.Reason, maxText)
	}
	if err == nil && b.Manner == Refused {
		err = t.text(path+"witness", b.Witness, maxName)
	}
	if err == nil && b.Manner == Alternative {
		if k, ok := t.c.clock(policy.ClockReceipt, 0); ok && !k.Passed {
			err = notAllowed("receipt_still_running", "签收期限未过，暂不能采取其他方式送达。", "Alternative service is possible only once the time for the receipt has run out.")
		}
	}
	return Receipt{Manner: b.Manner, On: b.On, Scan: b.Scan, Reason: b.Reason, Witness: b.Witness}, err
}

// receive serves the notice: the unit's clocks start with the day of receipt.
func (t *turn) receive(r Receipt) {
	main := t.mainClock(r.On)
	r.FirstPeriod = t.c.FirstPeriod
	if t.c.Round == 1 {
		r.FirstPeriod = main.Period
		if r.FirstPeriod.Unit != calendar.WorkingDays {
			r.FirstPeriod = Period{N: max(0, main.base().DaysSince(r.On)), Unit: calendar.NaturalDays}
		}
		r.OtherDue = t.otherDue(main, r.On)
	}
	if former, ok := t.c.clock(policy.ClockRectification, 0); ok && t.c.Reissue != nil {
		main = t.afterReissue(former, main)
	}
	t.record(&ReceiptRecorded{Receipt: r, series: t.seriesOf(PaperReceipt)})
	if t.c.Finding.Type == Immediate || t.c.Round > 1 {
		t.raise(max(t.c.Level, t.floor()))
		t.goTo(Rectifying)
		t.run(main)
		return
	}
	t.goTo(Planning)
	t.run(main)
	t.run(t.capPlan(t.start(policy.ClockPlan, r.On, t.rules.Policy.Clock(policy.ClockPlan).Within)))
}

// mainClock is the unit's main clock, from the receipt. A later round has half
// of the days first allowed, rounded up, at least what the policy says.
func (t *turn) mainClock(from Date) Clock {
	n := t.c.Notice
	switch {
	case t.c.Round > 1:
		return t.laterRound(from)
	case !n.ExternalDue.IsZero():
		k := t.until(policy.ClockRectification, from, n.ExternalDue)
		if k.Due.Before(from) { // nobody is late before he is served
			k.Spared = []Span{{From: k.Due, To: from}}
		}
		return k
	default:
		return t.start(policy.ClockRectification, from, n.Period)
	}
}

func (t *turn) laterRound(from Date) Clock {
	allowed := t.c.FirstPeriod
	half := t.start(policy.ClockRectification, from, Period{N: (allowed.N + 1) / 2, Unit: allowed.Unit})
	least := t.start(policy.ClockRectification, from, t.rules.Policy.Rectification.LaterAtLeast)
	if least.Due.After(half.Due) {
		return least
	}
	return half
}

// Series is that of the confirmations.
func (b *ReceiptRecorded) Series() string { return b.series.name() }

// Allot writes the number of the confirmation.
func (b *ReceiptRecorded) Allot(n int) { b.Number = b.series.number(n) }

func (b *ReceiptRecorded) apply(c *Case, _ Event) {
	r := b.Receipt
	c.Receipt, c.FirstPeriod = &r, r.FirstPeriod
	if former, ok := c.clock(policy.ClockRectification, 0); ok && c.Reissue != nil {
		k := *c.Reissue
		k.Renewed, k.FormerDue = true, former.Due
		c.Reissue = &k
	}
}
