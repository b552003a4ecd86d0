package workbook

import (
	"strconv"
	"strings"
	"time"

	"duban/calendar"
	"duban/characters"
)

// narrow writes full-width letters, digits and signs in their usual width.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000', r == '\u00a0':
			return ' '
		}
		return r
	}, text)
}

// The days that a serial number may name: 2000-01-01 to 2099-12-31.
const (
	firstSerial = 36526
	lastSerial  = 73050
	// shift1904 is how many days the other way of counting begins later.
	shift1904 = 1462
)

// ParseDate reads a date as people type it: 2026.11.23, 2026/11/23,
// 2026-11-23, 2026年11月23日, 20261123, or a spreadsheet's serial number, also
// as text. Everything else is not guessed.
func ParseDate(text string, from1904 bool) (calendar.Date, bool) {
	text = squeezeDate(text)
	if serial, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "eExXpPinIN_+-") && strings.Count(text, ".") <= 1 {
		return fromNumber(text, serial, from1904)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(parts[0]) != 4 {
		return calendar.Date{}, false
	}
	year, ok1 := parseCount(parts[0], 2099)
	month, ok2 := parseCount(parts[1], 12)
	day, ok3 := parseCount(parts[2], 31)
	if !ok1 || !ok2 || !ok3 || len(parts[1]) > 2 || len(parts[2]) > 2 || year < 2000 {
		return calendar.Date{}, false
	}
	d, err := calendar.NewDate(year, time.Month(month), day)
	return d, err == nil
}

// squeezeDate brings the ways of writing a date to one: 2026.11.23.
func squeezeDate(text string) string {
	text = narrow(characters.Trim(text))
	// A time of day behind the date is what a program wrote, not a person.
	text = characters.Fold(withoutTime(text))
	if strings.Contains(text, "年") {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "日"), "号")
	}
	return strings.NewReplacer("年", ".", "月", ".", "/", ".", "-", ".", "。", ".", "．", ".", "–", ".", "—", ".", "、", ".").Replace(text)
}

func fromNumber(text string, serial float64, from1904 bool) (calendar.Date, bool) {
	if whole, ok := parseCount(text, 20991231); ok && len(text) == 8 {
		d, err := calendar.NewDate(whole/10000, time.Month(whole/100%100), whole%100)
		return d, err == nil && whole >= 20000101
	}
	if serial < 0 || serial > lastSerial+1 {
		return calendar.Date{}, false
	}
	days := int(serial)
	if from1904 {
		days += shift1904
	}
	if days < firstSerial || days > lastSerial {
		return calendar.Date{}, false
	}
	return calendar.On(2000, time.January, 1).AddDays(days - firstSerial), true
}
