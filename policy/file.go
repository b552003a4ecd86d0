package policy

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"duban/calendar"
)

// maxErrors is where a file is given up as hopeless.
const maxErrors = 200

// A file is one reading of a policy file: where each field stands and what is
// wrong. It fills the types of this package from YAML by their yaml tags; the
// library does that too, but stops knowing lines and says nothing of what is
// missing.
type file struct {
	// lines has the line of every field that is there, by path.
	lines map[string]int
	// lost has the fields whose value could not be had, so that nothing further
	// is said about them.
	lost []string
	errs Errors
}

func newFile() *file { return &file{lines: map[string]int{}} }

// has reports whether the file has the field, readable or not.
func (f *file) has(path string) bool {
	_, ok := f.lines[path]
	return ok
}

// lose reports a field whose value cannot be had.
func (f *file) lose(line int, path, reason string) {
	if !f.full() {
		f.lost = append(f.lost, path)
	}
	f.report(line, path, reason)
}

// refuse reports a field whose value breaks a rule that also looked at others.
// It says nothing when one of them could not be read: then the value it judged
// is not the one that was meant.
func (f *file) refuse(path, reason string, others ...string) {
	if f.full() {
		return
	}
	for _, lost := range f.lost {
		for _, read := range append(others, path) {
			if within(lost, read) || within(read, lost) {
				return
			}
		}
	}
	f.report(f.line(path), path, reason)
}

func (f *file) report(line int, path, reason string) {
	if !f.full() {
		f.errs = append(f.errs, &Error{Line: line, Field: path, Reason: reason})
	}
}

func (f *file) full() bool { return len(f.errs) >= maxErrors }

// line returns where the field stands, or, when it is missing, what should
// contain it.
func (f *file) line(path string) int {
	for {
		if line, ok := f.lines[path]; ok || path == "" {
			return line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
}

// within reports whether the field is outer or part of it.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || outer == "" || rest[0] == '.' || rest[0] == '[')
}

// value reads n into v.
func (f *file) value(n *yaml.Node, path string, v reflect.Value) {
	if f.full() {
		return
	}
	if !f.has(path) {
		f.lines[path] = n.Line
	}
	if reason := plain(n); reason != "" {
		f.lose(n.Line, path, reason)
		return
	}
	if into, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		f.figure(n, path, into)
		return
	}
	switch kind := v.Kind(); {
	case kind == reflect.Struct:
		f.fields(n, path, v)
	case kind == reflect.Map:
		f.entries(n, path, v)
	case kind == reflect.Slice:
		f.list(n, path, v)
	case kind == reflect.String:
		f.words(n, path, v)
	case kind == reflect.Int:
		f.number(n, path, v)
	default:
		panic(fmt.Sprintf("policy: no way to read %s into %s", path, v.Type()))
	}
}

// fields reads a mapping into a struct: every field but the omitempty ones must
// be there.
func (f *file) fields(n *yaml.Node, path string, v reflect.Value) {
	known := map[string]int{}
	var names, required []string
	for i := range v.NumField() {
		name, option, tagged := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if name == "" {
			continue
		}
		known[name] = i
		names = append(names, name)
		if !tagged || option != "omitempty" {
			required = append(required, name)
		}
	}
	ok := f.pairs(n, path, func(key *yaml.Node, path string, value *yaml.Node) {
		i, ok := known[key.Value]
		if !ok {
			f.lose(key.Line, path, "unknown field: expected one of "+strings.Join(names, ", "))
			return
		}
		f.value(value, path, v.Field(i))
	})
	if !ok {
		return
	}
	for _, name := range required {
		if field := join(path, name); !f.has(field) {
			f.lose(f.line(path), field, "missing")
		}
	}
}

// entries reads a mapping into a map. Which names it may have is for check.
func (f *file) entries(n *yaml.Node, path string, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	f.pairs(n, path, func(key *yaml.Node, path string, value *yaml.Node) {
		entry := reflect.New(v.Type().Elem()).Elem()
		f.value(value, path, entry)
		v.SetMapIndex(reflect.ValueOf(key.Value).Convert(v.Type().Key()), entry)
	})
}

// pairs visits the keys of a mapping with the paths of their values, and
// reports whether n is one.
func (f *file) pairs(n *yaml.Node, path string, visit func(key *yaml.Node, path string, value *yaml.Node)) bool {
	if n.Kind != yaml.MappingNode {
		f.lose(n.Line, path, "expected fields (name: value), got "+describe(n))
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" || key.Value == "" || plain(key) != "" {
			f.report(key.Line, path, "expected the name of a field, got "+describe(key))
			continue
		}
		field := join(path, clip(key.Value))
		if f.has(field) {
			f.report(key.Line, field, fmt.Sprintf("given twice: first on line %d", f.lines[field]))
			continue
		}
		f.lines[field] = key.Line
		visit(key, field, value)
	}
	return true
}

// list reads a sequence into a slice.
func (f *file) list(n *yaml.Node, path string, v reflect.Value) {
	if v.Type() == reflect.TypeFor[Corrections]() && n.Kind == yaml.ScalarNode { // one is a list of one
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.value(n, path, v.Index(0))
		return
	}
	if n.Kind != yaml.SequenceNode {
		f.lose(n.Line, path, "expected a list, got "+describe(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		f.value(item, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
	}
}

// words reads text, which must say something.
func (f *file) words(n *yaml.Node, path string, v reflect.Value) {
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" || strings.TrimSpace(n.Value) == "":
		f.lose(n.Line, path, "expected text, got "+describe(n))
	case n.ShortTag() != "!!str":
		f.lose(n.Line, path, "expected text, got "+describe(n)+": put it in quotes")
	default:
		v.SetString(n.Value)
	}
}

// number reads a whole number, in the one form that cannot be misread.
func (f *file) number(n *yaml.Node, path string, v reflect.Value) {
	number, err := strconv.ParseInt(n.Value, 10, 32)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || strconv.FormatInt(number, 10) != n.Value {
		f.lose(n.Line, path, "expected a whole number, got "+describe(n))
		return
	}
	v.SetInt(number)
}

// figure reads a period, duration or level: a short word on one line. A period
// in a policy is at least one day and at most ten years.
func (f *file) figure(n *yaml.Node, path string, into encoding.TextUnmarshaler) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" || n.Value == "" || len(n.Value) > 32 ||
		n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		f.lose(n.Line, path, "expected "+form(into)+", got "+describe(n))
		return
	}
	if into.UnmarshalText([]byte(n.Value)) != nil {
		f.lose(n.Line, path, "expected "+form(into)+", got "+describe(n))
		return
	}
	period, ok := into.(*calendar.Period)
	if ok && (period.N < 1 || mostDays(*period) > calendar.MaxPeriod) {
		f.lose(n.Line, path, "expected a period from one day to ten years, got "+describe(n))
	}
}

// form says how a figure is written.
func form(of encoding.TextUnmarshaler) string {
	switch of.(type) {
	case *calendar.Period:
		return "a period: a number with WD (working days), D (natural days) or M (months), such as 15WD"
	case *Duration:
		return "a duration: a number with its unit, such as 24h, 15m or 500ms"
	case *Level:
		return "a level: L0 to L5"
	}
	return "a value"
}

// plain says why a node is more than its value, or "".
func plain(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return "anchors (&) and aliases (*) are not allowed: write the value out"
	case n.Style&yaml.TaggedStyle != 0:
		return "tags (!) are not allowed: write the value alone"
	}
	return ""
}

// describe says what a node is, for "expected …, got …".
func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "fields (name: value)"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias"
	case n.ShortTag() == "!!null" || strings.TrimSpace(n.Value) == "":
		return "nothing"
	case utf8.RuneCountInString(n.Value) > 40:
		return strconv.Quote(string([]rune(n.Value)[:40]) + "…")
	}
	return strconv.Quote(n.Value)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// at returns the path of an entry of a list.
func at(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
