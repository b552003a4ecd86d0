package notify

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
)

// A Template writes subject and text of a message from values of one type, a
// struct. It knows the struct's exported fields, those of its parts, and a
// handful of functions; whatever else a template asks for is refused when it is
// loaded, not when somebody's deadline passes.
type Template[T any] struct{ subject, text *template.Template }

// Load reads a template. It fails with a *TemplateError.
func Load[T any](name, subject, text string) (*Template[T], error) {
	var t Template[T]
	for part, into := range map[string]**template.Template{"subject": &t.subject, "text": &t.text} {
		source := subject
		if part == "text" {
			source = text
		}
		if strings.TrimSpace(source) == "" {
			return nil, templateError(name, part, "", "没有内容", "is empty")
		}
		// missingkey concerns maps, which are refused anyhow.
		parsed, err := template.New(part).Option("missingkey=error").Parse(source)
		if err != nil {
			return nil, templateError(name, part, "", "无法识别，请核对双花括号里的内容", "cannot be read")
		}
		if err := strict[T](name, parsed); err != nil {
			return nil, err
		}
		*into = parsed
	}
	return &t, nil
}

// Write fills the template in.
func (t *Template[T]) Write(values T) (subject, text string, err error) {
	if subject, err = fill(t.subject, values); err != nil {
		return "", "", err
	}
	if text, err = fill(t.text, values); err != nil {
		return "", "", err
	}
	return subject, text, nil
}

func fill(t *template.Template, values any) (string, error) {
	var out strings.Builder
	if err := t.Execute(&out, values); err != nil {
		return "", fmt.Errorf("write %s of message: %w", t.Name(), err)
	}
	return strings.TrimSpace(out.String()), nil
}

// A TemplateError is a template that cannot be used.
type TemplateError struct {
	// Template is its name, Part subject or text, Field what it asked for.
	Template, Part, Field string
	ZH, EN                string
}

// Error returns the English sentence.
func (e *TemplateError) Error() string { return e.EN }

func templateError(name, part, field, zh, en string) *TemplateError {
	of := map[string]string{"subject": "标题", "text": "正文"}[part]
	return &TemplateError{
		Template: name, Part: part, Field: field,
		ZH: "模板“" + name + "”的" + of + zh + "。", EN: "The " + part + " of template " + name + " " + en + ".",
	}
}

// errNoStruct: a template is written from a struct.
var errNoStruct = errors.New("notify: a template is written from a struct")
