package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// A node is a part of the description, as a program that reads it finds it.
type node map[string]any

// object is what a part of the description holds by name; nothing of what holds
// nothing so.
func object(part any) node { one, _ := part.(map[string]any); return one }

func (n node) at(name string) node { return object(n[name]) }

func (n node) text(name string) string { s, _ := n[name].(string); return s }

func (n node) list(name string) []any { l, _ := n[name].([]any); return l }

// description is the whole of it.
func description(t *testing.T) node {
	t.Helper()
	document, _ := api.Described()
	text, err := json.Marshal(document)
	require.NoError(t, err)
	var all node
	require.NoError(t, json.Unmarshal(text, &all))
	return all
}

// operations calls f for every operation, webhooks among them.
func (n node) operations(f func(where string, op node)) {
	for _, part := range []string{"paths", "webhooks"} {
		for path, item := range n.at(part) {
			for _, method := range []string{"get", "put", "post", "patch", "delete"} {
				if op := object(item).at(method); op != nil {
					f(strings.ToUpper(method)+" "+path, op)
				}
			}
		}
	}
}

var wordForm = regexp.MustCompile(`[a-z]+|\p{Han}`)

// says reports whether a sentence tells more than the name it belongs to.
func says(name, sentence string) bool {
	known := append(wordForm.FindAllString(strings.ToLower(name), -1), "a", "an", "the", "of", "its", "is", "this", "s", "it")
	words := slices.DeleteFunc(wordForm.FindAllString(strings.ToLower(sentence), -1), func(w string) bool {
		return slices.Contains(known, w) || slices.Contains(known, strings.TrimSuffix(w, "s")) || slices.Contains(known, w+"s")
	})
	return len(words) > 0
}

// Everything in the description says what it means, in a sentence of its own. What to
// do when this fails: give the Go type a comment; give the field a doc tag, or put a
// sentence that everything of its name has into words.go; then
// go test ./api -run '^TestDocumentIsCommitted$' -update.
func TestEverythingHasItsSentence(t *testing.T) {
	t.Parallel()
	all := description(t)
	var silent []string
	check := func(where, name string, n node) {
		if !says(name, n.text("description")) {
			silent = append(silent, where+": "+strconv.Quote(n.text("description")))
		}
	}
	var properties func(where string, s node)
	properties = func(where string, s node) {
		for name, p := range s.at("properties") {
			check("property "+where+"."+name, name, object(p))
			properties(where+"."+name, object(p))
		}
		for _, inner := range []string{"items", "additionalProperties"} {
			if of := s.at(inner); of != nil {
				properties(where+"[]", of)
			}
		}
		for _, either := range slices.Concat(s.list("oneOf"), s.list("anyOf"), s.list("allOf")) {
			properties(where, object(either))
		}
	}
	parts := all.at("components")
	for name, s := range parts.at("schemas") {
		check("schema "+name, name, object(s))
		properties(name, object(s))
	}
	headers := func(where string, r node) {
		for name, h := range r.at("headers") {
			check("header "+where+" "+name, name, object(h))
		}
	}
	for name, r := range parts.at("responses") {
		check("response "+name, name, object(r))
		require.Contains(t, object(r).text("description"), " ", name)
		require.NotEqual(t, name, strings.ReplaceAll(object(r).text("description"), " ", ""))
		headers(name, object(r))
	}
	all.operations(func(where string, op node) {
		check("operation "+where, op.text("operationId"), op)
		require.NotEmpty(t, op.text("summary"), where)
		for _, p := range op.list("parameters") {
			p := object(p)
			check("parameter "+where+" "+p.text("name"), p.text("name"), p)
		}
		for media, body := range op.at("requestBody").at("content") {
			properties(where+" "+media, object(body).at("schema"))
		}
		for status, r := range op.at("responses") {
			if code, err := strconv.Atoi(status); err == nil {
				require.NotEqual(t, http.StatusText(code), object(r).text("description"), where)
			}
			headers(where+" "+status, object(r))
		}
	})
	slices.Sort(silent)
	require.Empty(t, silent, "these say nothing, or no more than their names")
}

// What a request may hold has its bounds in the description: the longest text, the
// most items, the least and the greatest number, or the list of what it may be.
func TestWhatIsSentHasItsBounds(t *testing.T) {
	t.Parallel()
	all := description(t)
	schemas := all.at("components").at("schemas")
	unbounded := map[string]bool{}
	seen := map[string]bool{}
	var walk func(where string, s node)
	walk = func(where string, s node) {
		if ref := s.text("$ref"); ref != "" {
			name := strings.TrimPrefix(ref, "#/components/schemas/")
			if !seen[name] {
				seen[name] = true
				walk(name, schemas.at(name))
			}
			return
		}
		has := func(words ...string) bool {
			return slices.ContainsFunc(words, func(k string) bool { return s[k] != nil })
		}
		switch kind := s["type"]; {
		case kind == "string" && !has("maxLength", "enum", "format", "pattern", "const"),
			kind == "array" && !has("maxItems"),
			kind == "integer" && !has("minimum"):
			unbounded[where] = true
		}
		for name, p := range s.at("properties") {
			walk(where+"."+name, object(p))
		}
		for _, inner := range []string{"items", "additionalProperties"} {
			if of := s.at(inner); of != nil {
				walk(where+"[]", of)
			}
		}
	}
	all.operations(func(where string, op node) {
		if strings.HasSuffix(where, pathOfWebhook) || op.text("operationId") == "verify_look_back" { // holds what an answer held
			return
		}
		for _, body := range op.at("requestBody").at("content") {
			walk(where, object(body).at("schema"))
		}
		for _, p := range op.list("parameters") {
			if p := object(p); p.text("in") != "header" || p.text("name") == "Idempotency-Key" {
				walk(where+" "+p.text("name"), p.at("schema"))
			}
		}
	})
	require.Empty(t, slices.Sorted(maps.Keys(unbounded)), "give them minimum, maximum, maxLength, maxItems, pattern or of tags")
}

// pathOfWebhook is the name of what is sent and not asked for.
const pathOfWebhook = " message"

// reserved are the keywords of the languages that clients are generated in.
func reserved() []string {
	return strings.Fields(`
abstract and any as asc ascending assert async await base bool boolean break by byte case catch chan char checked class const constructor continue debugger
decimal declare def default defer del delegate delete descending do double dynamic elif else enum equals event except exec explicit export extends extern
fallthrough false file final finally fixed float for foreach from func function get global go goto group if implements implicit import in init instanceof int
interface internal into is join lambda let lock long managed map match module namespace native new nil none nonlocal not notnull null number object on or
orderby out override package params partial pass print private protected public raise range readonly record ref remove request require required return sbyte
scoped sealed select self set short sizeof stackalloc static strictfp string struct super switch symbol synchronized this throw throws transient true try type
typeof uint ulong unchecked undefined unmanaged unsafe ushort using value var virtual void volatile when where while with yield`)
}

// Operations are named verb_noun, each once, by words that no language keeps for itself.
func TestOperationIDs(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)
	seen := map[string]bool{}
	description(t).operations(func(where string, op node) {
		id := op.text("operationId")
		require.Regexp(t, form, id, where)
		require.NotContains(t, reserved(), id)
		require.NotContains(t, reserved(), strings.ReplaceAll(id, "_", ""))
		require.False(t, seen[id], id)
		seen[id] = true
	})
}

// A code is one of a list, and the list is that of the sources.
func TestCodesAreListed(t *testing.T) {
	t.Parallel()
	schemas := description(t).at("components").at("schemas")
	values := func(name string) (list []string) {
		for _, v := range schemas.at(name).list("enum") {
			name, ok := v.(string)
			require.True(t, ok, "%v", v)
			list = append(list, name)
		}
		return list
	}
	require.ElementsMatch(t, names(lifecycle.Stages()), values("Stage"))
	require.ElementsMatch(t, names(lifecycle.Roles()), values("Role"))
	require.ElementsMatch(t, names(lifecycle.CommandKinds()), values("CommandKind"))
	require.ElementsMatch(t, names(lifecycle.EventKinds()), values("EventKind"))
	require.ElementsMatch(t, names(policy.MeasureKinds()), values("MeasureKind"))
	require.ElementsMatch(t, names(store.Sorts()), values("CaseOrder"))
	require.ElementsMatch(t, []string{"L0", "L1", "L2", "L3", "L4", "L5"}, values("Level"))
	codes := func(list []policy.Code) (found []string) {
		for _, c := range list {
			found = append(found, c.Code)
		}
		return found
	}
	tables := policy.Default().Codes
	require.ElementsMatch(t, codes(tables.Severities), values("Severity"))
	require.ElementsMatch(t, codes(tables.Categories), values("Category"))
	require.Subset(t, values("ProblemCode"), []string{"wrong_stage", "required", "stale", "not_found", "busy", "bad_date"})

	// What is called a kind, a state or the like is never a text of any form.
	coded := regexp.MustCompile(`^(kind|state|status|stage|level|category|severity|dimension|method|matter|root_cause|role|roles|manner|outcome|result|way|type|clock|list|channel|action|ground|form|about|suppressed)$`)
	free := map[string]bool{
		"Bounce.status":       true, // the other side's
		"Message.status":      true,
		"MessageTry.status":   true,
		"Problem.status":      true,
		"Problem.type":        true, // a URI
		"Unit.category":       true, // the directory's own
		"NewUnit.category":    true,
		"UnitEdit.category":   true,
		"NewCampaignVisit.on": true,
	}
	var open []string
	for name, s := range schemas {
		for property, p := range object(s).at("properties") {
			p := object(p)
			for p["type"] == "array" {
				p = p.at("items")
			}
			if coded.MatchString(property) && p["type"] == "string" && p["enum"] == nil && !free[name+"."+property] {
				open = append(open, name+"."+property)
			}
		}
	}
	require.Empty(t, open, "give the field a named type, or an of tag")
}

// What may be one of several objects says by a property of its own which it is, and
// each of them has that property with its value. A clock that an event left says so by
// being stopped or not, which is no text.
func TestWhichOfSeveralIsTold(t *testing.T) {
	t.Parallel()
	all := description(t)
	schemas := all.at("components").at("schemas")
	var resolve func(s node) node
	resolve = func(s node) node {
		if name, ok := strings.CutPrefix(s.text("$ref"), "#/components/schemas/"); ok {
			return resolve(schemas.at(name))
		}
		return s
	}
	// value is what a property of a schema must be.
	var value func(s node, property string) []any
	value = func(s node, property string) []any {
		s = resolve(s)
		found := resolve(s.at("properties").at(property)).list("enum")
		for _, part := range s.list("allOf") {
			if narrower := value(object(part), property); found == nil || narrower != nil && len(narrower) < len(found) {
				found = narrower
			}
		}
		return found
	}
	told := map[string][]string{}
	var walk func(where string, part any)
	walk = func(where string, part any) {
		switch part := part.(type) {
		case []any:
			for _, one := range part {
				walk(where, one)
			}
		case map[string]any:
			s := node(part)
			several := slices.DeleteFunc(slices.Concat(s.list("oneOf"), s.list("anyOf")), func(one any) bool { return resolve(object(one))["type"] == "string" })
			if len(several) > 1 && where != "EventContent.clocks" { // a clock or the end of one
				teller := s.at("discriminator")
				property := teller.text("propertyName")
				require.NotEmpty(t, property, "%s is one of several and does not say which", where)
				require.Len(t, teller.at("mapping"), len(several), where)
				for named, ref := range teller.at("mapping") {
					require.Contains(t, several, any(map[string]any{"$ref": ref}), where)
					require.Equal(t, []any{named}, value(node{"$ref": ref}, property), "%s: %s", where, ref)
					told[where] = append(told[where], named)
				}
			}
			for name, inner := range part {
				at := where
				if where == "" || !slices.Contains([]string{"properties", "items", "schema", "content"}, name) {
					at = strings.TrimPrefix(where+"."+name, ".")
				}
				walk(at, inner)
			}
		}
	}
	walk("", map[string]any(schemas))
	walk("paths", map[string]any(all.at("paths")))
	for _, where := range []string{"CaseAnswer.case", "CommandAnswer.case", "CommandReceipt.case"} {
		require.ElementsMatch(t, []string{"staff", "unit"}, told[where], where)
	}
	require.ElementsMatch(t, names(lifecycle.EventKinds()), told["EventList.events"])
	require.ElementsMatch(t, names(lifecycle.EntryKinds()), told["ListEntry.acts"])
}

func names[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// Whatever may be sent again, compared or found later says so by its headers.
func TestHeadersAreDescribed(t *testing.T) {
	t.Parallel()
	described := map[string]node{}
	description(t).operations(func(where string, op node) { described[where] = op })
	parameter := func(where, name string) node {
		for _, p := range described[where].list("parameters") {
			if p := object(p); p.text("name") == name {
				return p
			}
		}
		return nil
	}
	for where := range described {
		if strings.HasPrefix(where, "POST /v1/") {
			require.NotNil(t, parameter(where, "Idempotency-Key"), where)
		}
		if strings.HasPrefix(where, "POST /v1/cases/{id}/commands/") {
			require.NotNil(t, parameter(where, "If-Match"), where)
			require.NotNil(t, described[where].at("responses").at("200").at("headers").at("ETag"), where)
		}
	}
	for _, where := range []string{
		"POST /v1/cases", "POST /v1/cases/{id}/evidence", "POST /v1/imports", "POST /v1/campaigns", "POST /v1/units",
		"POST /v1/campaigns/{id}/draft_notices", "POST /v1/campaigns/{id}/sign_notices",
	} {
		found := false
		for status, r := range described[where].at("responses") {
			found = found || status[0] == '2' && object(r).at("headers").at("Location") != nil
		}
		require.True(t, found, "%s does not say that it answers with Location", where)
	}
	for _, name := range []string{"limit", "year", "days"} {
		for where := range described {
			if p := parameter(where, name); p != nil {
				require.Equal(t, "integer", p.at("schema")["type"], "%s %s", where, name)
			}
		}
	}
}
