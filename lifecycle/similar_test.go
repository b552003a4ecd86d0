package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/lifecycle"
)

// E4: a duplicate is warned of at registration, whatever the punctuation and
// the width of its characters; another finding is not.
func TestLikelyDuplicates(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"组织生活制度落实不严格", "组织生活制度落实不够严格"},
		{"未按时交纳党费（２０２６年上半年）", "未按时交纳党费(2026年上半年)"},
		{"支部换届不及时", "支部换届选举不及时"},
		{"A类", "ａ类"},
	} {
		require.GreaterOrEqual(t, lifecycle.Similar(pair[0], pair[1]), lifecycle.LikelyDuplicate, "%v", pair)
	}
	for _, pair := range [][2]string{
		{"组织生活制度落实不严格", "未按时交纳党费"},
		{"支部换届不及时", "党费交纳不及时"},
		{"", "问题"},
		{"，。", "、"},
	} {
		require.Less(t, lifecycle.Similar(pair[0], pair[1]), lifecycle.LikelyDuplicate, "%v", pair)
	}
}

func TestSimilarIsSymmetricAndBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := rapid.String().Draw(rt, "a"), rapid.String().Draw(rt, "b")
		s := lifecycle.Similar(a, b)
		require.InDelta(rt, s, lifecycle.Similar(b, a), 1e-12)
		require.True(rt, s >= 0 && s <= 1, "%v", s)
	})
}
