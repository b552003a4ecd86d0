package workbook

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Style is how a cell looks. What is typed into a cell of any of them stays as
// it was typed.
type Style int

// The styles.
const (
	Text  Style = iota // a value
	Head               // the heading of a column
	Wrong              // a value with an error
)

// number is a style's place in the workbook's own list, whose first is that of
// cells nobody wrote.
func (s Style) number() int { return int(s) + 1 }

// A Styled is a cell to be written. What could be taken for a formula gets a
// mark; see Safe.
type Styled struct {
	Text  string
	Style Style
}

// A Form is what a sheet has beside its cells.
type Form struct {
	// Widths are the columns' from the first on, in characters.
	Widths []float64
	// Frozen is the row of the heading, which stays in view; none when 0.
	Frozen int
	// Lists are its drop-downs.
	Lists []List
}

// A List is a drop-down.
type List struct {
	// Column counts from 0; First and Last are rows.
	Column      int
	First, Last int
	// From is where the choices stand, such as '区域'!$B$2:$B$100, or the choices
	// themselves, in quotes.
	From string
	// Title and Message are said when something else is typed.
	Title, Message string
}

// A Writer writes a workbook, sheet by sheet and row by row, and keeps none of
// it. The same cells make the same bytes.
type Writer struct {
	zip   *zip.Writer
	names []string
	begun int
	sheet *bufio.Writer
	form  Form
}

// errSheets: the sheets that were announced are not those that were written.
var errSheets = errors.New("write workbook: not the sheets that were announced")

// NewWriter begins a workbook of these sheets.
func NewWriter(w io.Writer, sheets ...string) (*Writer, error) {
	book := &Writer{zip: zip.NewWriter(w), names: sheets}
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", book.types()},
		{"_rels/.rels", packageRelations},
		{"xl/workbook.xml", book.workbook()},
		{"xl/_rels/workbook.xml.rels", book.relations()},
		{"xl/styles.xml", styleSheet},
	} {
		into, err := book.zip.Create(part.name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(into, part.content); err != nil {
			return nil, err
		}
	}
	return book, nil
}

// Sheet begins the next sheet.
func (w *Writer) Sheet(f Form) error {
	if err := w.end(); err != nil {
		return err
	}
	if w.begun == len(w.names) {
		return errSheets
	}
	w.begun++
	into, err := w.zip.Create(sheetPart(w.begun))
	if err != nil {
		return err
	}
	w.sheet, w.form = bufio.NewWriter(into), f
	w.write(xml.Header, `<worksheet xmlns="`, mainSpace, `"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">`)
	if f.Frozen > 0 {
		w.write(fmt.Sprintf(`<pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/>`, f.Frozen, f.Frozen+1))
	}
	w.write(`</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>`)
	if len(f.Widths) > 0 {
		w.write(`<cols>`)
		for i, width := range f.Widths {
			w.write(fmt.Sprintf(`<col min="%d" max="%d" width="%g" style="%d" customWidth="1"/>`, i+1, i+1, width, Text.number()))
		}
		w.write(`</cols>`)
	}
	w.write(`<sheetData>`)
	return nil
}

// Row writes a row; its number is greater than that of the one before.
func (w *Writer) Row(n int, cells ...Styled) error {
	w.write(fmt.Sprintf(`<row r="%d"%s>`, n, w.height(cells)))
	for i, c := range cells {
		w.write(fmt.Sprintf(`<c r="%s" s="%d"`, CellName(i, n), c.Style.number()))
		if c.Text == "" {
			w.write(`/>`)
			continue
		}
		w.write(` t="inlineStr"><is><t xml:space="preserve">`, escaped(guarded(Safe(c.Text))), `</t></is></c>`)
	}
	w.write(`</row>`)
	return w.failed()
}

// height says how high a row is when a text in it takes several lines: not every
// program works that out by itself.
func (w *Writer) height(cells []Styled) string {
	const line, highest = 15, 27
	most := 1
	for i, c := range cells {
		if i >= len(w.form.Widths) {
			break
		}
		lines := 0
		for part := range strings.SplitSeq(c.Text, "\n") {
			wide := 0
			for _, r := range part {
				if wide++; r > 0x2E7F { // Chinese is twice as wide
					wide++
				}
			}
			lines += 1 + wide/max(1, int(w.form.Widths[i]))
		}
		most = max(most, lines)
	}
	if most == 1 {
		return ""
	}
	return fmt.Sprintf(` ht="%d" customHeight="1"`, line*min(most, highest))
}

// Close ends the workbook.
func (w *Writer) Close() error {
	if err := w.end(); err != nil {
		return err
	}
	if w.begun != len(w.names) {
		return errSheets
	}
	return w.zip.Close()
}

// end ends the sheet that was begun, if any was.
func (w *Writer) end() error {
	if w.sheet == nil {
		return nil
	}
	w.write(`</sheetData>`)
	if len(w.form.Lists) > 0 {
		w.write(fmt.Sprintf(`<dataValidations count="%d">`, len(w.form.Lists)))
		for _, l := range w.form.Lists {
			w.write(fmt.Sprintf(`<dataValidation type="list" allowBlank="1" showErrorMessage="1" errorTitle="%s" error="%s" sqref="%s:%s">`,
				escaped(l.Title), escaped(l.Message), CellName(l.Column, l.First), CellName(l.Column, l.Last)))
			w.write(`<formula1>`, formula(l.From), `</formula1></dataValidation>`)
		}
		w.write(`</dataValidations>`)
	}
	w.write(`<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>`)
	err := w.sheet.Flush()
	w.sheet = nil
	return err
}

// write keeps what went wrong; failed and end tell of it.
func (w *Writer) write(texts ...string) {
	for _, text := range texts {
		_, _ = w.sheet.WriteString(text)
	}
}

func (w *Writer) failed() error {
	_, err := w.sheet.Write(nil)
	return err
}

// formula is a formula of our own, in which quotes stay as they are.
func formula(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a builder takes everything
	return out.String()
}
