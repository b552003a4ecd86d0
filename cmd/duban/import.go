package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"duban/api"
	"duban/documents/findings"
	"duban/lifecycle"
	"duban/store"
)

type importCmd struct {
	File     string `arg:"" type:"existingfile" help:"The .xlsx to import."`
	Campaign string `required:"" help:"Id of the campaign the findings come from."`
	As       string `required:"" help:"Account whose findings they are: an inspector's or an officer's."`
	Again    bool   `help:"Import a file that was imported before once more."`

	Duplicates bool `help:"Open findings that are cases already all the same."`
}

// errHasErrors: the workbook was refused; what is wrong was printed.
var errHasErrors = errors.New("the workbook has errors; nothing was opened")

// hintsShown is how many rows are told that something is known about.
const hintsShown = 50

// importPage is how many rows are opened between two looks at the record.
const importPage = 50

// Run checks the workbook and opens its cases. Ended anywhere, the same command
// goes on where it was.
func (c importCmd) Run(ctx context.Context, s *settings) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	a, err := record.Account(ctx, c.As)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no account %q; duban account list shows them", c.As)
	}
	if err != nil {
		return err
	}
	who := lifecycle.Actor{Account: a.ID, Name: a.Name, Roles: a.Roles, Unit: a.Unit}
	if a.Disabled || !who.Has(lifecycle.KindOpenCase.Who()...) {
		return fmt.Errorf("account %q may not register findings", c.As)
	}
	i, err := c.check(ctx, record, who)
	if err != nil {
		return err
	}
	if i, err = record.StartImport(ctx, who, i.ID, time.Now()); err != nil {
		return err
	}
	return open(ctx, record, i)
}

// check has the workbook recorded, or finds the import that was begun with it.
func (c importCmd) check(ctx context.Context, record *store.Store, who lifecycle.Actor) (store.Import, error) {
	file, err := os.Open(c.File)
	if err != nil {
		return store.Import{}, err
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, io.LimitReader(file, findings.MaxFile+1))
	if err != nil {
		return store.Import{}, err
	}
	u := api.Upload{File: file, Size: size, Name: filepath.Base(c.File), Sum: hash.Sum(nil), Campaign: c.Campaign, Duplicates: c.Duplicates}
	i, result, err := api.ImportFindings(ctx, record, record, who, time.Now(), u)
	same, before := errors.AsType[*store.SameFileError](err)
	if before && c.begun(same.Before, who) {
		printLine(stderr, "going on with import %s", same.Before.ID)
		return same.Before, nil
	}
	if before && c.Again {
		u.Again = true
		i, result, err = api.ImportFindings(ctx, record, record, who, time.Now(), u)
	}
	var unread *findings.Refusal
	switch {
	case errors.As(err, &unread):
		return i, errors.New(unread.ZH)
	case errors.As(err, &same):
		before := same.Before
		return i, fmt.Errorf("%s imported this file on %s, as %s; say --again if it is meant", before.AuthorName, before.At.Local().Format(time.DateTime), before.ID)
	case err != nil:
		return i, err
	case !result.Good():
		return i, c.complain(ctx, record, i, result)
	}
	if result.Known > 0 {
		printLine(stderr, "%d行是已登记的事项，不再登记", result.Known)
	}
	for _, h := range result.Hints[:min(len(result.Hints), hintsShown)] {
		printLine(stderr, "第%d行\t提示：%s", h.Row, h.ZH())
	}
	if more := len(result.Hints) + result.MoreHints - hintsShown; more > 0 {
		printLine(stderr, "另有%d行有提示，见GET /v1/imports/%s/marked.xlsx", more, i.ID)
	}
	for _, sheet := range result.Ignored {
		printLine(stderr, "工作表“%s”没有读取", sheet)
	}
	return i, nil
}

// begun reports whether an import is what this command began and was ended in.
func (c importCmd) begun(i store.Import, who lifecycle.Actor) bool {
	return i.Author == who.Account && i.Campaign == c.Campaign && i.Duplicates == c.Duplicates && i.State != store.ImportDone
}

// complain prints every error and writes the workbook with them marked beside
// the one that was read.
func (c importCmd) complain(ctx context.Context, record *store.Store, i store.Import, result findings.Result) error {
	for _, f := range result.Faults {
		printLine(stderr, "%s!%s\t%s", f.Sheet, f.Cell, f.ZH)
	}
	if result.More > 0 {
		printLine(stderr, "另有%d处错误", result.More)
	}
	out, err := createMarked(c.File)
	if err != nil {
		return errors.Join(errHasErrors, err)
	}
	if err := errors.Join(api.MarkedFindings(ctx, record, record, i.ID, out), out.Close()); err != nil {
		return errors.Join(errHasErrors, err)
	}
	printLine(stderr, "标出错误的工作簿：%s", out.Name())
	return errHasErrors
}

// open opens the cases, with a bar where somebody looks. A worker may do the
// same at the same time: no row is opened twice.
func open(ctx context.Context, record *store.Store, i store.Import) error {
	bar := progressbar.NewOptions(i.Rows, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("cases"),
		progressbar.OptionShowCount(), progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))))
	for more := i.State == store.ImportOpening; more; {
		var err error
		if _, more, err = record.OpenImport(ctx, i.ID, importPage, nil); err != nil {
			return fmt.Errorf("%w; the same command goes on where this ended", err)
		}
		if i, err = record.Import(ctx, i.ID); err != nil {
			return err
		}
		_ = bar.Set(i.Opened + i.Failed) // a bar that cannot be drawn is no reason to stop
	}
	fmt.Fprintln(stderr)
	failed, err := record.FailedRows(ctx, i.ID, store.MaxPage)
	if err != nil {
		return err
	}
	for _, f := range failed {
		printLine(stderr, "第%d行\t%s", f.Row, f.Refusal.ZH)
	}
	printLine(stdout, "import %s: %d of %d opened", i.ID, i.Opened, i.Rows)
	return nil
}
