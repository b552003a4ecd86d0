package calendar

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// textWidth is the width of a terminal, in columns; a Chinese character takes
// two.
const textWidth = 80

// WriteText writes the explanation for a terminal of 80 columns, in Chinese,
// with the notices and laws as numbered notes at the end. It writes once and
// returns the error of w.
func (e Explanation) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, e.text())
	return err
}

func (e Explanation) text() string {
	if e.Start.IsZero() {
		return "没有起算日，没有到期日\n"
	}
	out := &strings.Builder{}
	fmt.Fprintf(out, "起算日　%s\n", withWeekday(e.Start))
	fmt.Fprintf(out, "期　间　%s（%s）\n", e.Period.Chinese(), e.Period)
	fmt.Fprintf(out, "到期日　%s\n", withWeekday(e.Due.Date))
	if e.Due.Provisional {
		fmt.Fprintln(out, "暂　定　所涉年度的放假通知尚未全部公布，公布后重新计算")
	}
	fmt.Fprintf(out, "依第%d版工作日历计算\n\n", e.Version)

	var notes []string
	for _, s := range e.Days {
		reason := s.Reason
		if s.Reference != "" {
			note := slices.Index(notes, s.Reference)
			if note < 0 {
				notes = append(notes, s.Reference)
				note = len(notes) - 1
			}
			reason += fmt.Sprintf(" [%d]", note+1)
		}
		writeRow(out, s, reason)
	}
	out.WriteByte('\n')
	for i, note := range notes {
		writeWrapped(out, fmt.Sprintf("[%d] ", i+1), note)
	}
	return out.String()
}

func writeRow(out *strings.Builder, s Step, reason string) {
	count := ""
	if s.Counted {
		count = strconv.Itoa(s.N)
	}
	day := s.Date
	if !s.Until.IsZero() {
		fmt.Fprintf(out, "%s %s       自此日起\n", s.Date, chineseWeekday(s.Date))
		day = s.Until
	}
	writeWrapped(out, fmt.Sprintf("%s %s %4s  ", day, chineseWeekday(day), count), reason)
}

// writeWrapped writes the label and the text beside it, broken at textWidth,
// with the further lines under the first.
func writeWrapped(out *strings.Builder, label, text string) {
	indent := columns(label)
	lines := wrap(text, textWidth-indent)
	fmt.Fprintf(out, "%s%s\n", label, strings.Join(lines, "\n"+strings.Repeat(" ", indent)))
}

func withWeekday(d Date) string { return d.String() + "（" + chineseWeekday(d) + "）" }

func chineseWeekday(d Date) string {
	switch d.Weekday() {
	case time.Sunday:
		return "周日"
	case time.Monday:
		return "周一"
	case time.Tuesday:
		return "周二"
	case time.Wednesday:
		return "周三"
	case time.Thursday:
		return "周四"
	case time.Friday:
		return "周五"
	case time.Saturday:
		return "周六"
	}
	return ""
}

// wrap breaks a text into lines of at most width columns. Chinese may be broken
// between any two characters, but a closing mark stays with the word before it;
// words and numbers in Latin letters are not torn.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, piece := range pieces(text) {
		if line != "" && columns(line)+columns(piece) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
			piece = strings.TrimLeft(piece, " ")
		}
		line += piece
	}
	return append(lines, line)
}

// pieces cuts a text where a line may end.
func pieces(text string) []string {
	var all []string
	var last rune
	for _, r := range text {
		if len(all) > 0 && !breakable(last, r) {
			all[len(all)-1] += string(r)
		} else {
			all = append(all, string(r))
		}
		last = r
	}
	return all
}

// breakable reports whether a line may end between two characters.
func breakable(a, b rune) bool {
	const opening, closing = "（《〔［“‘(", "，。；：、！？）》〕］”’),.;:"
	switch {
	case strings.ContainsRune(closing, b), strings.ContainsRune(opening, a):
		return false
	case b == ' ':
		return true
	}
	return wide(a) || wide(b)
}

func columns(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if wide(r) {
			n++
		}
	}
	return n
}

// wide reports whether a terminal gives the character two columns (East Asian
// Width W and F, as far as names and notices use them).
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115F, // Hangul
		0x2E80 <= r && r <= 0x303E,   // radicals, CJK punctuation
		0x3041 <= r && r <= 0xA4CF,   // kana to CJK to Yi
		0xAC00 <= r && r <= 0xD7A3,   // Hangul
		0xF900 <= r && r <= 0xFAFF,   // compatibility ideographs
		0xFE30 <= r && r <= 0xFE4F,   // vertical forms
		0xFF00 <= r && r <= 0xFF60,   // full-width forms
		0xFFE0 <= r && r <= 0xFFE6,   // full-width signs
		0x20000 <= r && r <= 0x3FFFD: // further ideographs
		return true
	}
	return false
}
