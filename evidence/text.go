package evidence

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// judgeText takes texts that people write: UTF-8, UTF-16 with its mark, or
// GB 18030, which is what Excel saves tables as on a Chinese machine.
func judgeText(f io.ReaderAt, size int64, head []byte, media string, claimed kind) ([]string, error) {
	if bytes.HasPrefix(head, []byte("#!")) || carrier(head) || !slices.Contains([]string{
		"text/plain", mediaCSV, "text/tab-separated-values", "application/json", "application/x-ndjson", "text/vtt", "application/x-subrip", "application/octet-stream",
	}, media) {
		return nil, refusedType() // pages, scripts, XML, SVG
	}
	page, err := contains(io.NewSectionReader(f, 0, size), pageMarks())
	if err != nil {
		return nil, err
	}
	if page || isZip(f, size) {
		return nil, refusedDisguise()
	}
	if err := readable(f, size, head); err != nil {
		return nil, err
	}
	// A spreadsheet runs what a table of values has in its cells.
	if claimed.media == mediaCSV {
		if err := tableRuns(f, size, head); err != nil {
			return nil, err
		}
	}
	return []string{"text/plain", mediaCSV}, nil
}

// readable says what is wrong with a text that is in none of the codings.
func readable(f io.ReaderAt, size int64, head []byte) error {
	all := codings(head)
	for i, coding := range all {
		err := legible(io.NewSectionReader(f, 0, size), coding)
		if errors.Is(err, errCoding) {
			if i+1 < len(all) {
				continue
			}
			return refusedCoding()
		}
		return err
	}
	return nil
}

// errCoding: the bytes are not in the coding.
var errCoding = errors.New("not in this coding")

// A coding is a way to write characters as bytes. The decoders put U+FFFD for
// what they cannot read; strict is a coding that can tell it from one that
// stands in the text, where some other program lost a character.
type coding struct {
	encoding.Encoding
	strict bool
}

// codings are those a text may be written in, by its beginning.
func codings(head []byte) []coding {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return []coding{{unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), true}}
	}
	return []coding{{encoding.Nop, true}, {simplifiedchinese.GB18030, false}}
}

// legible reports whether every character is one that can stand in a text.
func legible(r io.Reader, from coding) error {
	text := bufio.NewReaderSize(from.NewDecoder().Reader(r), pieceLength)
	line, column := 1, 0
	for {
		c, width, err := text.ReadRune()
		column++
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("judge evidence: %w", err)
		case c == utf8.RuneError && (width == 1 || !from.strict):
			return errCoding
		case c == '\n':
			line, column = line+1, 0
		case c == 0:
			return refusedType()
		case c == 0x1a: // DOS ends a text with it
			if rest, err := io.ReadAll(io.LimitReader(text, headLength)); err != nil || strings.Trim(string(rest), "\x1a\x00\r\n ") != "" {
				return refusedCharacter(line, column, c)
			}
			return nil
		case c < ' ' && !strings.ContainsRune("\t\v\f\r", c), c == 0x7f:
			return refusedCharacter(line, column, c)
		}
	}
}

// startsProgram is a formula that asks another program for data: =cmd|'/c calc'!A1.
var startsProgram = regexp.MustCompile(`(?i)^[\s"']*[=+\-@].*[a-z]\w*'?\|['/\w]`)

// tableRuns refuses a table whose cells a spreadsheet would run.
func tableRuns(f io.ReaderAt, size int64, head []byte) error {
	if bytes.HasPrefix(head, []byte("ID;P")) { // SYLK, which Excel reads by content, formulas and macros with it
		return refusedOtherFormat("SYLK表格", "a SYLK table")
	}
	decoder := codings(head)[0] // what is looked for is ASCII, which GB 18030 writes as UTF-8 does
	lines := bufio.NewReaderSize(decoder.NewDecoder().Reader(io.NewSectionReader(f, 0, size)), pieceLength)
	for {
		line, err := lines.ReadSlice('\n')
		for cell := range strings.FieldsFuncSeq(string(line), func(r rune) bool { return r == ',' || r == ';' || r == '\t' }) {
			if startsProgram.MatchString(cell) || runsFormula(strings.Trim(cell, " \"\r\n")) {
				return refusedCommand(strings.TrimSpace(cell))
			}
		}
		switch {
		case err == nil, errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return nil
		default:
			return fmt.Errorf("judge evidence: %w", err)
		}
	}
}

// runsFormula reports whether the text of a cell is a formula that starts or
// asks something outside the table.
func runsFormula(cell string) bool {
	if cell == "" || !strings.ContainsRune("=+-@", rune(cell[0])) {
		return false
	}
	return judgeCalls(cell[1:]) != nil
}

// refusedFormat says what a file is that has a document's name and is another
// program's.
func refusedFormat(head []byte, media string, claimed kind) error {
	document := slices.Contains([]string{mediaDoc, mediaXls, mediaPpt, mediaWps, mediaEt, mediaDps, mediaDocx, mediaXlsx, mediaPptx}, claimed.media)
	begin := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head), "\xef\xbb\xbf"), " \t\r\n"))
	switch {
	case !document:
		return refusedType()
	case strings.HasPrefix(begin, `{\rt`):
		return refusedOtherFormat("RTF文档", "an RTF document")
	case strings.HasPrefix(begin, "mime-version:"):
		return refusedOtherFormat("单个文件网页（MHT）", "a web page in one file (MHT)")
	case strings.HasPrefix(begin, "<?xml"), strings.HasPrefix(begin, "<html"), strings.HasPrefix(begin, "<!doctype"), strings.HasPrefix(begin, "<table"), strings.HasPrefix(begin, "<meta"), strings.HasPrefix(begin, "<head"):
		return refusedOtherFormat("网页或XML", "a web page or XML")
	case bytes.HasPrefix(head, []byte("\x09\x00\x04\x00")), bytes.HasPrefix(head, []byte("\x09\x02\x06\x00")), bytes.HasPrefix(head, []byte("\x09\x04\x06\x00")):
		return refusedOtherFormat("早期Excel表格", "a workbook of an early Excel")
	case bytes.HasPrefix(head, []byte("\xdb\xa5")), bytes.HasPrefix(head, []byte("\x31\xbe")):
		return refusedOtherFormat("早期Word文档", "a document of an early Word")
	case media == "text/plain" || media == mediaCSV || media == "text/tab-separated-values":
		return refusedOtherFormat("纯文本", "plain text")
	default:
		return refusedType()
	}
}
