package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// 双随机 through the API: a head draws, anybody of the office reads and replays
// it, a redraw is asked for by one and granted by another, and a unit's people
// learn nothing.
func TestDrawingInspectees(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	other := s.account(t, "另一位领导", "", lifecycle.Leader)
	a := s.as(t, p.Head, asked{method: http.MethodPost, path: "/v1/campaigns", body: map[string]any{
		"name": "双随机检查", "year": today().Year(), "method": "inspection", "starts_on": today(), "ends_on": today(),
		"scope": []string{p.Unit.ID, p.OtherUnit.ID},
	}})
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var campaign api.Campaign
	a.into(t, &campaign)
	path := "/v1/campaigns/" + campaign.ID + "/draws"
	draw := func(who lifecycle.Actor, take int, more string) answer {
		text, err := json.Marshal(take)
		require.NoError(t, err)
		return s.as(t, who, asked{method: http.MethodPost, path: path, body: `{"by":"none","strata":[{"take":` + string(text) + `}]` + more + `}`})
	}
	refused := func(a answer, status int, code, field string) {
		t.Helper()
		require.Equal(t, status, a.Code, "%s", a.Body)
		require.Equal(t, []string{code, field}, []string{a.problem(t).Code, a.problem(t).Field})
	}
	refused(draw(p.Officer, 1, ""), http.StatusForbidden, "wrong_role", "")
	refused(draw(p.Head, 3, ""), http.StatusConflict, "too_few_units", "strata")
	require.Contains(t, draw(p.Head, 3, "").problem(t).Detail, "“全部单位”应抽取3个单位，可抽取的只有2个（排除0个）")
	refused(draw(p.Head, 0, ""), http.StatusUnprocessableEntity, "nothing_to_draw", "strata")
	refused(draw(p.Head, 1, `,"exclusions":[{"unit":"nothing","reason":"x"}]`), http.StatusUnprocessableEntity, "unknown_unit", "exclusions")
	refused(draw(p.Head, 1, `,"seed":"00"`), http.StatusUnprocessableEntity, "unknown_field", "seed")
	var list api.DrawList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: path}).into(t, &list)
	require.Empty(t, list.Draws, "nothing refused was written")

	a = draw(p.Head, 1, `,"exclusions":[{"unit":"`+p.Unit.ID+`","reason":"正在<巡察>"}]`)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var first api.DrawnOrAsked
	a.into(t, &first)
	require.Nil(t, first.Draw, "nobody leaves units out alone")
	a = s.as(t, p.Leader, asked{method: http.MethodPost, path: "/v1/draw-requests/" + first.Request.ID + "/answer", body: `{"granted":true}`})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: path}).into(t, &list)
	first.Draw = &list.Draws[0]
	one := "/v1/draws/" + first.Draw.ID
	a = s.as(t, p.Inspector, asked{method: http.MethodGet, path: one})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var shown struct {
		Record json.RawMessage
		Digest string
	}
	a.into(t, &shown)
	drawn, err := lifecycle.ReadDraw(shown.Record)
	require.NoError(t, err)
	require.Equal(t, []string{p.OtherUnit.ID}, drawn.Drawn)
	require.Equal(t, shown.Digest, drawn.Digest().String(), "what is shown replays offline")
	var replay api.Replay
	s.as(t, p.Auditor, asked{method: http.MethodPost, path: one + "/replay"}).into(t, &replay)
	require.Equal(t, api.Replay{Matches: true}, replay)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/campaigns/" + campaign.ID}).into(t, &campaign)
	require.Equal(t, []string{p.OtherUnit.ID}, campaign.Inspectees)

	refused(draw(p.Leader, 2, ""), http.StatusUnprocessableEntity, "redraw_needs_reason", "reason")
	a = draw(p.Leader, 2, `,"reason":"扩大范围"`)
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var second api.DrawnOrAsked
	a.into(t, &second)
	require.Nil(t, second.Draw)
	require.Equal(t, "扩大范围", second.Request.Asked.Reason)
	refused(draw(p.Head, 2, `,"reason":"扩大范围"`), http.StatusConflict, "redraw_waits", "")
	reply := func(who lifecycle.Actor, body string) answer {
		return s.as(t, who, asked{method: http.MethodPost, path: "/v1/draw-requests/" + second.Request.ID + "/answer", body: body})
	}
	refused(reply(p.Leader, `{"granted":true}`), http.StatusForbidden, "own_request", "")
	refused(reply(p.Head, `{"granted":true}`), http.StatusForbidden, "wrong_role", "")
	refused(reply(other, `{"reason":"同意"}`), http.StatusUnprocessableEntity, "required", "granted")
	refused(reply(other, `{"granted":false}`), http.StatusUnprocessableEntity, "required", "reason")
	a = reply(other, `{"granted":true}`)
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	refused(reply(other, `{"granted":true}`), http.StatusConflict, "already_answered", "")
	s.as(t, p.Officer, asked{method: http.MethodGet, path: path}).into(t, &list)
	require.Len(t, list.Draws, 2)
	require.Equal(t, first.Draw.Digest, list.Draws[0].Digest)
	require.Equal(t, []string{p.Leader.Account, other.Account, "扩大范围"}, []string{list.Draws[1].Author, list.Draws[1].ApprovedBy, list.Draws[1].Reason})
	require.Equal(t, list.Draws[1].ID, list.Requests[1].Answer.Draw)

	for _, who := range []lifecycle.Actor{p.Secretary, p.Contact, p.OtherSecretary} {
		for _, at := range []asked{
			{method: http.MethodGet, path: path},
			{method: http.MethodGet, path: one},
			{method: http.MethodPost, path: one + "/replay"},
			{method: http.MethodPost, path: path, body: `{}`},
			{method: http.MethodPost, path: "/v1/draw-requests/" + second.Request.ID + "/answer", body: `{}`},
		} {
			there, gone := s.as(t, who, at), at
			gone.path = strings.NewReplacer(campaign.ID, "nothing", first.Draw.ID, "00000000-0000-4000-8000-000000000000").Replace(at.path)
			require.Equal(t, http.StatusForbidden, there.Code)
			require.Equal(t, s.as(t, who, gone).problem(t).Code, there.problem(t).Code, "the same whether it is there or not")
		}
	}
	for _, gone := range []string{"/v1/draws/nothing", "/v1/draws/00000000-0000-4000-8000-000000000000", "/v1/campaigns/nothing/draws"} {
		require.Equal(t, http.StatusNotFound, s.as(t, p.Head, asked{method: http.MethodGet, path: gone}).Code)
	}
}
