package documents

import (
	"fmt"
	"strings"

	"duban/calendar"
)

// A Misdirection is the notice to a unit that got what was not its own: nothing is
// left of it. It says neither what was found nor whose it is.
type Misdirection struct {
	Office Office
	To     Addressee
	// Number is the notice's own.
	Number string
	// Notice is the number of what was sent, NoticeOn its day.
	Notice   string
	NoticeOn calendar.Date
	On       calendar.Date
	// Items are the numbers of the cases that are not the unit's.
	Items []string
	// Rest: other items of the notice are, and stand.
	Rest bool
}

// Write writes the notice.
func (m Misdirection) Write() ([]byte, error) {
	items := strings.Join(m.Items, "、")
	p := paper{office: m.Office, title: "关于撤销误送反馈意见的通知", number: m.Number, to: m.To, on: m.On}
	err := p.check()
	if err == nil {
		err = need(field{"items", "事项编号", items}, field{"notice", "发文字号", m.Notice},
			field{"notice_on", "发文日期", m.NoticeOn.String()})
	}
	if err != nil {
		return nil, err
	}
	what := "该反馈意见"
	if m.Rest {
		what = "该反馈意见中的上述事项，其余事项仍按该反馈意见办理"
	}
	d := p.begin()
	d.add(
		text(fmt.Sprintf("《反馈意见》（%s，%s）送达你单位后，经核实，其中的事项%s不属于你单位，系误送。现予更正，撤销%s。",
			m.Notice, chineseDate(m.NoticeOn), items, what)),
		text("自本通知之日起，上述事项不再要求你单位整改和报送整改方案、整改报告，已经起算的期限停止计算，因其采取的督办措施一并取消，也不计入你单位的问题统计。"),
		text("特此通知。"),
	)
	p.end(d)
	return d.bytes()
}
