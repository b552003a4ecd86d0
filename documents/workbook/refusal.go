package workbook

import (
	"fmt"
	"strings"
)

// A Refusal is a file that was not read, or not to its end, with the reason in
// one sentence for the person who sent it.
type Refusal struct {
	Code   string
	ZH, EN string
}

// Error returns the English sentence.
func (r *Refusal) Error() string { return r.EN }

// Refuse makes a refusal.
func Refuse(code, zh, en string) *Refusal { return &Refusal{Code: code, ZH: zh, EN: en} }

// Corrupt is the refusal of a file that contradicts itself.
func Corrupt() *Refusal {
	return Refuse("corrupt", "文件已损坏，无法读取。请用Excel或WPS打开后另存为.xlsx再上传。", "The file is damaged and cannot be read.")
}

func bomb() *Refusal {
	return Refuse("zip_bomb", "文件解压后过大，已拒绝读取。请只保留要导入的内容，另存为新的.xlsx再上传。", "The file unpacks to more than may be read.")
}

// A Fault is what is wrong with one cell or one row.
type Fault struct {
	Sheet string `json:"sheet"`
	// Cell is the cell at fault, such as B7.
	Cell string `json:"cell"`
	Row  int    `json:"row"`
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// MaxFaults is how many faults a reading lists; the others are counted.
const MaxFaults = 1000

// Faults collects faults up to the limit.
type Faults struct {
	List []Fault
	// More is how many there are beside.
	More int
}

// Add collects one.
func (f *Faults) Add(one Fault) {
	if len(f.List) == MaxFaults {
		f.More++
		return
	}
	f.List = append(f.List, one)
}

// CellName names a cell by column, from 0, and row.
func CellName(column, row int) string { return fmt.Sprintf("%s%d", ColumnName(column), row) }

// ColumnName names a column, from 0.
func ColumnName(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

// The widest sheet and the longest that Excel has.
const (
	maxColumn = 16384
	maxRow    = 1_048_576
)

// ParseCell reads a cell's name, such as B7.
func ParseCell(name string) (column, row int, ok bool) {
	i := 0
	for ; i < len(name) && name[i] >= 'A' && name[i] <= 'Z'; i++ {
		column = column*26 + int(name[i]-'A') + 1
		if column > maxColumn {
			return 0, 0, false
		}
	}
	if i == 0 || i == len(name) {
		return 0, 0, false
	}
	row, ok = parseCount(name[i:], maxRow)
	return column - 1, row, ok && row > 0
}

// parseCount reads a whole number up to a limit.
func parseCount(text string, limit int) (n int, ok bool) {
	for _, r := range []byte(text) {
		if r < '0' || r > '9' {
			return 0, false
		}
		if n = n*10 + int(r-'0'); n > limit {
			return 0, false
		}
	}
	return n, text != ""
}

// Cut shortens what somebody typed to what fits into a sentence.
func Cut(text string) string {
	runes := []rune(text)
	if len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}

// ParseRange reads cells such as B2:C4, or B2 alone: the first cell, and its row
// and the last.
func ParseRange(ref string) (cell string, top, bottom int, err error) {
	cell, last, _ := strings.Cut(ref, ":")
	_, top, ok := ParseCell(cell)
	if !ok {
		return "", 0, 0, Corrupt()
	}
	if _, bottom, ok = ParseCell(last); !ok {
		bottom = top
	}
	return cell, top, bottom, nil
}
