package directory

import (
	"slices"
	"strings"

	"duban/documents/workbook"
)

// units reads the units. A name that is another than the record's is a rename,
// and needs its day and reason.
func (k *check) units() {
	k.unitsByID = map[string]*Unit{}
	live, former := newIndex(Units), map[string]*Unit{}
	for i := range k.Have.Units {
		u := &k.Have.Units[i]
		k.unitsByID[u.ID] = u
		if u.Abolished.IsZero() {
			live.add(u.Name, u.ID)
		}
		for _, name := range u.Former {
			former[plain(name)] = u
		}
	}
	given, seen := newIndex(Units), map[string]bool{}
	for _, r := range k.book.table(Units).rows {
		r.name(unitName, maxName)
		r.name(unitCode, maxCode)
		name := r.cells[unitName]
		if !r.good() {
			given.add(name, "?")
			continue
		}
		u, isNew, ok := k.unit(r, live, former)
		if !ok {
			given.add(name, "?")
			continue
		}
		other, there := given.find(name)
		if seen[u.ID] || (isNew || !same(u.Name, name)) && there && other != "?" {
			r.refuse(unitName, "duplicate_row", "与上面的行重复。请删除一行。", "The same thing stands in a row above.")
			continue
		}
		seen[u.ID] = true
		if u.Abolished.IsZero() {
			given.add(name, u.ID)
		}
		k.planUnit(r, u, isNew)
	}
	// What is referred to is what the workbook says, then what it does not say.
	k.unitNames = given
	for _, u := range k.Have.Units {
		if _, there := given.find(u.Name); !there && u.Abolished.IsZero() {
			given.add(u.Name, u.ID)
		}
	}
}

// unit tells which unit a row is; what it is now when it exists.
func (k *check) unit(r *row, live *index, former map[string]*Unit) (u Unit, isNew, ok bool) {
	id, name := r.cells[unitID], r.cells[unitName]
	is, named := live.find(name)
	have, there := k.unitsByID[id]
	switch {
	case there && (same(have.Name, name) || !named || is == have.ID):
		return *have, false, true
	case there:
		r.refuse(unitName, "name_in_use", "“"+workbook.Cut(name)+"”是另一单位（编号"+is+"）的名称。", "The name is another unit's.")
	case named && (id == "" || id == addition):
		return *k.unitsByID[is], false, true
	case named:
		r.refuse(unitID, "other_id", "单位“"+workbook.Cut(name)+"”的编号是"+is+"。", "The unit has another id.")
	case id != "" && id != addition:
		r.refuse(unitID, "unknown_id", "没有编号为“"+workbook.Cut(id)+"”的单位。新单位的编号由系统生成，请留空或填写“"+addition+"”。", "There is no unit of this id.")
	default:
		if id == "" {
			if was := former[plain(name)]; was != nil {
				r.refuse(unitName, "former_name", "“"+workbook.Cut(name)+"”是“"+was.Name+"”（编号"+was.ID+"）的曾用名。如是同一单位请填写现名；确属新单位的，请在“编号”填写“"+addition+"”。", "The name is a former one of a unit.")
				return u, false, false
			}
			if sentence := k.near(live, name); sentence != "" {
				r.refuse(unitName, "near_name", sentence+"如系更名，请填写原单位编号和更名日期、依据。", "The name is nearly one that exists.")
				return u, false, false
			}
		}
		return Unit{ID: k.NewID(), Name: name}, true, true
	}
	return u, false, false
}

// planUnit says what a row changes about its unit.
func (k *check) planUnit(r *row, u Unit, isNew bool) {
	was := u
	for _, one := range []struct {
		column int
		from   *index
		into   *string
	}{{unitRegion, k.regions, &u.Region}, {unitArea, k.areas, &u.Area}, {unitCategory, k.categories, &u.Category}} {
		if id := k.refer(r, one.column, one.from); id != "" {
			*one.into = id
		}
	}
	if code := r.cells[unitCode]; code != "" && !same(code, u.Code) {
		u.Code = code
	}
	if ended := r.date(unitAbolished); ended != was.Abolished && r.cells[unitAbolished] != "" && !r.faulty(unitAbolished) {
		r.refuse(unitAbolished, "read_only", "撤销日期只供查看。合并、分设、撤销请在单位变更中登记。", "The end of a unit is recorded as a change of it.")
	}
	renamed := !isNew && !same(was.Name, r.cells[unitName])
	edited := u.Code != was.Code || u.Region != was.Region || u.Area != was.Area || u.Category != was.Category
	if !was.Abolished.IsZero() && (renamed || edited) {
		r.refuse(unitName, "unit_abolished", "该单位已于"+was.Abolished.String()+"撤销，不能再改动。", "The unit is no more.")
		return
	}
	if renamed {
		k.rename(r, was)
		u.Name = r.cells[unitName]
	}
	switch {
	case !r.good():
	case isNew:
		k.plan.Units = append(k.plan.Units, Put[Unit]{true, u})
		k.change(r, Added, "新增单位“"+u.Name+"”")
	case edited:
		k.plan.Units = append(k.plan.Units, Put[Unit]{false, u})
		var what []string
		for _, one := range []struct {
			differs bool
			column  int
		}{{u.Code != was.Code, unitCode}, {u.Region != was.Region, unitRegion}, {u.Area != was.Area, unitArea}, {u.Category != was.Category, unitCategory}} {
			if one.differs {
				what = append(what, r.table.columns[one.column].header+"改为“"+r.cells[one.column]+"”")
			}
		}
		k.change(r, Changed, "单位“"+u.Name+"”"+strings.Join(what, "，"))
	}
}

// rename plans a unit's new name from a day on.
func (k *check) rename(r *row, was Unit) {
	on, reason := r.date(unitRenamed), r.cells[unitReason]
	now := "名录中该单位现名“" + was.Name + "”。更名的请填写"
	switch {
	case r.faulty(unitRenamed):
	case on.IsZero():
		r.refuse(unitRenamed, "rename_without_day", now+"更名日期；如系误改，请恢复原名。", "A rename needs its day.")
	case on.After(k.Today):
		r.refuse(unitRenamed, "in_future", "更名日期不能晚于今天。", "The rename may not lie in the future.")
	case !was.Renamed.IsZero() && on.Before(was.Renamed):
		r.refuse(unitRenamed, "too_early", "该单位上次更名于"+was.Renamed.String()+"，更名日期不能更早。", "The unit was renamed after that day.")
	}
	r.name(unitReason, maxCell)
	if reason == "" && !r.faulty(unitReason) {
		r.refuse(unitReason, "rename_without_reason", now+"更名依据；如系误改，请恢复原名。", "A rename needs its reason.")
	}
	if !r.good() {
		return
	}
	k.plan.Renames = append(k.plan.Renames, Rename{Unit: was.ID, Name: r.cells[unitName], Reason: reason, On: on})
	k.change(r, Renamed, "单位“"+was.Name+"”自"+on.String()+"起更名为“"+r.cells[unitName]+"”")
}

// bore reports whether a unit bears, bore or will bear a name.
func (k *check) bore(u *Unit, name string) bool {
	if same(u.Name, name) || slices.ContainsFunc(u.Former, func(f string) bool { return same(f, name) }) {
		return true
	}
	id, _ := k.unitNames.find(name)
	return id == u.ID
}
