package lifecycle

import (
	"fmt"
	"strings"

	"duban/calendar"
)

// Figures are what whoever sees to all cases is told of them once a working day:
// the sums of the overviews (统计), and the worst of each.
type Figures struct {
	Late, Measures, Ladder, Upcoming, Committee Figure
	// Ahead is how many working days upcoming looks ahead.
	Ahead int
}

// A Figure is one overview in short.
type Figure struct {
	// Title is the overview's name, under which the rest is found.
	Title string
	// Count is how many there are, Most the working days of the worst.
	Count, Most int
	// Sums are summed up in different ways.
	Sums []FigureSum
	// Cases are those with the most working days.
	Cases []FigureCase
}

// A FigureSum is the first lines of one way of summing up.
type FigureSum struct {
	// By says what it is summed up by; nothing where the lines say it themselves.
	By    string
	Lines []FigureLine
	// LeftOff is how many lines there are beyond them.
	LeftOff int
}

// A FigureLine sums up what belongs together.
type FigureLine struct {
	Name        string
	Count, Most int
}

// A FigureCase is one of the worst.
type FigureCase struct {
	Number, Title, Unit string
	Days                int
}

// None reports whether there is nothing to tell.
func (f Figures) None() bool {
	for _, one := range []Figure{f.Late, f.Measures, f.Ladder, f.Upcoming, f.Committee} {
		if one.Count > 0 {
			return false
		}
	}
	return true
}

// zh is the figures as a part of a digest.
func (f Figures) zh(on calendar.Date) string {
	var b strings.Builder
	fmt.Fprintf(&b, "督办情况（截至%s）：\n", on)
	f.Late.write(&b, "一", "件", "最长逾期%d个工作日")
	f.Measures.write(&b, "二", "项", "最长已过%d个工作日")
	f.Ladder.write(&b, "三", "件", "处于该等级最长%d个工作日")
	upcoming := f.Upcoming
	upcoming.Title += fmt.Sprintf("（今后%d个工作日内）", f.Ahead)
	upcoming.write(&b, "四", "项", "")
	f.Committee.write(&b, "五", "项", "最长超期%d个工作日")
	b.WriteString("明细请登录系统，在同名统计中查看。")
	return b.String()
}

// write writes one figure. What is counted goes by the measure word, and the
// most of one by the phrase, if there is one.
func (f Figure) write(b *strings.Builder, no, word, most string) {
	if f.Count == 0 {
		fmt.Fprintf(b, "%s、%s：无。\n", no, f.Title)
		return
	}
	fmt.Fprintf(b, "%s、%s：%d%s", no, f.Title, f.Count, word)
	if most != "" && f.Most > 0 { // missed on days off only is missed by no working day
		fmt.Fprintf(b, "，"+most, f.Most)
	}
	b.WriteString("。\n")
	for _, sum := range f.Sums {
		sum.write(b, word, most != "")
	}
	for i, c := range f.Cases {
		if i == 0 {
			b.WriteString("最久的事项：")
		}
		fmt.Fprintf(b, "%s %s（%s，%d个工作日）%s", c.Number, c.Title, c.Unit, c.Days, stop(i, len(f.Cases)))
	}
}

func (s FigureSum) write(b *strings.Builder, word string, most bool) {
	if s.By != "" {
		b.WriteString(s.By + "：")
	}
	for i, l := range s.Lines {
		fmt.Fprintf(b, "%s %d%s", l.Name, l.Count, word)
		if most && l.Most > 0 {
			fmt.Fprintf(b, "（最长%d个工作日）", l.Most)
		}
		if i == len(s.Lines)-1 && s.LeftOff > 0 {
			fmt.Fprintf(b, "；另有%d个未列出", s.LeftOff)
		}
		b.WriteString(stop(i, len(s.Lines)))
	}
}

// stop is what stands after the i-th of n.
func stop(i, n int) string {
	if i == n-1 {
		return "。\n"
	}
	return "；"
}
