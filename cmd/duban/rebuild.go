package main

import (
	"context"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"duban/dispatch"
)

type rebuildCmd struct{}

// Run folds every case again.
func (rebuildCmd) Run(ctx context.Context, s *settings) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	var bar *progressbar.ProgressBar
	report, err := record.Rebuild(ctx, func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("cases"),
				progressbar.OptionClearOnFinish(), progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))))
		}
		_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
	})
	if err != nil {
		return err
	}
	printLine(stdout, "%d cases folded from their events, %d mended", report.Cases, report.Changed)
	return nil
}

type rehydrateCmd struct{}

// Run queues a telling for every open case.
func (rehydrateCmd) Run(ctx context.Context, s *settings) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	total, err := dispatch.New(record, dispatch.Options{}).Rehydrate(ctx)
	if err != nil {
		return err
	}
	printLine(stdout, "%d open cases are being told", total)
	return nil
}
