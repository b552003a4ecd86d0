package workbook

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"duban/calendar"
)

// maxDigits is how many digits of a number a spreadsheet keeps; the others it makes
// zeros.
const maxDigits = 15

// exact is a number of the file without an exponent: 1.2345678E7 is 12345678.
func exact(text string) (string, bool) {
	if len(text) > 40 || strings.ContainsAny(text, "xXpP_/nN") {
		return "", false
	}
	if _, e, found := strings.Cut(strings.ToUpper(text), "E"); found {
		if n, err := strconv.Atoi(e); err != nil || n > 400 || n < -400 {
			return "", false
		}
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return "", false
	}
	if n.IsInt() {
		return n.Num().String(), true
	}
	return strings.TrimRight(n.FloatString(20), "0"), true
}

// StruckOut says why a cell that is struck out is not read.
const StruckOut = "此单元格有加了删除线的文字，不知道是否还算数。请删去不要的文字，或取消删除线。"

// AsText is what a cell says in a column of text. What the file holds for a number,
// a date or a percentage is not what a person sees: it is refused, and the sentence
// shows both.
func (c Cell) AsText(from1904 bool) (string, *Refusal) {
	what := ""
	switch c.Kind {
	case NumberCell:
		switch kind(c.Format) {
		case dateFormat:
			what = "日期或时间"
		case percentFormat:
			what = "百分比"
		case plainFormat, otherFormat:
			what = "数字"
		}
	case BooleanCell:
		what = "逻辑值"
	case DateCell:
		what = "日期"
	case TextCell, ErrorCell, FormulaCell:
		return c.Text, nil
	}
	shown := c.shown(from1904)
	return "", Refuse("not_text", "此单元格不是文本而是"+what+"，表格中显示为“"+Cut(shown)+"”。请将单元格格式设为“文本”后重新输入。",
		"The cell is no text; it shows as “"+Cut(shown)+"”. Format it as text and type it again.")
}

// AsCode is what a cell says in a column of codes, whose digits all count.
func (c Cell) AsCode(from1904 bool) (string, *Refusal) {
	if c.Kind != NumberCell || kind(c.Format) != plainFormat {
		return c.AsText(from1904)
	}
	digits, ok := exact(c.Text)
	if !ok || strings.ContainsAny(digits, ".-") {
		return c.AsText(from1904)
	}
	if len(digits) > maxDigits {
		return "", Refuse("digits_lost", fmt.Sprintf("此单元格是%d位数字，表格只保留前%d位，后面的已经丢失。请将单元格格式设为“文本”后重新输入。", len(digits), maxDigits),
			"The number has more digits than a spreadsheet keeps. Format the cell as text and type it again.")
	}
	if zeros := strings.Trim(c.Format, "0") == ""; zeros && len(digits) < len(c.Format) {
		digits = strings.Repeat("0", len(c.Format)-len(digits)) + digits
	}
	return digits, nil
}

// AsDate is the day a cell says.
func (c Cell) AsDate(from1904 bool) (calendar.Date, bool) {
	switch c.Kind {
	case NumberCell:
		if plain, ok := exact(c.Text); ok {
			return ParseDate(plain, from1904)
		}
		return calendar.Date{}, false
	case BooleanCell, ErrorCell, FormulaCell:
		return calendar.Date{}, false
	case TextCell, DateCell:
	}
	return ParseDate(c.Text, from1904)
}

// timed is a date with a time of day behind it, as programs write it.
var timed = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$`)

// withoutTime takes the time of day from a date. One that has a zone is an instant,
// and its day is that of China.
func withoutTime(text string) string {
	parts := timed.FindStringSubmatch(text)
	if parts == nil {
		return text
	}
	day := parts[1] + "." + parts[2] + "." + parts[3]
	if parts[7] == "" {
		return day
	}
	at, err := time.Parse("2006.1.2 15:4 Z0700", day+" "+parts[4]+":"+parts[5]+" "+strings.ReplaceAll(parts[7], ":", ""))
	if err != nil {
		return text
	}
	return at.In(time.FixedZone("", 8*60*60)).Format("2006.1.2")
}

// What a number's format shows.
type formatKind int

const (
	plainFormat formatKind = iota
	dateFormat
	percentFormat
	otherFormat
)

// literal is what a format shows as it is, or says of colours and languages.
var literal = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)

func kind(format string) formatKind {
	format, _, _ = strings.Cut(format, ";")
	bare := strings.ToLower(literal.ReplaceAllString(format, ""))
	switch {
	case bare == "general" || bare == "@" || strings.Trim(bare, "0# ") == "":
		return plainFormat
	case strings.ContainsAny(bare, "ymdhs"):
		return dateFormat
	case strings.Contains(bare, "%"):
		return percentFormat
	}
	return otherFormat
}

// shown is about what a person sees in a cell.
func (c Cell) shown(from1904 bool) string {
	if c.Kind == BooleanCell {
		if truth(c.Text) {
			return "TRUE"
		}
		return "FALSE"
	}
	n, err := strconv.ParseFloat(c.Text, 64)
	if c.Kind != NumberCell || err != nil {
		return c.Text
	}
	switch kind(c.Format) {
	case dateFormat:
		if n >= 0 && n < 2_958_466 {
			return dated(c.Format, n, from1904)
		}
	case percentFormat:
		return strconv.FormatFloat(n*100, 'f', -1, 64) + "%"
	case plainFormat, otherFormat:
	}
	if plain, ok := exact(c.Text); ok {
		return plain
	}
	return c.Text
}

// parts of a date's format.
var dateParts = regexp.MustCompile(`(?i)"[^"]*"|\\.|\[[^\]]*\]|y+|m+|d+|h+|s+|am/pm|.`)

// dated shows a serial number as a format says.
func dated(format string, serial float64, from1904 bool) string {
	if from1904 {
		serial += shift1904
	}
	at := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(serial)).
		Add(time.Duration(math.Round((serial-math.Floor(serial))*24*60*60)) * time.Second)
	format, _, _ = strings.Cut(format, ";")
	var out strings.Builder
	hours := false
	for _, p := range dateParts.FindAllString(format, -1) {
		low := strings.ToLower(p)
		layout := ""
		switch {
		case low[0] == '"':
			out.WriteString(strings.Trim(p, `"`))
		case low[0] == '\\':
			out.WriteString(p[1:])
		case low[0] == '[', low == "am/pm":
		case low[0] == 'y' && len(low) <= 2:
			layout = "06"
		case low[0] == 'y':
			layout = "2006"
		case low[0] == 'm' && hours && len(low) <= 2:
			layout, hours = "04", false
		case low[0] == 'm':
			layout = []string{"1", "01", "Jan", "January"}[min(len(low), 4)-1]
		case low[0] == 'd':
			layout = []string{"2", "02", "Mon", "Monday"}[min(len(low), 4)-1]
		case low[0] == 'h':
			layout, hours = "15", true
		case low[0] == 's':
			layout = "05"
		default:
			out.WriteString(p)
		}
		if layout != "" {
			out.WriteString(at.Format(layout))
		}
	}
	return out.String()
}
