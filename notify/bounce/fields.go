package bounce

import (
	"bufio"
	"io"
	"iter"
	"strings"
)

// maxValue is how much of a field is kept.
const maxValue = 2000

// fields reads fields as they stand in reports and in what came back: names in
// lower case, long values cut, an empty name where a blank line was. A line that
// is none is passed over, because one of them must not hide the rest.
func fields(r io.Reader) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		var name, value string
		flush := func() bool {
			if name == "" {
				return true
			}
			going := yield(name, strings.TrimSpace(value))
			name, value = "", ""
			return going
		}
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 4<<10), maxHeader)
		for lines.Scan() {
			line := strings.TrimRight(lines.Text(), "\r")
			switch {
			case strings.TrimSpace(line) == "":
				if !flush() || !yield("", "") {
					return
				}
			case line[0] == ' ' || line[0] == '\t':
				if name != "" && len(value) < maxValue {
					value += " " + head(strings.TrimSpace(line), maxValue)
				}
			default:
				if !flush() {
					return
				}
				key, text, found := strings.Cut(line, ":")
				if found && !strings.ContainsAny(strings.TrimSpace(key), " \t") {
					name, value = strings.ToLower(strings.TrimSpace(key)), head(strings.TrimSpace(text), maxValue)
				}
			}
		}
		flush()
	}
}

// head is the first bytes of a text.
func head(text string, limit int) string { return text[:min(len(text), limit)] }
