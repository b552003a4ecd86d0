package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/store"
)

// repeatSite is a site with an archived case: what the record would hold of it in
// a year is written into its rows.
func repeatSite(t *testing.T) (s site, id, number string) {
	t.Helper()
	ctx := context.Background()
	url := pgtest.Copy(t, "migrated", migrate)
	record, err := store.Open(ctx, store.Options{URL: url, MaxConns: 8})
	require.NoError(t, err)
	t.Cleanup(record.Close)
	s = siteOver(t, record, func(*api.Options) {})
	l := s.life()
	first := s.people.Finding("组织生活不严格", today().AddDays(-40))
	l.do(t, first.By, first.Body)
	var list api.CaseList
	s.as(t, s.people.Officer, asked{method: http.MethodGet, path: "/v1/cases"}).into(t, &list)
	id, number = list.Cases[0].ID, list.Cases[0].Number
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	for _, sql := range []string{
		`UPDATE ` + store.Schema + `.cases SET stage = 'archived', closed_at = now() - interval '31 days', settled_at = now(), due_at = 'infinity', due_on = NULL,
			alarm_kind = NULL, alarm_at = NULL, fire_at = NULL WHERE id = $1`,
		`UPDATE ` + store.Schema + `.case_states SET state = state || '{"stage": "archived", "clocks": []}' WHERE case_id = $1`,
	} {
		_, err = conn.Exec(ctx, sql, id)
		require.NoError(t, err)
	}
	return s, id, number
}

// Issue 5 point 5: both cases show the link, the list is filtered by it, and what
// repeats an archived case is read though its version stays.
func TestARepeatIsShown(t *testing.T) {
	t.Parallel()
	s, id, number := repeatSite(t)
	p := s.people
	path := "/v1/cases/" + id
	etag := s.as(t, p.Officer, asked{method: http.MethodGet, path: path}).Header().Get("ETag")
	var hint api.Background
	s.as(t, p.Inspector, asked{method: http.MethodGet, path: "/v1/units/" + p.Unit.ID + "/background?category=C03"}).into(t, &hint)
	require.NotNil(t, hint.RepeatOf)
	require.Equal(t, id, hint.RepeatOf.Case)

	l := s.life()
	l.n = 100
	step := p.Finding("又不严格", today())
	body, ok := step.Body.(*lifecycle.OpenCase)
	require.True(t, ok)
	body.RepeatOf = id
	l.do(t, step.By, body)
	var list api.CaseList
	s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/cases?repeat_of=" + id}).into(t, &list)
	require.Len(t, list.Cases, 1)
	a := s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/cases/" + list.Cases[0].ID})
	require.Contains(t, a.Body.String(), `"repeat_of":{"case":"`+id+`","number":"`+number+`","title":"组织生活不严格"`)
	old := s.as(t, p.Officer, asked{method: http.MethodGet, path: path, header: map[string]string{"If-None-Match": etag}})
	require.Equal(t, http.StatusOK, old.Code)
	require.Contains(t, old.Body.String(), `"repeats":[{"case":"`+list.Cases[0].ID)

	require.Equal(t, "bad_id", s.as(t, p.Officer, asked{method: http.MethodGet, path: "/v1/cases?repeat_of=x"}).problem(t).Code)
	require.Equal(t, "unknown_parameter", s.as(t, p.Secretary, asked{method: http.MethodGet, path: "/v1/cases?repeat_of=" + id}).problem(t).Code)
}

// A workbook names the earlier case by its number; each wrong one is told by cell.
func TestImportNamesTheEarlierCase(t *testing.T) {
	t.Parallel()
	s, id, number := repeatSite(t)
	p := s.people
	row := func(n int, unit, earlier string) []any {
		return []any{n, unit, "又发现的问题" + earlier + unit, "事实", today().String(), "督促检查", "C03", "", "", "", earlier}
	}
	bad := s.as(t, p.Inspector, upload(t, s.filled(t, row(1, "市档案局", "督〔2026〕9999"), row(2, "市统计局", number)), s.campaign(t))).problem(t)
	require.Len(t, bad.Errors, 2)
	require.Equal(t, []string{"K2", "unknown_case", "K3", "other_unit"}, []string{bad.Errors[0].Cell, bad.Errors[0].Code, bad.Errors[1].Cell, bad.Errors[1].Code})

	var one api.Import
	s.as(t, p.Inspector, upload(t, s.filled(t, row(1, "市档案局", number)), s.campaign(t))).into(t, &one)
	require.Equal(t, http.StatusAccepted, s.as(t, p.Inspector, asked{method: http.MethodPost, path: "/v1/imports/" + one.ID + "/open", body: "{}"}).Code)
	_, _, err := s.store.OpenImport(t.Context(), one.ID, 100, nil)
	require.NoError(t, err)
	page, err := s.store.Cases(t.Context(), p.Officer, store.Filter{RepeatOf: id})
	require.NoError(t, err)
	require.Len(t, page.Cases, 1)

	again := s.as(t, p.Inspector, upload(t, s.exported(t, nil), s.campaign(t))).problem(t)
	require.Equal(t, "nothing_new", again.Code, "the ledger is read again: %s", again.Detail)
}
