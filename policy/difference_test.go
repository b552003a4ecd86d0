package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/policy"
)

// What differs is told by field, with both texts; layout and comments are no
// difference, and an entry added to a list moves none of the others.
func TestDifferences(t *testing.T) {
	t.Parallel()
	before := policy.Default()
	require.Empty(t, policy.Differences(before, before))
	text := string(before.Text())
	for _, change := range [][2]string{
		{"draft: {within: 10WD,", "draft: {within:   8WD,"},
		{"remind: [10WD, 5WD, 1WD],", "remind: [10WD, 3WD],"},
		{"    - {code: M0101,", "    - {code: M0102, category: C01, zh: 台账不全, en: incomplete records}\n    - {code: M0101,"},
		{"# The committee's own clocks.", "# 本机关时限"},
		{"extension: {ask_before: 3WD, max: 30D,", "extension: {max: 30D, ask_before: 3WD,"},
	} {
		require.Equal(t, 1, strings.Count(text, change[0]), change[0])
		text = strings.Replace(text, change[0], change[1], 1)
	}
	after, err := policy.Read(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, []policy.Difference{
		{Field: "clocks.draft.within", Was: "10WD", Now: "8WD"},
		{Field: "clocks.rectification.remind", Was: "10WD, 5WD, 1WD", Now: "10WD, 3WD"},
		{Field: "codes.matters[M0102].code", Now: "M0102"},
		{Field: "codes.matters[M0102].category", Now: "C01"},
		{Field: "codes.matters[M0102].zh", Now: "台账不全"},
		{Field: "codes.matters[M0102].en", Now: "incomplete records"},
	}, policy.Differences(before, after))
	back := policy.Differences(after, before)
	require.Len(t, back, 6)
	require.Equal(t, policy.Difference{Field: "codes.matters[M0102].code", Was: "M0102"}, back[2])
}
