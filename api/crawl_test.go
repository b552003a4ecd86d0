package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/documents"
	"duban/lifecycle"
)

// A reading is what somebody asked and what he was answered, to the last byte.
type reading struct{ of, said string }

// A crawl is one person reading and trying whatever there is: the routes are
// those the router has, the parameters those of the document, so that a new one
// is read without anybody thinking of it, or fails the test until it is known
// what to ask for.
type crawl struct {
	w   *world
	who lifecycle.Actor
	tag string // names the crawl in keys
	// whole asks about every case; otherwise those that are looked back on will do.
	whole bool
	out   []reading
}

// masked is what may differ between two equal worlds: how far the two clocks of
// the machine are apart.
var masked = regexp.MustCompile(`"clock_difference":"[^"]*"`)

const (
	nobody  = "00000000-0000-4000-8000-000000000000"
	maxPage = 25
)

// ask sends one request and keeps what came back.
func (c *crawl) ask(t *testing.T, method, path string, body any, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	var text []byte
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(t, err)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(text))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("X-Request-Id", "twin")
	if c.who.Account != "" {
		r.Header.Set("Authorization", "Bearer "+c.w.people.Tokens[c.who.Account])
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	c.w.handler.ServeHTTP(w, r)
	require.Less(t, w.Code, http.StatusInternalServerError, "%s %s: %s", method, path, w.Body)
	var said strings.Builder
	fmt.Fprintln(&said, w.Code)
	require.NoError(t, w.Header().Write(&said))
	said.WriteString("\n")
	said.Write(masked.ReplaceAll(w.Body.Bytes(), nil))
	c.out = append(c.out, reading{fmt.Sprintf("%s %s %s %s %v", c.who.Name, method, path, text, header), said.String()})
	return w
}

// routes are those the router has, in one order.
var routes = sync.OnceValue(func() []string {
	_, all := api.Described()
	slices.Sort(all)
	return all
})

// everything reads every route in every way, and tries what is not for reading.
func (c *crawl) everything(t *testing.T) {
	t.Helper()
	c.most(t)
	for _, route := range routes() {
		method, pattern, _ := strings.Cut(route, " ")
		for i, path := range c.paths(t, pattern) {
			switch {
			case method == http.MethodGet && !strings.HasPrefix(pattern, "/v1/"):
				c.read(t, pattern, path)
			case method == http.MethodGet && i == 0:
				c.ask(t, http.MethodHead, path, nil, nil)
				c.ask(t, http.MethodOptions, path, nil, nil)
			case method != http.MethodGet && !strings.HasPrefix(pattern, commands):
				c.ask(t, method, path, map[string]any{}, map[string]string{"Idempotency-Key": fmt.Sprint(c.tag, len(c.out))})
			}
		}
	}
}

const commands = "/v1/cases/{id}/commands/"

// most reads the routes about the work in every way, and tries every command.
func (c *crawl) most(t *testing.T) {
	t.Helper()
	for _, route := range routes() {
		method, pattern, _ := strings.Cut(route, " ")
		if !strings.HasPrefix(pattern, "/v1/") {
			continue
		}
		for _, path := range c.paths(t, pattern) {
			switch {
			case method == http.MethodGet:
				c.read(t, pattern, path)
			case strings.HasPrefix(pattern, commands):
				c.command(t, path)
			}
		}
	}
}

// glance reads the routes about cases and messages as they are.
func (c *crawl) glance(t *testing.T) {
	t.Helper()
	for _, pattern := range []string{
		"/v1/cases?sort=-updated", "/v1/cases/counts", "/v1/tasks", "/v1/inbox", "/v1/cases/{id}", "/v1/cases/{id}/events", "/v1/cases/{id}/deadline",
	} {
		for _, path := range c.paths(t, pattern) {
			c.ask(t, http.MethodGet, path, nil, nil)
		}
	}
}

// read reads a route bare, with its ETag, and with every value of every
// parameter; a list from page to page.
func (c *crawl) read(t *testing.T, pattern, path string) {
	t.Helper()
	w := c.ask(t, http.MethodGet, path, nil, nil)
	if tag := w.Header().Get("ETag"); tag != "" {
		c.ask(t, http.MethodGet, path, nil, map[string]string{"If-None-Match": tag})
	}
	if w.Code == http.StatusForbidden || w.Code == http.StatusNotFound {
		return
	}
	item := described().Paths[pattern]
	if item == nil || item.Get == nil {
		return
	}
	names := map[string][]string{}
	for _, p := range item.Get.Parameters {
		if p.In == "query" {
			names[p.Name] = c.values(t, p)
		}
	}
	sorts := names["sort"]
	if len(sorts) == 0 {
		sorts = []string{""}
	}
	for name, values := range sorted(names) {
		for _, value := range values {
			if name != "limit" && name != "cursor" {
				c.ask(t, http.MethodGet, path+"?"+url.Values{name: {value}}.Encode(), nil, nil)
			}
		}
	}
	if names["cursor"] == nil {
		return
	}
	for _, order := range sorts {
		query := url.Values{"limit": {"1"}}
		if order != "" {
			query.Set("sort", order)
		}
		for range maxPage {
			var page struct {
				Next string `json:"next"`
			}
			require.NoError(t, json.Unmarshal(c.ask(t, http.MethodGet, path+"?"+query.Encode(), nil, nil).Body.Bytes(), &page))
			if page.Next == "" {
				break
			}
			query.Set("cursor", page.Next)
		}
	}
}

// paths fills a pattern's parameters with what there is.
func (c *crawl) paths(t *testing.T, pattern string) []string {
	t.Helper()
	paths, files := []string{pattern}, []string{"nothing.docx"}
	fill := func(parameter string, values ...string) {
		var filled []string
		for _, path := range paths {
			for _, value := range values {
				filled = append(filled, strings.Replace(path, parameter, value, 1))
			}
		}
		if strings.Contains(pattern, parameter) {
			paths = filled
		}
	}
	switch {
	case strings.HasPrefix(pattern, commands):
		fill("{id}", c.w.cases[0])
	case strings.HasPrefix(pattern, "/v1/cases/{id}"):
		if c.whole {
			fill("{id}", append(slices.Clone(c.w.cases), c.w.others[0], nobody)...)
		} else {
			fill("{id}", c.w.cases[:2]...)
		}
	case strings.HasPrefix(pattern, "/v1/units/{id}"):
		fill("{id}", c.w.people.Unit.ID, c.w.people.OtherUnit.ID)
	case strings.HasPrefix(pattern, "/v1/accounts/{id}"):
		fill("{id}", c.who.Account, c.w.people.Lead.Account)
	case strings.HasPrefix(pattern, "/v1/commands/{id}"):
		fill("{id}", append(c.w.receipts[len(c.w.receipts)-2:], nobody)...)
	default:
		fill("{id}", c.w.cases[0], nobody)
	}
	switch {
	case pattern == "/docs/{file}":
		fill("{file}", "swagger-ui.css")
	case c.whole:
		for _, kind := range documents.Kinds() {
			files = append(files, string(kind)+".docx")
		}
		fill("{file}", files...)
	default:
		fill("{file}", "notice.docx")
	}
	fill("{year}", "2026", "2027")
	fill("{version}", "1", "9")
	fill("{list}", "problems", "assessment")
	fill("{kind}", "explode")
	for _, parameter := range []string{"{eid}", "{aid}", "{sid}", "{officer}", "{post}", "{number}"} {
		fill(parameter, nobody)
	}
	for _, path := range paths {
		require.NotContains(t, path, "{", "say in this test what to ask %s for", pattern)
	}
	return paths
}

// values are those a parameter can have.
func (c *crawl) values(t *testing.T, p *huma.Param) []string {
	t.Helper()
	schema := p.Schema
	if schema != nil && schema.Ref != "" && p.Name != "category" {
		schema = described().Components.Schemas.SchemaFromRef(schema.Ref)
	}
	if schema != nil && len(schema.Enum) > 0 {
		var all []string
		for _, v := range schema.Enum {
			all = append(all, fmt.Sprint(v))
		}
		return all
	}
	day := func(n int) string { return c.w.ready.Add(time.Duration(n) * 24 * time.Hour).Format(time.DateOnly) }
	known := map[string][]string{
		"stage":  {"open", "review", "accepted", "look_back", "correcting", "rectifying", "look_back_pending", "look_back_active"},
		"limit":  {"1"},
		"cursor": {"x"}, "unit": {c.w.people.Unit.ID, c.w.people.OtherUnit.ID}, "level": {"0", "1", "2", "5"},
		"category": {"C03", "C04"}, "campaign": {nobody}, "officer": {c.w.people.Officer.Account}, "overdue": {"true", "false"},
		"due_before": {day(10), day(35), day(65), day(95), day(120)}, "text": {"问题", "问题1", "别的"},
		"after": {"0", "1", "5", "9"}, "year": {"2026", "2027"}, "on": {day(0), day(40)}, "number": {"1"}, "state": {"active"}, "form": {"sealed"},
		"days": {"30"}, "title": {"问题"}, "area": {nobody}, "region": {nobody}, "by": {"unit"}, "kind": {"email"},
		"repeat_of": {c.w.cases[0], nobody}, "waiting": {"true", "false"},
	}
	require.True(t, known[p.Name] != nil, "say in this test what to ask for as %s", p.Name)
	return known[p.Name]
}

// command tries a command of every kind, one that the unit may give with a body
// that would do.
func (c *crawl) command(t *testing.T, path string) {
	t.Helper()
	bodies := map[lifecycle.CommandKind]lifecycle.CommandBody{
		lifecycle.KindRecordReceipt: &lifecycle.RecordReceipt{Manner: lifecycle.Electronic},
		lifecycle.KindSubmitPlan:    plan(c.w.clockDay().AddDays(20)),
		lifecycle.KindSubmitReport:  c.w.people.Report(1).Body,
		lifecycle.KindRequestExtension: &lifecycle.RequestExtension{
			Until: c.w.clockDay().AddDays(20), Reason: reason(),
		},
		lifecycle.KindFileObjection:  &lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: "事实有出入"},
		lifecycle.KindCheckIn:        &lifecycle.CheckIn{Account: "持续推进"},
		lifecycle.KindAcceptHandover: &lifecycle.AcceptHandover{},
		lifecycle.KindCorrectEntry:   &lifecycle.CorrectEntry{Event: 1, Value: c.w.clockDay().AddDays(20).String(), Reason: reason()},
	}
	kind := lifecycle.CommandKind(path[strings.LastIndex(path, "/")+1:])
	var body any = map[string]any{}
	if b, ok := bodies[kind]; ok {
		body = b
	} else {
		require.False(t, slices.ContainsFunc(kind.Who(), lifecycle.Role.OfUnit), "say in this test what a unit writes into %s", kind)
	}
	id := strings.Split(path, "/")[3]
	tag := c.ask(t, http.MethodGet, "/v1/cases/"+id, nil, nil).Header().Get("ETag")
	for _, match := range []string{tag, `"v9999"`} {
		header := map[string]string{"Idempotency-Key": fmt.Sprintf("%s-%s-%s", c.tag, kind, match)}
		if match != "" {
			header["If-Match"] = match
		}
		c.ask(t, http.MethodPost, path, body, header)
	}
}

// sorted ranges over a map in the order of its keys.
func sorted[V any](m map[string]V) func(func(string, V) bool) {
	return func(yield func(string, V) bool) {
		keys := reflect.ValueOf(m).MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		for _, k := range keys {
			if !yield(k.String(), m[k.String()]) {
				return
			}
		}
	}
}
