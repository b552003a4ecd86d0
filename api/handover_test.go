package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
	"duban/policy"
)

// Issue "Campaigns", 1: when a holder changes, the open cases are offered to the
// successor as a list; what cannot be is named, the rest goes through; the same
// request again is the same list.
func TestAUnitsCasesAreHandedOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	successor := s.account(t, "新书记", p.Unit.ID, lifecycle.UnitSecretary)
	served := func(n int) *life {
		l := s.life()
		l.n = n
		l.do(t, p.Inspector, p.Finding("问题", today()).Body)
		for _, step := range p.UpToServing(lifecycle.Immediate) {
			l.do(t, step.By, step.Body)
		}
		return l
	}
	first, second := served(1000), served(2000)
	draft := s.life()
	draft.n = 3000
	draft.do(t, p.Inspector, p.Finding("问题", today()).Body)
	first.do(t, p.Head, &lifecycle.HandOver{To: successor.Account, Reason: "先行交接"})

	path := "/v1/units/" + p.Unit.ID + "/handover"
	request := asked{
		method: http.MethodPost, path: path, body: `{"to":"` + successor.Account + `","reason":"书记调任"}`,
		header: map[string]string{"Idempotency-Key": "list"},
	}
	var list, again api.HandoverList
	a := s.as(t, p.Head, request)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	a.into(t, &list)
	require.Len(t, list.HandedOver, 1)
	require.Equal(t, second.id, list.HandedOver[0].Case)
	require.Len(t, list.Refused, 1)
	require.Equal(t, "handover_pending", list.Refused[0].Code, "it is offered to the same successor already")
	require.NotEmpty(t, list.Refused[0].Detail)
	s.as(t, p.Head, request).into(t, &again)
	require.Equal(t, list, again)

	a = s.as(t, successor, asked{method: http.MethodGet, path: "/v1/tasks"})
	require.Contains(t, a.Body.String(), `"clock":"handover"`)
	delete(request.header, "Authorization")
	require.Equal(t, http.StatusForbidden, s.as(t, p.Officer, request).Code)
	request.header = map[string]string{}
	require.Equal(t, "idempotency_key_missing", s.as(t, p.Head, request).problem(t).Code)
}

// F5: when another answers for a unit, its open cases are offered to him without
// anybody's doing, once; and who answers no more signs no more.
func TestASuccessorIsOfferedTheCases(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	successor := s.account(t, "新书记", p.Unit.ID, lifecycle.UnitSecretary)
	path := "/v1/units/" + p.Unit.ID + "/posts"
	var post api.Post
	s.as(t, p.Admin, asked{method: http.MethodPost, path: path, body: map[string]any{"kind": "党组书记", "holder": "老书记", "account": p.Secretary.Account, "since": today().AddDays(-400)}}).into(t, &post)
	l := s.life()
	l.do(t, p.Inspector, p.Finding("问题", today()).Body)
	for _, one := range p.UpToServing(lifecycle.Immediate) {
		l.do(t, one.By, one.Body)
	}
	s.work(t)
	require.Empty(t, s.clocks(t, successor, policy.ClockHandover), "a first term changes nothing")
	a := s.as(t, p.Admin, asked{method: http.MethodPost, path: path + "/" + post.ID + "/end", body: map[string]any{
		"until": today().AddDays(-30), "successor": map[string]any{"holder": "新书记", "account": successor.Account},
	}})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	s.work(t)
	require.Equal(t, []string{l.id}, s.clocks(t, successor, policy.ClockHandover))

	refused := l.send(t, p.Secretary, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic}).problem(t)
	require.Equal(t, []any{http.StatusForbidden, "not_in_office"}, []any{refused.Status, refused.Code})
	require.NotContains(t, l.allowed(t, p.Secretary), lifecycle.KindRecordReceipt)
	require.Contains(t, l.allowed(t, successor), lifecycle.KindRecordReceipt)
	l.do(t, successor, &lifecycle.AcceptHandover{})
	l.do(t, successor, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	s.work(t)
	require.Empty(t, s.clocks(t, successor, policy.ClockHandover), "it is not offered again")
}

// A successor without an account can accept nothing: the section head is told.
func TestASuccessorWithoutAnAccountIsTheHeads(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	unoffered := func(who lifecycle.Actor) []api.UnofferedUnit {
		var list api.TaskList
		s.as(t, who, asked{method: http.MethodGet, path: "/v1/tasks"}).into(t, &list)
		return list.Unoffered
	}
	path := "/v1/units/" + p.Unit.ID + "/posts"
	s.as(t, p.Admin, asked{method: http.MethodPost, path: path, body: map[string]any{"kind": "党组书记", "holder": "老书记", "account": p.Secretary.Account, "since": today().AddDays(-400)}})
	l := s.life()
	l.do(t, p.Inspector, p.Finding("问题", today()).Body)
	for _, one := range p.UpToServing(lifecycle.Immediate) {
		l.do(t, one.By, one.Body)
	}
	require.Empty(t, unoffered(p.Head))
	s.as(t, p.Admin, asked{method: http.MethodPost, path: path, body: map[string]any{"kind": "党组书记", "holder": "新书记", "since": today()}})
	require.Equal(t, []api.UnofferedUnit{{Unit: p.Unit.ID, UnitName: p.Unit.Name, Post: "党组书记", Holder: "新书记", Since: today(), Cases: 1}}, unoffered(p.Head))
	require.Empty(t, unoffered(p.Officer))
	require.Empty(t, unoffered(p.Secretary))
}

// work does the jobs that are due, as the worker would.
func (s site) work(t *testing.T) {
	t.Helper()
	jobs, err := s.store.OpenJobs(t.Context())
	require.NoError(t, err)
	for _, job := range jobs {
		_, more, err := s.store.Recompute(t.Context(), job.ID, 10)
		require.NoError(t, err)
		require.False(t, more)
	}
}

// clocks are the cases in which a clock is the person's task.
func (s site) clocks(t *testing.T, who lifecycle.Actor, clock policy.ClockName) (cases []string) {
	t.Helper()
	var list api.TaskList
	s.as(t, who, asked{method: http.MethodGet, path: "/v1/tasks"}).into(t, &list)
	for _, one := range list.Tasks {
		if one.Clock == clock {
			cases = append(cases, one.Case)
		}
	}
	return cases
}

// allowed is what a case's answer says the person may do.
func (l *life) allowed(t *testing.T, who lifecycle.Actor) []lifecycle.CommandKind {
	t.Helper()
	var c struct {
		Allowed []lifecycle.CommandKind `json:"allowed"`
	}
	l.as(t, who, asked{method: http.MethodGet, path: "/v1/cases/" + l.id}).into(t, &c)
	return c.Allowed
}
