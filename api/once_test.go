package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/lifecycle"
)

// Whatever changes something is described with its key.
func TestEveryChangeIsDescribedWithItsKey(t *testing.T) {
	t.Parallel()
	document, _ := api.Described()
	for path, item := range document.Paths {
		for method, op := range map[string]*huma.Operation{
			http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
		} {
			if op == nil {
				continue
			}
			named := 0
			for _, p := range op.Parameters {
				if p.Name == "Idempotency-Key" && p.In == "header" {
					named++
				}
			}
			require.Equal(t, 1, named, "%s %s", method, path)
		}
	}
	for _, path := range []string{"/v1/campaigns/{id}/draft_notices", "/v1/campaigns/{id}/sign_notices", "/v1/units/{id}/handover", "/v1/cases"} {
		op := document.Paths[path].Post
		i := slices.IndexFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" })
		require.True(t, op.Parameters[i].Required, path)
	}
}

// The same request with the same key is done once and answered alike, token and
// all; another one with that key is refused.
func TestAChangeWithAKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	keyed := func(method, path, body, key string) asked {
		r := asked{method: method, path: path, header: map[string]string{"Idempotency-Key": key, "X-Request-Id": "same"}}
		if body != "" {
			r.body = body
		}
		return r
	}
	var made api.Token
	account := keyed(http.MethodPost, "/v1/accounts", `{"name":"重试","roles":["inspector"]}`, "account")
	s.as(t, p.Admin, account).into(t, &made)
	for who, rows := range map[*lifecycle.Actor][]asked{
		&p.Admin: {
			account,
			keyed(http.MethodPost, "/v1/accounts/"+made.Account.ID+"/tokens", "", "token"),
			keyed(http.MethodPost, "/v1/units", `{"name":"市测试局"}`, "unit"),
			keyed(http.MethodPost, "/v1/regions", `{"name":"东区"}`, "region"),
			keyed(http.MethodPost, "/v1/areas", `{"name":"试用片区"}`, "area"),
			keyed(http.MethodPost, "/v1/unit-categories", `{"name":"政府部门"}`, "category"),
			keyed(http.MethodPost, "/v1/accounts/"+made.Account.ID+"/disable", `{"reason":"调离"}`, "disable"),
		},
		&p.Head: {
			keyed(http.MethodPost, "/v1/campaigns", `{"name":"批次","year":`+strconv.Itoa(today().Year())+`,"method":"inspection","starts_on":"`+today().String()+`","ends_on":"`+today().String()+`","scope":["`+p.Unit.ID+`"]}`, "campaign"),
		},
		&p.Secretary: {
			keyed(http.MethodPost, "/v1/recusal-requests", `{"name":"某人","reason":"亲属"}`, "recusal"),
		},
	} {
		for _, r := range rows {
			answers := make([]answer, 4)
			var group sync.WaitGroup
			for i := range answers {
				group.Go(func() {
					answers[i] = s.as(t, *who, asked{method: r.method, path: r.path, body: r.body, header: maps.Clone(r.header)})
				})
			}
			group.Wait()
			require.Less(t, answers[0].Code, http.StatusMultipleChoices, "%s: %s", r.path, answers[0].Body)
			for _, a := range answers {
				require.Equal(t, answers[0].Code, a.Code, "%s: %s", r.path, a.Body)
				require.Equal(t, answers[0].Body.String(), a.Body.String(), r.path)
				require.Equal(t, answers[0].Header(), a.Header(), r.path)
			}
			r.body = `{"name":"别的"}`
			require.Equal(t, "idempotency_key_reused", s.as(t, *who, asked{method: r.method, path: r.path, body: r.body, header: maps.Clone(r.header)}).problem(t).Code, r.path)
		}
	}
	again := s.as(t, p.Admin, asked{method: account.method, path: account.path, body: account.body, header: maps.Clone(account.header)})
	var same api.Token
	again.into(t, &same)
	require.Equal(t, made, same)

	other, err := s.store.NewToken(t.Context(), p.Admin.Account)
	require.NoError(t, err)
	header := maps.Clone(account.header)
	header["Authorization"] = "Bearer " + other
	gone := send(t, s.handler, asked{method: account.method, path: account.path, body: account.body, header: header})
	require.Equal(t, "token_not_repeatable", gone.problem(t).Code)

	// What was refused leaves the key free.
	bad := keyed(http.MethodPost, "/v1/units", `{"name":"市测试局"}`, "again")
	require.GreaterOrEqual(t, s.as(t, p.Admin, bad).Code, http.StatusBadRequest)
	good := keyed(http.MethodPost, "/v1/units", `{"name":"市另一局"}`, "again")
	require.Equal(t, http.StatusCreated, s.as(t, p.Admin, good).Code)
}

// A workbook that came with a key is imported once, and one that was refused is
// kept with its errors marked.
func TestAWorkbookWithAKeyIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	who := s.people.Inspector
	good := upload(t, s.filled(t, goodRow(1)), s.campaign(t))
	good.header["Idempotency-Key"] = "book"
	first, again := s.as(t, who, good), s.as(t, who, good)
	require.Equal(t, http.StatusCreated, first.Code, "%s", first.Body)
	require.Equal(t, first.Body.String(), again.Body.String())
	list, err := s.store.Imports(t.Context(), "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)

	bad := upload(t, s.filled(t, []any{1, "没有的单位", "问题", "事实", "2026.3.2", "督促检查", "C03"}), s.campaign(t))
	bad.header["Idempotency-Key"] = "bad"
	refused := s.as(t, who, bad).problem(t)
	require.Equal(t, "workbook_has_errors", refused.Code)
	require.Equal(t, http.StatusOK, s.as(t, who, asked{method: http.MethodGet, path: refused.Marked}).Code)
	bad = upload(t, s.filled(t, goodRow(2)), s.campaign(t))
	bad.header["Idempotency-Key"] = "bad"
	require.Equal(t, http.StatusCreated, s.as(t, who, bad).Code, "the key is free")
}

// A proxy makes ETags weak, and libraries write the character set without its dash.
func TestWhatProxiesAndLibrariesMakeOfHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	opened := s.as(t, p.Inspector, asked{
		method: http.MethodPost, path: "/v1/cases", body: p.Finding("问题", today()).Body,
		header: map[string]string{"Idempotency-Key": "open", "Content-Type": "application/json; charset=UTF8"},
	})
	require.Equal(t, http.StatusCreated, opened.Code, "%s", opened.Body)
	note := func(version string) answer {
		return s.as(t, p.Officer, asked{
			method: http.MethodPost, path: opened.Header().Get("Location") + "/commands/note", body: `{"text":"好"}`,
			header: map[string]string{"Idempotency-Key": "note" + version, "If-Match": version},
		})
	}
	require.Equal(t, http.StatusOK, note(`W/"v1"`).Code)
	require.Equal(t, http.StatusOK, note(`W/"v1"`).Code, "the same key gets the same answer")
	require.Equal(t, "if_match_malformed", note(`W/W/"v2"`).problem(t).Code)
	require.Equal(t, "if_match_malformed", note(`w/"v2"`).problem(t).Code)
}
