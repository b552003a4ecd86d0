package api

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"duban/lifecycle"
)

// told is one of several schemas, of which a property's value tells which.
func told(property string, of map[string]*huma.Schema) *huma.Schema {
	s := &huma.Schema{Discriminator: &huma.Discriminator{PropertyName: property, Mapping: map[string]string{}}}
	for _, value := range slices.Sorted(maps.Keys(of)) {
		s.OneOf = append(s.OneOf, of[value])
		s.Discriminator.Mapping[value] = of[value].Ref
	}
	return s
}

// eventText is what the record holds of an event, as it was written.
type eventText struct{ json.RawMessage }

// clockForm stands for a clock as an event left it.
type clockForm struct{}

// Schema says that it runs or was stopped.
func (clockForm) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{
		r.Schema(reflect.TypeFor[lifecycle.Clock](), true, "Clock"),
		r.Schema(reflect.TypeFor[lifecycle.StoppedClock](), true, "StoppedClock"),
	}}
}

// kinds gives the schemas whose content depends on their kind a form for each kind,
// and a program that reads a history the type of everything in it.
func (s *server) kinds() {
	events := map[string]*huma.Schema{}
	for _, kind := range lifecycle.EventKinds() {
		if body, ok := lifecycle.NewBody(kind); ok {
			data := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"data": s.schemaOf(body, "What was said or came of it")}, Description: "What the record holds of it; none towards a unit."}
			events[string(kind)] = s.kind("Event", string(kind), kind.ZH(), data)
		}
	}
	s.schemas()["EventList"].Properties["events"].Items = told("kind", events)

	acts := map[string]*huma.Schema{}
	for _, kind := range lifecycle.EntryKinds() {
		if body, ok := lifecycle.NewEntryBody(kind); ok {
			acts[string(kind)] = s.kind("EntryAct", string(kind), kind.ZH(), s.schemaOf(body, "What was written then"))
		}
	}
	s.schemas()["ListEntry"].Properties["acts"].Items = told("kind", acts)
}

// kind adds the form that a schema has for one of its kinds, and returns a reference.
func (s *server) kind(of, kind, zh string, content *huma.Schema) *huma.Schema {
	var name strings.Builder
	for word := range strings.SplitSeq(kind, "_") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	name.WriteString(of)
	form := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"kind"},
		Properties: map[string]*huma.Schema{
			"kind":    {Type: huma.TypeString, Enum: []any{kind}, Description: "Always " + kind + "."},
			"content": content,
		},
	}
	content.PrecomputeMessages()
	form.PrecomputeMessages()
	s.schemas()[name.String()] = &huma.Schema{Description: zh + ", `" + kind + "`.", AllOf: []*huma.Schema{component(of), form}}
	return component(name.String())
}

func (s *server) schemas() map[string]*huma.Schema { return s.huma.OpenAPI().Components.Schemas.Map() }

// schemaOf refers to the schema of what a pointer points to, and says what it is here.
func (s *server) schemaOf(pointer any, doc string) *huma.Schema {
	return &huma.Schema{Ref: s.schema(reflect.TypeOf(pointer).Elem()).Ref, Description: whole(doc)}
}
