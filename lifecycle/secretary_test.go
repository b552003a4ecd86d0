package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
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

func term(post, person, account, since, until string) lifecycle.PostHeld {
	p := lifecycle.PostHeld{Post: post, Person: person, Since: day(since), Unit: "u1", Account: account}
	if until != "" {
		p.Until = day(until)
	}
	return p
}

// F5: what changed is who answers, not who holds some post, and from which day.
func TestWhoTookOffice(t *testing.T) {
	t.Parallel()
	was := term("党组书记", "甲", "a", "2020-01-01", "2026-02-28")
	for name, c := range map[string]struct {
		posts   []lifecycle.PostHeld
		who     string
		since   string
		changed bool
	}{
		"a successor":              {[]lifecycle.PostHeld{was, term("党组书记", "乙", "b", "2026-03-01", "")}, "乙", "2026-03-01", true},
		"after a vacancy":          {[]lifecycle.PostHeld{was, term("党组书记", "乙", "b", "2026-03-02", "")}, "乙", "2026-03-02", true},
		"who acts meanwhile":       {[]lifecycle.PostHeld{was, term("机关党委书记", "丙", "c", "2019-01-01", "")}, "丙", "2026-03-01", true},
		"the same person":          {[]lifecycle.PostHeld{was, term("党委书记", "甲", "a", "2026-03-01", "")}, "甲", "2020-01-01", false},
		"another of the same name": {[]lifecycle.PostHeld{was, term("党组书记", "甲", "a2", "2026-03-01", "")}, "甲", "2026-03-01", true},
		"the register's first":     {[]lifecycle.PostHeld{term("党组书记", "乙", "b", "2026-03-01", "")}, "乙", "2026-03-01", false},
		"a post beside it":         {[]lifecycle.PostHeld{term("党组书记", "乙", "b", "2020-01-01", ""), term("党支部书记", "丙", "c", "2026-03-01", "")}, "乙", "2020-01-01", false},
		"not yet":                  {[]lifecycle.PostHeld{term("党组书记", "甲", "a", "2020-01-01", "2026-03-31"), term("党组书记", "乙", "b", "2026-04-01", "")}, "甲", "2020-01-01", false},
		"nobody":                   {[]lifecycle.PostHeld{was}, "", "", false},
	} {
		who, since, changed := lifecycle.TookOffice(c.posts, day("2026-03-10"))
		require.Equal(t, []any{c.who, c.changed}, []any{who.Person, changed}, name)
		if c.since != "" {
			require.Equal(t, day(c.since), since, name)
		} else {
			require.Equal(t, calendar.Date{}, since, name)
		}
	}
}
