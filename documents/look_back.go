package documents

import (
	"fmt"
	"slices"
	"strings"

	"duban/calendar"
)

// A LookBack is what a look-back found that was not put right.
type LookBack struct {
	// On is the day of it.
	On calendar.Date
	// Result is what it came to: 未到位, 虚假整改.
	Result string
	// Points are what was found of each measure.
	Points []Point
}

// A Point is what was found of one measure.
type Point struct {
	Measure string
	InPlace bool
	Account string
}

func (l *LookBack) check(at string) error {
	if l == nil {
		return nil
	}
	if l.On.IsZero() {
		return need(field{at + "on", "回头看日期", ""})
	}
	err := need(field{at + "result", "回头看结果", l.Result})
	for i, p := range l.Points {
		if err == nil {
			at := fmt.Sprintf("%spoints[%d].", at, i)
			err = need(field{at + "measure", "整改措施", p.Measure}, field{at + "account", "核查情况", p.Account})
		}
	}
	return err
}

func (l *LookBack) write() []block {
	out := []block{labelled("“回头看”：", chineseDate(l.On)+"，结果为"+sentence(l.Result))}
	for i, p := range l.Points {
		how := "未到位"
		if p.InPlace {
			how = "到位"
		}
		out = append(out, text(fmt.Sprintf("%d.%s：%s。%s", i+1, strings.TrimRight(oneLine(p.Measure), "。；.;"), how, sentence(oneLine(p.Account)))))
	}
	return out
}

// again reports whether all that a notice states was found before, and not put
// right.
func (n Notice) again() bool {
	return !slices.ContainsFunc(n.Findings, func(f Finding) bool { return f.LookBack == nil })
}

// result is what its look-backs came to, each result once.
func (n Notice) result() string {
	var all []string
	for _, f := range n.Findings {
		if !slices.Contains(all, f.LookBack.Result) {
			all = append(all, f.LookBack.Result)
		}
	}
	return "结果为" + strings.Join(all, "、")
}
