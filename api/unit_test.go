package api_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/internal/casetest"
	"duban/lifecycle"
)

type step = casetest.Step

// What is another unit's, or not for a unit yet, is
// answered with the bytes of what does not exist, whatever is asked of it.
func TestNotYoursIsNotThere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	draft, served := s.life(), s.life()
	draft.do(t, p.Inspector, p.Finding("草稿", today()).Body)
	served.n = 1000
	for _, one := range append([]step{p.Finding("已送达", today())}, p.UpToServing(lifecycle.Immediate)...) {
		served.do(t, one.By, one.Body)
	}
	const missing = "00000000-0000-4000-8000-000000000000"
	hidden := []struct {
		who lifecycle.Actor
		id  string
	}{{p.OtherSecretary, served.id}, {p.OtherSecretary, draft.id}, {p.Secretary, draft.id}, {p.Contact, draft.id}}
	ask := func(who lifecycle.Actor, r asked) answer {
		a := s.as(t, who, r)
		require.Equal(t, http.StatusNotFound, a.Code, "%s %s: %s", r.method, r.path, a.Body)
		return a
	}
	same := func(who lifecycle.Actor, method, id, rest, body string, header map[string]string) {
		t.Helper()
		copied := func() map[string]string {
			c := map[string]string{"X-Request-Id": "same"}
			maps.Copy(c, header)
			return c
		}
		have := ask(who, asked{method: method, path: "/v1/cases/" + id + rest, body: body, header: copied()})
		none := ask(who, asked{method: method, path: "/v1/cases/" + missing + rest, body: body, header: copied()})
		require.Equal(t, none.Body.String(), have.Body.String())
		require.Equal(t, none.Header(), have.Header())
	}
	for _, h := range hidden {
		for _, rest := range []string{"", "/events", "/deadline", "/documents/notice.docx", "/documents/reminder_talk.docx", "/documents/none.docx"} {
			same(h.who, http.MethodGet, h.id, rest, "", nil)
		}
		same(h.who, http.MethodPost, h.id, "/commands/void", `{"reason":"x"}`, map[string]string{"Idempotency-Key": "x", "If-Match": `"u1"`})
		same(h.who, http.MethodPost, h.id, "/commands/submit_report", `{}`, map[string]string{"Idempotency-Key": "y", "If-Match": `"u1"`})
	}
	// A receipt is its sender's alone; a unit is its own people's.
	ask(p.Secretary, asked{method: http.MethodGet, path: "/v1/commands/" + missing})
	ask(p.Secretary, asked{method: http.MethodGet, path: "/v1/units/" + p.OtherUnit.ID})
	require.Equal(t, http.StatusOK, s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/units/" + p.Unit.ID}).Code)

	var list api.CaseList
	s.as(t, p.OtherSecretary, asked{method: http.MethodGet, path: "/v1/cases"}).into(t, &list)
	require.Empty(t, list.Cases)
	var counts api.Counts
	s.as(t, p.OtherSecretary, asked{method: http.MethodGet, path: "/v1/cases/counts"}).into(t, &counts)
	require.Zero(t, counts.Total)
}

// From the acceptance of its report on, a
// unit reads 已受理, and no answer of any kind holds more; nothing it reads
// changes until the inspectors stand in the room.
func TestAUnitSeesItsOwnProjection(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := siteWith(t, func(o *api.Options) { o.Clock = c.Now })
	p := s.people
	l := s.life()
	opening := p.Finding("党费收缴不及时", c.today())
	for _, one := range append([]step{opening}, append(p.UpToReview(), step{By: p.Officer, Body: &lifecycle.AcceptReport{}})...) {
		l.do(t, one.By, one.Body)
	}
	read := func() string {
		var all string
		for _, path := range []string{"/v1/cases", "/v1/cases?sort=-updated", "/v1/cases/counts", "/v1/cases/" + l.id, "/v1/cases/" + l.id + "/events", "/v1/cases/" + l.id + "/deadline"} {
			a := s.as(t, p.Secretary, asked{method: http.MethodGet, path: path})
			require.Equal(t, http.StatusOK, a.Code, "%s: %s", path, a.Body)
			all += a.Header().Get("ETag") + a.Body.String()
		}
		return all
	}
	before := read()
	require.Contains(t, before, "已受理")
	for _, secret := range []string{"look_back", "待回头看", "officer", "severity", "root_cause", "author", "reviewer", "alarm_no", "chases", p.Officer.Account, p.Inspector.Account, p.Signer.Account} {
		require.NotContains(t, before, secret)
	}
	c.advance(35)
	l.do(t, p.Manager, &lifecycle.Note{Text: "近期安排回头看"})
	l.do(t, p.Head, &lifecycle.Assign{Officer: s.account(t, "接手的人", "", lifecycle.Officer).Account})
	require.Equal(t, before, read())
	l.do(t, p.Lead, &lifecycle.RequestRedraw{Reason: reason()})
	l.do(t, p.Leader, &lifecycle.DecideRedraw{Granted: true, Reason: reason()})
	l.do(t, p.Lead, &lifecycle.RequestOpening{Reason: reason()})
	l.do(t, p.Leader, &lifecycle.DecideOpening{Granted: true, Reason: reason()})
	require.Equal(t, before, read())
	arrive(t, l, c)
	require.NotEqual(t, before, read())

	// The unit's own command is answered with the unit's own view.
	other := s.life()
	other.n = 1000
	for _, one := range append([]step{opening}, p.UpToServing(lifecycle.Immediate)...) {
		other.do(t, one.By, one.Body)
	}
	a := other.send(t, p.Secretary, p.Sign().Body)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.Regexp(t, `^"u\d+"$`, a.Header().Get("ETag"))
	require.NotContains(t, a.Body.String(), p.Officer.Account)
	require.NotContains(t, a.Body.String(), "alarm_no")
	var sent struct {
		CommandID string `json:"command_id"`
		Case      lifecycle.UnitCase
		Allowed   []lifecycle.CommandKind
	}
	a.into(t, &sent)
	require.Equal(t, lifecycle.UnitRectifying, sent.Case.Stage)
	require.Contains(t, sent.Allowed, lifecycle.KindSubmitReport)
	receipt := s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/commands/" + sent.CommandID})
	require.Equal(t, http.StatusOK, receipt.Code)
	require.NotContains(t, receipt.Body.String(), "alarm_no")
	require.Equal(t, http.StatusNotFound, s.as(t, p.Contact, asked{method: http.MethodGet, path: "/v1/commands/" + sent.CommandID}).Code)
}
