package findings

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"duban/characters"
	"duban/documents/workbook"
	"duban/lifecycle"
	"duban/policy"
)

const (
	// MaxRows is how many findings one workbook may have.
	MaxRows = 20_000
	// headerWithin is in which rows of a sheet its header is looked for: above
	// it may stand a title.
	headerWithin = 10
)

// Tables are what the rows of a workbook may refer to.
type Tables struct {
	Codes policy.Codes
	// Units are the ids of the units that exist, by their names.
	Units map[string]string
	// InHand: the sheet is one of cases in hand, and Officers are the accounts of those
	// who may answer for them, by their names.
	InHand   bool
	Officers map[string][]string
}

// A Check reads a workbook.
type Check struct {
	Tables Tables
	// Campaign is what every finding is filed under.
	Campaign string
	// CampaignName is what people call it.
	CampaignName string
	// Known returns the case of a number, for a ledger; nil when there is none.
	// Without it no ledger is read.
	Known func(number string) (*Case, error)
	// Same returns, for each of the findings, the number of a case that is the same;
	// empty when there is none. It is asked a page at a time. Without it what is a
	// case already may be opened again.
	Same func([]*lifecycle.OpenCase) ([]string, error)
	// Hints returns what is known about each of the findings, a page at a time; nil
	// is fine.
	Hints func([]*lifecycle.OpenCase) ([]Hint, error)
	// Judge tells what the rules would say to a row, of which Body and InHand are set;
	// nil is fine.
	Judge func(Row) (*lifecycle.Refusal, error)
	// Earlier returns the id of the case of a number, which a finding says to
	// repeat; empty when there is none.
	Earlier func(number string) (string, error)
	// Header gets the headers of the columns, once, before any row.
	Header func(Header) error
	// Row gets every row, in order.
	Row func(Row) error
}

// A Case is what a ledger's row is held against.
type Case struct {
	lifecycle.Finding

	UnitName string
	// EarlierNumber is that of the case it repeats; empty when it repeats none.
	EarlierNumber string
}

// A Row is one finding of the sheet.
type Row struct {
	Row int
	// Cells has what was typed in each column from A on.
	Cells []string
	// Body is the command that opens the case; nil when the row has faults.
	Body *lifecycle.OpenCase
	// InHand is how far a case in hand has come; nil for a finding.
	InHand *lifecycle.InHand
	Faults []Fault
	// Hint is what is known about it; nil when that is nothing.
	Hint *Hint
}

// A Result is what a reading came to.
type Result struct {
	// Rows are those to be opened, Known those of a ledger that are cases already.
	Rows, Known int
	// Faults are the first faults found, and More is how many there are beside.
	Faults []Fault
	More   int
	// Hints are the first of what is known about rows, and MoreHints is how many
	// there are beside.
	Hints     []Hint
	MoreHints int
	// Ignored are the sheets that were not read.
	Ignored []string
}

// Good reports whether every row can be opened.
func (r Result) Good() bool { return len(r.Faults) == 0 }

// Run reads a workbook to its end. A *Refusal is a file that cannot be read;
// what is wrong with single rows is in the result.
func (c Check) Run(file io.ReaderAt, size int64, name string) (result Result, err error) {
	b, err := workbook.Open(file, size, name)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	sheet, ignored, err := choose(b.Sheets, c.Tables.sheet())
	if err != nil {
		return Result{}, err
	}
	t := &table{check: c, from1904: b.From1904, ignored: ignored, name: sheet.Name, seen: map[lifecycle.FindingKey]int{}, wrong: map[string]string{}, unitIDs: map[string]string{}, hinted: map[string]bool{}}
	for unit, id := range c.Tables.Units {
		t.units = append(t.units, unit)
		t.unitIDs[characters.Fold(unit)] = id
	}
	slices.Sort(t.units)
	if err := b.Read(sheet, workbook.Reader{Line: t.line, Columns: t.hide, Merged: t.merge}); err != nil {
		return Result{}, err
	}
	if err := t.turn(); err != nil {
		return Result{}, err
	}
	return t.result()
}

// A table is a sheet while it is read.
type table struct {
	check    Check
	from1904 bool
	ignored  []string
	// name is the sheet's.
	name   string
	header Header
	// columns says what each column of the sheet is; empty before the header.
	columns []Column
	hidden  [][2]int
	// incomplete: a column is missing, so that no row can be judged as a whole.
	incomplete bool
	// ledger: the sheet is one that was exported.
	ledger bool
	// rows are to be opened, known are cases already.
	rows, known int
	faults      workbook.Faults
	// seen are the rows by what they say.
	seen map[lifecycle.FindingKey]int
	// hints are what is known about rows, hinted the units that were spoken of.
	hints     []Hint
	moreHints int
	hinted    map[string]bool
	// page are the rows that wait to be looked up together.
	page page
	// wrong are the sentences about unit names that do not exist.
	wrong map[string]string
	units []string
	// unitIDs are the units' ids by their names' folds.
	unitIDs map[string]string
}

func (t *table) result() (Result, error) {
	switch {
	case t.columns == nil:
		return Result{}, noHeader()
	case t.rows == 0 && t.known > 0 && len(t.faults.List) == 0:
		return Result{}, refuse("nothing_new", fmt.Sprintf("台账中的%d行都是已登记的事项，没有要登记的新问题，什么也没有登记。", t.known), "Every row is a case already; nothing was opened.")
	case t.rows+t.known == 0:
		return Result{}, refuse("no_rows", "工作表没有可导入的内容。", "There is nothing to import on the sheet.")
	}
	return Result{Rows: t.rows, Known: t.known, Faults: t.faults.List, More: t.faults.More, Hints: t.hints, MoreHints: t.moreHints, Ignored: t.ignored}, nil
}

func noHeader() *Refusal {
	return refuse("no_header", "没有找到表头。表头应在前10行内，至少有“单位”“问题”“事实”“发现日期”“发现方式”“问题类别”各列。", "The header row was not found.")
}

func (t *table) hide(first, last int) error {
	if len(t.hidden) < workbook.MaxColumns {
		t.hidden = append(t.hidden, [2]int{first, last})
	}
	return nil
}

// merge refuses merged cells from the header on; above it a title may be.
func (t *table) merge(ref string) error {
	first, row, bottom, err := workbook.ParseRange(ref)
	if err != nil {
		return err
	}
	if err := t.turn(); err != nil {
		return err
	}
	if t.columns != nil && bottom >= t.header.Row {
		t.faults.Add(t.fault(first, row, CodeMerged, "单元格"+workbook.Cut(ref)+"是合并的，请取消合并并逐行填写。", "Merged cells."))
	}
	return nil
}

func (t *table) fault(cell string, row int, code, zh, en string) Fault {
	return Fault{Sheet: t.name, Cell: cell, Row: row, Code: code, ZH: zh, EN: en}
}

func (t *table) line(l workbook.Line) error {
	if t.columns == nil {
		return t.head(l)
	}
	if onlyNumber(l, t.columns) {
		return nil
	}
	row, known, err := t.read(l)
	if err != nil {
		return err
	}
	if known {
		t.known++
	} else {
		t.rows++
	}
	if t.rows+t.known > MaxRows {
		return refuse("too_many_rows", fmt.Sprintf("一个文件最多导入%d行，请分成几个文件。", MaxRows), "Too many rows for one file.")
	}
	if t.page.add(row) {
		return t.turn()
	}
	return nil
}

// onlyNumber: a template's row that has its number and nothing else.
func onlyNumber(l workbook.Line, columns []Column) bool {
	return len(l.Cells) == 1 && l.Cells[0].Column < len(columns) && columns[l.Cells[0].Column] == Number
}

// read makes a finding of a row, or lists what is wrong with it; known tells that
// the row is a case already.
func (t *table) read(l workbook.Line) (row Row, known bool, err error) {
	r := rowReader{table: t, row: Row{Row: l.Row, Cells: make([]string, len(t.columns))}, body: &lifecycle.OpenCase{Campaign: t.check.Campaign}}
	if t.check.Tables.InHand {
		r.row.InHand = &lifecycle.InHand{}
	}
	for i := range r.at {
		r.at[i] = -1
	}
	for i, c := range t.columns {
		if c >= 0 {
			r.at[c] = i
		}
	}
	if l.Hidden {
		r.refuse(-1, "hidden_row", "此行被隐藏或筛选掉。隐藏的内容不予导入，请取消隐藏或删除此行。", "The row is hidden.")
	}
	for _, c := range l.Cells {
		r.cell(c)
	}
	if r.number != "" {
		err := r.known()
		return r.row, true, err
	}
	err = r.finish()
	return r.row, false, err
}

// A rowReader is a row while it is read.
type rowReader struct {
	table *table
	row   Row
	body  *lifecycle.OpenCase
	// at is which column of the sheet has what.
	at [ends]int
	// filled: something was typed, whether it was right or wrong.
	filled [ends]bool
	// repeats is the number of the case that happened again.
	repeats string
	// number is the case's, typed what else a ledger's row says, by column.
	number string
	typed  [ends]string
	// system are the columns the system fills in that have something.
	system []int
}

// refuse lists a fault of a column of the sheet; of the row when it is below 0.
func (r *rowReader) refuse(column int, code, zh, en string) {
	r.row.Faults = append(r.row.Faults, r.table.fault(workbook.CellName(max(column, 0), r.row.Row), r.row.Row, code, zh, en))
}

func (r *rowReader) cell(c workbook.Cell) {
	if c.Column >= len(r.table.columns) || r.table.columns[c.Column] == Unread {
		r.refuse(c.Column, "no_column", "此单元格没有表头，不知道内容属于哪一列。请删除，或移到有表头的列。", "The cell has no header above it.")
		return
	}
	r.row.Cells[c.Column] = c.Text
	is := r.table.columns[c.Column]
	if is == Number || is == Errors || is == Hinted || is == OfProgram || is == Wrong {
		return
	}
	r.filled[is] = true
	if is == OfSystem {
		r.system = append(r.system, c.Column)
		return
	}
	switch {
	case c.Kind == workbook.FormulaCell:
		r.refuse(c.Column, "formula", "此单元格是公式，不予导入。请复制后“选择性粘贴—数值”。", "The cell is a formula.")
		return
	case c.Kind == workbook.ErrorCell:
		r.refuse(c.Column, "error_value", "此单元格是错误值"+workbook.Cut(c.Text)+"，请改为实际内容。", "The cell is an error value.")
		return
	case c.Struck:
		r.refuse(c.Column, "struck_out", workbook.StruckOut, "Something in the cell is struck out.")
		return
	}
	if !is.dated() {
		text, no := c.AsText(r.table.from1904)
		if is == Category || is == Method || is == Dimension || is == Matter || columns[is].inHand {
			text, no = c.AsCode(r.table.from1904)
		}
		if no != nil {
			r.refuse(c.Column, no.Code, no.ZH, no.EN)
			return
		}
		c.Text = text
	}
	r.value(c, is)
}

func (r *rowReader) value(c workbook.Cell, is Column) {
	codes := r.table.check.Tables.Codes
	if r.table.ledger {
		c.Text = workbook.Unsafe(c.Text)
		r.typed[is] = c.Text
	}
	switch is {
	case UnitName:
		r.unit(c)
	case Title:
		r.body.Title = c.Text
	case Facts:
		r.body.Facts = c.Text
	case FoundOn:
		r.date(c, &r.body.FoundOn)
	case Method:
		r.body.Method = r.code(c, is, codes.Methods)
	case Category:
		r.body.Category = r.code(c, is, codes.Categories)
	case Dimension:
		r.body.Dimension = r.code(c, is, codes.Dimensions)
	case Matter:
		r.body.Matter = r.code(c, is, matters(codes))
	case Evidence:
		for _, one := range strings.FieldsFunc(c.Text, func(x rune) bool { return x == '\n' || x == ';' || x == '；' }) {
			if one = characters.Trim(one); one != "" {
				r.body.Evidence = append(r.body.Evidence, one)
			}
		}
	case EarlierNumber:
		r.repeats = lifecycle.CaseNumber(c.Text)
	case CaseNumber:
		r.number = lifecycle.CaseNumber(c.Text)
	case StageAt, TypeOf, SeverityOf, BasisOf, OfficerOf, NoticeNumber, NoticeOn, Demand, ReceivedOn, Due, Planned, Responsible, LevelAt, Reminders, ReportedOn, SustainedOn:
		r.inHand(c, is)
	case Number, Errors, Hinted, CampaignName, OfSystem, OfProgram, Unread, Wrong, ends:
	}
}

func (r *rowReader) date(c workbook.Cell, into *lifecycle.Date) {
	day, ok := c.AsDate(r.table.from1904)
	if !ok {
		r.refuse(c.Column, "bad_date", "“"+workbook.Cut(c.Text)+"”不是日期。请写成2026-11-23、2026.11.23或2026年11月23日。", "This is no date.")
		return
	}
	*into = day
	r.row.Cells[c.Column] = day.String()
}

func (r *rowReader) unit(c workbook.Cell) {
	name := characters.Fold(c.Text)
	if id, ok := r.table.unitIDs[name]; ok {
		r.body.Unit = id
		return
	}
	sentence, known := r.table.wrong[name]
	if !known {
		sentence = "没有单位“" + workbook.Cut(c.Text) + "”。请填写单位名录中的全称。"
		if len(r.table.wrong) < workbook.MaxSuggested {
			if near := workbook.Nearest(c.Text, r.table.units); len(near) > 0 {
				sentence = "没有单位“" + workbook.Cut(c.Text) + "”。最接近的是：" + strings.Join(near, "、") + "。请核对后填写全称。"
			}
			r.table.wrong[name] = sentence
		}
	}
	r.refuse(c.Column, "unknown_unit", sentence, "There is no unit of this name.")
}

// code finds a code by itself or by its Chinese name.
func (r *rowReader) code(c workbook.Cell, is Column, codes []policy.Code) string {
	typed := characters.Fold(c.Text)
	names := make([]string, len(codes))
	for i, one := range codes {
		code, name := characters.Fold(one.Code), characters.Fold(one.ZH)
		if typed == code || typed == name || typed == code+name {
			return one.Code
		}
		names[i] = one.ZH
	}
	sentence := "“" + workbook.Cut(c.Text) + "”不在“" + columns[is].header + "”的代码表中。"
	if near := workbook.Nearest(c.Text, names); len(near) > 0 {
		sentence += "最接近的是：" + strings.Join(near, "、") + "。"
	} else {
		sentence += "请从下拉列表中选择。"
	}
	r.refuse(c.Column, "unknown_code", sentence, "There is no such code.")
	return ""
}

func matters(codes policy.Codes) []policy.Code {
	list := make([]policy.Code, len(codes.Matters))
	for i, m := range codes.Matters {
		list[i] = policy.Code{Code: m.Code, ZH: m.ZH, EN: m.EN}
	}
	return list
}

// finish checks the row as a whole: what is missing, what the rules say, and
// whether the row is there already.
func (r *rowReader) finish() error {
	if r.table.ledger {
		r.untouched()
	}
	for i, c := range columns {
		if c.required && Column(i).of(r.table.check.Tables) && !r.filled[i] && r.at[i] >= 0 {
			r.refuse(r.at[i], "required", "请填写“"+c.header+"”。", "Please fill in this cell.")
		}
	}
	if err := r.earlier(); err != nil {
		return err
	}
	if len(r.row.Faults) > 0 || r.table.incomplete {
		return nil
	}
	if err := r.judge(); err != nil || len(r.row.Faults) > 0 {
		return err
	}
	key := r.body.Key()
	if first, twice := r.table.seen[key]; twice {
		r.refuse(r.at[Title], "duplicate_row", fmt.Sprintf("与第%d行重复（单位、问题、事实、发现日期都相同）。请删除一行。", first), "The same finding stands in a row above.")
		return nil
	}
	r.table.seen[key] = r.row.Row
	r.row.Body = r.body
	return nil
}

// judge says what the rules would say to the row.
func (r *rowReader) judge() error {
	if r.table.check.Judge == nil {
		return nil
	}
	judged := r.row
	judged.Body = r.body
	no, err := r.table.check.Judge(judged)
	if err != nil || no == nil {
		return err
	}
	for _, one := range append([]*lifecycle.Refusal{no}, no.Others...) {
		at := -1
		if is := columnFor(one.Field); is != Unread {
			at = r.at[is]
		}
		r.refuse(at, one.Code, one.ZH, one.EN)
	}
	return nil
}
