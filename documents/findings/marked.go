package findings

import (
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"duban/documents/workbook"
)

// Marked writes a workbook that came again, row for row and column for column as
// it was, with its faults in red. At the end stands a column in which they are
// explained, and one of what is known already. Rows gives every row in order.
func Marked(w io.Writer, tables Tables, header Header, rows func(func(Row) error) error) error {
	return write(w, tables, header, func(f *excelize.File, s styles) error { return writeRows(f, s, tables.sheet(), header, rows) })
}

// A marking is how the sheet of findings is written.
type marking struct {
	styles
	// heads are the header's, with the columns that are ours.
	heads []string
	// explained and hinted are which columns are ours.
	explained, hinted int
}

// column is which column of the sheet is of a kind; one more if there is none.
func (m *marking) column(is Column) int {
	at := slices.IndexFunc(m.heads, func(head string) bool { return columnOf(head) == is })
	if at < 0 {
		at = len(m.heads)
		m.heads = append(m.heads, columns[is].header)
	}
	return at
}

// writeRows streams the sheet of findings. One without rows has no column of ours.
func writeRows(f *excelize.File, s styles, sheet string, header Header, rows func(func(Row) error) error) error {
	out, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	m := marking{styles: s, heads: slices.Clone(header.Columns)}
	m.explained, m.hinted = m.column(Errors), m.column(Hinted)
	if err := widths(out, m.heads); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: header.Row, TopLeftCell: workbook.CellName(0, header.Row+1), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	begun := false
	head := func(heads []string) error {
		begun = true
		return out.SetRow(workbook.CellName(0, header.Row), m.head(header, heads))
	}
	err = rows(func(r Row) error {
		if !begun {
			if err := head(m.heads); err != nil {
				return err
			}
			// Its own heading stands where they would be explained.
			r.Faults = append(slices.Clone(header.Faults), r.Faults...)
		}
		return out.SetRow(workbook.CellName(0, r.Row), m.row(r))
	})
	if err == nil && !begun {
		err = head(header.Columns)
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

func widths(out *excelize.StreamWriter, heads []string) error {
	for i, name := range heads {
		width := 12.0
		if is := columnOf(name); is != Unread {
			width = columns[is].width
		}
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	return nil
}

// head are the header's cells, those at fault in red.
func (m marking) head(header Header, heads []string) []any {
	cells := make([]any, len(heads))
	for i, name := range heads {
		cells[i] = excelize.Cell{StyleID: m.header, Value: name}
	}
	m.redden(cells, header.Row, header.Faults)
	return cells
}

// row are a row's cells, those at fault in red, and why at the end.
func (m marking) row(r Row) []any {
	cells := make([]any, max(len(r.Cells), len(m.heads)))
	for i := range cells {
		one := excelize.Cell{StyleID: m.text}
		if i < len(r.Cells) && i != m.explained && i != m.hinted {
			one.Value = r.Cells[i]
		}
		cells[i] = one
	}
	m.redden(cells, r.Row, r.Faults)
	var why []string
	for _, f := range r.Faults {
		why = append(why, f.Cell+"："+f.ZH)
	}
	if len(why) > 0 {
		cells[m.explained] = excelize.Cell{StyleID: m.wrong, Value: strings.Join(why, "\n")}
	}
	if r.Hint != nil {
		cells[m.hinted] = excelize.Cell{StyleID: m.text, Value: r.Hint.ZH()}
	}
	return cells
}

// redden shows which cells of a row are at fault.
func (m marking) redden(cells []any, row int, faults []Fault) {
	for _, f := range faults {
		if column, _, ok := workbook.ParseCell(f.Cell); ok && f.Row == row && column < len(cells) {
			cells[column] = excelize.Cell{StyleID: m.wrong, Value: valueOf(cells[column])}
		}
	}
}

func valueOf(v any) any {
	if c, ok := v.(excelize.Cell); ok {
		return c.Value
	}
	return v
}
