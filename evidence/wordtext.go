package evidence

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// judgeWord reads the text of an old document for its fields: a field stands
// between marks, its code before its result. One of the two tables says where
// the pieces of the text lie.
func judgeWord(document, zero, one []byte) error {
	const (
		magic, flagsAt, encrypted, whichTable = 0xa5ec, 0x0a, 0x100, 0x200
		piecesAt                              = 0x1a2
	)
	if len(document) < piecesAt+8 || binary.LittleEndian.Uint16(document) != magic {
		// Word 6 and 95 keep the text in one piece.
		return judgeLoose(document)
	}
	flags := binary.LittleEndian.Uint16(document[flagsAt:])
	if flags&encrypted != 0 {
		return refusedEncrypted()
	}
	from, length := binary.LittleEndian.Uint32(document[piecesAt:]), binary.LittleEndian.Uint32(document[piecesAt+4:])
	table := zero
	if flags&whichTable != 0 {
		table = one
	}
	if err := judgeTemplate(document, table); err != nil {
		return err
	}
	if uint64(from)+uint64(length) > uint64(len(table)) {
		return nil
	}
	return judgeMarked(wordText(document, table[from:from+length]))
}

// wordText puts the pieces of a text together.
func wordText(document, clx []byte) string {
	const properties, table, piece = 1, 2, 8
	for len(clx) > 0 && clx[0] == properties {
		if len(clx) < 3 {
			return ""
		}
		length := 3 + int(binary.LittleEndian.Uint16(clx[1:]))
		if length > len(clx) {
			return ""
		}
		clx = clx[length:]
	}
	if len(clx) < 5 || clx[0] != table {
		return ""
	}
	clx = clx[5:]
	count := (len(clx) - 4) / (4 + piece)
	var text strings.Builder
	for i := range max(count, 0) {
		characters := int64(binary.LittleEndian.Uint32(clx[4*(i+1):])) - int64(binary.LittleEndian.Uint32(clx[4*i:]))
		at := int64(binary.LittleEndian.Uint32(clx[4*(count+1)+piece*i+2:]))
		const narrow = 1 << 30
		width := int64(2)
		if at&narrow != 0 {
			at, width = (at&^narrow)/2, 1
		}
		if characters < 0 || at+characters*width > int64(len(document)) || int64(text.Len())+characters > int64(len(document))*2 {
			continue
		}
		text.WriteString(pieceText(document[at:at+characters*width], width))
	}
	return text.String()
}

func pieceText(raw []byte, width int64) string {
	if width == 1 {
		text, _ := charmap.Windows1252.NewDecoder().Bytes(raw) // every byte is a character
		return string(text)
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// judgeMarked looks at the fields of a text, which stand between marks.
func judgeMarked(text string) error {
	const begin, middle, end = 0x13, 0x14, 0x15
	var s scanner
	s.text = true
	from := 0
	for i := 0; i < len(text); i++ {
		var kind string
		switch text[i] {
		case begin:
			kind = "begin"
		case middle:
			kind = "separate"
		case end:
			kind = "end"
		default:
			continue
		}
		s.chars(text[from:i])
		from = i + 1
		if err := s.fieldChar(kind); err != nil {
			return err
		}
	}
	return nil
}

// judgeLoose looks for fields in what is text in places, in pieces that overlap.
func judgeLoose(content []byte) error {
	const piece, overlap = 1 << 20, 64 << 10
	for at := 0; at < len(content); at += piece - overlap {
		part := content[at:min(len(content), at+piece)]
		for _, width := range []int64{1, 2} {
			if err := judgeMarked(pieceText(part, width)); err != nil {
				return err
			}
		}
	}
	return nil
}

// judgeTemplate looks at where an old document has its template from, the second
// of the texts that belong to it.
func judgeTemplate(document, table []byte) error {
	const at, wideMark, template = 0x19a, 0xffff, 1
	if len(document) < at+8 {
		return nil
	}
	from, length := uint64(binary.LittleEndian.Uint32(document[at:])), uint64(binary.LittleEndian.Uint32(document[at+4:]))
	const head = 6
	if length < head || from+length > uint64(len(table)) {
		return nil
	}
	texts := table[from : from+length]
	if binary.LittleEndian.Uint16(texts) != wideMark {
		return nil
	}
	texts = texts[head:]
	for i := 0; len(texts) >= 2; i++ {
		n := 2 * int(binary.LittleEndian.Uint16(texts))
		if 2+n > len(texts) {
			return nil
		}
		if i == template {
			if to := pieceText(texts[2:2+n], 2); elsewhere(to) {
				return refusedOutside(to)
			}
			return nil
		}
		texts = texts[2+n:]
	}
	return nil
}
