package api

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"duban/calendar"
	"duban/characters"
	"duban/policy"
	"duban/store"
)

// A form reads texts that somebody sent, parameters or fields of the directory,
// and remembers what was wrong with them.
type form struct{ found []*fault }

func (f *form) refuse(field, code, zh, en string) {
	f.found = append(f.found, invalid(field, code, zh, en))
}

// err is what was wrong; nil when nothing was.
func (f *form) err() error { return several(f.found) }

// text is a text of one line that may be empty.
func (f *form) text(field, value string, limit int) string {
	return f.checked(field, value, limit, characters.Line(value))
}

// prose is a text of several lines, such as a reason, that may be empty.
func (f *form) prose(field, value string) string {
	return f.checked(field, value, maxReason, characters.Text(value))
}

func (f *form) checked(field, value string, limit int, found *characters.Fault) string {
	switch {
	case found != nil:
		f.found = append(f.found, badCharacters(field, found))
	case utf8.RuneCountInString(value) > limit:
		f.refuse(field, "too_long", fmt.Sprintf("“%s”最多%d字。", label(field), limit), fmt.Sprintf("%s may have at most %d characters.", field, limit))
	}
	return value
}

// required is a text that may not be empty.
func (f *form) required(field, value string) string {
	if characters.Blank(value) {
		f.refuse(field, "required", "请填写“"+label(field)+"”。", "Please fill in "+field+".")
		return value
	}
	return f.text(field, value, maxCode)
}

// ids are ids of the directory, or left out.
func (f *form) ids(field string, given *[]string) {
	if given == nil {
		return
	}
	for _, id := range *given {
		f.text(field, id, maxCode)
	}
}

// number is a whole number within bounds, or what it is when left out.
func (f *form) number(field, value string, least, most, otherwise int) int {
	if value == "" {
		return otherwise
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		f.refuse(field, "out_of_range", fmt.Sprintf("“%s”应为%d至%d的整数。", label(field), least, most),
			fmt.Sprintf("%s must be a whole number from %d to %d.", field, least, most))
	}
	return n
}

// truth is true, false or left out.
func (f *form) truth(field, value string) *bool {
	switch value {
	case "":
		return nil
	case "true", "false":
		t := value == "true"
		return &t
	default:
		f.refuse(field, "wrong_type", "“"+label(field)+"”应为true或者false。", field+" must be true or false.")
		return nil
	}
}

// date is a date or left out.
func (f *form) date(field, value string) (d calendar.Date) {
	if refused := readFigure(field, value, &d); refused != nil {
		f.found = append(f.found, refused)
	}
	return d
}

// level is a level or left out.
func (f *form) level(field, value string) *policy.Level {
	if value == "" {
		return nil
	}
	var l policy.Level
	if refused := readFigure(field, value, &l); refused != nil {
		f.found = append(f.found, refused)
	}
	return &l
}

// oneOf is one of a list or left out.
func (f *form) oneOf(field, value string, allowed []string) string {
	if value != "" && !slices.Contains(allowed, value) {
		f.refuse(field, "unknown_code", "“"+label(field)+"”应为："+strings.Join(allowed, "、")+"。",
			field+" must be one of: "+strings.Join(allowed, ", ")+".")
	}
	return value
}

// limit is how many rows a page may have.
func (f *form) limit(value string) int {
	return f.number("limit", value, 1, store.MaxPage, defaultPage)
}

// defaultPage is how many rows a page has when nothing is said.
const defaultPage = 50

// longID is the id of a case or a command in a path, in the one form it can
// have, or notFound: what cannot be an id is answered like one that is not there.
func longID(given string) (string, error) {
	const length = 36
	if len(given) != length || uuid.Validate(given) != nil {
		return "", notFound()
	}
	return strings.ToLower(given), nil
}

// shortID is the same of a unit or an account.
func shortID(given string) (string, error) {
	if given == "" || len(given) > maxCode || characters.Line(given) != nil {
		return "", notFound()
	}
	return given, nil
}

func names[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
