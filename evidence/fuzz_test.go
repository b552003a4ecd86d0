package evidence_test

import (
	"errors"
	"testing"

	"duban/evidence"
)

// FuzzJudge: whatever a file is, a judge ends, and takes or refuses it.
func FuzzJudge(f *testing.F) {
	for _, content := range [][]byte{
		[]byte(pdf), []byte(packedPDF(`<</S/URI/URI(http://a.example)>>`, "/FlateDecode")), slides(f, "VBA"), workbook(biff(0x85, "\x00\x00\x00\x00\x00\x00\x01\x00a")),
		wordText("\x13 PAGE \x141\x15"), office(f, "wordprocessingml.document", "word/document.xml", `<w:document><w:fldSimple w:instr=" PAGE "/></w:document>`),
		office(f, "spreadsheetml.sheet", "xl/_rels/workbook.xml.rels", relation("externalLinkPath", "a.xlsx")), zipped(f, "OFD.xml", "<ofd:OFD/>"),
	} {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		media, err := evidence.Judge(t.Context(), content)
		var refused *evidence.Refusal
		if err == nil && len(media) == 0 || err != nil && !errors.As(err, &refused) {
			t.Fatalf("%v %v", media, err)
		}
	})
}
