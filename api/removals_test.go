package api_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/internal/casetest"
	"duban/lifecycle"
)

func (s site) remove(t *testing.T, who lifecycle.Actor, path, reason string) answer {
	t.Helper()
	return s.as(t, who, asked{method: http.MethodDelete, path: path + "?reason=" + url.QueryEscape(reason)})
}

// made adds a thing by a request and returns its id.
func (s site) made(t *testing.T, who lifecycle.Actor, path string, body any) string {
	t.Helper()
	a := s.as(t, who, asked{method: http.MethodPost, path: path, body: body})
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var made struct {
		ID string `json:"id"`
	}
	a.into(t, &made)
	return made.ID
}

// Issue 10 item 12: what was made by mistake is taken away while nothing refers to it,
// by who may make it, with a reason; what it was stays on record.
func TestWhatWasMadeByMistakeIsTakenAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	region := s.made(t, p.Head, "/v1/regions", api.NewRegion{Name: "误建区域"})
	area := s.made(t, p.Head, "/v1/areas", api.NewNamed{Name: "误建片区"})
	category := s.made(t, p.Head, "/v1/unit-categories", api.NewNamed{Name: "误建分类"})
	unit := s.made(t, p.Head, "/v1/units", api.NewUnit{Name: "误建单位"})
	other := s.made(t, p.Head, "/v1/units", api.NewUnit{Name: "另一单位"})
	officer := s.made(t, p.Head, "/v1/areas/"+area+"/officers", api.NewAreaOfficer{Account: p.Officer.Account, Since: today()})
	post := s.made(t, p.Head, "/v1/units/"+unit+"/posts", api.NewPost{Kind: "党组书记", Holder: "误登", Since: today()})
	campaign := s.made(t, p.Leader, "/v1/campaigns", api.NewCampaign{
		Name: "误建批次", Year: today().Year(), Method: "inspection", StartsOn: today(), EndsOn: today(), Scope: []string{unit, other},
	})
	amended := s.as(t, p.Leader, asked{method: http.MethodPost, path: "/v1/campaigns/" + campaign, body: map[string]any{"theme": "党费", "reason": "更正"}})
	require.Equal(t, http.StatusOK, amended.Code, "%s", amended.Body)

	for _, one := range []struct{ path, sentence string }{
		{"/v1/areas/" + area, "片区“误建片区”已被使用，不能删除：片区负责人1项。"},
		{"/v1/units/" + unit, "单位“误建单位”已被使用，不能删除：任职1项、督查批次1个。"},
	} {
		a := s.remove(t, p.Head, one.path, "误建")
		require.Equal(t, http.StatusUnprocessableEntity, a.Code, one.path)
		require.Equal(t, "still_referred_to", a.problem(t).Code)
		require.Contains(t, a.Body.String(), one.sentence)
	}
	for _, one := range []struct {
		who    lifecycle.Actor
		path   string
		reason string
		status int
		code   string
	}{
		{p.Officer, "/v1/regions/" + region, "误建", http.StatusForbidden, "wrong_role"},
		{p.Head, "/v1/campaigns/" + campaign, "误建", http.StatusForbidden, "wrong_role"},
		{p.Head, "/v1/regions/" + region, "", http.StatusUnprocessableEntity, "required"},
		{p.Head, "/v1/regions/" + area, "误建", http.StatusNotFound, "not_found"},
		{p.Head, "/v1/units/" + other + "/posts/" + post, "误建", http.StatusNotFound, "not_found"},
	} {
		a := s.remove(t, one.who, one.path, one.reason)
		require.Equal(t, one.status, a.Code, "%s: %s", one.path, a.Body)
		require.Equal(t, one.code, a.problem(t).Code, one.path)
	}

	for _, one := range []struct {
		who  lifecycle.Actor
		path string
	}{
		{p.Leader, "/v1/campaigns/" + campaign},
		{p.Head, "/v1/units/" + unit + "/posts/" + post},
		{p.Head, "/v1/units/" + unit},
		{p.Admin, "/v1/regions/" + region},
		{p.Head, "/v1/areas/" + area + "/officers/" + officer},
		{p.Head, "/v1/areas/" + area},
		{p.Head, "/v1/unit-categories/" + category},
	} {
		a := s.remove(t, one.who, one.path, "误建")
		require.Equal(t, http.StatusOK, a.Code, "%s: %s", one.path, a.Body)
		require.Equal(t, http.StatusNotFound, s.remove(t, one.who, one.path, "误建").Code, one.path)
	}
	require.Equal(t, http.StatusNotFound, s.as(t, p.Head, asked{method: http.MethodGet, path: "/v1/units/" + unit}).Code)

	var list api.RemovalList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/removals?limit=2"}).into(t, &list)
	require.Len(t, list.Removals, 2)
	require.NotEmpty(t, list.Next)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/removals?kind=unit"}).into(t, &list)
	require.Len(t, list.Removals, 1)
	got := list.Removals[0]
	require.Equal(t, []string{unit, "误建单位", "误建", p.Head.Account}, []string{got.Thing, got.Name, got.Reason, got.Author})
	require.Contains(t, string(got.Was.RawMessage), "误建单位")
	require.Equal(t, http.StatusForbidden, s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/removals"}).Code)
}

// What the record speaks of stays: a campaign that a finding was once filed under, a
// unit that a draft was once about, a term in which the unit was served.
func TestWhatTheRecordSpeaksOfStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	unit := s.made(t, p.Head, "/v1/units", api.NewUnit{Name: "误选单位"})
	campaign := s.made(t, p.Leader, "/v1/campaigns", api.NewCampaign{
		Name: "批次", Year: today().Year(), Method: "inspection", StartsOn: today(), EndsOn: today(), Scope: []string{p.Unit.ID},
	})
	of := func(title string, change func(*lifecycle.OpenCase)) casetest.Step {
		step := p.Finding(title, today())
		body, ok := step.Body.(*lifecycle.OpenCase)
		require.True(t, ok)
		change(body)
		return step
	}
	opened := of("问题", func(o *lifecycle.OpenCase) { o.Campaign = campaign })
	former := s.made(t, p.Head, "/v1/units/"+p.Unit.ID+"/posts", api.NewPost{Kind: "党组书记", Holder: "前任", Since: today().AddDays(-30)})
	post := s.made(t, p.Head, "/v1/units/"+p.Unit.ID+"/posts", api.NewPost{Kind: "党组书记", Holder: "甲", Account: p.Secretary.Account, Since: today().AddDays(-3)})
	(&casetest.Life{Doer: s.store, Key: "spoken"}).Must(t.Context(), t, append(append([]casetest.Step{opened}, p.UpToServing(lifecycle.ByDeadline)...), p.Sign())...)
	amended := of("问题二", func(o *lifecycle.OpenCase) { o.Unit = unit })
	(&casetest.Life{Doer: s.store, Key: "draft"}).Must(t.Context(), t, amended, casetest.Step{By: p.Inspector, Body: &lifecycle.AmendDraft{Unit: &p.Unit.ID}})

	for _, one := range []struct {
		who            lifecycle.Actor
		path, sentence string
	}{
		{p.Leader, "/v1/campaigns/" + campaign, "事项1件"},
		{p.Head, "/v1/units/" + unit, "办理记录"},
		{p.Head, "/v1/units/" + p.Unit.ID + "/posts/" + post, "任职期间的办理记录"},
	} {
		a := s.remove(t, one.who, one.path, "误建")
		require.Equal(t, "still_referred_to", a.problem(t).Code, one.path)
		require.Contains(t, a.Body.String(), one.sentence)
	}
	a := s.remove(t, p.Head, "/v1/units/"+p.Unit.ID+"/posts/"+former, "误登")
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
}

// A term that was recorded by mistake had ended the one before it: with resume that one
// goes on.
func TestTheTermBeforeAMistakenOneGoesOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	path := "/v1/units/" + p.OtherUnit.ID + "/posts"
	former := s.made(t, p.Head, path, api.NewPost{Kind: "机关党委书记", Holder: "前任", Since: today().AddDays(-30)})
	mistaken := s.made(t, p.Head, path, api.NewPost{Kind: "机关党委书记", Holder: "误登", Since: today().AddDays(-3)})
	first := s.made(t, p.Head, path, api.NewPost{Kind: "联络员", Holder: "误登", Since: today().AddDays(-3)})
	a := s.as(t, p.Head, asked{method: http.MethodDelete, path: path + "/" + first + "?resume=true&reason=x"})
	require.Equal(t, "none_before", a.problem(t).Code)
	a = s.as(t, p.Head, asked{method: http.MethodDelete, path: path + "/" + mistaken + "?resume=true&reason=" + url.QueryEscape("误登")})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var list api.PostList
	s.as(t, p.Head, asked{method: http.MethodGet, path: path + "?kind=" + url.QueryEscape("机关党委书记")}).into(t, &list)
	require.Len(t, list.Posts, 1)
	require.Equal(t, former, list.Posts[0].ID)
	require.True(t, list.Posts[0].Until.IsZero())
}
