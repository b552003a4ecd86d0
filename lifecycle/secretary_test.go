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

// Section 2: only the secretary signs receipts and reports, and who that is the
// register says, as far as it names somebody who could.
func TestWhoHoldsNoPostSignsNot(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := steps(t, w, &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}, "author", newCase(), "author", lifecycle.SubmitDraft{},
		"head", accept(lifecycle.ByDeadline, ""), "officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{})
	sign := func(who string, posts ...lifecycle.PostHeld) string {
		w.rules.Known.Posts = posts
		refused := codeOf(w.command(n, lifecycle.RecordReceipt{Manner: lifecycle.Electronic}, people[who]).refusal)
		allowed := lifecycle.Allowed(n.c, people[who], n.now, w.rules)
		if refused == "" {
			require.Contains(t, allowed, lifecycle.KindRecordReceipt)
		} else {
			require.NotContains(t, allowed, lifecycle.KindRecordReceipt)
		}
		return refused
	}
	was := term("党组书记", "甲", "secretary", "2020-01-01", "2026-03-01")
	now := term("党组书记", "乙", "successor", "2026-03-02", "")
	require.Equal(t, "not_in_office", sign("secretary", was, now))
	require.Empty(t, sign("successor", was, now))
	require.Equal(t, "not_in_office", sign("secretary", was, term("机关党委书记", "乙", "successor", "2020-01-01", "")), "another acts")
	require.Empty(t, sign("secretary"), "nothing is known of posts")
	require.Empty(t, sign("secretary", was), "nobody answers")
	require.Empty(t, sign("secretary", was, term("党组书记", "乙", "", "2026-03-02", "")), "who answers cannot sign")
	elsewhere := now
	elsewhere.Unit = "u0"
	require.Empty(t, sign("secretary", elsewhere), "a unit it came from")

	w.rules.Known.Posts = []lifecycle.PostHeld{was, now}
	n = steps(t, w, n, "successor", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	plan := lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{{Text: "建立台账", Kind: lifecycle.EstablishSystem, Owner: "张三", Due: day("2026-03-20")}}}
	require.Equal(t, "not_in_office", codeOf(w.command(n, plan, people["secretary"]).refusal))
	require.Empty(t, codeOf(w.command(n, plan, people["contact"]).refusal), "a contact prepares whoever is secretary")
}
