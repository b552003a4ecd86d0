package ledger

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"duban/calendar"
	"duban/documents/workbook"
	"duban/policy"
)

// MaxRows is how many cases one sheet holds beside title and heading.
const MaxRows = excelize.TotalRows - headRow

const (
	sheet   = "整改台账"
	headRow = 2
)

// A Ledger is a workbook being written.
type Ledger struct {
	file   *excelize.File
	stream *excelize.StreamWriter
	codes  policy.Codes
	styles styles
	n      int
}

// styles are the numbers of the cells' styles.
type styles struct{ title, head, text, centre, date, provisional int }

// New begins a ledger; on is the day it tells of. Codes are shown by the names
// the code tables give them. Close it in any case.
func New(codes policy.Codes, on calendar.Date) (*Ledger, error) {
	l := &Ledger{file: excelize.NewFile(), codes: codes}
	if err := l.begin(on); err != nil {
		_ = l.file.Close()
		return nil, fmt.Errorf("begin ledger: %w", err)
	}
	return l, nil
}

func (l *Ledger) begin(on calendar.Date) error {
	if err := l.file.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	if err := l.define(); err != nil {
		return err
	}
	if err := l.paper(); err != nil {
		return err
	}
	var err error
	if l.stream, err = l.file.NewStreamWriter(sheet); err != nil {
		return err
	}
	for i, c := range columns() {
		if err := l.stream.SetColWidth(i+1, i+1, max(c.width, 1)); err != nil {
			return err
		}
		if c.hidden {
			if err := l.stream.SetColVisible(i+1, i+1, false); err != nil {
				return err
			}
		}
	}
	if err := l.stream.SetPanes(&excelize.Panes{Freeze: true, XSplit: 2, YSplit: headRow, TopLeftCell: "C3", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	title := excelize.Cell{StyleID: l.styles.title, Value: fmt.Sprintf("整改台账（%d年%d月%d日）", on.Year(), on.Month(), on.Day())}
	if err := l.stream.SetRow("A1", []any{title}, excelize.RowOpts{Height: 32}); err != nil {
		return err
	}
	if err := l.stream.MergeCell("A1", lastShown()+"1"); err != nil {
		return err
	}
	var head []any
	for _, c := range columns() {
		head = append(head, excelize.Cell{StyleID: l.styles.head, Value: c.name})
	}
	return l.stream.SetRow("A2", head, excelize.RowOpts{Height: 24})
}

// Add writes one case.
func (l *Ledger) Add(r Row) error {
	if l.n >= MaxRows {
		return fmt.Errorf("write ledger: more than %d cases", MaxRows)
	}
	l.n++
	var cells []any
	lines := 1
	for _, c := range columns() {
		value := c.value(l, r)
		cells = append(cells, l.cell(c, value))
		if text, ok := value.(string); ok && !c.hidden {
			lines = max(lines, linesIn(text, int(c.width)))
		}
	}
	if err := l.stream.SetRow(fmt.Sprintf("A%d", headRow+l.n), cells, excelize.RowOpts{Height: height(lines)}); err != nil {
		return fmt.Errorf("write ledger row %d: %w", l.n, err)
	}
	return nil
}

// linesIn is about how many lines a text takes in a column of so many digits: a
// Chinese character is as wide as two.
func linesIn(text string, wide int) int {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		width := 0
		for _, r := range line {
			width++
			if r >= firstWide {
				width++
			}
		}
		n += max(1, (width+wide-1)/wide)
	}
	return n
}

// firstWide is where the characters begin that are as wide as two digits.
const firstWide = 0x2000

// height is the height of a row of so many lines. Not every program makes the rows
// of a sheet that it opens as high as their texts need.
func height(lines int) float64 {
	const line, edge, most = 13.5, 6, 409 // no row may be higher
	return min(float64(lines)*line+edge, most)
}

// cell is a value as a cell: a day is a real date, a text is never a formula.
func (l *Ledger) cell(c column, value any) excelize.Cell {
	style := l.styles.text
	if c.centre {
		style = l.styles.centre
	}
	switch v := value.(type) {
	case day:
		if v.on.IsZero() {
			return excelize.Cell{StyleID: style}
		}
		style = l.styles.date
		if v.provisional {
			style = l.styles.provisional
		}
		return excelize.Cell{StyleID: style, Value: time.Date(v.on.Year(), v.on.Month(), v.on.Day(), 0, 0, 0, 0, time.UTC)}
	case string:
		return excelize.Cell{StyleID: style, Value: workbook.Safe(v)}
	default:
		return excelize.Cell{StyleID: style, Value: v}
	}
}

// WriteTo ends the ledger and writes the workbook.
func (l *Ledger) WriteTo(w io.Writer) (int64, error) {
	n, err := l.file.WriteTo(w)
	if err != nil {
		return n, fmt.Errorf("write ledger: %w", err)
	}
	return n, nil
}

// End ends the sheet: no case can be added after it.
func (l *Ledger) End() error {
	if err := l.stream.Flush(); err != nil {
		return fmt.Errorf("end ledger: %w", err)
	}
	return nil
}

// Close removes what lies in temporary files.
func (l *Ledger) Close() error { return l.file.Close() }
