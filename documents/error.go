package documents

import (
	"strings"

	"duban/characters"
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

// allow refuses a text that nobody could have registered.
func allow(fields ...field) error {
	for _, f := range fields {
		if fault := characters.Text(f.value); fault != nil {
			zh, en := fault.Refuse("“"+f.zh+"”", f.name)
			return &FieldError{Field: f.name, Code: "bad_characters", ZH: zh, EN: en}
		}
	}
	return nil
}
