package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"duban/evidence"
	"duban/store"
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

type evidenceScrubCmd struct{ scrubOptions }

// Run reads every file, and removes orphans if that is asked.
func (c evidenceScrubCmd) Run(ctx context.Context, s *settings) error {
	return c.run(ctx, s, scrubbed{
		what: "evidence", flag: "--evidence-url", url: s.EvidenceURL, folder: evidenceFolder, address: s.evidenceAddress, named: (*store.Store).EvidenceHashes,
	})
}
