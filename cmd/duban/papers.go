package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"

	"duban/documents"
	"duban/evidence"
	"duban/papers"
	"duban/store"
)

// papersFolder is where papers are kept below the data folder.
const papersFolder = "papers"

// papersAddress is where papers are kept when nothing else is said.
func (s *settings) papersAddress() (string, error) {
	if s.PapersURL != "" {
		return s.PapersURL, nil
	}
	return evidence.FolderURL(filepath.Join(s.Data, papersFolder))
}

// keeper writes papers under the office's name and keeps them at the address.
func (s *settings) keeper(ctx context.Context, address string, log *slog.Logger) (*papers.Keeper, error) {
	office := documents.Office{
		Name: s.Office, Contact: s.OfficeContact, Phone: s.OfficePhone, Channel: s.OfficeChannel, Copies: s.OfficeCopies,
		Fonts: documents.Fonts{Body: s.BodyFonts, Title: s.TitleFonts},
	}
	if address == "" {
		log.WarnContext(ctx, "no paper can be sent out from here: give --papers-url or DUBAN_PAPERS_URL")
		return papers.New(office, nil), nil
	}
	files, err := evidence.Open(ctx, evidence.Options{URL: address})
	if err != nil {
		return nil, fmt.Errorf("--papers-url: %w", err)
	}
	return papers.New(office, files), nil
}

type papersCmd struct {
	Scrub papersScrubCmd `cmd:"" help:"Read every paper that was sent out; name those that are damaged or missing, and those that nobody names. Exits with 1 when any is damaged or missing."`
}

type papersScrubCmd struct{ scrubOptions }

// Run reads every paper, and removes orphans if that is asked.
func (c papersScrubCmd) Run(ctx context.Context, s *settings) error {
	return c.run(ctx, s, scrubbed{
		what: "papers", flag: "--papers-url", url: s.PapersURL, folder: papersFolder, address: s.papersAddress, named: (*store.Store).PaperHashes,
	})
}
