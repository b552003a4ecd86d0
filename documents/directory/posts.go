package directory

import (
	"slices"
	"strings"

	"duban/calendar"
	"duban/documents/workbook"
)

// An office is a post of a unit.
type office struct{ unit, kind string }

// A holding is what a row of posts is known by besides its id.
type holding struct {
	office

	holder string
	since  calendar.Date
}

// posts reads who holds the posts. Another holder begins a term of his own, and
// the one before ends the day before.
func (k *check) posts() {
	byID, byHolding := map[string]*Post{}, map[holding]*Post{}
	for i := range k.Have.Posts {
		p := &k.Have.Posts[i]
		byID[p.ID] = p
		byHolding[holding{office{p.Unit, p.Kind}, plain(p.Holder), p.Since}] = p
	}
	o := &offices{check: k, changed: map[string]touched{}, seen: map[holding]bool{}}
	for _, r := range k.book.table(Posts).rows {
		r.name(postHolder, maxName)
		row, ok := k.post(r)
		if !ok {
			continue
		}
		key := holding{office{row.Unit, row.Kind}, plain(row.Holder), row.Since}
		if o.seen[key] {
			r.refuse(postUnit, "duplicate_row", "与上面的行重复。请删除一行。", "The same thing stands in a row above.")
			continue
		}
		o.seen[key] = true
		was := byHolding[key]
		if was == nil {
			was = byID[r.cells[postID]]
		}
		switch {
		case was == nil && r.cells[postID] != "" && r.cells[postID] != addition:
			r.refuse(postID, "unknown_id", "没有编号为“"+workbook.Cut(r.cells[postID])+"”的任职。新增的行请将编号留空。", "There is no post of this id.")
		case was == nil:
			o.begin(r, row)
		case was.Unit != row.Unit || was.Kind != row.Kind:
			r.refuse(postKind, "other_post", "编号"+was.ID+"是另一职务。换单位、换职务的，请另起一行填写，并在原行填写免职日期。", "The id is another post's.")
		case !same(was.Holder, row.Holder):
			o.succeed(r, *was, row)
		default:
			if before := byID[r.cells[postID]]; before != nil && before.ID != was.ID && before.Account == row.Account {
				row.Account = "" // the same workbook once more: it is the account of the one before
			}
			o.edit(r, *was, row)
		}
	}
	o.settle()
}

// post reads a row by itself.
func (k *check) post(r *row) (p Post, ok bool) {
	u := k.unitOf(r)
	account := k.account(r, postAccount)
	p = Post{Kind: r.cells[postKind], Holder: r.cells[postHolder], Account: account.ID, Since: r.date(postSince), Until: r.date(postUntil)}
	if p.Kind != "" && !slices.Contains(k.Have.Kinds, p.Kind) && !k.kinds[p.Kind] {
		r.refuse(postKind, "unknown_code", "没有职务“"+workbook.Cut(p.Kind)+"”。职务应为："+strings.Join(k.Have.Kinds, "、")+"。", "There is no such office.")
	}
	if !r.good() || u == "" || u == "?" {
		return p, false
	}
	if p.Unit = u; !p.Until.IsZero() && p.Until.Before(p.Since) {
		r.refuse(postUntil, "too_early", "免职日期不能早于任职日期。", "A term may not end before it begins.")
		return p, false
	}
	return p, true
}

// unitOf finds the unit of a post, by its id and its name.
func (k *check) unitOf(r *row) string {
	id, name := r.cells[postUnitID], r.cells[postUnit]
	if id == "" {
		return k.refer(r, postUnit, k.unitNames)
	}
	u, there := k.unitsByID[id]
	switch {
	case !there:
		r.refuse(postUnitID, "unknown_id", "没有编号为“"+workbook.Cut(id)+"”的单位。", "There is no unit of this id.")
	case name != "" && !k.bore(u, name):
		r.refuse(postUnit, "other_unit", "编号"+u.ID+"是“"+u.Name+"”，与所填单位名称不符。", "The id is another unit's.")
	default:
		return u.ID
	}
	return ""
}

// touched is a post as the workbook has it, and the row that says so.
type touched struct {
	Put[Post]

	row *row
}

// offices are the posts while their rows are read.
type offices struct {
	*check

	// changed are those that are new or different, by id, and order is theirs.
	changed map[string]touched
	order   []string
	seen    map[holding]bool
}

func (o *offices) put(r *row, p Post, isNew bool) {
	if _, there := o.changed[p.ID]; !there {
		o.order = append(o.order, p.ID)
	}
	o.changed[p.ID] = touched{Put[Post]{isNew, p}, r}
}

func (o *offices) title(p Post) string {
	name := ""
	if u := o.unitsByID[p.Unit]; u != nil {
		name = u.Name
	}
	return name + p.Kind + p.Holder
}

// begin adds a term.
func (o *offices) begin(r *row, p Post) {
	u := o.unitsByID[p.Unit]
	switch {
	case u != nil && !u.Abolished.IsZero() && !p.Since.Before(u.Abolished):
		r.refuse(postUnit, "unit_abolished", "该单位已于"+u.Abolished.String()+"撤销。", "The unit is no more.")
		return
	case o.holdsAlready(r, p), !o.mayHold(r, p):
		return
	}
	p.ID = o.NewID()
	o.put(r, p, true)
	title := o.title(p)
	if u == nil {
		title = r.cells[postUnit] + title
	}
	when := "，自" + p.Since.String() + "起"
	if !p.Until.IsZero() {
		when = "，" + p.Since.String() + "至" + p.Until.String()
	}
	o.change(r, Added, title+when)
}

// holdsAlready refuses a term of somebody who, by his name, holds the post: a name
// typed in another way would end his own term.
func (o *offices) holdsAlready(r *row, p Post) bool {
	if r.cells[postID] == addition {
		return false
	}
	for _, was := range o.Have.Posts {
		if was.Unit != p.Unit || was.Kind != p.Kind || !same(was.Holder, p.Holder) || !was.Until.IsZero() && was.Until.Before(p.Since) {
			continue
		}
		r.refuse(postHolder, "same_holder", "该职务自"+was.Since.String()+"起由“"+workbook.Cut(was.Holder)+"”担任，姓名相同或者只是写法不同。如是同一人，请填写编号“"+was.ID+
			"”；确系另一人，请在“编号”填写“"+addition+"”。", "The holder of the post bears the same name.")
		return true
	}
	return false
}

// mayHold refuses an account that is none of the unit's.
func (o *offices) mayHold(r *row, p Post) bool {
	if a := o.people.byID[p.Account]; p.Account != "" && (a.Unit != p.Unit || a.Disabled) {
		r.refuse(postAccount, "unknown_account", "账号“"+a.Name+"”不属于该单位或者已停用。", "The account is none of the unit's.")
		return false
	}
	return true
}

// succeed ends a term and begins that of the person who stands in its row now.
func (o *offices) succeed(r *row, was, p Post) {
	if !p.Since.After(was.Since) {
		r.refuse(postSince, "successor_too_early", "原任"+was.Holder+"自"+was.Since.String()+"起任职。换人的，请填写继任者的任职日期，应晚于该日；如系误改，请恢复原姓名。", "A successor begins after the one before.")
		return
	}
	if p.Account == was.Account {
		p.Account = "" // it stood there before and is the other's
	}
	if was.Until.IsZero() || !was.Until.Before(p.Since) {
		was.Until = p.Since.AddDays(-1)
		o.put(r, was, false)
		o.change(r, Ended, o.title(was)+"，止于"+was.Until.String())
	}
	o.begin(r, p)
}

// edit changes a term of the same person.
func (o *offices) edit(r *row, was, p Post) {
	now := was
	now.Since = p.Since
	if p.Account != "" {
		now.Account = p.Account
	}
	if !p.Until.IsZero() {
		now.Until = p.Until
	}
	if now == was {
		return
	}
	if now.Account != was.Account && !o.mayHold(r, now) {
		return
	}
	o.put(r, now, false)
	var what []string
	if now.Since != was.Since {
		what = append(what, "任职日期改为"+now.Since.String())
	}
	if now.Account != was.Account {
		what = append(what, "账号改为“"+o.people.byID[now.Account].Name+"”")
	}
	if now.Until != was.Until && !was.Until.IsZero() {
		what = append(what, "免职日期改为"+now.Until.String())
	}
	if len(what) > 0 {
		o.change(r, Changed, o.title(now)+"，"+strings.Join(what, "，"))
	}
	if now.Until != was.Until && was.Until.IsZero() {
		o.change(r, Ended, o.title(now)+"，止于"+now.Until.String())
	}
}

// settle ends whoever held a post until somebody new began, and refuses terms
// that overlap all the same.
func (o *offices) settle() {
	terms := map[office][]term{}
	add := func(p Post, r *row) {
		at := office{p.Unit, p.Kind}
		terms[at] = append(terms[at], term{id: p.ID, who: p.Holder + "担任", since: p.Since, until: p.Until, row: r})
	}
	have := map[string]Post{}
	for _, p := range o.Have.Posts {
		have[p.ID] = p
		if _, there := o.changed[p.ID]; !there {
			add(p, nil)
		}
	}
	var touchedOffices []office
	for _, id := range o.order {
		one := o.changed[id]
		at := office{one.Row.Unit, one.Row.Kind}
		touchedOffices = append(touchedOffices, at)
		add(one.Row, one.row)
	}
	done := map[office]bool{}
	for _, at := range touchedOffices {
		if !done[at] {
			done[at] = true
			o.settleOffice(terms[at], have)
		}
	}
	for _, id := range o.order {
		o.plan.Posts = append(o.plan.Posts, o.changed[id].Put)
	}
}

func (o *offices) settleOffice(terms []term, have map[string]Post) {
	slices.SortStableFunc(terms, func(a, b term) int { return a.since.Compare(b.since) })
	for i := range terms[:len(terms)-1] {
		one, next := &terms[i], terms[i+1]
		fresh := next.row != nil && o.changed[next.id].New
		if !one.until.IsZero() || !fresh || !one.since.Before(next.since) {
			continue
		}
		p, there := have[one.id]
		if t, changed := o.changed[one.id]; changed {
			p, there = t.Row, !t.New
		}
		one.until = next.since.AddDays(-1)
		p.Until = one.until
		if there {
			o.put(next.row, p, false)
			o.change(next.row, Ended, o.title(p)+"，止于"+p.Until.String())
		} else {
			o.put(one.row, p, true)
		}
	}
	overlapping(terms, func(later, earlier term) { clash(later, earlier, postSince, "post_taken", "该职务由") })
}
