package documents

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Lengths are twips, a twentieth of a point; sizes are half-points.
const (
	sizeTitle = 44 // 二号
	sizeBody  = 32 // 三号
	sizePage  = 28 // 四号
	sizeTable = 24 // 小四
	red       = "FF0000"

	// pitch is 28.95 pt: 22 lines fill the 225 mm of the type area.
	pitch = 579
	// tighter is -0.25 pt: 28 characters of 16 pt fill its 156 mm. With -0.2 pt they
	// need 0.2 pt more than there is, and LibreOffice breaks the line after 27.
	tighter = -5
	// one character of the body.
	char = 2 * sizeBody * 5
)

// mm is a length in twips.
func mm(v float64) int { return int(v*1440/25.4 + .5) }

// A face is the part a font plays in a document.
type face int

const (
	faceBody    face = iota // 仿宋
	faceTitle               // 小标宋
	faceHeading             // 黑体
	faceSub                 // 楷体
	faceNumber              // 宋体
)

// Fonts are the fonts by part. Of each the first is named in the file, on every
// run and for every script; the others are what to fall back on where it is
// missing. None is part of Duban: several may not be passed on.
type Fonts struct {
	// Body defaults to 仿宋_GB2312, 仿宋, FangSong.
	Body []string
	// Title is of titles and of the red head. Defaults to 方正小标宋简体, 小标宋, 宋体.
	Title []string
	// Heading defaults to 黑体, SimHei.
	Heading []string
	// Sub is of second headings. Defaults to 楷体_GB2312, 楷体, KaiTi.
	Sub []string
	// Number is of page numbers. Defaults to 宋体, SimSun.
	Number []string
}

func (f Fonts) withDefaults() Fonts {
	or := func(have *[]string, names ...string) {
		if len(*have) == 0 {
			*have = names
		}
	}
	or(&f.Body, "仿宋_GB2312", "仿宋", "FangSong")
	or(&f.Title, "方正小标宋简体", "小标宋", "宋体")
	or(&f.Heading, "黑体", "SimHei")
	or(&f.Sub, "楷体_GB2312", "楷体", "KaiTi")
	or(&f.Number, "宋体", "SimSun")
	return f
}

// names are the names of a face, the wanted one first.
func (f Fonts) names(of face) []string {
	switch of {
	case faceTitle:
		return f.Title
	case faceHeading:
		return f.Heading
	case faceSub:
		return f.Sub
	case faceNumber:
		return f.Number
	case faceBody:
		return f.Body
	default:
		return f.Body
	}
}

// A run is text of one look.
type run struct {
	text  string
	face  face
	size  int // sizeBody when 0
	color string
}

// A para is a paragraph.
type para struct {
	runs  []run
	align string // both when empty
	// first, left and right are indents in hundredths of a character; out is how
	// far the paragraph reaches beyond the type area, to both sides.
	first, left, right int
	outLeft, outRight  int
	line               int // pitch when 0
	before             int
	// rule is a red line at a side of the paragraph.
	rule rule
	// keep holds the paragraph on the page of the next one.
	keep    bool
	newPage bool
	// foot stands at the foot of the page's type area.
	foot []para
	// tab is where the text behind a tab ends, from the left.
	tab int
}

// A rule is a line above or below a paragraph.
type rule struct {
	side, style, color string
	size, space        int
}

// black is the colour of the lines of an imprint.
const black = "000000"

// A table has one row of headings unless bare, and columns of the widths.
type table struct {
	widths []int
	rows   [][]string
	bare   bool
	// centred are the columns that stand in the middle, besides the first.
	centred []int
	// height is the least of a row, size the letters'; sizeTable when 0.
	height, size int
}

// A block is a paragraph or a table.
type block interface{ write(w *writer) }

// A writer writes XML in the fonts of one document.
type writer struct {
	strings.Builder

	fonts Fonts
	// pitch is the height of a line that says none.
	pitch int
}

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(&w.Builder, format, args...) }

// text writes escaped text.
func (w *writer) text(s string) { _ = xml.EscapeText(&w.Builder, []byte(s)) }

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// look writes a run's properties. The font is named for every script, for Word
// takes a wrong one for each that is left out.
func (w *writer) look(r run) {
	size := r.size
	if size == 0 {
		size = sizeBody
	}
	w.printf(`<w:rPr><w:rFonts w:ascii="%[1]s" w:hAnsi="%[1]s" w:eastAsia="%[1]s" w:cs="%[1]s"/>`, escaped(w.fonts.names(r.face)[0]))
	if r.color != "" {
		w.printf(`<w:color w:val="%s"/>`, r.color)
	}
	if size == sizeBody {
		w.printf(`<w:spacing w:val="%d"/>`, tighter)
	}
	w.printf(`<w:sz w:val="%[1]d"/><w:szCs w:val="%[1]d"/></w:rPr>`, size)
}

func (r run) write(w *writer) {
	w.WriteString("<w:r>")
	w.look(r)
	for i, piece := range strings.Split(r.text, "\t") {
		if i > 0 {
			w.WriteString("<w:tab/>")
		}
		w.WriteString(`<w:t xml:space="preserve">`)
		w.text(piece)
		w.WriteString("</w:t>")
	}
	w.WriteString("</w:r>")
}

func (p para) write(w *writer) {
	w.WriteString("<w:p><w:pPr>")
	if p.keep {
		w.WriteString("<w:keepNext/>")
	}
	if p.newPage {
		w.WriteString("<w:pageBreakBefore/>")
	}
	if r := p.rule; r.side != "" {
		w.printf(`<w:pBdr><w:%s w:val="%s" w:sz="%d" w:space="%d" w:color="%s"/></w:pBdr>`, r.side, r.style, r.size, r.space, r.color)
	}
	line, align := p.line, p.align
	if line == 0 {
		line = cmp.Or(w.pitch, pitch)
	}
	if align == "" {
		align = "both"
	}
	if p.tab > 0 {
		w.printf(`<w:tabs><w:tab w:val="right" w:pos="%d"/></w:tabs>`, p.tab)
	}
	w.printf(`<w:spacing w:before="%d" w:after="0" w:line="%d" w:lineRule="exact"/>`, p.before, line)
	w.indent(p)
	w.printf(`<w:jc w:val="%s"/></w:pPr>`, align)
	w.foot(p.foot)
	for _, r := range p.runs {
		r.write(w)
	}
	w.WriteString("</w:p>")
}

// foot writes a box of the width of the type area, held at its foot: a frame or a
// table that wide LibreOffice leaves where it is in the text.
func (w *writer) foot(lines []para) {
	if len(lines) == 0 {
		return
	}
	const emu = 635 // in a twip
	high := 0
	for _, p := range lines {
		high += p.line
		if p.rule.side != "" { // the line and the space before it
			high += 20*p.rule.space + p.rule.size*20/8
		}
	}
	w.printf(`<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" Requires="wps"><w:drawing>`+
		`<wp:anchor xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="0">`+
		`<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH><wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>`+
		`<wp:extent cx="%[1]d" cy="%[2]d"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/><wp:docPr id="1" name="版记"/><wp:cNvGraphicFramePr/>`+
		`<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>`+
		`<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[2]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></wps:spPr><wps:txbx><w:txbxContent>`, textWidth*emu, high*emu)
	for _, p := range lines {
		p.write(w)
	}
	w.WriteString(`</w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent></w:r>`)
}

// indent writes indents in characters, which Word takes, and in twips, which all
// others do.
func (w *writer) indent(p para) {
	w.WriteString("<w:ind")
	side := func(name string, chars, out int) {
		if chars > 0 {
			w.printf(` w:%[1]sChars="%[2]d" w:%[1]s="%[3]d"`, name, chars, chars*char/100)
		} else if out > 0 {
			w.printf(` w:%s="%d"`, name, -out)
		}
	}
	side("left", p.left, p.outLeft)
	side("right", p.right, p.outRight)
	if p.first > 0 {
		w.printf(` w:firstLineChars="%d" w:firstLine="%d"`, p.first, p.first*(char+tighter)/100)
	}
	w.WriteString("/>")
}

func (t table) write(w *writer) {
	total := 0
	for _, width := range t.widths {
		total += width
	}
	w.printf(`<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>`, total)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		w.printf(`<w:%s w:val="single" w:sz="4" w:space="0" w:color="000000"/>`, side)
	}
	w.WriteString(`</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, width := range t.widths {
		w.printf(`<w:gridCol w:w="%d"/>`, width)
	}
	w.WriteString("</w:tblGrid>")
	for i, row := range t.rows {
		w.WriteString("<w:tr><w:trPr><w:cantSplit/>")
		if t.height > 0 {
			w.printf(`<w:trHeight w:val="%d" w:hRule="atLeast"/>`, t.height)
		}
		if i == 0 && !t.bare {
			w.WriteString("<w:tblHeader/>")
		}
		w.WriteString("</w:trPr>")
		for j, cell := range row {
			look := run{size: cmp.Or(t.size, sizeTable)}
			align := "left"
			if i == 0 && !t.bare || j == 0 || slices.Contains(t.centred, j) {
				align = "center"
			}
			if i == 0 && !t.bare || j == 0 && t.bare {
				look.face = faceHeading
			}
			w.printf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`, t.widths[j])
			for text := range strings.SplitSeq(cell, "\n") { // blanks to write on stay
				look.text = strings.Trim(text, " \r\t")
				para{runs: []run{look}, align: align, line: 340}.write(w)
			}
			w.WriteString("</w:tc>")
		}
		w.WriteString("</w:tr>")
	}
	w.WriteString("</w:tbl>")
}

// lines are the paragraphs of a text; one at least.
func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	if len(all) == 0 {
		return []string{""}
	}
	return all
}

// oneLine is a text as one paragraph: what had no mark at the end of its line gets one.
func oneLine(text string) string {
	all := lines(text)
	for i, line := range all[:len(all)-1] {
		if last, _ := utf8.DecodeLastRuneInString(line); !strings.ContainsRune("。！？；：，、.!?;:,", last) {
			all[i] = line + "；"
		}
	}
	return strings.Join(all, "")
}
