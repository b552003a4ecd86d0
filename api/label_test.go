package api_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"duban/api"
)

// What a person sends has a name in Chinese, so that no refusal tells of
// effective_on.
func TestWhatIsSentHasAName(t *testing.T) {
	t.Parallel()
	document, _ := api.Described()
	names := map[string]bool{}
	var walk func(*huma.Schema, map[*huma.Schema]bool)
	walk = func(s *huma.Schema, above map[*huma.Schema]bool) {
		if s != nil && s.Ref != "" {
			s = document.Components.Schemas.SchemaFromRef(s.Ref)
		}
		if s == nil || above[s] {
			return
		}
		above[s] = true
		for name, field := range s.Properties {
			names[name] = true
			walk(field, above)
		}
		walk(s.Items, above)
		delete(above, s)
	}
	for _, item := range document.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				names[p.Name] = names[p.Name] || p.In == "query"
			}
			if op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Content {
				walk(media.Schema, map[*huma.Schema]bool{})
			}
		}
	}
	require.Greater(t, len(names), 100)
	for name, sent := range names {
		if sent {
			require.True(t, strings.ContainsFunc(api.Label(name), func(r rune) bool { return unicode.Is(unicode.Han, r) }), "%s has no name: api/label.go", name)
		}
	}
	require.Equal(t, "分层第2项的抽取数量", api.Label("strata[1].take"))
}

// A refusal names fields to people by their name.
func TestRefusalsNameFieldsInChinese(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	code := regexp.MustCompile(`[a-z]+(_[a-z]+)+`)
	for path, body := range map[string]string{
		"/v1/units/" + s.people.Unit.ID + "/posts": `{"kind":7,"since":"2026.3.2"}`,
		"/v1/cases?due_before=2026.3.2&limit=0":    "",
	} {
		method := http.MethodPost
		if body == "" {
			method = http.MethodGet
		}
		a := s.as(t, s.people.Head, asked{method: method, path: path, body: body})
		require.Equal(t, http.StatusUnprocessableEntity, a.Code, "%s", a.Body)
		for _, e := range append(a.problem(t).Errors, api.FieldProblem{Detail: a.problem(t).Detail}) {
			require.Empty(t, code.FindString(e.Detail), e.Detail)
		}
	}
}
