package lifecycle_test

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// TestEveryFieldHasAChineseName: a person who is refused reads what he calls
// the field, never its JSON name.
func TestEveryFieldHasAChineseName(t *testing.T) {
	t.Parallel()
	for _, kind := range lifecycle.CommandKinds() {
		body, ok := lifecycle.NewCommand(kind)
		require.True(t, ok, kind)
		for _, field := range jsonFields(reflect.TypeOf(body).Elem()) {
			if field == "done" || field == "in_place" || field == "granted" || field == "signed" {
				continue // yes or no is never wrong
			}
			require.NotEqual(t, field, lifecycle.Label(field), "%s has no Chinese name", field)
		}
	}
	require.Equal(t, "整改措施第2项的责任人", lifecycle.Label("measures[1].owner"))
}

// TestRefusalsNameTheField: what an empty body is refused for names a field of
// the body, and the Chinese sentence shows no code of ours.
func TestRefusalsNameTheField(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile(`[a-z]+(_[a-z]+)+`)
	w := &walk{rules: defaultRules()}
	seen := map[lifecycle.CommandKind]bool{}
	for _, e := range walked().samples {
		kind := e.body.Kind()
		body, _ := lifecycle.NewCommand(kind)
		if seen[kind] || lifecycle.OnPaperOf(e.body) {
			continue
		}
		seen[kind] = true
		again := w.command(e.from, body, e.actor)
		var refusal *lifecycle.Refusal
		if !errors.As(again.refusal, &refusal) || refusal.Kind != lifecycle.Invalid {
			continue
		}
		if refusal.Field != "" {
			name := regexp.MustCompile(`\[.*|\..*`).ReplaceAllString(refusal.Field, "")
			require.Contains(t, jsonFields(reflect.TypeOf(body).Elem()), name, kind)
		}
		require.Empty(t, code.FindString(refusal.ZH), "%s: %s", kind, refusal.ZH)
	}
	require.Greater(t, len(seen), 40)
}

// jsonFields lists the JSON names of a struct and of what it holds.
func jsonFields(typ reflect.Type) []string {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || !strings.HasPrefix(fmt.Sprint(typ.PkgPath()), "duban/lifecycle") {
		return nil
	}
	var names []string
	for f := range typ.Fields() {
		if !f.IsExported() {
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
		names = append(names, jsonFields(f.Type)...)
	}
	return names
}
