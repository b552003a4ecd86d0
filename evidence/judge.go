package evidence

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// headLength is as much of a file's beginning as tells what most files are.
const headLength = 4096

// judge says what a file is by its content and by what it does when somebody
// opens it, or refuses it. Pictures, recordings and texts are read in pieces;
// documents, whose parts lie anywhere, as a whole and in turn.
func (s *Store) judge(ctx context.Context, sender string, f io.ReaderAt, size int64, name string) (string, error) {
	head := make([]byte, min(size, headLength))
	if _, err := f.ReadAt(head, 0); err != nil {
		return "", fmt.Errorf("judge evidence: %w", err)
	}
	claimed, _ := kindOf(name)
	found, err := s.found(ctx, sender, f, size, head, claimed)
	if err != nil {
		return "", err
	}
	if !slices.Contains(found, claimed.media) {
		return "", refusedExtension()
	}
	return claimed.media, nil
}

// found lists the kinds that a file may be called: old Office and WPS write the
// same containers, and a table of values is also a text.
func (s *Store) found(ctx context.Context, sender string, f io.ReaderAt, size int64, head []byte, claimed kind) ([]string, error) {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return s.document(ctx, sender, f, size, judgeZip)
	case bytes.HasPrefix(head, []byte(compoundMagic)):
		return s.document(ctx, sender, f, size, judgeCompound)
	}
	if media := recording(head); media != nil {
		return media, plain(f, size)
	}
	detected := mimetype.Detect(head)
	media, _, _ := strings.Cut(detected.String(), ";")
	text := within(detected, "text/plain")
	switch {
	case media == mediaPDF, (text || media == "application/octet-stream") && headerOfPDF(head) >= 0:
		return s.document(ctx, sender, f, size, judgePDF)
	case slices.Contains([]string{"image/jpeg", "image/png", "image/webp", "audio/mpeg", "audio/wav"}, media):
		return []string{media}, plain(f, size)
	case slices.Contains([]string{"text/plain", mediaCSV}, claimed.media) && (text || media == "application/octet-stream"):
		return judgeText(f, size, head, media, claimed)
	default:
		return nil, refusedFormat(head, media, claimed)
	}
}

// document judges a file that must be read as a whole. Only a few are in memory
// at a time.
func (s *Store) document(ctx context.Context, sender string, f io.ReaderAt, size int64, judge func(*budget, []byte) ([]string, error)) (found []string, err error) {
	leave, err := s.judged.take(ctx, sender)
	if err != nil {
		return nil, err
	}
	defer leave()
	defer func() {
		// Libraries that read hostile files are not believed never to fail.
		if failure := recover(); failure != nil {
			found, err = nil, refusedUnreadable()
		}
	}()
	content := make([]byte, size)
	if _, err := f.ReadAt(content, 0); err != nil {
		return nil, fmt.Errorf("judge evidence: %w", err)
	}
	return judge(newBudget(ctx), content)
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
// long enough not to come about by chance in 50 MiB. A property list, which a
// Mac's programs put into a picture, has a doctype too and is none of them.
func pageMarks() []string {
	return []string{"<script", "<!doctype html", "<!doctype svg", "<html>", "<html ", "<iframe", "<?php ", "<?php\n", "<object ", "<foreignobject"}
}

// isZip reports whether an archive can be read out of the file, wherever in it
// the archive lies.
func isZip(f io.ReaderAt, size int64) bool {
	z, err := zip.NewReader(f, size)
	return err == nil && len(z.File) > 0
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
