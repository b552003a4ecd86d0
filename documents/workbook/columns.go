package workbook

import "encoding/xml"

// A set of columns, from 0, of those that are looked at.
type columns uint64

// noWidth is below what width, in characters, nobody sees a column.
const noWidth = 0.1

// column reads what the sheet says of some columns.
func (r *reader) column(a []xml.Attr) error {
	first, ok1 := parseCount(attribute(a, "min"), maxColumn)
	last, ok2 := parseCount(attribute(a, "max"), maxColumn)
	if !ok1 || !ok2 {
		return Corrupt()
	}
	width := attribute(a, "width")
	if truth(attribute(a, "hidden")) || none(width, noWidth) || r.narrow && width == "" {
		return r.Columns(first-1, last-1)
	}
	for at := first - 1; at < min(last, MaxColumns); at++ {
		r.wide |= 1 << at
	}
	return nil
}

// others tells of the columns of which the sheet said nothing, when those have no
// width. What is said of columns stands before the rows.
func (r *reader) others() error {
	if !r.narrow {
		return nil
	}
	for at := range MaxColumns {
		if r.wide&(1<<at) != 0 {
			continue
		}
		if err := r.Columns(at, at); err != nil {
			return err
		}
	}
	return nil
}
