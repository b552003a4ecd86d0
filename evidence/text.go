package evidence

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// judgeText takes texts that people write: UTF-8, UTF-16 with its mark, or
// GB 18030, which is what Excel saves tables as on a Chinese machine.
func judgeText(f io.ReaderAt, size int64, head []byte, media string) ([]string, error) {
	switch media {
	case "text/plain", "text/csv", "text/tab-separated-values", "application/json", "application/x-ndjson", "text/vtt", "application/x-subrip":
	default: // pages, scripts, XML, SVG
		return nil, refusedType()
	}
	if bytes.HasPrefix(head, []byte("#!")) {
		return nil, refusedType()
	}
	page, err := contains(io.NewSectionReader(f, 0, size), pageMarks())
	if err != nil {
		return nil, err
	}
	if page || isZip(f, size) {
		return nil, refusedDisguise()
	}
	for _, coding := range codings(head) {
		fits, err := readable(coding.NewDecoder().Reader(io.NewSectionReader(f, 0, size)))
		if err != nil {
			return nil, err
		}
		if fits {
			return []string{"text/plain", "text/csv"}, nil
		}
	}
	return nil, refusedType()
}

// codings are those a text may be written in, by its beginning.
func codings(head []byte) []encoding.Encoding {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return []encoding.Encoding{unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)}
	}
	return []encoding.Encoding{unicode.UTF8BOM, simplifiedchinese.GB18030}
}

// readable reports whether every character is one that can stand in a text. A
// decoder puts the replacement character for what it cannot read.
func readable(r io.Reader) (bool, error) {
	text := bufio.NewReaderSize(r, pieceLength)
	for {
		c, _, err := text.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, fmt.Errorf("judge evidence: %w", err)
		case c == utf8.RuneError, c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f', c == 0x7f:
			return false, nil
		}
	}
}
