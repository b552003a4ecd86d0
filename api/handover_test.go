package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
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
	first.do(t, p.Head, &lifecycle.HandOver{To: successor.Account, Reason: "先行移交"})

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
