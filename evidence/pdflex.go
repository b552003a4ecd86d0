package evidence

import (
	"bytes"
	"strconv"
	"unicode/utf16"
)

// What a PDF is made of. A dictionary keeps what is written twice: readers
// differ in which of the two counts.
type (
	pdfName   string
	pdfString string
	pdfNumber int
	pdfRef    int
	pdfArray  []any
	pdfDict   []pdfPair
	// pdfWord is a bare word: null, true, endobj, or nonsense.
	pdfWord string
)

type pdfPair struct {
	key   pdfName
	value any
}

// get lists the values of a key.
func (d pdfDict) get(key pdfName) []any {
	var all []any
	for _, p := range d {
		if p.key == key {
			all = append(all, p.value)
		}
	}
	return all
}

func (d pdfDict) has(key pdfName) bool { return len(d.get(key)) > 0 }

// A lexer reads the objects of a PDF, and goes on behind whatever is wrong, as
// readers do.
type lexer struct {
	data []byte
	at   int
	// deep says that the objects lie in each other more deeply than a reader
	// goes.
	deep bool
}

// maxNesting is how deeply dictionaries and arrays may lie in each other.
const maxNesting = 200

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// skip passes white space and comments.
func (l *lexer) skip() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case isSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// closing is what ends an array or a dictionary, or everything.
type closing string

// value reads the next object. Behind the last there is closing("").
func (l *lexer) value(depth int) any {
	l.skip()
	if l.at >= len(l.data) {
		return closing("")
	}
	if depth > maxNesting {
		l.deep = true
		l.at = len(l.data)
		return closing("")
	}
	c := l.data[l.at]
	switch {
	case c == '/':
		return l.name()
	case c == '(':
		return l.text()
	case c == '<' && l.at+1 < len(l.data) && l.data[l.at+1] == '<':
		l.at += 2
		return l.dict(depth)
	case c == '<':
		return l.hex()
	case c == '>' && l.at+1 < len(l.data) && l.data[l.at+1] == '>':
		l.at += 2
		return closing(">>")
	case c == '[':
		l.at++
		return l.array(depth)
	case c == ']':
		l.at++
		return closing("]")
	case isDelimiter(c):
		l.at++
		return pdfWord(string(c))
	default:
		return l.word()
	}
}

// ends reports whether a value ends the object that is being read.
func ends(v any) bool {
	switch v := v.(type) {
	case closing:
		return v == ""
	case pdfWord:
		return v == "endobj" || v == "obj" || v == "stream" || v == "endstream" || v == "xref" || v == "trailer" || v == "startxref"
	}
	return false
}

func (l *lexer) array(depth int) pdfArray {
	var all pdfArray
	for {
		before := l.at
		v := l.value(depth + 1)
		switch {
		case v == closing("]"):
			return all
		case ends(v):
			l.at = before
			return all
		case v == closing(">>"): // the dictionary around it ends
			l.at = before
			return all
		}
		all = append(all, v)
	}
}

func (l *lexer) dict(depth int) pdfDict {
	var d pdfDict
	var key pdfName
	awaited := false // a key has no value yet
	for {
		before := l.at
		v := l.value(depth + 1)
		if v == closing(">>") {
			return d
		}
		if ends(v) {
			l.at = before
			return d
		}
		name, is := v.(pdfName)
		switch {
		case !awaited && is:
			key, awaited = name, true
		case awaited:
			d, awaited = append(d, pdfPair{key, v}), false
		}
	}
}

// word reads a number, a reference or a bare word.
func (l *lexer) word() any {
	word := l.plainWord()
	number, err := strconv.Atoi(word)
	if err != nil {
		if f, err := strconv.ParseFloat(word, 64); err == nil && f < 1<<31 && f > -(1<<31) {
			return pdfNumber(f)
		}
		return pdfWord(word)
	}
	if number < 0 || number > 1<<30 {
		return pdfNumber(number)
	}
	before := l.at
	l.skip()
	if _, err := strconv.Atoi(l.plainWord()); err == nil {
		l.skip()
		if l.at < len(l.data) && l.data[l.at] == 'R' && (l.at+1 == len(l.data) || isSpace(l.data[l.at+1]) || isDelimiter(l.data[l.at+1])) {
			l.at++
			return pdfRef(number)
		}
	}
	l.at = before
	return pdfNumber(number)
}

func (l *lexer) plainWord() string {
	start := l.at
	for l.at < len(l.data) && !isSpace(l.data[l.at]) && !isDelimiter(l.data[l.at]) {
		l.at++
	}
	return string(l.data[start:l.at])
}

// name reads a name with its characters as they are meant: any of them may be
// written as # and two digits.
func (l *lexer) name() pdfName {
	l.at++
	raw := l.plainWord()
	if !bytes.ContainsRune([]byte(raw), '#') {
		return pdfName(raw)
	}
	meant := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			if code, err := strconv.ParseUint(raw[i+1:i+3], 16, 8); err == nil {
				meant = append(meant, byte(code))
				i += 2
				continue
			}
		}
		meant = append(meant, raw[i])
	}
	return pdfName(meant)
}

// text reads a string in brackets, which may hold brackets.
func (l *lexer) text() pdfString {
	var text []byte
	depth := 0
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch c {
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				l.at++
				return pdfString(text)
			}
		case '\\':
			if l.at++; l.at < len(l.data) {
				text = l.escaped(text)
			}
			continue
		}
		text = append(text, c)
	}
	return pdfString(text)
}

// escaped reads what stands behind a backslash.
func (l *lexer) escaped(text []byte) []byte {
	c := l.data[l.at]
	switch c {
	case 'n':
		return append(text, '\n')
	case 'r':
		return append(text, '\r')
	case 't':
		return append(text, '\t')
	case 'b', 'f', '\n':
		return text
	case '\r':
		if l.at+1 < len(l.data) && l.data[l.at+1] == '\n' {
			l.at++
		}
		return text
	}
	if c < '0' || c > '7' {
		return append(text, c)
	}
	code := 0
	digits := 0
	for ; digits < 3 && l.at+digits < len(l.data) && l.data[l.at+digits] >= '0' && l.data[l.at+digits] <= '7'; digits++ {
		code = code*8 + int(l.data[l.at+digits]-'0')
	}
	l.at += digits - 1
	return append(text, byte(code)) // readers drop what is over a byte
}

// hex reads a string of hexadecimal digits.
func (l *lexer) hex() pdfString {
	var text []byte
	high, half := byte(0), false
	for l.at++; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		var digit byte
		switch {
		case c >= '0' && c <= '9':
			digit = c - '0'
		case c >= 'a' && c <= 'f':
			digit = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			digit = c - 'A' + 10
		case c == '>':
			l.at++
			if half {
				text = append(text, high)
			}
			return pdfString(text)
		default:
			continue
		}
		if half {
			text = append(text, high|digit)
		} else {
			high = digit << 4
		}
		half = !half
	}
	return pdfString(text)
}

// plain is a string as text.
func (s pdfString) plain() string {
	if len(s) < 2 || s[:2] != "\xfe\xff" {
		return string(s)
	}
	var units []uint16
	for i := 2; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(units))
}
