package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// Fifty different commands race on one case, each reading it again until it is
// decided: a legal sequence comes out, every answer is the record's.
func TestFiftyCommandsRaceOnOneCase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	c := r.life(t, "race").Must(ctx, t, p.Finding("问题", today()))
	var steps []casetest.Step
	for range 4 {
		steps = append(steps, p.UpToServing(lifecycle.Immediate)...)
		steps = append(steps, p.Sign(), p.Report(1), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}},
			casetest.Step{By: p.Officer, Body: &lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{Reason: "材料不全"}}}},
			casetest.Step{By: p.Leader, Body: &lifecycle.ReturnNotice{Reason: "改"}},
			casetest.Step{By: p.Head, Body: &lifecycle.ReturnDraft{Reason: "补"}},
			r.noteStep(), casetest.Step{By: p.Manager, Body: &lifecycle.Note{Text: "看过"}})
	}
	steps = append(steps, casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "不属实"}}, r.noteStep())
	require.Len(t, steps, 50)
	answers := make([]store.Answer, len(steps))
	errs := make([]error, len(steps))
	var group sync.WaitGroup
	for i, step := range steps {
		group.Go(func() {
			req := store.Request{Actor: step.By, Key: fmt.Sprint("race-", i), Case: c.ID, ReceivedAt: time.Now(), Body: step.Body}
			for {
				v, err := r.Case(ctx, step.By, c.ID)
				if err == nil {
					req.IfMatch = &v.Version
					answers[i], err = r.Execute(ctx, req)
				}
				if err == nil || step.By.Unit != "" && !isStale(err) {
					errs[i] = err
					return
				}
				if !isStale(err) {
					errs[i] = err
					return
				}
			}
		})
	}
	group.Wait()
	var done []int64
	for i, a := range answers {
		if errs[i] != nil { // the unit does not see it yet
			require.ErrorIs(t, errs[i], store.ErrNotFound)
			require.NotEmpty(t, steps[i].By.Unit)
			continue
		}
		if a.Refusal == nil {
			done = append(done, a.Case.Seq)
		}
		again, err := r.Execute(ctx, store.Request{
			Actor: steps[i].By, Key: fmt.Sprint("race-", i), Case: c.ID, ReceivedAt: time.Now(), Body: steps[i].Body,
		})
		require.NoError(t, err)
		if a.Refusal == nil || a.Refusal.Kind != lifecycle.Forbidden {
			require.True(t, again.Replayed)
			a.Replayed = true
			require.Equal(t, a, again)
		}
	}
	slices.Sort(done)
	require.NotEmpty(t, done)
	require.Len(t, slices.Compact(slices.Clone(done)), len(done), "no two commands made the same version")
	r.sound(t)
}

// Numbers have no gaps under 32 openings at once, some of which fail on the way.
func TestNumbersHaveNoGaps(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.fail(t, "receipts", "P0001", 12)
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		opened []string
		failed int
	)
	for i := range 32 {
		group.Go(func() {
			for range 20 {
				a, err := r.Execute(ctx, r.opening(fmt.Sprint("n", i)))
				mu.Lock()
				if err == nil {
					opened = append(opened, a.Case.Number)
					mu.Unlock()
					return
				}
				failed++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	require.Len(t, opened, 32)
	require.Equal(t, 12, failed)
	slices.Sort(opened)
	require.Len(t, slices.Compact(opened), 32)
	require.Equal(t, 32, r.count(t, `SELECT max(number_key % 1000000) FROM cases`))
	r.sound(t)
}

// Eight people's identical requests, of every step of a life: one effect each,
// and eight identical answers.
func TestEightIdenticalRequests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	id := ""
	for n, step := range append([]casetest.Step{p.Finding("问题", today())}, p.UpToReview()...) {
		req := store.Request{Actor: step.By, Key: fmt.Sprint("eight-", n), Case: id, ReceivedAt: time.Now(), Body: step.Body}
		answers := make([]store.Answer, 8)
		errs := make([]error, 8)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() { answers[i], errs[i] = r.Execute(ctx, req) })
		}
		group.Wait()
		fresh := 0
		for i, a := range answers {
			require.NoError(t, errs[i])
			if !a.Replayed {
				fresh++
			}
			a.Replayed = answers[0].Replayed
			require.Equal(t, answers[0], a)
		}
		require.Equal(t, 1, fresh)
		id = answers[0].Case.ID
		require.Equal(t, int64(n+1), answers[0].Case.Seq)
	}
	r.sound(t)
}

// Receipts: the same answer for ever, after many later commands and under a new
// policy and calendar; shown to nobody but the person who asked.
func TestAReceiptStaysTheSame(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "stays")
	var first []store.Answer
	for _, step := range append([]casetest.Step{p.Finding("问题", today())}, p.UpToReview()...) {
		a, err := l.Do(ctx, step)
		require.NoError(t, err)
		require.Nil(t, a.Refusal)
		first = append(first, a)
		refused, err := l.Do(ctx, casetest.Step{By: p.Leader, Body: &lifecycle.ApproveClosure{}})
		require.NoError(t, err)
		require.NotNil(t, refused.Refusal)
		first = append(first, refused)
	}
	_, err := r.AddPolicy(ctx, "admin", r.policyText(t))
	require.NoError(t, err)
	_, _, err = r.ImportCalendar(ctx, "admin", year2027(t))
	require.NoError(t, err)
	l.Must(ctx, t, casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}}, r.noteStep())
	fresh := r.second(t, r.url, 2) // another process, with empty caches
	for _, a := range first {
		asker := p.Inspector
		for _, who := range []lifecycle.Actor{p.Inspector, p.Officer, p.Head, p.Signer, p.Leader, p.Secretary} {
			got, err := fresh.Receipt(ctx, who, a.CommandID)
			if err != nil {
				require.ErrorIs(t, err, store.ErrNotFound)
				continue
			}
			asker = who
			require.True(t, got.Replayed)
			got.Replayed = false
			require.Equal(t, a, got)
		}
		_, err := fresh.Receipt(ctx, p.Manager, a.CommandID)
		require.ErrorIs(t, err, store.ErrNotFound, "%s", asker.Name)
	}
}

// A 403 has no receipt: the same key may be tried again once the person may.
func TestAForbiddenCommandLeavesNoReceipt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "forbidden").Must(ctx, t, r.people.Finding("问题", today()))
	req := store.Request{
		Actor: r.people.Officer, Key: "mine?", Case: c.ID, ReceivedAt: time.Now(), Body: &lifecycle.SubmitDraft{},
	}
	a, err := r.Execute(ctx, req)
	require.NoError(t, err)
	require.Equal(t, lifecycle.Forbidden, a.Refusal.Kind)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM receipts`))
	_, err = r.Receipt(ctx, r.people.Officer, a.CommandID)
	require.ErrorIs(t, err, store.ErrNotFound)
}
