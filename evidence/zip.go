package evidence

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
)

const (
	// maxEntries is more parts than any document has.
	maxEntries = 10_000
	// maxUnpacked and maxRatio bound what a document may unpack to. Sheets that
	// repeat themselves pack well, so the ratio counts for large ones only.
	maxUnpacked = 1 << 30
	maxRatio    = 200
	fairSize    = 64 << 20
)

// judgeZip says which document a zip container is. Anything that is no document
// is an archive.
func judgeZip(b *budget, content []byte) ([]string, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, refusedBroken()
	}
	if err := checkEntries(z, uint64(len(content))); err != nil {
		return nil, err
	}
	types, ofd := entry(z, "[Content_Types].xml"), entry(z, "OFD.xml")
	switch {
	case types != nil && ofd != nil:
		return nil, refusedDisguise()
	case ofd != nil:
		return []string{mediaOFD}, judgeOFD(b, z)
	case types != nil:
		return judgeOffice(b, z, types)
	case entry(z, "mimetype") != nil && entry(z, "META-INF/manifest.xml") != nil:
		return nil, refusedOtherFormat("ODF文档", "an OpenDocument file")
	default:
		return nil, refusedArchive()
	}
}

// partName is how a part's name is compared: programs write either slash, and
// letters of either case mean the same.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func entry(z *zip.Reader, name string) *zip.File {
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return partName(f.Name) == partName(name) })
	if i < 0 {
		return nil
	}
	return z.File[i]
}

// checkEntries holds the parts against what a document may contain.
func checkEntries(z *zip.Reader, size uint64) error {
	var packed, unpacked uint64
	if len(z.File) > maxEntries {
		return refusedBomb()
	}
	seen := make(map[string]bool, len(z.File))
	for _, f := range z.File {
		packed += f.CompressedSize64
		unpacked += f.UncompressedSize64
		// Parts that overlap would let a small file unpack to anything; one that
		// claims more than it is lets the sums run over.
		if f.CompressedSize64 > size || packed > size || f.UncompressedSize64 > maxUnpacked || unpacked > maxUnpacked {
			return refusedBomb()
		}
		const encrypted = 1
		if f.Flags&encrypted != 0 {
			return refusedEncrypted()
		}
		name := partName(f.Name)
		// Of two parts of one name one is read here and perhaps the other there.
		if seen[name] && !strings.HasSuffix(f.Name, "/") {
			return refusedUnreadable()
		}
		seen[name] = true
		if active(name) {
			return refusedMacros()
		}
	}
	if unpacked > fairSize && unpacked > maxRatio*size {
		return refusedBomb()
	}
	return nil
}

// active reports whether a part could run, by a name that only such parts have.
// What a part is decides its content; this spares reading it.
func active(name string) bool {
	base := path.Base(name)
	return program(base) || strings.HasPrefix(base, "vbaproject") || strings.HasPrefix(base, "vbadata") ||
		strings.Contains(name, "/macrosheets/") || strings.Contains(name, "/activex/") || strings.Contains(name, "/dialogsheets/")
}

// headOf is how a part begins.
func headOf(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, refusedBroken()
	}
	defer r.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, refusedBroken()
	}
	return head[:n], nil
}

// content is a part that is judged as a whole.
func (b *budget) content(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, refusedBroken()
	}
	defer r.Close()
	content, err := b.all(r)
	var refused *Refusal
	if err != nil && !errors.As(err, &refused) && b.ctx.Err() == nil {
		return nil, refusedBroken()
	}
	return content, err
}
