package api

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// newSchemas returns the registry of schemas, which knows the written forms of
// dates, periods and levels, and the lists of stages, roles and commands.
func newSchemas() huma.Registry {
	r := huma.NewMapRegistry("#/components/schemas/", schemaName)
	for of, described := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[calendar.Date]():         reflect.TypeFor[dateForm](),
		reflect.TypeFor[calendar.Period]():       reflect.TypeFor[periodForm](),
		reflect.TypeFor[recordText]():            reflect.TypeFor[DrawRecord](),
		reflect.TypeFor[eventText]():             reflect.TypeFor[lifecycle.EventContent](),
		reflect.TypeFor[lifecycle.ClockChange](): reflect.TypeFor[clockForm](),
		reflect.TypeFor[changedFields]():         reflect.TypeFor[map[string]any](),
		reflect.TypeFor[accountFields]():         reflect.TypeFor[map[string]any](),
		reflect.TypeFor[lot.Digest]():            reflect.TypeFor[digestForm](),
	} {
		r.RegisterTypeAlias(of, described)
	}
	return r
}

// schemaName is the type's name, after its package's where that is not a part
// of what a reader of the document knows.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if path := t.PkgPath(); strings.HasSuffix(path, "/calendar") {
		return "Calendar" + name
	}
	return name
}

// The forms stand for types in the document.
type (
	dateForm   struct{}
	periodForm struct{}
	digestForm struct{}
)

// Schema describes a civil date.
func (dateForm) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-02-28"}}
}

// Schema describes a period.
func (periodForm) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Pattern: `^(0|[1-9][0-9]{0,3})(WD|D|M)$`, Examples: []any{"15WD", "60D", "2M"},
		Description: "WD working days, D natural days, M months",
	}
}

// Schema describes a SHA-256.
func (digestForm) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[0-9a-f]{64}$`}
}

// settle takes out of the schemas what huma puts in of its own: nullable lists,
// which no answer of ours has, and its own kind of error.
func settle(r huma.Registry) {
	delete(r.Map(), "ErrorModel")
	delete(r.Map(), "ErrorDetail")
	for _, s := range r.Map() {
		notNull(s)
	}
	// A case without a plan has the one measure of putting the finding right,
	// with no owner and no date of its own.
	if measure, ok := r.Map()["PlanMeasure"]; ok {
		owner, due := *measure.Properties["owner"], *measure.Properties["due"]
		owner.MinLength, due.Format = nil, ""
		due.Description = "A date; empty when there was no plan"
		measure.Properties["owner"], measure.Properties["due"] = &owner, &due
	}
}

func notNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	notNull(s.Items)
	for _, p := range s.Properties {
		notNull(p)
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		notNull(more)
	}
}
