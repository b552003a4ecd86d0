package documents_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/documents"
)

// GB/T 9704 7.3.1: a title's lines are whole in meaning.
func TestTitlesBreakBetweenWords(t *testing.T) {
	t.Parallel()
	for title, want := range map[string][]string{
		"关于台账不全问题的反馈意见":               {"关于台账不全问题的反馈意见"},
		"关于2026年度市直机关党建督查发现问题的反馈意见":   {"关于2026年度市直机关党建", "督查发现问题的反馈意见"},
		"关于组织生活制度落实不严格问题整改回头看情况的反馈意见": {"关于组织生活制度落实不严格", "问题整改回头看情况的反馈意见"},
	} {
		require.Equal(t, want, documents.TitleLines(title))
	}
}

// Whatever a title says, nothing of it is lost and every line fits.
func TestTitlesFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		title := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"党建", "督查", "的", "，", "（", "）", "2026年", "某", "问题", "《", "》", "9"}), 1, 60).Draw(t, "parts"), "")
		lines := documents.TitleLines(title)
		require.Equal(t, title, strings.Join(lines, ""))
		for _, l := range lines {
			require.LessOrEqual(t, utf8.RuneCountInString(l), 19)
			require.NotEmpty(t, l)
		}
		require.Len(t, lines, (utf8.RuneCountInString(title)+18)/19)
	})
}
