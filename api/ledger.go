package api

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"duban/documents/ledger"
	"duban/store"
)

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// ledgerRoutes registers what leaves as a file.
func (s *server) ledgerRoutes() {
	register(s, operation{
		id: "export_ledger", method: http.MethodGet, path: "/v1/ledger.xlsx", tag: "Cases", summary: "整改台账 The ledger as a workbook",
		doc: "Every case that passes the filter of the list, in its order, as of one instant. A text that could be taken for a formula begins with an apostrophe.",
	}, s.ledger)
	s.isFile("/v1/ledger.xlsx", workbookType)
}

// isFile describes a file as what a route answers with.
func (s *server) isFile(path, media string) {
	s.huma.OpenAPI().Paths[path].Get.Responses["200"] = &huma.Response{
		Description: http.StatusText(http.StatusOK),
		Content:     map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
}

type ledgerInput struct{ CasesFilter }

func (s *server) ledger(ctx context.Context, c *call, in *ledgerInput) (*huma.StreamResponse, error) {
	if c.unit() {
		return nil, notFound()
	}
	filter, err := c.filter(&casesInput{CasesFilter: in.CasesFilter})
	if err != nil {
		return nil, err
	}
	p, _, days, err := s.record.PolicyInForce(ctx)
	if err != nil {
		return nil, err
	}
	on := days.Date(c.receivedAt)
	book, err := ledger.New(p.Codes, on)
	if err != nil {
		return nil, err
	}
	err = s.record.Ledger(ctx, c.actor, filter, ledger.MaxRows, func(r store.LedgerRow) error {
		return book.Add(ledger.Row{Case: r.Case, UnitName: r.UnitName, CampaignName: r.CampaignName, ClosedOn: r.ClosedOn})
	})
	if err == nil {
		err = book.End()
	}
	if err != nil {
		_ = book.Close()
		return nil, err
	}
	return s.file(workbookType, "整改台账-"+on.String()+".xlsx", "ledger.xlsx", func(w io.Writer) error { //nolint:contextcheck // huma hands the context over with the answer
		defer func() { _ = book.Close() }()
		_, err := book.WriteTo(w)
		return err
	}), nil
}

// file is an answer that is kept as a file. When writing it fails the line is
// cut, for a client must not take a part for the whole.
func (s *server) file(media, nameZH, name string, write func(io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(h huma.Context) {
		h.SetHeader("Content-Type", media)
		h.SetHeader("Content-Disposition", attachment(nameZH, name))
		h.SetStatus(http.StatusOK)
		if err := write(newSteady(humagin.Unwrap(h).Writer, s.patience)); err != nil {
			callOf(h.Context()).cause = err
			panic(http.ErrAbortHandler)
		}
	}}
}
