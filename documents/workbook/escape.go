package workbook

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// escapeLength is how long an escape is: _x000D_ is how a workbook writes what
// XML cannot, and _x005F_ the underscore of a text that would look like one.
const escapeLength = len("_x000D_")

// decoded is a cell's text without escapes, its lines ended as the record ends
// them.
func decoded(text string) string {
	if !strings.Contains(text, "_x") {
		return unixLines(text)
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		var units []uint16 // a character outside the first plane takes two escapes
		for unit, ok := escape(text[i:]); ok; unit, ok = escape(text[i:]) {
			units = append(units, unit)
			i += escapeLength
		}
		for _, r := range utf16.Decode(units) {
			out.WriteRune(r)
		}
		if i < len(text) {
			out.WriteByte(text[i])
			i++
		}
	}
	return unixLines(out.String())
}

// escape reads the escape that a text begins with, if it does. A NUL is none:
// nothing can hold one.
func escape(text string) (unit uint16, ok bool) {
	if len(text) < escapeLength || !strings.HasPrefix(text, "_x") || text[escapeLength-1] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:escapeLength-1], 16, 16)
	return uint16(n), err == nil && n > 0
}

// unixLines ends lines by a line feed alone.
func unixLines(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// guarded is a text in which nothing is taken for an escape.
func guarded(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var out strings.Builder
	for i := range len(text) {
		if _, ok := escape(text[i:]); ok {
			out.WriteString("_x005F")
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
