package api_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"duban/api"
)

// described is the document, made once.
var described = sync.OnceValue(func() *huma.OpenAPI {
	document, _ := api.Described()
	return document
})

// validate holds an answer against the document: its status is listed for the
// operation, and its body has the form the document gives it.
func validate(t *testing.T, method, path string, a answer) {
	t.Helper()
	if method == http.MethodHead || !strings.HasPrefix(path, "/v1/") || a.Code == http.StatusNotModified {
		return
	}
	op := operationAt(method, path)
	if op == nil {
		require.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNoContent, http.StatusUnauthorized, http.StatusForbidden}, a.Code)
		return
	}
	response := op.Responses[strconv.Itoa(a.Code)]
	require.NotNil(t, response, "%s %s: the document does not know the status %d: %s", method, path, a.Code, a.Body)
	if name, ok := strings.CutPrefix(response.Ref, "#/components/responses/"); ok {
		response = described().Components.Responses[name]
	}
	if a.Body.Len() == 0 {
		require.Empty(t, response.Content, "%s %s", method, path)
		return
	}
	media := response.Content[a.Header().Get("Content-Type")]
	require.NotNil(t, media, "%s %s: %d %s", method, path, a.Code, a.Header().Get("Content-Type"))
	if strings.HasSuffix(a.Header().Get("Content-Type"), "wordprocessingml.document") {
		return
	}
	var body any
	require.NoError(t, json.Unmarshal(a.Body.Bytes(), &body))
	var result huma.ValidateResult
	huma.Validate(described().Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, body, &result)
	require.Empty(t, result.Errors, "%s %s: %s", method, path, a.Body)
}

// operationAt finds the operation at a path; one named outright wins over a
// parameter.
func operationAt(method, path string) *huma.Operation {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	var found *huma.Operation
	best := -1
	for pattern, item := range described().Paths {
		op, _ := reflect.TypeAssert[*huma.Operation](reflect.Indirect(reflect.ValueOf(item)).FieldByName(method[:1] + strings.ToLower(method[1:])))
		if literal := match(strings.Split(pattern, "/"), parts); op != nil && literal > best {
			found, best = op, literal
		}
	}
	return found
}

// match counts the parts that a path has in common with a pattern, -1 when the
// pattern is another path's.
func match(pattern, parts []string) int {
	if len(pattern) != len(parts) {
		return -1
	}
	literal := 0
	for i := range pattern {
		switch {
		case pattern[i] == parts[i]:
			literal++
		case !strings.HasPrefix(pattern[i], "{"):
			return -1
		}
	}
	return literal
}
