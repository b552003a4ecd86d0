package documents

import (
	"fmt"
	"time"

	"duban/calendar"
)

// A ReportForm is the blank form of a rectification report (整改报告). It is the
// unit's paper: no head, no number, and places to fill in by hand.
type ReportForm struct {
	Office Office
	Unit   string
	Ref    Ref
	// On is the day in the file's properties, so that the same form has the same
	// bytes.
	On calendar.Date
	// Due is the last day in time, none before the receipt.
	Due calendar.Date
	// Planned are the measures of the accepted plan, to be accounted for one by one.
	Planned []Planned
}

// Planned is one measure of a plan.
type Planned struct {
	No          int
	Text, Owner string
	Due         calendar.Date
}

// Write writes the form.
func (f ReportForm) Write() ([]byte, error) {
	err := need(field{"office", "发文机关", f.Office.Name}, field{"unit", "单位", f.Unit}, field{"date", "日期", f.On.String()})
	if err == nil {
		err = f.Ref.check()
	}
	for i, m := range f.Planned {
		if err == nil {
			err = allow(field{fmt.Sprintf("measures[%d].text", i), "整改措施", m.Text}, field{fmt.Sprintf("measures[%d].owner", i), "责任人", m.Owner})
		}
	}
	if err != nil {
		return nil, err
	}
	d := &document{
		title: "整改报告", author: f.Office.Name, created: time.Date(f.On.Year(), f.On.Month(), f.On.Day(), 0, 0, 0, 0, time.UTC),
		fonts: f.Office.Fonts.withDefaults(),
	}
	due := "签收后以签收确认载明的日期为准"
	if !f.Due.IsZero() {
		due = chineseDate(f.Due)
	}
	notice := f.Ref.notice()
	d.add(
		para{runs: []run{{text: "整改报告", face: faceTitle, size: sizeTitle}}, align: "center", line: 900},
		para{line: 200},
		table{bare: true, height: 620, widths: []int{1900, textWidth - 1900}, rows: [][]string{
			{"报告单位", f.Unit}, {"事项编号", f.Ref.Case}, {"反馈文书", notice}, {"反馈问题", f.Ref.Title}, {"到 期 日", due},
		}},
		para{line: 240},
		heading("一、整改总体情况"),
	)
	d.add(blank(4)...)
	d.add(heading("二、逐项整改情况"), para{line: 160, keep: true})
	rows := [][]string{{"序号", "整改措施", "责任人", "时　限", "是否\n完成", "完成情况", "佐证材料"}}
	for _, m := range f.Planned {
		rows = append(rows, []string{fmt.Sprint(m.No), m.Text, m.Owner, fmt.Sprintf("%d年\n%d月%d日", m.Due.Year(), int(m.Due.Month()), m.Due.Day()), "□是\n□否", "", ""})
	}
	if len(f.Planned) == 0 {
		for i := range 4 {
			rows = append(rows, []string{fmt.Sprint(i + 1), "", "", "", "□是\n□否", "", ""})
		}
	}
	const number, owner, date, done = 760, 1000, 1350, 900
	wide := (textWidth - number - owner - date - done) / 3
	d.add(
		table{height: 1000, widths: []int{number, wide, owner, date, done, wide, wide}, centred: []int{2, 3, 4}, rows: rows},
		para{line: 240},
		heading("三、未完成事项的原因、下一步措施和完成时间"),
	)
	d.add(blank(3)...)
	d.add(
		heading("四、党组（党委）意见"),
		para{keep: true}, para{keep: true},
		// Blanks at the end of a line count for nothing: the room to sign in is an indent.
		para{runs: []run{{text: "书记签名："}}, align: "right", right: 900, keep: true},
		para{runs: []run{{text: "（单位印章）　　　　　年　　月　　日"}}, align: "right", right: 200},
	)
	return d.bytes()
}

// blank are empty lines to write on.
func blank(n int) []block {
	out := make([]block, n)
	for i := range out {
		out[i] = para{keep: i < n-1}
	}
	return out
}
