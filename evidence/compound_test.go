package evidence_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// biff is a record of an old workbook.
func biff(kind uint16, content string) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(content)))
	return append(b, content...)
}

// workbook is an old workbook with one record more.
func workbook(record []byte) []byte {
	start := biff(0x809, "\x00\x06\x05\x00\x00\x00\x00\x00")
	return compoundFile(compoundPart{"Workbook", string(start) + string(record) + string(biff(0x0a, ""))})
}

// wordText is an old document of the text, in two pieces.
func wordText(text string) []byte { return wordFrom(text, "") }

func wordFrom(text, template string) []byte {
	units := utf16.Encode([]rune(text))
	half := len(units) / 2
	document := make([]byte, 2048)
	for at, v := range map[int]uint16{0: 0xa5ec, 2: 0xc1, 0x0a: 0x200} {
		binary.LittleEndian.PutUint16(document[at:], v)
	}
	place := func(part []uint16) uint32 {
		at := len(document)
		for _, u := range part {
			document = binary.LittleEndian.AppendUint16(document, u)
		}
		document = append(document, "between"...) //nolint:makezero // the header comes first
		return uint32(at)
	}
	second, first := place(units[half:]), place(units[:half])
	table := []byte{2, 28, 0, 0, 0}
	for _, v := range []int{0, half, len(units)} {
		table = binary.LittleEndian.AppendUint32(table, uint32(v))
	}
	for _, at := range []uint32{first, second} {
		table = append(table, 0, 0)
		table = binary.LittleEndian.AppendUint32(table, at)
		table = append(table, 0, 0)
	}
	binary.LittleEndian.PutUint32(document[0x1a6:], uint32(len(table)))
	if template != "" {
		from := len(table)
		table = append(table, 0xff, 0xff, 2, 0, 0, 0, 0, 0)
		name := utf16.Encode([]rune(template))
		table = binary.LittleEndian.AppendUint16(table, uint16(len(name)))
		for _, u := range name {
			table = binary.LittleEndian.AppendUint16(table, u)
		}
		binary.LittleEndian.PutUint32(document[0x19a:], uint32(from))
		binary.LittleEndian.PutUint32(document[0x19e:], uint32(len(table)-from))
	}
	return compoundFile(compoundPart{"WordDocument", string(document)}, compoundPart{"1Table", string(table)})
}

// record is a record of an old presentation.
func record(first, kind uint16, content string) string {
	b := binary.LittleEndian.AppendUint16(nil, first)
	b = binary.LittleEndian.AppendUint16(b, kind)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(content)))
	return string(b) + content
}

// slides is an old presentation with an object, packed, that has a storage.
func slides(t testing.TB, storage string) []byte {
	t.Helper()
	object := deflated(string(compoundFile(compoundPart{storage + "/dir", "x"})))
	return show(record(0x0f, 1000, record(1, 1001, "x")) + record(0x10, 0x1011, "\x00\x10\x00\x00"+object))
}

func show(records string) []byte { return compoundFile(compoundPart{"PowerPoint Document", records}) }

// An old document is refused for what its streams hold, records and objects.
func TestWhatActsInOldDocuments(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 1<<22)
	chief := compoundPart{"WordDocument", "x"}
	native := "\x20\x00\x00\x00\x02\x00setup.exe\x00C:\\setup.exe\x00"
	for name, one := range map[string]struct {
		file    string
		content []byte
		code    string
	}{
		"macros":                       {"a.doc", compoundFile(chief, compoundPart{"Macros/VBA/dir", "x"}), "file_macros"},
		"macros in capitals":           {"a.doc", compoundFile(chief, compoundPart{"MACROS/vba/DIR", "x"}), "file_macros"},
		"macros of a table":            {"a.et", compoundFile(compoundPart{"WORKBOOK", "x"}, compoundPart{"_vba_project_cur/VBA/dir", "x"}), "file_macros"},
		"macros of a presentation":     {"a.ppt", slides(t, "VBA"), "file_macros"},
		"macros of WPS":                {"a.dps", slides(t, "VBA"), "file_macros"},
		"a packed file":                {"a.wps", compoundFile(chief, compoundPart{"ObjectPool/_1/\x01Ole10Native", native}), "file_embedded"},
		"a packed file of a table":     {"a.xls", compoundFile(compoundPart{"Workbook", "x"}, compoundPart{"MBD1/\x01Ole10Native", native}), "file_embedded"},
		"a packed file of a show":      {"a.ppt", show(record(0, 0x1011, string(compoundFile(compoundPart{"\x01Ole10Native", native})))), "file_embedded"},
		"an object linked":             {"a.doc", compoundFile(chief, compoundPart{"ObjectPool/_1/\x01Ole", "\x01\x00\x00\x02\x01\x00\x00\x00http://a.example/x"}), "file_links_outside"},
		"a new document in the old":    {"a.doc", compoundFile(chief, compoundPart{"ObjectPool/_1/Package", string(zipped(t, "a.txt", "x"))}), "file_embedded"},
		"a control":                    {"a.doc", compoundFile(chief, compoundPart{"ObjectPool/_1/\x03OCXNAME", "x"}), "file_macros"},
		"a sheet of macros":            {"a.xls", workbook(biff(0x85, "\x00\x00\x00\x00\x02\x01\x01\x00a")), "file_macros"},
		"a sheet of macros by itself":  {"a.xls", workbook(biff(0x809, "\x00\x06\x40\x00\x00\x00\x00\x00")), "file_macros"},
		"another program asked":        {"a.xls", workbook(biff(0x1ae, "\x00\x00\x08\x00\x00cmd\x03/c x")), "file_runs_program"},
		"another program, wide":        {"a.xls", workbook(biff(0x1ae, "\x00\x00\x05\x00\x01c\x00m\x00d\x00\x03\x00x\x00")), "file_runs_program"},
		"a table with a password":      {"a.xls", workbook(biff(0x2f, "\x01\x00")), "file_encrypted"},
		"a field over pieces":          {"a.doc", wordText("甲\x13 DDEAUTO c:\\\\cmd.exe \x14x\x15乙"), "file_runs_program"},
		"a field in a field":           {"a.doc", wordText("\x13 IF 1 \x13 DDE a b \x14\x15 \x14\x15"), "file_runs_program"},
		"a picture from the web":       {"a.doc", wordText("\x13 INCLUDEPICTURE \"http://a.example/x.gif\" \\d \x14\x15"), "file_links_outside"},
		"a template from the web":      {"a.doc", wordFrom("x", "http://a.example/x.dot"), "file_links_outside"},
		"an action that runs":          {"a.ppt", show(record(0x0f, 0x0ff2, record(0, 0x0ff3, "\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00"))), "file_runs_program"},
		"a control of a show":          {"a.ppt", show(record(0x0f, 0x0fee, "")), "file_macros"},
		"a show with a password":       {"a.ppt", show(record(0x0f, 0x2f14, "")), "file_encrypted"},
		"an object that does not open": {"a.doc", compound("WordDocument", "\x01Ole10Native"), "file_cannot_be_checked"},
		"a broken table of macros":     {"a.xls", append(padded(compound("Workbook")), append(biff(0x809, "\x00\x06\x05\x00\x00\x00"), biff(0x85, "\x00\x00\x00\x00\x02\x01\x01\x00a")...)...), "file_macros"},
		"a broken text with a field":   {"a.doc", append(compound("WordDocument"), "\x13 DDEAUTO a b \x15"...), "file_runs_program"},
	} {
		_, err := s.Receive(t.Context(), one.file, strings.NewReader(string(one.content)))
		refused(t, err, one.code, name)
	}
}

func padded(b []byte) []byte { return append(b, make([]byte, 512-len(b)%512)...) }

// Names are compared without case, and what Office and WPS put into a document
// by their own rules is no hidden file.
func TestWhatDoesNotActInOldDocuments(t *testing.T) {
	t.Parallel()
	s := newShelf(t, 1<<22)
	theme := string(zipped(t, "[Content_Types].xml", "<Types/>", "theme/theme/themeManager.xml", "<a/>"))
	for name, one := range map[string]struct {
		file    string
		content []byte
	}{
		"capitals":                      {"a.doc", compoundFile(compoundPart{"WORDDOCUMENT", "x"})},
		"small letters":                 {"a.xls", compoundFile(compoundPart{"workbook", "x"})},
		"a theme at the end":            {"a.doc", append(compound("WordDocument"), theme...)},
		"a theme in a stream":           {"a.et", compoundFile(compoundPart{"Workbook", theme})},
		"a presentation of WPS":         {"a.dps", compoundFile(compoundPart{"PowerPoint Document", "x"})},
		"an old table in the text":      {"a.doc", compoundFile(compoundPart{"WordDocument", "x"}, compoundPart{"ObjectPool/_1/Workbook", "x"}, compoundPart{"ObjectPool/_1/\x01Ole", "\x01\x00\x00\x02\x00"})},
		"a picture of Paint":            {"a.doc", compoundFile(compoundPart{"WordDocument", "x"}, compoundPart{"ObjectPool/_1/\x01Ole10Native", "\x20\x00\x00\x00BM"})},
		"another workbook":              {"a.xls", workbook(biff(0x1ae, "\x01\x00\x09\x00\x00\x01\x01C\x03a.xls"))},
		"sheets":                        {"a.xls", workbook(biff(0x85, "\x00\x00\x00\x00\x00\x00\x01\x00a"))},
		"fields":                        {"a.doc", wordText("\x13 PAGE \x14DDEAUTO\x15 \x13 HYPERLINK \"http://a.example\" \x14x\x15 DDEAUTO")},
		"the writer's own template":     {"a.doc", wordFrom("x", `C:\Templates\red.dot`)},
		"an action that is a hyperlink": {"a.ppt", show(record(0x0f, 0x0ff2, record(0, 0x0ff3, "\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00")))},
	} {
		_, err := s.Receive(t.Context(), one.file, strings.NewReader(string(one.content)))
		require.NoError(t, err, name)
	}
}
