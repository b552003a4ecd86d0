package documents

import (
	"strings"

	"duban/calendar"
)

// A Closing is the notice that a case is closed (销号).
type Closing struct {
	Office Office
	To     Addressee
	Ref    Ref
	// Number is the notice's.
	Number string
	On     calendar.Date
	// Round is that in which it was put right, from 1.
	Round int
}

// Write writes the notice.
func (c Closing) Write() ([]byte, error) {
	p := paper{office: c.Office, title: closingTitle(c.Ref.Title), number: c.Number, to: c.To, on: c.On}
	err := p.check()
	if err == nil {
		err = c.Ref.check()
	}
	if err != nil {
		return nil, err
	}
	d := p.begin()
	again := ""
	if c.Round > 1 {
		again = "经第" + chineseNumber(c.Round) + "轮整改，"
	}
	d.add(
		text(c.Ref.said()+"，"+again+"你单位已报送整改报告。经审核整改报告并实地核查，问题已整改到位。经研究，同意该事项予以销号。"),
		text("请继续巩固整改成果，完善制度，举一反三，防止同类问题再次发生，并将整改资料整理归档备查。"),
		text("销号后发现整改不实或者问题反弹的，恢复办理并依规处理。"),
		text("特此通知。"),
	)
	p.end(d)
	return d.bytes()
}

// closingTitle names the problem when a title has room for it.
func closingTitle(problem string) string {
	problem = strings.TrimSuffix(strings.TrimRight(strings.TrimSpace(problem), "。；.;"), "问题")
	if title := "关于同意“" + problem + "”问题整改销号的通知"; problem != "" && len([]rune(title)) <= 57 {
		return title
	}
	return "关于同意问题整改销号的通知"
}

// A Withdrawal is the notice that a finding does not stand (撤销).
type Withdrawal struct {
	Office Office
	To     Addressee
	Ref    Ref
	// Number is the notice's.
	Number string
	On     calendar.Date
	// Objected: the unit's objection was upheld.
	Objected bool
	Reason   string
}

// Write writes the notice.
func (w Withdrawal) Write() ([]byte, error) {
	p := paper{office: w.Office, title: "关于撤销整改事项的通知", number: w.Number, to: w.To, on: w.On}
	err := p.check()
	if err == nil {
		err = w.Ref.check()
	}
	if err == nil {
		err = need(field{"reason", "理由", w.Reason})
	}
	if err != nil {
		return nil, err
	}
	d := p.begin()
	how := "经研究，决定撤销该事项。"
	if w.Objected {
		how = "你单位提出异议。经审查，异议成立，决定撤销该事项。"
	}
	d.add(text(w.Ref.said()+"，"+how), labelled("撤销理由：", sentence(lines(w.Reason)[0])))
	for _, more := range lines(w.Reason)[1:] {
		d.add(text(sentence(more)))
	}
	d.add(
		text("自本通知之日起，该事项的整改期限停止计算，不再报送整改方案、整改报告；尚未办结的督办措施一并取消，该事项不计入问题统计。"),
		text("特此通知。"),
	)
	p.end(d)
	return d.bytes()
}
