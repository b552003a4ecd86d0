package directory

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"duban/calendar"
	"duban/characters"
	"duban/documents/workbook"
)

const (
	// headerWithin is in which rows of a sheet its header is looked for: above
	// it may stand a title.
	headerWithin = 10
	// maxCell is how many characters of a cell are looked at, and maxKept how many
	// bytes of all cells are kept: no directory has more.
	maxCell = 1000
	maxKept = 16 << 20
	// maxFaults is how many faults are kept to be marked; the others are counted.
	maxFaults = 5000
)

// A Book is a workbook of the directory as it was read.
type Book struct {
	// Ignored are the sheets that were not read.
	Ignored []string

	tables   []*table
	from1904 bool
	rows     int
	kept     int
	// faults are how many there are, and told how many of them are kept.
	faults, told int
}

// A table is a sheet as it was read.
type table struct {
	layout

	book *Book
	// head is the row of the heading, and headers are its texts from column A on;
	// is says which of our columns each is.
	head    int
	headers []string
	is      []int
	// at is in which column of the sheet each of ours stands; -1 for none.
	at     []int
	hidden [][2]int
	rows   []*row
	// merged are faults that the sheet tells of behind its rows.
	merged []workbook.Fault
}

// A row is one of a sheet.
type row struct {
	table *table
	n     int
	// cells are those of our columns, typed are those of the sheet's.
	cells  []string
	typed  []string
	faults []workbook.Fault
	// bad: something is wrong with it, whether that is kept or not.
	bad bool
}

// Read reads a workbook to its end. A *workbook.Refusal is a file that cannot
// be read; what is wrong with single cells is told by Check.
func Read(file io.ReaderAt, size int64, name string) (*Book, error) {
	return read(file, size, name, layouts(), "没有找到名录的工作表（区域、单位分类、片区、片区负责人、单位、职务）。请下载模板填写。")
}

// read reads the sheets of the layouts; nothing says that none of them is there.
func read(file io.ReaderAt, size int64, name string, wanted []layout, nothing string) (b *Book, err error) {
	from, err := workbook.Open(file, size, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	b = &Book{from1904: from.From1904}
	found := map[string]workbook.Sheet{}
	for _, s := range from.Sheets {
		ours := slices.ContainsFunc(wanted, func(l layout) bool { return l.name == s.Name })
		_, twice := found[s.Name]
		switch {
		case s.Hidden:
			return nil, workbook.Refuse("hidden_sheet", "文件有隐藏的工作表“"+workbook.Cut(s.Name)+"”。隐藏的内容不予导入，请取消隐藏或删除后再上传。", "There is a hidden sheet.")
		case twice:
			return nil, workbook.Corrupt()
		case ours:
			found[s.Name] = s
		case s.Name != accounts && s.Name != guide:
			b.Ignored = append(b.Ignored, s.Name)
		}
	}
	if len(found) == 0 {
		return nil, workbook.Refuse("no_sheet", nothing, "There is none of the sheets that are read.")
	}
	for _, l := range wanted {
		s, there := found[l.name]
		if !there {
			continue
		}
		t := &table{layout: l, book: b}
		if err := from.Read(s, workbook.Reader{Line: t.line, Columns: t.hide, Merged: t.merge}); err != nil {
			return nil, err
		}
		if t.is == nil {
			return nil, t.noHeader()
		}
		b.tables = append(b.tables, t)
	}
	return b, nil
}

func (b *Book) table(name string) *table {
	for _, t := range b.tables {
		if t.name == name {
			return t
		}
	}
	return &table{}
}

func (t *table) noHeader() *workbook.Refusal {
	return workbook.Refuse("no_header", "工作表“"+t.name+"”没有找到表头。表头应在前10行内，各列为："+strings.Join(t.wanted(), "、")+"。", "The header row was not found.")
}

func (t *table) wanted() []string {
	var list []string
	for _, c := range t.columns {
		list = append(list, c.header)
	}
	return list
}

func (t *table) hide(first, last int) error {
	if len(t.hidden) < workbook.MaxColumns {
		t.hidden = append(t.hidden, [2]int{first, last})
	}
	return nil
}

// merge refuses merged cells from the header on; above it a title may be.
func (t *table) merge(ref string) error {
	first, at, bottom, err := workbook.ParseRange(ref)
	if err != nil {
		return err
	}
	if t.is == nil || bottom < t.head {
		return nil
	}
	if t.book.faults++; t.book.told < maxFaults {
		t.book.told++
		t.merged = append(t.merged, workbook.Fault{
			Sheet: t.name, Cell: first, Row: at, Code: "merged", ZH: "单元格" + workbook.Cut(ref) + "是合并的，请取消合并并逐行填写。", EN: "Merged cells.",
		})
	}
	return nil
}

func (t *table) line(l workbook.Line) error {
	if t.is == nil {
		return t.header(l)
	}
	if t.book.rows++; t.book.rows > MaxRows {
		return workbook.Refuse("too_many_rows", fmt.Sprintf("一个文件最多导入%d行，请分成几个文件。", MaxRows), "Too many rows for one file.")
	}
	r := &row{table: t, n: l.Row, cells: make([]string, len(t.columns)), typed: make([]string, len(t.is))}
	if l.Hidden {
		r.refuseAt(0, "hidden_row", "此行被隐藏或筛选掉。隐藏的内容不予导入，请取消隐藏或删除此行。", "The row is hidden.")
	}
	for _, c := range l.Cells {
		r.take(c)
	}
	for _, text := range r.typed {
		t.book.kept += len(text)
	}
	if t.book.kept > maxKept {
		return workbook.Refuse("too_much_text", "文件内容过多，不像是名录。请只保留名录的内容再上传。", "There is more text than a directory has.")
	}
	if r.bad || strings.Join(r.cells, "") != "" {
		t.rows = append(t.rows, r)
	}
	return nil
}

// header looks for the header.
func (t *table) header(l workbook.Line) error {
	if l.Row > headerWithin {
		return t.noHeader()
	}
	known, wanted := 0, 0
	for _, c := range l.Cells {
		if c.Column < workbook.MaxColumns && t.find(c.Text) >= 0 {
			known++
		}
	}
	for _, c := range t.columns {
		if c.required {
			wanted++
		}
	}
	if known < wanted {
		return nil
	}
	t.head, t.is = l.Row, []int{}
	t.at = make([]int, len(t.columns)+1)
	for i := range t.at {
		t.at[i] = -1
	}
	for _, c := range l.Cells {
		if c.Column >= workbook.MaxColumns {
			return workbook.Refuse("too_many_columns", fmt.Sprintf("工作表“%s”的表头超过%d列，请删除多余的列。", t.name, workbook.MaxColumns), "Too many columns.")
		}
		for len(t.is) <= c.Column {
			t.is, t.headers = append(t.is, -1), append(t.headers, "")
		}
		is, where := t.find(c.Text), "工作表“"+t.name+"”的表头"+workbook.CellName(c.Column, l.Row)+"“"+workbook.Cut(c.Text)+"”"
		if is < 0 {
			return workbook.Refuse("unknown_column", where+"不是模板中的列。请改为模板中的列名，或删除此列。", "A column's header is not known.")
		}
		if t.at[is] >= 0 {
			return workbook.Refuse("column_twice", where+"出现了两次，请删除一列。", "A column is there twice.")
		}
		t.at[is], t.is[c.Column], t.headers[c.Column] = c.Column, is, workbook.Cut(c.Text)
	}
	return t.whole()
}

// whole refuses a header that lacks a column or hides one.
func (t *table) whole() error {
	for i, c := range t.columns {
		if c.required && t.at[i] < 0 {
			return workbook.Refuse("column_missing", "工作表“"+t.name+"”的表头缺少“"+c.header+"”这一列。", "A column is missing.")
		}
		for _, h := range t.hidden {
			if h[0] <= t.at[i] && t.at[i] <= h[1] {
				return workbook.Refuse("hidden_column", "工作表“"+t.name+"”的“"+c.header+"”列被隐藏。隐藏的内容不予导入，请取消隐藏或删除后再上传。", "A column is hidden.")
			}
		}
	}
	return nil
}

// refuse lists a fault of one of our columns.
func (r *row) refuse(column int, code, zh, en string) {
	r.refuseAt(max(r.table.at[column], 0), code, zh, en)
}

// refuseAt lists a fault of a column of the sheet.
func (r *row) refuseAt(column int, code, zh, en string) {
	r.bad = true
	b := r.table.book
	if b.faults++; b.told == maxFaults {
		return
	}
	b.told++
	r.faults = append(r.faults, workbook.Fault{Sheet: r.table.name, Cell: workbook.CellName(column, r.n), Row: r.n, Code: code, ZH: zh, EN: en})
}

// take reads a cell.
func (r *row) take(c workbook.Cell) {
	text := characters.Trim(workbook.Unsafe(c.Text))
	long := utf8.RuneCountInString(text) > maxCell
	if long {
		text = workbook.Cut(text)
	}
	if c.Column >= len(r.typed) || r.table.is[c.Column] < 0 {
		r.refuseAt(c.Column, "no_column", "此单元格没有表头，不知道内容属于哪一列。请删除，或移到有表头的列。", "The cell has no header above it.")
		return
	}
	r.typed[c.Column] = text
	is := r.table.is[c.Column]
	switch {
	case is == len(r.table.columns): // what was wrong before
	case c.Kind == workbook.FormulaCell:
		r.refuse(is, "formula", "此单元格是公式，不予导入。请复制后“选择性粘贴—数值”。", "The cell is a formula.")
	case c.Kind == workbook.ErrorCell:
		r.refuse(is, "error_value", "此单元格是错误值"+workbook.Cut(text)+"，请改为实际内容。", "The cell is an error value.")
	case c.Struck:
		r.refuse(is, "struck_out", workbook.StruckOut, "Something in the cell is struck out.")
	case long:
		r.refuse(is, "too_long", "此单元格内容过长。", "The cell is too long.")
	case characters.Line(text) != nil:
		r.unprintable(is, characters.Line(text))
	default:
		r.say(is, c, text)
	}
}

// say keeps what a cell says in one of our columns.
func (r *row) say(is int, c workbook.Cell, text string) {
	var no *workbook.Refusal
	switch column := r.table.columns[is]; {
	case column.dated:
		if day, ok := c.AsDate(r.table.book.from1904); ok {
			text = day.String()
		}
	case c.Kind == workbook.TextCell:
	case column.coded:
		text, no = c.AsCode(r.table.book.from1904)
	default:
		text, no = c.AsText(r.table.book.from1904)
	}
	if no != nil {
		r.refuse(is, no.Code, no.ZH, no.EN)
		return
	}
	r.cells[is] = text
}

func (r *row) unprintable(column int, fault *characters.Fault) {
	zh, en := fault.Refuse("此单元格", "The cell")
	r.refuse(column, "bad_characters", zh, en)
}

// date reads a day; none when the cell is empty, or when it is refused.
func (r *row) date(column int) calendar.Date {
	text := r.cells[column]
	if text == "" {
		return calendar.Date{}
	}
	if exact, err := calendar.ParseDate(text); err == nil {
		return exact
	}
	day, ok := workbook.ParseDate(text, r.table.book.from1904)
	if !ok {
		r.refuse(column, "bad_date", "“"+workbook.Cut(text)+"”不是日期。请写成2026-11-23、2026.11.23或2026年11月23日。", "This is no date.")
	}
	return day
}

// name refuses a name that is too long for one.
func (r *row) name(column, most int) {
	if n := utf8.RuneCountInString(r.cells[column]); n > most {
		r.refuse(column, "too_long", fmt.Sprintf("“%s”最多%d字，现有%d字。", r.table.columns[column].header, most, n), "The text is too long.")
	}
}
