package lifecycle

import (
	"slices"

	"duban/calendar"
	"duban/policy"
)

// CorrectEntry puts right a date or a result that was entered by mistake (更正录入).
type CorrectEntry struct {
	Event int64  `json:"event" minimum:"1" doc:"Number of the event that holds what was entered, as the case's events have it"`
	Field string `json:"field,omitempty" enum:"on,until,result" doc:"Which field of it; needed only where it holds two, as the request for more time on paper does"`
	Value string `json:"value" minLength:"1" maxLength:"40" doc:"What it should read: a date such as 2026-03-02, or the code of a result"`
	// Findings and Feedback go with another result of a look-back.
	Findings []LookBackPoint `json:"findings,omitempty" maxItems:"100" doc:"Of a look-back's result: what was found of each measure"`
	Feedback string          `json:"feedback,omitempty" maxLength:"10000" doc:"Of a look-back that failed: text of the feedback notice, which goes to the leaders' signature"`
	Reason   string          `json:"reason" minLength:"1" maxLength:"10000"`
}

// EntryCorrected: what was entered with an earlier event reads otherwise now. That
// event stays as it was.
type EntryCorrected struct {
	CorrectEntry
	// Of is the kind of the event, Was what it read.
	Of  EventKind `json:"of" doc:"The kind of the event that holds it"`
	Was string    `json:"was" doc:"What was entered before"`
	// By is who had entered it.
	By string `json:"by" doc:"Account of who had entered it"`
	// Measure is the measure that it is about.
	Measure int `json:"measure,omitempty" doc:"Number of the measure that it is about; none when it is about none"`
	// Due is when the unit must be ready now, if that changed.
	Due Date `json:"due,omitzero" doc:"When the unit must be ready now; none when that did not change"`
	// FirstPeriod and OtherDue are the receipt's now, Late the report's.
	FirstPeriod Period `json:"first_period,omitzero" doc:"The period of the first round, counted anew; none when it is no receipt"`
	OtherDue    Date   `json:"other_due,omitzero" doc:"The date that another body set, as the receipt has it now; none when there is none"`
	Late        *int   `json:"late,omitempty" doc:"By how many working days the report was late, counted anew; none when it is no report"`
	// Papers went out with what was wrong.
	Papers []SentPaper `json:"papers,omitempty" doc:"The papers that went out with what was wrong"`
	// ToLeader is as in LookBackRecorded.
	ToLeader bool `json:"to_leader,omitempty" doc:"Whether a leader must say how it goes on"`
	// Follows: another case of the notice was put right, and this one with it.
	Follows bool `json:"follows,omitempty" doc:"Whether another case of the notice was put right, and this one with it"`
	// Number is that of the confirmation which takes the place of the one with the wrong day.
	Number string  `json:"number,omitempty" doc:"Number of the confirmation that takes the place of the one with the wrong day; none when there is none"`
	Issued *Issued `json:"issued,omitempty" doc:"That confirmation; none when there is none"`

	series series
}

// A SentPaper is one that went out.
type SentPaper struct {
	Paper  PaperKind `json:"paper"`
	On     Date      `json:"on"`
	Number string    `json:"number,omitempty"`
}

// Involves names the other cases of the notice when it is the day of their common
// receipt.
func (b CorrectEntry) Involves(c Case) []string {
	if e, ok := c.entered(b.Event, b.Field); ok && e.Of == EventReceiptRecorded && c.Round == 1 {
		return noticed(c)
	}
	return nil
}

func (b CorrectEntry) refers() Refs { return Refs{Posts: true} }

func (b CorrectEntry) decide(t *turn) error {
	e, ok := t.c.entered(b.Event, b.Field)
	if !ok {
		return notCorrectable()
	}
	if b.Field == "" && slices.ContainsFunc(t.c.Entered, func(o Entered) bool { return o.Event == e.Event && o.Field != e.Field }) {
		return invalid("field", "required", "该条记录有两项可以更正，请写明更正哪一项（on或者until）。", "That event holds two entries; say which, on or until.")
	}
	if refusal := t.mayCorrect(e); refusal != nil {
		return refusal
	}
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	siblings := t.receivedTogether(e)
	if err := b.correct(t, e, false); err != nil {
		return err
	}
	for _, o := range siblings {
		own, _ := o.c.receiptEntered(e.Value)
		part := b
		part.Event = own.Event
		if refusal := o.mayCorrect(own); refusal != nil {
			return about(o.c, refusal)
		}
		if err := part.correct(o, own, true); err != nil {
			return about(o.c, err)
		}
	}
	return nil
}

// correct puts one case right.
func (b CorrectEntry) correct(t *turn, e Entered, follows bool) error {
	row, _ := entryOf(e.Of, e.Field)
	b.Field = e.Field
	if b.Value == e.Value && b.Findings == nil {
		return invalid("value", "nothing_changed", "更正后的内容与原来相同。", "That is what it reads already.")
	}
	if e.Field != "result" && (b.Findings != nil || b.Feedback != "") {
		return invalid("findings", "no_result", "更正日期时不填写核查情况和回头看反馈意见。", "Findings and feedback go with a look-back's result.")
	}
	if err := row.check(t, b, e); err != nil {
		return err
	}
	main, _ := t.c.clock(policy.ClockRectification, 0)
	body := &EntryCorrected{CorrectEntry: b, Of: e.Of, Was: e.Value, By: e.By, Measure: e.Measure, Follows: follows, Papers: t.c.papersSince(e)}
	if row.reckon != nil {
		row.reckon(t, e, body)
	}
	t.record(body)
	if row.follow != nil {
		row.follow(t, e, body)
	}
	if now, ok := t.c.clock(policy.ClockRectification, 0); ok && now.Due != main.Due {
		body.Due = now.Due
	}
	if body.confirms(t.c) {
		body.series = t.seriesOf(PaperReceipt)
	}
	return nil
}

// confirms reports whether a confirmation goes out with it.
func (b *EntryCorrected) confirms(after Case) bool {
	return b.Of == EventReceiptRecorded && !b.Due.IsZero() && after.Receipt != nil
}

// Series is that of the confirmations; empty when none goes out.
func (b *EntryCorrected) Series() string { return b.series.name() }

// Allot writes the number of the confirmation.
func (b *EntryCorrected) Allot(n int) { b.Number = b.series.number(n) }

// day is the date that the value is.
func (b *EntryCorrected) day() Date {
	d, _ := calendar.ParseDate(b.Value) // checked before it was recorded
	return d
}

// date reads the value as a date.
func (b CorrectEntry) date() (Date, error) {
	d, err := calendar.ParseDate(b.Value)
	if err != nil {
		return Date{}, invalid("value", "not_a_date", "更正后的日期请写作2026-03-02的形式。", "Write the date as 2026-03-02.")
	}
	return d, nil
}

// dayGiven reads a day of the past that is not before the earliest.
func (t *turn) dayGiven(b CorrectEntry, earliest Date) (Date, error) {
	d, err := b.date()
	if err == nil {
		err = t.dayBetween("value", d, earliest)
	}
	return d, err
}

// dayNamed reads a day to come, as dayAfter would take it.
func (t *turn) dayNamed(b CorrectEntry, after, latest Date) (Date, error) {
	d, err := b.date()
	if err == nil {
		err = t.dayAfter("value", d, after, latest)
	}
	return d, err
}

// papersSince lists the papers that went out with a due date that counts from what
// was entered.
func (c Case) papersSince(e Entered) []SentPaper {
	var list []SentPaper
	if m, ok := c.measure(e.Measure); ok && e.Of == EventMeasureRecorded && m.Kind == policy.MeasureSupervisionLetter {
		list = append(list, SentPaper{Paper: PaperLetter, On: m.Record.On, Number: m.Record.Number})
	}
	if e.Of != EventReceiptRecorded && e.Of != EventExtensionDecided {
		return list
	}
	if e.Of == EventReceiptRecorded {
		list = append(list, SentPaper{Paper: PaperReceipt, On: e.On})
	}
	for _, m := range c.Measures {
		switch {
		case m.Misdirected || m.Step == policy.L0: // says nothing of a due date
		case m.Kind == policy.MeasureSupervisionLetter && m.Record != nil:
			list = append(list, SentPaper{Paper: PaperLetter, On: m.Record.On, Number: m.Record.Number})
		case m.Kind == policy.MeasureReminderTalk && m.Talk != nil:
			on := m.On
			if !m.FixedOn.IsZero() {
				on = m.FixedOn
			}
			list = append(list, SentPaper{Paper: PaperTalk, On: on})
		}
	}
	return list
}

// entryCorrected keeps the value that holds from now on, and who put it right.
func (c *Case) entryCorrected(e Event, b *EntryCorrected) {
	c.Entered = slices.Clone(c.Entered)
	i := slices.IndexFunc(c.Entered, func(have Entered) bool { return have.Event == b.Event && have.Field == b.Field })
	have := c.Entered[i]
	have.Value, have.On = b.Value, e.Legal
	have.Corrected = append(slices.Clone(have.Corrected), e.Actor.Account)
	c.Entered[i] = have
}

func (b *EntryCorrected) apply(c *Case, e Event) {
	if row, ok := entryOf(b.Of, b.Field); ok && row.put != nil {
		row.put(c, b, e)
	}
}

// Issues names the confirmation that takes the place of the one with the wrong day.
func (b *EntryCorrected) Issues(after Case) PaperKind {
	if b.confirms(after) {
		return PaperReceipt
	}
	return ""
}

// Issue notes the confirmation.
func (b *EntryCorrected) Issue(i Issued) { b.Issued = &i }

// told: whoever had entered it, if another put it right; the unit, when something that
// it may see changed; and the leaders, of a feedback notice that waits for one.
func (b *EntryCorrected) told(c Case, e Event) []Recipient {
	var told []Recipient
	if b.By != e.Actor.Account {
		told = append(told, Recipient{Account: b.By})
	}
	if b.Of == EventLookBackRecorded && Result(b.Value).failed() {
		told = append(told, Recipient{Role: Leader})
	}
	if c.Served && (e.Visible || b.Of == EventLookBackRecorded && Result(b.Was) == MostlyInPlace) {
		told = append(told, Recipient{Unit: c.Unit})
	}
	return told
}

// receivedTogether are the other cases of the notice that were received with this one
// and whose time still counts from that day.
func (t *turn) receivedTogether(e Entered) []*turn {
	if e.Of != EventReceiptRecorded || t.c.Round != 1 {
		return nil
	}
	return slices.DeleteFunc(t.siblings(), func(o *turn) bool {
		_, ok := o.c.receiptEntered(e.Value)
		return !ok || o.mayRecount() != nil
	})
}

// receiptEntered is the receipt of the day, as somebody entered it.
func (c Case) receiptEntered(on string) (Entered, bool) {
	i := slices.IndexFunc(c.Entered, func(e Entered) bool { return e.Of == EventReceiptRecorded && e.Value == on })
	if i < 0 {
		return Entered{}, false
	}
	return c.Entered[i], true
}
