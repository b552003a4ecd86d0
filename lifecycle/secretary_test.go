package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// Domain E2 and row 11: the secretary answers, by whichever name the unit's body
// has; while the post is vacant the acting head, the full-time deputy before a
// branch; and nobody else.
func TestWhoAnswersForAUnit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		held   []string
		want   string
		acting bool
	}{
		"the secretary":                {[]string{"机关党委书记", "党支部书记", "专职副书记", "党组书记"}, "党组书记", false},
		"of a Party committee":         {[]string{"机关党委书记", "党委书记"}, "党委书记", false},
		"as older records say":         {[]string{"机关党委书记", "党组（党委）书记"}, "党组（党委）书记", false},
		"with another office":          {[]string{"机关党委书记", "党组书记、局长"}, "党组书记、局长", false},
		"vacant":                       {[]string{"党支部书记", "专职副书记", "机关党委书记"}, "机关党委书记", true},
		"both vacant: the deputy":      {[]string{"联络员", "党支部书记", "党总支书记", "专职副书记"}, "专职副书记", true},
		"the general branch":           {[]string{"党支部书记", "党总支书记"}, "党总支书记", true},
		"the branch":                   {[]string{"联络员", "党支部书记"}, "党支部书记", true},
		"a contact answers for nobody": {[]string{"联络员"}, "", false},
		"nor does another deputy":      {[]string{"党组副书记", "局长"}, "", false},
		"nobody":                       {},
	} {
		at, acting := lifecycle.Answerable(c.held)
		if c.want == "" {
			require.Equal(t, -1, at, name)
		} else {
			require.Equal(t, c.want, c.held[at], name)
		}
		require.Equal(t, c.acting, acting, name)
	}
}
