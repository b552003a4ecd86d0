package findings

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
)

const (
	// maxColumns is how many columns of a sheet are looked at; what stands
	// beyond them is an error.
	maxColumns = 64
	// maxRowText is how many bytes of text a row may have.
	maxRowText = 1 << 20
	// maxBlankRows is how many rows without any content a sheet may have.
	maxBlankRows = 20_000
)

// A cellKind says what stands in a cell.
type cellKind int

const (
	textCell cellKind = iota
	numberCell
	errorCell
	formulaCell
)

// A cell that is not blank.
type cell struct {
	column int
	kind   cellKind
	text   string
}

// A line is a row that is not blank.
type line struct {
	row    int
	hidden bool
	cells  []cell
}

// A reader of a sheet is told what is in it, in the order of the file.
type reader struct {
	texts *texts
	// line gets every row that is not blank; it keeps none of it.
	line func(line) error
	// columns gets what columns are hidden, from 0, both counted in.
	columns func(first, last int) error
	merged  func(ref string) error

	now     line
	blank   int
	cell    cell
	form    string
	text    strings.Builder
	content int
}

// read reads the sheet, one row at a time.
func (r *reader) read(from io.Reader) error {
	r.cell.column = -1
	return walk{enter: r.enter, text: r.inside, leave: r.leave}.run(from)
}

func (r *reader) enter(path []string, a []xml.Attr) error {
	switch within := strings.Join(path[min(1, len(path)):], "/"); within {
	case "cols/col":
		if !truth(attribute(a, "hidden")) {
			return nil
		}
		first, ok1 := parseCount(attribute(a, "min"), maxColumn)
		last, ok2 := parseCount(attribute(a, "max"), maxColumn)
		if !ok1 || !ok2 {
			return corrupt()
		}
		return r.columns(first-1, last-1)
	case "sheetData/row":
		return r.begin(a)
	case "sheetData/row/c":
		return r.beginCell(a)
	case "sheetData/row/c/f":
		r.cell.kind = formulaCell
	case "mergeCells/mergeCell":
		return r.merged(attribute(a, "ref"))
	}
	return nil
}

func (r *reader) begin(a []xml.Attr) error {
	row := r.now.row + 1
	if name := attribute(a, "r"); name != "" {
		var ok bool
		if row, ok = parseCount(name, maxRow); !ok || row <= r.now.row {
			return corrupt()
		}
	}
	if row > maxRow {
		return corrupt()
	}
	r.now = line{row: row, hidden: truth(attribute(a, "hidden")), cells: r.now.cells[:0]}
	r.cell.column, r.content = -1, 0
	return nil
}

func (r *reader) beginCell(a []xml.Attr) error {
	column := r.cell.column + 1
	if name := attribute(a, "r"); name != "" {
		at, row, ok := parseCell(name)
		if !ok || row != r.now.row || at < column {
			return corrupt()
		}
		column = at
	}
	r.cell, r.form = cell{column: column}, attribute(a, "t")
	switch r.form {
	case "", "n":
		r.cell.kind = numberCell
	case "e":
		r.cell.kind = errorCell
	}
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
	if r.form == "s" && r.cell.kind != formulaCell {
		var err error
		if text, err = r.texts.at(text); err != nil {
			return err
		}
	}
	text = trim(text)
	if text == "" && r.cell.kind != formulaCell {
		return nil
	}
	if r.content += len(text); r.content > maxRowText {
		return corruptBy(errLongToken)
	}
	// Beyond the columns looked at, one cell stands for all.
	if r.cell.column >= maxColumns && len(r.now.cells) > 0 && r.now.cells[len(r.now.cells)-1].column >= maxColumns {
		return nil
	}
	r.cell.text = text
	r.now.cells = append(r.now.cells, r.cell)
	return nil
}

func (r *reader) end() error {
	if len(r.now.cells) > 0 {
		return r.line(r.now)
	}
	if r.blank++; r.blank > maxBlankRows {
		return refuse("blank_rows", "工作表有大量空行，已停止读取。请选中并删除数据以外的空行后再上传。", "The sheet has too many empty rows.")
	}
	return nil
}
