package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"duban/calendar"
	"duban/documents/directory"
	"duban/documents/workbook"
	"duban/store"
)

// A DirectoryImport says what a workbook changed about the directory.
type DirectoryImport struct {
	ID string `json:"id,omitempty" doc:"None when nothing was changed"`
	// Said is the outcome in a sentence.
	Said    string `json:"said"`
	Added   int    `json:"added" doc:"Rows that made something new"`
	Changed int    `json:"changed" doc:"Rows that changed something"`
	Renamed int    `json:"renamed" doc:"Rows that renamed something"`
	Ended   int    `json:"ended" doc:"Rows that ended something"`
	// Changes lists what was changed.
	Changes []DirectoryChange `json:"changes" doc:"The first of them"`
	More    int               `json:"more,omitempty" doc:"How many are not listed"`
	Ignored []string          `json:"ignored_sheets,omitempty" doc:"Sheets that were not read"`
}

// A DirectoryChange is one thing that a workbook changed.
type DirectoryChange struct {
	Sheet  string `json:"sheet"`
	Row    int    `json:"row" doc:"The row that says it"`
	What   string `json:"what" enum:"added,changed,renamed,ended" doc:"What the import does with the row"`
	Detail string `json:"detail" doc:"What changes, in a sentence"`
}

// maxChanges is how many changes an answer lists.
const maxChanges = 1000

// ExportDirectory writes the whole directory as a workbook.
func ExportDirectory(ctx context.Context, record Directories, w io.Writer) error {
	write, err := directoryWriter(ctx, record, false)
	if err != nil {
		return err
	}
	return write(w)
}

// directoryWriter reads the directory and gives what writes it down. The
// template is that of a directory in which there are accounts and nothing else.
func directoryWriter(ctx context.Context, record Directories, empty bool) (func(io.Writer) error, error) {
	d, err := record.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if empty {
		d = store.Directory{Accounts: d.Accounts}
	}
	return func(w io.Writer) error { return directory.Export(w, directoryOf(d)) }, nil
}

// directoryOf is the directory as its workbook knows it.
func directoryOf(d store.Directory) directory.Directory {
	return directory.Directory{
		Regions:    each(d.Regions, func(r store.DirectoryRegion) directory.Region { return directory.Region(r) }),
		Categories: each(d.Categories, func(n store.DirectoryName) directory.Name { return directory.Name(n) }),
		Areas:      each(d.Areas, func(n store.DirectoryName) directory.Name { return directory.Name(n) }),
		Officers:   each(d.Officers, func(o store.DirectoryOfficer) directory.Officer { return directory.Officer(o) }),
		Units:      each(d.Units, func(u store.DirectoryUnit) directory.Unit { return directory.Unit(u) }),
		Posts:      each(d.Posts, func(p store.Post) directory.Post { return directory.Post(p) }),
		Accounts:   each(d.Accounts, func(a store.DirectoryAccount) directory.Account { return directory.Account(a) }),
		Kinds:      store.PostKinds(),
	}
}

func each[A, B any](list []A, of func(A) B) []B {
	out := make([]B, len(list))
	for i, one := range list {
		out[i] = of(one)
	}
	return out
}

// puts are the rows of a plan as the record knows them.
func puts[A, B any](list []directory.Put[A], of func(A) B) []store.Put[B] {
	return each(list, func(p directory.Put[A]) store.Put[B] { return store.Put[B]{New: p.New, Row: of(p.Row)} })
}

func planOf(p directory.Plan) store.DirectoryPlan {
	return store.DirectoryPlan{
		Regions:    puts(p.Regions, func(r directory.Region) store.DirectoryRegion { return store.DirectoryRegion(r) }),
		Categories: puts(p.Categories, func(n directory.Name) store.DirectoryName { return store.DirectoryName(n) }),
		Areas:      puts(p.Areas, func(n directory.Name) store.DirectoryName { return store.DirectoryName(n) }),
		Officers:   puts(p.Officers, func(o directory.Officer) store.DirectoryOfficer { return store.DirectoryOfficer(o) }),
		Units:      puts(p.Units, func(u directory.Unit) store.DirectoryUnit { return store.DirectoryUnit(u) }),
		Posts:      puts(p.Posts, func(q directory.Post) store.Post { return store.Post(q) }),
		Renames:    each(p.Renames, func(r directory.Rename) store.UnitRename { return store.UnitRename(r) }),
	}
}

// A DirectoryFaultsError is a workbook that changed nothing because of what is
// wrong with it.
type DirectoryFaultsError struct {
	// ID is the import's, by which the marked workbook is found.
	ID     string
	Faults []workbook.Fault
	// More is how many faults are not listed.
	More int
}

// Error says so.
func (e *DirectoryFaultsError) Error() string {
	return fmt.Sprintf("the workbook has %d errors; nothing was changed", len(e.Faults)+e.More)
}

// ImportDirectory changes the directory by a workbook, wholly or not at all.
// Errors are a *workbook.Refusal when the file cannot be read, and a
// *DirectoryFaultsError when something in it is wrong.
func ImportDirectory(ctx context.Context, record Directories, author string, u Upload) (DirectoryImport, error) {
	book, err := directory.Read(u.File, u.Size, u.Name)
	if err != nil {
		return DirectoryImport{}, err
	}
	var (
		out    DirectoryImport
		faulty *DirectoryFaultsError
	)
	id, err := record.ImportDirectory(ctx, store.NewDirectoryImport{Author: author, File: u.Name},
		func(d store.Directory, today calendar.Date, newID func() string) (store.DirectoryPlan, error) {
			have := directoryOf(d)
			result := directory.Check{Have: have, Today: today, NewID: newID}.Run(book)
			if !result.Good() {
				faulty = &DirectoryFaultsError{Faults: result.Faults, More: result.More}
				var marked bytes.Buffer
				err := directory.Marked(&marked, book, have.Kinds)
				return store.DirectoryPlan{Marked: marked.Bytes()}, err
			}
			out = outcomeOf(result.Plan)
			plan := planOf(result.Plan)
			if !result.Plan.Empty() {
				var err error
				if plan.Outcome, err = json.Marshal(result.Plan.Changes); err != nil {
					return plan, err
				}
			}
			return plan, nil
		})
	if err != nil {
		return DirectoryImport{}, err
	}
	if faulty != nil {
		faulty.ID = id
		return DirectoryImport{}, faulty
	}
	out.ID, out.Ignored = id, book.Ignored
	return out, nil
}

// outcomeOf says what a plan changes.
func outcomeOf(p directory.Plan) DirectoryImport {
	out := DirectoryImport{Changes: []DirectoryChange{}}
	for _, c := range p.Changes {
		switch c.What {
		case directory.Added:
			out.Added++
		case directory.Changed:
			out.Changed++
		case directory.Renamed:
			out.Renamed++
		case directory.Ended:
			out.Ended++
		}
		if len(out.Changes) == maxChanges {
			out.More++
			continue
		}
		out.Changes = append(out.Changes, DirectoryChange{Sheet: c.Sheet, Row: c.Row, What: c.What, Detail: c.ZH})
	}
	out.Said = fmt.Sprintf("新增%d项，修改%d项，更名%d个单位，结束任职%d项。", out.Added, out.Changed, out.Renamed, out.Ended)
	if p.Empty() {
		out.Said = "名录与文件一致，没有改动。"
	}
	return out
}

// directoryFault is the answer to a workbook that changed nothing.
func directoryFault(err error) error {
	var (
		unread *workbook.Refusal
		faulty *DirectoryFaultsError
	)
	switch {
	case errors.As(err, &unread) && unread.Code == "file_too_large":
		return fileTooLarge()
	case errors.As(err, &unread):
		return invalid("file", unread.Code, unread.ZH, unread.EN)
	case errors.As(err, &faulty):
		return faultsIn(faulty.Faults, faulty.More, "没有改动名录", "nothing was changed", "/v1/directory/imports/"+faulty.ID+"/marked.xlsx")
	}
	return err
}
