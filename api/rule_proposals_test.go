package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A policy comes into force without a shell: the administrator has it checked
// and compared, proposes it, and a leader confirms what he sees. One person
// alone does not.
func TestAPolicyIsProposedAndConfirmed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	text := strings.Replace(string(policy.DefaultText()), "draft: {within: 10WD,", "draft: {within: 8WD,", 1)
	post := func(who lifecycle.Actor, path string, body map[string]any) answer {
		return s.as(t, who, asked{method: http.MethodPost, path: path, body: body})
	}
	propose := func(text string) api.RuleProposal {
		t.Helper()
		a := post(p.Admin, "/v1/rule-proposals", map[string]any{"kind": "policy", "text": text, "reason": "试行后调整"})
		require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
		var made api.RuleProposal
		a.into(t, &made)
		return made
	}
	refused := func(a answer, status int, code string) {
		t.Helper()
		require.Equal(t, status, a.Code, "%s", a.Body)
		require.Equal(t, code, a.problem(t).Code)
	}

	var checked api.RulesCheck
	a := post(p.Admin, "/v1/rule-proposals/check", map[string]any{"kind": "policy", "text": text})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	a.into(t, &checked)
	require.Equal(t, []api.FieldDifference{{Field: "clocks.draft.within", Was: "10WD", Now: "8WD"}}, checked.Fields)
	require.NotEmpty(t, checked.Examples)

	broken := strings.NewReplacer("draft: {within: 8WD,", "draft: {within: soon,", "triage: {within: 5WD,", "triage: {within: 0WD,").Replace(text)
	a = post(p.Admin, "/v1/rule-proposals/check", map[string]any{"kind": "policy", "text": broken})
	refused(a, http.StatusUnprocessableEntity, "bad_policy")
	require.Len(t, a.problem(t).Errors, 2, "every fault is told")
	require.Regexp(t, `^第\d+行，clocks\.draft\.within：应为期限`, a.problem(t).Detail)
	refused(post(p.Head, "/v1/rule-proposals", map[string]any{"kind": "policy", "text": text, "reason": "x"}), http.StatusForbidden, "wrong_role")
	refused(post(p.Admin, "/v1/rule-proposals", map[string]any{"kind": "policy", "text": text}), http.StatusUnprocessableEntity, "required")
	refused(post(p.Admin, "/v1/rule-proposals", map[string]any{"kind": "rules", "text": text, "reason": "x"}), http.StatusUnprocessableEntity, "unknown_code")

	first, second, third := propose(text), propose(text), propose(text)
	var tasks api.TaskList
	s.as(t, p.Leader, asked{method: http.MethodGet, path: "/v1/tasks"}).into(t, &tasks)
	require.Len(t, tasks.Rules, 3, "leaders see what waits for them")
	tasks = api.TaskList{}
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/tasks"}).into(t, &tasks)
	require.Empty(t, tasks.Rules)
	answerTo := func(made api.RuleProposal) string { return "/v1/rule-proposals/" + made.ID + "/answer" }
	refused(post(p.Admin, answerTo(first), map[string]any{"granted": true}), http.StatusForbidden, "wrong_role")
	refused(post(p.Leader, answerTo(first), map[string]any{"granted": false}), http.StatusUnprocessableEntity, "required")
	a = post(p.Leader, answerTo(first), map[string]any{"granted": true})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	a.into(t, &first)
	require.Equal(t, 2, first.Answer.Version)
	require.Len(t, first.Check.Fields, 1, "what it changed stays to be read")
	refused(post(p.Leader, answerTo(first), map[string]any{"granted": true}), http.StatusConflict, "already_answered")
	refused(post(p.Signer, answerTo(second), map[string]any{"granted": true}), http.StatusConflict, "rules_changed")
	require.Equal(t, http.StatusOK, post(p.Admin, "/v1/rule-proposals/"+second.ID+"/withdraw", nil).Code)
	require.Equal(t, http.StatusOK, post(p.Signer, answerTo(third), map[string]any{"granted": false, "reason": "不必再改"}).Code)

	var inForce api.Policy
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/policy"}).into(t, &inForce)
	require.Equal(t, []any{2, text}, []any{inForce.Version, inForce.Text})
	var version api.PolicyVersion
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/policies/2?against=1"}).into(t, &version)
	require.Equal(t, []string{p.Admin.Account, p.Leader.Account}, []string{version.Author, version.ConfirmedBy})
	require.Len(t, version.Fields, 1)
	var versions api.RuleVersionList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/policies?limit=1"}).into(t, &versions)
	require.Equal(t, "2", versions.Next)
	require.True(t, versions.Versions[0].InForce)
	var list api.RuleProposalList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/rule-proposals?waiting=true"}).into(t, &list)
	require.Empty(t, list.Proposals)
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/rule-proposals?limit=2"}).into(t, &list)
	require.Equal(t, []string{third.ID, second.ID}, []string{list.Proposals[0].ID, list.Proposals[1].ID})
	require.Equal(t, second.ID, list.Next)
	require.Equal(t, http.StatusNotFound, s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/policies/9"}).Code)
}

// A year's holiday notice is compared day by day, must say which document it is,
// and has open cases recomputed when a leader has confirmed it.
func TestANoticeOfHolidaysIsProposedAndConfirmed(t *testing.T) {
	t.Parallel()
	var jobs started
	s := siteWith(t, func(o *api.Options) { o.Jobs = &jobs })
	p := s.people
	var year calendar.Year
	for _, y := range calendar.Builtin().Years() {
		year = y
	}
	year.Days = append(year.Days, calendar.SpecialDay{Date: calendar.On(year.Year, 12, 31), Name: "元旦", Off: true})
	reference := year.Reference
	year.Reference = ""
	plain, err := year.MarshalJSON()
	require.NoError(t, err)
	post := func(who lifecycle.Actor, path string, body map[string]any) answer {
		return s.as(t, who, asked{method: http.MethodPost, path: path, body: body})
	}
	a := post(p.Admin, "/v1/rule-proposals/check", map[string]any{"kind": "calendar", "text": string(plain)})
	require.Equal(t, []string{"required", "reference"}, []string{a.problem(t).Code, a.problem(t).Field})
	a = post(p.Admin, "/v1/rule-proposals/check", map[string]any{"kind": "calendar", "text": "{\n\"year\": 1}", "reference": "通知"})
	require.Equal(t, "bad_notice", a.problem(t).Code, "%s", a.Body)
	a = post(p.Admin, "/v1/rule-proposals", map[string]any{"kind": "calendar", "text": string(plain), "reference": reference, "reason": "通知已印发"})
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var made api.RuleProposal
	a.into(t, &made)
	require.Equal(t, reference, made.Check.Name)
	require.Len(t, made.Check.Days, 1)
	require.True(t, made.Check.Days[0].WasWorking)
	require.False(t, made.Check.Days[0].Working)
	a = post(p.Leader, "/v1/rule-proposals/"+made.ID+"/answer", map[string]any{"granted": true})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.Len(t, jobs.jobs, 1, "open cases follow")
	days, err := s.store.CalendarInForce(t.Context())
	require.NoError(t, err)
	require.False(t, days.WorkingDay(calendar.On(year.Year, 12, 31)))
	require.Equal(t, reference, days.Day(calendar.On(year.Year, 12, 31)).Reference)
}
