package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"duban/store"
)

// errNotDone ends a request that was turned down: nothing of it is written.
var errNotDone = errors.New("the request was turned down")

// receiptHeaders are those of an answer that belong to what was done.
//
//nolint:gochecknoglobals // a constant that Go cannot write as such
var receiptHeaders = []string{"Content-Type", "Location", "ETag"}

// once has a request done once if it has a key, and else as it is: the same key
// gets the first answer again, and what the request changes is committed with it.
// The answer is sent when that is over.
func (s *server) once(g *gin.Context, c *call, fingerprint []byte, do func()) {
	if len(c.header.Values("Idempotency-Key")) == 0 {
		do()
		return
	}
	key, err := c.key()
	if err != nil {
		s.refuse(g, err)
		return
	}
	request, out := g.Request, g.Writer
	held := &heldAnswer{ResponseWriter: out, status: http.StatusOK}
	reply, err := s.record.Once(request.Context(), store.Keyed{Account: c.actor.Account, Key: key, Fingerprint: fingerprint, Secret: c.token},
		func(ctx context.Context) (store.Reply, error) {
			g.Request, g.Writer, c.once = request.WithContext(ctx), held, true
			defer func() { g.Request, g.Writer, c.once = request, out, false }()
			do()
			switch {
			case held.status >= http.StatusMultipleChoices && c.kept:
				return store.Reply{Refused: true}, nil
			case held.status >= http.StatusMultipleChoices:
				return store.Reply{}, errNotDone
			}
			return held.reply(), nil
		})
	switch {
	case errors.Is(err, errNotDone), err == nil && reply.Refused:
		held.send()
		return
	case err != nil:
		for _, name := range receiptHeaders {
			out.Header().Del(name)
		}
		s.refuse(g, err)
		return
	}
	for name, value := range reply.Header {
		out.Header().Set(name, value)
	}
	g.Abort()
	out.WriteHeader(reply.Status)
	out.WriteHeaderNow()
	if _, err := out.Write(reply.Body); err != nil {
		c.cause = err
	}
	for _, later := range c.committed {
		later(request.Context())
	}
}

// afterwards does something when what the request changed is committed: others are
// told of nothing that may yet not be.
func (c *call) afterwards(ctx context.Context, do func(context.Context)) {
	if !c.once {
		do(ctx)
		return
	}
	c.committed = append(c.committed, do)
}

// A heldAnswer waits in memory until it may be sent.
type heldAnswer struct {
	gin.ResponseWriter

	status  int
	body    bytes.Buffer
	written bool
}

// WriteHeader keeps the status.
func (h *heldAnswer) WriteHeader(status int) {
	if status > 0 {
		h.status = status
	}
}

// WriteHeaderNow keeps the headers.
func (h *heldAnswer) WriteHeaderNow() { h.written = true }

// Write keeps a part of the body.
func (h *heldAnswer) Write(p []byte) (int, error) {
	h.written = true
	return h.body.Write(p)
}

// WriteString keeps a part of the body.
func (h *heldAnswer) WriteString(p string) (int, error) {
	h.written = true
	return h.body.WriteString(p)
}

// Status is the status so far.
func (h *heldAnswer) Status() int { return h.status }

// Size is the body's so far.
func (h *heldAnswer) Size() int { return h.body.Len() }

// Written reports whether the answer has begun.
func (h *heldAnswer) Written() bool { return h.written }

// Flush sends nothing yet.
func (*heldAnswer) Flush() {}

// reply is the answer as it is kept.
func (h *heldAnswer) reply() store.Reply {
	header := map[string]string{}
	for _, name := range receiptHeaders {
		if value := h.Header().Get(name); value != "" {
			header[name] = value
		}
	}
	return store.Reply{Status: h.status, Header: header, Body: h.body.Bytes()}
}

// send sends the answer as it is.
func (h *heldAnswer) send() {
	h.ResponseWriter.WriteHeader(h.status)
	h.ResponseWriter.WriteHeaderNow()
	_, _ = h.ResponseWriter.Write(h.body.Bytes())
}
