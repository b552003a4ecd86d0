package lifecycle

import (
	"cmp"
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
	// Settle: the measure's ground fell away, and a leader must say whether it stays.
	Settle bool
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
			line.Late = r.Calendar.WorkingDaysBetween(due, r.Today(now)) - r.spared(k, Date{}, r.Today(now))
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
func (r Rules) Digest(lines []DigestLine, figures Figures, on calendar.Date) (subject, text string, err error) {
	told := ""
	if !figures.None() {
		told = figures.zh(on)
	}
	if len(lines) == 0 {
		return r.Policy.Writer().Figures(policy.FiguresWords{
			Day: on.String(), Late: figures.Late.Count, Committee: figures.Committee.Count, Figures: told,
		})
	}
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b DigestLine) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Late, a.Late), a.Due.Compare(b.Due),
			cmp.Compare(a.Number, b.Number), cmp.Compare(a.Clock, b.Clock), cmp.Compare(a.Measure, b.Measure))
	})
	lines = slices.Compact(lines)
	words := policy.DigestWords{Day: on.String(), Count: len(lines), Rest: max(0, len(lines)-maxDigest), Figures: told}
	for i, l := range lines {
		if l.Overdue {
			words.Late++
		}
		if i < maxDigest {
			words.Items = append(words.Items, l.words(i+1))
		}
	}
	return r.Policy.Writer().Digest(words)
}

// what is to be done.
func (l DigestLine) what() string {
	if l.Settle {
		return KindSettleMeasure.ZH()
	}
	return AwaitedOn(l.Clock).Task.ZH
}

func (l DigestLine) words(no int) policy.DigestItem {
	words := policy.DigestItem{
		No: no, Number: l.Number, Title: l.Title, What: l.what(), Measure: l.Measure,
		Due: l.Due.String(), Overdue: l.Overdue, Late: max(0, l.Late), Copy: l.Copy,
	}
	if l.Measure > 0 {
		words.Kind = l.Kind.ZH()
	}
	if l.Level > policy.L0 {
		words.Level = l.Level.ZH()
	}
	return words
}

// News is what a letter tells a person.
type News struct {
	// Number and Title are the case's.
	Number, Title string
	About         EventKind
	Measures      []policy.MeasureKind
	Asked         Ask
	Way           Way
	// Unit: the letter is for people of the unit. Where is the address at which it is
	// done; empty where none is known.
	Unit  bool
	Where string
	// On is the day on which it is written.
	On Date
}

// PaperText writes what a person is told of an event of a case: first what to do by
// when, then of which case, what happened, and where it is done.
func (r Rules) PaperText(n News) (subject, text string, err error) {
	return r.Policy.Writer().Paper(policy.PaperWords{
		Number: n.Number, Title: n.Title, Task: TaskZH(n.About, n.Measures, n.Asked, n.Unit, n.On), About: AboutZH(n.About, n.Measures),
		Where: n.Where, Copy: n.Way == WayCopy,
	})
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
func (r Rules) TaskText(task string) (subject, text string, err error) {
	return r.Policy.Writer().Task(policy.TaskWords{Task: task})
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
func (r Rules) GroupDigest(late map[policy.Level]int, on calendar.Date) (subject, text string, err error) {
	words := policy.GroupWords{Day: on.String()}
	for level := policy.L5; level >= policy.L0; level-- {
		if n := late[level]; n > 0 {
			words.Late += n
			words.Levels = append(words.Levels, policy.GroupItem{No: len(words.Levels) + 1, Level: level.ZH(), Late: n})
		}
	}
	return r.Policy.Writer().Group(words)
}
