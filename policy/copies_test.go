package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/policy"
)

const headLine = "  - {from: L3, role: head, "

// Issue 10 item 12: who gets what at which level is the policy's, and a list that
// names nobody who could read is refused by its field.
func TestCopiesAreChecked(t *testing.T) {
	t.Parallel()
	for _, b := range []struct{ name, line, field, reason, zh string }{
		{"nobody", "  - {from: L3, ", "copies[1]", "expected a post or a role, one of them", "应写明post或者role，只写一项"},
		{"two at once", "  - {from: L3, post: 联络员, role: head, ", "copies[1]", "expected a post or a role, one of them", "应写明post或者role，只写一项"},
		{"a post no unit has", "  - {from: L3, post: 局长, ", "copies[1].post", "expected one of 党组书记, 机关党委书记, 专职副书记, 党支部书记, 联络员", "应为下列之一：党组书记"},
		{"a role that is not up the line", "  - {from: L3, role: inspector, ", "copies[1].role", "expected one of head, leader, committee_secretary", "应为下列之一：head"},
		{"a level there is not", "  - {from: L6, role: head, ", "copies[1].from", "expected a level: L0 to L5, got ", "L6"},
		{"the same twice", "  - {from: L4, post: 机关党委书记, ", "copies[1]", "given twice: first on line ", "第"},
	} {
		text := string(policy.DefaultText())
		require.Contains(t, text, headLine)
		_, err := policy.Read(strings.NewReader(strings.Replace(text, headLine, b.line, 1)))
		var errs policy.Errors
		require.ErrorAs(t, err, &errs, b.name)
		require.Len(t, errs, 1, b.name)
		require.Equal(t, b.field, errs[0].Field, b.name)
		require.Contains(t, errs[0].Reason, b.reason, b.name)
		require.Contains(t, errs[0].ZH(), b.zh, b.name)
	}
}

// A policy stored before copies were listed has those that held then; one with an
// empty list has none.
func TestAPolicyWithoutCopies(t *testing.T) {
	t.Parallel()
	text := string(policy.DefaultText())
	from := strings.Index(text, "copies:\n")
	to := from + strings.Index(text[from:], "\n\n")
	read := func(copies string) *policy.Policy {
		p, err := policy.Read(strings.NewReader(text[:from] + copies + text[to:]))
		require.NoError(t, err)
		return p
	}
	want := policy.Default().Copied()
	got := read("").Copied()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, [3]any{want[i].From, want[i].Post, want[i].Role}, [3]any{got[i].From, got[i].Post, got[i].Role})
	}
	require.Empty(t, read("copies: []").Copied())
	one := read("copies: [{from: L0, role: leader, source: 市委文件}]").Copied()
	require.Equal(t, []policy.Copy{{From: policy.L0, Role: "leader", Source: "市委文件"}}, one)
}
