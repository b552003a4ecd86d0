package characters

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is what two texts have in common that are the same to a reader. The width
// and the case of letters do not count, nor blanks and what does not show, nor
// which of the dots, brackets, quotes and dashes that look alike was typed; a
// radical, as a PDF gives it for a character, is the character.
//
// It is for comparing and for searching alone.
func Fold(text string) string {
	if !plain(text) {
		text = norm.NFKC.String(strings.Map(func(r rune) rune {
			if invisible(r) { // it would keep a letter from its accent
				return -1
			}
			return r
		}, text))
	}
	return strings.Map(fold, text)
}

// plain reports whether a text is all ASCII and unified ideographs, which no
// normalisation changes.
func plain(text string) bool {
	for _, r := range text {
		if r >= utf8.RuneSelf && (r < 0x4E00 || r > 0x9FFF) {
			return false
		}
	}
	return true
}

// fold is what a character counts as; -1 when it does not count.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		switch {
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r == ' ', r >= '\t' && r <= '\r':
			return -1
		case r == '[', r == '{':
			return '('
		case r == ']', r == '}':
			return ')'
		}
		return r
	}
	if r >= 0x4E00 && r <= 0x9FFF {
		return r
	}
	if like, ok := radicals[r]; ok {
		return like
	}
	switch {
	case unicode.IsSpace(r), invisible(r):
		return -1
	case strings.ContainsRune("·•‧∙⋅・⸱⸳ꞏ᛫", r):
		return '·'
	case strings.ContainsRune("〔【〖〘", r):
		return '('
	case strings.ContainsRune("〕】〗〙", r):
		return ')'
	case strings.ContainsRune("“”„‟〝〞〟「」『』", r):
		return '"'
	case strings.ContainsRune("‘’‚‛", r):
		return '\''
	case unicode.Is(unicode.Pd, r), r == '−', r == '─':
		return '-'
	case r == '○', r == '◯':
		return '〇'
	case r == '〜', r == '∼':
		return '~'
	}
	return unicode.ToLower(r)
}

// invisible: the characters that Unicode calls default ignorable, which no font
// shows.
func invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r), r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return r == 0x034F || r == 0x115F || r == 0x1160 || r == 0x17B4 || r == 0x17B5 || r == 0x2065 || r == 0x3164 || r == 0xFFA0 || r >= 0xFFF0 && r <= 0xFFF8
}
