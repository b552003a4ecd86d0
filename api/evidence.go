package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"duban/calendar"
	"duban/evidence"
	"duban/store"
)

const (
	evidencePath = "/v1/cases/{id}/evidence"
	filePath     = evidencePath + "/{eid}"
)

// evidenceRoutes registers what is done with files. Two of the three do not go
// through huma, which would keep a whole upload in memory and puts no limit on
// it; they are described by hand.
func (s *server) evidenceRoutes(router *gin.Engine) {
	register(s, operation{
		id: "list_evidence", method: http.MethodGet, path: evidencePath, tag: "Evidence", summary: "佐证材料 The evidence of a case",
		doc:     "In the order in which it came. A unit's person lists what the unit sent itself.",
		refuses: []int{http.StatusNotFound},
	}, s.evidence)
	router.POST(ginPath(evidencePath), s.direct(s.addEvidence))
	router.GET(ginPath(filePath), s.direct(s.evidenceFile))
	s.describeEvidence()
}

// ginPath is a route as gin writes it.
func ginPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// direct lets a handler read and write the request itself. What it returns is
// answered as everywhere; nil means that it has answered.
func (s *server) direct(handle func(*gin.Context, *call) error) gin.HandlerFunc {
	return func(g *gin.Context) {
		c := callOf(g.Request.Context())
		err := c.parameters(nil)
		if err == nil {
			err = handle(g, c)
		}
		if err == nil {
			return
		}
		if g.Writer.Written() {
			c.cause = err
			return
		}
		s.refuse(g, err)
	}
}

// A Piece is one file of evidence.
type Piece struct {
	ID         string        `json:"id" format:"uuid" doc:"Named in commands as evidence:ID"`
	Name       string        `json:"name" doc:"The file's name, as it was sent"`
	MediaType  string        `json:"media_type" doc:"What the file is by its content"`
	Size       int64         `json:"size" doc:"In bytes"`
	SHA256     string        `json:"sha256" pattern:"^[0-9a-f]{64}$" doc:"Hash of the content"`
	ReceivedAt time.Time     `json:"received_at" doc:"When it came"`
	Effective  calendar.Date `json:"effective_on,omitzero" doc:"The date the paper bears"`
	ByUnit     bool          `json:"by_unit" doc:"The unit sent it, and not the committee"`
	By         string        `json:"by" doc:"Account of who sent it"`
	ByName     string        `json:"by_name" doc:"Name of who sent it"`
}

func piece(e store.Evidence) Piece {
	return Piece{
		ID: e.ID, Name: e.Name, MediaType: e.Media, Size: e.Size, SHA256: e.SHA256, ReceivedAt: e.ReceivedAt, Effective: e.Effective,
		ByUnit: e.ByUnit, By: e.Account, ByName: e.AccountName,
	}
}

type evidenceInput struct {
	ID    string `path:"id" format:"uuid"`
	After string `query:"after" format:"uuid" doc:"Evidence after this one; from the first when left out"`
	Limit string `query:"limit" pattern:"^[0-9]+$" doc:"How many, 1 to 200; 50 when left out"`
}

type evidenceOutput struct{ Body EvidenceList }

// An EvidenceList is a part of a case's evidence.
type EvidenceList struct {
	Evidence []Piece `json:"evidence" doc:"The files, in the order in which they came"`
	Next     string  `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

func (s *server) evidence(ctx context.Context, c *call, in *evidenceInput) (*evidenceOutput, error) {
	caseID, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	after, limit := f.text("after", in.After, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	list, err := s.record.Evidence(ctx, c.actor, caseID, after, limit+1)
	if err != nil {
		return nil, err
	}
	var out EvidenceList
	out.Evidence, out.Next = onePage(list, limit, func(e store.Evidence) string { return e.ID }, piece)
	return &evidenceOutput{Body: out}, nil
}

// evidenceFile sends a file: to be saved, never to be shown in the page's own
// name, whatever a browser takes it for.
func (s *server) evidenceFile(g *gin.Context, c *call) error {
	caseID, err := longID(g.Param("id"))
	if err != nil {
		return err
	}
	id, err := longID(g.Param("eid"))
	if err != nil {
		return err
	}
	e, err := s.record.OneEvidence(g.Request.Context(), c.actor, caseID, id)
	if err != nil {
		return err
	}
	if s.files == nil {
		return noStore()
	}
	content, err := s.files.Read(g.Request.Context(), e.SHA256)
	if errors.Is(err, evidence.ErrMissing) {
		return fmt.Errorf("send evidence %s: %w", e.ID, err) // the record names it: ours to mend
	}
	if err != nil {
		return storeAway(err)
	}
	defer content.Close()
	h := g.Writer.Header()
	h.Set("Content-Type", e.Media)
	h.Set("Content-Disposition", attachment(e.Name, ""))
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cache-Control", "no-store, private")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("ETag", `"`+e.SHA256+`"`)
	// Not modified since: a file never changes, and its hash is its version.
	http.ServeContent(newSteady(g.Writer, s.patience), g.Request, "", time.Time{}, content)
	return nil
}

// noStore is the answer of a process that was started without a place for files.
func noStore() *fault {
	return &fault{
		status: http.StatusServiceUnavailable, code: "evidence_not_configured",
		zh: "本服务没有配置佐证材料存储位置（DUBAN_EVIDENCE_URL），不能上传或下载文件，请联系管理员。",
		en: "This server has no place for evidence (DUBAN_EVIDENCE_URL); tell the administrator.",
	}
}

// storeAway is the answer when the place for files cannot be reached.
func storeAway(err error) *fault {
	return (&fault{
		status: http.StatusServiceUnavailable, code: "evidence_unavailable", cause: err,
		zh: "佐证材料存储暂时不可用，请稍后重试，不会重复办理。", en: "The place for evidence is away; try again later with the same idempotency key.",
	}).with("Retry-After", retryAfter)
}

// describeEvidence puts the two routes that huma does not serve into the
// document.
func (s *server) describeEvidence() {
	add := func(op operation, described *huma.Operation) {
		described.OperationID, described.Method, described.Path = op.id, op.method, op.path
		described.Tags, described.Summary, described.Description = []string{op.tag}, op.summary, op.doc
		described.Security = []map[string][]string{{"token": {}}}
		maps.Copy(described.Responses, s.refusals(op))
		s.huma.OpenAPI().AddOperation(described)
	}
	identifier := func(name string) *huma.Param {
		return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}}
	}
	header := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	text := func(doc string) *huma.Header {
		return &huma.Header{Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	longest := maxKey
	key := header("Idempotency-Key", "The same key with the same file gets the same answer for ever. A file that was refused leaves the key free.")
	key.Required, key.Schema.MaxLength = true, &longest
	made := &huma.Response{
		Description: http.StatusText(http.StatusCreated),
		Headers:     map[string]*huma.Header{"Location": text("Where the file can be fetched")},
		Content:     map[string]*huma.MediaType{"application/json": {Schema: s.schema(reflect.TypeFor[Piece]())}},
	}
	add(operation{
		id: "add_evidence", method: http.MethodPost, path: evidencePath, tag: "Evidence", summary: "上传佐证材料 Add a file to a case",
		doc: "One file a request, judged by its content: PDF, OFD, Word, Excel, PowerPoint, WPS, JPEG, PNG, HEIC, WebP, TXT, CSV, MP4, MOV, 3GP, M4A, MP3, WAV, 50 MiB at the most. " +
			"Its extension must agree with its content. Refused is what does something when it is opened: macros, scripts, controls, programs, DDE, templates, objects and pictures " +
			"that are fetched from elsewhere, embedded files; and what cannot be looked into: archives, encrypted and broken files. The sentence says how to save it so that it can be sent.",
		refuses: []int{
			http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusRequestTimeout,
		},
	}, &huma.Operation{
		Parameters: []*huma.Param{identifier("id"), key},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{"file"},
			Properties: map[string]*huma.Schema{
				"file":         {Type: huma.TypeString, Format: "binary", Description: "The file, with its name"},
				"effective_on": {Type: huma.TypeString, Format: "date", Description: "The date the paper bears"},
			},
		}}}},
		Responses: map[string]*huma.Response{"201": made},
	})
	file := func(status int) *huma.Response {
		return &huma.Response{
			Description: http.StatusText(status),
			Headers: map[string]*huma.Header{
				"ETag": text("The hash of the content"), "Content-Disposition": text("Always attachment, with the file's name"),
			},
			Content: map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		}
	}
	beyond := &huma.Response{Description: http.StatusText(http.StatusRequestedRangeNotSatisfiable), Content: map[string]*huma.MediaType{"text/plain; charset=utf-8": {}}}
	add(operation{
		id: "get_evidence_file", method: http.MethodGet, path: filePath, tag: "Evidence", summary: "下载佐证材料 Fetch a file",
		doc: "To be saved, never to be shown. Range and If-None-Match are understood.", refuses: []int{http.StatusNotFound},
	}, &huma.Operation{
		Parameters: []*huma.Param{identifier("id"), identifier("eid"), header("Range", "The part of the file to send"), header("If-None-Match", "The ETag you have")},
		Responses: map[string]*huma.Response{
			"200": file(http.StatusOK), "206": file(http.StatusPartialContent), "416": beyond,
			"304": {Description: http.StatusText(http.StatusNotModified)},
		},
	})
}
