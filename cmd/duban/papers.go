package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"

	"duban/documents"
	"duban/evidence"
	"duban/papers"
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
		Name: s.Office, Mark: s.OfficeMark, Contact: s.OfficeContact, Phone: s.OfficePhone, Copies: s.OfficeCopies,
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
