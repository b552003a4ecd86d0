package directory

import "duban/calendar"

// A Directory is the whole of it, with ids for what refers to something, in the
// order in which it is written down.
type Directory struct {
	Regions    []Region
	Categories []Name
	Areas      []Name
	Officers   []Officer
	Units      []Unit
	Posts      []Post
	Accounts   []Account
	// Kinds are the posts that a unit has.
	Kinds []string
}

// A Region is a region and the one it lies in.
type Region struct{ ID, Name, Parent string }

// A Name is an area or a category.
type Name struct{ ID, Name string }

// An Officer answers for an area.
type Officer struct {
	ID, Area, Account string
	Since, Until      calendar.Date
}

// A Unit is a unit with what became of it.
type Unit struct {
	ID, Name, Code         string
	Region, Area, Category string
	// Former are the names it bore, and Renamed is the day of the last rename.
	Former    []string
	Renamed   calendar.Date
	Abolished calendar.Date
}

// A Post is an office in a unit and who holds it from when to when.
type Post struct {
	ID, Unit, Kind, Holder, Account string
	Since, Until                    calendar.Date
}

// An Account is one that the directory refers to.
type Account struct {
	ID, Name, Unit string
	// Officer: it may answer for an area.
	Officer, Disabled bool
}

// A Plan is what a workbook changes about the directory.
type Plan struct {
	Regions    []Put[Region]
	Categories []Put[Name]
	Areas      []Put[Name]
	Officers   []Put[Officer]
	Units      []Put[Unit]
	Renames    []Rename
	Posts      []Put[Post]
	// Changes say it in words, in the order of the workbook.
	Changes []Change
}

// A Put is a row as it shall be.
type Put[T any] struct {
	New bool
	Row T
}

// A Rename is a unit's new name from a day on.
type Rename struct {
	Unit, Name, Reason string
	On                 calendar.Date
}

// Empty reports whether there is nothing to change.
func (p Plan) Empty() bool { return len(p.Changes) == 0 }

// What a change is.
const (
	Added   = "added"
	Changed = "changed"
	Renamed = "renamed"
	Ended   = "ended"
)

// A Change is one thing that the workbook changes.
type Change struct {
	Sheet string `json:"sheet"`
	// Row is the row that says it.
	Row  int    `json:"row"`
	What string `json:"what" enum:"added,changed,renamed,ended"`
	// ZH says what it is about and what is different.
	ZH string `json:"zh"`
}
