package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"duban/evidence"
	"duban/store"
)

// scrubOptions are those of every scrub.
type scrubOptions struct {
	RemoveOrphans bool          `help:"Remove the files that nobody names: what was never written down."`
	MinAge        time.Duration `default:"24h" help:"How old an orphan must be to be removed; an hour at the least. Defaults to 24h."`
}

// A scrubbed is a place whose files are read, each against its address and against
// what the record names.
type scrubbed struct {
	what, flag, url, folder string
	address                 func() (string, error)
	named                   func(*store.Store, context.Context) ([]string, error)
}

// errUnsound: the scrub found something, and has said what.
var errUnsound = errors.New("the files are not whole")

func (c scrubOptions) run(ctx context.Context, s *settings, of scrubbed) error {
	if c.RemoveOrphans && c.MinAge < evidence.LeastAge {
		return fmt.Errorf("--min-age: %v could hit an upload under way; %v is the least", c.MinAge, evidence.LeastAge)
	}
	address, err := of.address()
	if err != nil {
		return err
	}
	if of.url == "" {
		// A scrub makes no folder: one that is not there holds nothing, and is more
		// likely the wrong one.
		if _, err := os.Stat(filepath.Join(s.Data, of.folder)); err != nil {
			return fmt.Errorf("give %s, or the --data folder that has the %s: %w", of.flag, of.what, err)
		}
	}
	files, err := evidence.Open(ctx, evidence.Options{URL: address})
	if err != nil {
		return err
	}
	defer files.Close()
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	named := func(ctx context.Context) ([]string, error) { return of.named(record, ctx) }
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(of.what),
		progressbar.OptionClearOnFinish(), progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))))
	report, err := files.Scrub(ctx, named, func(_ int, bytes int64) {
		_ = bar.Set64(bytes) // a bar that cannot be drawn is no reason to stop
	})
	_ = bar.Finish()
	if err != nil {
		return err
	}
	for _, hash := range report.Damaged {
		fmt.Fprintln(stdout, "damaged", hash)
	}
	for _, hash := range report.Missing {
		fmt.Fprintln(stdout, "missing", hash)
	}
	for _, k := range report.Orphans {
		fmt.Fprintln(stdout, "orphan", k.SHA256, k.Size, k.At.Local().Format(time.DateTime))
	}
	printLine(stdout, "%d files read, %d damaged, %d missing, %d that nobody names", report.Files, len(report.Damaged), len(report.Missing), len(report.Orphans))
	if c.RemoveOrphans {
		removed, err := files.RemoveOrphans(ctx, report.Orphans, named, time.Now(), c.MinAge)
		for _, k := range removed {
			fmt.Fprintln(stdout, "removed", k.SHA256)
		}
		if err != nil {
			return err
		}
		printLine(stdout, "%d orphans removed, %d younger than %v or written down meanwhile", len(removed), len(report.Orphans)-len(removed), c.MinAge)
	}
	if !report.Sound() {
		return errUnsound
	}
	return nil
}
