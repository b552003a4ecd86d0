package calendar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Year is one State Council notice: the days off and the make-up workdays of
// a year. Days it does not name follow the week.
//
// Its JSON is the form of the holiday-cn files with a "reference" added; see
// ReadYear.
type Year struct {
	// Year is the year in the notice's title.
	Year int
	// Reference is the notice's title and document number (文号), or either.
	Reference string
	// Source is the notice's address, several separated by a space.
	Source string
	// Days are the days the notice names, in order of date.
	Days []SpecialDay
}

// A SpecialDay is a day that a notice names.
type SpecialDay struct {
	Date Date
	Name string // the holiday it belongs to, such as 春节
	Off  bool   // a day off, else a day of work
}

// MarshalJSON writes the form ReadYear reads.
func (y Year) MarshalJSON() ([]byte, error) {
	type day struct {
		Name  string `json:"name"`
		Date  Date   `json:"date"`
		IsOff bool   `json:"isOffDay"`
	}
	file := struct {
		Year      int      `json:"year"`
		Reference string   `json:"reference,omitempty"`
		Papers    []string `json:"papers"`
		Days      []day    `json:"days"`
	}{Year: y.Year, Reference: y.Reference, Papers: strings.Fields(y.Source), Days: []day{}}
	for _, d := range y.Days {
		file.Days = append(file.Days, day{Name: d.Name, Date: d.Date, IsOff: d.Off})
	}
	return json.Marshal(file)
}

// UnmarshalJSON is ReadYear.
func (y *Year) UnmarshalJSON(data []byte) error {
	read, err := ReadYear(bytes.NewReader(data))
	if err != nil {
		return err
	}
	*y = read
	return nil
}

func (y Year) clone() Year {
	y.Days = slices.Clone(y.Days)
	slices.SortStableFunc(y.Days, func(a, b SpecialDay) int { return a.Date.Compare(b.Date) })
	return y
}

// The bounds of a notice's text, in characters.
const (
	maxName      = 40
	maxReference = 200
)

// A flaw is why a Year cannot be used, in Chinese and English, with the index
// of the day at fault, or -1 for the notice as a whole.
type flaw struct {
	day    int
	zh, en string
}

func flawf(day int, zh, en string, args ...any) *flaw {
	return &flaw{day: day, zh: fmt.Sprintf(zh, args...), en: fmt.Sprintf(en, args...)}
}

// flaw returns the first thing wrong with y, nil when there is none. One rule
// here guards the unit and the committee alike: a notice that forgets a day off
// fixed by law would silently shorten every deadline across it.
func (y Year) flaw() *flaw {
	if y.Year < FirstYear || y.Year > LastYear {
		return flawf(-1, "年份%d不在%d至%d之间", "year %d is outside %d to %d", y.Year, FirstYear, LastYear)
	}
	// What holiday-cn keeps for a year whose notice is still to come.
	if len(y.Days) == 0 {
		return flawf(-1, "通知没有列出任何日期", "the notice names no day")
	}
	if y.Reference == "" && y.Source == "" {
		return flawf(-1, "没有写明通知的文号、标题或者网址", "the notice has neither a reference nor an address")
	}
	if y.Reference != "" && !presentable(y.Reference, maxReference) {
		return flawf(-1, "文号或者标题%s超过%d字或者含有不可见字符", "the reference %s is over %d characters or holds invisible ones", quote(y.Reference), maxReference)
	}
	for address := range strings.FieldsSeq(y.Source) {
		// It is shown as a link, so it must not be a script.
		if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
			return flawf(-1, "网址%s不以https://或者http://开头", "the address %s does not begin with https:// or http://", quote(address))
		}
	}
	named := make(map[Date]bool, len(y.Days)) // and whether it is off
	for i, day := range y.Days {
		if f := y.dayFlaw(i, named); f != nil {
			return f
		}
		named[day.Date] = day.Off
	}
	for i, day := range y.Days {
		// The emergency notice of 2020 (E22) names Monday 3 February as the day
		// work resumes. Elsewhere a weekday "worked" is a slip of the pen for the
		// weekend day that was meant.
		if !day.Off && !day.Date.weekend() && !named[day.Date.AddDays(-1)] {
			return flawf(i, "%s是普通工作日，不能作为调休上班日", "%s is an ordinary weekday, not a make-up workday", day.Date)
		}
	}
	last := unixDay(y.Year, time.December, 31)
	for n := unixDay(y.Year, time.January, 1); n <= last; n++ {
		d := fromUnixDay(n)
		if name := statutory(d); name != "" && !named[d] && !d.weekend() {
			return flawf(-1, "%s是法定节假日（%s），通知没有列为放假", "%s is a day off by law (%s) that the notice does not name", d, name)
		}
	}
	return nil
}

func (y Year) dayFlaw(i int, named map[Date]bool) *flaw {
	day := y.Days[i]
	d := day.Date
	if d.IsZero() {
		return flawf(i, "没有日期", "a day has no date")
	}
	// A notice may dispose of the last days of the year before: those of 2007,
	// 2008, 2012, 2019 and 2023 did.
	if d.Year() != y.Year && (d.Year() != y.Year-1 || d.Month() != time.December) {
		return flawf(i, "%s不属于%d年（只允许上一年12月的日期）", "%s is not in %d, nor in December of the year before", d, y.Year)
	}
	if !presentable(day.Name, maxName) {
		return flawf(i, "%s的节日名称为空、超过%d字或者含有不可见字符", "the name of %s is empty, over %d characters or holds invisible ones", d, maxName)
	}
	if off, twice := named[d]; twice {
		if off != day.Off {
			return flawf(i, "%s既列为放假又列为上班", "%s is named both as a day off and as a workday", d)
		}
		return flawf(i, "%s列了两次", "%s is named twice", d)
	}
	if name := statutory(d); name != "" && !day.Off {
		return flawf(i, "%s是法定节假日（%s），不能列为上班", "%s is a day off by law (%s) and cannot be a workday", d, name)
	}
	return nil
}

// presentable reports whether s can be shown to people as it is: not empty, no
// longer than most characters, no control or direction marks.
func presentable(s string, most int) bool {
	if strings.TrimSpace(s) == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
