package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// openapi.yaml is generated from the Go types, and sentences.json from the comments and
// constants of the sources; both are committed. Not parallel: -update has the second
// read anew before the first is written.
func TestDocumentIsCommitted(t *testing.T) { //nolint:paralleltest // as said
	refreshSentences(t)
	document, _ := api.Described()
	text, err := document.YAML()
	require.NoError(t, err)
	golden(t, "openapi.yaml", string(text))
}

// Every kind of command has an operation of its own with its body, every
// operation a summary and a documented refusal, and every reference leads
// somewhere.
func TestDocumentIsWhole(t *testing.T) {
	t.Parallel()
	document, _ := api.Described()
	for _, kind := range lifecycle.CommandKinds() {
		path := "/v1/cases/{id}/commands/" + string(kind)
		if kind == lifecycle.KindTakeOverCase { // by an import and no otherwise
			require.Nil(t, document.Paths[path])
			continue
		}
		if kind == lifecycle.KindOpenCase {
			path = "/v1/cases"
		}
		require.NotNil(t, document.Paths[path], kind)
		require.NotNil(t, document.Paths[path].Post.RequestBody.Content["application/json"].Schema, kind)
	}
	text, err := json.Marshal(document)
	require.NoError(t, err)
	for _, part := range strings.Split(string(text), `"$ref":"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		require.Contains(t, document.Components.Schemas.Map(), name)
	}
	for _, unwanted := range []string{"ErrorModel", "$schema", "look_back_on", `octet-stream":`} {
		require.NotContains(t, string(text), unwanted)
	}
	for path, item := range document.Paths {
		for _, op := range []any{item.Get, item.Post, item.Delete} {
			one, err := json.Marshal(op)
			require.NoError(t, err)
			if string(one) == "null" {
				continue
			}
			require.Contains(t, string(one), `"summary"`, path)
			require.Contains(t, string(one), `"401"`, path)
		}
	}
}

// The document and the page that shows it are served without anything from
// elsewhere, under a policy that lets in no script but the page's own.
func TestDocumentIsServed(t *testing.T) {
	t.Parallel()
	h := api.New(api.Options{})
	get := func(path string) answer { return send(t, h, asked{method: http.MethodGet, path: path}) }
	committed, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	require.Equal(t, string(committed), get("/openapi.yaml").Body.String())
	require.True(t, json.Valid(get("/openapi.json").Body.Bytes()))
	for _, path := range []string{"/docs", "/docs/"} {
		page := get(path)
		require.Equal(t, http.StatusOK, page.Code)
		require.Contains(t, page.Body.String(), "/openapi.json")
		require.NotContains(t, page.Body.String(), `src="http`)
		policy := page.Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "'sha256-")
		require.NotContains(t, strings.Split(policy, "style-src")[0], "unsafe")
		inline := strings.Split(page.Body.String(), "<script>")[1:]
		require.NotEmpty(t, inline)
		for _, script := range inline {
			text, _, _ := strings.Cut(script, "</script>")
			hash := sha256.Sum256([]byte(text))
			require.Contains(t, policy, "'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'")
		}
	}
	for _, file := range []string{"swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js"} {
		require.Equal(t, http.StatusOK, get("/docs/"+file).Code, file)
	}
	require.Equal(t, http.StatusNotFound, get("/docs/none").Code)
}
