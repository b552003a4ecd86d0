package directory

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"duban/calendar"
	"duban/characters"
	"duban/documents/workbook"
)

const (
	// maxName is how many characters a name may have, and maxCode a code.
	maxName = 100
	maxCode = 100
	// addition is what stands in place of an id when a name that is nearly one that
	// exists is new all the same.
	addition = "新增"
	// maxCompared is how many names new ones are compared with in all: it takes
	// time.
	maxCompared = 2_000_000
)

// A Check holds a workbook against the directory.
type Check struct {
	Have Directory
	// Today is the day of the import.
	Today calendar.Date
	// NewID draws an id.
	NewID func() string
}

// A Result is what a workbook came to.
type Result struct {
	Plan Plan
	// Faults are the first faults found, and More is how many there are beside.
	Faults []workbook.Fault
	More   int
}

// Good reports whether the plan may be carried out.
func (r Result) Good() bool { return len(r.Faults) == 0 }

// Run says what the workbook would change, and everything that is wrong with it.
func (c Check) Run(b *Book) Result {
	k := &check{Check: c, book: b, people: newPeople(c.Have.Accounts), kinds: map[string]bool{}, suggested: map[string]string{}}
	for _, p := range c.Have.Posts {
		k.kinds[p.Kind] = true
	}
	for _, t := range b.tables {
		k.required(t)
	}
	k.names()
	k.regionTree()
	k.officers()
	k.units()
	k.posts()
	var faults workbook.Faults
	for _, t := range b.tables {
		for _, r := range t.rows {
			slices.SortStableFunc(r.faults, func(a, b workbook.Fault) int { return cmp.Compare(columnOf(a), columnOf(b)) })
			for _, f := range r.faults {
				faults.Add(f)
			}
		}
		for _, f := range t.merged {
			faults.Add(f)
		}
	}
	return Result{Plan: k.plan, Faults: faults.List, More: b.faults - len(faults.List)}
}

func columnOf(f workbook.Fault) int {
	column, _, _ := workbook.ParseCell(f.Cell)
	return column
}

// A check is a workbook while it is held against the directory.
type check struct {
	Check

	book *Book
	plan Plan
	// regions, categories, areas and unitNames tell what is meant by a name, what
	// the workbook adds among them.
	regions, categories, areas *index
	unitNames                  *index
	unitsByID                  map[string]*Unit
	people                     people
	// kinds are the posts that anybody holds or held.
	kinds      map[string]bool
	regionRows map[string]*row
	// suggested are the sentences about names that do not exist.
	suggested map[string]string
	compared  int
}

// change says in words that something changes.
func (k *check) change(r *row, what, zh string) {
	k.plan.Changes = append(k.plan.Changes, Change{Sheet: r.table.name, Row: r.n, What: what, ZH: zh})
}

// required lists the cells that must be filled in, of rows that say anything.
func (k *check) required(t *table) {
	for _, r := range t.rows {
		for i, c := range t.columns {
			if c.required && r.cells[i] == "" && !r.faulty(i) {
				r.refuse(i, "required", "请填写“"+c.header+"”。", "Please fill in this cell.")
			}
		}
	}
}

// faulty reports whether something is wrong with one of our columns already.
func (r *row) faulty(column int) bool {
	cell := workbook.CellName(max(r.table.at[column], 0), r.n)
	return slices.ContainsFunc(r.faults, func(f workbook.Fault) bool { return f.Cell == cell })
}

// good reports whether nothing is wrong with the row so far.
func (r *row) good() bool { return !r.bad }

// An index finds ids by name: by the very name, or else by one that is the same
// but for how it is written.
type index struct {
	what         string
	exact, loose map[string]string
	names        []string
}

func newIndex(what string) *index {
	return &index{what: what, exact: map[string]string{}, loose: map[string]string{}}
}

func (x *index) add(name, id string) {
	if _, there := x.exact[name]; !there {
		x.exact[name] = id
	}
	if key := plain(name); x.loose[key] == "" {
		x.loose[key] = id
	}
	x.names = append(x.names, name)
}

// find finds the id of a name as it was typed.
func (x *index) find(name string) (id string, ok bool) {
	if id, ok = x.exact[name]; !ok {
		id, ok = x.loose[plain(name)]
	}
	return id, ok
}

// refer finds what a cell refers to; empty when the cell is, or when it is
// refused.
func (k *check) refer(r *row, column int, x *index) string {
	typed := r.cells[column]
	if typed == "" {
		return ""
	}
	id, ok := x.find(typed)
	if !ok {
		r.refuse(column, "unknown_name", k.unknown(x, typed), "There is no such name.")
	}
	return id
}

// unknown is the sentence about a name that does not exist.
func (k *check) unknown(x *index, typed string) string {
	key := x.what + "\x00" + typed
	if sentence, known := k.suggested[key]; known {
		return sentence
	}
	sentence := "没有" + x.what + "“" + workbook.Cut(typed) + "”。请填写" + x.what + "的全称。"
	if len(k.suggested) >= workbook.MaxSuggested {
		return sentence
	}
	if near := workbook.Nearest(typed, x.names); len(near) > 0 {
		sentence = "没有" + x.what + "“" + workbook.Cut(typed) + "”。最接近的是：" + strings.Join(near, "、") + "。请核对后填写全称。"
	}
	k.suggested[key] = sentence
	return sentence
}

// near is the sentence about a new name that is nearly one that exists; empty
// when it is like none.
func (k *check) near(x *index, typed string) string {
	key := x.what + "\x01" + typed
	if sentence, known := k.suggested[key]; known {
		return sentence
	}
	if k.compared += len(x.names); k.compared > maxCompared {
		return "新增的名称过多，无法逐一与名录核对。请分成几个文件导入，或在“编号”填写“" + addition + "”。"
	}
	like := slices.DeleteFunc(workbook.Nearest(typed, x.names), func(name string) bool { return onlyNumbered(typed, name) })
	sentence := ""
	if len(like) > 0 {
		sentence = "名录中没有" + x.what + "“" + workbook.Cut(typed) + "”，最接近的是：" + strings.Join(like, "、") + "。如是同一" + x.what +
			"，请填写其编号；确属新增的，请在“编号”填写“" + addition + "”。"
	}
	k.suggested[key] = sentence
	return sentence
}

// onlyNumbered: the names differ by a number alone, such as 第一片区 and 第二片区,
// so nobody wrote one for the other.
func onlyNumbered(a, b string) bool {
	strip := func(text string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) || strings.ContainsRune("〇零一二三四五六七八九十甲乙丙丁", r) {
				return -1
			}
			return r
		}, characters.Fold(text))
	}
	return a != b && strip(a) == strip(b)
}

// same reports whether two names are the same to a reader.
func same(a, b string) bool { return a == b || plain(a) == plain(b) }

func plain(name string) string { return characters.Fold(name) }
