package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"duban/calendar"
	"duban/policy"
)

// A DigestLine is something a person is chased on, as it stands when the digest
// is made: what was done in the meantime is not in it.
type DigestLine struct {
	Number string
	Title  string
	Level  policy.Level
	Clock  policy.ClockName
	// Measure and Kind are of a measure: its number in the case, and what it is.
	Measure int
	Kind    policy.MeasureKind
	Due     calendar.Date
	Overdue bool
	// Late is by how many working days.
	Late int
	// Copy: somebody else is chased, and this person is told.
	Copy bool
}

// DigestLines lists what is chased of the recipient in a case now. For the
// reader who is given, it leaves out what the reader is barred from, and barred
// says that there was such a thing. Who reads for somebody who is away is told all
// of it.
func DigestLines(c Case, to Recipient, reader Actor, way Way, now time.Time, r Rules) (lines []DigestLine, barred bool) {
	if to.Unit != "" && (c.Unit != to.Unit || c.ForUnit().Stage == UnitNone) {
		return nil, false
	}
	for _, k := range c.Clocks {
		if !slices.Contains(c.Chased(k), to) {
			continue
		}
		if way != WaySubstitute && Barred(c, reader, to, k, now, r) {
			barred = true
			continue
		}
		due, at := k.ActBy()
		line := DigestLine{
			Number: c.Number, Title: c.Finding.Title, Level: c.Level, Clock: k.Name, Due: due, Overdue: at.Before(now),
			Copy: way == WayCopy,
		}
		if m, ok := c.measure(k.Measure); ok {
			line.Measure, line.Kind = m.No, m.Kind
		}
		if line.Overdue {
			line.Late = r.Calendar.WorkingDaysBetween(due, r.Today(now))
		}
		lines = append(lines, line)
	}
	return lines, barred
}

// maxDigest is how many lines a digest has; the rest are counted.
const maxDigest = 100

// Digest writes a person's digest of a day: what the person is chased on, the
// most urgent first, by level, then by lateness, then by deadline; then the
// figures, for whoever is told them.
func Digest(lines []DigestLine, figures Figures, on calendar.Date) (subject, text string) {
	if len(lines) == 0 {
		return figures.subject(on), figures.zh(on)
	}
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b DigestLine) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Late, a.Late), a.Due.Compare(b.Due),
			cmp.Compare(a.Number, b.Number), cmp.Compare(a.Clock, b.Clock), cmp.Compare(a.Measure, b.Measure))
	})
	lines = slices.Compact(lines)
	late := 0
	for _, l := range lines {
		if l.Overdue {
			late++
		}
	}
	subject = fmt.Sprintf("督办提醒（%s）：待办%d项，其中逾期%d项", on, len(lines), late)
	var b strings.Builder
	b.WriteString("请抓紧办理下列事项：\n")
	for i, l := range lines {
		if i == maxDigest {
			fmt.Fprintf(&b, "另有%d项，请登录系统查看。\n", len(lines)-maxDigest)
			break
		}
		fmt.Fprintf(&b, "%d. %s%s\n", i+1, l.zh(), map[bool]string{true: "（抄送）", false: ""}[l.Copy])
	}
	b.WriteString("已办结的请忽略。")
	if !figures.None() {
		b.WriteString("\n\n" + figures.zh(on))
	}
	return subject, b.String()
}

func (l DigestLine) zh() string {
	text := l.Number + " " + l.Title + "：" + l.Clock.ZH()
	if l.Measure > 0 {
		text += fmt.Sprintf("（第%d项：%s）", l.Measure, l.Kind.ZH())
	}
	text += "，期限" + l.Due.String()
	switch {
	case l.Late > 0:
		text += fmt.Sprintf("，已逾期%d个工作日", l.Late)
	case l.Overdue:
		text += "，已逾期"
	}
	if l.Level > policy.L0 {
		text += "，督办等级：" + l.Level.ZH()
	}
	return text
}

// PaperText writes what a person is told of an event of a case. A paper is read
// in the system: the message says that it is there, and which measures it is about.
func PaperText(number, title string, about EventKind, measures []policy.MeasureKind, way Way) (subject, text string) {
	what := AboutZH(about, measures)
	subject = "督办事项" + number + "：" + what
	text = "事项：" + number + " " + title + "\n办理情况：" + what + "\n请登录系统查看并办理。"
	if way == WayCopy {
		text += "（抄送）"
	}
	return subject, text
}

// AboutZH is what a letter tells of: an event, and the measures it is about.
func AboutZH(about EventKind, measures []policy.MeasureKind) string {
	if len(measures) == 0 {
		return about.ZH()
	}
	names := make([]string, len(measures))
	for i, kind := range measures {
		names[i] = kind.ZH()
	}
	return about.ZH() + "（" + strings.Join(names, "、") + "）"
}

// TaskText writes what a drawn inspector is told on the morning of the day: that
// there is a task, under an opaque number, and nothing of where (ADR 23).
func TaskText(task string) (subject, text string) {
	return "今日任务" + task, "您今日有一项任务，编号" + task + "。请登录系统，在“今日任务”中查看。请勿转发。"
}

// TellHour reports whether drawn inspectors may be told now that it is the day: from
// the hour of the policy on, and not when nobody could come any more.
func (r Rules) TellHour(now time.Time) bool {
	today, hours := r.Today(now), r.Policy.LookBack
	return !now.Before(r.Timeline.At(today, hours.TellAt.Std())) && now.Before(r.Timeline.At(today, hours.TellUntil.Std()))
}

// LeaveHour reports whether what a timer ordered may leave now, digests and papers:
// on a working day, from the hour at which papers leave.
func (r Rules) LeaveHour(now time.Time) bool {
	today := r.Today(now)
	return r.Calendar.WorkingDay(today) && !now.Before(r.Timeline.At(today, r.Policy.Time.PapersLeaveAt.Std()))
}

// GroupDigest writes what a group is told once a day: how many cases are late at
// which level.
func GroupDigest(late map[policy.Level]int, on calendar.Date) (subject, text string) {
	total := 0
	var parts []string
	for level := policy.L5; level >= policy.L0; level-- {
		if n := late[level]; n > 0 {
			total += n
			parts = append(parts, fmt.Sprintf("%s%d件", level.ZH(), n))
		}
	}
	subject = fmt.Sprintf("督办提醒（%s）：逾期事项%d件", on, total)
	return subject, "按督办等级：" + strings.Join(parts, "，") + "。\n请登录系统查看并办理。"
}
