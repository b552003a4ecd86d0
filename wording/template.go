package wording

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"
)

// The longest a template may be, in characters: a subject is a line, a text a page.
const (
	MaxSubject = 200
	MaxText    = 4000
)

// A Template writes subject and text of a message from values of one type, a
// struct. It knows the struct's exported fields, those of its parts, and a
// handful of functions. A field tagged `must:"subject,text"` is one that those
// parts must ask for, whatever the values are.
type Template[T any] struct{ subject, text *template.Template }

// Load reads a template. It fails with an *[Error].
func Load[T any](subject, text string) (*Template[T], error) {
	var t Template[T]
	var err error
	if utf8.RuneCountInString(subject) > MaxSubject || strings.ContainsFunc(subject, unicode.IsControl) {
		return nil, &Error{Part: Subject, Reason: fmt.Sprintf("expected one line of at most %d characters", MaxSubject)}
	}
	if utf8.RuneCountInString(text) > MaxText {
		return nil, &Error{Part: Text, Reason: fmt.Sprintf("expected at most %d characters", MaxText)}
	}
	if t.subject, err = load[T](Subject, subject); err != nil {
		return nil, err
	}
	if t.text, err = load[T](Text, text); err != nil {
		return nil, err
	}
	return &t, nil
}

func load[T any](part Part, source string) (*template.Template, error) {
	if strings.TrimSpace(source) == "" {
		return nil, &Error{Part: part, Reason: "expected text, got nothing"}
	}
	// missingkey concerns maps, which are refused anyhow.
	parsed, err := template.New(string(part)).Option("missingkey=error").Parse(source)
	if err != nil {
		line, fault, _ := strings.Cut(strings.TrimPrefix(err.Error(), "template: "+string(part)+":"), ": ")
		return nil, &Error{Part: part, Reason: "cannot be read, at its line " + line + ": " + fault}
	}
	return parsed, strict[T](part, parsed)
}

// Write fills the template in. A subject is one line, whatever the values hold.
func (t *Template[T]) Write(values T) (subject, text string, err error) {
	if subject, err = fill(t.subject, values); err != nil {
		return "", "", err
	}
	if text, err = fill(t.text, values); err != nil {
		return "", "", err
	}
	return strings.Map(oneLine, subject), text, nil
}

func oneLine(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}

func fill(t *template.Template, values any) (string, error) {
	var out strings.Builder
	if err := t.Execute(&out, values); err != nil {
		return "", fmt.Errorf("write %s of message: %w", t.Name(), err)
	}
	return strings.TrimSpace(out.String()), nil
}

// errNoStruct: a template is written from a struct.
var errNoStruct = errors.New("wording: a template is written from a struct")
