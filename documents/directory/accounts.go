package directory

import "duban/documents/workbook"

// people finds accounts by id and by name.
type people struct {
	byID   map[string]Account
	byName map[string][]Account
	names  *index
}

func newPeople(list []Account) people {
	p := people{byID: map[string]Account{}, byName: map[string][]Account{}, names: newIndex("账号")}
	for _, a := range list {
		p.byID[a.ID] = a
		if !a.Disabled {
			name := plain(a.Name)
			p.byName[name] = append(p.byName[name], a)
			p.names.add(a.Name, a.ID)
		}
	}
	return p
}

// account finds the account that a cell names by id or by name; none when the
// cell is empty, or when the row is refused because there is none or more than
// one.
func (k *check) account(r *row, column int) Account {
	typed := r.cells[column]
	if typed == "" {
		return Account{}
	}
	if a, there := k.people.byID[typed]; there {
		return a
	}
	switch found := k.people.byName[plain(typed)]; len(found) {
	case 1:
		return found[0]
	case 0:
		r.refuse(column, "unknown_account", k.unknown(k.people.names, typed), "There is no such account.")
	default:
		r.refuse(column, "ambiguous_account", "有多个账号名为“"+workbook.Cut(typed)+"”，请填写账号编号。", "Several accounts bear the name; give the id.")
	}
	return Account{}
}
