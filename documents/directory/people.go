package directory

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"duban/characters"
	"duban/documents/workbook"
)

// The columns of the sheet of people, in their order.
const (
	personID = iota
	personName
	personRoles
	personUnit
	personState
	personReason
	personTakers
)

// What an account is, as the sheet says it.
const (
	inUse    = "在用"
	disabled = "停用"
)

// A Person is an account with what may be changed of it.
type Person struct {
	ID, Name string
	// Roles are what people call them, Unit is the unit's id.
	Roles    []string
	Unit     string
	Disabled bool
}

// A PersonEdit is what a row changes: of a new account, or of one that there is. What
// is nil stays.
type PersonEdit struct {
	Row  int
	ID   string
	Name *string
	// Roles are codes.
	Roles    *[]string
	Unit     string
	Disabled *bool
	Reason   string
	// Takers are accounts.
	Takers []string
	// ZH says it in words.
	ZH string
}

func peopleLayout() layout {
	return layout{accounts, []column{
		{header: "编号", others: []string{"账号编号"}, coded: true, width: 18},
		{header: "姓名", required: true, width: 14},
		{header: "角色", required: true, width: 30},
		{header: "单位", others: []string{"单位名称"}, width: 36},
		{header: "状态", width: 8, choices: kinds},
		{header: "修改理由", others: []string{"理由"}, width: 30},
		{header: "接手人", width: 24},
	}}
}

func states() []string { return []string{inUse, disabled} }

// ReadPeople reads a workbook of accounts to its end, as Read does one of the directory.
func ReadPeople(file io.ReaderAt, size int64, name string) (*Book, error) {
	return read(file, size, name, []layout{peopleLayout()}, "没有找到工作表“账号”。请先导出账号表，在其中修改。")
}

// ExportPeople writes the accounts as a workbook that ReadPeople reads: the same
// accounts make the same bytes, and reading them changes nothing.
func ExportPeople(w io.Writer, people []Person, units []Unit) error {
	book, err := workbook.NewWriter(w, accounts, guide)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, u := range units {
		names[u.ID] = u.Name
	}
	var rows [][]string
	for _, p := range people {
		state := inUse
		if p.Disabled {
			state = disabled
		}
		rows = append(rows, []string{p.ID, p.Name, strings.Join(p.Roles, "、"), names[p.Unit], state, "", ""})
	}
	l := peopleLayout()
	if err := writeSheet(book, l.form(states()), l.headers(), rows); err != nil {
		return err
	}
	if err := book.Sheet(workbook.Form{Widths: []float64{110}}); err != nil {
		return err
	}
	for i, line := range []string{
		"账号表填写说明",
		"一、从表头下一行起填写。空着的单元格和没有列出的账号不作修改，导入不删除任何账号。",
		"二、修改姓名、角色，停用或者启用账号：保留编号，改写相应的单元格，并填写“修改理由”。角色写其名称，有几个的用顿号分开。账号所属单位不能修改。",
		"三、新增账号：“编号”留空。单位人员须填写“单位”，工委人员不填。新账号的令牌由管理员另行发给。",
		"四、停用账号，或者去掉其角色的，其经办的事项须有人接手：在“接手人”填写工委人员账号的编号或者姓名，有几人的用顿号分开。",
		"五、上传后先检查全部内容，有一处错误就不作修改，并退回标出错误的工作簿；检查通过的，经确认一次修改全部账号。",
	} {
		if err := book.Row(i+1, workbook.Styled{Text: line}); err != nil {
			return err
		}
	}
	return book.Close()
}

// A PeopleCheck holds a workbook against the accounts that there are.
type PeopleCheck struct {
	Have  []Person
	Units []Unit
	// Roles are the codes of the roles by what people call them.
	Roles map[string]string
	// Order is the codes in the order in which a sentence lists them.
	Order []string
}

// Run says what the workbook would change, in its order; what is wrong is kept in it.
func (c PeopleCheck) Run(b *Book) []PersonEdit {
	k := &peopleCheck{PeopleCheck: c, byID: map[string]Person{}, units: newIndex("单位"), seen: map[string]int{}}
	all := make([]Account, len(c.Have))
	for i, p := range c.Have {
		k.byID[p.ID] = p
		all[i] = Account{ID: p.ID, Name: p.Name, Unit: p.Unit, Disabled: p.Disabled}
	}
	for _, u := range c.Units {
		if u.Abolished.IsZero() {
			k.units.add(u.Name, u.ID)
		}
	}
	k.check = &check{people: newPeople(all), suggested: map[string]string{}}
	var edits []PersonEdit
	for _, r := range b.table(accounts).rows {
		if e, changes := k.person(r); changes {
			edits = append(edits, e)
		}
	}
	return edits
}

type peopleCheck struct {
	PeopleCheck

	check *check
	byID  map[string]Person
	units *index
	seen  map[string]int
}

func (k *peopleCheck) person(r *row) (e PersonEdit, changes bool) {
	e = PersonEdit{Row: r.n, Reason: r.cells[personReason], Takers: k.takers(r)}
	r.name(personName, maxName)
	roles := k.roles(r)
	if state := r.cells[personState]; state != "" && !slices.Contains(states(), state) {
		r.refuse(personState, "unknown_code", "“"+workbook.Cut(state)+"”不能填在“状态”，应为：在用、停用。", "There is no such state.")
	}
	if id := r.cells[personID]; id != "" && id != addition {
		return k.known(r, e, id, roles)
	}
	for _, column := range []int{personName, personRoles} {
		if r.cells[column] == "" {
			r.refuse(column, "required", "新增账号，请填写“"+r.table.columns[column].header+"”。", "Please fill in this cell.")
		}
	}
	if r.cells[personState] == disabled {
		r.refuse(personState, "new_disabled", "新增的账号不能是停用的。", "A new account is in use.")
	}
	e.Unit = k.check.refer(r, personUnit, k.units)
	e.Name, e.Roles = &r.cells[personName], &roles
	e.ZH = "新增账号“" + r.cells[personName] + "”（" + r.cells[personRoles] + "）"
	return e, true
}

// known reads a row about an account that there is.
func (k *peopleCheck) known(r *row, e PersonEdit, id string, roles []string) (PersonEdit, bool) {
	was, there := k.byID[id]
	switch earlier, twice := k.seen[id]; {
	case !there:
		r.refuse(personID, "unknown_account", "没有编号为“"+workbook.Cut(id)+"”的账号。新增的账号请将编号留空。", "There is no account of this id.")
		return e, false
	case twice:
		r.refuse(personID, "duplicate_row", fmt.Sprintf("与第%d行是同一账号。请删除一行。", earlier), "The account stands in a row above.")
		return e, false
	}
	k.seen[id] = r.n
	e.ID = id
	if given := r.cells[personUnit]; given != "" {
		if unit, ok := k.units.find(given); !ok || unit != was.Unit {
			r.refuse(personUnit, "unit_stays", "账号所属单位不能修改。调到其他单位的，请停用此账号，为其新增账号。", "An account stays with its unit; disable it and add another.")
		}
	}
	var said []string
	if name := r.cells[personName]; name != "" && name != was.Name {
		e.Name = &name
		said = append(said, "改名为“"+name+"”")
	}
	if r.cells[personRoles] != "" && !k.same(roles, was.Roles) {
		e.Roles = &roles
		said = append(said, "角色由"+strings.Join(was.Roles, "、")+"改为"+r.cells[personRoles])
	}
	if state := r.cells[personState]; state != "" && (state == disabled) != was.Disabled {
		off := state == disabled
		e.Disabled = &off
		said = append(said, map[bool]string{true: "停用", false: "启用"}[off])
	}
	if len(said) == 0 {
		return e, false
	}
	if characters.Blank(e.Reason) {
		r.refuse(personReason, "required", "请填写“修改理由”。", "Give the reason.")
	}
	e.ZH = "“" + was.Name + "”" + strings.Join(said, "，")
	return e, true
}

// same: the codes are those of the roles by name.
func (k *peopleCheck) same(codes, names []string) bool {
	var had []string
	for _, name := range names {
		had = append(had, k.Roles[name])
	}
	return slices.Equal(slices.Sorted(slices.Values(codes)), slices.Sorted(slices.Values(had)))
}

// parts are the texts of a cell that names several.
func parts(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("、，,；; \n", r) })
}

func (k *peopleCheck) roles(r *row) []string {
	var list []string
	for _, name := range parts(r.cells[personRoles]) {
		code, ok := k.Roles[name]
		switch {
		case !ok && slices.Contains(k.Order, name):
			code = name
		case !ok:
			var names []string
			for _, code := range k.Order {
				for zh, of := range k.Roles {
					if of == code {
						names = append(names, zh)
					}
				}
			}
			r.refuse(personRoles, "unknown_code", "没有角色“"+workbook.Cut(name)+"”。角色应为："+strings.Join(names, "、")+"。", "There is no such role.")
			return nil
		}
		if !slices.Contains(list, code) {
			list = append(list, code)
		}
	}
	return list
}

// takers are the accounts that take over.
func (k *peopleCheck) takers(r *row) []string {
	var list []string
	for _, name := range parts(r.cells[personTakers]) {
		switch found := k.check.people.byName[plain(name)]; {
		case k.byID[name].ID != "":
			list = append(list, name)
		case len(found) == 1:
			list = append(list, found[0].ID)
		case len(found) > 1:
			r.refuse(personTakers, "ambiguous_account", "有多个账号名为“"+workbook.Cut(name)+"”，请填写账号编号。", "Several accounts bear the name; give the id.")
		default:
			r.refuse(personTakers, "unknown_account", k.check.unknown(k.check.people.names, name), "There is no such account.")
		}
	}
	return list
}

// RefusePerson adds to a row what only the record knows to be wrong with it. The field
// is that of a request about one account.
func (b *Book) RefusePerson(n int, field, code, zh, en string) {
	at := personID
	switch name, _, _ := strings.Cut(field, "["); name {
	case "name":
		at = personName
	case "roles":
		at = personRoles
	case "unit":
		at = personUnit
	case "takers":
		at = personTakers
		zh = strings.ReplaceAll(zh, "请在takers中写明接手人", "请在“接手人”填写")
	case "reason":
		at = personReason
	}
	for _, r := range b.table(accounts).rows {
		if r.n == n {
			r.refuse(at, code, zh, en)
		}
	}
}

// Faults are what was found to be wrong so far, and how many more there are.
func (b *Book) Faults() (list []workbook.Fault, more int) {
	var faults workbook.Faults
	for _, t := range b.tables {
		for _, r := range t.rows {
			for _, f := range r.faults {
				faults.Add(f)
			}
		}
		for _, f := range t.merged {
			faults.Add(f)
		}
	}
	return faults.List, b.faults - len(faults.List)
}

// MarkedPeople writes a refused workbook of accounts with its faults marked.
func MarkedPeople(w io.Writer, b *Book) error { return Marked(w, b, states()) }
