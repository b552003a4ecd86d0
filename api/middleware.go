package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"duban/store"
)

// observe gives the request its id, its headers, its line in the log and its
// place in the metrics.
func (s *server) observe(c *gin.Context) {
	r := c.Request
	one := &call{
		id: requestID(r.Header.Get("X-Request-Id")), language: languageOf(r.Header.Get("Accept-Language")),
		method: r.Method, path: r.URL.EscapedPath(), query: r.URL.RawQuery, header: r.Header,
	}
	c.Request = r.WithContext(context.WithValue(r.Context(), callKey{}, one))
	secure(c.Writer.Header(), one.id)

	begun := s.clock()
	c.Next()
	took := s.clock().Sub(begun)

	status, route := c.Writer.Status(), s.routeLabel(c)
	s.metrics.observe(r.Method, route, status, took)
	s.lines.note(c, one, route, status, took, begun)
}

// secure sets the headers that every answer has. The documentation page loosens
// what it must.
func secure(h http.Header, requestID string) {
	h.Set("X-Request-Id", requestID)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Authorization, Accept-Language")
}

// routeLabel is the route for log and metrics. The kinds of command share one,
// and so do the routes of look-backs, so that the metrics do not tell what is
// being done to cases or that a plan was opened.
func (s *server) routeLabel(c *gin.Context) string {
	_, pattern, _ := strings.Cut(routeName("", c.FullPath()), " ")
	switch {
	case pattern == "":
		return "none"
	case strings.HasPrefix(pattern, commandPath("")):
		return commandPath("{kind}")
	case strings.HasPrefix(pattern, pathLookBacks):
		return pathLookBacks
	default:
		return pattern
	}
}

// requestID is the caller's id for the request when it can stand in a log, else
// a new one.
func requestID(given string) string {
	fit := len(given) > 0 && len(given) <= 64
	for _, b := range []byte(given) {
		letter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
		fit = fit && (letter || b == '-' || b == '_' || b == '.')
	}
	if fit {
		return given
	}
	return uuid.NewString()
}

// recover turns a panic into an opaque answer and keeps it for the log.
func (s *server) recover(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(cause)
		}
		if c.Writer.Written() {
			callOf(c.Request.Context()).cause = panicked(cause)
			c.Abort()
			return
		}
		s.refuse(c, panicked(cause))
	}()
	c.Next()
}

// panicked is a panic as an error, with where it happened.
func panicked(cause any) error {
	return errors.New("panic: " + strings.TrimSpace(fmt.Sprint(cause)) + "\n" + string(debug.Stack()))
}

// refuse ends the request with the answer to an error.
func (s *server) refuse(c *gin.Context, err error) {
	a := callOf(c.Request.Context()).problem(err)
	for name, values := range a.header {
		for _, v := range values {
			c.Header(name, v)
		}
	}
	c.Header("Content-Type", problemType)
	c.Abort()
	c.Status(a.Status)
	_ = writeJSON(c.Writer, a.Problem)
}

// admit lets a request through to its handler: by the access table, with a
// token that somebody holds, within the rate, and with a body that could be one.
func (s *server) admit(c *gin.Context) {
	if c.FullPath() == "" {
		return
	}
	door := s.access[routeName(c.Request.Method, c.FullPath())]
	if door.public {
		return
	}
	one := callOf(c.Request.Context())
	if err := s.identify(c.Request, one); err != nil {
		s.refuse(c, err)
		return
	}
	if !door.may(one.actor) {
		s.refuse(c, barred())
		return
	}
	if c.Request.Method != http.MethodGet {
		if err := s.refused.open(one.actor, one.receivedAt); err != nil {
			s.refuse(c, err)
			return
		}
		defer func() {
			if status := c.Writer.Status(); turnedDown(status) {
				s.refused.count(one.actor, c.Request.ContentLength, s.clock())
			}
		}()
	}
	if door.streams {
		c.Next()
		return
	}
	body, err := readBody(c.Writer, c.Request)
	if err != nil {
		s.refuse(c, err)
		return
	}
	one.body = body
	warn(c.Writer.Header(), body)
	enter := s.lanes.work
	if isFile(c.FullPath()) {
		enter = s.downloads.take
	}
	leave, err := enter(c.Request.Context(), one.actor)
	if err != nil {
		s.refuse(c, err)
		return
	}
	defer leave()
	if c.Request.Method == http.MethodGet || door.receipts || door.reads {
		c.Next()
		return
	}
	s.once(c, one, one.fingerprint(), c.Next)
}

// turnedDown are the statuses of what was asked wrongly. Who read an old version or
// looks for what is not there is not counted.
func turnedDown(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
		http.StatusRequestTimeout, http.StatusForbidden:
		return true
	default:
		return false
	}
}

// isFile reports whether a route answers with a file, which its reader may take long
// to read.
func isFile(pattern string) bool {
	return strings.HasSuffix(pattern, ".xlsx") || strings.HasSuffix(pattern, ".zip") || strings.HasSuffix(pattern, ".docx") ||
		strings.HasSuffix(pattern, "/:file") || strings.HasSuffix(pattern, "/:eid")
}

// identify finds out who is asking, and stamps the instant.
func (s *server) identify(r *http.Request, one *call) error {
	token, ok := bearer(r.Header)
	if !ok {
		return unauthenticated(`Bearer realm="duban"`)
	}
	actor, err := s.record.Authenticate(r.Context(), token)
	if errors.Is(err, store.ErrNotFound) {
		return unauthenticated(`Bearer realm="duban", error="invalid_token"`)
	}
	if err != nil {
		return err
	}
	one.actor, one.receivedAt, one.token = actor, s.clock(), token
	return s.limits.take(actor.Account, one.receivedAt)
}

// maxToken is more than any token of ours is long.
const maxToken = 200

// bearer returns the token of the one Authorization header.
func bearer(h http.Header) (string, bool) {
	given := h.Values("Authorization")
	if len(given) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(given[0], " ")
	visible := !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
	return token, ok && visible && strings.EqualFold(scheme, "Bearer") && token != "" && len(token) <= maxToken
}

func unauthenticated(challenge string) *fault {
	return (&fault{
		status: http.StatusUnauthorized, code: "unauthenticated", field: "Authorization",
		zh: "请用有效的令牌登录。", en: "A valid bearer token is needed.",
	}).with("WWW-Authenticate", challenge)
}

// noRoute answers a path that nothing is at.
func (s *server) noRoute(c *gin.Context) {
	s.refuse(c, &fault{status: http.StatusNotFound, code: "unknown_route", zh: "没有这个地址。", en: "There is nothing at this address."})
}

// noMethod answers a method that a path does not have, and OPTIONS.
func (s *server) noMethod(c *gin.Context) {
	allow := c.Writer.Header().Get("Allow")
	if strings.Contains(allow, http.MethodGet) {
		allow += ", " + http.MethodHead
	}
	c.Header("Allow", allow+", "+http.MethodOptions)
	if c.Request.Method == http.MethodOptions {
		c.Status(http.StatusNoContent)
		c.Abort()
		return
	}
	s.refuse(c, &fault{
		status: http.StatusMethodNotAllowed, code: "method_not_allowed",
		zh: "这个地址不支持此方法。", en: "This address does not take this method.",
	})
}
