package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"duban/documents"
)

// mediaDocx is the media type of a Word document.
const mediaDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// extension ends the name of every document.
const extension = ".docx"

// paperRoutes registers the official documents of a case.
func (s *server) paperRoutes() {
	const path = "/v1/cases/{id}/documents/{file}"
	var names []string
	for _, kind := range documents.Kinds() {
		names = append(names, string(kind)+extension+" "+kind.ZH())
	}
	register(s, operation{
		id: "get_case_document", method: http.MethodGet, path: path, tag: "Cases", summary: "文书 An official document",
		doc: "One of: " + strings.Join(names, ", ") + ". A notice that nobody signed yet is marked 送审稿; " +
			"what was sent out is the file that was sent, whatever names and layouts changed since. A unit's person finds what was sent to the unit. The ETag is the SHA-256 of the file; answers 304 when If-None-Match has it.",
		refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.paper)
	responses := s.huma.OpenAPI().Paths[path].Get.Responses
	responses["200"].Description = "The document, as a Word file"
	responses["200"].Content = map[string]*huma.MediaType{mediaDocx: {Schema: &huma.Schema{Description: "A file, not text"}}}
	responses["304"] = &huma.Response{Description: http.StatusText(http.StatusNotModified)}
}

type paperInput struct {
	ID          string `path:"id" format:"uuid"`
	File        string `path:"file" doc:"Kind of the document, with .docx" example:"notice.docx"`
	Form        string `query:"form" of:"lifecycle.Form" doc:"Layout of a notice that is not signed yet: letter 信函格式 or notice 通知; the one it was drafted in when left out"`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag you have"`
}

type paperOutput struct {
	Status      int
	ETag        string `header:"ETag" doc:"SHA-256 of the file"`
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition" doc:"attachment, with the file's Chinese name"`
	Body        []byte
}

func (s *server) paper(ctx context.Context, c *call, in *paperInput) (*paperOutput, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	form := documents.Form(in.Form)
	switch form {
	case "", documents.FormLetter, documents.FormNotice:
	default:
		return nil, invalid("form", "not_a_choice", "form只能是letter或者notice。", "form must be letter or notice.")
	}
	kind, ok := strings.CutSuffix(in.File, extension)
	if !ok {
		return nil, notFound()
	}
	source, err := s.source(ctx, c, caseID)
	if err != nil {
		return nil, err
	}
	source.Form = form
	file, err := s.papers.Of(ctx, documents.Kind(kind), source)
	if err != nil {
		return nil, paperFault(err)
	}
	hash := sha256.Sum256(file.Bytes)
	out := &paperOutput{Status: http.StatusOK, ETag: `"` + hex.EncodeToString(hash[:]) + `"`}
	if c.unchanged(out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.ContentType, out.Body = mediaDocx, file.Bytes
	out.Disposition = attachment(file.Name, in.File)
	return out, nil
}

// source reads what the documents of a case are made from.
func (s *server) source(ctx context.Context, c *call, caseID string) (documents.Source, error) {
	order, err := s.record.PaperOrder(ctx, c.actor, caseID)
	if err != nil {
		return documents.Source{}, err
	}
	out := s.papers.Source(order)
	out.ForUnit = c.unit()
	return out, nil
}

// paperFault is the answer for a document that there is not.
func paperFault(err error) error {
	var (
		yet   *documents.NotYetError
		field *documents.FieldError
	)
	switch {
	case errors.As(err, &documents.HiddenError{}):
		return notFound()
	case errors.As(err, &yet):
		return &fault{status: http.StatusConflict, code: yet.Code, zh: yet.ZH, en: yet.EN}
	case errors.As(err, &field):
		return &fault{status: http.StatusConflict, code: "document_" + field.Code, field: field.Field, zh: field.ZH, en: field.EN}
	default:
		return err
	}
}
