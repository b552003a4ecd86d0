package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

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
	s.note(c, one, route, status, took)
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

// note writes the request's one line: no body, no query, no token.
func (s *server) note(c *gin.Context, one *call, route string, status int, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("id", one.id), slog.String("method", one.method), slog.String("route", route), slog.String("path", one.path),
		slog.Int("status", status), slog.Duration("took", took), slog.Int("bytes", max(c.Writer.Size(), 0)),
	}
	if one.actor.Account != "" {
		attrs = append(attrs, slog.String("account", one.actor.Account))
	}
	if one.cause != nil {
		attrs = append(attrs, slog.String("error", one.cause.Error()))
	}
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	s.log.LogAttrs(c.Request.Context(), level, "request", attrs...)
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
	if door.streams {
		return
	}
	body, err := readBody(c.Writer, c.Request)
	if err != nil {
		s.refuse(c, err)
		return
	}
	one.body = body
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
	one.actor, one.receivedAt = actor, s.clock()
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
