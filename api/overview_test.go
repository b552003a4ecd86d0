package api_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/api"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// overdue is a case of the unit that has been late for weeks.
func (s site) overdue(t *testing.T, title string) *casetest.Life {
	t.Helper()
	p := s.people
	at := time.Now().AddDate(0, 0, -70)
	l := &casetest.Life{Doer: s.store, Key: title, Now: func() time.Time { return at }}
	l.Must(context.Background(), t, append([]casetest.Step{p.Finding(title, today().AddDays(-70))}, append(p.UpToServing(lifecycle.Immediate), p.Sign())...)...)
	for range 14 {
		at = at.AddDate(0, 0, 5)
		l.Must(context.Background(), t, casetest.Step{By: p.Officer, Body: &lifecycle.Note{Text: "备注"}})
	}
	return l
}

// Issue 4 item 5: each of a manager's questions is answered, with the cases
// behind it, and as a workbook of the same rows, in which no title is a formula.
func TestOverviews(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	l := s.overdue(t, "=1+1")
	for _, kind := range store.OverviewKinds() {
		query := ""
		if kind == store.OverviewUpcoming {
			query = "?days=60"
		}
		var r api.Overview
		a := s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/overview/" + string(kind) + query})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		a.into(t, &r)
		require.Equal(t, today(), r.On)
		if kind != store.OverviewUpcoming {
			require.NotEmpty(t, r.Items, kind)
			require.Equal(t, l.Case, r.Items[0].Case)
			require.Len(t, r.Items, r.Total.Count)
		}
		a = s.as(t, p.Auditor, asked{method: http.MethodGet, path: "/v1/overview/" + string(kind) + ".xlsx" + query})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		f, err := excelize.OpenReader(bytes.NewReader(a.Body.Bytes()))
		require.NoError(t, err)
		sums, err := f.GetRows("汇总")
		require.NoError(t, err)
		require.Equal(t, []string{"合计", fmt.Sprint(r.Total.Count), fmt.Sprint(r.Total.Days), fmt.Sprint(r.Total.Most)}, sums[2])
		require.Len(t, sums, 3+len(r.Lines))
		rows, err := f.GetRows("明细")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Len(t, rows, 1+len(r.Items))
		for i, item := range r.Items {
			require.Equal(t, item.Number, rows[1+i][0])
			require.Equal(t, "'=1+1", rows[1+i][1])
			require.Equal(t, fmt.Sprint(item.Days), rows[1+i][14])
		}
	}
}

// Issue 4: bad input gets a clear refusal; and only those who see to all cases
// have the reports.
func TestOverviewsRefuse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	for path, field := range map[string]string{
		"late?by=rung": "by", "late?days=5": "days", "upcoming?days=0": "days", "upcoming?days=61": "days", "late?year=1": "year",
		"ladder?cursor=x": "cursor", "measures?limit=0": "limit", "late.xlsx?by=x": "by", "committee?unit=a%00b": "unit",
	} {
		a := s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/overview/" + path})
		require.Equal(t, http.StatusUnprocessableEntity, a.Code, "%s: %s", path, a.Body)
		require.Contains(t, a.Body.String(), `"`+field+`"`, path)
		a.problem(t)
	}
	for _, who := range []lifecycle.Actor{p.Secretary, p.Inspector, p.Officer, p.Admin} {
		require.Equal(t, "wrong_role", s.as(t, who, asked{method: http.MethodGet, path: "/v1/overview/late"}).problem(t).Code)
	}
}
