package findings

import (
	"fmt"

	"duban/characters"
	"duban/documents/workbook"
)

// isLedger notes whether the sheet is a ledger that was exported, and refuses a
// ledger's columns on any other sheet: what stands there would be lost.
func (t *table) isLedger(at map[Column]int) {
	_, numbered := at[CaseNumber]
	if t.ledger = numbered && t.check.Known != nil; t.ledger {
		return
	}
	for column, is := range t.columns {
		if is.ofLedger() {
			name := workbook.Cut(t.header.Columns[column])
			t.columns[column] = Wrong
			t.refuse(column, "unknown_column", "表头“"+name+"”不是模板中的列。请改为模板中的列名，或删除此列；要导入台账的，请保留“编号”列。", "A column's header is not known.")
		}
	}
}

// known holds a row that has a case's number against the case: an import opens
// cases and changes none, so what differs would be lost without a word.
func (r *rowReader) known() error {
	c, err := r.table.check.Known(r.number)
	if err != nil {
		return err
	}
	r.row.Faults = nil // what is wrong with a case is not this sheet's to say
	if c == nil {
		r.refuse(r.at[CaseNumber], "unknown_case", "没有编号为“"+workbook.Cut(r.number)+"”的事项。登记新问题请把“编号”留空，编号由系统给出。", "There is no case of this number.")
		return nil
	}
	for _, is := range []Column{UnitName, Title, Facts, FoundOn, Method, Category, Dimension, Matter, EarlierNumber} {
		if r.at[is] >= 0 && !r.same(is, c) {
			r.refuse(r.at[is], "case_differs", fmt.Sprintf("此行是已登记的事项%s，“%s”与系统中的不一致。导入只登记新问题，不修改已有事项；请重新导出台账，或恢复原内容。", r.number, columns[is].header), "The row is a case already and says something else.")
		}
	}
	return nil
}

// same reports whether a column says what the case says.
func (r *rowReader) same(is Column, c *Case) bool {
	typed, codes := characters.Fold(r.typed[is]), r.table.check.Tables.Codes
	code := func(have, want string, known bool) bool { return have == want || !known && typed == "" }
	switch is {
	case UnitName:
		return typed == characters.Fold(c.UnitName)
	case Title:
		return typed == characters.Fold(c.Title)
	case Facts:
		return typed == characters.Fold(c.Facts)
	case FoundOn:
		return r.body.FoundOn == c.FoundOn
	case Method:
		_, known := codes.Method(c.Method)
		return code(r.body.Method, c.Method, known)
	case Category:
		_, known := codes.Category(c.Category)
		return code(r.body.Category, c.Category, known)
	case Dimension:
		_, known := codes.Dimension(c.Dimension)
		return code(r.body.Dimension, c.Dimension, known)
	case Matter:
		_, known := codes.Matter(c.Matter)
		return code(r.body.Matter, c.Matter, known)
	case EarlierNumber:
		return r.repeats == c.EarlierNumber
	case Number, Evidence, Errors, Hinted, CaseNumber, CampaignName, OfSystem, OfProgram, ends, Unread, Wrong:
	case StageAt, TypeOf, SeverityOf, BasisOf, OfficerOf, NoticeNumber, NoticeOn, Demand, ReceivedOn, Due, Planned, Responsible, LevelAt, Reminders, ReportedOn, SustainedOn:
		// of cases in hand alone
	}
	return true
}

// earlier finds the case that the finding says to repeat.
func (r *rowReader) earlier() error {
	if r.repeats == "" {
		return nil
	}
	id := ""
	if r.table.check.Earlier != nil {
		var err error
		if id, err = r.table.check.Earlier(r.repeats); err != nil {
			return err
		}
	}
	if id == "" {
		r.refuse(r.at[EarlierNumber], "unknown_case", "没有编号为“"+workbook.Cut(r.repeats)+"”的事项，不能作为前案。请核对编号；不是重复发生的，请留空。", "There is no case of this number to repeat.")
	}
	r.body.RepeatOf = id
	return nil
}

// untouched refuses what a new row of a ledger says where only the system writes,
// and a batch that is not the one the import is for.
func (r *rowReader) untouched() {
	for _, column := range r.system {
		name := workbook.Cut(r.table.header.Columns[column])
		r.refuse(column, "by_system", "“"+name+"”由系统填写。登记新问题时请把此格留空。", "Only the system fills in this column.")
	}
	if typed := characters.Fold(r.typed[CampaignName]); typed != "" && typed != characters.Fold(r.table.check.CampaignName) {
		r.refuse(r.at[CampaignName], "other_campaign", "“批次”与导入时所选的批次“"+workbook.Cut(r.table.check.CampaignName)+"”不同。请留空，或分批次导入。", "Another campaign than the one chosen.")
	}
}
