package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// Issue "Chasing with teeth", 2: every send, suppression and failure is on the
// case; what was given up is seen by whoever may act on it, and sent again by
// order. No secret and no address of the web is shown.
func TestWhatLeavesTheHouseIsSeen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newSite(t)
	const hook = "https://hooks.example.com/secret-path"
	_, err := s.store.PutAddress(ctx, store.Address{Account: s.people.Secretary.Account, Kind: "webhook", Address: hook, Secret: hookSecret, Name: "办公室", Author: "x"})
	require.NoError(t, err)
	life := &casetest.Life{Doer: s.store, Key: "case"}
	c := life.Must(ctx, t, append([]casetest.Step{s.people.Finding("学习记录不全", s.people.Today())}, s.people.UpToServing(lifecycle.Immediate)...)...)
	now := time.Now()
	routed, err := s.store.RouteLetters(ctx, now, 100)
	require.NoError(t, err)
	require.Positive(t, routed.Papers)
	again, err := s.store.RouteLetters(ctx, now, 100)
	require.NoError(t, err)
	require.Zero(t, again.Letters, "each letter once")
	claimed, err := s.store.ClaimMessages(ctx, now, now.Add(time.Minute), 10, store.Breaker{Most: 30, Per: time.Hour})
	require.NoError(t, err)
	require.Len(t, claimed.Messages, 1)
	m := claimed.Messages[0]
	require.Equal(t, hook, m.Address.Address)
	marked, err := s.store.MarkMessage(ctx, m, store.Result{State: store.MessageDead, Counts: true, Code: "redirect", Status: 307, Reason: "地址已转移。"}, now)
	require.NoError(t, err)
	require.True(t, marked)

	path := "/v1/cases/" + c.ID + "/messages"
	a := s.as(t, s.people.Officer, asked{method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	require.NotContains(t, a.Body.String(), "secret")
	var list api.CaseMessageList
	a.into(t, &list)
	var served *api.CaseMessage
	for i, one := range list.Messages {
		if one.Account == s.people.Secretary.Account {
			served = &list.Messages[i]
		}
	}
	require.NotNil(t, served)
	require.Equal(t, []any{lifecycle.EventNoticeApproved, "签发", "holder", "paper"}, []any{served.About, served.AboutZH, served.Way, served.Kind})
	require.Len(t, served.Messages, 1)
	require.Equal(t, []any{"dead", "redirect", 307, 1}, []any{served.Messages[0].State, served.Messages[0].Code, served.Messages[0].Status, served.Messages[0].Tries})
	require.Equal(t, http.StatusNotFound, s.as(t, s.people.Officer, asked{method: http.MethodGet, path: "/v1/cases/" + m.ID + "/messages"}).Code)
	for _, who := range []lifecycle.Actor{s.people.Secretary, s.people.Admin} {
		require.Equal(t, http.StatusForbidden, s.as(t, who, asked{method: http.MethodGet, path: path}).Code)
	}

	// It is a task of who answers for the case, and of the head, and of nobody else.
	undelivered := func(who lifecycle.Actor) []api.UndeliveredPaper {
		t.Helper()
		var tasks api.TaskList
		s.as(t, who, asked{method: http.MethodGet, path: "/v1/tasks"}).into(t, &tasks)
		return tasks.Undelivered
	}
	for _, who := range []lifecycle.Actor{s.people.Officer, s.people.Head} {
		lost := undelivered(who)
		require.Len(t, lost, 1)
		require.Equal(t, []string{m.ID, c.ID, "地址已转移。"}, []string{lost[0].Message, lost[0].Case, lost[0].Reason})
	}
	for _, who := range []lifecycle.Actor{s.people.Secretary, s.people.Manager, s.people.Leader} {
		require.Empty(t, undelivered(who))
	}

	// The dead are listed, and go again once.
	var dead api.MessageList
	a = s.as(t, s.people.Admin, asked{method: http.MethodGet, path: "/v1/messages?state=dead&limit=1"})
	a.into(t, &dead)
	require.Len(t, dead.Messages, 1)
	require.Empty(t, dead.Next)
	require.NotContains(t, a.Body.String(), c.Finding.Title, "an administrator reads no case")
	require.Equal(t, "unknown_code", s.as(t, s.people.Admin, asked{method: http.MethodGet, path: "/v1/messages?state=lost"}).problem(t).Code)
	require.Equal(t, "bad_cursor", s.as(t, s.people.Admin, asked{method: http.MethodGet, path: "/v1/messages?cursor=x"}).problem(t).Code)
	resend := asked{method: http.MethodPost, path: "/v1/messages/" + m.ID + "/resend"}
	require.Equal(t, http.StatusForbidden, s.as(t, s.people.Officer, resend).Code)
	require.Equal(t, http.StatusOK, s.as(t, s.people.Head, resend).Code)
	require.Empty(t, undelivered(s.people.Officer))
	require.Equal(t, "not_dead", s.as(t, s.people.Head, resend).problem(t).Code)

	// It comes back once more: all of its kind are sent again, or it is served otherwise.
	giveUp := func() {
		t.Helper()
		now = now.Add(time.Hour)
		claimed, err := s.store.ClaimMessages(ctx, now, now.Add(time.Minute), 10, store.Breaker{Most: 30, Per: time.Hour})
		require.NoError(t, err)
		require.Len(t, claimed.Messages, 1)
		_, err = s.store.MarkMessage(ctx, claimed.Messages[0], store.Result{State: store.MessageDead, Counts: true, Code: "redirect"}, now)
		require.NoError(t, err)
	}
	all := func(code string) asked {
		return asked{method: http.MethodPost, path: "/v1/messages/resend", body: api.Resend{Code: code}}
	}
	giveUp()
	require.Equal(t, "required", s.as(t, s.people.Head, all(" ")).problem(t).Code)
	require.Equal(t, http.StatusForbidden, s.as(t, s.people.Officer, all("redirect")).Code)
	var resent api.Resent
	s.as(t, s.people.Admin, all("mail_refused")).into(t, &resent)
	require.Zero(t, resent.Messages)
	s.as(t, s.people.Admin, all("redirect")).into(t, &resent)
	require.Equal(t, 1, resent.Messages)
	giveUp()
	otherwise := func(how string) asked {
		return asked{method: http.MethodPost, path: "/v1/messages/" + m.ID + "/serve-otherwise", body: api.ServedOtherwise{How: how}}
	}
	require.Equal(t, "required", s.as(t, s.people.Officer, otherwise("")).problem(t).Code)
	require.Equal(t, http.StatusForbidden, s.as(t, s.people.Admin, otherwise("当面送达")).Code)
	require.Len(t, undelivered(s.people.Officer), 1)
	a = s.as(t, s.people.Officer, otherwise("当面送达，王建国签收"))
	require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
	var v api.Message
	a.into(t, &v)
	require.Equal(t, []any{"dead", "当面送达，王建国签收", s.people.Officer.Account}, []any{v.State, v.Served.How, v.Served.By})
	require.Empty(t, undelivered(s.people.Officer))
	require.Equal(t, "not_dead", s.as(t, s.people.Officer, otherwise("再次")).problem(t).Code)
	var detail api.MessageDetail
	s.as(t, s.people.Head, asked{method: http.MethodGet, path: "/v1/messages/" + m.ID}).into(t, &detail)
	require.Equal(t, "dead", detail.State)
	require.Len(t, detail.History, 6)
	require.Equal(t, []string{"dead", "resent", s.people.Head.Account}, []string{detail.History[0].Outcome, detail.History[1].Outcome, detail.History[1].Author})

	// The inbox has it once, and nobody else's.
	var inbox api.Inbox
	s.as(t, s.people.Secretary, asked{method: http.MethodGet, path: "/v1/inbox"}).into(t, &inbox)
	require.Len(t, inbox.Mailings, 1)
	require.Contains(t, inbox.Mailings[0].Text, c.Number)
	s.as(t, s.people.OtherSecretary, asked{method: http.MethodGet, path: "/v1/inbox"}).into(t, &inbox)
	require.Empty(t, inbox.Mailings)
}

// Issue "Chasing with teeth", 2: a bounce is on the case, with what the other
// side said and when; the paper is undelivered until it is sent again.
func TestABounceIsOnTheCase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newSite(t)
	_, err := s.store.PutAddress(ctx, store.Address{Account: s.people.Secretary.Account, Kind: "email", Address: "secretary@unit.example", Author: "x"})
	require.NoError(t, err)
	life := &casetest.Life{Doer: s.store, Key: "case"}
	c := life.Must(ctx, t, append([]casetest.Step{s.people.Finding("学习记录不全", s.people.Today())}, s.people.UpToServing(lifecycle.Immediate)...)...)
	var inbox api.Inbox // whole while nothing sends (ADR 11)
	s.as(t, s.people.Secretary, asked{method: http.MethodGet, path: "/v1/inbox"}).into(t, &inbox)
	require.Len(t, inbox.Mailings, 1)
	now := time.Now().UTC().Add(time.Second).Truncate(time.Microsecond)
	claimed, err := s.store.ClaimMessages(ctx, now, now.Add(time.Minute), 10, store.Breaker{Most: 30, Per: time.Hour})
	require.NoError(t, err)
	require.Len(t, claimed.Messages, 1)
	m := claimed.Messages[0]
	_, err = s.store.MarkMessage(ctx, m, store.Result{State: store.MessageSent, Counts: true}, now)
	require.NoError(t, err)
	at := now.Add(time.Hour)
	fate, err := s.store.RecordBounce(ctx, store.Bounce{Digest: [32]byte{1}, Message: m.ID, Failed: []store.BouncedFor{{
		Addresses: []string{"secretary@unit.example"}, Status: "5.1.1", Reply: 550, Server: "mx.unit.example", Said: "User unknown", Reason: "退信（5.1.1）：收件地址无效，请核对地址。",
	}}}, at)
	require.NoError(t, err)
	require.Equal(t, store.BounceRecorded, fate)
	message := func() api.Message {
		t.Helper()
		var list api.CaseMessageList
		s.as(t, s.people.Officer, asked{method: http.MethodGet, path: "/v1/cases/" + c.ID + "/messages"}).into(t, &list)
		for _, one := range list.Messages {
			if one.Account == s.people.Secretary.Account {
				require.Len(t, one.Messages, 1)
				return one.Messages[0]
			}
		}
		require.Fail(t, "the secretary was told nothing")
		return api.Message{}
	}
	v := message()
	require.Equal(t, []any{"dead", "bounced", 550, "退信（5.1.1）：收件地址无效，请核对地址。"}, []any{v.State, v.Code, v.Status, v.Reason})
	require.Equal(t, &api.Bounce{At: at, Status: "5.1.1", Server: "mx.unit.example", Text: "User unknown"}, v.Bounce)
	var tasks api.TaskList
	s.as(t, s.people.Officer, asked{method: http.MethodGet, path: "/v1/tasks"}).into(t, &tasks)
	require.Len(t, tasks.Undelivered, 1)
	require.Equal(t, []string{m.ID, v.Reason}, []string{tasks.Undelivered[0].Message, tasks.Undelivered[0].Reason})
	var dead api.MessageList
	s.as(t, s.people.Admin, asked{method: http.MethodGet, path: "/v1/messages"}).into(t, &dead)
	require.Len(t, dead.Messages, 1)
	require.NotNil(t, dead.Messages[0].Bounce)
	require.Equal(t, http.StatusOK, s.as(t, s.people.Head, asked{method: http.MethodPost, path: "/v1/messages/" + m.ID + "/resend"}).Code)
	v = message()
	require.Equal(t, []any{"queued", "", ""}, []any{v.State, v.Code, v.Reason})
	require.Nil(t, v.Bounce)
	var detail api.MessageDetail
	s.as(t, s.people.Head, asked{method: http.MethodGet, path: "/v1/messages/" + m.ID}).into(t, &detail)
	require.Len(t, detail.History, 3)
	require.Equal(t, []string{"sent", "bounced", "resent"}, []string{detail.History[0].Outcome, detail.History[1].Outcome, detail.History[2].Outcome})
}

// A substitute is one's own to name or the administrator's, of the same unit,
// for days that do not overlap.
func TestSubstitutes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	from := calendar.Real().Date(time.Now())
	path := "/v1/accounts/" + s.people.Officer.Account + "/substitutes"
	body := func(who lifecycle.Actor, since, until calendar.Date) asked {
		return asked{method: http.MethodPost, path: path, body: api.NewSubstitute{Substitute: who.Account, Since: since, Until: until}}
	}
	var kept api.Substitute
	a := s.as(t, s.people.Officer, body(s.people.Head, from, from.AddDays(7)))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	a.into(t, &kept)
	for code, r := range map[string]asked{
		"already_substituted": body(s.people.Inspector, from.AddDays(7), from.AddDays(9)),
		"unknown_account":     body(s.people.Secretary, from.AddDays(8), from.AddDays(9)),
		"same_person":         body(s.people.Officer, from.AddDays(8), from.AddDays(9)),
		"too_early":           body(s.people.Head, from.AddDays(9), from.AddDays(8)),
		"required":            {method: http.MethodPost, path: path, body: json.RawMessage(`{"substitute":"x","since":"2026-01-01","until":"0000-00-00"}`)},
	} {
		p := s.as(t, s.people.Officer, r).problem(t)
		if code != "required" {
			require.Equal(t, code, p.Code)
		}
		require.Equal(t, http.StatusUnprocessableEntity, p.Status, p.Code)
	}
	require.Equal(t, http.StatusNotFound, s.as(t, s.people.Inspector, body(s.people.Head, from.AddDays(8), from.AddDays(9))).Code, "another's")
	var list api.SubstituteList
	s.as(t, s.people.Admin, asked{method: http.MethodGet, path: path}).into(t, &list)
	require.Equal(t, []api.Substitute{kept}, list.Substitutes)
	require.Equal(t, http.StatusNoContent, s.as(t, s.people.Admin, asked{method: http.MethodDelete, path: path + "/" + kept.ID}).Code)
	require.Equal(t, http.StatusNotFound, s.as(t, s.people.Admin, asked{method: http.MethodDelete, path: path + "/" + kept.ID}).Code)
}
