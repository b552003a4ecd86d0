package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// directoryFiles registers what takes and gives the directory as a whole.
func (s *server) directoryFiles(router *gin.Engine) {
	register(s, operation{
		id: "export_directory", method: http.MethodGet, path: "/v1/directory.xlsx", tag: "Directory", summary: "导出名录 The whole directory as a workbook",
		doc: "Regions, categories, areas and who answers for them, units, posts, and the names of accounts, as of one instant. " +
			"A text that could be taken for a formula begins with an apostrophe. The same directory makes the same bytes, and importing them changes nothing.",
	}, s.directory)
	s.isFile("/v1/directory.xlsx", workbookType)
	register(s, operation{
		id: "get_directory_template", method: http.MethodGet, path: "/v1/directory/template.xlsx", tag: "Directory", summary: "下载名录模板 The workbook to fill in",
		doc: "The export of an empty directory, with drop-downs.",
	}, s.directoryTemplate)
	s.isFile("/v1/directory/template.xlsx", workbookType)

	router.POST("/v1/directory", plain{s, s.importDirectory}.serve)
	router.GET("/v1/directory/imports/:id/marked.xlsx", plain{s, s.markedDirectory}.serve)
	s.describe(operation{
		id: "get_marked_directory", method: http.MethodGet, path: "/v1/directory/imports/{id}/marked.xlsx", tag: "Directory",
		summary: "下载标出错误的名录 A refused workbook with its errors marked", doc: "Kept for a week.", refuses: []int{http.StatusNotFound},
	}, "200", &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{xlsxType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
		nil, &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}})
	s.describe(operation{
		id: "import_directory", method: http.MethodPost, path: "/v1/directory", tag: "Directory", summary: "导入名录 Change the directory by a workbook",
		doc: "Everything is checked first; a workbook with errors changes nothing, every error is listed with its cell, and marked names the workbook with the errors marked. " +
			"Then all of it is changed at once. A row that is not there and a cell that is empty change nothing. The same workbook again changes nothing.",
		refuses: []int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusRequestTimeout},
	}, "200", &huma.Response{
		Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(reflect.TypeFor[DirectoryImport]())}},
	}, &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"},
		Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary", Description: "The .xlsx, 20 MiB at the most"}},
	}}}})
}

func (s *server) directory(ctx context.Context, c *call, _ *nothing) (*huma.StreamResponse, error) {
	_, _, days, err := s.record.PolicyInForce(ctx)
	if err != nil {
		return nil, err
	}
	return s.directoryFile(ctx, "单位名录-"+days.Date(c.receivedAt).String()+".xlsx", "directory.xlsx", false)
}

func (s *server) directoryTemplate(ctx context.Context, _ *call, _ *nothing) (*huma.StreamResponse, error) {
	return s.directoryFile(ctx, "单位名录模板.xlsx", "template.xlsx", true)
}

// directoryFile reads the directory before it answers, so that what goes wrong
// is told, and writes it as it is sent.
func (s *server) directoryFile(ctx context.Context, nameZH, name string, empty bool) (*huma.StreamResponse, error) {
	write, err := directoryWriter(ctx, s.record, empty)
	if err != nil {
		return nil, err
	}
	return s.file(workbookType, nameZH, name, func(w io.Writer) error { return write(w) }), nil //nolint:contextcheck // huma hands the context over with the answer
}

func (s *server) importDirectory(c *gin.Context, one *call) error {
	return s.workbook(c, one, nil, func(ctx context.Context, u Upload) error {
		out, err := ImportDirectory(ctx, s.record, one.actor.Account, u)
		if err != nil {
			var faulty *DirectoryFaultsError
			one.kept = errors.As(err, &faulty)
			return directoryFault(err)
		}
		c.Header("Content-Type", "application/json")
		c.Status(http.StatusOK)
		return writeJSON(c.Writer, out)
	})
}

func (s *server) markedDirectory(c *gin.Context, _ *call) error {
	id, err := shortID(c.Param("id"))
	if err != nil {
		return err
	}
	name, marked, err := s.record.MarkedDirectory(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", attachment(strings.TrimSuffix(name, filepath.Ext(name))+"-错误.xlsx", "directory-errors.xlsx"))
	c.Header("Content-Type", xlsxType)
	_, err = newSteady(c.Writer, s.patience).Write(marked)
	return err
}
