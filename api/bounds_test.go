package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// whole are the lists that are shown whole and grow by nothing but what is named: the
// life of one case, or what the office works with at one time.
var whole = map[string]string{
	"/v1/cases/{id} allowed": "the kinds of command", "/v1/cases/{id} proposed_officers": "an area's officers", "/v1/cases/{id} repeats": "cases that say to repeat one",
	"/v1/cases/{id}/events events": "one case", "/v1/cases/{id}/evidence evidence": "one case's quota", "/v1/cases/{id}/deadline deadlines": "one case's clocks",
	"/v1/commands/{id} allowed": "the kinds of command", "/v1/look-backs/{id} draws": "one case", "/v1/look-backs/{id}/rosters rosters": "one case",
	"/v1/look-backs look_backs": "the look-backs of one person", "/v1/me roles": "the roles", "/v1/accounts/{id} duties": "the open cases of one person",
	"/v1/calendar/{year} days": "a year", "/v1/policies/{version} fields": "the fields of a policy", "/v1/messages/{id} history": "the tries of one message",
	"/v1/notices/{id} findings": "one campaign and unit", "/v1/notices/{id} cases": "one campaign and unit", "/v1/notice_runs/{id} units": "a campaign's scope",
	"/v1/listed-units units": "the units of a year", "/v1/lists/{list}/entries/{id} acts": "one entry", "/v1/lists/{list}/entries/{id} cases": "one entry",
	"/v1/units/{id}/background recurrences": "cut at ten", "/v1/units/{id}/background similar": "cut at ten", "/v1/units/{id}/officers officers": "an area's officers",
	"/v1/imports/{id} hints": "cut at 1,000", "/v1/imports/{id} turned_down": "cut at 1,000", "/v1/imports/{id} ignored_sheets": "a workbook's sheets",
	"/v1/account-imports/{id} rows": "a workbook's rows",
}

// A list that many fill has pages, or a bound in the description that the record keeps
// (migration 73), or is named in whole with why it cannot grow.
func TestListsHavePagesOrBounds(t *testing.T) {
	t.Parallel()
	all := description(t)
	schemas := all.at("components").at("schemas")
	var endless []string
	seen := map[string]bool{}
	for path, item := range all.at("paths") {
		op := object(item).at("get")
		if op == nil {
			continue
		}
		paged := slices.ContainsFunc(op.list("parameters"), func(p any) bool { return object(p).text("name") == "cursor" })
		shown := object(op.at("responses")["200"]).at("content").at("application/json").at("schema")
		if ref := shown.text("$ref"); ref != "" {
			shown = schemas.at(strings.TrimPrefix(ref, "#/components/schemas/"))
		}
		for name, p := range shown.at("properties") {
			kinds, _ := object(p)["type"].([]any)
			if list := object(p).text("type") == "array" || slices.Contains(kinds, any("array")); !list || object(p)["maxItems"] != nil {
				continue
			}
			key := path + " " + name
			if seen[key] = true; !paged && whole[key] == "" {
				endless = append(endless, key)
			}
		}
	}
	slices.Sort(endless)
	require.Empty(t, endless, "give it pages, a bound, or a line in whole")
	for key := range whole {
		require.True(t, seen[key], "%s is in whole for nothing", key)
	}
}
