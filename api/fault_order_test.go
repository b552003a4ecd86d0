package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The same request is told the same of the same faults, in the order in which its fields
// are described.
func TestFaultsComeInOneOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	long := strings.Repeat("长", 200)
	for name, one := range map[string]struct {
		who    func() answer
		fields []string
	}{
		"a unit asks by what it does not know": {func() answer {
			return s.as(t, s.people.Secretary, asked{method: http.MethodGet, path: "/v1/cases?repeat_of=x&officer=x&campaign=x&unit=x"})
		}, []string{"unit", "campaign", "officer", "repeat_of"}},
		"a unit is changed": {func() answer {
			return s.as(t, s.people.Admin, asked{
				method: http.MethodPost, path: "/v1/units/" + s.people.Unit.ID, body: map[string]string{"category": long, "region": long, "code": long, "area": long},
			})
		}, []string{"code", "region", "area", "category"}},
	} {
		for range 20 {
			p := one.who().problem(t)
			require.Equal(t, one.fields[0], p.Field, name)
			var fields []string
			for _, e := range p.Errors {
				fields = append(fields, e.Field)
			}
			require.Equal(t, one.fields, fields, name)
		}
	}
}
