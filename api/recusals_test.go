package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/calendar"
	"duban/lifecycle"
)

// Everybody declares his own recusals, and a leader records another's; only who
// oversees the draw sees them all, and no unit's person any.
func TestWhoMustNotLookBackOnWhom(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	const path = "/v1/recusals"
	body := func(account string, ground string) map[string]any {
		n := map[string]any{"unit": p.Unit.ID, "ground": ground, "reason": "配偶在该单位工作", "since": today()}
		if account != "" {
			n["account"] = account
		}
		return n
	}
	post := func(who lifecycle.Actor, body any) answer {
		return s.as(t, who, asked{method: http.MethodPost, path: path, body: body})
	}
	refused := func(a answer, status int, code, field string) {
		t.Helper()
		require.Equal(t, status, a.Code, "%s", a.Body)
		require.Equal(t, []string{code, field}, []string{a.problem(t).Code, a.problem(t).Field})
	}
	seen := func(who lifecycle.Actor) (ids []string) {
		t.Helper()
		a := s.as(t, who, asked{method: http.MethodGet, path: path})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		var list api.RecusalList
		a.into(t, &list)
		for _, n := range list.Recusals {
			ids = append(ids, n.ID)
		}
		return ids
	}

	refused(post(p.Inspector, body(p.Lead.Account, "own_unit")), http.StatusForbidden, "leader_records", "account")
	refused(post(p.Inspector, body("", "unit_objection")), http.StatusForbidden, "office_records", "ground")
	refused(post(p.Officer, body(p.Lead.Account, "own_unit")), http.StatusForbidden, "leader_records", "account")
	refused(post(p.Leader, body(p.Lead.Account, "own_unit")), http.StatusUnprocessableEntity, "not_before_next_day", "since")
	refused(post(p.Leader, body(p.Secretary.Account, "own_unit")), http.StatusUnprocessableEntity, "unit_account", "account")
	refused(post(p.Leader, body("nobody", "own_unit")), http.StatusUnprocessableEntity, "unknown_account", "account")
	refused(post(p.Leader, body(p.Lead.Account, "reviewer")), http.StatusUnprocessableEntity, "unknown_code", "ground")
	refused(post(p.Inspector, map[string]any{"unit": p.Unit.ID, "ground": "own_unit", "since": today()}), http.StatusUnprocessableEntity, "required", "reason")
	require.Empty(t, seen(p.Head), "nothing refused was written")

	var own, others api.RecordedRecusal
	a := post(p.Inspector, body("", "declared_conflict"))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &own)
	require.Equal(t, []string{p.Inspector.Account, "本人申报利害关系", p.Inspector.Account}, []string{own.Account, own.GroundZH, own.Author})
	refused(post(p.Leader, body(p.Inspector.Account, "declared_conflict")), http.StatusUnprocessableEntity, "already_recused", "since")
	later := body(p.Lead.Account, "unit_objection")
	later["since"] = calendar.Builtin().AddWorkingDays(today(), 1)
	a = post(p.Leader, later)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &others)

	all := []string{others.ID, own.ID}
	require.Equal(t, all, seen(p.Head))
	require.Equal(t, all, seen(p.Leader))
	require.Equal(t, all, seen(p.Auditor))
	require.Equal(t, []string{own.ID}, seen(p.Inspector))
	require.Equal(t, []string{others.ID}, seen(p.Lead))
	require.Empty(t, seen(p.Officer))
	for _, who := range []lifecycle.Actor{p.Secretary, p.Contact, p.Admin, p.Manager} {
		require.Equal(t, http.StatusForbidden, s.as(t, who, asked{method: http.MethodGet, path: path}).Code)
	}

	end := func(who lifecycle.Actor, id string) answer {
		return s.as(t, who, asked{method: http.MethodPost, path: path + "/" + id + "/end", body: map[string]string{"reason": "已调离"}})
	}
	require.Equal(t, http.StatusForbidden, end(p.Inspector, own.ID).Code)
	require.Equal(t, http.StatusForbidden, end(p.Head, own.ID).Code)
	require.Equal(t, http.StatusNotFound, end(p.Leader, "nothing").Code)
	refused(end(p.Leader, others.ID), http.StatusForbidden, "own_record", "id")
	a = end(p.Leader, own.ID)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	a.into(t, &own)
	require.Equal(t, today(), own.EndedOn)
	refused(end(p.Leader, own.ID), http.StatusUnprocessableEntity, "already_ended", "id")
	require.Len(t, seen(p.Head), 2, "what was ended stays")

	var page api.RecusalList
	s.as(t, p.Head, asked{method: http.MethodGet, path: path + "?limit=1"}).into(t, &page)
	require.Equal(t, others.ID, page.Next)
	s.as(t, p.Head, asked{method: http.MethodGet, path: path + "?limit=1&cursor=" + page.Next}).into(t, &page)
	require.Equal(t, own.ID, page.Recusals[0].ID)
}

// A unit objects to a person by name, and what
// it is shown is the same to the byte whether there is such a person, and
// whatever became of the request.
func TestAnObjectionTellsTheUnitNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	const path = "/v1/recusal-requests"
	file := func(who lifecycle.Actor, name string) answer {
		return s.as(t, who, asked{method: http.MethodPost, path: path, body: map[string]string{"name": name, "reason": "与本单位有诉讼"}})
	}
	var known, unreal api.RecusalRequest
	a := file(p.Secretary, p.Inspector.Name)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &known)
	a = file(p.Secretary, "查无此人")
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &unreal)
	require.Equal(t, http.StatusForbidden, file(p.Contact, "张三").Code)
	require.Equal(t, "required", file(p.Secretary, "").problem(t).Code)

	mine := asked{method: http.MethodGet, path: path}
	before := s.as(t, p.Secretary, mine).Body.String()
	reply := func(id string, body any) answer {
		return s.as(t, p.Leader, asked{method: http.MethodPost, path: path + "/" + id + "/answer", body: body})
	}
	byOfficer := s.as(t, p.Officer, asked{method: http.MethodPost, path: path + "/" + known.ID + "/answer", body: map[string]any{"account": p.Inspector.Account, "since": today()}})
	require.Equal(t, "leader_records", byOfficer.problem(t).Code)
	require.Equal(t, "one_of_two", reply(known.ID, map[string]any{}).problem(t).Code)
	require.Equal(t, "required", reply(known.ID, map[string]any{"account": p.Inspector.Account}).problem(t).Code, "since when")
	a = reply(known.ID, map[string]any{"account": p.Inspector.Account, "since": calendar.Builtin().AddWorkingDays(today(), 1)})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	a.into(t, &known)
	require.NotEmpty(t, known.Answer.Recusal)
	a = reply(unreal.ID, map[string]any{"refused": "没有这个人"})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.Equal(t, "already_answered", reply(unreal.ID, map[string]any{"refused": "没有这个人"}).problem(t).Code)

	require.Equal(t, before, s.as(t, p.Secretary, mine).Body.String())
	require.Equal(t, "already_filed", file(p.Secretary, p.Inspector.Name).problem(t).Code, "answered or not")
	require.NotContains(t, before, p.Inspector.Account)
	var list api.RecusalRequestList
	s.as(t, p.OtherSecretary, mine).into(t, &list)
	require.Empty(t, list.Requests, "another unit's")
	s.as(t, p.Head, mine).into(t, &list)
	require.Len(t, list.Requests, 2)

	var recusals api.RecusalList
	s.as(t, p.Auditor, asked{method: http.MethodGet, path: "/v1/recusals?unit=" + p.Unit.ID}).into(t, &recusals)
	require.Len(t, recusals.Recusals, 1)
	require.Equal(t, []string{"unit_objection", "与本单位有诉讼"},
		[]string{string(recusals.Recusals[0].Ground), recusals.Recusals[0].Reason})
}
