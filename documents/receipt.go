package documents

import (
	"fmt"

	"duban/calendar"
)

// A Receipt is the receipt confirmation (签收确认). The receipt starts the clock,
// so the due date itself stands here, with its counting.
type Receipt struct {
	Office Office
	To     Addressee
	// Number is the confirmation's own.
	Number string
	// Case and Title name the case, Notice and NoticeOn the notice signed for.
	Case, Title string
	Notice      string
	NoticeOn    calendar.Date
	// On is the day of the receipt, Manner how it was: 电子签收, 纸质签收.
	On     calendar.Date
	Manner string
	// Due is the last day in time.
	Due         calendar.Date
	Provisional bool
	// Counting is how the due date comes about; nil when Source set the date.
	Counting *calendar.Explanation
	Source   string
	// Plan is the last day for the plan; none where none is wanted.
	Plan calendar.Date
	// Object and ObjectUnit are the last days to object.
	Object, ObjectUnit calendar.Date
	// Was is the day of receipt as the confirmation before this one had it; zero when
	// this is the first. Dated is the day of the correction.
	Was, Dated calendar.Date
}

// Write writes the confirmation, with the counting as its last page.
func (r Receipt) Write() ([]byte, error) {
	title, dated := "关于确认反馈意见签收及整改期限的函", r.On
	if !r.Was.IsZero() {
		dated, title = r.Dated, "关于更正反馈意见签收日期及整改期限的函"
	}
	p := paper{office: r.Office, title: title, number: r.Number, to: r.To, on: dated}
	if err := p.check(); err != nil {
		return nil, err
	}
	err := need(field{"case", "事项编号", r.Case}, field{"title", "问题", r.Title}, field{"notice", "发文字号", r.Notice},
		field{"manner", "送达方式", r.Manner},
		field{"notice_on", "发文日期", r.NoticeOn.String()}, field{"due", "到期日", r.Due.String()},
		field{"object", "提出异议的期限", r.Object.String()}, field{"object_unit", "提出异议的期限", r.ObjectUnit.String()})
	if err == nil && r.Counting == nil {
		err = need(field{"source", "期限来源", r.Source})
	}
	if err != nil {
		return nil, err
	}
	d := p.begin()
	if !r.Was.IsZero() {
		d.add(text("经核对，此前确认的签收日期（" + chineseDate(r.Was) + "）有误，现予更正；此前的签收及整改期限确认以本件为准。"))
	}
	d.add(
		text(fmt.Sprintf("《反馈意见》（%s，%s）已于%s送达，送达方式为%s，涉及%s（事项编号：%s）。现将整改期限确认如下。",
			r.Notice, chineseDate(r.NoticeOn), chineseDate(r.On), r.Manner, problem(r.Title), r.Case)),
		para{runs: []run{{text: "整改到期日：" + chineseDate(r.Due) + "（" + weekday(r.Due) + "）", face: faceHeading}, {text: "。当日24时前报送整改报告的，视为按期报送。"}}, first: 200},
	)
	if e := r.Counting; e != nil {
		d.add(text("计算方法：签收当日（" + chineseDate(r.On) + "）不计入，自次日起计算" + e.Period.Chinese() + "。" + counting(e.Period) + "逐日计算见附件。"))
	} else {
		d.add(text("期限依据：" + sentence(r.Source)))
	}
	if r.Provisional {
		d.add(text("上述到期日为暂定：所涉年度的放假安排尚未公布，公布后重新计算；日期有变化的，另行告知。"))
	}
	if !r.Plan.IsZero() {
		d.add(text("请于" + chineseDate(r.Plan) + "前（含当日）报送整改方案。"))
	}
	d.add(text("对反馈的事实或者处理有异议的，最迟于"+chineseDate(r.Object)+"书面提出。"), text("认为问题不属于本单位的，最迟于"+chineseDate(r.ObjectUnit)+"提出。"))
	if r.Counting != nil {
		d.add(para{}, text("附件：整改期限计算表"))
	}
	p.end(d)
	if r.Counting != nil {
		d.add(
			para{runs: []run{{text: "附件", face: faceHeading}}, align: "left", newPage: true},
			para{runs: []run{{text: "整改期限计算表", face: faceTitle, size: sizeTitle}}, align: "center", line: 900, before: 200},
			para{line: 200},
			countingTable(*r.Counting),
		)
	}
	return d.bytes()
}

// countingTable is the way to the due date, days of one reason in one row.
func countingTable(e calendar.Explanation) table {
	t := table{widths: []int{2900, 1400, textWidth - 4300}, centred: []int{1}, rows: [][]string{{"日　期", "累计日数", "说　明"}}}
	for i := 0; i < len(e.Days); {
		first, last := e.Days[i], e.Days[i]
		n := i + 1
		for n < len(e.Days) && e.Days[n].Reason == first.Reason && e.Days[n].Counted == first.Counted && first.Until.IsZero() {
			last = e.Days[n]
			n++
		}
		i = n
		until := last.Date
		if !last.Until.IsZero() {
			until = last.Until
		}
		days := chineseDate(first.Date)
		if until != first.Date {
			days += "\n至" + chineseDate(until)
		}
		counted := "不计入"
		if last.Counted {
			counted = fmt.Sprint(last.N)
		}
		why := first.Reason
		if last.Reference != "" {
			why += "。" + last.Reference
		}
		t.rows = append(t.rows, []string{days, counted, why})
	}
	return t
}

func weekday(d calendar.Date) string {
	return "星期" + string([]rune("日一二三四五六")[int(d.Weekday())])
}
