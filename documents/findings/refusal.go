package findings

import "fmt"

// A Refusal is a file that was not read, or not to its end, with the reason in
// one sentence for the person who sent it.
type Refusal struct {
	Code   string
	ZH, EN string
}

// Error returns the English sentence.
func (r *Refusal) Error() string { return r.EN }

func refuse(code, zh, en string) *Refusal { return &Refusal{Code: code, ZH: zh, EN: en} }

func corrupt() *Refusal {
	return refuse("corrupt", "文件已损坏，无法读取。请用Excel或WPS打开后另存为.xlsx再上传。", "The file is damaged and cannot be read.")
}

func bomb() *Refusal {
	return refuse("zip_bomb", "文件解压后过大，已拒绝读取。请只保留要导入的内容，另存为新的.xlsx再上传。", "The file unpacks to more than may be read.")
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

// CodeMerged is the code of a merged cell. A sheet tells of those only at its
// end, so the fault does not come with its row.
const CodeMerged = "merged"

// MaxFaults is how many faults a reading lists; the others are counted.
const MaxFaults = 1000

// faults collects faults up to the limit.
type faults struct {
	list []Fault
	more int
}

func (f *faults) add(one Fault) {
	if len(f.list) == MaxFaults {
		f.more++
		return
	}
	f.list = append(f.list, one)
}

// cellName names a cell by column, from 0, and row.
func cellName(column, row int) string { return fmt.Sprintf("%s%d", columnName(column), row) }

func columnName(column int) string {
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

// parseCell reads a cell's name, such as B7.
func parseCell(name string) (column, row int, ok bool) {
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
