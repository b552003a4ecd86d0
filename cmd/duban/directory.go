package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"duban/api"
	"duban/documents/findings"
	"duban/documents/workbook"
	"duban/lifecycle"
	"duban/store"
)

type directoryCmd struct {
	Export directoryExportCmd `cmd:"" help:"Write the whole directory as a workbook; that of an empty one is the template."`
	Import directoryImportCmd `cmd:"" help:"Change the directory by a workbook: check it all, then change it all, or nothing."`
}

type directoryExportCmd struct {
	File string `arg:"" type:"path" help:"The .xlsx to write."`
}

// Run writes the workbook beside its place first, so that no half of one is left.
func (c directoryExportCmd) Run(ctx context.Context, s *settings) (err error) {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	out, err := os.CreateTemp(filepath.Dir(c.File), ".duban-*.xlsx")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(out.Name()))
		}
	}()
	if err := errors.Join(api.ExportDirectory(ctx, record, out), out.Close()); err != nil {
		return err
	}
	return os.Rename(out.Name(), c.File)
}

type directoryImportCmd struct {
	File string `arg:"" type:"existingfile" help:"The .xlsx to import."`
	As   string `default:"system" help:"Who brings it: an account's id. Defaults to ${default}."`
}

// errNothingChanged: the workbook was refused; what is wrong was printed.
var errNothingChanged = errors.New("the workbook has errors; nothing was changed")

// Run prints what was changed, or everything that is wrong.
func (c directoryImportCmd) Run(ctx context.Context, s *settings) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	if err := c.may(ctx, record); err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	size, err := io.Copy(io.Discard, io.LimitReader(file, findings.MaxFile+1))
	if err != nil {
		return err
	}
	done, err := api.ImportDirectory(ctx, record, c.As, api.Upload{File: file, Size: size, Name: filepath.Base(c.File)})
	var (
		unread *workbook.Refusal
		faulty *api.DirectoryFaultsError
	)
	switch {
	case errors.As(err, &unread):
		return errors.New(unread.ZH)
	case errors.As(err, &faulty):
		return c.complain(ctx, record, faulty)
	case err != nil:
		return err
	}
	for _, sheet := range done.Ignored {
		printLine(stderr, "工作表“%s”没有读取", sheet)
	}
	for _, one := range done.Changes {
		printLine(stdout, "%s!%d\t%s", one.Sheet, one.Row, one.Detail)
	}
	if done.More > 0 {
		printLine(stdout, "另有%d项", done.More)
	}
	fmt.Fprintln(stdout, done.Said)
	return nil
}

// system is who brings a workbook when no account is named: whoever may run this
// command.
const system = "system"

// may refuses an account that may not keep the directory.
func (c directoryImportCmd) may(ctx context.Context, record *store.Store) error {
	if c.As == system {
		return nil
	}
	a, err := record.Account(ctx, c.As)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no account %q; duban account list shows them", c.As)
	}
	if err != nil {
		return err
	}
	if who := (lifecycle.Actor{Roles: a.Roles}); a.Disabled || !who.Has(lifecycle.Admin, lifecycle.Head) {
		return fmt.Errorf("account %q may not keep the directory", c.As)
	}
	return nil
}

// complain prints every error and writes the workbook with them marked beside
// the one that was read.
func (c directoryImportCmd) complain(ctx context.Context, record *store.Store, faulty *api.DirectoryFaultsError) error {
	for _, f := range faulty.Faults {
		printLine(stderr, "%s!%s\t%s", f.Sheet, f.Cell, f.ZH)
	}
	if faulty.More > 0 {
		printLine(stderr, "另有%d处错误", faulty.More)
	}
	_, marked, err := record.MarkedDirectory(ctx, faulty.ID)
	if err != nil {
		return errors.Join(errNothingChanged, err)
	}
	out, err := createMarked(c.File)
	if err != nil {
		return errors.Join(errNothingChanged, err)
	}
	_, err = out.Write(marked)
	if err := errors.Join(err, out.Close()); err != nil {
		return errors.Join(errNothingChanged, err)
	}
	printLine(stderr, "标出错误的工作簿：%s", out.Name())
	return errNothingChanged
}
