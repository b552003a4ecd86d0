package documents

import (
	"strings"
	"unicode/utf8"
)

// A FieldError is a paper that cannot be written because of one field.
type FieldError struct {
	Field  string
	Code   string
	ZH, EN string
}

// Error returns the English sentence.
func (e *FieldError) Error() string { return e.EN }

// A NotYetError is a paper that the case does not have yet.
type NotYetError struct {
	Code   string
	ZH, EN string
}

// Error returns the English sentence.
func (e *NotYetError) Error() string { return e.EN }

// A HiddenError is a paper that does not exist for whoever asks.
type HiddenError struct{}

// Error says so.
func (HiddenError) Error() string { return "there is no such document" }

// A field is something a paper must say, or may.
type field struct {
	name, zh, value string
}

// need refuses the first field that is empty, and any that no paper can hold.
func need(fields ...field) error {
	for _, f := range fields {
		if strings.TrimSpace(f.value) == "" {
			return &FieldError{Field: f.name, Code: "required", ZH: "文书缺少“" + f.zh + "”，不能生成。", EN: "The document lacks " + f.name + "."}
		}
	}
	return allow(fields...)
}

// allow refuses text that XML cannot hold or that no reader could see.
func allow(fields ...field) error {
	for _, f := range fields {
		if !utf8.ValidString(f.value) || strings.ContainsFunc(f.value, unprintable) {
			return &FieldError{
				Field: f.name, Code: "control_character", ZH: "“" + f.zh + "”含有不能印出的字符。", EN: "The " + f.name + " holds characters that cannot be printed.",
			}
		}
	}
	return nil
}

func unprintable(r rune) bool {
	switch {
	case r == '\n', r == '\t', r == '\r':
		return false
	case r < ' ', r >= 0x7F && r < 0xA0, r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError:
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // they turn the order of what is read
		return true
	}
	return false
}
