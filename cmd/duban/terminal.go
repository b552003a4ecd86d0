package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What comes out of a file, the record or the network is printed here and nowhere
// else: a terminal obeys what it is sent, and a name can hold what wipes the lines
// above it, or a line of its own that says that all is well.
//
//nolint:gochecknoglobals // the two places where this program prints
var (
	stdout io.Writer = terminal{os.Stdout}
	stderr io.Writer = terminal{os.Stderr}
)

// A terminal shows what it would otherwise obey. Lines and tabs are left as they
// are: whoever prints one line out of outside texts uses printLine.
type terminal struct{ out io.Writer }

// Write writes a whole text.
func (t terminal) Write(p []byte) (int, error) {
	if _, err := io.WriteString(t.out, shown(string(p), "\n\t")); err != nil {
		return 0, err
	}
	return len(p), nil
}

// printLine prints exactly one line.
func printLine(out io.Writer, format string, args ...any) {
	_, _ = io.WriteString(out, shown(fmt.Sprintf(format, args...), "\t")+"\n")
}

// inLine is a text from outside as it may stand in a column.
func inLine(text string) string { return shown(text, "") }

// shown is a text with everything escaped that is not to be seen, or that changes
// how the rest is seen, but for the kept characters.
func shown(text, kept string) string {
	var out strings.Builder
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, text[i])
		case visible(r), strings.ContainsRune(kept, r):
			out.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			out.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return out.String()
}

// visible reports whether a character shows itself and nothing else. Rare
// characters of names are ones that this program's tables may not know yet, or that
// a city gave a place for private use.
func visible(r rune) bool {
	const ideographs, endOfIdeographs = 0x20000, 0x3ffff
	return unicode.IsPrint(r) || r == '\u3000' || unicode.Is(unicode.Co, r) || r >= ideographs && r <= endOfIdeographs
}
