package directory

import (
	"slices"
	"strings"

	"duban/characters"
)

// The sheets of the workbook. That of the accounts and the guide are not read.
const (
	Regions    = "区域"
	Categories = "单位分类"
	Areas      = "片区"
	Officers   = "片区负责人"
	Units      = "单位"
	Posts      = "职务"
	accounts   = "账号"
	guide      = "填写说明"
)

// MaxRows is how many rows a workbook may have in all.
const MaxRows = 20_000

// The columns of the sheets, each in its order.
const (
	colID   = 0
	colName = 1
)

const (
	regionID = iota
	regionName
	regionParent
)

const (
	officerArea = iota
	officerAccount
	officerName
	officerSince
	officerUntil
)

const (
	unitID = iota
	unitName
	unitCode
	unitRegion
	unitArea
	unitCategory
	unitRenamed
	unitReason
	unitAbolished
)

const (
	postID = iota
	postUnitID
	postUnit
	postKind
	postHolder
	postAccount
	postSince
	postUntil
)

// A column is one of a sheet: how it is headed, how wide it is, and what it may
// be chosen from.
type column struct {
	header   string
	others   []string
	required bool
	width    float64
	// choices are a sheet and a column of it, or the kinds of posts.
	choices string
	from    int
	// dated is one of days, coded one of codes, whose digits all count.
	dated, coded bool
}

// kinds are the choices that stand on no sheet.
const kinds = "kinds"

// errorsHeader heads the column in which errors are explained.
const errorsHeader = "错误说明"

// A layout is a sheet and its columns.
type layout struct {
	name    string
	columns []column
}

// layouts are the sheets that are read, in the order in which one refers to
// those before it.
func layouts() []layout {
	id := column{header: "编号", coded: true, width: 16}
	name := column{header: "名称", required: true, width: 30}
	return []layout{
		{Regions, []column{
			{header: "编号", coded: true, others: []string{"区域编号", "代码"}, width: 16},
			{header: "名称", others: []string{"区域"}, required: true, width: 30},
			{header: "上级区域", others: []string{"上级"}, width: 30, choices: Regions, from: regionName},
		}},
		{Categories, []column{id, name}},
		{Areas, []column{id, name}},
		{Officers, []column{
			{header: "片区", required: true, width: 24, choices: Areas, from: colName},
			{header: "账号", coded: true, required: true, width: 18, choices: accounts, from: colID},
			{header: "姓名", width: 14},
			{header: "开始日期", dated: true, required: true, width: 13},
			{header: "结束日期", dated: true, width: 13},
		}},
		{Units, []column{
			id,
			{header: "名称", others: []string{"单位名称", "单位"}, required: true, width: 36},
			{header: "单位代码", coded: true, width: 14},
			{header: "区域", width: 18, choices: Regions, from: regionName},
			{header: "片区", width: 18, choices: Areas, from: colName},
			{header: "单位分类", others: []string{"分类"}, width: 18, choices: Categories, from: colName},
			{header: "更名日期", dated: true, width: 13},
			{header: "更名依据", width: 30},
			{header: "撤销日期", dated: true, width: 13},
		}},
		{Posts, []column{
			id,
			{header: "单位编号", coded: true, width: 16},
			{header: "单位", others: []string{"单位名称"}, required: true, width: 36, choices: Units, from: unitName},
			{header: "职务", required: true, width: 18, choices: kinds},
			{header: "姓名", required: true, width: 14},
			{header: "账号", coded: true, width: 18},
			{header: "任职日期", dated: true, required: true, width: 13},
			{header: "免职日期", dated: true, width: 13},
		}},
	}
}

// headers are how the template heads the columns: what must be filled in has a
// star.
func (l layout) headers() []string {
	list := make([]string, len(l.columns))
	for i, c := range l.columns {
		if list[i] = c.header; c.required {
			list[i] += "*"
		}
	}
	return list
}

// find finds the column that a header names; the one behind the last is that of
// the errors, and -1 none.
func (l layout) find(header string) int {
	header = strings.TrimRight(characters.Fold(header), "*")
	for i, c := range l.columns {
		if header == c.header || slices.Contains(c.others, header) {
			return i
		}
	}
	if header == errorsHeader {
		return len(l.columns)
	}
	return -1
}
