package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// Issue 3, 4: one action drafts and one signs the notices of a campaign over the
// whole system, with workers and the API killed on the way: every unit has one
// notice, the numbers have no gap, and every paper is kept under its hash.
func TestACampaignsNoticesSurviveKills(t *testing.T) {
	t.Parallel()
	const units, each = 12, 2
	k := newStack(t, setup{apis: 2, worker: 2})
	p := k.people
	var scope []string
	for i := range units {
		u, err := k.record.AddUnit(t.Context(), store.Unit{Name: fmt.Sprintf("市直第%d局", i+1)})
		require.NoError(t, err)
		scope = append(scope, u.ID)
	}
	today := k.timeline.Date(time.Now())
	campaign, err := k.record.AddCampaign(t.Context(), store.Campaign{
		Name: "专项督查", Year: today.Year(), Method: "inspection", StartsOn: today, EndsOn: today, Scope: scope, Author: p.Head.Account,
	})
	require.NoError(t, err)
	for i, unit := range scope {
		for j := range each {
			l := &casetest.Life{Doer: k.record, Key: fmt.Sprint(i, "-", j)}
			step := p.Finding(fmt.Sprint("问题", j), today)
			open := *step.Body.(*lifecycle.OpenCase) //nolint:forcetypeassert // it is
			open.Unit, open.Campaign = unit, campaign.ID
			l.Must(t.Context(), t, casetest.Step{By: step.By, Body: &open}, casetest.Step{By: p.Inspector, Body: &lifecycle.SubmitDraft{}}, p.Accept(lifecycle.Immediate))
		}
	}
	run := func(who lifecycle.Actor, action, body string) {
		t.Helper()
		var order struct {
			ID    string
			Total int
		}
		status, _, answer, err := door{stack: k}.send(t.Context(), http.MethodPost, "/v1/campaigns/"+campaign.ID+"/"+action, who,
			map[string]string{"Idempotency-Key": action}, []byte(body))
		require.NoError(t, err)
		require.Equal(t, http.StatusAccepted, status, "%s", answer)
		require.NoError(t, json.Unmarshal(answer, &order))
		require.Equal(t, units, order.Total)
		k.eventually(time.Minute, "a third of the notices", func() bool {
			counted, err := k.record.NoticeRunUnits(t.Context(), order.ID)
			require.NoError(t, err)
			settled := 0
			for _, u := range counted {
				if u.Done {
					settled++
				}
			}
			return settled >= units/3
		})
		for _, w := range k.workers {
			w.kill()
		}
		for _, w := range k.workers {
			k.again(w)
		}
		k.eventually(2*time.Minute, "all notices", func() bool {
			r, err := k.record.NoticeRun(t.Context(), order.ID)
			require.NoError(t, err)
			require.Zero(t, r.Failed)
			return r.DoneAt != nil
		})
	}
	k.eventually(30*time.Second, "the engine to be there, so that the run begins at once", func() bool {
		_, _, text, err := door{stack: k}.send(t.Context(), http.MethodGet, "/readyz", p.Officer, nil, nil)
		return err == nil && bytes.Contains(text, []byte(`"engine":"ready"`))
	})
	run(p.Officer, "draft_notices", `{"text":"请于期限内整改到位。"}`)
	run(p.Signer, "sign_notices", "")

	list, err := k.record.Notices(t.Context(), store.NoticeFilter{Campaign: campaign.ID, Limit: 100})
	require.NoError(t, err)
	require.Len(t, list, units)
	for i, n := range list {
		require.Equal(t, fmt.Sprintf("工委督函〔%d〕%d号", today.Year(), i+1), n.Number)
		require.Len(t, n.Of, each)
		hash := n.Issued.SHA256
		file, err := os.ReadFile(filepath.Join(k.papers(), "sha256", hash[:2], hash))
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(file, []byte("PK")))
	}
}
