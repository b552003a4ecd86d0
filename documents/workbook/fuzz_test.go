package workbook_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"testing"

	"duban/documents/workbook"
)

// What is in a package whose sheet a fuzzer chose, by path.
const (
	packageRelations = `<Relationships><Relationship Id="r1" Type="http://a/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookRelations    = `<Relationships><Relationship Id="r1" Type="http://a/worksheet" Target="sheet.xml"/><Relationship Id="r2" Type="http://a/sharedStrings" Target="texts.xml"/><Relationship Id="r3" Type="http://a/styles" Target="styles.xml"/></Relationships>`
	bookXML          = `<workbook xmlns:r="r"><sheets><sheet name="甲" r:id="r1"/></sheets></workbook>`
)

func packed(t *testing.T, parts map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, content := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// FuzzRead: whatever stands in a workbook's sheet, texts and styles, reading ends,
// with every row in the order of the file and in bounds, or with a refusal.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetFormatPr defaultColWidth="0"/><cols><col min="1" max="3" width="9"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><t>二</t></is></c></row></sheetData></worksheet>`),
		[]byte(`<sst><si><t>一_x000d_</t></si><si/></sst>`), []byte(`<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>`))
	f.Add([]byte("\xff\xfe<\x00a\x00/\x00>\x00"), []byte(`<sst><si><r><rPr><strike/></rPr><t><![CDATA[甲]]></t></r></si></sst>`), []byte{})
	f.Add([]byte(`<worksheet><sheetData><row><c t="b"><v>1</v></c><c t="d"><v>2026-04-01</v></c><c><f>1+1</f></c><c t="e"><v>#N/A</v></c></row><!-- a --></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, sheet, texts, styles []byte) {
		file := packed(t, map[string][]byte{
			"_rels/.rels": []byte(packageRelations), "xl/_rels/workbook.xml.rels": []byte(bookRelations), "xl/workbook.xml": []byte(bookXML),
			"xl/sheet.xml": sheet, "xl/texts.xml": texts, "xl/styles.xml": styles,
		})
		var refused *workbook.Refusal
		book, err := workbook.Open(bytes.NewReader(file), int64(len(file)), "a.xlsx")
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return
		}
		row := 0
		err = book.Read(book.Sheets[0], workbook.Reader{
			Line: func(l workbook.Line) error {
				column := -1
				for _, c := range l.Cells {
					if c.Column <= column || c.Text == "" && c.Kind != workbook.FormulaCell {
						t.Fatalf("cell %d after %d of row %d: %q", c.Column, column, l.Row, c.Text)
					}
					column = c.Column
				}
				if l.Row <= row || len(l.Cells) == 0 || len(l.Cells) > workbook.MaxColumns+1 {
					t.Fatalf("row %d after %d with %d cells", l.Row, row, len(l.Cells))
				}
				row = l.Row
				return nil
			},
			Columns: func(first, last int) error {
				if first < 0 {
					t.Fatalf("columns %d to %d", first, last)
				}
				return nil
			},
			Merged: func(string) error { return nil },
		})
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if err := book.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
