package store

import (
	"cmp"
	"slices"

	"duban/lifecycle"
)

// maxShown is how many cases of one kind a background names.
const maxShown = 20

// compare takes an earlier case in where the new finding may repeat it.
func (b *Background) compare(e Earlier, category, title string) {
	e.Likeness = lifecycle.Similar(title, e.Title)
	if category != "" && e.Category == category {
		if len(b.Recurrences) < maxShown {
			b.Recurrences = append(b.Recurrences, e)
		}
		if e.Stage.Repeatable() && (b.RepeatOf == nil || e.Likeness > b.RepeatOf.Likeness) {
			b.RepeatOf = &e
		}
	}
	if e.Likeness >= lifecycle.LikelyDuplicate {
		b.Similar = append(b.Similar, e)
	}
}

// sort puts the most alike first; those equally alike stay newest first.
func (b *Background) sort() {
	slices.SortStableFunc(b.Similar, func(x, y Earlier) int { return cmp.Compare(y.Likeness, x.Likeness) })
	b.Similar = b.Similar[:min(len(b.Similar), maxShown)]
}
