package directory

import (
	"io"
	"strings"

	"duban/documents/workbook"
)

// Marked writes a workbook that was refused again, row for row and column for
// column as it was, with its faults in red and explained in a column at the end.
// Kinds are the posts to choose from.
func Marked(w io.Writer, b *Book, kinds []string) error {
	var sheets []string
	for _, t := range b.tables {
		sheets = append(sheets, t.name)
	}
	book, err := workbook.NewWriter(w, sheets...)
	if err != nil {
		return err
	}
	for _, t := range b.tables {
		if err := t.mark(book, kinds); err != nil {
			return err
		}
	}
	return book.Close()
}

func (t *table) mark(book *workbook.Writer, kinds []string) error {
	explained := t.at[len(t.columns)]
	headers := t.headers
	if explained < 0 {
		explained = len(headers)
		headers = append(append([]string{}, headers...), errorsHeader)
	}
	if err := book.Sheet(t.markedForm(explained, kinds)); err != nil {
		return err
	}
	if err := book.Row(t.head, styled(headers, workbook.Head)...); err != nil {
		return err
	}
	merged := map[int][]workbook.Fault{}
	for _, f := range t.merged {
		merged[f.Row] = append(merged[f.Row], f)
	}
	for _, r := range t.rows {
		if err := book.Row(r.n, r.mark(explained, merged[r.n])...); err != nil {
			return err
		}
	}
	return nil
}

// mark are a row's cells, those at fault in red, and why at the end.
func (r *row) mark(explained int, merged []workbook.Fault) []workbook.Styled {
	cells := make([]workbook.Styled, max(len(r.typed), explained+1))
	for i, text := range r.typed {
		cells[i].Text = text
	}
	var why []string
	for _, f := range append(append([]workbook.Fault{}, r.faults...), merged...) {
		why = append(why, f.Cell+"："+f.ZH)
		if at, _, ok := workbook.ParseCell(f.Cell); ok && at < len(cells) {
			cells[at].Style = workbook.Wrong
		}
	}
	cells[explained] = workbook.Styled{Text: strings.Join(why, "\n")}
	if len(why) > 0 {
		cells[explained].Style = workbook.Wrong
	}
	return cells
}

// markedForm has the columns where they stood, and the drop-downs whose choices
// stand in the workbook.
func (t *table) markedForm(explained int, posts []string) workbook.Form {
	f := workbook.Form{Frozen: t.head, Widths: make([]float64, max(len(t.is), explained+1))}
	for i := range f.Widths {
		f.Widths[i] = 14
	}
	f.Widths[explained] = 60
	for i, c := range t.columns {
		at := t.at[i]
		if at < 0 {
			continue
		}
		f.Widths[at] = c.width
		from := t.book.table(c.choices)
		switch {
		case c.choices == kinds:
			f.Lists = append(f.Lists, c.list(at, t.head, `"`+strings.Join(posts, ",")+`"`))
		case from.is != nil:
			f.Lists = append(f.Lists, c.list(at, t.head, choicesOf(c.choices, from.at[c.from], from.head)))
		}
	}
	return f
}
