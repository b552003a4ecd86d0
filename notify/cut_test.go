package notify_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/notify"
)

const cutMark = "…（全文见系统）"

func TestCutting(t *testing.T) {
	t.Parallel()
	require.Equal(t, "督办", notify.Cut("督办", 6), "what fits is whole")
	require.Equal(t, "督"+cutMark, notify.Cut(strings.Repeat("督", 100), len(cutMark)+5), "not in the middle of a character")
	require.Equal(t, "督"+cutMark, notify.Cut("督 \n"+strings.Repeat("办", 100), len(cutMark)+6), "no blank before the mark")
	require.Equal(t, cutMark, notify.Cut(strings.Repeat("督", 100), len(cutMark)))
	require.Empty(t, notify.Cut("督办督办", 5))
	require.Empty(t, notify.Cut("", 0))
}

// Whatever the text and the limit: it fits, it is whole characters, and it is a
// beginning of the text.
func TestCuttingAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("督办a \n😀é\"")), 0, 200, -1).Draw(t, "text")
		limit := rapid.IntRange(0, 300).Draw(t, "limit")
		got := notify.Cut(text, limit)
		require.LessOrEqual(t, len(got), limit)
		require.True(t, utf8.ValidString(got))
		if got == text || got == "" {
			return
		}
		begun, marked := strings.CutSuffix(got, cutMark)
		require.True(t, marked)
		require.True(t, strings.HasPrefix(text, begun))
	})
}
