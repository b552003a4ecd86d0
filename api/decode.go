package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"duban/characters"
)

const (
	// maxDepth is how deep a body may nest; no command comes near it.
	maxDepth = 32
	// maxFaults is how many faults of one body are listed.
	maxFaults = 20
	// maxFieldName is how much of an unknown field's name is repeated.
	maxFieldName = 64
)

// decode reads a JSON object strictly into the struct that into points to:
// known fields only, each once, of the right type, nothing after the object. It
// names the path of every fault. What the fields mean is not its business.
//
// encoding/json alone would take a field in any letter case and twice, and
// would name neither the item of a list nor the field of a bad date.
func decode(body []byte, into any) error {
	v := reflect.ValueOf(into).Elem()
	if len(bytes.TrimSpace(body)) == 0 {
		if v.NumField() == 0 {
			return nil
		}
		return badRequest("empty_body", "", "缺少请求内容。", "The body is missing.")
	}
	if err := checkForm(body); err != nil {
		return err
	}
	d := decoder{json: json.NewDecoder(bytes.NewReader(body))}
	d.json.UseNumber()
	d.value("", v)
	if d.broken != nil {
		return d.broken
	}
	if len(d.found) > 0 {
		d.left("", v)
	}
	return several(d.found)
}

// checkForm wants one JSON value in UTF-8, nested no deeper than the limit.
func checkForm(body []byte) error {
	if !utf8.Valid(body) {
		return badRequest("invalid_utf8", "", "请求内容不是有效的UTF-8编码。", "The body is not valid UTF-8.")
	}
	if depth(body) > maxDepth {
		return badRequest("too_deep", "", fmt.Sprintf("请求内容嵌套超过%d层。", maxDepth), fmt.Sprintf("The body nests deeper than %d.", maxDepth))
	}
	if json.Valid(body) {
		return nil
	}
	var (
		first  json.RawMessage
		syntax *json.SyntaxError
	)
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&first)
	if err == nil {
		return badRequest("trailing_data", "", "JSON内容之后还有多余的内容。", "There is something after the JSON value.")
	}
	if errors.As(err, &syntax) {
		return badRequest("invalid_json", "", fmt.Sprintf("请求内容不是有效的JSON（第%d字节处）。", syntax.Offset),
			fmt.Sprintf("The body is not valid JSON (at byte %d).", syntax.Offset))
	}
	return badRequest("invalid_json", "", "请求内容不是有效的JSON。", "The body is not valid JSON.")
}

// depth is how deep the brackets outside strings nest.
func depth(body []byte) int {
	deepest, now, quoted, escaped := 0, 0, false, false
	for _, c := range body {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// A decoder walks a JSON value that is known to be well-formed.
type decoder struct {
	json  *json.Decoder
	found []*fault
	// broken ends the reading: the body contradicts itself.
	broken error
}

func (d *decoder) refuse(f *fault) {
	if len(d.found) < maxFaults {
		d.found = append(d.found, f)
	}
}

// value reads the next value into v.
func (d *decoder) value(path string, v reflect.Value) {
	token, err := d.json.Token()
	if err != nil {
		d.broken = badRequest("invalid_json", path, "请求内容不是有效的JSON。", "The body is not valid JSON.")
		return
	}
	if token == nil && v.Kind() == reflect.Pointer {
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if target, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		d.figure(path, token, target)
		return
	}
	switch delimiter, _ := token.(json.Delim); {
	case v.Kind() == reflect.Struct && delimiter == '{':
		d.object(path, v)
	case v.Kind() == reflect.Slice && delimiter == '[':
		d.list(path, v)
	default:
		if f := scalar(path, token, v); f != nil {
			d.refuse(f)
			d.skip(token)
		}
	}
}

// object reads the members of an object into the fields of v.
func (d *decoder) object(path string, v reflect.Value) {
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for d.broken == nil && d.json.More() {
		token, _ := d.json.Token()
		name, _ := token.(string)
		at := join(path, printable(name))
		if seen[name] {
			d.broken = badRequest("duplicate_field", at, "“"+at+"”出现了两次。", at+" is given twice.")
			return
		}
		seen[name] = true
		index, known := fields[name]
		if !known {
			d.refuse(invalid(at, "unknown_field", "没有“"+at+"”这个字段。", "There is no field "+at+"."))
			next, _ := d.json.Token()
			d.skip(next)
			continue
		}
		d.value(at, v.FieldByIndex(index))
	}
	if d.broken == nil {
		d.missing(path, v.Type(), seen)
	}
	d.end()
}

// missing refuses an object that leaves a yes or no unsaid. Other members that
// were left out are empty, which the rules see; silence is no "no".
func (d *decoder) missing(path string, t reflect.Type, seen map[string]bool) {
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Type.Kind() != reflect.Bool || name == "" || strings.Contains(options, "omit") || seen[name] {
			continue
		}
		at := join(path, name)
		d.refuse(invalid(at, "required", "请填写“"+label(at)+"”。", "Please fill in "+at+"."))
	}
}

// list reads the items of a list.
func (d *decoder) list(path string, v reflect.Value) {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for i := 0; d.broken == nil && d.json.More(); i++ {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		d.value(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
	}
	d.end()
}

// end reads the closing bracket.
func (d *decoder) end() {
	if d.broken == nil {
		_, _ = d.json.Token()
	}
}

// figure reads a date, a period or a level.
func (d *decoder) figure(path string, token json.Token, target encoding.TextUnmarshaler) {
	text, ok := token.(string)
	if !ok {
		d.refuse(wrongType(path, "文本", "a string"))
		d.skip(token)
		return
	}
	if f := readFigure(path, text, target); f != nil {
		d.refuse(f)
	}
}

// skip reads on to the end of the value that began with the token.
func (d *decoder) skip(token json.Token) {
	for open := 0; ; {
		switch token {
		case json.Delim('{'), json.Delim('['):
			open++
		case json.Delim('}'), json.Delim(']'):
			open--
		}
		if open == 0 {
			return
		}
		next, err := d.json.Token()
		if err != nil {
			return
		}
		token = next
	}
}

// fieldsOf maps the names that JSON knows a struct's fields by, those of
// embedded structs among them.
func fieldsOf(t reflect.Type) map[string][]int {
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && !f.Anonymous && name != "" && name != "-" {
			fields[name] = f.Index
		}
	}
	return fields
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// printable is a name that somebody else chose, fit to be shown.
func printable(name string) string {
	runes := []rune(characters.Shown(name))
	if len(runes) > maxFieldName {
		return string(runes[:maxFieldName]) + "…"
	}
	return string(runes)
}
