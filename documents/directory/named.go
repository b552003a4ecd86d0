package directory

import (
	"fmt"
	"strings"
	"unicode"

	"duban/documents/workbook"
)

// An entry is a row of a sheet of names, and what it means.
type entry struct {
	row     *row
	id      string
	isNew   bool
	renamed string // what it was called
}

// names reads the regions, categories and areas.
func (k *check) names() {
	var regions []Name
	for _, r := range k.Have.Regions {
		regions = append(regions, Name{r.ID, r.Name})
	}
	var entries []entry
	k.regions, entries = k.named(Regions, regions)
	k.planRegions(entries)
	k.categories, entries = k.named(Categories, k.Have.Categories)
	k.plan.Categories = k.puts(entries)
	k.areas, entries = k.named(Areas, k.Have.Areas)
	k.plan.Areas = k.puts(entries)
}

func (k *check) puts(entries []entry) (list []Put[Name]) {
	for _, e := range entries {
		if e.isNew || e.renamed != "" {
			list = append(list, Put[Name]{e.isNew, Name{e.id, e.row.cells[colName]}})
			k.say(e)
		}
	}
	return list
}

// say puts into words what becomes of a name.
func (k *check) say(e entry) {
	what, name := e.row.table.name, e.row.cells[colName]
	switch {
	case e.isNew:
		k.change(e.row, Added, "新增"+what+"“"+name+"”")
	case e.renamed != "":
		k.change(e.row, Changed, what+"“"+e.renamed+"”改称“"+name+"”")
	}
}

// named tells for each row of a sheet of names which of those that exist it is,
// or that it is new.
func (k *check) named(sheet string, have []Name) (all *index, entries []entry) {
	existing, byID := newIndex(sheet), map[string]string{}
	for _, n := range have {
		existing.add(n.Name, n.ID)
		byID[n.ID] = n.Name
	}
	all = newIndex(sheet)
	seen := map[string]bool{}
	for _, r := range k.book.table(sheet).rows {
		r.name(colName, maxName)
		r.name(colID, maxCode)
		if !r.good() {
			if name := r.cells[colName]; name != "" {
				all.add(name, "?") // what refers to it is not wrong as well
			}
			continue
		}
		e := k.entry(r, existing, byID)
		name := r.cells[colName]
		taken, there := all.find(name)
		if seen[e.id] || (e.isNew || e.renamed != "") && there && taken != "?" {
			r.refuse(colName, "duplicate_row", "与上面的行重复。请删除一行。", "The same thing stands in a row above.")
			continue
		}
		if e.id == "" {
			all.add(name, "?")
			continue
		}
		seen[e.id] = true
		all.add(name, e.id)
		entries = append(entries, e)
	}
	for _, n := range have {
		// What refers to it by the name it had means it all the same.
		if _, there := all.find(n.Name); !there {
			all.add(n.Name, n.ID)
		}
	}
	return all, entries
}

// entry tells what one row is; its id is empty when it is refused.
func (k *check) entry(r *row, existing *index, byID map[string]string) entry {
	id, name := r.cells[colID], r.cells[colName]
	is, named := existing.find(name)
	was, there := byID[id]
	switch {
	case there && same(was, name):
		return entry{row: r, id: id}
	case there && named:
		r.refuse(colName, "name_in_use", "“"+workbook.Cut(name)+"”是另一"+existing.what+"（编号"+is+"）的名称。", "The name is another's.")
	case there:
		return entry{row: r, id: id, renamed: was}
	case named && (id == "" || id == addition):
		return entry{row: r, id: is}
	case named:
		r.refuse(colID, "other_id", existing.what+"“"+workbook.Cut(name)+"”的编号是"+is+"。", "The name has another id.")
	case id != "" && id != addition && strings.ContainsFunc(id, notOfID):
		r.refuse(colID, "bad_id", "编号由字母、数字、点、横线和下划线组成。", "An id is made of letters, digits, dots, dashes and underscores.")
	case id != "" && id != addition:
		return entry{row: r, id: id, isNew: true}
	default:
		if id == "" {
			if sentence := k.near(existing, name); sentence != "" {
				r.refuse(colName, "near_name", sentence, "The name is nearly one that exists.")
				return entry{row: r}
			}
		}
		return entry{row: r, id: k.NewID(), isNew: true}
	}
	return entry{row: r}
}

// notOfID: ids stand in addresses.
func notOfID(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
}

// planRegions adds to the names of the regions what they lie in.
func (k *check) planRegions(entries []entry) {
	parents := map[string]string{}
	for _, r := range k.Have.Regions {
		parents[r.ID] = r.Parent
	}
	k.regionRows = map[string]*row{}
	for _, e := range entries {
		parent := k.refer(e.row, regionParent, k.regions)
		before := parents[e.id]
		if parent == "" {
			parent = before
		}
		if !e.isNew && e.renamed == "" && parent == before {
			continue
		}
		k.regionRows[e.id] = e.row
		k.plan.Regions = append(k.plan.Regions, Put[Region]{e.isNew, Region{e.id, e.row.cells[regionName], parent}})
		if k.say(e); parent != before && !e.isNew {
			k.change(e.row, Changed, "区域“"+e.row.cells[regionName]+"”改隶“"+e.row.cells[regionParent]+"”")
		}
	}
}

// maxDepth is how many regions may lie in one another.
const maxDepth = 10

// regionTree refuses a region that would lie below itself.
func (k *check) regionTree() {
	parents := map[string]string{}
	for _, r := range k.Have.Regions {
		parents[r.ID] = r.Parent
	}
	for _, p := range k.plan.Regions {
		parents[p.Row.ID] = p.Row.Parent
	}
	for _, p := range k.plan.Regions {
		deep := 1
		for at := p.Row.Parent; at != "" && deep <= maxDepth; at = parents[at] {
			if deep++; at == p.Row.ID {
				deep = maxDepth + 1
			}
		}
		if deep > maxDepth {
			k.regionRows[p.Row.ID].refuse(regionParent, "circle", fmt.Sprintf("区域不能隶属于自己或者自己的下级，最多%d级。", maxDepth), "A region cannot lie below itself, or so deep.")
		}
	}
}
