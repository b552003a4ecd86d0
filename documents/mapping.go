package documents

import (
	"slices"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A mapping reads what a document says out of a case and its events.
type mapping struct {
	Source

	c lifecycle.Case
	// to is whom the document being written is addressed to.
	to Addressee
}

// last returns the last event of which the body is of one type.
func last[B lifecycle.Body](events []lifecycle.Event) (event lifecycle.Event, body B, ok bool) {
	for _, e := range slices.Backward(events) {
		if b, is := e.Body.(B); is {
			return e, b, true
		}
	}
	return event, body, false
}

// draft reports whether the notice has yet to be signed.
func (m *mapping) draft() bool { return m.c.Notice == nil || m.c.Notice.Number == "" }

// addressee is who answers for the unit on a day, the acting head while the
// secretary's post is vacant: a notice stays with the one it was served on.
func (m *mapping) addressee(on calendar.Date) Addressee {
	m.to = Addressee{Unit: m.Unit}
	held := slices.DeleteFunc(slices.Clone(m.Posts), func(p Post) bool {
		return p.Since.After(on) || !p.Until.IsZero() && p.Until.Before(on)
	})
	posts := make([]string, len(held))
	for i, p := range held {
		posts[i] = p.Kind
	}
	if at, _ := lifecycle.Answerable(posts); at >= 0 {
		m.to.Post, m.to.Holder = held[at].Kind, held[at].Holder
	}
	return m.to
}

func (m *mapping) ref() Ref {
	r := Ref{Case: m.c.Number, Title: m.c.Finding.Title}
	if !m.draft() {
		r.Notice, r.On = m.c.Notice.Number, m.c.Notice.On
	}
	return r
}

func notYet(code, zh, en string) error { return &NotYetError{Code: code, ZH: zh, EN: en} }

// eventsOf are the events of one of the notice's cases.
func (m *mapping) eventsOf(id string) []lifecycle.Event {
	for _, events := range m.Others {
		if len(events) > 0 && events[0].Case == id {
			return events
		}
	}
	return m.Events
}

// clock returns one of the case's clocks that no measure has.
func clock(c lifecycle.Case, name policy.ClockName) (lifecycle.Clock, bool) {
	i := slices.IndexFunc(c.Clocks, func(k lifecycle.Clock) bool { return k.Name == name && k.Measure == 0 })
	if i < 0 {
		return lifecycle.Clock{}, false
	}
	return c.Clocks[i], true
}

// at is the case as the command that caused the event left it.
func (m *mapping) at(e lifecycle.Event) lifecycle.Case {
	return lifecycle.Fold(slices.DeleteFunc(slices.Clone(m.Events), func(x lifecycle.Event) bool {
		return x.Seq > e.Seq && (x.Command == "" || x.Command != e.Command)
	}))
}

// redated is the last correction of the day of the receipt that holds, by which the
// confirmation was sent anew.
func (m *mapping) redated() (lifecycle.Event, *lifecycle.EntryCorrected, bool) {
	for _, e := range slices.Backward(m.Events) {
		switch b := e.Body.(type) {
		case *lifecycle.EntryCorrected:
			if b.Of == lifecycle.EventReceiptRecorded && !b.Due.IsZero() {
				return e, b, m.c.Receipt != nil
			}
		case *lifecycle.ReceiptRecorded:
			return e, nil, false
		}
	}
	return lifecycle.Event{}, nil, false
}

func (m *mapping) receipt() ([]byte, error) {
	e, _, ok := last[*lifecycle.ReceiptRecorded](m.Events)
	if !ok || m.c.Receipt == nil {
		return nil, notYet("no_receipt", "反馈意见尚未签收。", "The notice was not received yet.")
	}
	corrected, b, again := m.redated()
	was := ""
	if again {
		e, was = corrected, b.Was
	}
	then := m.at(e)
	main, running := clock(then, policy.ClockRectification)
	if !running || then.Receipt == nil || then.Notice == nil {
		return nil, notYet("no_receipt", "签收时没有起算整改期限。", "No deadline began with the receipt.")
	}
	on := then.Receipt.On
	object, objectUnit := m.objection(on)
	r := Receipt{
		Office: m.Office, To: m.addressee(on), Number: lifecycle.NumberBy(e), Case: m.c.Number, Title: m.c.Finding.Title, Notice: then.Notice.Number, NoticeOn: then.Notice.On,
		On: on, Manner: mannerZH(then.Receipt.Manner), Due: main.Due, Provisional: main.Provisional, Source: then.Notice.Source,
		Object: object, ObjectUnit: objectUnit,
	}
	if again {
		r.Dated = e.Legal
		r.Was, _ = calendar.ParseDate(was) // as it was recorded
	}
	if plan, ok := clock(then, policy.ClockPlan); ok {
		r.Plan = plan.Due
	}
	if !main.Period.IsZero() {
		// The calendar may have changed since; the date that was given stands.
		if e := m.Calendar.Explain(main.Start, main.Period); e.Due.Date == main.Due {
			r.Counting = &e
		} else {
			r.Source = "签收次日起" + main.Period.Chinese() + "，按签收时施行的工作日历计算"
		}
	}
	return r.Write()
}

func mannerZH(m lifecycle.Manner) string {
	switch m {
	case lifecycle.Electronic:
		return "电子签收"
	case lifecycle.OnPaper:
		return "纸质签收"
	case lifecycle.Refused:
		return "拒收留置送达"
	case lifecycle.Alternative:
		return "其他方式送达"
	default:
		return string(m)
	}
}

// measure returns the measure asked for, or the last of a kind that was ordered
// and stands.
func (m *mapping) measure(kind policy.MeasureKind) (lifecycle.Measure, bool) {
	for _, one := range slices.Backward(m.c.Measures) {
		if one.Kind == kind && (m.Measure == 0 || m.Measure == one.No) && !one.Misdirected && (one.Status == lifecycle.Ordered || one.Status == lifecycle.Done) {
			return one, true
		}
	}
	return lifecycle.Measure{}, false
}

// lapse is what the unit had missed when a measure was ordered.
func (m *mapping) lapse(no int) *Lapse {
	for _, e := range m.Events {
		b, ok := e.Body.(*lifecycle.MeasureOrdered)
		if !ok || b.No != no {
			continue
		}
		then := m.at(e)
		for _, name := range []policy.ClockName{policy.ClockRectification, policy.ClockPlan, policy.ClockCheckIn} {
			k, ok := clock(then, name)
			if !ok || !k.Passed {
				continue
			}
			lapse := &Lapse{Said: b.Basis, Task: lifecycle.AwaitedOn(name).Task.ZH}
			if e.Actor.Account != "" { // a person's basis is in that person's words
				lapse.Said = lifecycle.Lapsed(name, k.Due, 0).ZH
			}
			if k.Next != nil {
				lapse.By = k.Next.On
			}
			return lapse
		}
	}
	return nil
}

func (m *mapping) letter() ([]byte, error) {
	one, ok := m.measure(policy.MeasureSupervisionLetter)
	if !ok {
		return nil, notYet("no_supervision_letter", "没有决定发出督办函。", "No supervision letter was ordered.")
	}
	l := Letter{
		Office: m.Office, Ref: m.ref(), On: one.On, Draft: one.Record == nil, Basis: one.Basis, Lapse: m.lapse(one.No),
	}
	if r := one.Record; r != nil {
		l.On, l.Number, l.Demand = r.On, r.Number, r.Requirements
	}
	l.To = m.addressee(l.On)
	return l.Write()
}

func (m *mapping) talk() ([]byte, error) {
	one, ok := m.measure(policy.MeasureReminderTalk)
	if !ok {
		return nil, notYet("no_reminder_talk", "没有决定进行提醒谈话。", "No reminder talk was ordered.")
	}
	if one.Talk == nil && one.Record == nil {
		return nil, notYet("talk_not_fixed", "提醒谈话的时间和地点尚未约定，领导约定后才发出通知。", "A leader has not fixed time and place of the talk yet; its notice leaves with that.")
	}
	on := one.On
	if !one.FixedOn.IsZero() {
		on = one.FixedOn
	}
	t := Talk{Office: m.Office, Ref: m.ref(), Number: one.Notice, Former: m.formerTalk(one.No), On: on, Basis: one.Basis, Lapse: m.lapse(one.No), To: m.addressee(on)}
	if who := one.Subject; who != nil {
		m.to.Post, m.to.Holder = who.Post, who.Person
		t.To = m.to
	}
	if a := one.Talk; a != nil {
		t.Held, t.Time, t.Place = a.On, a.Time, a.Place
	}
	if r := one.Record; r != nil {
		t.Held, t.Place, t.Demand = r.On, r.Place, r.Requirements
	}
	return t.Write()
}

// formerTalk is what the last notice of a talk changed; nil when it is the first.
func (m *mapping) formerTalk(no int) *FormerTalk {
	for _, e := range slices.Backward(m.Events) {
		if b, ok := e.Body.(*lifecycle.TalkFixed); ok && b.No == no {
			if b.Former == nil {
				return nil
			}
			return &FormerTalk{Number: b.Replaces, Held: b.Former.On, Time: b.Former.Time, Place: b.Former.Place}
		}
	}
	return nil
}

func (m *mapping) closing() ([]byte, error) {
	e, b, ok := last[*lifecycle.ClosureApproved](m.Events)
	if !ok || m.c.ClosedAt.IsZero() {
		return nil, notYet("not_closed", "该事项尚未销号。", "The case is not closed.")
	}
	return Closing{Office: m.Office, To: m.addressee(e.Legal), Ref: m.ref(), Number: b.Number, On: e.Legal, Round: m.c.Round}.Write()
}

func (m *mapping) withdrawal() ([]byte, error) {
	if e, b, ok := last[*lifecycle.NoticeCorrected](m.Events); ok && b.Misdirected != "" && m.now(e) {
		return m.misdirection(e, b)
	}
	w := Withdrawal{Office: m.Office, Ref: m.ref()}
	if m.c.Stage != lifecycle.Voided {
		return nil, notYet("not_voided", "该事项没有撤销。", "The case was not voided.")
	}
	if e, b, ok := last[*lifecycle.CaseVoided](m.Events); ok {
		w.On, w.Reason, w.Number = e.Legal, b.Reason, b.Number
	} else if e, b, ok := last[*lifecycle.ObjectionDecided](m.Events); ok {
		w.On, w.Reason, w.Number, w.Objected = e.Legal, b.Reasons, b.Number, true
	}
	if !m.c.Served {
		return nil, notYet("never_served", "反馈意见没有送达，无须发撤销通知。", "No notice was served, so there is nobody to tell.")
	}
	w.To = m.addressee(w.On)
	return w.Write()
}

// now reports whether an event is of the last command: who writes its paper later
// does not know the unit it went to.
func (m *mapping) now(e lifecycle.Event) bool { return e.Command == m.Events[len(m.Events)-1].Command }

func (m *mapping) misdirection(e lifecycle.Event, by *lifecycle.NoticeCorrected) ([]byte, error) {
	out := Misdirection{Office: m.Office, To: m.addressee(e.Legal), Number: by.Number, Notice: m.c.Notice.Number, NoticeOn: m.c.Notice.On, On: e.Legal}
	for _, c := range m.together() {
		out.Items = append(out.Items, c.Number)
	}
	for _, events := range m.Others {
		c := lifecycle.Fold(events)
		out.Rest = out.Rest || c.Notice != nil && c.Notice.ID == m.c.Notice.ID && c.Unit == by.Misdirected && !c.Stage.Settled()
	}
	return out.Write()
}

func (m *mapping) reportForm() ([]byte, error) {
	if len(m.Events) == 0 {
		return nil, HiddenError{}
	}
	f := ReportForm{Office: m.Office, Unit: m.Unit, Ref: m.ref(), On: m.Events[0].Legal}
	if k, ok := clock(m.c, policy.ClockRectification); ok && k.StandsSince.IsZero() {
		f.Due = k.Due
	}
	if p := m.c.Plan; p != nil && p.Accepted {
		for _, one := range p.Measures {
			if one.Due.IsZero() || one.Owner == "" { // the one measure of a case without a plan
				continue
			}
			f.Planned = append(f.Planned, Planned{No: one.No, Text: one.Text, Owner: one.Owner, Due: one.Due})
		}
	}
	return f.Write()
}
