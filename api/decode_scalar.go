package api

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"duban/calendar"
	"duban/characters"
	"duban/policy"
)

// scalar puts a text, a number or a truth value into v, or says what was
// expected instead.
func scalar(path string, token json.Token, v reflect.Value) *fault {
	switch v.Kind() {
	case reflect.String:
		text, ok := token.(string)
		if !ok {
			return wrongType(path, "文本", "a string")
		}
		// A page sends the lines of a text as Windows ends them.
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
		if !strings.Contains(text, "\n") { // several lines may be indented, and end with one
			text = characters.Trim(text)
		}
		if fault := characters.Text(text); fault != nil {
			return badCharacters(path, fault)
		}
		v.SetString(text)
		return nil
	case reflect.Bool:
		if truth, ok := token.(bool); ok {
			v.SetBool(truth)
			return nil
		}
		return wrongType(path, "true或者false", "true or false")
	case reflect.Int, reflect.Int64:
		number, ok := token.(json.Number)
		if !ok {
			return wrongType(path, "整数", "a whole number")
		}
		n, err := strconv.ParseInt(number.String(), 10, v.Type().Bits())
		if err != nil {
			return wrongType(path, "整数", "a whole number")
		}
		v.SetInt(n)
		return nil
	case reflect.Struct:
		return wrongType(path, "对象", "an object")
	case reflect.Slice:
		return wrongType(path, "列表", "a list")
	default:
		panic("api: a body holds a " + v.Type().String())
	}
}

func badCharacters(path string, found *characters.Fault) *fault {
	zh, en := found.Refuse("“"+label(path)+"”", path)
	return invalid(path, "bad_characters", zh, en)
}

// readFigure reads a value that has a written form of its own.
func readFigure(path, text string, target encoding.TextUnmarshaler) *fault {
	err := target.UnmarshalText([]byte(text))
	if err == nil {
		return nil
	}
	switch target.(type) {
	case *calendar.Date:
		return badDate(path, text)
	case *calendar.Period:
		if errors.Is(err, calendar.ErrPeriodTooLong) {
			return invalid(path, "out_of_range", fmt.Sprintf("“%s”最多%d。", label(path), calendar.MaxPeriod),
				fmt.Sprintf("%s may count %d at most.", path, calendar.MaxPeriod))
		}
		return invalid(path, "bad_period", "“"+label(path)+"”应为15WD（工作日）、60D（日）、2M（月）这样的期限。",
			path+" must be a period such as 15WD (working days), 60D (days) or 2M (months).")
	case *policy.Level:
		return invalid(path, "bad_level", "“"+label(path)+"”应为L0至L5。", path+" must be L0 to L5.")
	default:
		return invalid(path, "bad_format", "“"+label(path)+"”的格式不对。", path+" is not in the right form.")
	}
}

// badDate says what is wrong with a date: not written as one, no such day, or
// out of the years that can be reckoned with.
func badDate(path, text string) *fault {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return invalid(path, "date_out_of_range", fmt.Sprintf("“%s”应在%d年至%d年之间。", label(path), calendar.FirstYear, calendar.LastYear),
			fmt.Sprintf("%s must lie between the years %d and %d.", path, calendar.FirstYear, calendar.LastYear))
	}
	if isDateForm(text) {
		return invalid(path, "no_such_date", "“"+label(path)+"”的日期不存在。", path+" is a date that does not exist.")
	}
	return invalid(path, "bad_date", "“"+label(path)+"”应为2026-02-28这样的日期。", path+" must be a date such as 2026-02-28.")
}

// isDateForm reports whether the text has the form of a date, existing or not.
func isDateForm(text string) bool {
	const form = "0000-00-00"
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		digit := text[i] >= '0' && text[i] <= '9'
		if digit != (form[i] == '0') || !digit && text[i] != '-' {
			return false
		}
	}
	return true
}

func wrongType(path, zh, en string) *fault {
	if path == "" {
		return invalid("", "wrong_type", "请求内容应为JSON"+zh+"。", "The body must be "+en+".")
	}
	return invalid(path, "wrong_type", "“"+label(path)+"”应为"+zh+"。", path+" must be "+en+".")
}
