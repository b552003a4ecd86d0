package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/calendar"
	"duban/lifecycle"
)

// Whatever stands in a body's texts, the answer is a
// sentence and never a fault of ours.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	all := s.account(t, "身兼数职", "", lifecycle.Inspector, lifecycle.Officer, lifecycle.Head, lifecycle.Leader, lifecycle.LookBackLead)
	l := s.life()
	for _, one := range append([]step{p.Finding("问题", today())}, append(p.UpToServing(lifecycle.Immediate), p.Sign())...) {
		l.do(t, one.By, one.Body)
	}
	n := 0
	for _, kind := range lifecycle.CommandKinds() {
		body, _ := lifecycle.NewCommand(kind)
		var fields []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(body).Elem()) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.Type.Kind() == reflect.String && name != "" {
				fields = append(fields, name)
			}
		}
		for _, text := range []string{`\u0000`, `\ud800`, `\u202e`, `'; DROP TABLE duban.cases; --`, `\\x00`, `%s%n`, strings.Repeat("长", 15_000), l.id, "C03"} {
			n++
			var members []string
			for _, name := range fields {
				members = append(members, `"`+name+`":"`+text+`"`)
			}
			for _, who := range []lifecycle.Actor{all, p.Secretary} {
				path := "/v1/cases/" + l.id + "/commands/" + string(kind)
				if kind == lifecycle.KindOpenCase {
					path = "/v1/cases"
				}
				if kind == lifecycle.KindTakeOverCase { // no route leads to it
					continue
				}
				a := s.as(t, who, asked{method: http.MethodPost, path: path, body: "{" + strings.Join(members, ",") + "}", header: map[string]string{
					"Idempotency-Key": fmt.Sprintf("hostile-%d", n), "If-Match": l.etag(t, who),
				}})
				require.Less(t, a.Code, http.StatusInternalServerError, "%s %.40s: %s", kind, text, a.Body)
			}
		}
	}
}

// A body that does not say how long it is is held to the same limit.
func TestLongBodyOfUnknownLength(t *testing.T) {
	t.Parallel()
	h := api.New(api.Options{Record: scene{}})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/cases", io.MultiReader(strings.NewReader(`{"title":"`), strings.NewReader(strings.Repeat("a", 1<<20))))
	r.ContentLength = -1
	r.Header.Set("Authorization", "Bearer a")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, "body_too_large", answer{w}.problem(t).Code)
}

// A client that breaks off or dawdles over a real connection is let go.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(api.New(api.Options{Record: scene{}}))
	server.Config = api.NewServer("", server.Config.Handler)
	server.Config.ReadTimeout = 200 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	body, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	go func() { _, _ = writer.Write([]byte(`{"title":`)) }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/cases", body)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer a")
	answered, err := server.Client().Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answered.Body.Close() })
	require.Equal(t, http.StatusRequestTimeout, answered.StatusCode)
}

// A request counts on the legal day in which its token was
// recognised, to the second; nothing the client sends changes it.
func TestReceivedAtTheEdgeOfADay(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := siteWith(t, func(o *api.Options) { o.Clock = c.Now })
	p := s.people
	midnight := calendar.Real().End(c.today().AddDays(1))
	for n, row := range []struct {
		at   time.Time
		late bool
	}{{midnight.Add(-time.Second), false}, {midnight.Add(time.Second), true}} {
		l := s.life()
		l.n = 1000 * n
		for _, one := range append([]step{p.Finding("问题", c.today())}, p.UpToServing(lifecycle.Immediate)...) {
			l.do(t, one.By, one.Body)
		}
		c.set(row.at)
		l.do(t, p.Secretary, p.Sign().Body)
		day := calendar.Real().Date(midnight.Add(-time.Second))
		require.Equal(t, row.late, l.read(t, p.Manager).Case.Receipt.On != day)
	}
}
