package findings

import (
	"slices"

	"duban/documents/workbook"
	"duban/lifecycle"
)

const (
	// pageRows is how many rows are looked up together, and pageText from how many
	// bytes of text on no more are waited for.
	pageRows = 200
	pageText = 1 << 20
)

// A page is rows that wait to be looked up together.
type page struct {
	rows []Row
	text int
}

// add takes a row in and reports whether the page is full.
func (p *page) add(r Row) bool {
	p.rows = append(p.rows, r)
	for _, cell := range r.Cells {
		p.text += len(cell)
	}
	return len(p.rows) == pageRows || p.text >= pageText
}

// turn hands the rows of the page over, once it is known which are cases already.
func (t *table) turn() error {
	rows := t.page.rows
	t.page = page{rows: rows[:0]}
	if err := t.same(rows); err != nil {
		return err
	}
	if err := t.hint(rows); err != nil {
		return err
	}
	for _, r := range rows {
		for _, f := range r.Faults {
			t.faults.Add(f)
		}
		if t.check.Row == nil {
			continue
		}
		if err := t.check.Row(r); err != nil {
			return err
		}
	}
	return nil
}

// openable are the findings of the rows that have one.
func openable(rows []Row) (bodies []*lifecycle.OpenCase, of []*Row) {
	for i := range rows {
		if rows[i].Body != nil {
			bodies, of = append(bodies, rows[i].Body), append(of, &rows[i])
		}
	}
	return bodies, of
}

// same refuses the rows that are cases already.
func (t *table) same(rows []Row) error {
	bodies, of := openable(rows)
	if t.check.Same == nil || len(bodies) == 0 {
		return nil
	}
	numbers, err := t.check.Same(bodies)
	if err != nil {
		return err
	}
	for i, number := range numbers {
		if number == "" {
			continue
		}
		no, r := lifecycle.AlreadyCase(number), of[i]
		cell := workbook.CellName(slices.Index(t.columns, Title), r.Row)
		r.Body, r.Faults = nil, append(r.Faults, t.fault(cell, r.Row, no.Code, no.ZH+"请删除此行；确需再次登记的，请在上传时选择“再次登记已登记的问题”。", no.EN))
	}
	return nil
}
