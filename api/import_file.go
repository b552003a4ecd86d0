package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"duban/documents/findings"
	"duban/store"
)

const (
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	// maxUpload is the file and what a form puts around it.
	maxUpload = findings.MaxFile + 64<<10
	// checkLimit is how long a workbook may take to be checked, its turn included.
	checkLimit = 3 * time.Minute
)

// importFiles registers what takes and gives workbooks. huma bounds no
// multipart body, so these are handlers of the router's, and described here.
func (s *server) importFiles(router *gin.Engine) {
	router.GET("/v1/imports/template.xlsx", plain{s, s.template(false)}.serve)
	router.GET("/v1/imports/in-hand.xlsx", plain{s, s.template(true)}.serve)
	router.POST("/v1/imports", plain{s, s.addImport}.serve)
	router.GET("/v1/imports/:id/marked.xlsx", plain{s, s.marked}.serve)

	workbook := &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{xlsxType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	id := &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}}
	s.describe(operation{
		id: "get_import_template", method: http.MethodGet, path: "/v1/imports/template.xlsx", tag: "Imports", summary: "下载模板 The workbook to fill in",
		doc: "With drop-downs from the code tables and the units in force.",
	}, "200", workbook, nil)
	s.describe(operation{
		id: "get_in_hand_template", method: http.MethodGet, path: "/v1/imports/in-hand.xlsx", tag: "Imports", summary: "下载在办事项模板 The workbook for cases in hand",
		doc: "For cases whose notice went out before they came into this system: with the earlier notice's number and day, the receipt, the due date, the stage and the officer.",
	}, "200", workbook, nil)
	s.describe(operation{
		id: "get_marked_import", method: http.MethodGet, path: "/v1/imports/{id}/marked.xlsx", tag: "Imports", summary: "下载标出错误的工作簿 A workbook with its errors marked",
		doc: "And with what is known already about each row. A refused one is kept for a week.", refuses: []int{http.StatusNotFound},
	}, "200", workbook, nil, id)
	longest := maxCode
	s.describe(operation{
		id: "add_import", method: http.MethodPost, path: "/v1/imports", tag: "Imports", summary: "上传问题清单 Send a workbook of findings",
		doc: "Everything is checked and nothing opened. The ledger is taken as well: rows that have a case's number are held against the case and not opened again. A finding that is a case already, of the same unit, title, facts and day, is an error with the number of the case, unless duplicates is true. A workbook with errors is refused as a whole: every error is listed with its cell, and marked names the workbook with the errors marked.",
		refuses: []int{
			http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusRequestTimeout,
		},
	}, "201", &huma.Response{
		Description: "Created", Headers: map[string]*huma.Param{"Location": {Schema: &huma.Schema{Type: huma.TypeString, Format: "uri-reference"}}}, Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(reflect.TypeFor[Import]())}},
	}, &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"},
		Properties: map[string]*huma.Schema{
			"file":       {Type: huma.TypeString, Format: "binary", Description: "The .xlsx, 20 MiB at the most"},
			"campaign":   {Type: huma.TypeString, MaxLength: &longest, Description: "Id of the campaign the findings come from; only cases in hand may have none"},
			"in_hand":    {Type: huma.TypeBoolean, Description: "The rows are cases in hand (GET /v1/imports/in-hand.xlsx), sent by an officer or a head; a leader confirms them with POST /v1/imports/{id}/open"},
			"again":      {Type: huma.TypeBoolean, Description: "Take a file that was imported before"},
			"duplicates": {Type: huma.TypeBoolean, Description: "Open findings that are cases already all the same"},
		},
	}}}})
}

// describe puts an operation into the document whose handler is not huma's.
func (s *server) describe(op operation, status string, success *huma.Response, body *huma.RequestBody, parameters ...*huma.Param) {
	responses := s.refusals(op)
	responses[status] = success
	s.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Tags: []string{op.tag}, Summary: op.summary, Description: op.doc,
		Security: []map[string][]string{{"token": {}}}, Responses: responses, RequestBody: body, Parameters: parameters,
	})
}

// A plain handler is one of the router's that returns an error.
type plain struct {
	server *server
	handle func(*gin.Context, *call) error
}

func (p plain) serve(c *gin.Context) {
	one := callOf(c.Request.Context())
	err := one.parameters(nil)
	if err == nil {
		err = p.handle(c, one)
	}
	switch {
	case err == nil:
	case c.Writer.Written(): // half a workbook must not pass for a whole one
		one.cause = err
		panic(http.ErrAbortHandler)
	default:
		p.server.refuse(c, err)
	}
}

func (s *server) template(inHand bool) func(*gin.Context, *call) error {
	name, letters := "问题清单模板.xlsx", "findings-template.xlsx"
	if inHand {
		name, letters = "在办事项模板.xlsx", "in-hand-template.xlsx"
	}
	return func(c *gin.Context, _ *call) error {
		tables, err := findingTables(c.Request.Context(), s.record, s.record, inHand)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := findings.Template(&out, tables); err != nil {
			return err
		}
		c.Header("Content-Disposition", attachment(name, letters))
		c.Data(http.StatusOK, xlsxType, out.Bytes())
		return nil
	}
}

func (s *server) marked(c *gin.Context, one *call) error {
	id, err := shortID(c.Param("id"))
	if err != nil {
		return err
	}
	i, err := s.record.Import(c.Request.Context(), id)
	if err != nil {
		return err
	}
	spooled, err := spool()
	if err != nil {
		return err
	}
	defer spooled.close()
	if err := s.mark(c.Request.Context(), one, id, spooled); err != nil {
		return err
	}
	suffix, letters := "-提示.xlsx", "findings-hints.xlsx"
	if i.State == store.ImportRefused {
		suffix, letters = "-错误.xlsx", "findings-errors.xlsx"
	}
	c.Header("Content-Disposition", attachment(strings.TrimSuffix(i.File, filepath.Ext(i.File))+suffix, letters))
	c.Header("Content-Type", xlsxType)
	_, err = io.Copy(newSteady(c.Writer, s.patience), io.NewSectionReader(spooled, 0, math.MaxInt64))
	return err
}

// mark writes a marked workbook into a file, in its turn: whoever reads it may take
// as long as he likes.
func (s *server) mark(ctx context.Context, c *call, id string, into io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	release, err := s.turn(ctx, c.actor)
	if err != nil {
		return err
	}
	defer release()
	return MarkedFindings(ctx, s.record, s.record, id, into)
}

func (s *server) addImport(c *gin.Context, one *call) error {
	return s.workbook(c, one, []string{"campaign", "again", "duplicates", "in_hand"}, func(ctx context.Context, u Upload) error {
		i, result, err := ImportFindings(ctx, s.record, s.record, one.actor, one.receivedAt, u)
		switch {
		case err != nil:
			return importFault(err)
		case !result.Good():
			one.kept = true
			return faultsOf(i.ID, result)
		}
		out := importOf(i)
		out.Known, out.Ignored = result.Known, result.Ignored
		for _, h := range result.Hints[:min(len(result.Hints), maxTurned)] {
			out.Hints = append(out.Hints, hintOf(h))
		}
		c.Header("Location", "/v1/imports/"+i.ID)
		c.Header("Content-Type", "application/json")
		c.Status(http.StatusCreated)
		return writeJSON(c.Writer, out)
	})
}

// workbook takes a workbook in, with the fields that may come beside it, and hands
// it over when its turn has come: while it is sent nothing is held but the sender's
// own place. What is done with it is done once.
func (s *server) workbook(c *gin.Context, one *call, fields []string, use func(context.Context, Upload) error) error {
	leave, err := s.workbooks.take(c.Request.Context(), one.actor)
	if err != nil {
		return err
	}
	defer leave()
	body := newPatient(c.Writer, c.Request, s.patience.Workbook, s.patience)
	c.Request.Body = body

	spooled, err := spool()
	if err != nil {
		return err
	}
	defer spooled.close()
	u, err := receive(c, spooled.File, fields)
	body.rest(checkLimit + answerLimit)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), checkLimit)
	defer cancel()
	release, err := s.turn(ctx, one.actor)
	if err != nil {
		return err
	}
	defer release()
	c.Request = c.Request.WithContext(ctx)
	s.once(c, one, one.fingerprintOf(hex.EncodeToString(u.Sum), u.Name, u.Campaign, strconv.FormatBool(u.Again), strconv.FormatBool(u.Duplicates), strconv.FormatBool(u.InHand)), func() {
		if err := use(c.Request.Context(), u); err != nil {
			s.refuse(c, err)
		}
	})
	return nil
}

// A spoolFile is a temporary file that has no name where that can be, so that
// it is gone whatever happens to the process.
type spoolFile struct {
	*os.File

	named bool
}

func spool() (*spoolFile, error) {
	file, err := os.CreateTemp("", "duban-upload-*")
	if err != nil {
		return nil, err
	}
	return &spoolFile{File: file, named: os.Remove(file.Name()) != nil}, nil
}

func (f *spoolFile) close() {
	_ = f.Close()
	if f.named {
		_ = os.Remove(f.Name())
	}
}

// receive streams the form: the file goes to disk, the rest is short.
func receive(c *gin.Context, into *os.File, fields []string) (u Upload, err error) {
	r := c.Request
	if r.ContentLength > maxUpload {
		return u, fileTooLarge()
	}
	r.Body = http.MaxBytesReader(c.Writer, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return u, &fault{
			status: http.StatusUnsupportedMediaType, code: "unsupported_media_type", field: "Content-Type",
			zh: "请以multipart/form-data上传文件。", en: "The body must be multipart/form-data.",
		}
	}
	var f form
	seen := map[string]bool{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return u, uploadFault(err)
		}
		name := part.FormName()
		if seen[name] {
			return u, invalid(printable(name), "duplicate_field", "“"+printable(name)+"”出现了多次。", "A field is given more than once.")
		}
		seen[name] = true
		if name != "file" && !slices.Contains(fields, name) {
			name = printable(name)
			f.refuse(name, "unknown_field", "没有“"+name+"”这一项。", "There is no such field.")
			continue
		}
		if err := u.take(&f, name, part, into); err != nil {
			return u, err
		}
	}
	if !seen["file"] {
		f.refuse("file", "required", "请选择要上传的文件。", "Please give a file.")
	}
	if slices.Contains(fields, "campaign") && (!u.InHand || u.Campaign != "") {
		u.Campaign = f.required("campaign", strings.TrimSpace(u.Campaign))
	}
	return u, f.err()
}

func (u *Upload) take(f *form, name string, part *multipart.Part, into *os.File) (err error) {
	switch name {
	case "file":
		hash := sha256.New()
		u.Size, err = io.Copy(io.MultiWriter(into, hash), io.LimitReader(part, findings.MaxFile+1))
		if err != nil {
			return uploadFault(err)
		}
		if u.Size > findings.MaxFile {
			return fileTooLarge()
		}
		u.File, u.Sum, u.Name = into, hash.Sum(nil), workbookName(part.FileName())
		return nil
	default:
		text, err := io.ReadAll(io.LimitReader(part, maxParameter+1))
		if err != nil {
			return uploadFault(err)
		}
		if len(text) > maxParameter || !utf8.Valid(text) {
			f.refuse(name, "bad_parameter", "“"+name+"”无法使用。", name+" cannot be used.")
			return nil
		}
		if name == "campaign" {
			u.Campaign = string(text)
			return nil
		}
		if given := f.truth(name, string(text)); given != nil {
			*map[string]*bool{"again": &u.Again, "duplicates": &u.Duplicates, "in_hand": &u.InHand}[name] = *given
		}
		return nil
	}
}

// workbookName is what a file is remembered as.
func workbookName(name string) string {
	name = printable(name)
	if runes := []rune(name); len(runes) > maxCode {
		name = string(runes[len(runes)-maxCode:])
	}
	if name == "" {
		return "未命名"
	}
	return name
}

func uploadFault(err error) error {
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return fileTooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &fault{
			status: http.StatusRequestTimeout, code: "body_timeout", cause: err,
			zh: "文件没有及时传完，请重新上传。", en: "The file did not arrive in time.",
		}
	}
	f := badRequest("body_incomplete", "", "上传的内容不完整，请重新上传。", "The body broke off.")
	f.cause = err
	return f
}

func fileTooLarge() *fault {
	return &fault{status: http.StatusRequestEntityTooLarge, code: "file_too_large", field: "file", zh: "文件不能超过20 MiB。", en: "The file may not be larger than 20 MiB."}
}
