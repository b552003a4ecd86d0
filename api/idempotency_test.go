package api_test

import (
	"maps"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// Issue: 8 concurrent identical requests are one effect and 8 identical answers.
func TestSameRequestSameAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	eight := func(who lifecycle.Actor, r asked) answer {
		t.Helper()
		answers := make([]answer, 8)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() {
				header := map[string]string{"Authorization": "Bearer " + p.Tokens[who.Account], "X-Request-Id": "same"}
				maps.Copy(header, r.header)
				answers[i] = send(t, s.handler, asked{method: r.method, path: r.path, body: r.body, header: header})
			})
		}
		group.Wait()
		for _, a := range answers {
			require.Equal(t, answers[0].Code, a.Code, "%s", a.Body)
			require.Equal(t, answers[0].Body.String(), a.Body.String())
			require.Equal(t, answers[0].Header(), a.Header())
		}
		return answers[0]
	}
	opened := eight(p.Inspector, asked{method: http.MethodPost, path: "/v1/cases", body: p.Finding("问题", today()).Body, header: map[string]string{"Idempotency-Key": "open"}})
	require.Equal(t, http.StatusCreated, opened.Code, "%s", opened.Body)
	var first command
	opened.into(t, &first)
	path := opened.Header().Get("Location")

	var list api.CaseList
	s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/cases"}).into(t, &list)
	require.Len(t, list.Cases, 1)

	submitted := eight(p.Inspector, asked{method: http.MethodPost, path: path + "/commands/submit_draft", body: "{}", header: map[string]string{"Idempotency-Key": "submit", "If-Match": `"v1"`}})
	require.Equal(t, http.StatusOK, submitted.Code, "%s", submitted.Body)
	require.Equal(t, `"v2"`, submitted.Header().Get("ETag"))

	// A refusal is an answer too, and stays one when the case has moved on.
	refuse := asked{method: http.MethodPost, path: path + "/commands/accept_plan", body: "{}", header: map[string]string{"Idempotency-Key": "no", "If-Match": `"v2"`}}
	refused := eight(p.Officer, refuse)
	require.Equal(t, http.StatusConflict, refused.Code, "%s", refused.Body)
	again := s.life()
	again.id, again.n = first.Case.ID, 100
	again.do(t, p.Head, p.Accept(lifecycle.Immediate).Body)
	late := s.as(t, p.Officer, refuse)
	require.Equal(t, refused.Body.String(), late.Body.String())

	// The first answer is still the answer, with the version it had then.
	repeated := s.as(t, p.Inspector, asked{method: http.MethodPost, path: "/v1/cases", body: p.Finding("问题", today()).Body, header: map[string]string{"Idempotency-Key": "open"}})
	require.Equal(t, opened.Body.String(), repeated.Body.String())
	require.Equal(t, http.StatusCreated, repeated.Code)

	// A command is the same however its body is spelled.
	spelled := asked{method: http.MethodPost, path: path + "/commands/submit_draft", body: "\n{ }\n", header: map[string]string{"Idempotency-Key": "submit", "If-Match": `"v1"`}}
	require.Equal(t, submitted.Body.String(), s.as(t, p.Inspector, spelled).Body.String())

	// The key is another person's own to use.
	other := s.as(t, p.Officer, asked{method: http.MethodPost, path: "/v1/cases", body: p.Finding("问题", today()).Body, header: map[string]string{"Idempotency-Key": "open"}})
	require.Equal(t, http.StatusCreated, other.Code)
	require.NotEqual(t, path, other.Header().Get("Location"))
	// The same key for another address is another request.
	reused := s.as(t, p.Inspector, asked{method: http.MethodPost, path: path + "/commands/note", body: `{"text":"x"}`, header: map[string]string{"Idempotency-Key": "open", "If-Match": `"v3"`}})
	require.Equal(t, "idempotency_key_reused", reused.problem(t).Code)

	// The receipt says the same.
	var receipt struct {
		Kind    lifecycle.CommandKind `json:"kind"`
		Case    lifecycle.Case        `json:"case"`
		Refusal *api.Problem          `json:"refusal"`
	}
	s.as(t, p.Inspector, asked{method: http.MethodGet, path: "/v1/commands/" + first.CommandID}).into(t, &receipt)
	require.Equal(t, lifecycle.KindOpenCase, receipt.Kind)
	require.Equal(t, first.Case, receipt.Case)
	require.Nil(t, receipt.Refusal)
}

// RFC 9110: versions as ETags, both ways.
func TestVersions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.life()
	l.do(t, p.Inspector, p.Finding("问题", today()).Body)
	path := "/v1/cases/" + l.id
	get := func(have string) answer {
		return s.as(t, p.Officer, asked{method: http.MethodGet, path: path, header: map[string]string{"If-None-Match": have}})
	}
	for _, have := range []string{`"v1"`, `W/"v1"`, `"v7", "v1"`, `*`} {
		a := get(have)
		require.Equal(t, http.StatusNotModified, a.Code, have)
		require.Equal(t, `"v1"`, a.Header().Get("ETag"))
		require.Zero(t, a.Body.Len())
	}
	for _, have := range []string{``, `"v2"`, `"u1"`, `v1`} {
		require.Equal(t, http.StatusOK, get(have).Code, have)
	}
	note := func(n, version string) answer {
		return s.as(t, p.Officer, asked{method: http.MethodPost, path: path + "/commands/note", body: `{"text":"好"}`, header: map[string]string{"Idempotency-Key": n, "If-Match": version}})
	}
	require.Equal(t, http.StatusOK, note("a", `"v1"`).Code)
	stale := note("b", `"v1"`)
	require.Equal(t, http.StatusPreconditionFailed, stale.Code)
	require.Equal(t, `"v2"`, stale.Header().Get("ETag"))
	require.Equal(t, http.StatusOK, note("b", stale.Header().Get("ETag")).Code, "a stale try leaves the key free")
	require.Equal(t, http.StatusOK, note("a", `"v1"`).Code, "a retry is never stale")
}
