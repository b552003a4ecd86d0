package evidence

import (
	"archive/zip"
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
	// maxTypes bounds the part that says what the others are.
	maxTypes = 1 << 20
)

// judgeZip says which document a zip container is. Nothing is unpacked but the
// one part that tells; anything that is no document is an archive.
func judgeZip(f io.ReaderAt, size int64) (string, error) {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return "", refusedBroken()
	}
	if err := checkEntries(z, size); err != nil {
		return "", err
	}
	types, ofd := entry(z, "[Content_Types].xml"), entry(z, "OFD.xml")
	switch {
	case types != nil && ofd != nil:
		return "", refusedDisguise()
	case ofd != nil:
		return "application/ofd", nil
	case types != nil:
		return judgeOffice(types)
	default:
		return "", refusedArchive()
	}
}

func entry(z *zip.Reader, name string) *zip.File {
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return strings.EqualFold(f.Name, name) })
	if i < 0 {
		return nil
	}
	return z.File[i]
}

// checkEntries holds the parts against what a document may contain.
func checkEntries(z *zip.Reader, size int64) error {
	var packed, unpacked uint64
	if len(z.File) > maxEntries {
		return refusedBomb()
	}
	for _, f := range z.File {
		packed += f.CompressedSize64
		unpacked += f.UncompressedSize64
		// Parts that overlap would let a small file unpack to anything; one that
		// claims more than it is lets the sums run over.
		if f.CompressedSize64 > uint64(size) || packed > uint64(size) || f.UncompressedSize64 > maxUnpacked || unpacked > maxUnpacked { //nolint:gosec // a size is not negative
			return refusedBomb()
		}
		const encrypted = 1
		if f.Flags&encrypted != 0 {
			return refusedEncrypted()
		}
		if active(f.Name) {
			return refusedMacros()
		}
	}
	if unpacked > fairSize && unpacked > maxRatio*uint64(size) { //nolint:gosec // nor here
		return refusedBomb()
	}
	return nil
}

// active reports whether a part of a document could run.
func active(name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	base := path.Base(name)
	switch path.Ext(base) {
	case ".exe", ".dll", ".scr", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta", ".msi", ".jar", ".lnk", ".sh":
		return true
	}
	return strings.HasPrefix(base, "vbaproject") || strings.HasPrefix(base, "vbadata") ||
		strings.Contains(name, "/macrosheets/") || strings.Contains(name, "/activex/") || strings.Contains(name, "/dialogsheets/")
}

// judgeOffice reads what the parts of an Office document are said to be, which
// is what Office itself goes by.
func judgeOffice(types *zip.File) (string, error) {
	r, err := types.Open()
	if err != nil {
		return "", refusedBroken()
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxTypes))
	if err != nil {
		return "", refusedBroken()
	}
	said := strings.ToLower(string(text))
	if strings.Contains(said, "macroenabled") || strings.Contains(said, "vbaproject") {
		return "", refusedMacros()
	}
	var media []string
	for _, one := range []string{mediaDocx, mediaXlsx, mediaPptx} {
		if strings.Contains(said, one+".main+xml") {
			media = append(media, one)
		}
	}
	switch len(media) {
	case 0:
		return "", refusedType()
	case 1:
		return media[0], nil
	default:
		return "", refusedDisguise()
	}
}
