package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// design.md section 2: events, read model, receipt and telling commit together,
// and state == fold(events).
func TestALifeIsRecorded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p, l := r.people, r.life(t, "life")
	c := l.Must(ctx, t, append([]casetest.Step{p.Finding("党费收缴不及时", today())}, p.UpToReview()...)...)
	require.Equal(t, lifecycle.ReportReview, c.Stage)
	require.Regexp(t, `^督〔\d{4}〕0001$`, c.Number)
	require.Regexp(t, `^工委督函〔\d{4}〕1号$`, c.Notice.Number)
	c = l.Must(ctx, t, casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})
	require.Equal(t, lifecycle.LookBackPending, c.Stage)

	view, err := r.Case(ctx, p.Manager, c.ID)
	require.NoError(t, err)
	require.Equal(t, c, *view.Staff)
	unit, err := r.Case(ctx, p.Secretary, c.ID)
	require.NoError(t, err)
	require.Equal(t, lifecycle.UnitAccepted, unit.Unit.Stage)
	_, err = r.Case(ctx, p.OtherSecretary, c.ID)
	require.ErrorIs(t, err, store.ErrNotFound)

	var events, receipts, tellings int
	require.NoError(t, r.sql.QueryRow(ctx, `SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM receipts), (SELECT count(*) FROM tellings)`).
		Scan(&events, &receipts, &tellings))
	require.Equal(t, []int{9, 8, 1}, []int{events, receipts, tellings})

	report, err := r.Rebuild(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, store.RebuildReport{Cases: 1}, report)
}

// Receipts: same key, same answer for ever; same key, other request, refused.
func TestSameKeySameAnswer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	req := store.Request{
		Actor: r.people.Inspector, Key: "k1", ReceivedAt: time.Now(), Body: r.people.Finding("问题", today()).Body,
	}
	answers := make([]store.Answer, 8)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			a, err := r.Execute(ctx, req)
			if err == nil {
				answers[i] = a
			}
		})
	}
	group.Wait()
	for _, a := range answers {
		a.Replayed = answers[0].Replayed
		require.Equal(t, answers[0], a)
	}
	require.NotEmpty(t, answers[0].Case.ID)
	opened := answers[0].Case.ID
	for name, other := range map[string]store.Request{
		"another body": {Body: r.people.Finding("另一问题", today()).Body},
		"another kind": {Body: &lifecycle.SubmitDraft{}, Case: opened},
		"another case": {Body: req.Body, Case: opened},
	} {
		other.Actor, other.Key, other.ReceivedAt = req.Actor, req.Key, time.Now()
		_, err := r.Execute(ctx, other)
		require.ErrorIs(t, err, store.ErrKeyReused, name)
	}
	var n int
	require.NoError(t, r.sql.QueryRow(ctx, `SELECT count(*) FROM events`).Scan(&n))
	require.Equal(t, 1, n)
}

// A refusal by the rules is an answer that its key gets again.
func TestARefusalIsAnAnswer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p, l := r.people, r.life(t, "refused")
	c := l.Must(ctx, t, p.Finding("问题", today()))
	version := c.Seq
	req := store.Request{
		Actor: p.Head, Key: "too-early", Case: c.ID, IfMatch: &version, ReceivedAt: time.Now(), Body: p.Accept(lifecycle.Immediate).Body,
	}
	first, err := r.Execute(ctx, req)
	require.NoError(t, err)
	require.Equal(t, "wrong_stage", first.Refusal.Code)
	l.Must(ctx, t, casetest.Step{By: p.Inspector, Body: &lifecycle.SubmitDraft{}})
	second, err := r.Execute(ctx, req)
	require.NoError(t, err, "the key is looked up before If-Match")
	second.Replayed = false
	require.Equal(t, first, second)

	req.Key = "stale"
	_, err = r.Execute(ctx, req)
	require.ErrorIs(t, err, store.ErrStale)
}
