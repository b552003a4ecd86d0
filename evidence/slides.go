package evidence

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

// judgeSlides reads the records of an old presentation: actions, and the objects
// in it, macros among them, which are packed.
func judgeSlides(b *budget, content []byte) error {
	const head = 8
	for at := 0; at+head <= len(content); {
		first := binary.LittleEndian.Uint16(content[at:])
		kind := binary.LittleEndian.Uint16(content[at+2:])
		length := int(binary.LittleEndian.Uint32(content[at+4:]))
		at += head
		const container = 0xf
		if first&container == container { // its records follow
			if err := slideContainer(kind); err != nil {
				return err
			}
			continue
		}
		if length < 0 || length > len(content)-at {
			return nil
		}
		if err := slideRecord(b, first>>4, kind, content[at:at+length]); err != nil {
			return err
		}
		at += length
	}
	return nil
}

func slideContainer(kind uint16) error {
	const encryption, control, link = 0x2f14, 0x0fee, 0x0fce
	switch kind {
	case encryption:
		return refusedEncrypted()
	case control:
		return refusedMacros()
	case link:
		return refusedOutside("OLE")
	}
	return nil
}

func slideRecord(b *budget, instance, kind uint16, record []byte) error {
	const (
		encryption, action, storage = 0x2f14, 0x0ff3, 0x1011
		actionAt, macro, programRun = 8, 1, 2
	)
	switch kind {
	case encryption:
		return refusedEncrypted()
	case action:
		if len(record) > actionAt && (record[actionAt] == macro || record[actionAt] == programRun) {
			return refusedCommand("")
		}
	case storage:
		return slideObject(b, instance, record)
	}
	return nil
}

// slideObject judges an object of a presentation: a compound file, packed or as
// it is.
func slideObject(b *budget, instance uint16, record []byte) error {
	const packed, sizeLength = 1, 4
	if instance == packed {
		if len(record) < sizeLength {
			return refusedUnreadable()
		}
		r, err := zlib.NewReader(bytes.NewReader(record[sizeLength:]))
		if err != nil {
			return refusedEmbedded("OLE")
		}
		if record, err = b.all(io.LimitReader(r, maxStreams)); err != nil && len(record) == 0 {
			return refusedEmbedded("OLE")
		}
	}
	return judgeWithin(b, record, "OLE")
}
