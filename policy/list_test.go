package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/policy"
)

const problemsLine = "  problems: {ends: after, after: 12M, source: assumed}\n"

// Issue 4 point 4: how an entry on a list ends is policy, and a rule that says it
// in a way nobody can follow is refused by its field.
func TestHowAnEntryEndsIsChecked(t *testing.T) {
	t.Parallel()
	for _, b := range []struct{ name, line, field, reason string }{
		{"an ending nobody knows", "  problems: {ends: never, source: assumed}\n", "lists.problems.ends", "expected one of year_end, after, decision"},
		{"after a time, but which", "  problems: {ends: after, source: assumed}\n", "lists.problems", "expected after: how long an entry lasts"},
		{"a time that ends nothing", "  problems: {ends: decision, after: 12M, source: assumed}\n", "lists.problems.after", "expected no period: only an entry that ends after a time has one"},
		{"a list nobody keeps", problemsLine + "  blacklist: {ends: year_end, source: assumed}\n", "lists.blacklist", "unknown: expected one of problems, assessment"},
		{"a list left out", "", "lists.problems", "missing"},
	} {
		text := string(policy.DefaultText())
		require.Contains(t, text, problemsLine)
		_, err := policy.Read(strings.NewReader(strings.Replace(text, problemsLine, b.line, 1)))
		var errs policy.Errors
		require.ErrorAs(t, err, &errs, b.name)
		require.Len(t, errs, 1, b.name)
		require.Equal(t, b.field, errs[0].Field, b.name)
		require.Equal(t, b.reason, errs[0].Reason, b.name)
	}
}

// A step or rule that lists nobody names no list.
func TestOnlyAListingNamesAList(t *testing.T) {
	t.Parallel()
	text := strings.Replace(string(policy.DefaultText()), "measure: reminder_talk, gate:", "measure: reminder_talk, list: problems, gate:", 1)
	_, err := policy.Read(strings.NewReader(text))
	require.ErrorContains(t, err, "ladder[3].list: expected no list: the measure is not negative_list")
	text = strings.Replace(string(policy.DefaultText()), "list: assessment,", "list: everybody,", 1)
	_, err = policy.Read(strings.NewReader(text))
	require.ErrorContains(t, err, "type_rules[1].list: expected one of problems, assessment")
}

// A policy stored before there were two lists is still read: its listings are of
// the assessment, which they were, and end with the year.
func TestAPolicyWithoutLists(t *testing.T) {
	t.Parallel()
	text := string(policy.DefaultText())
	from := strings.Index(text, "lists:\n")
	to := from + strings.Index(text[from:], "\n\n")
	text = text[:from] + text[to:]
	text = strings.NewReplacer("list: problems, ", "", "list: assessment, ", "").Replace(text)
	p, err := policy.Read(strings.NewReader(text))
	require.NoError(t, err)
	step, _ := p.Step(policy.L5)
	require.Equal(t, policy.ListAssessment, step.List)
	for _, l := range policy.Lists() {
		require.Equal(t, policy.EndsWithYear, p.Listing(l).Ends)
	}
}

// The lists of the default policy: the ladder puts on the one, the article's 24
// units stand on the other.
func TestDefaultLists(t *testing.T) {
	t.Parallel()
	p := policy.Default()
	step, _ := p.Step(policy.L5)
	require.Equal(t, policy.ListProblems, step.List)
	require.Equal(t, policy.ListAssessment, p.Proposed("C03", "M0301")[0].List)
	require.Equal(t, "12M", p.Listing(policy.ListProblems).After.String())
	require.Equal(t, policy.EndsWithYear, p.Listing(policy.ListAssessment).Ends)
	require.Empty(t, p.Proposed("C03", "M0302")[0].List)
}
