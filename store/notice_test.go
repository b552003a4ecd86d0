package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// waiting opens n cases of a unit in the campaign that wait for their notice.
func (r record) waiting(t *testing.T, campaign, unit, key string, n int) []string {
	t.Helper()
	var ids []string
	for i := range n {
		step := r.people.Finding(fmt.Sprintf("问题%s-%d", key, i+1), today())
		open := *step.Body.(*lifecycle.OpenCase) //nolint:forcetypeassert // it is
		open.Unit, open.Campaign = unit, campaign
		step.Body = &open
		c := r.life(t, fmt.Sprint(key, i)).Must(t.Context(), t,
			step, casetest.Step{By: r.people.Inspector, Body: &lifecycle.SubmitDraft{}}, r.people.Accept(lifecycle.ByDeadline))
		ids = append(ids, c.ID)
	}
	return ids
}

func (r record) inspection(t *testing.T, units ...string) string {
	t.Helper()
	c, err := r.AddCampaign(t.Context(), store.Campaign{
		Name: "党建责任制专项检查", Year: today().Year(), Method: "inspection", StartsOn: today(), EndsOn: today(), Scope: units, Author: r.people.Head.Account,
	})
	require.NoError(t, err)
	return c.ID
}

// do runs a command on a case and wants it to be taken.
func (r record) do(t *testing.T, id, key string, who lifecycle.Actor, body lifecycle.CommandBody) {
	t.Helper()
	a, err := r.Execute(t.Context(), store.Request{Actor: who, Key: key, Case: id, ReceivedAt: time.Now(), Body: body})
	require.NoError(t, err)
	require.Nil(t, a.Refusal)
}

// Issue 3, 4: one notice for the findings of a unit, signed under one number;
// numbers have no gap when many are signed at once.
func TestNoticesSignedAtOnceHaveNoGap(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p := r.people
	campaign := r.inspection(t, p.Unit.ID, p.OtherUnit.ID)
	const notices, each = 6, 3
	var group sync.WaitGroup
	for i := range notices {
		unit := []string{p.Unit.ID, p.OtherUnit.ID}[i%2]
		ids := r.waiting(t, campaign, unit, fmt.Sprint("n", i), each)
		group.Go(func() {
			// Any case of the notice may be named, by either of two signers.
			who := []lifecycle.Actor{p.Signer, p.Leader}[i%2]
			_, err := r.Execute(context.Background(), store.Request{
				Actor: p.Officer, Key: fmt.Sprint("submit", i), Case: ids[1], ReceivedAt: time.Now(),
				Body: &lifecycle.SubmitNotice{Text: "请整改。", Cases: []string{ids[0], ids[2]}},
			})
			if err == nil {
				_, err = r.Execute(context.Background(), store.Request{
					Actor: who, Key: fmt.Sprint("sign", i), Case: ids[2], ReceivedAt: time.Now(), Body: &lifecycle.ApproveNotice{},
				})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	list, err := r.Notices(t.Context(), store.NoticeFilter{Campaign: campaign, Limit: 100})
	require.NoError(t, err)
	require.Len(t, list, notices)
	for i, n := range list {
		require.Equal(t, fmt.Sprintf("工委督函〔%d〕%d号", today().Year(), i+1), n.Number)
		require.Equal(t, lifecycle.NoticeServing, n.State)
		require.Len(t, n.Of, each)
	}
	r.sound(t)
	right := r.dump(t)
	r.exec(t, `DELETE FROM notices`)
	report, err := r.Rebuild(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, notices*each, report.Cases)
	require.Equal(t, right, r.dump(t))
}

// Corrected and withdrawn notices keep the chain: the old number is found, says
// what became of it, and keeps what it said.
func TestANoticeKeepsItsChain(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p := r.people
	campaign := r.inspection(t, p.Unit.ID)
	ids := r.waiting(t, campaign, p.Unit.ID, "c", 3)
	r.do(t, ids[0], "submit", p.Officer, &lifecycle.SubmitNotice{Text: "第一稿。", Cases: ids[1:]})
	r.do(t, ids[0], "sign", p.Signer, &lifecycle.ApproveNotice{})
	r.do(t, ids[1], "correct", p.Leader, &lifecycle.CorrectNotice{Reason: "事实有误"})
	r.do(t, ids[2], "void", p.Leader, &lifecycle.Void{Reason: "不属实"})
	r.do(t, ids[1], "again", p.Officer, &lifecycle.SubmitNotice{Text: "第二稿。"})
	r.do(t, ids[1], "sign again", p.Signer, &lifecycle.ApproveNotice{})
	r.do(t, ids[0], "receive", p.Secretary, &lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	year := int64(today().Year()) * 1_000_000
	old, err := r.Notices(t.Context(), store.NoticeFilter{Number: year + 1, Limit: 10})
	require.NoError(t, err)
	require.Len(t, old, 1)
	require.Equal(t, "第一稿。", old[0].Text)
	require.Equal(t, lifecycle.NoticeReceived, old[0].State)
	states := map[string]lifecycle.NoticeState{}
	for _, c := range old[0].Of {
		states[c.ID] = c.State
		if c.ID == ids[1] {
			require.Equal(t, fmt.Sprintf("工委督函〔%d〕2号", today().Year()), c.ReplacedBy)
		}
	}
	require.Equal(t, map[string]lifecycle.NoticeState{
		ids[0]: lifecycle.NoticeReceived, ids[1]: lifecycle.NoticeReplaced, ids[2]: lifecycle.NoticeVoided,
	}, states)
	next, err := r.Notices(t.Context(), store.NoticeFilter{Number: year + 2, Limit: 10})
	require.NoError(t, err)
	require.Len(t, next, 1)
	require.Equal(t, old[0].Number, next[0].Replaces)
	_, err = r.Notice(t.Context(), ids[0])
	require.ErrorIs(t, err, store.ErrNotFound)
	r.sound(t)
}

// One action drafts and one signs all notices of a campaign. What is turned down
// is named; the rest goes through; breaking off anywhere doubles nothing.
func TestACampaignsNoticesInOneAction(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p := r.people
	var units []string
	for i := range 4 {
		u, err := r.AddUnit(t.Context(), store.Unit{Name: fmt.Sprintf("市直第%d局", i+1)})
		require.NoError(t, err)
		units = append(units, u.ID)
	}
	campaign := r.inspection(t, units...)
	var cases [][]string
	for i, u := range units {
		cases = append(cases, r.waiting(t, campaign, u, fmt.Sprint("u", i), i+1))
	}
	content := lifecycle.SubmitNotice{Text: "请于期限内整改到位。", Period: calendar.Period{N: 45, Unit: calendar.NaturalDays}}
	run, err := r.StartNoticeRun(t.Context(), p.Officer, campaign, store.DraftNotices, content, "k", time.Now())
	require.NoError(t, err)
	require.Equal(t, 4, run.Total)
	same, err := r.StartNoticeRun(t.Context(), p.Officer, campaign, store.DraftNotices, content, "k", time.Now())
	require.NoError(t, err)
	require.Equal(t, run.ID, same.ID)
	_, err = r.StartNoticeRun(t.Context(), p.Officer, campaign, store.DraftNotices, lifecycle.SubmitNotice{Text: "别的。"}, "k", time.Now())
	require.ErrorIs(t, err, store.ErrKeyReused)
	_, err = r.StartNoticeRun(t.Context(), p.Officer, "nothing", store.DraftNotices, content, "k2", time.Now())
	require.ErrorIs(t, err, store.ErrNotFound)

	r.do(t, cases[1][0], "void", p.Head, &lifecycle.Void{Reason: "误记"}) // between the order and its doing
	for more := true; more; {
		// As if every page were lost behind its last unit: what was done is forgotten.
		r.exec(t, `UPDATE notice_run_units SET done = false WHERE run_id = $1 AND no = 1`, run.ID)
		_, more, err = r.RunNotices(t.Context(), run.ID, 2, nil)
		require.NoError(t, err)
		r.exec(t, `UPDATE notice_run_units SET done = true WHERE run_id = $1 AND no = 1`, run.ID)
	}
	run, err = r.NoticeRun(t.Context(), run.ID)
	require.NoError(t, err)
	require.Equal(t, []int{3, 1}, []int{run.Done, run.Failed})
	require.NotNil(t, run.DoneAt)
	outcome, err := r.NoticeRunUnits(t.Context(), run.ID)
	require.NoError(t, err)
	require.Equal(t, units[1], outcome[0].Unit)
	require.Contains(t, outcome[0].Refusal.ZH, "撤销")

	sign, err := r.StartNoticeRun(t.Context(), p.Signer, campaign, store.SignNotices, lifecycle.SubmitNotice{}, "s", time.Now())
	require.NoError(t, err)
	require.Equal(t, 3, sign.Total)
	r.do(t, cases[3][2], "return", p.Leader, &lifecycle.ReturnNotice{Reason: "改"})
	r.do(t, cases[3][0], "again", p.Officer, &lifecycle.SubmitNotice{Text: "改稿。", Cases: cases[3][1:]})
	for more := true; more; {
		_, more, err = r.RunNotices(t.Context(), sign.ID, 1, nil)
		require.NoError(t, err)
	}
	outcome, err = r.NoticeRunUnits(t.Context(), sign.ID)
	require.NoError(t, err)
	require.Equal(t, units[3], outcome[0].Unit)
	require.Equal(t, "notice_changed", outcome[0].Refusal.Code, "a draft that nobody read is not signed")
	list, err := r.Notices(t.Context(), store.NoticeFilter{Campaign: campaign, Limit: 10})
	require.NoError(t, err)
	var got []string
	for _, n := range list {
		got = append(got, fmt.Sprint(n.Number, n.State, len(n.Of)))
	}
	year := today().Year()
	slices.Sort(got)
	want := []string{"drafted4", fmt.Sprintf("工委督函〔%d〕1号serving1", year), fmt.Sprintf("工委督函〔%d〕2号serving3", year)}
	slices.Sort(want)
	require.Equal(t, want, got)
	open, err := r.OpenJobs(t.Context())
	require.NoError(t, err)
	require.Empty(t, open)
	r.sound(t)
}

// A page of notices begins behind the one before.
func TestNoticesPageByPage(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p := r.people
	campaign := r.inspection(t, p.Unit.ID)
	for i, id := range r.waiting(t, campaign, p.Unit.ID, "p", 5) {
		r.do(t, id, fmt.Sprint("submit", i), p.Officer, &lifecycle.SubmitNotice{Text: "请整改。"})
		if i%2 == 0 {
			r.do(t, id, fmt.Sprint("sign", i), p.Signer, &lifecycle.ApproveNotice{})
		}
	}
	var all, paged []string
	whole, err := r.Notices(t.Context(), store.NoticeFilter{Unit: p.Unit.ID, Limit: 100})
	require.NoError(t, err)
	for _, n := range whole {
		all = append(all, n.ID)
	}
	require.Len(t, all, 5)
	for after := ""; ; {
		page, err := r.Notices(t.Context(), store.NoticeFilter{Unit: p.Unit.ID, After: after, Limit: 2})
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, n := range page {
			paged = append(paged, n.ID)
		}
		after = paged[len(paged)-1]
	}
	require.Equal(t, all, paged)
}

// A printer that fails as it is told.
type printer struct {
	refusal *lifecycle.Refusal
	err     error
	orders  []store.PaperOrder
	mu      sync.Mutex
}

func (p *printer) Print(_ context.Context, o store.PaperOrder) (lifecycle.Issued, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.orders = append(p.orders, o)
	switch {
	case p.refusal != nil:
		return lifecycle.Issued{}, p.refusal
	case p.err != nil:
		return lifecycle.Issued{}, p.err
	}
	return lifecycle.Issued{To: lifecycle.Addressee{Unit: o.Unit}, SHA256: strings.Repeat("a", 64)}, nil
}

// A paper that cannot be written is no decision: the number it was allotted goes
// back, and the series has no gap.
func TestWithoutItsPaperNothingIsDecided(t *testing.T) {
	t.Parallel()
	paper := &printer{}
	r := newRecord(t)
	p := r.people
	printing, err := store.Open(t.Context(), store.Options{URL: r.url, MaxConns: 4, Printer: paper})
	require.NoError(t, err)
	t.Cleanup(printing.Close)
	r.Store = printing
	campaign := r.inspection(t, p.Unit.ID)
	ids := r.waiting(t, campaign, p.Unit.ID, "w", 2)
	r.do(t, ids[0], "submit", p.Officer, &lifecycle.SubmitNotice{Text: "请整改。", Cases: ids[1:]})
	sign := func(key string) (store.Answer, error) {
		return r.Execute(t.Context(), store.Request{Actor: p.Signer, Key: key, Case: ids[1], ReceivedAt: time.Now(), Body: &lifecycle.ApproveNotice{}})
	}
	paper.refusal = &lifecycle.Refusal{Kind: lifecycle.NotAllowed, Code: "document_required", ZH: "缺少依据。", EN: "No basis."}
	a, err := sign("1")
	require.NoError(t, err)
	require.Equal(t, "document_required", a.Refusal.Code)
	require.Equal(t, lifecycle.NoticeApproval, a.Case.Stage)
	paper.refusal, paper.err = nil, errors.New("disk full")
	_, err = sign("2")
	require.ErrorIs(t, err, store.ErrBusy)
	paper.err = nil
	require.Equal(t, 0, r.count(t, `SELECT count(*) FROM number_series WHERE name LIKE 'paper/%'`), "no number was used up")
	a, err = sign("2")
	require.NoError(t, err)
	require.Nil(t, a.Refusal)
	require.Equal(t, fmt.Sprintf("工委督函〔%d〕1号", today().Year()), a.Case.Notice.Number)
	require.Equal(t, p.Unit.Name, a.Case.Notice.Issued.To.Unit)
	require.Equal(t, 1, r.count(t, `SELECT count(DISTINCT content -> 'data' -> 'issued' ->> 'sha256') FROM events WHERE kind = 'notice_approved'`))
	require.Equal(t, 2, r.count(t, `SELECT count(content -> 'data' -> 'issued') FROM events WHERE kind = 'notice_approved'`))
	last := paper.orders[len(paper.orders)-1]
	require.Equal(t, lifecycle.PaperNotice, last.Kind)
	require.Len(t, last.Others, 1, "one paper for both findings")
	require.Equal(t, lifecycle.Serving, lifecycle.Fold(last.Events).Stage)
	// Asked once more, the answer that was recorded is given, and nothing is printed.
	printed := len(paper.orders)
	again, err := sign("1")
	require.NoError(t, err)
	require.Equal(t, "document_required", again.Refusal.Code)
	require.Len(t, paper.orders, printed)
	r.sound(t)
}
