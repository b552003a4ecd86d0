package api_test

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/api"
	"duban/docs/examples"
	"duban/documents/findings"
	"duban/lifecycle"
)

// The sample campaign of docs/examples goes through the API, from the units of
// its scope to a case for every finding, as it was written down.
func TestSampleCampaignBecomesCases(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.people
	sample, err := examples.ReadCampaign()
	require.NoError(t, err)
	post := func(who lifecycle.Actor, path string, body, into any) {
		t.Helper()
		a := s.as(t, who, asked{method: http.MethodPost, path: path, body: body, header: map[string]string{"Idempotency-Key": rand.Text()}})
		require.Less(t, a.Code, http.StatusMultipleChoices, "%s", a.Body)
		a.into(t, into)
	}
	units := map[string]string{p.Unit.Name: p.Unit.ID, p.OtherUnit.Name: p.OtherUnit.ID}
	plan := api.NewCampaign{Name: "2026年第一批督查", Year: today().Year(), Method: "inspection", StartsOn: today(), EndsOn: today()}
	for _, name := range sample.Units {
		if units[name] == "" {
			var u struct {
				ID string `json:"id"`
			}
			post(p.Admin, "/v1/units", map[string]any{"name": name, "region": "市直"}, &u)
			units[name] = u.ID
		}
		plan.Scope = append(plan.Scope, units[name])
	}
	var planned api.Campaign
	post(p.Head, "/v1/campaigns", plan, &planned)

	var workbook bytes.Buffer
	require.NoError(t, findings.Filled(&workbook, findings.Tables{Units: units}, sample.Heads, sample.Rows))
	a := s.as(t, p.Inspector, upload(t, workbook.Bytes(), map[string]string{"campaign": planned.ID}))
	require.Equal(t, http.StatusCreated, a.Code, "%s", a.Body)
	var one api.Import
	a.into(t, &one)
	require.Equal(t, len(sample.Rows), one.Rows)
	post(p.Inspector, "/v1/imports/"+one.ID+"/open", "{}", &one)
	for more := true; more; {
		_, more, err = s.store.OpenImport(t.Context(), one.ID, 50, nil)
		require.NoError(t, err)
	}
	s.as(t, p.Inspector, asked{method: http.MethodGet, path: "/v1/imports/" + one.ID}).into(t, &one)
	require.Equal(t, []any{"done", 120, 0}, []any{one.State, one.Opened, one.Failed})

	var titles []string
	for cursor := ""; ; {
		var page api.CaseList
		s.as(t, p.Inspector, asked{method: http.MethodGet, path: "/v1/cases?sort=number&limit=50&campaign=" + planned.ID + "&cursor=" + cursor}).into(t, &page)
		for _, c := range page.Cases {
			require.Equal(t, string(lifecycle.Draft), c.Stage)
			titles = append(titles, c.UnitName+" "+c.Title)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	var want []string
	for _, row := range sample.Rows {
		want = append(want, row[1]+" "+row[2])
	}
	require.Equal(t, want, titles, "each row is a case, in the order of the rows")
	s.as(t, p.Manager, asked{method: http.MethodGet, path: "/v1/campaigns/" + planned.ID}).into(t, &planned)
	require.Equal(t, map[string]int64{"draft": 120}, planned.ByStage)
}
