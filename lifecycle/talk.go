package lifecycle

import (
	"time"

	"duban/policy"
)

// An Appointment is when and where a talk will be held.
type Appointment struct {
	On    Date   `json:"on" doc:"The day of the talk"`
	Time  string `json:"time" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Such as 09:30"`
	Place string `json:"place" minLength:"1" maxLength:"200" doc:"Where the talk is held"`
}

// FixTalk fixes when and where a talk that was ordered will be held (约定谈话), or
// fixes it anew. Its notice leaves with it: the ladder opens a talk as a task, and
// what says that the committee decided on it waits for a leader.
type FixTalk struct {
	No   int         `json:"no" minimum:"1" doc:"Number of the ordered talk"`
	Talk Appointment `json:"talk" doc:"When and where it will be held"`
}

// TalkFixed: a leader fixed when and where a talk will be held, and its notice left.
type TalkFixed struct {
	FixTalk
	// Subject is with whom, where nobody answered for the unit on the day of the order.
	Subject *PostHolder `json:"subject,omitempty" doc:"With whom the talk is held, where nobody answered for the unit on the day of the order"`
	// Former is what was fixed before.
	Former *Appointment `json:"former,omitempty" doc:"The time and place that were fixed before; none when it is the first"`
	// Number is that of the notice of the talk, Replaces that of the one before.
	Number   string  `json:"number,omitempty" doc:"Number of the notice of the talk"`
	Replaces string  `json:"replaces,omitempty" doc:"Number of the notice that it takes the place of; none of the first"`
	Issued   *Issued `json:"issued,omitempty" doc:"The notice of the talk"`

	series series
}

func (b FixTalk) decide(t *turn) error {
	m, err := t.openMeasure(b.No)
	switch {
	case err != nil:
		return err
	case m.Kind != policy.MeasureReminderTalk:
		return invalid("no", "not_a_talk", "该项措施不是提醒谈话，不必约定时间和地点。", "That measure is no talk; there is nothing to fix.")
	case m.Status != Ordered:
		return notOrdered()
	}
	if err := b.Talk.check(t); err != nil {
		return err
	}
	if m.Talk != nil && *m.Talk == b.Talk {
		return invalid("talk", "same_talk", "谈话已约定在该时间和地点。", "The talk is fixed for that time and place already.")
	}
	body := &TalkFixed{FixTalk: b, Former: m.Talk, Replaces: m.Notice, series: t.seriesOf(PaperTalk)}
	if m.Subject == nil {
		body.Subject = answerableOn(t.rules.Known.Posts, t.today)
	}
	t.record(body)
	return nil
}

// check wants day, time and place, which whoever is to come must know.
func (a Appointment) check(t *turn) error {
	if !t.c.Served {
		return notAllowed("talk_before_service", "反馈意见尚未送达，暂不能约定谈话的时间和地点；可以先决定进行谈话，送达后再约定。",
			"The notice is not served yet; order the talk without time and place, and fix them afterwards.")
	}
	err := all(t.dayAfter("talk.on", a.On, t.today.AddDays(-1), t.today.AddMonths(12)), t.text("talk.time", a.Time, maxName), t.text("talk.place", a.Place, maxTitle))
	const clock = "15:04"
	if at, bad := time.Parse(clock, a.Time); err == nil && (bad != nil || at.Format(clock) != a.Time) {
		err = invalid("talk.time", "not_a_time", "谈话时间的写法如09:30。", "Write the time as 09:30.")
	}
	return err
}

func (b *TalkFixed) apply(c *Case, e Event) {
	c.setMeasure(b.No, func(m *Measure) {
		talk := b.Talk
		m.Talk, m.FixedOn, m.Notice = &talk, e.Legal, b.Number
		if m.Subject == nil {
			m.Subject = b.Subject
		}
	})
}

// Series is that of the notices of talks.
func (b *TalkFixed) Series() string { return b.series.name() }

// Allot writes the number of the notice.
func (b *TalkFixed) Allot(n int) { b.Number = b.series.number(n) }

// undecided reports whether a talk is the ladder's task and no leader has said
// anything of it yet: nobody decided it, so the unit hears nothing of it.
func (m Measure) undecided() bool {
	return m.Kind == policy.MeasureReminderTalk && m.OrderedBy == "" && m.Talk == nil && m.Record == nil
}

// hasTalkToFix: a talk was ordered, and the unit knows of the case.
func hasTalkToFix(t *turn) *Refusal {
	if !t.c.Served {
		return notAllowed("talk_before_service", "反馈意见尚未送达，暂不能约定谈话的时间和地点。", "The notice is not served yet, so no talk can be fixed.")
	}
	return t.anyMeasure(func(m Measure) *Refusal {
		if m.Kind != policy.MeasureReminderTalk || m.Status != Ordered {
			return notAllowed("no_talk", "没有决定进行、尚待谈话的提醒谈话。", "No talk is ordered and still to be held.")
		}
		return nil
	})
}

// refers: the posts say who answers for the unit today.
func (b FixTalk) refers() Refs { return Refs{Posts: true} }
