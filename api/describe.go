package api

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"duban/lifecycle"
	"duban/policy"
)

// A describer finishes the document that huma began: it gives every schema, property,
// parameter and header its sentence and every code its list of values.
//
// A property's sentence is its field's doc tag, or else the comment of the field, or
// else the one sentence that everything of its name has (words.go). A list of values
// is that of the constants of the field's type; the tag of names a type where the
// field itself is a plain text, two of them with a | between.
type describer struct {
	doc  *huma.OpenAPI
	said Sentences
	// asked are the types whose constants are values in the document.
	asked map[string]reflect.Type
}

func (s *server) describer() *describer {
	return &describer{doc: s.huma.OpenAPI(), said: s.said, asked: s.asked}
}

func (d *describer) schemas() map[string]*huma.Schema { return d.doc.Components.Schemas.Map() }

// component is a reference to a schema of the document.
func component(name string) *huma.Schema { return &huma.Schema{Ref: "#/components/schemas/" + name} }

// finish goes through the whole document.
func (d *describer) finish() {
	registered := d.doc.Components.Schemas
	for _, name := range slices.Sorted(maps.Keys(registered.Map())) {
		if t := registered.TypeFromRef("#/components/schemas/" + name); t != nil {
			d.structure(registered.Map()[name], t)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(d.doc.Paths)) {
		item := d.doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
			if op != nil {
				d.operation(op)
			}
		}
	}
	for _, r := range d.doc.Components.Responses {
		d.answer(r)
	}
}

// structure describes a schema of a Go type.
func (d *describer) structure(s *huma.Schema, t reflect.Type) {
	s.Description = cmp.Or(s.Description, d.said.ofType(t))
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := s.Properties[name]
		if p == nil || f.Anonymous {
			continue
		}
		owner := t
		for _, i := range f.Index[:len(f.Index)-1] {
			if owner = owner.Field(i).Type; owner.Kind() == reflect.Pointer {
				owner = owner.Elem()
			}
		}
		p.Description = whole(cmp.Or(f.Tag.Get("doc"), d.said.ofField(owner, f.Name), wordsOf(name)))
		d.values(p, f.Type, f.Tag.Get("of"), f.Tag.Get("each"))
	}
}

// values lists the values of what is a code: the innermost text of a list or map too.
func (d *describer) values(s *huma.Schema, t reflect.Type, of, each string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		if s.Items != nil {
			d.values(s.Items, t.Elem(), of, "")
			if each, err := strconv.Atoi(each); err == nil {
				bounded(s.Items, each)
			}
		}
	case reflect.Map:
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
			d.values(more, t.Elem(), of, "")
		}
	case reflect.Struct, reflect.Interface:
	default:
		if of == "" && t == reflect.TypeFor[policy.Level]() {
			of = "policy.Level"
		}
		if of == "" && t.Kind() == reflect.String && t.Name() != "string" {
			of = typeKey(t)
			d.asked[of] = t
		}
		if of != "" {
			d.oneOf(s, of)
		}
	}
}

// bounded bounds the items of a list: texts from one character on, numbers from 1 on.
func bounded(s *huma.Schema, most int) {
	least, first, last := 1, 1.0, float64(most)
	switch s.Type {
	case huma.TypeString:
		s.MinLength, s.MaxLength = &least, &most
	case huma.TypeInteger:
		s.Minimum, s.Maximum = &first, &last
	}
}

// oneOf makes a text one of the values of the types named.
func (d *describer) oneOf(s *huma.Schema, of string) {
	var kinds []*huma.Schema
	for key := range strings.SplitSeq(of, "|") {
		if !strings.Contains(key, ".") && key == strings.ToLower(key) {
			kinds = append(kinds, &huma.Schema{Type: huma.TypeString, Enum: []any{key}})
			continue
		}
		name := d.valuesOf(key)
		if name == "" {
			return
		}
		kinds = append(kinds, component(name))
	}
	description, standard, examples := s.Description, s.Default, s.Examples
	*s = huma.Schema{Description: description, Default: standard, Examples: examples, AnyOf: kinds}
	if len(kinds) == 1 {
		s.AnyOf, s.Ref = nil, kinds[0].Ref
	}
}

// valuesOf puts the list of a type's values into the document, once, and returns its
// name there; none when the sentences do not know the type.
func (d *describer) valuesOf(key string) string {
	name := valueName(key)
	if d.schemas()[name] != nil {
		return name
	}
	if codes, ok := policyCodes()[key]; ok {
		d.schemas()[name] = codes.schema()
		return name
	}
	if _, ok := d.asked[key]; !ok {
		d.asked[key] = nil
	}
	values := d.said.Values[key]
	if key == "policy.Level" {
		values = levels()
	}
	if key == "ProblemCode" {
		for _, code := range d.said.Codes {
			values = append(values, Value{Value: code})
		}
	}
	if len(values) == 0 {
		return ""
	}
	bare := key[strings.LastIndex(key, ".")+1:]
	list := &huma.Schema{Type: huma.TypeString, Description: cmp.Or(sentence(bare, d.said.Types[key]), wordsOf(key))}
	for _, v := range values {
		list.Enum = append(list.Enum, v.Value)
		meaning := v.Comment
		if t := d.asked[key]; t != nil {
			named := reflect.New(t).Elem()
			named.SetString(v.Value)
			if of, ok := reflect.TypeAssert[interface{ ZH() string }](named); ok && of.ZH() != v.Value && meaning == "" {
				meaning = of.ZH()
			}
		}
		if meaning != "" {
			list.Description += "\n- `" + v.Value + "` " + meaning
		}
	}
	d.schemas()[name] = list
	return name
}

// valueName is what the document calls the values of a type.
func valueName(key string) string {
	if name, ok := map[string]string{
		"lifecycle.Type": "RectificationType", "Matter": "MatterCode", "lifecycle.Result": "LookBackResult", "lifecycle.Way": "MessageWay", "lifecycle.Outcome": "ObjectionOutcome",
		"lifecycle.Step": "ClockStep", "lifecycle.Form": "NoticeForm", "lifecycle.Manner": "ReceiptManner", "notify.Kind": "Channel", "policy.List": "ListName",
		"calendar.Kind": "DayKind", "calendar.Unit": "PeriodUnit", "lot.Ground": "RecusalGround", "lot.Part": "CommitmentPart", "store.Sort": "CaseOrder",
		"lifecycle.DueOf": "DueSource", "lifecycle.StrataKind": "Stratification",
	}[key]; ok {
		return name
	}
	return key[strings.LastIndex(key, ".")+1:]
}

// levels are the levels and what each is called.
func levels() []Value {
	var out []Value
	for l := policy.L0; l <= policy.L5; l++ {
		out = append(out, Value{Value: l.String(), Comment: l.ZH()})
	}
	return out
}

// A codeTable is a table of codes of the policy.
type codeTable struct {
	doc   string
	codes []policy.Code
}

func (t codeTable) schema() *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Description: t.doc + " GET /v1/policy has the table in force."}
	for _, c := range t.codes {
		s.Enum = append(s.Enum, c.Code)
		s.Description += "\n- `" + c.Code + "` " + c.ZH + ", " + c.EN
	}
	return s
}

// policyCodes are the code tables of the policy, by the name that a field's tag has.
func policyCodes() map[string]codeTable {
	c := policy.Default().Codes
	matters := make([]policy.Code, len(c.Matters))
	for i, m := range c.Matters {
		matters[i] = policy.Code{Code: m.Code, ZH: m.ZH, EN: m.EN}
	}
	return map[string]codeTable{
		"Method":    {"How a problem was discovered.", c.Methods},
		"Dimension": {"The side of Party building that a problem concerns.", c.Dimensions},
		"Category":  {"The category of a problem.", c.Categories},
		"Matter":    {"What exactly happened, under a category; some matters propose a measure.", matters},
		"RootCause": {"Why a problem could arise.", c.RootCauses},
		"Severity":  {"How grave a problem is.", c.Severities},
	}
}

// parameter describes one parameter: its type as it is meant, for on the wire all are
// texts.
func (d *describer) parameter(p *huma.Param, f reflect.StructField) {
	s := p.Schema
	p.Description = whole(cmp.Or(f.Tag.Get("doc"), p.Description, wordsOf(p.Name)))
	s.Description = ""
	if of := f.Tag.Get("of"); of != "" {
		d.oneOf(s, of)
		return
	}
	switch {
	case strings.HasPrefix(s.Pattern, "^[0-9]"):
		s.Type, s.Format, s.Pattern = huma.TypeInteger, "int64", ""
		if b, ok := numberBounds()[p.Name]; ok {
			s.Minimum, s.Maximum = &b.least, &b.most
			if b.standard != 0 {
				s.Default = b.standard
			}
		}
	case slices.Equal(s.Enum, []any{"true", "false"}):
		s.Type, s.Enum = huma.TypeBoolean, nil
	case parameterOf(p.Name) != "":
		d.oneOf(s, parameterOf(p.Name))
	case p.Name == "If-Match":
		s.Pattern = `^(W/)?"[uv][1-9][0-9]*"$`
	case s.Type == huma.TypeString && p.In != "header" && s.MaxLength == nil && s.Format == "" && s.Enum == nil:
		longest := maxCode
		if p.Name == "cursor" {
			longest = maxCursor
		}
		s.MaxLength = &longest
	}
}

// operation describes the headers of an operation's answers, and what it says for
// itself where it says nothing.
func (d *describer) operation(op *huma.Operation) {
	if op.Description == "" {
		_, en, _ := strings.Cut(op.Summary, " ")
		op.Description = en + "."
	}
	for _, p := range op.Parameters {
		p.Description = whole(cmp.Or(p.Description, wordsOf(p.Name)))
	}
	for _, r := range op.Responses {
		d.answer(r)
	}
}

// answer describes an answer: what its status means where it says no more than that,
// and its headers.
func (d *describer) answer(r *huma.Response) {
	for status, meaning := range statusWords() {
		if r.Description == http.StatusText(status) {
			r.Description = meaning
		}
	}
	for name, h := range r.Headers {
		if h.Schema != nil {
			h.Description = cmp.Or(h.Description, h.Schema.Description)
			h.Schema.Description = ""
		}
		h.Description = whole(cmp.Or(h.Description, headerWords()[name]))
	}
}

// described finishes what huma wrote of an operation: its parameters, and the header
// that says where what was made can be read.
func (s *server) described(op operation, in, out reflect.Type) {
	item := s.huma.OpenAPI().Paths[op.path]
	made := map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete}[op.method]
	d := s.describer()
	for _, f := range reflect.VisibleFields(in) {
		name := cmp.Or(f.Tag.Get("query"), f.Tag.Get("path"), f.Tag.Get("header"))
		i := slices.IndexFunc(made.Parameters, func(p *huma.Param) bool { return p.Name == name })
		if name != "" && i >= 0 {
			d.parameter(made.Parameters[i], f)
		}
	}
	if _, ok := out.FieldByName("Location"); ok && (op.status == http.StatusCreated || op.status == http.StatusAccepted) {
		r := made.Responses[strconv.Itoa(op.status)]
		if r.Headers == nil {
			r.Headers = map[string]*huma.Param{}
		}
		r.Headers["Location"] = &huma.Param{Schema: &huma.Schema{Type: huma.TypeString, Format: "uri-reference"}}
	}
}

// commandDoc is what a command is for: the comment of its body.
func (s *server) commandDoc(kind lifecycle.CommandKind) string {
	return s.said.ofType(bodyType(kind)) + fmt.Sprintf("\n\nBy %s, at %s.", strings.Join(names(kind.Who()), ", "), strings.Join(names(kind.From()), ", "))
}
