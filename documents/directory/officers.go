package directory

import "duban/calendar"

// An officerKey is what a row of the areas' officers is known by.
type officerKey struct {
	area, account string
	since         calendar.Date
}

// officers reads who answers for the areas.
func (k *check) officers() {
	have := map[officerKey]int{}
	type who struct{ area, account string }
	terms := map[who][]term{}
	for i, o := range k.Have.Officers {
		have[officerKey{o.Area, o.Account, o.Since}] = i
		at := who{o.Area, o.Account}
		terms[at] = append(terms[at], term{id: o.ID, since: o.Since, until: o.Until})
	}
	seen := map[officerKey]bool{}
	for _, r := range k.book.table(Officers).rows {
		area := k.refer(r, officerArea, k.areas)
		account := k.account(r, officerAccount)
		since, until := r.date(officerSince), r.date(officerUntil)
		if !r.good() || area == "?" {
			continue
		}
		key, at := officerKey{area, account.ID, since}, who{area, account.ID}
		switch {
		case seen[key]:
			r.refuse(officerArea, "duplicate_row", "与上面的行重复。请删除一行。", "The same thing stands in a row above.")
			continue
		case !until.IsZero() && until.Before(since):
			r.refuse(officerUntil, "too_early", "结束日期不能早于开始日期。", "It may not end before it begins.")
			continue
		}
		seen[key] = true
		name := "片区“" + r.cells[officerArea] + "”负责人" + account.Name
		o := Officer{ID: "", Area: area, Account: account.ID, Since: since, Until: until}
		if i, there := have[key]; there {
			if o = k.Have.Officers[i]; until.IsZero() || until == o.Until {
				continue
			}
			what := Changed
			if o.Until.IsZero() {
				what = Ended
			}
			o.Until = until
			for j := range terms[at] {
				if terms[at][j].id == o.ID {
					terms[at][j].until, terms[at][j].row = until, r
				}
			}
			k.plan.Officers = append(k.plan.Officers, Put[Officer]{false, o})
			k.change(r, what, name+"，止于"+until.String())
			continue
		}
		if account.Disabled || !account.Officer {
			r.refuse(officerAccount, "not_an_officer", "片区负责人应是在用的经办人账号。", "Only the account of an officer answers for an area.")
			continue
		}
		o.ID = k.NewID()
		terms[at] = append(terms[at], term{id: o.ID, since: since, until: until, row: r})
		k.plan.Officers = append(k.plan.Officers, Put[Officer]{true, o})
		k.change(r, Added, name+"，自"+since.String()+"起")
	}
	for _, list := range terms {
		overlapping(list, func(later, earlier term) {
			clash(later, earlier, officerSince, "already_officer", "此人已是该片区负责人")
		})
	}
}
