package workbook

import (
	"strings"
	"unicode/utf8"
)

// mark stands before a text that could be taken for a formula, and before one
// that begins with it, so that it can be taken away again without a doubt.
const mark = "'"

// dangerous are the characters by which a spreadsheet, or what reads a CSV, may
// know a formula. In Chinese systems the full-width ones count as well.
const dangerous = "=+-@\t\r\n＝＋－＠" + mark

// longest is how many UTF-16 units a cell can hold; more would be cut off
// without a word.
const longest = 32_767

const cutOff = "……（未完，全文见案卷）"

// Safe is a text as it stands in a cell.
func Safe(text string) string {
	if first := strings.TrimLeft(text, " \u00a0\u3000\ufeff"); first != "" && strings.ContainsRune(dangerous, rune1(first)) {
		text = mark + text
	}
	return shorten(text)
}

// Unsafe is the text again: what Safe was given, if it was not cut.
func Unsafe(cell string) string { return strings.TrimPrefix(cell, mark) }

func rune1(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// shorten cuts a text that no cell can hold, and says so.
func shorten(text string) string {
	if len(text) <= longest { // no text has more units than bytes
		return text
	}
	room, units, end := longest-utf8.RuneCountInString(cutOff), 0, 0
	for i, r := range text {
		if units <= room {
			end = i
		}
		units++
		if r > 0xFFFF {
			units++
		}
	}
	if units <= longest {
		return text
	}
	return text[:end] + cutOff
}
