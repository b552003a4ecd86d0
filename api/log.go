package api

import (
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"
)

const (
	// maxLogged is how much of a path, and longestCause how much of an error, stands
	// in the log.
	maxLogged    = 200
	longestCause = 8 << 10
	// strangersPerSecond and strangersBurst bound the lines about requests that
	// nobody known answers for; the others are counted.
	strangersPerSecond = 5
	strangersBurst     = 50
)

// A requestLog has one line for each request: no body, no query, no token, and no
// size, which tells of what is in an answer.
type requestLog struct {
	log *slog.Logger
	// strangers bounds the lines of requests without an account or beyond an
	// account's rate, and left are those without a line since the last.
	strangers *rate.Limiter
	left      atomic.Int64
}

func newRequestLog(log *slog.Logger) *requestLog {
	return &requestLog{log: log, strangers: rate.NewLimiter(strangersPerSecond, strangersBurst)}
}

// note writes the request's one line.
func (l *requestLog) note(c *gin.Context, one *call, route string, status int, took time.Duration, now time.Time) {
	attrs := []slog.Attr{slog.String("id", one.id), slog.String("method", cut(one.method)), slog.String("route", route)}
	if sealed(route) {
		// Whose request it was, what for and what came of it would tell who was told.
		status = sealedStatus(status)
		attrs = append(attrs, slog.Int("status", status))
	} else {
		attrs = append(attrs, slog.String("path", cut(one.path)), slog.Int("status", status), slog.Duration("took", roughly(took)))
		if one.actor.Account != "" {
			attrs = append(attrs, slog.String("account", one.actor.Account))
		}
	}
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if one.cause != nil && (!sealed(route) || level == slog.LevelError) {
		attrs = append(attrs, slog.String("error", shorten(one.cause.Error(), longestCause)))
	}
	if level != slog.LevelError && (one.actor.Account == "" || status == http.StatusTooManyRequests) {
		if !l.strangers.AllowN(now, 1) {
			l.left.Add(1)
			return
		}
	}
	if left := l.left.Swap(0); left > 0 {
		attrs = append(attrs, slog.Int64("not_logged", left))
	}
	l.log.LogAttrs(c.Request.Context(), level, "request", attrs...)
}

// sealed reports whether answers of a route differ by what somebody was told in
// secret: look-backs, what is in an inbox, what there is to do, and who is recused.
func sealed(route string) bool {
	for _, prefix := range []string{pathLookBacks, "/v1/inbox", "/v1/tasks", "/v1/recusals", "/v1/recusal-requests"} {
		if route == prefix || strings.HasPrefix(route, prefix+"/") {
			return true
		}
	}
	return false
}

// sealedStatus is as much of the status of a sealed route as an operator needs:
// whether it failed, and whether it was for a reason that has nothing to do with
// what is sealed.
func sealedStatus(status int) int {
	switch {
	case status >= http.StatusInternalServerError, status == http.StatusUnauthorized, status == http.StatusTooManyRequests:
		return status
	default:
		return http.StatusOK
	}
}

// roughly is a duration as the log tells it: in powers of ten, because how long an
// answer took tells how much was in it.
func roughly(took time.Duration) time.Duration {
	for _, step := range []time.Duration{10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second} {
		if took <= step {
			return step
		}
	}
	return time.Minute
}

// cut is a text from outside as it may stand in a line.
func cut(text string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text[:min(len(text), maxLogged)])
	if len(text) > maxLogged {
		plain += "…"
	}
	return plain
}

func shorten(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
