package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
	"duban/store"
)

// A stage is a record that plays one part: whoever comes is an officer, and
// reading a case does what the test says.
type scene struct {
	api.Record

	read  func() (store.CaseView, error)
	ready func() (store.Readiness, error)
	enter func(token string) (lifecycle.Actor, error)
	late  []store.LateRound
}

// Authenticate lets everybody in as an officer.
func (s scene) Authenticate(_ context.Context, token string) (lifecycle.Actor, error) {
	if s.enter != nil {
		return s.enter(token)
	}
	return lifecycle.Actor{Account: token, Roles: []lifecycle.Role{lifecycle.Officer}}, nil
}

// Case does what the test says.
func (s scene) Case(context.Context, lifecycle.Actor, string) (store.CaseView, error) {
	return s.read()
}

// Ready does what the test says.
func (s scene) Ready(context.Context) (store.Readiness, error) { return s.ready() }

// LateRounds are those of the scene.
func (s scene) LateRounds(context.Context) ([]store.LateRound, error) { return s.late, nil }

// A safe buffer is written by the handler and read by the test.
type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

// Write adds to the buffer.
func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

const oneCase = "/v1/cases/00000000-0000-4000-8000-000000000000"

func officer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token, "X-Request-Id": "req-1"}
}

// What goes wrong inside stays inside, but for one line in the log.
func TestWhatGoesWrongInside(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		read   func() (store.CaseView, error)
		status int
		code   string
		log    string
		retry  string
	}{
		"error":     {func() (store.CaseView, error) { return store.CaseView{}, errors.New("secret of the driver") }, 500, "internal", "secret of the driver", ""},
		"busy":      {func() (store.CaseView, error) { return store.CaseView{}, fmt.Errorf("%w: locked", store.ErrBusy) }, 503, "busy", "locked", "2"},
		"not found": {func() (store.CaseView, error) { return store.CaseView{}, fmt.Errorf("read: %w", store.ErrNotFound) }, 404, "not_found", "", ""},
		"time out":  {func() (store.CaseView, error) { return store.CaseView{}, context.DeadlineExceeded }, 503, "busy", "deadline", "2"},
		"panic":     {func() (store.CaseView, error) { panic("secret of ours") }, 500, "internal", "secret of ours", ""},
	} {
		var log safeBuffer
		h := api.New(api.Options{Record: scene{read: row.read}, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
		a := send(t, h, asked{method: http.MethodGet, path: oneCase, header: officer("tok-en")})
		require.Equal(t, row.status, a.Code, name)
		require.Equal(t, row.code, a.problem(t).Code, name)
		require.Equal(t, row.retry, a.Header().Get("Retry-After"), name)
		require.NotContains(t, a.Body.String(), "secret")
		require.NotContains(t, a.Body.String(), "req-1", "request ids travel in headers")
		require.Equal(t, "req-1", a.Header().Get("X-Request-Id"))
		require.Equal(t, 1, strings.Count(log.String(), "\n"), "one line: %s", log.String())
		require.Contains(t, log.String(), row.log)
		require.Contains(t, log.String(), `"route":"/v1/cases/{id}"`)
		require.NotContains(t, log.String(), "Bearer")
	}
}

// The log has neither bodies nor queries nor tokens in it.
func TestLogKeepsSecrets(t *testing.T) {
	t.Parallel()
	var log safeBuffer
	h := api.New(api.Options{
		Record: scene{enter: func(string) (lifecycle.Actor, error) { return lifecycle.Actor{}, store.ErrNotFound }},
		Logger: slog.New(slog.NewJSONHandler(&log, nil)),
	})
	send(t, h, asked{method: http.MethodPost, path: "/v1/cases?text=querysecret", body: `{"title":"bodysecret"}`, header: map[string]string{
		"Authorization": "Bearer tokensecret", "Idempotency-Key": "keysecret", "X-Request-Id": "a\nb forged",
	}})
	require.NotContains(t, log.String(), "secret")
	require.NotContains(t, log.String(), "forged")
}

// HEAD is GET without its body; OPTIONS and 405 say what there is; nothing lets
// another site's page read an answer.
func TestMethods(t *testing.T) {
	t.Parallel()
	h := api.New(api.Options{Record: scene{read: func() (store.CaseView, error) {
		return store.CaseView{Staff: &lifecycle.Case{ID: "x"}, Version: 3}, nil
	}}})
	head := send(t, h, asked{method: http.MethodHead, path: oneCase, header: officer("a")})
	require.Equal(t, http.StatusOK, head.Code)
	require.Zero(t, head.Body.Len())
	require.Equal(t, `"v3"`, head.Header().Get("ETag"))
	require.Equal(t, http.StatusUnauthorized, send(t, h, asked{method: http.MethodHead, path: oneCase}).Code)

	options := send(t, h, asked{method: http.MethodOptions, path: "/v1/cases", header: map[string]string{"Origin": "https://elsewhere.example"}})
	require.Equal(t, http.StatusNoContent, options.Code)
	for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS"} {
		require.Contains(t, options.Header().Get("Allow"), method)
	}
	for name := range options.Header() {
		require.False(t, strings.HasPrefix(name, "Access-Control-"), name)
	}
	put := send(t, h, asked{method: http.MethodPut, path: "/v1/cases"})
	require.Equal(t, "method_not_allowed", put.problem(t).Code)
	require.Contains(t, put.Header().Get("Allow"), "POST")

	for _, a := range []answer{head, options, put} {
		require.Equal(t, "nosniff", a.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
		require.Contains(t, a.Header().Get("Content-Security-Policy"), "default-src 'none'")
		require.NotEmpty(t, a.Header().Get("X-Request-Id"))
	}
	for _, path := range []string{"/v1/cases/", "//v1/cases", "/v1/Cases", "/"} {
		require.Equal(t, "unknown_route", send(t, h, asked{method: http.MethodGet, path: path}).problem(t).Code, path)
	}
}

// One account's flood is its own.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	c := newClock()
	at := c.Now()
	h := api.New(api.Options{
		Record: scene{read: func() (store.CaseView, error) { return store.CaseView{}, store.ErrNotFound }},
		Clock:  func() time.Time { return at }, PerSecond: 1, Burst: 3,
	})
	get := func(token string) answer {
		return send(t, h, asked{method: http.MethodGet, path: oneCase, header: officer(token)})
	}
	for range 3 {
		require.Equal(t, http.StatusNotFound, get("a").Code)
	}
	flooded := get("a")
	require.Equal(t, http.StatusTooManyRequests, flooded.Code)
	require.Equal(t, "too_many_requests", flooded.problem(t).Code)
	require.Equal(t, "1", flooded.Header().Get("Retry-After"))
	require.Equal(t, http.StatusNotFound, get("b").Code)
	at = at.Add(time.Second)
	require.Equal(t, http.StatusNotFound, get("a").Code)
}

// Ready means that commands can be recorded; the engine and the worker are in
// the body only.
func TestHealth(t *testing.T) {
	t.Parallel()
	err := error(nil)
	registry := prometheus.NewRegistry()
	h := api.New(api.Options{
		Record: scene{
			ready: func() (store.Readiness, error) { return store.Readiness{Behind: time.Millisecond, Schema: 1}, err },
			late:  []store.LateRound{{Name: "messages"}},
		},
		Registry: registry, Engine: func() string { return "away" }, Worker: func() string { return "none" },
	})
	get := func(path string) answer { return send(t, h, asked{method: http.MethodGet, path: path}) }
	require.Equal(t, http.StatusOK, get("/healthz").Code)
	ready := get("/readyz")
	require.Equal(t, http.StatusOK, ready.Code)
	require.JSONEq(t, `{"ready":true,"database":"ok","clock_difference":"1ms","schema":1,"engine":"away","worker":"none","late_rounds":["messages"],"notes":[`+
		`"可以照常办理；计时引擎不可用，到期事项照常处理，消息暂不发出。 People go on working; the engine is away: what falls due is applied all the same, and messages wait.",`+
		`"可以照常办理；部分定时工作没有按时开始，系统正在恢复。 People go on working; some of what is done at intervals did not begin in time, and is being mended."]}`, ready.Body.String())
	err = fmt.Errorf("check record: %w: secret", store.ErrBusy)
	ready = get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, ready.Code)
	require.JSONEq(t, `{"ready":false,"database":"unavailable","engine":"away","worker":"none"}`, ready.Body.String())

	// Requests are counted by route and status; a stranger's method or path is
	// no label, and the kind of a command is none either.
	send(t, h, asked{method: "BREW", path: "/pot"})
	send(t, h, asked{method: http.MethodPost, path: oneCase + "/commands/record_arrival"})
	send(t, h, asked{method: http.MethodGet, path: "/v1/look-backs/7/plan"})
	require.Equal(t, http.StatusNotFound, get("/metrics").Code, "they are for operators, at an address of their own")
	shown := httptest.NewRecorder()
	api.NewOperators(registry, nil).ServeHTTP(shown, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text := shown.Body.String()
	require.Contains(t, text, `duban_http_request_duration_seconds_count{method="GET",route="/readyz",status="503"} 1`)
	require.Contains(t, text, `duban_http_request_duration_seconds_count{method="GET",route="/v1/look-backs",status="401"} 1`)
	require.Contains(t, text, `duban_http_request_duration_seconds_count{method="POST",route="/v1/cases/{id}/commands/{kind}",status="401"} 1`)
	for _, unwanted := range []string{"BREW", "pot", "record_arrival", "plan"} {
		require.NotContains(t, text, unwanted)
	}
}

// A client that sends slowly does not hold the server.
func TestServerHasTimeouts(t *testing.T) {
	t.Parallel()
	s := api.NewServer("127.0.0.1:0", http.NotFoundHandler())
	require.Positive(t, s.ReadHeaderTimeout)
	require.Positive(t, s.ReadTimeout)
	require.Positive(t, s.WriteTimeout)
	require.Positive(t, s.IdleTimeout)
	require.Positive(t, s.MaxHeaderBytes)
}

// Chinese is what nobody has to ask for.
func TestLanguage(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]api.Language{
		"": api.Chinese, "zh-CN,zh;q=0.9,en;q=0.8": api.Chinese, "en": api.English, "en-GB,en;q=0.9": api.English,
		"fr": api.Chinese, "fr, en;q=0.5": api.English, "zh-TW": api.Chinese, ";;;": api.Chinese, "*": api.Chinese,
		"en;q=0.1, zh": api.Chinese, strings.Repeat("en,", 100): api.Chinese,
	} {
		require.Equal(t, want, api.LanguageOf(accept), accept)
	}
}
