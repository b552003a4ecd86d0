package workbook

import (
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"

	"duban/characters"
)

const (
	// MaxColumns is how many columns of a sheet are looked at; what stands
	// beyond them is an error.
	MaxColumns = 64
	// maxRowText is how many bytes of text a row may have.
	maxRowText = 1 << 20
	// maxBlankRows is how many rows without any content a sheet may have.
	maxBlankRows = 20_000
)

// A CellKind says what stands in a cell.
type CellKind int

// The kinds of cell.
const (
	TextCell CellKind = iota
	NumberCell
	ErrorCell
	FormulaCell
	BooleanCell
	DateCell
)

// A Cell is one that is not blank.
type Cell struct {
	// Column counts from 0.
	Column int
	Kind   CellKind
	// Text is what stands in it; of a number its digits, as the file has them.
	Text string
	// Format is how a number is shown, and Struck tells that it is struck out.
	Format string
	Struck bool
}

// A Line is a row that is not blank.
type Line struct {
	Row    int
	Hidden bool
	Cells  []Cell
}

// A Reader is told what is on a sheet, in the order of the file.
type Reader struct {
	// Line gets every row that is not blank, and keeps none of it.
	Line func(Line) error
	// Columns gets what columns are hidden, from 0, both counted in.
	Columns func(first, last int) error
	// Merged gets what cells are merged, such as A1:B2; a sheet tells of them
	// behind its rows.
	Merged func(ref string) error
}

// A reader is a sheet while it is read.
type reader struct {
	Reader

	texts  *texts
	styles styles
	// low: rows of which nothing is said have no height.
	low bool
	// narrow is the same of columns, and wide are those that do have a width.
	narrow  bool
	wide    columns
	now     Line
	blank   int
	cell    Cell
	form    string
	text    strings.Builder
	content int
}

// read reads the sheet, one row at a time.
func (r *reader) read(from io.Reader) error {
	r.cell.Column = -1
	return walk{enter: r.enter, text: r.inside, leave: r.leave}.run(from)
}

func (r *reader) enter(path []string, a []xml.Attr) error {
	switch within := strings.Join(path[min(1, len(path)):], "/"); within {
	case "sheetFormatPr":
		r.low, r.narrow = truth(attribute(a, "zeroHeight")), none(attribute(a, "defaultColWidth"), noWidth)
	case "cols/col":
		return r.column(a)
	case "sheetData":
		return r.others()
	case "sheetData/row":
		return r.begin(a)
	case "sheetData/row/c":
		return r.beginCell(a)
	case "sheetData/row/c/is/r/rPr/strike":
		r.cell.Struck = r.cell.Struck || on(a)
	case "sheetData/row/c/f":
		r.cell.Kind = FormulaCell
	case "mergeCells/mergeCell":
		return r.Merged(attribute(a, "ref"))
	}
	return nil
}

func (r *reader) begin(a []xml.Attr) error {
	row := r.now.Row + 1
	if name := attribute(a, "r"); name != "" {
		var ok bool
		if row, ok = parseCount(name, maxRow); !ok || row <= r.now.Row {
			return Corrupt()
		}
	}
	if row > maxRow {
		return Corrupt()
	}
	r.now = Line{Row: row, Hidden: r.hides(a), Cells: r.now.Cells[:0]}
	r.cell.Column, r.content = -1, 0
	return nil
}

// hides reports whether nobody sees a row.
func (r *reader) hides(a []xml.Attr) bool {
	height := attribute(a, "ht")
	return truth(attribute(a, "hidden")) || none(height, 1) || r.low && height == "" && attribute(a, "hidden") == ""
}

// none reports whether a size is given and nobody sees what has it.
func none(size string, least float64) bool {
	n, err := strconv.ParseFloat(size, 64)
	return err == nil && n < least
}

func (r *reader) beginCell(a []xml.Attr) error {
	column := r.cell.Column + 1
	if name := attribute(a, "r"); name != "" {
		at, row, ok := ParseCell(name)
		if !ok || row != r.now.Row || at < column {
			return Corrupt()
		}
		column = at
	}
	r.cell, r.form = Cell{Column: column}, attribute(a, "t")
	switch r.form {
	case "", "n":
		r.cell.Kind = NumberCell
	case "b":
		r.cell.Kind = BooleanCell
	case "d":
		r.cell.Kind = DateCell
	case "e":
		r.cell.Kind = ErrorCell
	}
	style := r.styles.of(attribute(a, "s"))
	r.cell.Format, r.cell.Struck = style.format, style.struck
	r.text.Reset()
	return nil
}

func (r *reader) inside(path []string, text []byte) error {
	if len(path) < 5 || path[1] != "sheetData" || path[3] != "c" {
		return nil
	}
	last := path[len(path)-1]
	if value := last == "v" || last == "t" && path[4] == "is"; !value || slices.Contains(path, "rPh") {
		return nil
	}
	if r.text.Len()+len(text) > maxText {
		return corruptBy(errLongToken)
	}
	r.text.Write(text)
	return nil
}

func (r *reader) leave(path []string) error {
	if len(path) < 3 || path[1] != "sheetData" || path[2] != "row" {
		return nil
	}
	switch {
	case len(path) == 4 && path[3] == "c":
		return r.endCell()
	case len(path) == 3:
		return r.end()
	}
	return nil
}

func (r *reader) endCell() error {
	text := r.text.String()
	// A cell that has a style and no text says nothing of the shared ones.
	if r.form == "s" && r.cell.Kind != FormulaCell && strings.TrimSpace(text) != "" {
		var (
			struck bool
			err    error
		)
		if text, struck, err = r.texts.at(text); err != nil {
			return err
		}
		r.cell.Struck = r.cell.Struck || struck
	}
	if r.cell.Kind != NumberCell {
		text = decoded(text)
	}
	text = characters.Trim(text)
	if text == "" && r.cell.Kind != FormulaCell {
		return nil
	}
	if r.content += len(text); r.content > maxRowText {
		return corruptBy(errLongToken)
	}
	// Beyond the columns looked at, one cell stands for all.
	if r.cell.Column >= MaxColumns && len(r.now.Cells) > 0 && r.now.Cells[len(r.now.Cells)-1].Column >= MaxColumns {
		return nil
	}
	r.cell.Text = text
	r.now.Cells = append(r.now.Cells, r.cell)
	return nil
}

func (r *reader) end() error {
	if len(r.now.Cells) > 0 {
		return r.Line(r.now)
	}
	if r.blank++; r.blank > maxBlankRows {
		return Refuse("blank_rows", "工作表有大量空行，已停止读取。请选中并删除数据以外的空行后再上传。", "The sheet has too many empty rows.")
	}
	return nil
}
