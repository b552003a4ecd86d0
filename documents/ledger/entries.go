package ledger

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"duban/calendar"
)

// An Entry is one entry of a negative list as a row of its workbook.
type Entry struct {
	UnitName string
	Year     int
	ListedOn calendar.Date
	// Basis is why; what the public may read of it in a workbook for the public.
	Basis     string
	Decision  string
	DecidedOn calendar.Date
	// Cases are the numbers of the cases it rests on; empty for the public.
	Cases string
	State string
	// EndsOn is the last day it lasts, zero when only a decision ends it.
	EndsOn calendar.Date
	ID     string
}

const entrySheet = "负面清单"

// Entries is the workbook of a negative list being written.
type Entries struct{ l *Ledger }

// NewEntries begins a workbook under a title. Close it in any case.
func NewEntries(title string) (*Entries, error) {
	e := &Entries{l: &Ledger{file: excelize.NewFile(), sheet: entrySheet}}
	if err := e.l.begin(title, 2, entryColumns()); err != nil {
		_ = e.l.file.Close()
		return nil, fmt.Errorf("begin list: %w", err)
	}
	return e, nil
}

func entryColumns() []column {
	return []column{
		{name: "序号", width: 6, centre: true},
		{name: "单位", width: 20, centre: true},
		{name: "年度", width: 8, centre: true},
		{name: "列入日期", width: 13, centre: true},
		{name: "事由", width: 42},
		{name: "决定文号", width: 22, centre: true},
		{name: "决定日期", width: 13, centre: true},
		{name: "相关事项", width: 18, centre: true},
		{name: "状态", width: 10, centre: true},
		{name: "到期日期", width: 13, centre: true},
		{name: "entry_id", hidden: true},
	}
}

// Add writes one entry.
func (e *Entries) Add(r Entry) error {
	if e.l.n >= MaxRows {
		return fmt.Errorf("write list: more than %d entries", MaxRows)
	}
	e.l.n++
	values := []any{
		e.l.n, r.UnitName, r.Year, day{on: r.ListedOn}, r.Basis, r.Decision, day{on: r.DecidedOn}, r.Cases, r.State, day{on: r.EndsOn}, r.ID,
	}
	var cells []any
	for i, c := range entryColumns() {
		cells = append(cells, e.l.cell(c, values[i]))
	}
	if err := e.l.stream.SetRow(fmt.Sprintf("A%d", headRow+e.l.n), cells); err != nil {
		return fmt.Errorf("write list row %d: %w", e.l.n, err)
	}
	return nil
}

// End ends the sheet: no entry can be added after it.
func (e *Entries) End() error { return e.l.End() }

// WriteTo writes the workbook.
func (e *Entries) WriteTo(w io.Writer) (int64, error) { return e.l.WriteTo(w) }

// Close removes what lies in temporary files.
func (e *Entries) Close() error { return e.l.Close() }
