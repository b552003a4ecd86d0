package findings

import (
	"slices"
	"strings"

	"duban/characters"
)

// A Column is something that a finding's row says.
type Column int

// The columns, in the order of the template.
const (
	Number Column = iota
	UnitName
	Title
	Facts
	FoundOn
	Method
	Category
	Dimension
	Matter
	Evidence
	EarlierNumber
	// What only a sheet of cases in hand has.
	StageAt
	TypeOf
	SeverityOf
	BasisOf
	OfficerOf
	NoticeNumber
	NoticeOn
	Demand
	ReceivedOn
	Due
	Planned
	Responsible
	LevelAt
	Reminders
	ReportedOn
	SustainedOn
	Errors
	// Hinted is what was known about the row.
	Hinted
	// CaseNumber makes the sheet a ledger: its row is the case of that number.
	CaseNumber
	// CampaignName is the ledger's batch.
	CampaignName
	// OfSystem is a ledger's column that the system fills in and nobody else.
	OfSystem
	// OfProgram is one that nobody sees; what stands there counts for nothing.
	OfProgram
	// ends is how many columns there are.
	ends
	// Unread is a column that has no name of ours.
	Unread Column = -1
	// Wrong is one whose header has a fault; what stands below it is not read.
	Wrong Column = -2
)

// errorsHeader heads the column in which errors are explained.
const errorsHeader = "错误说明"

// hintsHeader heads the column of what is known already.
const hintsHeader = "登记提示"

// columns describe each column: its header, which begins with what it is
// called, other names for it, and the field of the command it becomes.
//
//nolint:gochecknoglobals // a table that Go cannot write as a constant
var columns = []struct {
	header   string
	others   []string
	field    string
	required bool
	// inHand: only a sheet of cases in hand has it.
	inHand bool
	width  float64
}{
	Number:    {header: "序号", width: 6},
	UnitName:  {header: "单位", others: []string{"单位名称", "被检查单位", "责任单位"}, field: "unit", required: true, width: 22},
	Title:     {header: "问题", others: []string{"问题标题", "标题"}, field: "title", required: true, width: 30},
	Facts:     {header: "事实", others: []string{"问题描述", "具体表现", "事实描述"}, field: "facts", required: true, width: 60},
	FoundOn:   {header: "发现日期", others: []string{"检查日期", "日期"}, field: "found_on", required: true, width: 13},
	Method:    {header: "发现方式", others: []string{"检查方式", "方式"}, field: "method", required: true, width: 13},
	Category:  {header: "问题类别", others: []string{"类别"}, field: "category", required: true, width: 30},
	Dimension: {header: "方面", others: []string{"维度"}, field: "dimension", width: 13},
	Matter:    {header: "具体事项", others: []string{"事项"}, field: "matter", width: 20},
	Evidence:  {header: "佐证材料", others: []string{"证据"}, field: "evidence", width: 30},
	// The case that happened again, by its number.
	EarlierNumber: {header: "前案编号", others: []string{"前案"}, field: "repeat_of", width: 18},
	StageAt:       {header: "当前阶段", field: "stage", required: true, inHand: true, width: 13},
	TypeOf:        {header: "整改类型", field: "type", required: true, inHand: true, width: 12},
	SeverityOf:    {header: "严重程度", field: "severity", inHand: true, width: 10},
	BasisOf:       {header: "问题依据", field: "basis", inHand: true, width: 30},
	OfficerOf:     {header: "经办人", field: "officer", required: true, inHand: true, width: 12},
	NoticeNumber:  {header: "原发文字号", field: "notice_number", required: true, inHand: true, width: 24},
	NoticeOn:      {header: "原发文日期", field: "notice_on", required: true, inHand: true, width: 13},
	Demand:        {header: "整改要求", field: "demand", inHand: true, width: 40},
	ReceivedOn:    {header: "签收日期", field: "received_on", inHand: true, width: 13},
	Due:           {header: "整改到期日", field: "due", inHand: true, width: 13},
	Planned:       {header: "已定整改措施", field: "planned", inHand: true, width: 40},
	Responsible:   {header: "整改责任人", field: "responsible", inHand: true, width: 12},
	LevelAt:       {header: "已到督办等级", field: "level", inHand: true, width: 14},
	Reminders:     {header: "已催办次数", field: "reminders", inHand: true, width: 12},
	ReportedOn:    {header: "报告报送日期", field: "reported_on", inHand: true, width: 13},
	SustainedOn:   {header: "转为持续整改日期", field: "sustained_on", inHand: true, width: 13},
	Errors:        {header: errorsHeader, width: 60},
	Hinted:        {header: hintsHeader, width: 60},
	// What only a ledger has.
	CaseNumber:   {header: "编号", others: []string{"事项编号"}, width: 16},
	CampaignName: {header: "批次", width: 12},
	OfSystem: {header: "责任人", width: 12, others: []string{
		"转入", "整改措施", "时限", "完成情况", "阶段", "督办等级", "回头看", "措施", "销号日期",
	}},
	OfProgram: {header: "case_id", width: 12, others: []string{"version", "unit_id", "category", "dimension", "stage"}},
}

// columnOf finds the column that a header names.
func columnOf(header string) Column {
	header = strings.TrimRight(characters.Fold(header), "*")
	for i, c := range columns {
		if header == characters.Fold(c.header) || slices.ContainsFunc(c.others, func(other string) bool { return header == characters.Fold(other) }) {
			return Column(i)
		}
	}
	return Unread
}

// of reports whether a sheet of these tables may have the column.
func (c Column) of(tables Tables) bool { return c < 0 || tables.InHand || !columns[c].inHand }

// ofLedger reports whether only a ledger has the column.
func (c Column) ofLedger() bool { return c >= CaseNumber }

// header is how the template heads the column: what must be filled in has a
// star.
func (c Column) header() string {
	if columns[c].required {
		return columns[c].header + "*"
	}
	return columns[c].header
}

// columnFor is the column of a command's field.
func columnFor(field string) Column {
	field, _, _ = strings.Cut(field, "[")
	for i, c := range columns {
		if c.field == field && field != "" {
			return Column(i)
		}
	}
	return Unread
}
