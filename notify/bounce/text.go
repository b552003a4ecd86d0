package bounce

import (
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message/charset" // decodes the text of parts, too
	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	// maxText is how many bytes of what a server said are kept, maxServer of its
	// name.
	maxText   = 500
	maxServer = 255
)

// clean makes one line of what a server said: in UTF-8, without what no reader
// sees or what turns the order of what a reader sees, and no longer than limit.
func clean(text string, limit int) string {
	words := mime.WordDecoder{CharsetReader: charset.Reader}
	if decoded, err := words.DecodeHeader(text); err == nil {
		text = decoded
	}
	text = strings.Join(strings.Fields(strings.Map(seen, inUTF8(text))), " ")
	if len(text) <= limit {
		return text
	}
	const mark = "…"
	end := limit - len(mark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + mark
}

// inUTF8 takes what is not UTF-8 for GB 18030, in which servers at home speak
// without saying so. A text may have been cut inside its last character.
func inUTF8(text string) string {
	for cut := range min(utf8.UTFMax, len(text)+1) {
		if whole := text[:len(text)-cut]; utf8.ValidString(whole) {
			return whole
		}
	}
	if decoded, err := simplifiedchinese.GB18030.NewDecoder().String(text); err == nil {
		return decoded
	}
	return strings.ToValidUTF8(text, "")
}

func seen(r rune) rune {
	switch {
	case r == '\n', r == '\t', r == '\r', r == 0x2028, r == 0x2029:
		return ' '
	case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}
