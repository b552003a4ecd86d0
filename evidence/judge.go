package evidence

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// headLength is as much of a file's beginning as tells what most files are.
const headLength = 4096

// judge says what a file is by its content, or refuses it. The file is read in
// pieces, however large it is.
func judge(f io.ReaderAt, size int64, name string) (string, error) {
	head := make([]byte, min(size, headLength))
	if _, err := f.ReadAt(head, 0); err != nil {
		return "", fmt.Errorf("judge evidence: %w", err)
	}
	found, err := found(f, size, head)
	if err != nil {
		return "", err
	}
	claimed, _ := kindOf(name)
	if !slices.Contains(found, claimed.media) {
		return "", refusedExtension()
	}
	return claimed.media, nil
}

// found lists the kinds that a file may be called: old Office and WPS write the
// same containers, and a table of values is also a text.
func found(f io.ReaderAt, size int64, head []byte) ([]string, error) {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		media, err := judgeZip(f, size)
		return []string{media}, err
	case bytes.HasPrefix(head, []byte(compoundMagic)):
		return judgeCompound(f, size)
	}
	detected := mimetype.Detect(head)
	media, _, _ := strings.Cut(detected.String(), ";")
	switch media {
	case "application/pdf":
		return judgePDF(f, size, head)
	case "image/jpeg", "image/png", "image/webp", "video/mp4", "audio/mpeg", "audio/wav":
	case "image/heic", "image/heic-sequence", "image/heif", "image/heif-sequence":
		media = "image/heic"
	default:
		if within(detected, "text/plain") {
			return judgeText(f, size, head, media)
		}
		return nil, refusedType()
	}
	if err := plain(f, size); err != nil {
		return nil, err
	}
	return []string{media}, nil
}

// within reports whether a type is another or of its kind.
func within(m *mimetype.MIME, media string) bool {
	for ; m != nil; m = m.Parent() {
		if m.Is(media) {
			return true
		}
	}
	return false
}

// plain refuses a picture or a recording that is a page or an archive as well.
func plain(f io.ReaderAt, size int64) error {
	hidden, err := contains(io.NewSectionReader(f, 0, size), pageMarks())
	if err != nil {
		return err
	}
	if hidden || isZip(f, size) {
		return refusedDisguise()
	}
	return nil
}

// pageMarks are what pages and scripts contain and pictures do not. They are
// long enough not to come about by chance in 50 MiB.
func pageMarks() []string {
	return []string{"<script", "<!doctype", "<html>", "<html ", "<iframe", "<?php ", "<?php\n", "<object ", "<foreignobject"}
}

// isZip reports whether an archive can be read out of the file, wherever in it
// the archive lies.
func isZip(f io.ReaderAt, size int64) bool {
	z, err := zip.NewReader(f, size)
	return err == nil && len(z.File) > 0
}

func judgePDF(f io.ReaderAt, size int64, head []byte) ([]string, error) {
	lower := strings.ToLower(string(head))
	if !strings.HasPrefix(lower, "%pdf-") || slices.ContainsFunc(pageMarks(), func(mark string) bool { return strings.Contains(lower, mark) }) || isZip(f, size) {
		return nil, refusedDisguise()
	}
	active, err := contains(newNames(io.NewSectionReader(f, 0, size)), []string{"/javascript", "/launch"})
	if err != nil {
		return nil, err
	}
	if active {
		return nil, refusedMacros()
	}
	return []string{"application/pdf"}, nil
}

// names reads a PDF with the characters of its names as they are meant: a name
// may write any of them as # and two digits.
type names struct{ r *bufio.Reader }

func newNames(r io.Reader) names { return names{bufio.NewReaderSize(r, pieceLength)} }

// Read reads as io.Reader says.
func (n names) Read(p []byte) (int, error) {
	for i := range p {
		b, err := n.r.ReadByte()
		if err != nil {
			return i, err
		}
		if b == '#' {
			var meant [1]byte
			if digits, err := n.r.Peek(2); err == nil {
				if _, err := hex.Decode(meant[:], digits); err == nil {
					b = meant[0]
					_, _ = n.r.Discard(len(digits)) // they were peeked at
				}
			}
		}
		p[i] = b
	}
	return len(p), nil
}

// pieceLength is how much of a file is in memory at a time.
const pieceLength = 64 << 10

// contains reports whether one of the marks, which are in lower case, is in the
// file in whatever case.
func contains(r io.Reader, marks []string) (bool, error) {
	const longest = 32
	buffer := make([]byte, longest+pieceLength)
	kept := 0
	for {
		n, err := io.ReadFull(r, buffer[kept:])
		piece := buffer[:kept+n]
		lowerASCII(piece[kept:])
		for _, mark := range marks {
			if bytes.Contains(piece, []byte(mark)) {
				return true, nil
			}
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return false, nil
		default:
			return false, fmt.Errorf("judge evidence: %w", err)
		}
		kept = copy(buffer, piece[len(piece)-longest:])
	}
}

func lowerASCII(b []byte) {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
}
