package lifecycle

import (
	"fmt"

	"duban/calendar"
	"duban/policy"
)

// A Sentence is said in Chinese and in English.
type Sentence struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// An Awaited is what sentences say of a clock: what the time is called, what is to be
// done in it, and what is said of it when it was not.
type Awaited struct {
	// Term is the name of the time, such as 整改期限; Task what to do by its end, such
	// as 报送整改报告; Thing what the task yields or concerns, such as 整改报告.
	Term, Task, Thing Sentence
}

// AwaitedOn is the one table that papers, reasons, digests and mailings take their
// sentences from.
func AwaitedOn(name policy.ClockName) Awaited {
	as := func(term, termEN, task, taskEN, thing, thingEN string) Awaited {
		return Awaited{Sentence{term, termEN}, Sentence{task, taskEN}, Sentence{thing, thingEN}}
	}
	switch name {
	case policy.ClockDraft:
		return as("登记期限", "the time to register", "提交问题登记", "submit the finding", "问题登记", "the finding")
	case policy.ClockTriage:
		return as("研判期限", "the time to triage", "研判问题", "triage the finding", "研判意见", "the triage")
	case policy.ClockNoticeDrafting:
		return as("拟稿期限", "the time to draft", "拟写反馈意见并送审", "draft the notice", "反馈意见稿", "the draft notice")
	case policy.ClockNoticeApproval:
		return as("审签期限", "the time to sign", "审签反馈意见", "sign the notice", "反馈意见", "the notice")
	case policy.ClockReceipt:
		return as("签收期限", "the time to sign for the notice", "签收反馈意见", "sign for the notice", "签收回执", "the receipt")
	case policy.ClockPlan:
		return as("报送整改方案的期限", "the time for the plan", "报送整改方案", "send the rectification plan", "整改方案", "the rectification plan")
	case policy.ClockPlanReview:
		return as("审核整改方案的期限", "the time to review the plan", "审核整改方案", "review the plan", "方案审核意见", "the review of the plan")
	case policy.ClockRectification:
		return as("整改期限", "the time to put it right", "报送整改报告", "send the rectification report", "整改报告", "the rectification report")
	case policy.ClockCorrection:
		return as("补正期限", "the time to correct", "补正并重新报送", "correct it and send it again", "补正材料", "the corrected paper")
	case policy.ClockReportReview:
		return as("审核整改报告的期限", "the time to review the report", "审核整改报告", "review the report", "报告审核意见", "the review of the report")
	case policy.ClockLookBack:
		return as("开展“回头看”的期限", "the time for the look-back", "组织“回头看”", "hold the look-back", "“回头看”结果", "the look-back's result")
	case policy.ClockDraw:
		return as("决定“回头看”方式的期限", "the time to decide how to look back", "决定“回头看”如何进行", "decide how to look back", "“回头看”方式", "how to look back")
	case policy.ClockLookBackResult:
		return as("报告“回头看”结果的期限", "the time for the look-back's result", "报告“回头看”结果", "report the look-back's result", "“回头看”结果", "the look-back's result")
	case policy.ClockClosureApproval:
		return as("审批销号的期限", "the time to approve the closing", "审批销号", "decide on the closing", "销号审批意见", "the decision on the closing")
	case policy.ClockCooling:
		return as("销号后观察期", "the time of observation", "观察整改成效", "observe", "观察情况", "the observation")
	case policy.ClockCheckIn:
		return as("定期报告的期限", "the time for the regular report", "报送定期报告", "send the regular report", "定期报告", "the regular report")
	case policy.ClockSustainedReview:
		return as("复核持续整改情况的期限", "the time to review the sustained duty", "复核持续整改情况", "review the sustained duty", "复核意见", "the review")
	case policy.ClockTransferReceipt:
		return as("取得移送回执的期限", "the time for the transfer's receipt", "取得移送回执", "get the transfer's receipt", "移送回执", "the transfer's receipt")
	case policy.ClockTransferStatus:
		return as("了解移送事项办理情况的期限", "the time to ask after the transfer", "了解移送事项办理情况", "ask after the transferred case", "移送事项办理情况", "how the transfer stands")
	case policy.ClockObjection:
		return as("答复异议的期限", "the time to answer the objection", "答复异议", "answer the objection", "异议答复", "the answer to the objection")
	case policy.ClockExtension:
		return as("答复延期申请的期限", "the time to answer the request", "答复延期申请", "answer the request for time", "延期答复", "the answer to the request")
	case policy.ClockStay:
		return as("中止计时的期限", "the time of the stay", "决定是否继续中止计时", "decide whether the stay goes on", "中止计时决定", "the decision on the stay")
	case policy.ClockHandover:
		return as("接收工作交接的期限", "the time to take over", "接收工作交接", "accept the handover", "接收确认", "the acceptance")
	case policy.ClockMeasure:
		return as("落实督办措施的期限", "the time to carry out the measure", "落实督办措施", "carry out the measure", "督办措施落实情况", "the measure")
	default:
		return as("办理期限", "the time", "办理", "act", "办理情况", "the answer")
	}
}

// undone is what is said of a task that was not done: 仍未报送整改报告.
func (a Awaited) undone() Sentence {
	return Sentence{"仍未" + a.Task.ZH, "still did not " + a.Task.EN}
}

// Lapsed says what was due, when it lapsed and by how many working days; of 0 it says
// none.
func Lapsed(name policy.ClockName, due Date, late int) Sentence {
	a := AwaitedOn(name)
	zh, en := a.Term.ZH+"于"+dateZH(due)+"届满", a.Term.EN+" ended on "+due.String()
	if late > 0 {
		return Sentence{fmt.Sprintf("%s，已逾期%d个工作日%s", zh, late, a.undone().ZH), fmt.Sprintf("%s, %d working days ago, and the unit %s", en, late, a.undone().EN)}
	}
	return Sentence{zh + "，" + a.undone().ZH, en + ", and the unit " + a.undone().EN}
}

// ReturnedOften says that what a clock awaits, a plan or a report, came back again
// and again.
func ReturnedOften(name policy.ClockName, times int) Sentence {
	a := AwaitedOn(name)
	return Sentence{
		fmt.Sprintf("报送的%s经审核已%d次退回，仍不符合要求", a.Thing.ZH, times),
		fmt.Sprintf("%s was returned %d times and still falls short", a.Thing.EN, times),
	}
}

// Please asks for what a clock awaits by its day: 请于12月9日（三）前签收反馈意见. One
// of which the day is over is asked for at once.
func Please(name policy.ClockName, due, today Date) Sentence {
	a := AwaitedOn(name)
	if due.Before(today) {
		return Sentence{
			a.Term.ZH + "已于" + shortDateZH(due, today) + "届满，请立即" + a.Task.ZH,
			"Please " + a.Task.EN + " at once: it was due on " + due.String(),
		}
	}
	return Sentence{"请于" + shortDateZH(due, today) + "前" + a.Task.ZH, "Please " + a.Task.EN + " by " + due.Weekday().String() + ", " + due.String()}
}

func dateZH(d Date) string { return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day()) }

// shortDateZH is a day with its weekday, and with its year when that is another.
func shortDateZH(d, today Date) string {
	year := ""
	if d.Year() != today.Year() {
		year = fmt.Sprintf("%d年", d.Year())
	}
	return fmt.Sprintf("%s%d月%d日（%s）", year, int(d.Month()), d.Day(), weekdayZH(d))
}

func weekdayZH(d calendar.Date) string {
	return string([]rune("日一二三四五六")[int(d.Weekday())])
}

// An Ask is what a letter asks its reader for: the clock that awaits it, and by when.
// None when nothing is awaited of the reader.
type Ask struct {
	Clock policy.ClockName
	Due   Date
}

// AskedOf is what the case awaits of a recipient soonest: of a measure's owner the
// measure, when the letter is about one.
func (c Case) AskedOf(to Recipient, e Event) Ask {
	var asked Ask
	measure := 0
	if b, ok := e.Body.(interface{ measureNo() int }); ok {
		measure = b.measureNo()
	}
	for _, k := range c.Clocks {
		who, _ := c.turnOf(k)
		if who != to.Task() || k.Name == policy.ClockStay || k.Name == policy.ClockCooling || !k.StandsSince.IsZero() {
			continue
		}
		due, _ := k.ActBy()
		one := Ask{Clock: k.Name, Due: due}
		if k.Name == policy.ClockMeasure && k.Measure == measure {
			return one
		}
		if asked.Clock == "" || due.Before(asked.Due) {
			asked = one
		}
	}
	return asked
}

func (b *MeasureOrdered) measureNo() int    { return b.No }
func (b *MeasureTakenOver) measureNo() int  { return b.No }
func (b *MeasurePostponed) measureNo() int  { return b.No }
func (b *MeasureReassigned) measureNo() int { return b.No }
