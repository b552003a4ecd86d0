package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	"duban/characters"
	"duban/policy"
)

// A MeasureRecord is what was done, in the terms of the measure's kind.
type MeasureRecord struct {
	On    Date   `json:"on"`
	Place string `json:"place,omitempty" maxLength:"200"`
	// HeldBy and With are of a talk: who held it, and with whom, the one it was ordered
	// with among them; the others hold their posts on that day.
	HeldBy  string       `json:"held_by,omitempty" maxLength:"64" doc:"Of a talk: account of the leader who held it"`
	With    []PostHolder `json:"with,omitempty" maxItems:"20" doc:"Of a talk: with whom, by post and name"`
	Persons []string     `json:"persons,omitempty" each:"200" maxItems:"20" doc:"Who was there, besides"`
	// To is whom an order or a circular went to.
	To           string `json:"to,omitempty" maxLength:"200" doc:"Of an order to the Party group: which group"`
	Reason       string `json:"reason,omitempty" maxLength:"10000"`
	Requirements string `json:"requirements,omitempty" maxLength:"10000" doc:"What was required"`
	Response     string `json:"response,omitempty" maxLength:"10000" doc:"What was answered or done"`
	Number       string `json:"number,omitempty" maxLength:"100" doc:"Number of the circular or of the decision. A supervision letter gets the next of its series; give one only if it went out on paper under a number of another register"`
	Signed       bool   `json:"signed,omitempty" doc:"Of a talk: the record is signed"`
	// Unsigned is why whoever was talked to did not sign.
	Unsigned string   `json:"unsigned,omitempty" maxLength:"10000" doc:"Of a talk whose record is not signed: why"`
	Evidence []string `json:"evidence,omitempty" each:"200" maxItems:"100" doc:"Files of the case that show it, each as evidence: and the file's id"`
}

// A PostHolder is a person in an office of the inspected unit.
type PostHolder struct {
	Post   string `json:"post" minLength:"1" maxLength:"100" doc:"The office, such as 党组书记"`
	Person string `json:"person" minLength:"1" maxLength:"100" doc:"Who held it on the day"`
}

// RecordMeasure records that a measure was carried out.
type RecordMeasure struct {
	No int `json:"no" minimum:"1" doc:"Number of the measure, as the case counts"`
	MeasureRecord
}

// MeasureRecorded: a measure was carried out.
type MeasureRecorded struct {
	RecordMeasure
	Issued *Issued `json:"issued,omitempty" doc:"The paper that was made of it; none when none was"`

	series series
}

func (b RecordMeasure) decide(t *turn) error {
	m, err := t.openMeasure(b.No)
	if err != nil {
		return err
	}
	if m.Status != Ordered {
		return notOrdered()
	}
	if !t.owns(m) {
		return notOwner()
	}
	if err := b.check(t, m); err != nil {
		return err
	}
	if m.Kind == policy.MeasureSupervisionLetter {
		b.Number = strings.TrimSpace(b.Number)
	}
	body := &MeasureRecorded{RecordMeasure: b}
	if m.Kind == policy.MeasureSupervisionLetter && b.Number == "" {
		body.series = t.seriesOf(PaperLetter)
	}
	t.record(body)
	t.stop(policy.ClockMeasure, b.No)
	return nil
}

// check wants what the kind's own record must hold.
func (b RecordMeasure) check(t *turn, m Measure) error {
	err := all(t.dayBetween("on", b.On, m.On), t.list("persons", b.Persons, 0, maxTitle), t.evidence("evidence", b.Evidence),
		t.optional("place", b.Place, maxTitle), t.optional("to", b.To, maxTitle), t.optional("reason", b.Reason, maxText),
		t.optional("requirements", b.Requirements, maxText), t.optional("response", b.Response, maxText),
		t.optional("number", b.Number, maxName), t.optional("unsigned", b.Unsigned, maxText))
	if err != nil {
		return err
	}
	switch m.Kind {
	case policy.MeasureReminderTalk:
		return b.checkTalk(t, m)
	case policy.MeasureOnSite:
		return all(t.text("place", b.Place, maxTitle), t.list("persons", b.Persons, 1, maxTitle), t.text("requirements", b.Requirements, maxText))
	case policy.MeasureSupervisionLetter:
		return b.checkLetter(t)
	case policy.MeasureCircular, policy.MeasureNegativeList:
		return t.text("number", b.Number, maxName)
	case policy.MeasurePartyGroupOrder:
		return all(t.text("to", b.To, maxTitle), t.text("response", b.Response, maxText))
	case policy.MeasureUrge:
		return nil
	default:
		return nil
	}
}

// checkLetter: a letter goes to a unit that knows of the case, under the next number of
// its series or under one of another register.
func (b RecordMeasure) checkLetter(t *turn) error {
	mark := t.rules.Policy.Mark(PaperLetter)
	switch {
	case !t.c.Served:
		return notAllowed("letter_before_service", "反馈意见尚未送达，暂不能发出督办函。", "The notice is not served yet, so no supervision letter can go out.")
	case strings.HasPrefix(characters.Fold(b.Number), characters.Fold(mark+"〔")):
		return invalid("number", "number_is_allotted", "“"+mark+"”的发文字号由系统按顺序编制，请不要填写“"+Label("number")+"”；以其他字号发出的，才填写原字号。",
			"Numbers of "+mark+" are allotted in their order: leave number out, or give that of another register.")
	}
	return nil
}

// checkTalk: who held it, with whom, where, why, what was required and answered,
// and whether it is signed.
func (b RecordMeasure) checkTalk(t *turn, m Measure) error {
	if _, err := t.account("held_by", b.HeldBy, Leader); err != nil {
		return err
	}
	if len(b.With) == 0 || len(b.With) > maxItems {
		return invalid("with", "count", "请写明谈话对象的职务和姓名。", "Say by post and name with whom the talk was held.")
	}
	for i, p := range b.With {
		field := fmt.Sprintf("with[%d].", i)
		if err := all(t.text(field+"post", p.Post, maxName), t.text(field+"person", p.Person, maxName), t.inPost(field, p, b.On, m.Subject)); err != nil {
			return err
		}
	}
	if who := m.Subject; who != nil && !slices.ContainsFunc(b.With, func(p PostHolder) bool { return p.Person == who.Person }) {
		return invalid("with", "not_the_subject", "该谈话的对象是"+who.Post+who.Person+"，须由本人接受谈话。",
			"The talk was ordered with "+who.Person+" ("+who.Post+"); one with others does not carry it out.")
	}
	err := all(t.text("place", b.Place, maxTitle), t.text("reason", b.Reason, maxText),
		t.text("requirements", b.Requirements, maxText), t.text("response", b.Response, maxText))
	switch {
	case err != nil:
		return err
	case !b.Signed && b.Unsigned == "":
		return invalid("signed", "not_signed", "谈话记录应由谈话对象签字；未签字的，请说明原因。",
			"The record of a talk is signed; when it is not, say why.")
	case b.Signed && b.Unsigned != "":
		return invalid("unsigned", "signed", "谈话记录已签字，不应再填写未签字的原因。", "The record is signed; leave out why it is not.")
	}
	return nil
}

// inPost refuses a person who did not hold the post on the day: but for whom the talk
// was ordered with, with whom it stays when the post has another holder.
func (t *turn) inPost(field string, p PostHolder, on Date, subject *PostHolder) error {
	if subject != nil && p == *subject {
		return nil
	}
	holds := func(held PostHeld) bool {
		return held.Post == p.Post && held.Person == p.Person && held.heldOn(on)
	}
	if slices.ContainsFunc(t.rules.Known.Posts, holds) {
		return nil
	}
	return invalid(field+"person", "not_in_post",
		fmt.Sprintf("按任职登记，%s在%s不担任该单位“%s”，请核对谈话对象或者先登记任职。", p.Person, on, p.Post),
		fmt.Sprintf("By the register of posts %s did not hold the post %s on %s.", p.Person, p.Post, on))
}

// Series is that of the supervision letters, if that is what was recorded.
func (b *MeasureRecorded) Series() string { return b.series.name() }

// Allot writes the number of the letter.
func (b *MeasureRecorded) Allot(n int) { b.Number = b.series.number(n) }

func (b *MeasureRecorded) apply(c *Case, _ Event) {
	record := b.MeasureRecord
	c.setMeasure(b.No, func(m *Measure) { m.Status, m.Record = Done, &record })
}

func (b RecordMeasure) refers() Refs {
	r := Refs{Posts: len(b.With) > 0, Evidence: evidenceIn(b.Evidence...)}
	if b.HeldBy != "" {
		r.Accounts = []string{b.HeldBy}
	}
	return r
}

// hasOrdered: there is something to carry out and record.
func hasOrdered(t *turn) *Refusal {
	if refusal := hasMeasure(t); refusal != nil {
		return refusal
	}
	if !slices.ContainsFunc(t.c.Measures, func(m Measure) bool { return m.Status == Ordered }) {
		return notOrdered()
	}
	if !slices.ContainsFunc(t.c.Measures, func(m Measure) bool { return m.Status == Ordered && t.owns(m) }) {
		return notOwner()
	}
	return nil
}

func notOrdered() *Refusal {
	return notAllowed("not_ordered", "该措施尚未批准。", "The measure is proposed, not ordered.")
}
