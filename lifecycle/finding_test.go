package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// Issue "Campaigns", 2: a root cause is a code of the table, and may be said in
// words besides.
func TestARootCauseIsACodeAndMayHaveWords(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := steps(t, w, &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}, "author", newCase(), "author", lifecycle.SubmitDraft{})
	finding := accept(lifecycle.Immediate, "")
	for code, want := range map[string]string{"": "required", "R9": "unknown_code", "书记认识不够": "unknown_code"} {
		finding.RootCause = code
		refusedAs(t, w, n, "head", want, finding)
	}
	finding.RootCause, finding.RootCauseText = "R1", "书记认识不够"
	c := steps(t, w, n, "head", finding).c
	require.Equal(t, "R1", c.Finding.RootCause)
	require.Equal(t, "书记认识不够", c.Finding.RootCauseText)
}
