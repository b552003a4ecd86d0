package api

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"duban/documents"
	"duban/documents/casefile"
	"duban/evidence"
	"duban/store"
)

const archiveType = "application/zip"

// caseFileRoutes registers the file of a case.
func (s *server) caseFileRoutes() {
	const path = "/v1/cases/{id}/file.zip"
	register(s, operation{
		id: "get_case_file", method: http.MethodGet, path: path, tag: "Cases", summary: "案卷 The whole file of a case",
		doc: "The papers that went out, the evidence and everything the record holds of the case, in order, with a manifest that duban verify checks offline. " +
			"Evidence is streamed; when a piece is not what the record says the answer breaks off. To a unit there is no such thing.",
		refuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusServiceUnavailable},
	}, s.caseFile)
	s.isFile(path, archiveType)
}

// sent are the papers that went out in a case, as they did.
func (s *server) sent(ctx context.Context, c *call, caseID string) ([]documents.Sent, error) {
	source, err := s.source(ctx, c, caseID)
	if err != nil {
		return nil, err
	}
	sent, err := documents.SentOf(source, func(kind documents.Kind, then documents.Source) (documents.File, error) {
		return s.papers.Of(ctx, kind, then)
	})
	if errors.Is(err, evidence.ErrMissing) {
		return nil, &fault{
			status: http.StatusConflict, code: "paper_lost", cause: err,
			zh: "已发出文书的文件不在文书存储中，不能形成完整的案卷，请管理员从备份恢复。",
			en: "The file of a paper that was sent out is not in the store, so the case file would not be whole.",
		}
	}
	return sent, err
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
	r := casefile.Record{Events: events, UnitName: unit, Office: s.papers.Office, Codes: p.Codes}
	if r.Names, err = s.record.Names(ctx, casefile.Mentions(events)); err != nil {
		return nil, err
	}
	if r.Papers, err = s.sent(ctx, c, caseID); err != nil {
		return nil, err
	}
	if r.Evidence, err = s.proof(ctx, c, caseID); err != nil {
		return nil, err
	}
	return s.file(archiveType, "案卷-"+caseID+".zip", "case-"+caseID+".zip", func(w io.Writer) error { //nolint:contextcheck // huma hands the context over with the answer
		return casefile.Write(w, r)
	}), nil
}

// proof is all evidence of a case, every piece of it looked for before the answer
// begins: what breaks off in the middle tells nobody why.
func (s *server) proof(ctx context.Context, c *call, caseID string) ([]casefile.Evidence, error) {
	var out []casefile.Evidence
	for after := ""; ; {
		page, err := s.record.Evidence(ctx, c.actor, caseID, after, store.MaxPage)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if s.files == nil {
				return nil, noStore()
			}
			whole, err := s.files.Has(ctx, e.SHA256, e.Size)
			if err != nil {
				return nil, storeAway(err)
			}
			if !whole {
				return nil, evidenceLost(e)
			}
			out = append(out, casefile.Evidence{
				ID: e.ID, Name: e.Name, ByName: e.AccountName, ByUnit: e.ByUnit, ReceivedAt: e.ReceivedAt, Effective: e.Effective, Size: e.Size, SHA256: e.SHA256,
				Open: func() (io.ReadCloser, error) { return s.files.Read(ctx, e.SHA256) },
			})
			after = e.ID
		}
		if len(page) < store.MaxPage {
			return out, nil
		}
	}
}

// evidenceLost is the answer when the record names a file that is not there.
func evidenceLost(e store.Evidence) *fault {
	return &fault{
		status: http.StatusConflict, code: "evidence_lost", field: "evidence:" + e.ID,
		zh: "佐证材料“" + e.Name + "”的文件不在佐证材料存储中，不能形成完整的案卷。请管理员运行duban evidence scrub查明并从备份恢复。",
		en: "The file of evidence " + e.ID + " is not in the store, so the case file would not be whole; run duban evidence scrub and restore it.",
	}
}
