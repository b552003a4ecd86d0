package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"

	"duban/calendar"
	"duban/evidence"
	"duban/store"
)

const (
	// answerLimit is how long the record and the answer may take after an upload.
	answerLimit = time.Minute
	// envelope is what a request may have around its file.
	envelope = 64 << 10
)

// addEvidence takes in one file as it arrives: nothing of it is kept before all
// of it was judged, and the record names nothing that is not kept.
func (s *server) addEvidence(g *gin.Context, c *call) error {
	caseID, err := longID(g.Param("id"))
	if err != nil {
		return err
	}
	key, err := c.key()
	if err != nil {
		return err
	}
	ctx := g.Request.Context()
	if err := s.record.EvidenceDoor(ctx, c.actor, caseID, key, s.quota); err != nil {
		return err
	}
	if s.files == nil {
		return noStore()
	}
	leave, err := s.uploads.take(ctx, c.actor)
	if err != nil {
		return err
	}
	defer leave()
	sent, err := s.receive(g, c)
	if err != nil {
		return err
	}
	defer sent.draft.Discard()
	if err := s.files.Keep(ctx, sent.draft); err != nil {
		return storeAway(err)
	}
	e, err := s.record.AddEvidence(ctx, store.NewEvidence{
		Actor: c.actor, Key: key, Fingerprint: c.uploadFingerprint(sent), Case: caseID, SHA256: sent.draft.SHA256, Size: sent.draft.Size,
		Media: sent.draft.Media, Name: sent.draft.Name, ReceivedAt: c.receivedAt, Effective: sent.effective, Quota: s.quota,
	})
	if err != nil {
		return err
	}
	g.Header("Location", "/v1/cases/"+e.Case+"/evidence/"+e.ID)
	g.Header("Content-Type", "application/json")
	g.Status(http.StatusCreated)
	return writeJSON(g.Writer, piece(e))
}

// A sending is what one request held.
type sending struct {
	draft     *evidence.Draft
	effective calendar.Date
}

// uploadFingerprint tells whether a key comes back with the same file.
func (c *call) uploadFingerprint(s sending) []byte {
	return c.fingerprintOf(s.draft.SHA256, s.draft.Name, s.effective.String())
}

// receive reads the request's parts, the file among them, in whatever order
// they come.
func (s *server) receive(g *gin.Context, c *call) (sent sending, err error) {
	defer func() {
		if err != nil && sent.draft != nil {
			sent.draft.Discard()
		}
	}()
	boundary, err := boundaryOf(g.Request.Header)
	if err != nil {
		return sent, err
	}
	limit := s.files.MaxBytes() + envelope
	if g.Request.ContentLength > limit {
		return sent, evidence.TooLargeFor(s.files.MaxBytes())
	}
	body := newPatient(g.Writer, g.Request, s.patience.Upload, s.patience)
	defer body.rest(answerLimit)
	parts := multipart.NewReader(http.MaxBytesReader(g.Writer, body, limit), boundary)
	dated := false
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return sent, s.unreadable(err)
		}
		switch {
		case part.FormName() == "file" && sent.draft == nil:
			if sent.draft, err = s.files.ReceiveFrom(g.Request.Context(), groupOf(c.actor), fileName(part), part); err != nil {
				return sent, s.unreadable(err)
			}
		case part.FormName() == "effective_on" && !dated:
			dated = true
			if sent.effective, err = s.readEffective(part, c.receivedAt); err != nil {
				return sent, err
			}
		default:
			return sent, invalid("", "unexpected_part", "每次请求只能有一个file（文件）和一个effective_on（材料日期）。",
				"A request has one file and at most one effective_on.")
		}
	}
	if sent.draft == nil {
		return sent, invalid("file", "required", "请选择要上传的文件。", "Send a file.")
	}
	return sent, nil
}

// boundaryOf wants a multipart body that is not compressed.
func boundaryOf(h http.Header) (string, error) {
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	encoding := h.Get("Content-Encoding")
	if err != nil || media != "multipart/form-data" || params["boundary"] == "" || encoding != "" && encoding != "identity" {
		return "", &fault{
			status: http.StatusUnsupportedMediaType, code: "unsupported_media_type", field: "Content-Type",
			zh: "上传文件应为multipart/form-data，不压缩。", en: "A file is sent as multipart/form-data, not compressed.",
		}
	}
	return params["boundary"], nil
}

// readEffective reads the date that the paper bears: a day in the past, or the
// day it came.
func (s *server) readEffective(part io.Reader, received time.Time) (calendar.Date, error) {
	const field, longest = "effective_on", 100
	text, err := io.ReadAll(io.LimitReader(part, longest))
	if err != nil {
		return calendar.Date{}, s.unreadable(err)
	}
	var f form
	day := f.date(field, string(text))
	if err := f.err(); err != nil || day.IsZero() {
		return day, err
	}
	if day.After(calendar.Real().Date(received)) {
		return day, invalid(field, "date_in_future", "材料日期不能晚于收到的日期。", "The date of the paper cannot lie after the day it came.")
	}
	return day, nil
}

// unreadable is the answer for a body that broke off, came too slowly or was
// too large.
func (s *server) unreadable(err error) error {
	var (
		over   *http.MaxBytesError
		unfit  *evidence.Refusal
		full   *os.PathError
		broken *fault
	)
	switch {
	case errors.As(err, &unfit), errors.As(err, &broken):
		return err
	case errors.As(err, &over):
		return evidence.TooLargeFor(s.files.MaxBytes())
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &fault{
			status: http.StatusRequestTimeout, code: "body_timeout", cause: err,
			zh: "文件没有及时传完，请重新上传。", en: "The file did not arrive in time.",
		}
	case errors.As(err, &full): // no room in the spool
		return storeAway(err)
	default:
		f := badRequest("body_incomplete", "", "请求内容不完整，请重新上传。", "The body broke off.")
		f.cause = err
		return f
	}
}
