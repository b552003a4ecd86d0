package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/api"
	"duban/lifecycle"
)

// Issue 3 item 7: the ledger holds the cases of the list, in the list's order,
// for every filter and sort; a unit's person gets none.
func TestLedgerFollowsTheList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	for i := range 5 {
		l := s.life()
		l.n = 100 * i
		l.do(t, p.Inspector, p.Finding(fmt.Sprintf("第%d个问题", i), today()).Body)
		if i%2 == 0 {
			l.do(t, p.Inspector, &lifecycle.SubmitDraft{})
		}
	}
	for _, query := range []string{
		"", "sort=due", "sort=-due", "sort=number", "sort=-number", "sort=updated", "sort=-updated", "stage=triage", "stage=open",
		"text=第3", "category=C03", "category=C09", "unit=" + p.Unit.ID, "unit=" + p.OtherUnit.ID, "overdue=true", "overdue=false", "level=L0",
		"due_before=2099-01-01", "officer=x", "campaign=x", "stage=archived&overdue=true",
	} {
		var list api.CaseList
		s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/cases?" + query}).into(t, &list)
		a := s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/ledger.xlsx?" + query})
		require.Equal(t, http.StatusOK, a.Code, "%s", a.Body)
		require.Contains(t, a.Header().Get("Content-Disposition"), "attachment")
		f, err := excelize.OpenReader(bytes.NewReader(a.Body.Bytes()))
		require.NoError(t, err)
		rows, err := f.GetRows("整改台账")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Len(t, rows, 2+len(list.Cases), query)
		for i, item := range list.Cases {
			require.Equal(t, item.Number, rows[2+i][1], query)
			require.Equal(t, item.UnitName, rows[2+i][3])
			require.Equal(t, item.ID, rows[2+i][21])
		}
	}
	for path, status := range map[string]int{
		"/v1/ledger.xlsx?sort=odd": http.StatusUnprocessableEntity, "/v1/ledger.xlsx?limit=3": http.StatusUnprocessableEntity,
		"/v1/ledger.xlsx?level=L9": http.StatusUnprocessableEntity,
	} {
		a := s.as(t, p.Manager, asked{method: http.MethodGet, path: path})
		require.Equal(t, status, a.Code, path)
		a.problem(t)
	}
	for _, who := range []lifecycle.Actor{p.Secretary, p.Admin} {
		require.Equal(t, "wrong_role", s.as(t, who, asked{method: http.MethodGet, path: "/v1/ledger.xlsx"}).problem(t).Code)
	}
}
