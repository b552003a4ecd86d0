package documents_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/documents"
	"duban/lifecycle"
	"duban/policy"
)

// object has the unit object on a day, and the objection upheld in part two days on.
func (p *played) object(on calendar.Date, period calendar.Period) {
	p.t.Helper()
	p.do(on, chief, &lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: "部分事实不准确"})
	p.do(on.AddDays(2), other, &lifecycle.DecideObjection{Outcome: lifecycle.Partly, Reasons: "部分采纳", Text: "更正后的要求。", Period: period})
}

func (p *played) due() calendar.Date {
	p.t.Helper()
	for _, k := range p.c.Clocks {
		if k.Name == policy.ClockRectification {
			return k.Due
		}
	}
	require.FailNow(p.t, "no deadline")
	return calendar.Date{}
}

func dateZH(d calendar.Date) string {
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}

// F9: the amended notice says what it amends and is of the day of the decision,
// from which its time counts as the rules count it; nobody signs for it again.
func TestAmendedNotice(t *testing.T) {
	t.Parallel()
	longer, shorter := calendar.Period{N: 20, Unit: calendar.WorkingDays}, calendar.Period{N: 1, Unit: calendar.WorkingDays}
	for _, period := range []calendar.Period{longer, shorter} {
		p := play(t)
		p.received()
		before := p.due()
		p.object(day(time.March, 10), period)
		require.Equal(t, period == longer, p.due().After(before), "the decision takes no time away")
		text := p.says(documents.KindNotice)
		for _, want := range []string{
			"本件系按2026年3月12日作出的异议处理决定，对《反馈意见》（工委督函〔2026〕1号，2026年3月5日）的更正", "更正后的要求。", "整改到期日：" + dateZH(p.due()),
			"自异议处理决定之日（2026年3月12日）次日起计算", "最迟于" + dateZH(p.rules.Calendar.Add(day(time.March, 6), p.rules.Policy.Objection.File).Date) + "书面提出",
		} {
			require.Contains(t, text, want)
		}
		for _, not := range []string{"自签收次日", "送达回执", "中止计算", "报送整改方案"} {
			require.NotContains(t, text, not)
		}
		_, all := p.issued()
		require.Equal(t, day(time.March, 12), all[len(all)-1].On)
		require.Equal(t, "工委督函〔2026〕2号", all[len(all)-1].Number)
		p.until(day(time.March, 20))
		require.Equal(t, text, p.says(documents.KindNotice), "what happens later changes nothing")
	}
}

// What the unit has yet to sign for counts from the receipt, amended or not.
func TestAmendedBeforeTheReceipt(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.served()
	p.object(day(time.March, 6), calendar.Period{})
	text := p.says(documents.KindNotice)
	require.Contains(t, text, "异议处理决定")
	require.Contains(t, text, "自签收次日起计算")
	require.Contains(t, text, "送达回执")
}

// A time that stands still when the notice is amended is said to, and one that is
// over is not begun again.
func TestAmendedUnderReview(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.received()
	p.do(day(time.March, 9), chief, &lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: "部分事实不准确"})
	p.do(day(time.March, 10), chief, &lifecycle.SubmitReport{Items: []lifecycle.ReportItem{{No: 1, Done: true, Account: "已整改", Evidence: []string{"会议记录"}}}})
	decide := &lifecycle.DecideObjection{Outcome: lifecycle.Partly, Reasons: "部分采纳", Text: "更正后的要求。"}
	accepted := *p
	p.do(day(time.March, 11), other, decide)
	require.Contains(t, p.says(documents.KindNotice), "该期限现中止计算")

	p = &accepted
	p.do(day(time.March, 11), officer, &lifecycle.AcceptReport{})
	p.do(day(time.March, 12), other, decide)
	text := p.says(documents.KindNotice)
	require.Contains(t, text, "整改期限不因更正重新计算。")
	require.NotContains(t, text, "到期日")
}

// A notice that took another's place and is amended then says that, too; the
// next one does not.
func TestAmendedAfterACorrection(t *testing.T) {
	t.Parallel()
	p := play(t)
	p.served()
	p.do(day(time.March, 6), leader, &lifecycle.CorrectNotice{Reason: "事实有误"})
	p.notice(day(time.March, 9), "请整改到位并书面报告。")
	require.Contains(t, p.says(documents.KindNotice), "反馈意见（工委督函〔2026〕1号）中的事项督〔2026〕0001，自本件送达之日起停止执行")
	p.do(day(time.March, 10), chief, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	p.object(day(time.March, 11), calendar.Period{})
	require.Contains(t, p.says(documents.KindNotice), "对《反馈意见》（工委督函〔2026〕2号，2026年3月9日）的更正")
	p.do(day(time.March, 16), other, &lifecycle.CorrectNotice{Reason: "事实有误"}) // the second time, another leader
	p.notice(day(time.March, 17), "请整改到位并书面报告。")
	text := p.says(documents.KindNotice)
	require.Contains(t, text, "反馈意见（工委督函〔2026〕3号）中的事项督〔2026〕0001，自本件送达之日起停止执行")
	require.NotContains(t, text, "异议处理决定", "what takes its place amends nothing")
}
