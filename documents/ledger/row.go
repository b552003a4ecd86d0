package ledger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A Row is one case.
type Row struct {
	Case     lifecycle.Case
	UnitName string
	// CampaignName is what the campaign is called; empty when there is none.
	CampaignName string
	// ClosedOn is the day the closing was approved; zero before.
	ClosedOn calendar.Date
}

// A day is a date on its way into a cell.
type day struct {
	on          calendar.Date
	provisional bool
}

// A column is one column of the ledger. The hidden ones are for programs, which
// find in them what people call by changing names.
type column struct {
	name   string
	width  float64
	centre bool
	hidden bool
	value  func(*Ledger, Row) any
}

func columns() []column {
	return []column{
		{name: "序号", width: 5, centre: true, value: func(l *Ledger, _ Row) any { return l.n }},
		{name: "编号", width: 12, centre: true, value: func(_ *Ledger, r Row) any { return r.Case.Number }},
		{name: "批次", width: 10, centre: true, value: func(_ *Ledger, r Row) any { return r.CampaignName }},
		{name: "单位", width: 11, centre: true, value: func(_ *Ledger, r Row) any { return r.UnitName }},
		{name: "责任人", width: 9, centre: true, value: func(_ *Ledger, r Row) any { return owners(r.Case) }},
		{name: "问题", width: 17, value: func(_ *Ledger, r Row) any { return r.Case.Finding.Title }},
		{name: "事实", width: 30, value: func(_ *Ledger, r Row) any { return r.Case.Finding.Facts }},
		{name: "发现日期", width: 11, centre: true, value: func(_ *Ledger, r Row) any { return day{on: r.Case.Finding.FoundOn} }},
		{name: "发现方式", width: 9, centre: true, value: func(l *Ledger, r Row) any { return name(l.codes.Method(r.Case.Finding.Method)) }},
		{name: "类别", width: 11, centre: true, value: func(l *Ledger, r Row) any { return name(l.codes.Category(r.Case.Finding.Category)) }},
		{name: "方面", width: 9, centre: true, value: func(l *Ledger, r Row) any { return name(l.codes.Dimension(r.Case.Finding.Dimension)) }},
		{name: "整改措施", width: 28, value: func(_ *Ledger, r Row) any { return planned(r.Case) }},
		{name: "时限", width: 11, centre: true, value: func(_ *Ledger, r Row) any { return due(r.Case) }},
		{name: "完成情况", width: 12, centre: true, value: func(_ *Ledger, r Row) any { return Completion(r.Case) }},
		{name: "阶段", width: 9, centre: true, value: func(_ *Ledger, r Row) any { return r.Case.Stage.ZH() }},
		{name: "督办等级", width: 9, centre: true, value: func(_ *Ledger, r Row) any { return level(r.Case.Level) }},
		{name: "回头看", width: 13, value: func(_ *Ledger, r Row) any { return lookBacks(r.Case) }},
		{name: "措施", width: 15, value: func(_ *Ledger, r Row) any { return measures(r.Case) }},
		{name: "销号日期", width: 11, centre: true, value: func(_ *Ledger, r Row) any { return day{on: r.ClosedOn} }},
		{name: "前案编号", width: 12, centre: true, value: func(_ *Ledger, r Row) any { return earlier(r.Case) }},
		{name: "转入", width: 14, value: func(_ *Ledger, r Row) any { return takenOver(r.Case) }},
		{name: "case_id", hidden: true, value: func(_ *Ledger, r Row) any { return r.Case.ID }},
		{name: "version", hidden: true, value: func(_ *Ledger, r Row) any { return r.Case.Seq }},
		{name: "unit_id", hidden: true, value: func(_ *Ledger, r Row) any { return r.Case.Unit }},
		{name: "category", hidden: true, value: func(_ *Ledger, r Row) any { return r.Case.Finding.Category }},
		{name: "dimension", hidden: true, value: func(_ *Ledger, r Row) any { return r.Case.Finding.Dimension }},
		{name: "stage", hidden: true, value: func(_ *Ledger, r Row) any { return string(r.Case.Stage) }},
	}
}

// lastShown is the letter of the last column people see.
func lastShown(columns []column) string {
	i := slices.IndexFunc(columns, func(c column) bool { return c.hidden })
	if i < 0 {
		i = len(columns)
	}
	letter, _ := excelize.ColumnNumberToName(i)
	return letter
}

func name(c policy.Code, _ bool) string { return c.ZH }

// takenOver says of a case in hand when it was taken over and what its notice was.
func takenOver(c lifecycle.Case) string {
	t := c.TakenOver
	if t == nil {
		return ""
	}
	return fmt.Sprintf("%s转入\n%s（%s）", t.On, t.NoticeNumber, t.NoticeOn)
}

// earlier is the number of the case that happened again.
func earlier(c lifecycle.Case) string {
	if c.RepeatOf == nil {
		return ""
	}
	return c.RepeatOf.Number
}

// level is the level by number and name; nothing for a case on time.
func level(l policy.Level) string {
	if l == policy.L0 {
		return ""
	}
	return l.String() + " " + l.ZH()
}

// owners are those the plan names, each once.
func owners(c lifecycle.Case) string {
	if c.Plan == nil {
		if c.TakenOver != nil {
			return c.TakenOver.Responsible
		}
		return ""
	}
	var all []string
	for _, m := range c.Plan.Measures {
		if m.Owner != "" && !slices.Contains(all, m.Owner) {
			all = append(all, m.Owner)
		}
	}
	return strings.Join(all, "、")
}

// planned are the plan's measures, a line each.
func planned(c lifecycle.Case) string {
	if c.Plan == nil {
		return ""
	}
	lines := make([]string, len(c.Plan.Measures))
	for i, m := range c.Plan.Measures {
		lines[i] = fmt.Sprintf("%d. %s", m.No, m.Text)
		if !m.Due.IsZero() {
			lines[i] += "（" + m.Due.String() + "）"
		}
	}
	return strings.Join(lines, "\n")
}

// due is the day the unit has until: its running deadline, else the last day of
// its plan. What the committee itself must do by some day is not for the ledger.
func due(c lifecycle.Case) day {
	if k, ok := c.UnitDeadline(); ok {
		return day{on: k.Due, provisional: k.Provisional}
	}
	var last day
	if c.Plan != nil {
		for _, m := range c.Plan.Measures {
			if m.Due.After(last.on) {
				last.on = m.Due
			}
		}
	}
	return last
}

// Completion says how much of the plan is done, counted from its measures as the
// unit reported and the committee accepted them; nobody types it.
func Completion(c lifecycle.Case) string {
	if c.Plan == nil {
		return ""
	}
	done, accepted := 0, 0
	for _, m := range c.Plan.Measures {
		if m.Done || m.Accepted {
			done++
		}
		if m.Accepted {
			accepted++
		}
	}
	text := fmt.Sprintf("%d/%d 项完成", done, len(c.Plan.Measures))
	if accepted > 0 {
		text += fmt.Sprintf("\n（审核通过 %d 项）", accepted)
	}
	return text
}

func lookBacks(c lifecycle.Case) string {
	lines := make([]string, len(c.LookBacks))
	for i, b := range c.LookBacks {
		lines[i] = strings.TrimSpace(fmt.Sprintf("%s 第%d轮 %s", b.On, b.Round, b.Result.ZH()))
	}
	return strings.Join(lines, "\n")
}

func measures(c lifecycle.Case) string {
	lines := make([]string, len(c.Measures))
	for i, m := range c.Measures {
		on := m.On
		if m.Record != nil {
			on = m.Record.On
		}
		lines[i] = fmt.Sprintf("%s %s（%s）", on, m.Kind.ZH(), m.Status.ZH())
	}
	return strings.Join(lines, "\n")
}
