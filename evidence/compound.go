package evidence

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf16"
)

// compoundMagic begins a compound file, in which old Office and WPS keep their
// documents.
const compoundMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// judgeCompound says which documents a compound file may be called. It looks at
// every place an entry of a directory can lie at and follows no pointer, so no
// file can lead it astray, and a macro is found in an embedded document too.
func judgeCompound(f io.ReaderAt, size int64) ([]string, error) {
	const entryLength = 128
	var media []string
	r := io.NewSectionReader(f, 0, size)
	piece := make([]byte, pieceLength)
	for {
		n, err := io.ReadFull(r, piece)
		for at := 0; at+entryLength <= n; at += entryLength {
			switch entryName(piece[at : at+entryLength]) {
			case "Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA", "VBAProject":
				return nil, refusedMacros()
			case "EncryptedPackage", "EncryptionInfo":
				return nil, refusedEncrypted()
			case "WordDocument":
				media = append(media, "application/msword", "application/wps-office.wps")
			case "Workbook", "Book":
				media = append(media, "application/vnd.ms-excel", "application/wps-office.et")
			case "PowerPoint Document":
				media = append(media, "application/vnd.ms-powerpoint")
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("judge evidence: %w", err)
		}
	}
	if len(media) == 0 { // an installer, a message, a thumbnail cache
		return nil, refusedType()
	}
	if err := plain(f, size); err != nil {
		return nil, err
	}
	return slices.Compact(media), nil
}

// entryName is the name of a directory entry; empty when the bytes are none.
func entryName(b []byte) string {
	const most = 64
	length := int(binary.LittleEndian.Uint16(b[most:]))
	if length < 4 || length > most || length%2 != 0 || !slices.Contains([]byte{1, 2, 5}, b[most+2]) {
		return ""
	}
	units := make([]uint16, length/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	if units[len(units)-1] != 0 {
		return ""
	}
	return string(utf16.Decode(units[:len(units)-1]))
}
