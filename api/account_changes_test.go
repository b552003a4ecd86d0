package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
	"duban/policy"
)

func (s site) change(t *testing.T, who lifecycle.Actor, account, what string, body any) answer {
	t.Helper()
	path := "/v1/accounts/" + account
	if what != "" {
		path += "/" + what
	}
	return s.as(t, who, asked{method: http.MethodPost, path: path, body: body})
}

func (s site) me(t *testing.T, who lifecycle.Actor) api.Me {
	t.Helper()
	a := s.as(t, who, asked{method: http.MethodGet, path: "/v1/me"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var me api.Me
	a.into(t, &me)
	return me
}

// An officer who becomes head keeps the account and its history; the token has the new
// rights with the next request, and not the old ones.
func TestAnAccountIsRenamedAndGivenRoles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	who := s.account(t, "赵小", "", lifecycle.Officer)
	a := s.change(t, p.Admin, who.Account, "", api.AccountEdit{Name: new("赵晓"), Roles: &[]lifecycle.Role{lifecycle.Head}, Reason: "任科长"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	me := s.me(t, who)
	require.Equal(t, []any{who.Account, "赵晓", []lifecycle.Role{lifecycle.Head}}, []any{me.Account, me.Name, me.Roles})
	region := asked{method: http.MethodPost, path: "/v1/regions", body: api.NewRegion{Name: "新区域"}}
	require.Equal(t, http.StatusCreated, s.as(t, who, region).Code)
	require.Equal(t, "wrong_role", s.as(t, who, asked{method: http.MethodPost, path: "/v1/cases", body: p.Finding("问题", today()).Body, header: key(1)}).problem(t).Code)

	var detail api.AccountDetail
	s.as(t, p.Head, asked{method: http.MethodGet, path: "/v1/accounts/" + who.Account}).into(t, &detail)
	require.Len(t, detail.Changes, 2)
	require.JSONEq(t, `{}`, string(detail.Changes[0].Was.RawMessage))
	require.JSONEq(t, `{"name":"赵小","roles":["officer"],"disabled":false}`, string(detail.Changes[1].Was.RawMessage))
	require.JSONEq(t, `{"name":"赵晓","roles":["head"],"disabled":false}`, string(detail.Changes[1].Now.RawMessage))
	require.Equal(t, []string{"任科长", p.Admin.Account}, []string{detail.Changes[1].Reason, detail.Changes[1].Author})

	for name, one := range map[string]struct {
		who    lifecycle.Actor
		of     string
		body   any
		status int
		code   string
	}{
		"by a head":    {p.Head, who.Account, api.AccountEdit{Name: new("甲"), Reason: "更名"}, http.StatusForbidden, "wrong_role"},
		"no reason":    {p.Admin, who.Account, api.AccountEdit{Name: new("甲")}, http.StatusUnprocessableEntity, "required"},
		"nothing":      {p.Admin, who.Account, api.AccountEdit{Reason: "无"}, http.StatusUnprocessableEntity, "nothing_to_change"},
		"as it is":     {p.Admin, who.Account, api.AccountEdit{Name: new("赵晓"), Reason: "无"}, http.StatusUnprocessableEntity, "nothing_to_change"},
		"unknown role": {p.Admin, who.Account, api.AccountEdit{Roles: &[]lifecycle.Role{"king"}, Reason: "无"}, http.StatusUnprocessableEntity, "unknown_code"},
		"unit's role":  {p.Admin, who.Account, api.AccountEdit{Roles: &[]lifecycle.Role{lifecycle.UnitContact}, Reason: "无"}, http.StatusUnprocessableEntity, "role_and_unit"},
		"own roles":    {p.Admin, p.Admin.Account, api.AccountEdit{Roles: &[]lifecycle.Role{lifecycle.Admin, lifecycle.Leader}, Reason: "兼任"}, http.StatusForbidden, "own_roles"},
		"nobody":       {p.Admin, "nobody", api.AccountEdit{Name: new("甲"), Reason: "更名"}, http.StatusNotFound, "not_found"},
	} {
		a := s.change(t, one.who, one.of, "", one.body)
		require.Equal(t, one.status, a.Code, "%s: %s", name, a.Body)
		problem := a.problem(t)
		if len(problem.Errors) > 0 {
			problem.Code = problem.Errors[0].Code
		}
		require.Equal(t, one.code, problem.Code, name)
	}
}

// The last administrator stays: two who end each other's accounts leave one.
func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	require.Equal(t, "own_roles", s.change(t, p.Admin, p.Admin.Account, "disable", api.AccountEnd{Reason: "离任"}).problem(t).Code)
	second := s.account(t, "二管", "", lifecycle.Admin)
	require.Equal(t, http.StatusOK, s.change(t, second, p.Admin.Account, "disable", api.AccountEnd{Reason: "离任"}).Code)
	require.Equal(t, http.StatusUnauthorized, s.as(t, p.Admin, asked{method: http.MethodGet, path: "/v1/me"}).Code, "its token is dead at once")
	require.Equal(t, "own_roles", s.change(t, second, second.Account, "disable", api.AccountEnd{Reason: "离任"}).problem(t).Code)
	require.Equal(t, http.StatusOK, s.change(t, second, p.Admin.Account, "enable", api.AccountStart{Reason: "复职"}).Code)
	require.Equal(t, p.Admin.Account, s.me(t, p.Admin).Account)
	require.Equal(t, "nothing_to_change", s.change(t, second, p.Admin.Account, "enable", api.AccountStart{Reason: "复职"}).problem(t).Code)
}

// An officer's account is disabled with all that hangs on it passing on in one act, or
// not at all.
func TestDisablingAnOfficerHandsTheWorkOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	running, draft := s.life(), s.life()
	draft.n = 1000
	running.do(t, p.Inspector, p.Finding("在办的问题", today()).Body)
	for _, step := range p.UpToReview() {
		running.do(t, step.By, step.Body)
	}
	draft.do(t, p.Officer, p.Finding("草稿中的问题", today()).Body)
	other := s.account(t, "李接手", "", lifecycle.Officer)

	var detail api.AccountDetail
	s.as(t, p.Admin, asked{method: http.MethodGet, path: "/v1/accounts/" + p.Officer.Account}).into(t, &detail)
	require.Len(t, detail.Duties, 2)
	require.Equal(t, []any{running.id, lifecycle.DutyOfficer, draft.id, lifecycle.DutyDraft}, []any{detail.Duties[0].Case, detail.Duties[0].Kind, detail.Duties[1].Case, detail.Duties[1].Kind})

	refused := func(body any) api.Problem {
		a := s.change(t, p.Admin, p.Officer.Account, "disable", body)
		require.Equal(t, http.StatusUnprocessableEntity, a.Code, "%s", a.Body)
		require.Equal(t, p.Officer.Account, s.me(t, p.Officer).Account, "nothing changed")
		return a.problem(t)
	}
	none := refused(api.AccountEnd{Reason: "离任"})
	require.Equal(t, "duties_left", none.Code)
	require.Contains(t, none.Detail, detail.Duties[0].Number)
	require.Contains(t, none.Detail, detail.Duties[1].Number)
	require.Contains(t, none.Detail, "还有2项")
	one := refused(api.AccountEnd{Reason: "离任", Takers: []api.Taker{{Account: other.Account, Cases: []string{detail.Duties[0].Number}}}})
	require.Equal(t, "duties_left", one.Code)
	require.Contains(t, one.Detail, "还有1项")
	require.Equal(t, "duties_left", refused(api.AccountEnd{Reason: "离任", Takers: []api.Taker{{Account: p.Leader.Account}}}).Code, "a leader is no officer")
	require.Equal(t, "unknown_account", refused(api.AccountEnd{Reason: "离任", Takers: []api.Taker{{Account: p.Secretary.Account}}}).Code)
	require.Equal(t, "unknown_account", refused(api.AccountEnd{Reason: "离任", Takers: []api.Taker{{Account: p.Officer.Account}}}).Code)
	require.Equal(t, "unknown_case", refused(api.AccountEnd{Reason: "离任", Takers: []api.Taker{{Account: other.Account, Cases: []string{"督〔2026〕9999"}}}}).Code)
	// An officer who becomes something else has the same to hand over.
	lost := s.change(t, p.Admin, p.Officer.Account, "", api.AccountEdit{Roles: &[]lifecycle.Role{lifecycle.Head}, Reason: "任科长"})
	require.Equal(t, "duties_left", lost.problem(t).Code)

	a := s.change(t, p.Admin, p.Officer.Account, "disable", api.AccountEnd{Reason: "离任", Takers: []api.Taker{{Account: other.Account}}})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	a.into(t, &detail)
	require.True(t, detail.PassingOn)
	require.Equal(t, http.StatusUnauthorized, s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/me"}).Code)
	jobs, err := s.store.OpenJobs(t.Context())
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	done, more, err := s.store.Recompute(t.Context(), jobs[0].ID, 100)
	require.NoError(t, err)
	require.Equal(t, []any{2, false}, []any{done, more})
	for _, l := range []*life{running, draft} {
		view, err := s.store.Case(t.Context(), other, l.id)
		require.NoError(t, err)
		require.Equal(t, other.Account, view.Staff.Officer)
	}
	s.as(t, p.Admin, asked{method: http.MethodGet, path: "/v1/accounts/" + p.Officer.Account}).into(t, &detail)
	require.Empty(t, detail.Duties)
	draft.do(t, other, &lifecycle.SubmitDraft{})
	events := s.as(t, other, asked{method: http.MethodGet, path: "/v1/cases/" + running.id + "/events"})
	require.Contains(t, events.Body.String(), "离任")
	require.Contains(t, events.Body.String(), p.Admin.Name)
}

// A leader's open talk passes on to another leader.
func TestDisablingALeaderHandsTheTalkOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.life()
	l.do(t, p.Inspector, p.Finding("在办的问题", today()).Body)
	for _, step := range p.UpToReview() {
		l.do(t, step.By, step.Body)
	}
	l.do(t, p.Leader, &lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: "进展缓慢", Owner: p.Leader.Account})
	second := s.account(t, "孙书记", "", lifecycle.Leader)
	a := s.change(t, p.Admin, p.Leader.Account, "disable", api.AccountEnd{Reason: "调离"})
	require.Equal(t, "duties_left", a.problem(t).Code)
	a = s.change(t, p.Admin, p.Leader.Account, "disable", api.AccountEnd{Reason: "调离", Takers: []api.Taker{{Account: second.Account}}})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	jobs, err := s.store.OpenJobs(t.Context())
	require.NoError(t, err)
	_, more, err := s.store.Recompute(t.Context(), jobs[0].ID, 100)
	require.NoError(t, err)
	require.False(t, more)
	view, err := s.store.Case(t.Context(), p.Head, l.id)
	require.NoError(t, err)
	require.Equal(t, second.Account, view.Staff.Measures[0].Owner)
}
