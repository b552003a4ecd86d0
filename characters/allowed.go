package characters

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Fault is a character that a text may not have.
type Fault struct {
	// At is which character of the text it is, from 1.
	At int
	// Rune is the character; utf8.RuneError also for bytes that are none.
	Rune rune
	// zh and en say what it is.
	zh, en string
}

// ZH says which character it is and where, as part of a Chinese sentence.
func (f Fault) ZH() string { return fmt.Sprintf("第%d个字符U+%04X（%s）", f.At, f.Rune, f.zh) }

// EN is the same in English.
func (f Fault) EN() string { return fmt.Sprintf("character %d, U+%04X (%s)", f.At, f.Rune, f.en) }

// Refuse are the sentences that refuse a text for it; zh and en say which text.
func (f Fault) Refuse(zh, en string) (sentenceZH, sentenceEN string) {
	return zh + "的" + f.ZH() + "不能使用，请删除或者重新输入。", en + " may not have " + f.EN() + "; delete or retype it."
}

// Text returns the first character that a text of several lines may not have;
// nil when there is none.
func Text(text string) *Fault { return first(text, refused) }

// Line is the same for what stands on one line: a title, a name, a number.
func Line(text string) *Fault {
	return first(text, func(r rune) (zh, en string) {
		switch r {
		case '\n', '\r':
			return "换行", "a line break"
		case '\t':
			return "制表符", "a tab"
		}
		return refused(r)
	})
}

func first(text string, refused func(rune) (zh, en string)) *Fault {
	at := 0
	for _, r := range text {
		at++
		if zh, en := refused(r); zh != "" {
			return &Fault{At: at, Rune: r, zh: zh, en: en}
		}
	}
	return nil
}

// refused says what a character is that no text may have; nothing of one that is
// allowed. It goes by Unicode's blocks and not by what this version of Go knows
// to be assigned: people have names with characters that are newer.
func refused(r rune) (zh, en string) {
	switch {
	case r == '\n', r == '\t':
		return "", ""
	case r == utf8.RuneError:
		return "原来的字符已经丢失", "a character was lost here"
	case r == 0xFFFC:
		return "图片等对象的占位符", "it stands for a picture or another object"
	case r == 0xFEFF:
		return "看不见的字节顺序标记", "an invisible byte order mark"
	case r == 0x2028, r == 0x2029, r == '\v', r == '\f', r == 0x85:
		return "特殊的换行", "an unusual line break"
	case unicode.IsControl(r):
		return "控制字符", "a control character"
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return "看不见、会颠倒文字顺序的字符", "it is invisible and turns the order of the text"
	case r >= 0x206A && r <= 0x206F, r >= 0xFFF9 && r <= 0xFFFB, r == 0xE0001, r >= 0xE0020 && r <= 0xE007F:
		return "看不见的格式字符", "an invisible format character"
	case r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
		return "不是字符的编码", "a code point that is no character"
	}
	return "", ""
}

// Private returns the first character that is in private use; nil when there is
// none. Only who has the right font sees it: it is allowed, and worth a warning.
func Private(text string) *Fault {
	return first(text, func(r rune) (zh, en string) {
		if unicode.Is(unicode.Co, r) {
			return "自造字", "in private use"
		}
		return "", ""
	})
}

// Shown is a text that somebody else chose, fit to be shown on a line: what may
// not stand there is a question mark.
func Shown(text string) string {
	return strings.Map(func(r rune) rune {
		if Line(string(r)) != nil {
			return '?'
		}
		return r
	}, text)
}

// Trim takes off the blanks around a text, also those that do not show.
func Trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
}

// Blank reports whether nothing of a text shows.
func Blank(text string) bool { return Trim(text) == "" }
