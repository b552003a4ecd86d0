package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/swaggest/swgui/v5emb"
)

// overview opens the document.
const overview = `督办：问题整改全流程。One finding, from discovery to archive.

Every request but those for health and documentation carries a bearer token. What a person may not see is 404, with the bytes of what does not exist.

**Commands.** A case changes by commands only. Each needs an ` + "`Idempotency-Key`" + ` of your choosing: the same key with the same request gets the same answer for ever, refusals included, so a request may be sent again whenever its answer was lost; the same key with another request is refused. Keys that begin with ` + "`system:`" + ` or ` + "`alarm:`" + ` and UUIDs of version 5 are the system's own. A command on a case also needs ` + "`If-Match`" + ` with the ETag you read. The answer is the case as it then stands, and the commands you may run next.

**Time.** Instants are RFC 3339 in UTC. Dates are civil dates in Asia/Shanghai. A request counts as received when its token was recognised.

**Problems.** Whatever is turned down is ` + "`application/problem+json`" + ` (RFC 9457) with a stable ` + "`code`" + ` and, where there is one, the ` + "`field`" + ` at fault, in Chinese, or in English by ` + "`Accept-Language`" + `.`

// description is the document before it has any operation.
func description(version string) huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Duban 督办", Version: version, Description: overview,
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas:         newSchemas(),
				Responses:       map[string]*huma.Response{},
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}},
			},
			Servers: []*huma.Server{{URL: "/"}},
		},
		Formats: map[string]huma.Format{
			"application/json": huma.DefaultJSONFormat,
			"json":             huma.DefaultJSONFormat, // what problem+json is written with
		},
		DefaultFormat: "application/json",
	}
}

// document serves the OpenAPI document and the page that shows it.
func (s *server) document(router *gin.Engine) {
	described := s.huma.OpenAPI()
	settle(described.Components.Schemas)
	asJSON, err := json.Marshal(described)
	if err != nil {
		panic(fmt.Sprintf("api: write the OpenAPI document: %v", err))
	}
	asYAML, err := described.YAML()
	if err != nil {
		panic(fmt.Sprintf("api: write the OpenAPI document: %v", err))
	}
	router.GET("/openapi.json", func(c *gin.Context) { c.Data(http.StatusOK, "application/vnd.oai.openapi+json;version=3.1", asJSON) })
	router.GET("/openapi.yaml", func(c *gin.Context) { c.Data(http.StatusOK, "application/vnd.oai.openapi+yaml;version=3.1", asYAML) })

	ui := v5emb.New("Duban 督办", "/openapi.json", "/docs/")
	policy := pagePolicy(ui)
	show := func(c *gin.Context) {
		c.Header("Content-Security-Policy", policy)
		ui.ServeHTTP(c.Writer, c.Request)
	}
	router.GET("/docs", show)
	router.GET("/docs/*file", show)
}

// pagePolicy is the Content-Security-Policy under which the page works: its own
// files, and of inline scripts only those it has, by their hashes.
func pagePolicy(ui http.Handler) string {
	inlineScript := regexp.MustCompile(`(?s)<script[^>]*>(.*?)</script>`)
	scripts := []string{"'self'"}
	for _, inline := range inlineScript.FindAllStringSubmatch(read(ui, "/docs/"), -1) {
		if inline[1] == "" { // a file's
			continue
		}
		hash := sha256.Sum256([]byte(inline[1]))
		scripts = append(scripts, "'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'")
	}
	return "default-src 'none'; script-src " + strings.Join(scripts, " ") + "; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
		"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

// read asks a handler for a page.
func read(h http.Handler, path string) string {
	r, err := http.NewRequest(http.MethodGet, path, http.NoBody) //nolint:noctx // never leaves the process
	if err != nil {
		panic(fmt.Sprintf("api: ask for %s: %v", path, err))
	}
	w := &page{header: http.Header{}}
	h.ServeHTTP(w, r)
	return w.text.String()
}

// A page is an answer kept in memory.
type page struct {
	header http.Header
	text   strings.Builder
}

// Header returns the answer's headers.
func (p *page) Header() http.Header { return p.header }

// Write keeps what is written.
func (p *page) Write(b []byte) (int, error) { return p.text.Write(b) }

// WriteHeader is of no interest.
func (p *page) WriteHeader(int) {}
