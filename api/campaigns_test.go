package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// Issue "Campaigns", 2: a head plans, the burden guard stops, a leader overrides
// with a reason, findings come from it, and it is closed.
func TestPlanningACampaign(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	plan := func(who lifecycle.Actor, name, more string) answer {
		return s.as(t, who, asked{method: http.MethodPost, path: "/v1/campaigns", body: `{"name":"` + name + `","year":` + today().String()[:4] +
			`,"method":"inspection","starts_on":"` + today().String() + `","ends_on":"` + today().String() + `","scope":["` + p.Unit.ID + `"]` + more + `}`})
	}
	require.Equal(t, http.StatusForbidden, plan(p.Officer, "一", "").Code)
	var made api.Campaign
	a := plan(p.Head, "一", `,"team":["`+p.Inspector.Account+`"]`)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &made)
	require.Equal(t, "/v1/campaigns/"+made.ID, a.Header().Get("Location"))
	var second api.Campaign
	a = plan(p.Head, "二", `,"theme":"二"`)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &second)
	require.Empty(t, second.RedrawOf)

	visit := func(id, on string) {
		t.Helper()
		a := s.as(t, p.Inspector, asked{method: http.MethodPost, path: "/v1/campaigns/" + id + "/visits", body: map[string]any{
			"unit": p.Unit.ID, "on": on, "persons": []string{p.Inspector.Account, p.Lead.Account},
		}})
		require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	}
	visit(made.ID, today().String())
	visit(second.ID, today().String())
	a = s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/campaigns/" + made.ID + "/visits"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var visits api.CampaignVisitList
	a.into(t, &visits)
	require.Len(t, visits.Visits, 1)
	require.Equal(t, http.StatusForbidden, s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/campaigns/" + made.ID + "/visits"}).Code)
	a = plan(p.Head, "三", `,"theme":"三"`)
	require.Equal(t, http.StatusConflict, a.Code)
	require.Equal(t, "over_burden", a.problem(t).Code)
	require.Contains(t, a.problem(t).Detail, "市档案局")
	a = plan(p.Head, "三", `,"theme":"三","override":"很急"`)
	require.Equal(t, http.StatusForbidden, a.Code)
	require.Equal(t, "leader_overrides", a.problem(t).Code)
	require.Equal(t, http.StatusCreated, plan(p.Leader, "三", `,"theme":"三","override":"市委部署"`).Code)

	open, ok := p.Finding("问题", today()).Body.(*lifecycle.OpenCase)
	require.True(t, ok)
	open.Campaign = made.ID
	s.life().do(t, p.Inspector, open)
	a = s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/campaigns/" + made.ID})
	a.into(t, &made)
	require.Equal(t, map[string]int64{"draft": 1}, made.ByStage)
	var list api.CampaignList
	a = s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/campaigns?limit=2"})
	a.into(t, &list)
	require.Len(t, list.Campaigns, 2)
	require.Equal(t, "三", list.Campaigns[0].Name, "the newest first")
	a = s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/campaigns?limit=2&cursor=" + list.Next})
	list = api.CampaignList{}
	a.into(t, &list)
	require.Len(t, list.Campaigns, 1)
	require.Equal(t, "一", list.Campaigns[0].Name)

	a = s.as(t, p.Head, asked{method: http.MethodPost, path: "/v1/campaigns/" + made.ID + "/close"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	a = s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/campaigns/" + made.ID})
	require.Equal(t, http.StatusForbidden, a.Code, "a unit knows nothing of campaigns")
	a = s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/campaigns/nobody"})
	require.Equal(t, http.StatusNotFound, a.Code)
}

// A campaign holds findings to its scope, whoever registers them and however; a
// leader widens it with a reason, and what it was stays on record. A unit with
// findings stays in it.
func TestACampaignIsAmendedByALeader(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	campaign := s.campaignOf(t, p.Unit.ID)
	path := "/v1/campaigns/" + campaign
	amend := func(who lifecycle.Actor, body map[string]any) answer {
		return s.as(t, who, asked{method: http.MethodPost, path: path, body: body})
	}
	refused := func(a answer, status int, code, field string) {
		t.Helper()
		require.Equal(t, status, a.Code, "%s", a.Body)
		require.Equal(t, []string{code, field}, []string{a.problem(t).Code, a.problem(t).Field})
	}
	finding := func(unit, key string) answer {
		open := *p.Finding("问题"+key, today()).Body.(*lifecycle.OpenCase) //nolint:forcetypeassert // it is
		open.Unit, open.Campaign = unit, campaign
		return s.as(t, p.Inspector, asked{method: http.MethodPost, path: "/v1/cases", body: open, header: map[string]string{"Idempotency-Key": key}})
	}
	require.Equal(t, http.StatusCreated, finding(p.Unit.ID, "in").Code)
	refused(finding(p.OtherUnit.ID, "out"), http.StatusUnprocessableEntity, "out_of_scope", "unit")

	both := []string{p.Unit.ID, p.OtherUnit.ID}
	refused(amend(p.Head, map[string]any{"scope": both, "reason": "增加"}), http.StatusForbidden, "wrong_role", "")
	refused(amend(p.Leader, map[string]any{"scope": both}), http.StatusUnprocessableEntity, "required", "reason")
	refused(amend(p.Leader, map[string]any{"reason": "增加"}), http.StatusUnprocessableEntity, "nothing_to_change", "")
	refused(amend(p.Leader, map[string]any{"scope": []string{p.OtherUnit.ID}, "reason": "更换"}), http.StatusUnprocessableEntity, "unit_has_findings", "scope")
	refused(amend(p.Leader, map[string]any{"scope": []string{p.Unit.ID, "nothing"}, "reason": "增加"}), http.StatusUnprocessableEntity, "unknown_unit", "scope")
	a := amend(p.Leader, map[string]any{"scope": both, "theme": "党费收缴", "reason": "群众反映集中"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var amended api.Campaign
	a.into(t, &amended)
	require.Equal(t, both, amended.Scope)
	require.Len(t, amended.Changes, 1)
	require.Equal(t, []string{"群众反映集中", p.Leader.Account}, []string{amended.Changes[0].Reason, amended.Changes[0].Author})
	require.JSONEq(t, `{"theme":"","scope":["`+p.Unit.ID+`"]}`, string(amended.Changes[0].Was.RawMessage))
	require.Equal(t, http.StatusCreated, finding(p.OtherUnit.ID, "widened").Code)
	require.Equal(t, http.StatusOK, s.as(t, p.Head, asked{method: http.MethodPost, path: path + "/close"}).Code)
	refused(amend(p.Leader, map[string]any{"theme": "其他", "reason": "更正"}), http.StatusUnprocessableEntity, "campaign_closed", "")
}
