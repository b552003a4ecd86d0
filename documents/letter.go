package documents

import (
	"fmt"
	"time"

	"duban/calendar"
)

// A Ref is the notice that a later paper goes back to.
type Ref struct {
	// Case and Title name the case.
	Case, Title string
	// Notice is the notice's number, On its day.
	Notice string
	On     calendar.Date
}

func (r Ref) check() error {
	err := need(field{"case", "事项编号", r.Case}, field{"title", "问题", r.Title})
	if err == nil && r.Notice != "" {
		err = need(field{"notice_on", "发文日期", r.On.String()})
	}
	return err
}

// said is the problem within a sentence: by its notice and by its number.
func (r Ref) said() string {
	if r.Notice == "" {
		return r.notice() + "的" + problem(r.Title)
	}
	return r.notice() + "反馈的" + problem(r.Title) + "（事项编号：" + r.Case + "）"
}

// notice names the notice within a sentence; the case when there was none.
func (r Ref) notice() string {
	if r.Notice == "" {
		return "事项" + r.Case
	}
	return fmt.Sprintf("《反馈意见》（%s，%s）", r.Notice, chineseDate(r.On))
}

// A Lapse is a due date that went by unmet.
type Lapse struct {
	// Said is what was due and when it lapsed: 整改期限于2026年3月2日届满，仍未报送整改报告.
	Said string
	// Task is what is asked for, such as 报送整改报告, and By until when; at once when
	// that is left out.
	Task string
	By   calendar.Date
}

// asks is what the unit is asked for.
func (l *Lapse) asks(on calendar.Date) string {
	if l.By.IsZero() || !l.By.After(on) {
		return "请立即" + l.Task + "。"
	}
	return "请于" + chineseDate(l.By) + "前（含当日）" + l.Task + "。"
}

// A Letter is a supervision letter (督办函).
type Letter struct {
	Office Office
	To     Addressee
	Ref    Ref
	// Number is the letter's; empty for a draft only.
	Number string
	On     calendar.Date
	Draft  bool
	// Basis is why it goes out.
	Basis string
	// Lapse is what was missed, nil when the letter is not about lateness.
	Lapse *Lapse
	// Demand is what is required beyond the notice.
	Demand string
}

// Write writes the letter.
func (l Letter) Write() ([]byte, error) {
	p := paper{office: l.Office, title: "督办函", number: l.Number, draft: l.Draft, to: l.To, on: l.On}
	err := p.check()
	if err == nil {
		err = l.Ref.check()
	}
	if err == nil {
		err = need(field{"basis", "依据", l.Basis})
	}
	if err == nil {
		err = allow(field{"requirements", "要求", l.Demand})
	}
	if err != nil {
		return nil, err
	}
	if title := "关于督促整改" + problem(l.Ref.Title) + "的督办函"; len([]rune(title)) <= 57 {
		p.title = title
	}
	d := p.begin()
	d.add(text(l.Ref.said() + "，" + l.state()))
	if l.Lapse == nil || lines(l.Basis)[0] != l.Lapse.Said { // what was said is not said again
		d.add(labelled("督办依据：", sentence(lines(l.Basis)[0])))
	}
	for _, more := range lines(l.Basis)[1:] {
		d.add(text(sentence(more)))
	}
	ask := ""
	if l.Lapse != nil {
		ask = l.Lapse.asks(l.On)
	}
	d.add(text("请你切实履行机关党建工作第一责任人职责，收到本函后立即研究部署，明确责任人和完成时间，抓紧整改到位，并书面报告未按要求办理的原因、整改进展和下一步措施。" + ask))
	if l.Demand != "" {
		d.add(texts(sentence(l.Demand))...)
	}
	d.add(text("原定期限不因本函重新计算。仍未按要求整改的，将按规定采取进一步的督办措施。"), text("特此函告。"))
	p.end(d)
	return d.bytes()
}

func (l Letter) state() string {
	if l.Lapse == nil {
		return "需要你单位进一步加大整改力度。经研究，现予督办。"
	}
	return l.Lapse.Said + "。经研究，现予督办。"
}

// A Talk is the notice of a reminder talk (提醒谈话).
type Talk struct {
	Office Office
	To     Addressee
	Ref    Ref
	// Number is the notice's.
	Number string
	On     calendar.Date
	// Basis is why the talk is held, Demand what will be asked for.
	Basis, Demand string
	Lapse         *Lapse
	// Held, Time and Place are known once the talk was held, or fixed.
	Held        calendar.Date
	Time, Place string
	// Former is what the notice before fixed, when this one changes it.
	Former *FormerTalk
}

// A FormerTalk is when and where a talk was to be held by a notice that another took
// the place of.
type FormerTalk struct {
	Number      string
	Held        calendar.Date
	Time, Place string
}

// appointment is when and where a talk is held.
func appointment(on calendar.Date, at, place string) string {
	said := chineseDate(on) + timeZH(at)
	if place != "" {
		said += "在" + place
	}
	return said
}

// title names whom the talk is held with, when that is known.
func (t Talk) title() string {
	about := "进行提醒谈话"
	if t.To.Holder != "" {
		about = "对" + t.To.Holder + "同志进行提醒谈话"
	}
	if t.Former != nil {
		return "关于更正" + about + "时间地点的通知"
	}
	return "关于" + about + "的通知"
}

// timeZH is a time of the day as officials write it: 上午9时30分.
func timeZH(s string) string {
	at, err := time.Parse("15:04", s)
	if err != nil {
		return s
	}
	part, hour := "上午", at.Hour()
	switch {
	case hour < 6:
		part = "凌晨"
	case hour >= 18:
		part, hour = "晚上", hour-12
	case hour > 12:
		part, hour = "下午", hour-12
	case hour == 12:
		part = "中午"
	}
	if at.Minute() == 0 {
		return fmt.Sprintf("%s%d时", part, hour)
	}
	return fmt.Sprintf("%s%d时%d分", part, hour, at.Minute())
}

// Write writes the notice.
func (t Talk) Write() ([]byte, error) {
	p := paper{office: t.Office, title: t.title(), number: t.Number, to: t.To, on: t.On}
	err := p.check()
	if err == nil {
		err = t.Ref.check()
	}
	if err == nil {
		err = need(field{"basis", "依据", t.Basis})
	}
	if err == nil {
		err = allow(field{"requirements", "要求", t.Demand}, field{"time", "时间", t.Time}, field{"place", "地点", t.Place})
	}
	if err != nil {
		return nil, err
	}
	d := p.begin()
	why := "因" + t.Ref.said() + "整改工作需要"
	if t.Lapse != nil {
		why = "因" + t.Ref.said() + "，" + t.Lapse.Said
	}
	when := "谈话时间和地点由本机关工作人员提前与你联系确定。"
	if !t.Held.IsZero() {
		when = "谈话时间：" + chineseDate(t.Held) + timeZH(t.Time) + "。"
		if t.Place != "" {
			when += "地点：" + t.Place + "。"
		}
	}
	d.add(text(why + "，经研究，决定对你进行提醒谈话。现将有关事项通知如下。"))
	if f := t.Former; f != nil {
		d.add(labelled("更正内容：", fmt.Sprintf("谈话安排由“%s”更正为“%s”，原通知（%s）停止执行。", appointment(f.Held, f.Time, f.Place), appointment(t.Held, t.Time, t.Place), f.Number)))
	}
	if t.Lapse == nil || lines(t.Basis)[0] != t.Lapse.Said {
		d.add(labelled("谈话事由：", sentence(lines(t.Basis)[0])))
	}
	for _, more := range lines(t.Basis)[1:] {
		d.add(text(sentence(more)))
	}
	d.add(
		labelled("谈话安排：", when),
		labelled("准备事项：", "请准备未按要求整改的原因、目前进展、下一步措施和完成时间的书面说明，届时当面说明并提交。"),
	)
	if t.Demand != "" {
		d.add(labelled("整改要求：", sentence(lines(t.Demand)[0])))
		for _, more := range lines(t.Demand)[1:] {
			d.add(text(sentence(more)))
		}
	}
	d.add(text("请本人按时参加，不得由他人代替。"), text("谈话不影响整改期限，问题仍须按要求整改到位。"))
	p.end(d)
	return d.bytes()
}
