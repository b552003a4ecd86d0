package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// byteOrderMark is what some editors put in front of a file.
const byteOrderMark = '\ufeff'

// maxFile bounds a policy file, in bytes. The default policy has a thirtieth.
const maxFile = 256 << 10

// Read reads a policy file: one YAML document in UTF-8 of at most 256 KiB, in
// the form of the default policy.
//
// It is strict: every field must be there but those that Clock and Rule may
// leave out, none may be unknown or given twice, and anchors, aliases and tags
// are refused. What is wrong with the file comes back as [Errors], all of it at
// once; any other error is the reader's own.
func Read(r io.Reader) (*Policy, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	root, fault := parse(text)
	if fault != nil {
		return nil, Errors{fault}
	}
	p := &Policy{text: string(text)}
	f := newFile()
	f.value(root, "", reflect.ValueOf(p).Elem())
	check(p, f)
	p.name()
	if len(f.errs) > 0 {
		f.errs.sort()
		return nil, f.errs
	}
	return p, nil
}

// parse returns the root of the only document of text.
func parse(text []byte) (*yaml.Node, *Error) {
	if fault := unreadable(text); fault != nil {
		return nil, fault
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, &Error{Reason: "not YAML: " + err.Error()}
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		return nil, &Error{Line: 1, Reason: "the file is empty"}
	case err != nil:
		return nil, malformed(err)
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return nil, &Error{Line: second.Line, Reason: "expected one document: remove the --- and what comes after it"}
	case !errors.Is(err, io.EOF):
		return nil, malformed(err)
	}
	if len(first.Content) != 1 || first.Content[0].ShortTag() == "!!null" {
		return nil, &Error{Line: 1, Reason: "the file is empty"}
	}
	return first.Content[0], nil
}

// malformed says where the text stops being YAML.
func malformed(err error) *Error {
	var at *yaml.LoadError
	if !errors.As(err, &at) {
		return &Error{Reason: "not YAML: " + clip(err.Error())}
	}
	reason := "not YAML: " + at.Message
	if start := at.ContextMark.Line; start > 0 && at.ContextMsg != "" {
		reason += fmt.Sprintf(" (%s that starts on line %d)", at.ContextMsg, start)
	}
	return &Error{Line: at.Mark.Line, Reason: clip(reason)}
}

// unreadable refuses text that is too long, not UTF-8, or holds characters
// nobody sees: among them the line breaks only YAML knows, by which our line
// numbers would differ from the editor's.
func unreadable(text []byte) *Error {
	if len(text) > maxFile {
		return &Error{Reason: fmt.Sprintf("the file is larger than %d KiB", maxFile>>10)}
	}
	line := 1
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return &Error{Line: line, Reason: "expected UTF-8: save the file in that encoding"}
		case r == '\n':
			line++
		case r == byteOrderMark && len(rest) == len(text):
		case r == '\t' || r == '\r' && len(rest) > 1 && rest[1] == '\n':
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == byteOrderMark:
			return &Error{Line: line, Reason: fmt.Sprintf("the invisible character %U is not allowed", r)}
		}
		rest = rest[size:]
	}
	return nil
}

// clip keeps what is quoted back from a file short.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
