package documents

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"time"
)

// A document is a Word file being made.
type document struct {
	title, author string
	// created stands in the file's properties; the day of the paper, so that the
	// bytes depend on the input alone.
	created time.Time
	fonts   Fonts
	// letter is the letter layout (信函格式): no page number on the first page, and
	// a red double line at its foot.
	letter bool
	// head stands above the type area of the first page, imprint at the foot of the
	// last one.
	head    []block
	imprint []para
	body    []block
	// pitch is the height of a line, when it is not the usual.
	pitch int
}

func (d *document) add(blocks ...block) { d.body = append(d.body, blocks...) }

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nameSpace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	mediaWord = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// The page and its margins.
const (
	pageWidth, pageHeight = 11906, 16838
	marginTop             = 2098 // 37 mm
	marginRight           = 1474 // 26 mm
	marginBottom          = 1984 // 35 mm
	marginLeft            = 1587 // 28 mm
	textWidth             = pageWidth - marginLeft - marginRight
	// headerTop is where a letter's head begins, so that its letters of 32 points
	// begin 30 mm from the edge.
	headerTop = 1701 - (headLine-640)/2
	// footerBottom is where a letter's foot ends, in mm from the edge; a page number
	// stands 3 mm higher.
	footerBottom = 20
)

// propertiesName is the part that has the title.
const propertiesName = "docProps/core.xml"

// A part is one file within the file.
type part struct{ name, kind, text string }

// bytes is the file: the same parts in the same order with the same times.
func (d *document) bytes() ([]byte, error) {
	parts := []part{
		{"word/styles.xml", "styles", d.styles()},
		{"word/settings.xml", "settings", settings},
		{"word/fontTable.xml", "fontTable", d.fontTable()},
		{"word/footer1.xml", "footer", d.footer("right")},
		{"word/footer2.xml", "footer", d.footer("left")},
		{"word/footer3.xml", "footer", d.firstFooter()},
		{"word/header1.xml", "header", d.firstHeader()},
	}
	var types, links strings.Builder
	for i, p := range parts {
		fmt.Fprintf(&types, `<Override PartName="/%s" ContentType="%s%s+xml"/>`, p.name, mediaWord, p.kind)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s%s" Target="%s"/>`, i+1, relations, p.kind, strings.TrimPrefix(p.name, "word/"))
	}
	all := append([]part{
		{"[Content_Types].xml", "", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="` + mediaWord + `document.main+xml"/>` + types.String() +
			`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`},
		{"_rels/.rels", "", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + relations + `officeDocument" Target="word/document.xml"/>` +
			`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{propertiesName, "", d.properties()},
		{"word/_rels/document.xml.rels", "", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + links.String() + `</Relationships>`},
		{"word/document.xml", "", d.document()},
	}, parts...)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range all {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: d.created.UTC()})
		if err != nil {
			return nil, fmt.Errorf("write document part %s: %w", p.name, err)
		}
		if _, err := w.Write([]byte(p.text)); err != nil {
			return nil, fmt.Errorf("write document part %s: %w", p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write document: %w", err)
	}
	return out.Bytes(), nil
}

// document is the text itself. It has no grid, for each line has its exact height:
// LibreOffice would cut a first page short to whole lines of the grid, and put 18
// characters on a line by one of characters.
func (d *document) document() string {
	w := &writer{fonts: d.fonts, pitch: d.pitch}
	w.WriteString(xmlHead + `<w:document ` + nameSpace + `><w:body>`)
	for i, b := range d.body {
		if last, ok := b.(para); ok && i == len(d.body)-1 {
			last.foot = d.imprint
			b = last
		}
		b.write(w)
	}
	w.WriteString(`<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>`)
	if d.letter {
		w.WriteString(`<w:footerReference w:type="first" r:id="rId6"/><w:headerReference w:type="first" r:id="rId7"/>`)
	}
	w.printf(`<w:pgSz w:w="%d" w:h="%d"/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="%d" w:footer="%d" w:gutter="0"/>`,
		pageWidth, pageHeight, marginTop, marginRight, marginBottom, marginLeft, headerTop, mm(footerBottom))
	if d.letter {
		w.WriteString(`<w:titlePg/>`)
	}
	w.printf(`<w:docGrid w:linePitch="%d"/></w:sectPr></w:body></w:document>`, pitch)
	return w.String()
}

func (d *document) properties() string {
	return xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + escaped(d.title) + `</dc:title><dc:creator>` + escaped(d.author) + `</dc:creator>` +
		`<dcterms:created xsi:type="dcterms:W3CDTF">` + d.created.UTC().Format(time.RFC3339) + `</dcterms:created></cp:coreProperties>`
}

func (d *document) styles() string {
	w := &writer{fonts: d.fonts}
	w.WriteString(xmlHead + `<w:styles ` + nameSpace + `><w:docDefaults><w:rPrDefault>`)
	w.printf(`<w:rPr><w:rFonts w:ascii="%[1]s" w:hAnsi="%[1]s" w:eastAsia="%[1]s" w:cs="%[1]s"/><w:spacing w:val="%[2]d"/><w:sz w:val="%[3]d"/><w:szCs w:val="%[3]d"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>`,
		escaped(d.fonts.Body[0]), tighter, sizeBody)
	w.WriteString(`</w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/><w:pPr><w:widowControl w:val="0"/></w:pPr></w:style></w:styles>`)
	return w.String()
}

const settings = xmlHead + `<w:settings ` + nameSpace + `><w:evenAndOddHeaders/><w:characterSpacingControl w:val="doNotCompress"/>` +
	`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`

// fontTable tells a reader that lacks a font what to take instead.
func (d *document) fontTable() string {
	var b strings.Builder
	b.WriteString(xmlHead + `<w:fonts ` + nameSpace + `>`)
	for _, names := range [][]string{d.fonts.Body, d.fonts.Title, d.fonts.Heading, d.fonts.Sub, d.fonts.Number} {
		fmt.Fprintf(&b, `<w:font w:name="%s">`, escaped(names[0]))
		if len(names) > 1 {
			fmt.Fprintf(&b, `<w:altName w:val="%s"/>`, escaped(strings.Join(names[1:], ",")))
		}
		b.WriteString(`<w:charset w:val="86"/></w:font>`)
	}
	b.WriteString(`</w:fonts>`)
	return b.String()
}

// footer is the page number, — 1 —, a character in from its side.
func (d *document) footer(side string) string {
	w := &writer{fonts: d.fonts}
	look := run{face: faceNumber, size: sizePage}
	field := func(inner string) {
		w.WriteString("<w:r>")
		w.look(look)
		w.WriteString(inner + "</w:r>")
	}
	w.printf(xmlHead+`<w:ftr `+nameSpace+`><w:p><w:pPr><w:spacing w:before="0" w:after="%[2]d" w:line="400" w:lineRule="exact"/><w:ind w:%[1]sChars="100" w:%[1]s="280"/><w:jc w:val="%[1]s"/></w:pPr>`, side, mm(3))
	run{text: "— ", face: look.face, size: look.size}.write(w)
	field(`<w:fldChar w:fldCharType="begin"/>`)
	field(`<w:instrText xml:space="preserve"> PAGE </w:instrText>`)
	field(`<w:fldChar w:fldCharType="separate"/>`)
	field(`<w:t>1</w:t>`)
	field(`<w:fldChar w:fldCharType="end"/>`)
	run{text: " —", face: look.face, size: look.size}.write(w)
	w.WriteString(`</w:p></w:ftr>`)
	return w.String()
}

// firstHeader is the head of a letter's first page.
func (d *document) firstHeader() string {
	w := &writer{fonts: d.fonts}
	w.WriteString(xmlHead + `<w:hdr ` + nameSpace + `>`)
	for _, b := range d.head {
		b.write(w)
	}
	if len(d.head) == 0 {
		para{}.write(w)
	}
	w.WriteString(`</w:hdr>`)
	return w.String()
}

// firstFooter is the foot of a letter's first page: a red double line 20 mm from
// the edge, 170 mm long, and no number.
func (d *document) firstFooter() string {
	w := &writer{fonts: d.fonts}
	w.WriteString(xmlHead + `<w:ftr ` + nameSpace + `>`)
	para{
		line: 400, outLeft: mm(8), outRight: mm(6), rule: rule{side: "bottom", style: "thinThickSmallGap", color: red, size: 24, space: 8},
	}.write(w)
	w.WriteString(`</w:ftr>`)
	return w.String()
}
