package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
	"duban/store"
)

// LookBackTasks are those of the one who was told.
func (s scene) LookBackTasks(_ context.Context, a lifecycle.Actor) ([]store.LookBackTask, error) {
	if a.Account == "told" {
		return []store.LookBackTask{{Case: "00000000-0000-4000-8000-000000000000", On: today(), Title: strings.Repeat("题", 500)}}, nil
	}
	return nil, nil
}

// CheckedDraws are for one alone.
func (s scene) CheckedDraws(_ context.Context, a lifecycle.Actor, _ string) ([]lifecycle.DrawRecord, []lifecycle.DrawCheck, error) {
	if a.Account == "told" {
		return nil, nil, nil
	}
	return nil, nil, store.ErrNotFound
}

// The lines about look-backs are the same whoever asks and whatever is answered,
// and so are the figures.
func TestTheLogKeepsTheSeal(t *testing.T) {
	t.Parallel()
	line := func(who, path string) (log, figures string) {
		var out safeBuffer
		registry := prometheus.NewRegistry()
		at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		h := api.New(api.Options{Record: scene{}, Registry: registry, Clock: func() time.Time { at = at.Add(time.Duration(len(who)) * time.Second); return at }, Logger: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		}))})
		send(t, h, asked{method: http.MethodGet, path: path, header: officer(who)})
		shown := httptest.NewRecorder()
		api.NewOperators(registry, nil).ServeHTTP(shown, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		var own []string
		for l := range strings.Lines(shown.Body.String()) {
			if strings.Contains(l, "duban_http") {
				own = append(own, l)
			}
		}
		return out.String(), strings.Join(own, "")
	}
	for _, path := range []string{"/v1/look-backs", "/v1/look-backs/00000000-0000-4000-8000-000000000000"} {
		told, figures := line("told", path)
		other, others := line("somebody-else", path)
		require.NotEmpty(t, told)
		require.Equal(t, told, other)
		require.Equal(t, figures, others)
		require.NotContains(t, told, "bytes=")
	}
	one, _ := line("told", oneCase+"x")
	require.NotContains(t, one, "bytes=", "a size tells what is in an answer")
}

// A stranger writes no more into the log than a few short lines a second, and
// nothing that a terminal obeys.
func TestAStrangersLinesAreBounded(t *testing.T) {
	t.Parallel()
	var log safeBuffer
	at := newClock().Now()
	h := api.New(api.Options{
		Record: scene{enter: func(string) (lifecycle.Actor, error) { return lifecycle.Actor{}, store.ErrNotFound }},
		Logger: slog.New(slog.NewJSONHandler(&log, nil)), Clock: func() time.Time { return at },
	})
	const many = 1000
	for i := range many {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.URL.Path = "/\x1b[2J" + strings.Repeat("a", 30_000)
		r.URL.RawPath = fmt.Sprintf("/\u202e%d", i)
		if i%2 == 0 {
			r = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/cases", nil)
			r.Header.Set("Authorization", "Bearer wrong")
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	lines := strings.Count(log.String(), "\n")
	require.LessOrEqual(t, lines, 60)
	require.Less(t, log.Len(), lines*600)
	require.NotContains(t, log.String(), "\x1b")
	require.NotContains(t, log.String(), "\u202e")
	at = at.Add(time.Minute)
	send(t, h, asked{method: http.MethodGet, path: "/nowhere"})
	require.Contains(t, log.String(), fmt.Sprintf(`"not_logged":%d`, many-lines))
}
