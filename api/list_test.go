package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// A list is read by its cursors, in every order, without a
// case twice or missing.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	const all = 7
	for i := range all {
		l := s.life()
		l.n = 100 * i
		l.do(t, p.Inspector, p.Finding(fmt.Sprintf("第%d个问题", i), today()).Body)
		if i%2 == 0 {
			l.do(t, p.Inspector, &lifecycle.SubmitDraft{})
		}
	}
	for _, sort := range []string{"", "due", "-due", "number", "-number", "updated", "-updated"} {
		var numbers []string
		cursor := ""
		for range all {
			path := "/v1/cases?limit=2&sort=" + sort + "&cursor=" + url.QueryEscape(cursor)
			a := s.as(t, p.Manager, asked{method: http.MethodGet, path: path})
			require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
			var list api.CaseList
			a.into(t, &list)
			for _, item := range list.Cases {
				numbers = append(numbers, item.Number)
			}
			if cursor = list.Next; cursor == "" {
				break
			}
		}
		require.Empty(t, cursor, sort)
		require.Len(t, numbers, all, sort)
		slices.Sort(numbers)
		require.Len(t, slices.Compact(numbers), all, sort)
	}
	count := func(query string) int {
		t.Helper()
		a := s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/cases?" + query})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		var list api.CaseList
		a.into(t, &list)
		return len(list.Cases)
	}
	require.Equal(t, 4, count("stage=triage"))
	require.Equal(t, 3, count("stage=draft"))
	require.Equal(t, all, count("stage=open"))
	require.Equal(t, all, count("unit="+p.Unit.ID))
	require.Zero(t, count("unit="+p.OtherUnit.ID))
	require.Equal(t, all, count("level=L0&category=C03&overdue=false"))
	require.Zero(t, count("overdue=true"))
	require.Zero(t, count("due_before="+today().String()))
	require.Equal(t, all, count("due_before="+today().AddDays(60).String()))
	require.Equal(t, 1, count("text="+url.QueryEscape("第3个")))
	require.Zero(t, count("officer="+p.Officer.Account))
	require.Zero(t, count("campaign=none"))

	var counts api.Counts
	s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/cases/counts"}).into(t, &counts)
	require.Equal(t, api.Counts{
		Total: all, ByStage: map[string]int64{"triage": 4, "draft": 3}, ByLevel: map[string]int64{"L0": all}, ByUnit: map[string]int64{p.Unit.ID: all},
	}, counts)
}

// Issue: what I must do and by when, what happened, and how the deadline was
// reckoned.
func TestReadingOneCase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.life()
	for _, one := range append([]step{p.Finding("问题", today())}, append(p.UpToServing(lifecycle.Immediate), p.Sign())...) {
		l.do(t, one.By, one.Body)
	}
	var tasks api.TaskList
	s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/tasks"}).into(t, &tasks)
	require.Len(t, tasks.Tasks, 1)
	require.Equal(t, l.id, tasks.Tasks[0].Case)
	require.Equal(t, "rectification", string(tasks.Tasks[0].Clock))
	s.as(t, p.OtherSecretary, asked{method: http.MethodGet, path: "/v1/tasks"}).into(t, &tasks)
	require.Empty(t, tasks.Tasks)

	var all, first, rest api.EventList
	path := "/v1/cases/" + l.id + "/events"
	s.as(t, p.Auditor, asked{method: http.MethodGet, path: path}).into(t, &all)
	require.Len(t, all.Events, 6)
	require.Equal(t, p.Inspector.Account, all.Events[0].Actor)
	s.as(t, p.Auditor, asked{method: http.MethodGet, path: path + "?limit=4"}).into(t, &first)
	s.as(t, p.Auditor, asked{method: http.MethodGet, path: fmt.Sprintf("%s?limit=4&after=%d", path, first.Next)}).into(t, &rest)
	require.Equal(t, all.Events, append(first.Events, rest.Events...))
	require.Zero(t, rest.Next)
	var seen api.EventList
	s.as(t, p.Contact, asked{method: http.MethodGet, path: path}).into(t, &seen)
	require.NotEmpty(t, seen.Events)
	for i, e := range seen.Events {
		require.Empty(t, e.Actor+e.ActorName+e.Command+string(e.Content.RawMessage))
		require.Equal(t, int64(i+1), e.Seq)
	}

	var deadlines api.DeadlineList
	s.as(t, p.Contact, asked{method: http.MethodGet, path: "/v1/cases/" + l.id + "/deadline"}).into(t, &deadlines)
	require.Len(t, deadlines.Deadlines, 1)
	require.Equal(t, deadlines.Deadlines[0].Due, deadlines.Deadlines[0].Explanation.Due.Date)
	require.NotEmpty(t, deadlines.Deadlines[0].Explanation.Days)
}

// The directory, and what an account can no longer do once it has ended.
func TestDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	created := s.as(t, p.Admin, asked{method: http.MethodPost, path: "/v1/units", body: api.NewUnit{Name: "市水利局", Code: "A07", Region: "市直"}})
	require.Equal(t, http.StatusCreated, created.Code, "%s", created.Body)
	var unit, again api.Unit
	created.into(t, &unit)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: created.Header().Get("Location")}).into(t, &again)
	require.Equal(t, unit, again)
	var units api.UnitList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/units?limit=2"}).into(t, &units)
	require.Len(t, units.Units, 2)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/units?cursor=" + url.QueryEscape(units.Next)}).into(t, &units)
	require.Len(t, units.Units, 1)

	post := s.as(t, p.Admin, asked{method: http.MethodPost, path: "/v1/units/" + unit.ID + "/posts", body: api.NewPost{Kind: "党组书记", Holder: "王某", Since: today()}})
	require.Equal(t, http.StatusCreated, post.Code, "%s", post.Body)
	var posts api.PostList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/units/" + unit.ID + "/posts"}).into(t, &posts)
	require.Len(t, posts.Posts, 1)

	who := s.account(t, "水利局书记", unit.ID, lifecycle.UnitSecretary)
	var me api.Me
	s.as(t, who, asked{method: http.MethodGet, path: "/v1/me"}).into(t, &me)
	require.Equal(t, api.Me{Account: who.Account, Name: who.Name, Roles: who.Roles, Unit: unit.ID}, me)
	var accounts api.AccountList
	s.as(t, p.Head, asked{method: http.MethodGet, path: "/v1/accounts?unit=" + unit.ID}).into(t, &accounts)
	require.Len(t, accounts.Accounts, 1)

	// Another token works beside the first; then none; then the account itself.
	address := "/v1/accounts/" + who.Account
	var token api.Token
	s.as(t, p.Admin, asked{method: http.MethodPost, path: address + "/tokens"}).into(t, &token)
	asking := func(token string) int {
		return send(t, s.handler, asked{method: http.MethodGet, path: "/v1/me", header: map[string]string{"Authorization": "bearer " + token}}).Code
	}
	require.Equal(t, http.StatusOK, asking(token.Token))
	require.Equal(t, http.StatusNoContent, s.as(t, p.Admin, asked{method: http.MethodDelete, path: address + "/tokens"}).Code)
	require.Equal(t, http.StatusUnauthorized, asking(token.Token))
	require.Equal(t, http.StatusUnauthorized, asking(p.Tokens[who.Account]))
	s.as(t, p.Admin, asked{method: http.MethodPost, path: address + "/tokens"}).into(t, &token)
	require.Equal(t, http.StatusOK, asking(token.Token))
	require.Equal(t, http.StatusOK, s.as(t, p.Admin, asked{method: http.MethodPost, path: address + "/disable", body: api.AccountEnd{Reason: "调离"}}).Code)
	require.Equal(t, http.StatusUnauthorized, asking(token.Token))

	var policy api.Policy
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/policy"}).into(t, &policy)
	require.Equal(t, 1, policy.Version)
	require.Contains(t, policy.Text, "day_length")
	require.NotEmpty(t, policy.Codes.Matters)
	var year api.Year
	s.as(t, who, asked{method: http.MethodGet, path: "/v1/calendar/2026"}) // no longer anybody
	s.as(t, p.Contact, asked{method: http.MethodGet, path: "/v1/calendar/2026"}).into(t, &year)
	require.False(t, year.Provisional)
	require.NotEmpty(t, year.Days)
	for _, edge := range []string{"2030", "2200", "1949"} {
		s.as(t, p.Contact, asked{method: http.MethodGet, path: "/v1/calendar/" + edge}).into(t, &year)
		require.True(t, year.Provisional, edge)
	}
}
