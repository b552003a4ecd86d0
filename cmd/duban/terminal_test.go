package main

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a file calls itself cannot move the cursor, turn the writing round, hide
// what follows, or begin a line of its own.
func TestOutsideTextIsShownAndNotObeyed(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"\x1b[2K\rok":         `\x1b[2K\rok`,
		"a\nok: 案卷完整":         `a\nok: 案卷完整`,
		"甲\u202e乙\u2066":      `甲\u202e乙\u2066`,
		"\u009b8m\u0085x\x7f": `\u009b8m\u0085x\x7f`,
		"零\u200b宽\ufeff":      `零\u200b宽\ufeff`,
		"a\xffb\xc3":          `a\xffb\xc3`,
		"张𠮷　\ue000\U00033000": "张𠮷　\ue000\U00033000",
	} {
		var out bytes.Buffer
		printLine(terminal{&out}, "%s", given)
		require.Equal(t, want+"\n", out.String())
		require.Equal(t, want, inLine(given))
	}
	var out bytes.Buffer
	_, err := fmt.Fprintf(terminal{&out}, "a\tb\n%s\n", "\x1b]0;x\x07")
	require.NoError(t, err)
	require.Equal(t, "a\tb\n\\x1b]0;x\\a\n", out.String())
}
