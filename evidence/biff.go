package evidence

import (
	"bytes"
	"encoding/binary"
)

// judgeBIFF reads the records of an old workbook: sheets of macros, links to
// other programs, and whether it is encrypted.
func judgeBIFF(content []byte) error {
	const (
		head                                            = 4
		filePass, boundSheet, supBook, externSheet, bof = 0x2f, 0x85, 0x1ae, 0x17, 0x809
		sheetTypeAt, macroSheet, modern                 = 5, 1, 0x600
	)
	version := 0
	for at := 0; at+head <= len(content); {
		kind, length := binary.LittleEndian.Uint16(content[at:]), int(binary.LittleEndian.Uint16(content[at+2:]))
		at += head
		if at+length > len(content) {
			return nil
		}
		record := content[at : at+length]
		at += length
		switch kind {
		case bof:
			if version == 0 && len(record) >= 2 {
				version = int(binary.LittleEndian.Uint16(record))
			}
			const kindOfStream, macros = 2, 0x40
			if len(record) > kindOfStream+1 && binary.LittleEndian.Uint16(record[kindOfStream:]) == macros {
				return refusedMacros()
			}
		case filePass:
			return refusedEncrypted()
		case boundSheet:
			if len(record) > sheetTypeAt && record[sheetTypeAt] == macroSheet {
				return refusedMacros()
			}
		case supBook, externSheet:
			if asked := programAsked(kind == supBook, record); asked != "" && (kind == supBook || version < modern) {
				return refusedCommand(asked)
			}
		}
	}
	return nil
}

// programAsked is the program that a link of a workbook asks, and what for; empty
// when the link is to a workbook, whose path begins with a mark.
func programAsked(modern bool, record []byte) string {
	const mark, narrow, countLength = 3, 0, 1
	if modern {
		const head = 5 // how many sheets, how many characters, their width
		if len(record) <= head {
			return ""
		}
		wide := record[head-1] != narrow
		if record = record[head:]; wide {
			record = bytes.ReplaceAll(record, []byte{0}, nil)
		}
	} else {
		record = record[min(len(record), countLength):]
	}
	i := bytes.IndexByte(record, mark)
	if i <= 0 || record[0] < ' ' {
		return ""
	}
	return string(record[:i]) + "|" + string(record[i+1:])
}
