package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/calendar"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A site is the API over a record of its own.
type site struct {
	handler http.Handler
	store   *store.Store
	people  casetest.People
}

// door lets the record alone stand behind the API: nothing is told.
type door struct{ *store.Store }

// Do executes a request.
func (d door) Do(ctx context.Context, r store.Request) (store.Answer, error) {
	return d.Execute(ctx, r)
}

func newSite(t *testing.T) site {
	t.Helper()
	return siteWith(t, func(*api.Options) {})
}

func siteWith(t *testing.T, change func(*api.Options)) site {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: pgtest.Copy(t, "migrated", migrate), MaxConns: 8, Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return siteOver(t, s, change)
}

// siteOver is a site over a record that is open.
func siteOver(t *testing.T, s *store.Store, change func(*api.Options)) site {
	t.Helper()
	o := api.Options{Record: s, Doer: door{s}, Logger: slog.New(slog.DiscardHandler)}
	change(&o)
	return site{handler: api.New(o), store: s, people: casetest.NewPeople(context.Background(), t, s)}
}

func migrate(ctx context.Context, url string) error {
	s, err := store.Open(ctx, store.Options{URL: url})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Migrate(ctx, nil)
}

// An asked is a request on its way.
type asked struct {
	method, path string
	// body is sent as it is when a string or bytes, else as JSON; nil for none.
	body   any
	header map[string]string
}

// An answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
}

// as sends a request with the person's token.
func (s site) as(t *testing.T, who lifecycle.Actor, r asked) answer {
	t.Helper()
	if r.header == nil {
		r.header = map[string]string{}
	}
	if _, ok := r.header["Authorization"]; !ok && who.Account != "" {
		r.header["Authorization"] = "Bearer " + s.people.Tokens[who.Account]
	}
	return send(t, s.handler, r)
}

func send(t *testing.T, h http.Handler, r asked) answer {
	t.Helper()
	var body io.Reader
	switch b := r.body.(type) {
	case nil:
	case string:
		body = bytes.NewReader([]byte(b))
	case []byte:
		body = bytes.NewReader(b)
	default:
		text, err := json.Marshal(b)
		require.NoError(t, err)
		body = bytes.NewReader(text)
	}
	request := httptest.NewRequestWithContext(t.Context(), r.method, r.path, body)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		request.Header.Del(name)
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, request)
	validate(t, r.method, r.path, answer{w})
	return answer{w}
}

// into reads the answer's body.
func (a answer) into(t *testing.T, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.Body.Bytes(), v), "%s", a.Body)
}

// problem reads the answer as a problem, and checks that it is one.
func (a answer) problem(t *testing.T) api.Problem {
	t.Helper()
	var p api.Problem
	a.into(t, &p)
	require.Equal(t, "application/problem+json", a.Header().Get("Content-Type"), "%s", a.Body)
	require.Equal(t, a.Code, p.Status)
	require.Equal(t, "urn:problem-type:duban:"+p.Code, p.Type)
	require.NotEmpty(t, p.Title)
	require.NotEmpty(t, p.Detail)
	return p
}

func today() calendar.Date { return calendar.Real().Date(time.Now()) }
