package api

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"duban/documents/casefile"
)

const archiveType = "application/zip"

// caseFileRoutes registers the file of a case.
func (s *server) caseFileRoutes() {
	const path = "/v1/cases/{id}/file.zip"
	register(s, operation{
		id: "case_file", method: http.MethodGet, path: path, tag: "Cases", summary: "案卷 The whole file of a case",
		doc: "Everything the record holds of the case, as texts in order, with a manifest that duban verify checks offline. To a unit there is no such thing.", refuses: []int{http.StatusNotFound},
	}, s.caseFile)
	s.isFile(path, archiveType)
}

func (s *server) caseFile(ctx context.Context, c *call, in *longIDInput) (*huma.StreamResponse, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	events, unit, err := s.record.History(ctx, c.actor, caseID)
	if err != nil {
		return nil, err
	}
	p, _, _, err := s.record.PolicyInForce(ctx)
	if err != nil {
		return nil, err
	}
	r := casefile.Record{Events: events, UnitName: unit, Codes: p.Codes}
	return file(archiveType, "案卷-"+caseID+".zip", "case-"+caseID+".zip", func(w io.Writer) error { //nolint:contextcheck // huma hands the context over with the answer
		return casefile.Write(w, r)
	}), nil
}
