package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"duban/evidence"
)

// evidenceFolder is where files are kept below the data folder.
const evidenceFolder = "evidence"

// evidenceAddress is where files are kept when nothing else is said.
func (s *settings) evidenceAddress() (string, error) {
	if s.EvidenceURL != "" {
		return s.EvidenceURL, nil
	}
	return evidence.FolderURL(filepath.Join(s.Data, evidenceFolder))
}

// openEvidence opens the place for files and clears away what uploads left that
// were cut off; nil when the process was given none.
func openEvidence(ctx context.Context, address string, maxBytes int64, log *slog.Logger) (*evidence.Store, error) {
	if address == "" {
		log.WarnContext(ctx, "no evidence can be sent or fetched here: give --evidence-url or DUBAN_EVIDENCE_URL")
		return nil, nil //nolint:nilnil // a process without a place for files serves all else
	}
	files, err := evidence.Open(ctx, evidence.Options{URL: address, MaxBytes: maxBytes})
	if err != nil {
		return nil, fmt.Errorf("--evidence-url: %w", err)
	}
	removed, err := files.Sweep(ctx, time.Now())
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	if removed > 0 {
		log.InfoContext(ctx, "leftovers of uploads were removed", slog.Int("files", removed))
	}
	return files, nil
}

type evidenceCmd struct {
	Scrub evidenceScrubCmd `cmd:"" help:"Read every file of evidence; name those that are damaged or missing, and those that nobody names. Exits with 1 when any is damaged or missing."`
}

type evidenceScrubCmd struct {
	RemoveOrphans bool          `help:"Remove the files that nobody names: uploads that were never written down."`
	MinAge        time.Duration `default:"24h" help:"How old an orphan must be to be removed; an hour at the least. Defaults to 24h."`
}

// errUnsound: the scrub found something, and has said what.
var errUnsound = errors.New("the evidence is not whole")

// Run reads every file, and removes orphans if that is asked.
func (c evidenceScrubCmd) Run(ctx context.Context, s *settings) error {
	if c.RemoveOrphans && c.MinAge < evidence.LeastAge {
		return fmt.Errorf("--min-age: %v could hit an upload under way; %v is the least", c.MinAge, evidence.LeastAge)
	}
	address, err := s.evidenceAddress()
	if err != nil {
		return err
	}
	if s.EvidenceURL == "" {
		// A scrub makes no folder: one that is not there holds no evidence, and
		// is more likely the wrong one.
		if _, err := os.Stat(filepath.Join(s.Data, evidenceFolder)); err != nil {
			return fmt.Errorf("give --evidence-url, or the --data folder that has the evidence: %w", err)
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
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("evidence"),
		progressbar.OptionClearOnFinish(), progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))))
	report, err := files.Scrub(ctx, record.EvidenceHashes, func(_ int, bytes int64) {
		_ = bar.Set64(bytes) // a bar that cannot be drawn is no reason to stop
	})
	_ = bar.Finish()
	if err != nil {
		return err
	}
	for _, hash := range report.Damaged {
		fmt.Println("damaged", hash)
	}
	for _, hash := range report.Missing {
		fmt.Println("missing", hash)
	}
	for _, k := range report.Orphans {
		fmt.Println("orphan", k.SHA256, k.Size, k.At.Local().Format(time.DateTime))
	}
	fmt.Printf("%d files read, %d damaged, %d missing, %d that nobody names\n", report.Files, len(report.Damaged), len(report.Missing), len(report.Orphans))
	if c.RemoveOrphans {
		removed, err := files.RemoveOrphans(ctx, report.Orphans, record.EvidenceHashes, time.Now(), c.MinAge)
		for _, k := range removed {
			fmt.Println("removed", k.SHA256)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%d orphans removed, %d younger than %v or written down meanwhile\n", len(removed), len(report.Orphans)-len(removed), c.MinAge)
	}
	if !report.Sound() {
		return errUnsound
	}
	return nil
}
