package directory

import (
	"slices"

	"duban/calendar"
)

// A term is a time in which somebody holds something, and the row that says so;
// nil when none does.
type term struct {
	id, who      string
	since, until calendar.Date
	row          *row
}

// overlapping hands over each term that begins before one that began before it
// has ended.
func overlapping(terms []term, found func(later, earlier term)) {
	slices.SortStableFunc(terms, func(a, b term) int { return a.since.Compare(b.since) })
	for i, last := 1, 0; i < len(terms); i++ {
		if terms[last].until.IsZero() || !terms[i].since.After(terms[last].until) {
			found(terms[i], terms[last])
		}
		if last0 := terms[last].until; !last0.IsZero() && (terms[i].until.IsZero() || terms[i].until.After(last0)) {
			last = i
		}
	}
}

// clash refuses the row that brings an overlap about: that of the later term,
// or of the earlier when nobody touched the later.
func clash(later, earlier term, column int, code, what string) {
	at, other := later, earlier
	if at.row == nil {
		at, other = earlier, later
	}
	if at.row == nil || at.row.faulty(column) {
		return
	}
	when := "自" + other.since.String() + "起"
	if !other.until.IsZero() {
		when = other.since.String() + "至" + other.until.String()
	}
	at.row.refuse(column, code, when+what+other.who+"，时间不能重叠。", "The time overlaps another.")
}
