package api_test

import (
	"mime"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// A name with a character in private use is taken, and whoever wrote it is told where
// it is and what follows; of a name that only is rare nothing is said.
func TestACharacterInPrivateUseIsTakenWithAWarning(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	warned := func(who lifecycle.Actor, path string, body any) map[string]string {
		t.Helper()
		a := s.as(t, who, asked{method: http.MethodPost, path: path, body: body, header: map[string]string{"Idempotency-Key": path}})
		require.Less(t, a.Code, 300, "%s", a.Body)
		header := a.Header().Get("Duban-Warning")
		if header == "" {
			return nil
		}
		code, values, err := mime.ParseMediaType(header)
		require.NoError(t, err, header)
		require.Equal(t, "private_use", code)
		return values
	}
	told := warned(p.Admin, "/v1/accounts", api.NewAccount{Name: "李\uE863", Roles: []lifecycle.Role{lifecycle.Officer}})
	require.Equal(t, "name", told["field"])
	require.Equal(t, []string{"2", "U+E863"}, []string{told["character"], told["code"]})
	require.Contains(t, told["detail"], "第2个字符U+E863（自造字）在没有相应字库")
	require.Nil(t, warned(p.Admin, "/v1/accounts?", api.NewAccount{Name: "李\U000323B0", Roles: []lifecycle.Role{lifecycle.Officer}}), "an extension of Unicode")
	require.Equal(t, "name", warned(p.Admin, "/v1/units", `{"name":"市\uE000局"}`)["field"])
	for body, where := range map[string]string{
		`{"a":[{"b":"x"},{"c":1,"b":"李\uE863"}],"d":[1]}`: "a[1].b", `{"a":{},"b":["x",[2],"\uF8FF"]}`: "b[2]", `{"\uE000":"x","a":null,"b":"\\\\"}`: "", `["\uE000"`: "[0]", `{`: "", ``: "",
	} {
		at, found := api.PrivateUse([]byte(body))
		require.Equal(t, where, at, body)
		require.Equal(t, where != "", found != nil, body)
	}
}
