package overview

import (
	"fmt"
	"io"
	"strconv"

	"duban/calendar"
	"duban/documents/workbook"
	"duban/lifecycle"
	"duban/policy"
)

// The names of the two sheets.
const (
	Sums  = "汇总"
	Cases = "明细"
)

// An Overview is what is written.
type Overview struct {
	// Title says what was asked, By what is summed up by, and Days what the days
	// of it are.
	Title, By, Days string
	On              calendar.Date
	Total           Line
	Lines           []Line
	// LeftOff is how many lines were one too many.
	LeftOff int
	Rows    []Row
}

// A Line sums up what belongs together.
type Line struct {
	Name              string
	Count, Days, Most int
}

// A Row is a case on a clock or on a rung.
type Row struct {
	Number, Title, UnitName, AreaName, OfficerName, WhoName string

	Stage   lifecycle.Stage
	Level   policy.Level
	Round   int
	Clock   policy.ClockName
	Measure policy.MeasureKind
	Status  lifecycle.MeasureStatus
	Since   calendar.Date
	Due     calendar.Date
	// Provisional: the due date rests on a year whose notice is not out.
	Provisional bool
	Days, Late  int
}

// Write writes the workbook.
func Write(w io.Writer, r Overview) error {
	book, err := workbook.NewWriter(w, Sums, Cases)
	if err != nil {
		return fmt.Errorf("begin overview: %w", err)
	}
	if err := r.sums(book); err != nil {
		return fmt.Errorf("write overview: %w", err)
	}
	if err := r.cases(book); err != nil {
		return fmt.Errorf("write overview: %w", err)
	}
	if err := book.Close(); err != nil {
		return fmt.Errorf("end overview: %w", err)
	}
	return nil
}

func (r Overview) sums(book *workbook.Writer) error {
	if err := book.Sheet(workbook.Form{Widths: []float64{36, 10, 16, 16}, Frozen: 2}); err != nil {
		return err
	}
	title := fmt.Sprintf("%s（%d年%d月%d日）", r.Title, r.On.Year(), r.On.Month(), r.On.Day())
	if err := book.Row(1, workbook.Styled{Text: title, Style: workbook.Head}); err != nil {
		return err
	}
	if err := book.Row(2, heads(r.By, "件数", r.Days+"合计", r.Days+"最多")...); err != nil {
		return err
	}
	total := r.Total
	total.Name = "合计"
	n := 3
	for _, l := range append([]Line{total}, r.Lines...) {
		if err := book.Row(n, texts(l.Name, strconv.Itoa(l.Count), strconv.Itoa(l.Days), strconv.Itoa(l.Most))...); err != nil {
			return err
		}
		n++
	}
	if r.LeftOff > 0 {
		return book.Row(n, texts(fmt.Sprintf("另有%d项未列出", r.LeftOff))...)
	}
	return nil
}

func (r Overview) cases(book *workbook.Writer) error {
	if err := book.Sheet(workbook.Form{Widths: []float64{18, 36, 18, 14, 12, 12, 10, 8, 14, 16, 12, 16, 12, 16, 12, 12}, Frozen: 1}); err != nil {
		return err
	}
	head := heads("编号", "问题", "单位", "片区", "经办人", "阶段", "督办等级", "轮次", "期限", "措施", "措施状态", "应办人", "自", "到期", r.Days, "超期工作日")
	if err := book.Row(1, head...); err != nil {
		return err
	}
	for i, row := range r.Rows {
		clock, level := "", ""
		if row.Clock != "" {
			clock = row.Clock.ZH()
		}
		if row.Level != policy.L0 {
			level = row.Level.String() + " " + row.Level.ZH()
		}
		kind, status := "", ""
		if row.Measure != "" {
			kind, status = row.Measure.ZH(), row.Status.ZH()
		}
		cells := texts(row.Number, row.Title, row.UnitName, row.AreaName, row.OfficerName, row.Stage.ZH(), level, strconv.Itoa(row.Round),
			clock, kind, status, row.WhoName, date(row.Since, false), date(row.Due, row.Provisional), strconv.Itoa(row.Days), strconv.Itoa(row.Late))
		if err := book.Row(i+2, cells...); err != nil {
			return err
		}
	}
	return nil
}

func date(d calendar.Date, provisional bool) string {
	switch {
	case d.IsZero():
		return ""
	case provisional:
		return d.String() + "（暂定）"
	default:
		return d.String()
	}
}

func heads(names ...string) []workbook.Styled {
	cells := texts(names...)
	for i := range cells {
		cells[i].Style = workbook.Head
	}
	return cells
}

func texts(values ...string) []workbook.Styled {
	cells := make([]workbook.Styled, len(values))
	for i, v := range values {
		cells[i] = workbook.Styled{Text: v}
	}
	return cells
}
