package notify

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// mark ends a text that was cut.
const mark = "…（全文见系统）"

// Cut returns the text when it has at most so many bytes, else as much of its
// beginning as fits together with the mark that the rest is in the system. It
// cuts between characters only.
func Cut(text string, limit int) string { return cut(text, limit, rawSize) }

// cut is Cut, with characters that may weigh more than their bytes.
func cut(text string, limit int, size func(rune) int) string {
	total := 0
	for _, r := range text {
		total += size(r)
	}
	if total <= limit {
		return text
	}
	room := limit
	for _, r := range mark {
		room -= size(r)
	}
	var kept strings.Builder
	for _, r := range text {
		if room -= size(r); room < 0 {
			break
		}
		kept.WriteRune(r)
	}
	if limit < len(mark) { // no room even for the mark
		return ""
	}
	return strings.TrimRight(kept.String(), " \n\t") + mark
}

// rawSize is what a character weighs by itself.
func rawSize(r rune) int { return utf8.RuneLen(r) }

// jsonSize is what a character of a clean text weighs inside a JSON string, as
// encode writes it.
func jsonSize(r rune) int {
	if r == '"' || r == '\\' || r == '\n' || r == '\t' {
		return 2
	}
	return utf8.RuneLen(r)
}

// encode writes JSON as it is, without the escapes that pages need.
func encode(v any) ([]byte, error) {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return []byte(strings.TrimSuffix(text.String(), "\n")), nil
}
