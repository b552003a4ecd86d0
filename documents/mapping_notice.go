package documents

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// replaced is the case as it was when the notice went out that its present one takes
// the place of.
func replaced(events []lifecycle.Event, now lifecycle.Case) (then lifecycle.Case, ok bool) {
	if now.Notice == nil || now.Notice.Replaces == "" {
		return then, false
	}
	var c lifecycle.Case
	for _, e := range events {
		before := c.Notice
		c = c.Apply(e)
		if n := c.Notice; n != nil && n.Number == now.Notice.Replaces && (before == nil || before.Number != n.Number) {
			then, ok = c, true
		}
	}
	return then, ok
}

// changes are what a case's part of a notice says otherwise than the one before.
func (m *mapping) changes(then, now lifecycle.Case) []Change {
	var out []Change
	add := func(what, from, to string) {
		if from != to {
			out = append(out, Change{What: what, From: from, To: to})
		}
	}
	f, g := then.Finding, now.Finding
	add("问题", f.Title, g.Title)
	add("问题事实", f.Facts, g.Facts)
	add("依据", f.Basis, g.Basis)
	if now.Round == 1 {
		add("整改期限", allowed(then.Notice), allowed(now.Notice))
	}
	return out
}

// allowed is the time that a notice gives, in words.
func allowed(n *lifecycle.Notice) string {
	if !n.ExternalDue.IsZero() {
		return chineseDate(n.ExternalDue) + "前"
	}
	return n.Period.Chinese()
}

// takenBack reports whether the notice was taken back and none is drafted in its
// place.
func (m *mapping) takenBack() bool {
	correction, _, _ := last[*lifecycle.NoticeCorrected](m.Events)
	submission, _, _ := last[*lifecycle.NoticeSubmitted](m.Events)
	return correction.Seq > submission.Seq
}

func (m *mapping) notice() ([]byte, error) {
	submission, _, submitted := last[*lifecycle.NoticeSubmitted](m.Events)
	amended, decided := m.amendment()
	switch {
	case m.c.TakenOver != nil && !submitted && amended == nil && m.c.Notice != nil:
		return nil, notYet("notice_elsewhere", "该事项系转入的在办事项，原反馈意见（"+m.c.Notice.Number+"）不是由本系统发出的，请查阅原件。",
			"The case was taken over; its notice "+m.c.Notice.Number+" was not issued here.")
	case m.c.Notice == nil, !submitted && m.c.TakenOver == nil:
		return nil, notYet("no_notice", "反馈意见尚未拟稿。", "No notice was drafted yet.")
	case m.takenBack():
		return nil, notYet("notice_withdrawn", "反馈意见已收回更正，尚未重新拟稿。", "The notice was taken back to be corrected, and no new one was drafted yet.")
	}
	n := m.c.Notice
	on, form := n.On, m.Form
	switch {
	case m.draft():
		on = submission.Legal
	case amended != nil:
		on = decided
	}
	if form == "" {
		form = Form(n.Form)
	}
	method, _ := m.Policy.Codes.Method(m.c.Finding.Method)
	out := Notice{
		Office: m.Office, Form: form, To: m.addressee(on), Number: n.Number, On: on, Draft: m.draft(), Campaign: m.Campaign, Held: m.Held, Method: method.ZH,
		Demand: n.Text, Term: m.term(m.c, on), Amended: amended,
	}
	for _, c := range m.together() {
		f := m.finding(c)
		if c.ID != m.c.ID {
			t := m.term(c, on)
			f.Term = &t
		}
		if then, ok := replaced(m.eventsOf(c.ID), c); ok {
			f.Changes = m.changes(then, c)
		}
		out.Findings = append(out.Findings, f)
		out.replaces(c)
	}
	if then, ok := replaced(m.Events, m.c); ok && then.Notice.Text != n.Text {
		out.Changes = append(out.Changes, Change{What: "整改要求", From: then.Notice.Text, To: n.Text})
	}
	return out.Write()
}

// amendment is how the answer to an objection made the notice, and the day of it.
func (m *mapping) amendment() (*Amendment, calendar.Date) {
	e, b, ok := last[*lifecycle.ObjectionDecided](m.Events)
	if !ok || b.Outcome != lifecycle.Partly || e.Command != m.c.Notice.ID {
		return nil, calendar.Date{}
	}
	then := m.at(e)
	a := &Amendment{Number: m.c.Notice.Replaces, Original: e.Legal}
	if before, ok := replaced(m.Events, m.c); ok {
		a.Original = before.Notice.On
	}
	if then.Receipt == nil || then.Stage == lifecycle.Serving {
		return a, e.Legal
	}
	a.Received = true
	a.Object, a.ObjectUnit = m.objection(then.Receipt.On)
	if k, ok := clock(then, policy.ClockRectification); ok {
		a.Due, a.Provisional, a.Standing = k.Due, k.Provisional, !k.StandsSince.IsZero()
	}
	if k, ok := clock(then, policy.ClockPlan); ok && then.Stage == lifecycle.Planning {
		a.Plan = k.Due
	}
	return a, e.Legal
}

// objection are the last days to object, the latter when the case is another
// unit's.
func (m *mapping) objection(received calendar.Date) (facts, unit calendar.Date) {
	figures := m.Policy.Objection
	return m.Calendar.Add(received, figures.File).Date, m.Calendar.Add(received, figures.WrongUnitFile).Date
}

// replaces notes what the notice takes the place of in a case.
func (n *Notice) replaces(c lifecycle.Case) {
	number := c.Notice.Replaces
	if number == "" {
		return
	}
	i := slices.IndexFunc(n.Replaces, func(r Replaced) bool { return r.Number == number })
	if i < 0 {
		i = len(n.Replaces)
		n.Replaces = append(n.Replaces, Replaced{Number: number})
	}
	n.Replaces[i].Items = append(n.Replaces[i].Items, c.Number)
	slices.SortStableFunc(n.Replaces, func(a, b Replaced) int {
		return cmp.Compare(lifecycle.NoticeNumberKey(a.Number), lifecycle.NoticeNumberKey(b.Number))
	})
}

// together are the cases of which the notice states the findings, in the order of
// their numbers.
func (m *mapping) together() []lifecycle.Case {
	cases := []lifecycle.Case{m.c}
	for _, events := range m.Others {
		c := lifecycle.Fold(events)
		if n := c.Notice; n != nil && n.ID == m.c.Notice.ID && n.Number == m.c.Notice.Number && c.Unit == m.c.Unit {
			cases = append(cases, c)
		}
	}
	slices.SortFunc(cases, func(a, b lifecycle.Case) int { return cmp.Compare(a.NumberKey(), b.NumberKey()) })
	return cases
}

func (m *mapping) finding(c lifecycle.Case) Finding {
	f, codes := c.Finding, m.Policy.Codes
	category, _ := codes.Category(f.Category)
	dimension, _ := codes.Dimension(f.Dimension)
	return Finding{
		Number: c.Number, Title: f.Title, Facts: f.Facts, Found: f.FoundOn, Dimension: dimension.ZH, Category: category.ZH, Basis: f.Basis,
		Evidence: m.evidence(c), Type: typeZH(f.Type), LookBack: lookBack(c),
	}
}

// evidence names what a finding rests on. What was gathered about another unit, before
// the case was sent to the right one, names that unit.
func (m *mapping) evidence(c lifecycle.Case) []string {
	if len(c.FormerUnits) > 0 {
		return nil
	}
	var out []string
	for _, one := range c.Evidence {
		if id, ok := strings.CutPrefix(one, "evidence:"); ok {
			one = m.Evidence[id]
		}
		out = append(out, one)
	}
	return out
}

// lookBack is the look-back with which a case's round began; nil in the first.
func lookBack(c lifecycle.Case) *LookBack {
	for _, l := range slices.Backward(c.LookBacks) {
		if l.Round >= c.Round || l.Result != lifecycle.NotInPlace && l.Result != lifecycle.False {
			continue
		}
		out := &LookBack{On: l.On, Result: l.Result.ZH()}
		for _, p := range l.Findings {
			point := Point{Measure: fmt.Sprintf("第%d项措施", p.No), InPlace: p.InPlace, Account: p.Account}
			if c.Plan != nil && p.No <= len(c.Plan.Measures) { // which is gone once the notice was taken back
				point.Measure = c.Plan.Measures[p.No-1].Text
			}
			out.Points = append(out.Points, point)
		}
		return out
	}
	return nil
}

// term is the time that the notice of a day gives for a case's finding.
func (m *mapping) term(c lifecycle.Case, on calendar.Date) Term {
	n, objection := c.Notice, m.Policy.Objection
	t := Term{
		Period: n.Period, Until: n.ExternalDue, Source: n.Source, Receipt: m.Policy.Clock(policy.ClockReceipt).Within,
		Object: objection.File, ObjectUnit: objection.WrongUnitFile,
	}
	switch {
	case c.Round > 1 && !c.FirstPeriod.IsZero():
		t.Period, t.Until, t.Source = c.FirstPeriod, calendar.Date{}, ""
		t.Period.N = (t.Period.N + 1) / 2
		switch least := m.Policy.Rectification.LaterAtLeast; {
		case m.never(t.Period, least, on):
		case m.never(least, t.Period, on):
			t.Period = least
		default:
			t.AtLeast = least
		}
	case c.Round == 1 && c.Finding.Type != lifecycle.Immediate:
		t.Plan = m.Policy.Clock(policy.ClockPlan).Within
		t.PlanCapped = !t.Until.IsZero() || !m.never(t.Period, t.Plan, on)
	}
	return t
}

// never reports whether a period never ends before another, from whichever of the days
// on which a notice of the day may be received.
func (m *mapping) never(period, before calendar.Period, on calendar.Date) bool {
	const days = 90
	for n := range days {
		from := on.AddDays(n)
		if m.Calendar.Add(from, period).Date.Before(m.Calendar.Add(from, before).Date) {
			return false
		}
	}
	return true
}

func typeZH(t lifecycle.Type) string {
	switch t {
	case lifecycle.Immediate:
		return "立行立改"
	case lifecycle.ByDeadline:
		return "限期整改"
	case lifecycle.SustainedDuty:
		return "长期坚持"
	default:
		return string(t)
	}
}
