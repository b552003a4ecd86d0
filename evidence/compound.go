package evidence

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
)

// compoundMagic begins a compound file, in which old Office and WPS keep their
// documents.
const compoundMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// An entry is a stream or a storage of a compound file.
type compoundEntry struct {
	// name is in lower case, as the format compares names.
	name string
	// within are the storages it lies in, in lower case.
	within []string
	// class is that of a storage: which program opens it.
	class   string
	content io.Reader
	size    int64
}

// judgeCompound says which documents a compound file may be called.
func judgeCompound(b *budget, content []byte) ([]string, error) {
	if err := entriesAnywhere(content); err != nil {
		return nil, err
	}
	entries, err := readCompound(content)
	if err != nil {
		// No program can open it, but an entry of a directory still says what it
		// was.
		return brokenCompound(b, content)
	}
	media, err := judgeEntries(b, entries, false)
	if err != nil {
		return nil, err
	}
	if len(media) == 0 { // an installer, a message, a thumbnail cache
		return nil, refusedType()
	}
	return media, nil
}

// judgeObject judges a compound file that lies in a document as an object.
func judgeObject(b *budget, content []byte) error {
	if err := entriesAnywhere(content); err != nil {
		return err
	}
	entries, err := readCompound(content)
	if err != nil {
		return refusedUnreadable()
	}
	media, err := judgeEntries(b, entries, true)
	empty := len(entries) == 1
	if err == nil && len(media) == 0 && !empty && !slices.ContainsFunc(entries, picture) {
		return refusedType()
	}
	return err
}

// picture reports whether an entry makes its storage an object that is drawn and
// not run: a formula of MathType, a drawing of Visio, a chart of Graph.
func picture(e compoundEntry) bool {
	return slices.Contains([]string{"visiodocument", "equation native", "package", "\x01ole10native", "contents"}, e.name)
}

// readCompound lists the entries of a compound file.
func readCompound(content []byte) ([]compoundEntry, error) {
	r, err := mscfb.New(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	entries := make([]compoundEntry, 0, len(r.File))
	for _, f := range r.File {
		e := compoundEntry{name: strings.ToLower(f.Name), class: strings.ToUpper(f.ID()), content: f, size: f.Size}
		if f.Initial != 0 && f.Initial < ' ' {
			e.name = string(rune(f.Initial)) + e.name
		}
		for _, folder := range f.Path {
			e.within = append(e.within, strings.ToLower(folder))
		}
		entries = append(entries, e)
	}
	if len(entries) == 0 {
		return nil, errors.New("no entries")
	}
	return entries, nil
}

// judgeEntries judges a document's streams, and those of the objects in it.
func judgeEntries(b *budget, entries []compoundEntry, object bool) ([]string, error) {
	var media []string
	tables := map[string][]byte{}
	for _, e := range entries {
		if e.name == "0table" || e.name == "1table" {
			content, err := b.stream(e)
			if err != nil {
				return nil, err
			}
			tables[strings.Join(e.within, "/")+"/"+e.name] = content
		}
	}
	for _, e := range entries {
		if err := classRuns(e, object); err != nil {
			return nil, err
		}
		found, err := judgeEntry(b, e, tables)
		if err != nil {
			return nil, err
		}
		// An object's streams do not say what the whole is.
		if !slices.ContainsFunc(e.within, isObjects) {
			media = append(media, found...)
		}
	}
	slices.Sort(media)
	return slices.Compact(media), nil
}

// isObjects reports whether a storage holds objects: Word's and Excel's names.
func isObjects(name string) bool {
	return name == "objectpool" || strings.HasPrefix(name, "mbd") || strings.HasPrefix(name, "lnk")
}

// classRuns refuses an object whose program is none of a document.
func classRuns(e compoundEntry, object bool) error {
	if !object && len(e.within) == 0 {
		return nil
	}
	for _, class := range []string{
		"D27CDB6E-AE6D-11CF-96B8-444553540000", // Flash
		"06290BD3-48AA-11D2-8432-006008C3FBFC", // a script by its address
		"3050F4D8-98B5-11CF-BB82-00AA00BDCE0B", // an HTML application
		"25336920-03F9-11CF-8FD0-00AA00686F13", // a page
		"F20DA720-C02F-11CE-927B-0800095AE340", // a packaged file
		"0003000C-0000-0000-C000-000000000046",
		"0003000D-0000-0000-C000-000000000046",
		"8856F961-340A-11D0-A96B-00C04FD705A2", // a window of the browser
		"0003000B-0000-0000-C000-000000000046",
		"0002CE02-0000-0000-C000-000000000046", // the formula editor that was withdrawn because it runs what is in formulas
	} {
		if strings.Trim(e.class, "{}") == class {
			return refusedEmbedded(e.name)
		}
	}
	return nil
}

// judgeEntry judges one entry, and says of which document it is the chief one.
func judgeEntry(b *budget, e compoundEntry, tables map[string][]byte) ([]string, error) {
	if err := runs(e.name); err != nil {
		return nil, err
	}
	if e.size == 0 {
		return nil, nil
	}
	switch e.name {
	case "worddocument":
		content, err := b.stream(e)
		if err != nil {
			return nil, err
		}
		return []string{mediaDoc, mediaWps}, judgeWord(content, tables[strings.Join(e.within, "/")+"/0table"], tables[strings.Join(e.within, "/")+"/1table"])
	case "workbook", "book":
		content, err := b.stream(e)
		if err != nil {
			return nil, err
		}
		return []string{mediaXls, mediaEt}, judgeBIFF(content)
	case "powerpoint document":
		content, err := b.stream(e)
		if err != nil {
			return nil, err
		}
		return []string{mediaPpt, mediaDps}, judgeSlides(b, content)
	case "0table", "1table": // read above
		return nil, nil
	case "package", "\x01ole10native", "\x01ole", "contents":
		content, err := b.stream(e)
		if err != nil {
			return nil, err
		}
		return nil, judgePackaged(b, e.name, content)
	default:
		head := make([]byte, 512)
		n, _ := io.ReadFull(e.content, head) // a damaged stream is not read by others either
		if carrier(head[:n]) {
			return nil, refusedEmbedded(e.name)
		}
		return nil, nil
	}
}

// stream is the content of an entry, as much as can be had.
func (b *budget) stream(e compoundEntry) ([]byte, error) {
	content, err := b.all(io.LimitReader(e.content, e.size))
	var refused *Refusal
	if errors.As(err, &refused) || b.ctx.Err() != nil {
		return nil, err
	}
	return content, nil
}

// runs refuses an entry that only what runs has.
func runs(name string) error {
	switch name {
	case "macros", "_vba_project_cur", "_vba_project", "vba", "vbaproject", "\x03ocxname", "\x03ocxdata", "ocxname", "ocxdata", "ctls":
		return refusedMacros()
	case "encryptedpackage", "encryptioninfo", "encryptedsummary", "\x06dataspaces":
		return refusedEncrypted()
	}
	return nil
}

// judgePackaged judges what an object has of another program.
func judgePackaged(b *budget, name string, content []byte) error {
	switch name {
	case "\x01ole": // a link says so in its flags
		const flagsAt, linked = 4, 1
		if len(content) > flagsAt && content[flagsAt]&linked != 0 {
			return refusedOutside(linkOf(content))
		}
		return nil
	case "\x01ole10native":
		// Programs of Windows 3 keep their data so, and so does what packs a file.
		const length = 4
		if native := content[min(len(content), length):]; bytes.HasPrefix(native, []byte("\x02\x00")) || carrier(native) || bytes.Contains(native, []byte("This program cannot")) {
			return refusedEmbedded(fileOf(content))
		}
		return nil
	case "package":
		return judgeWithin(b, content, "Package")
	default:
		if carrier(content) || headerOfPDF(content) >= 0 || bytes.HasPrefix(content, []byte("PK\x03\x04")) {
			return refusedEmbedded("CONTENTS")
		}
		return nil
	}
}

// linkOf finds the address in the moniker of a linked object, to name it.
func linkOf(content []byte) string {
	text := strings.ReplaceAll(string(content), "\x00", "")
	if i := strings.Index(text, "http"); i >= 0 {
		text = text[i:]
		if end := strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }); end > 0 {
			return text[:end]
		}
	}
	return ""
}

// fileOf is the name that a packaged file has.
func fileOf(content []byte) string {
	const at = 6
	if len(content) < at {
		return ""
	}
	name, _, _ := strings.Cut(string(content[at:min(len(content), at+260)]), "\x00")
	return name
}

// entriesAnywhere looks at every place an entry of a directory can lie at and
// follows no pointer, so that no file can lead it astray.
func entriesAnywhere(content []byte) error {
	return eachEntry(content, runs)
}

// brokenCompound says what a file was whose streams cannot be found. A program
// that mends files may still find some of them, so that what stands in it is
// looked at where a stream may begin.
func brokenCompound(b *budget, content []byte) ([]string, error) {
	var media []string
	err := eachEntry(content, func(name string) error {
		switch name {
		case "worddocument":
			media = []string{mediaDoc, mediaWps}
		case "workbook", "book":
			media = []string{mediaXls, mediaEt}
		case "powerpoint document":
			media = []string{mediaPpt, mediaDps}
		case "objectpool", "\x01ole10native", "package", "\x01ole":
			return refusedUnreadable()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if media == nil {
		return nil, refusedType()
	}
	const sector = 512
	for at := sector; at < len(content); at += sector {
		var err error
		switch rest := content[at:]; {
		case bytes.HasPrefix(rest, []byte("\x09\x08")):
			err = judgeBIFF(rest)
		case bytes.HasPrefix(rest, []byte("\x0f\x00\xe8\x03")), bytes.HasPrefix(rest, []byte("\x10\x00\x11\x10")):
			err = judgeSlides(b, rest)
		}
		if err == nil && bytes.IndexByte([]byte{0x09, 0x0f, 0x10}, content[at]) >= 0 {
			err = b.spend((len(content) - at) / sector)
		}
		if err != nil {
			return nil, err
		}
	}
	return media, judgeLoose(content)
}

// eachEntry hands the name of every entry to see, in lower case.
func eachEntry(content []byte, see func(name string) error) error {
	const length = 128
	for at := 0; at+length <= len(content); at += length {
		if name := entryName(content[at : at+length]); name != "" {
			if err := see(strings.ToLower(name)); err != nil {
				return err
			}
		}
	}
	return nil
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
