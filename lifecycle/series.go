package lifecycle

import (
	"fmt"
	"strings"

	"duban/characters"
	"duban/policy"
)

// A series counts papers (发文顺序号): those of one mark in one year, from 1 without a
// gap. The zero series counts none.
type series struct {
	mark string
	year int
}

// seriesOf is the series of a kind of paper today.
func (t *turn) seriesOf(kind PaperKind) series {
	return series{mark: t.rules.Policy.Mark(kind), year: t.today.Year()}
}

// name is what the record knows the series by.
func (s series) name() string {
	if s.mark == "" {
		return ""
	}
	return fmt.Sprintf("paper/%s/%d", s.mark, s.year)
}

// number is the n-th of the series (发文字号), such as 工委督函〔2026〕12号.
func (s series) number(n int) string { return fmt.Sprintf("%s〔%d〕%d号", s.mark, s.year, n) }

// seriesIn finds the series of ours that a whole number is of, such as that of
// 工委督函〔2026〕12号, and which of it; the zero series when it is of another register.
func (t *turn) seriesIn(number string) (series, int) {
	var s series
	var n int
	number = characters.Fold(number)
	for _, kind := range policy.PaperKinds() {
		s.mark = t.rules.Policy.Mark(kind)
		rest, ok := strings.CutPrefix(number, characters.Fold(s.mark)+"(")
		if !ok {
			continue
		}
		if _, err := fmt.Sscanf(rest, "%d)%d号", &s.year, &n); err == nil && n > 0 && n <= maxNumber {
			return s, n
		}
	}
	return series{}, 0
}

// maxNumber is the greatest number of a year that is taken for one.
const maxNumber = 99_999

// NumberKey is the number as one sortable figure: year * 1,000,000 + number of the
// year; 0 without one.
func (n Notice) NumberKey() int64 { return NoticeNumberKey(n.Number) }

// NoticeNumberKey reads a number such as 工委督函〔2026〕12号 or 〔2026〕12号; 0 when it
// is none.
func NoticeNumberKey(number string) int64 {
	var year, n int64
	number = characters.Fold(number)
	if _, err := fmt.Sscanf(number[max(0, strings.IndexByte(number, '(')):], "(%d)%d号", &year, &n); err != nil {
		return 0
	}
	return year*1_000_000 + n
}
