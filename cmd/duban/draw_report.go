package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"duban/calendar"
	"duban/lifecycle"
)

// A drawReport prints what the record says of the draws of one case and what
// recomputing them came to, so that an official can hold it against the paper.
type drawReport struct {
	out   io.Writer
	names map[string]string
}

// columns is how wide a terminal may be taken to be.
const columns = 80

// newDrawReport learns what people are called from the record.
func newDrawReport(out io.Writer, draws []lifecycle.DrawRecord) drawReport {
	r := drawReport{out: out, names: map[string]string{}}
	learn := func(accounts, names []string) {
		for i, id := range accounts {
			if i < len(names) {
				r.names[id] = names[i]
			}
		}
	}
	act := func(a lifecycle.DrawAct) { r.names[a.By] = a.ByName }
	for _, d := range draws {
		for _, p := range slices.Concat(d.Redraws, d.Openings) {
			act(p.Asked)
			if p.Decided != nil {
				act(*p.Decided)
			}
		}
		for _, p := range d.Permits {
			act(p.DrawAct)
		}
		if d.Announce != nil {
			act(d.Announce.DrawAct)
			learn(d.Announce.Persons, d.Announce.Names)
		}
		if d.Arrival != nil {
			learn(d.Arrival.Persons, d.Arrival.Names)
		}
	}
	return r
}

// draw prints one draw.
func (r drawReport) draw(d lifecycle.DrawRecord, c lifecycle.DrawCheck) {
	said := c.StateZH
	switch {
	case c.OK:
		said += "，日期" + d.Reveal.Date.String() + "，与密封校验码相符"
		said += "，" + c.RosterZH()
	case d.Fault != nil && (d.State == lifecycle.DrawUndrawn || d.State == lifecycle.DrawLost):
		said += "：" + d.Fault.ZH
	}
	r.line(0, fmt.Sprintf("第%d次抽签：%s", c.Number, said))
	if d.Fault != nil && (d.State == lifecycle.DrawOpen || d.State == lifecycle.DrawSealed) {
		r.line(2, "未能照办："+d.Fault.ZH)
	}
	if d.Reveal != nil {
		r.line(2, "检查组："+r.person(d.Reveal.Team.Lead)+"带队，"+r.people(d.Reveal.Team.Others))
	}
	r.petitions("提前启封", d.Openings)
	r.petitions("重新抽签", d.Redraws)
	if told := d.Dispatched; told != nil {
		r.line(2, told.ToldAt.In(calendar.Zone()).Format("派出：2006-01-02 15:04通知")+r.people(told.Told)+"，任务"+told.Task)
	}
	if a := d.Announce; a != nil {
		r.line(2, fmt.Sprintf("事先告知的“回头看”：%s决定，%s，%s：%s", r.person(a.By), a.Day, r.people(a.Persons), a.Reason))
	}
	for _, p := range d.Permits {
		others := ""
		if len(p.Persons) > 0 {
			others = "，可由" + r.people(p.Persons) + "参加"
		}
		r.line(2, fmt.Sprintf("准许变更：%s于%s，%s到场%s（%s）", r.person(p.By), p.On, p.Day, others, p.Reason))
	}
	r.arrival(d)
	for _, x := range c.Differences {
		r.line(2, fmt.Sprintf("不同（%s）：%s%s", lifecycle.PartZH(x.Part), x.ZH, r.permitted(x)))
	}
	for _, m := range c.Mismatches {
		r.line(2, fmt.Sprintf("不符（%s）：%s", lifecycle.PartZH(m.Part), m.ZH))
		r.line(4, fmt.Sprintf("%s: %s.", m.Part, m.EN))
	}
}

func (r drawReport) arrival(d lifecycle.DrawRecord) {
	a := d.Arrival
	if a == nil {
		return
	}
	if d.Dispatched == nil && d.Announce == nil {
		r.line(2, "派出：没有通知检查组的记录")
	}
	recorded := ""
	if a.RecordedOn != a.On {
		recorded = "于" + a.RecordedOn.String()
	}
	r.line(2, fmt.Sprintf("到场：%s，%s，%s%s登记", a.On, r.people(a.Persons), r.person(a.RecordedBy), recorded))
}

// petitions prints who asked, and who decided.
func (r drawReport) petitions(what string, petitions []lifecycle.Petition) {
	for _, p := range petitions {
		said := what + "：" + r.person(p.Asked.By) + "申请（" + p.Asked.Reason + "）"
		switch {
		case p.Decided == nil:
			said += "，尚未决定"
		case p.Granted:
			said += "，" + r.person(p.Decided.By) + "准许（" + p.Decided.Reason + "）"
		default:
			said += "，" + r.person(p.Decided.By) + "不准许（" + p.Decided.Reason + "）"
		}
		r.line(2, said)
	}
}

func (r drawReport) permitted(d lifecycle.Difference) string {
	if d.Permitted == nil {
		return ""
	}
	return r.person(d.Permitted.By) + "准许：" + d.Permitted.Reason
}

func (r drawReport) people(accounts []string) string {
	named := make([]string, len(accounts))
	for i, id := range accounts {
		named[i] = r.person(id)
	}
	return strings.Join(named, "、")
}

// person is what somebody is called, with the account, which is what counts.
func (r drawReport) person(account string) string {
	if name := r.names[account]; name != "" && name != account {
		return name + "（" + account + "）"
	}
	return account
}

// line prints a text behind an indent, in as many lines as it needs.
func (r drawReport) line(indent int, text string) {
	for i, l := range folded(inLine(text), columns-indent-2) {
		fmt.Fprintf(r.out, "%s%s\n", strings.Repeat(" ", indent+2*min(i, 1)), l)
	}
}

// folded breaks a text into lines of a width. A Chinese text breaks anywhere but
// before a mark of punctuation, another between words.
func folded(text string, width int) (lines []string) {
	line, word := "", ""
	end := func() {
		if line != "" && runewidth.StringWidth(line+word) > width {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		line, word = line+word, ""
	}
	before := ' '
	for _, c := range text {
		wide := c > 0x2e7f
		if !strings.ContainsRune("，。；：、）”", c) && (wide || before == ' ' || before > 0x2e7f) && before != '（' {
			end()
		}
		word, before = word+string(c), c
	}
	end()
	return append(lines, line)
}
