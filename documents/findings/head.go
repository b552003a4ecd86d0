package findings

import (
	"fmt"

	"duban/documents/workbook"
)

// A Header is how the sheet's columns are headed.
type Header struct {
	Row int `json:"row"`
	// Columns has a text for each column from A on.
	Columns []string `json:"columns"`
	// Faults are what is wrong with it.
	Faults []Fault `json:"faults,omitempty"`
}

// head looks for the header. What is wrong with it is told column by column, and
// the rows are read by the columns that are right.
func (t *table) head(l workbook.Line) error {
	if l.Row > headerWithin {
		return noHeader()
	}
	known := 0
	for _, c := range l.Cells {
		if c.Column < workbook.MaxColumns && columnOf(c.Text) != Unread {
			known++
		}
	}
	if known < 3 {
		return nil
	}
	t.header = Header{Row: l.Row}
	at := map[Column]int{}
	for _, c := range l.Cells {
		if c.Column >= workbook.MaxColumns {
			return refuse("too_many_columns", fmt.Sprintf("表头超过%d列，请删除多余的列。", workbook.MaxColumns), "Too many columns.")
		}
		for len(t.columns) <= c.Column {
			t.columns = append(t.columns, Unread)
			t.header.Columns = append(t.header.Columns, "")
		}
		t.header.Columns[c.Column] = c.Text
		is := columnOf(c.Text)
		if !is.of(t.check.Tables) {
			is = Unread
		}
		if _, twice := at[is]; twice && is < OfSystem {
			t.columns[c.Column] = Wrong
			t.refuse(c.Column, "column_twice", "表头“"+workbook.Cut(c.Text)+"”出现了两次，请删除一列。", "A column is there twice.")
			continue
		}
		t.columns[c.Column] = is
		if is == Unread {
			t.columns[c.Column] = Wrong
			t.refuse(c.Column, "unknown_column", "表头“"+workbook.Cut(c.Text)+"”不是模板中的列。请改为模板中的列名，或删除此列。", "A column's header is not known.")
			continue
		}
		at[is] = c.Column
	}
	t.isLedger(at)
	for i, c := range columns {
		if _, there := at[Column(i)]; c.required && Column(i).of(t.check.Tables) && !there {
			t.incomplete = true
			t.refuse(-1, "column_missing", "表头缺少“"+c.header+"”这一列。", "A column is missing.")
		}
	}
	for column, is := range t.columns {
		if is >= 0 && is != Errors && is != Hinted && is < OfSystem && t.hides(column) {
			t.refuse(column, "hidden_column", "“"+columns[is].header+"”列被隐藏。隐藏的内容不予导入，请取消隐藏或删除后再上传。", "A column is hidden.")
		}
	}
	for _, f := range t.header.Faults {
		t.faults.Add(f)
	}
	if t.check.Header != nil {
		return t.check.Header(t.header)
	}
	return nil
}

// refuse lists a fault of a column's header; of the header when it is below 0.
func (t *table) refuse(column int, code, zh, en string) {
	t.header.Faults = append(t.header.Faults, t.fault(workbook.CellName(max(column, 0), t.header.Row), t.header.Row, code, zh, en))
}

// hides reports whether a column is hidden.
func (t *table) hides(column int) bool {
	for _, h := range t.hidden {
		if h[0] <= column && column <= h[1] {
			return true
		}
	}
	return false
}
