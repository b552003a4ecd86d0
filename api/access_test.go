package api_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

var update = flag.Bool("update", false, "write testdata and openapi.yaml anew")

// golden compares a text with a file, or writes the file with -update.
func golden(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(have), text, "%s is out of date: go test ./api -update, and look at the difference", path)
}

// Every route is in the access table and the other way round, so the matrix
// below is complete.
func TestEveryRouteHasItsAccess(t *testing.T) {
	t.Parallel()
	_, routes := api.Described()
	require.ElementsMatch(t, routes, api.Access())
}

// Every route by every role: testdata/access.txt is what came
// out, for people to read: 401 without a token, 403 for a role the route is
// closed to, and open for the others.
func TestAccess(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	accounts := s.oneOfEachRole(t)
	_, routes := api.Described()
	slices.Sort(routes)
	var text strings.Builder
	for _, route := range routes {
		method, pattern, _ := strings.Cut(route, " ")
		path := strings.NewReplacer("{id}", "00000000-0000-4000-8000-000000000000", "{eid}", "00000000-0000-4000-8000-000000000001", "{aid}", "nothing", "{year}", "2026", "{list}", "problems", "{kind}", "explode", "/docs/{file}", "/docs/swagger-ui.css", "{file}", "notice.docx").Replace(pattern)
		var open []string
		if s.as(t, lifecycle.Actor{}, asked{method: method, path: path}).Code != http.StatusUnauthorized {
			open = append(open, "anybody")
		} else {
			for _, role := range lifecycle.Roles() {
				a := s.as(t, accounts[role], asked{method: method, path: path})
				require.NotEqual(t, http.StatusUnauthorized, a.Code)
				require.Less(t, a.Code, http.StatusInternalServerError, "%s %s: %s", route, role, a.Body)
				if a.Code != http.StatusForbidden {
					open = append(open, string(role))
				}
			}
		}
		fmt.Fprintf(&text, "%-55s %s\n", route, strings.Join(open, " "))
	}
	golden(t, "testdata/access.txt", text.String())
}

// lifecycle.md section 2: who may run which command, through the API: every
// kind by every role on a case that role can see. A role that is not in the
// command table is refused as such, whatever the stage; the others are not.
func TestCommandsByRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	accounts := s.oneOfEachRole(t)
	l := s.life()
	for _, step := range append([]step{s.people.Finding("问题", today())}, append(s.people.UpToServing(lifecycle.Immediate), s.people.Sign())...) {
		l.do(t, step.By, step.Body)
	}
	n := 0
	for _, kind := range lifecycle.CommandKinds() {
		body := "{}"
		switch kind { //nolint:exhaustive // the others are requests without anything in them
		case lifecycle.KindDecideExtension, lifecycle.KindDecideRedraw, lifecycle.KindDecideOpening: // without a yes or no it is no request
			body = `{"granted":false}`
		case lifecycle.KindSettleMeasure:
			body = `{"keep":false}`
		default:
		}
		if kind == lifecycle.KindTakeOverCase { // by an import and no otherwise
			continue
		}
		for _, role := range lifecycle.Roles() {
			n++
			who := accounts[role]
			header := map[string]string{"Idempotency-Key": fmt.Sprintf("matrix-%d", n), "If-Match": l.etag(t, who)}
			path := "/v1/cases/" + l.id + "/commands/" + string(kind)
			if kind == lifecycle.KindOpenCase {
				path = "/v1/cases"
			}
			if role == lifecycle.Admin { // it sees no case at all
				header["If-Match"] = `"v1"`
			}
			a := s.as(t, who, asked{method: http.MethodPost, path: path, body: body, header: header})
			barred := a.Code == http.StatusForbidden && slices.Contains([]string{"wrong_role", "paper_needed"}, a.problem(t).Code)
			require.Equal(t, !slices.Contains(kind.Who(), role), barred, "%s by %s: %d %s", kind, role, a.Code, a.Body)
		}
	}
}

// oneOfEachRole makes one person for each role, those of a unit in the unit the
// cases are about.
func (s site) oneOfEachRole(t *testing.T) map[lifecycle.Role]lifecycle.Actor {
	t.Helper()
	accounts := map[lifecycle.Role]lifecycle.Actor{}
	for _, role := range lifecycle.Roles() {
		unit := ""
		if role.OfUnit() {
			unit = s.people.Unit.ID
		}
		accounts[role] = s.account(t, string(role), unit, role)
	}
	return accounts
}
