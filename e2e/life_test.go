package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
)

// today is the legal date now in the stack's time.
func (k *stack) today() calendar.Date {
	return k.timeline.Date(time.Now())
}

// look reads a case beside the API.
func (k *stack) look(id string) lifecycle.Case {
	k.t.Helper()
	v, err := k.record.Case(context.Background(), k.people.Manager, id)
	require.NoError(k.t, err)
	return *v.Staff
}

// await waits until a case is so.
func (k *stack) await(id string, within time.Duration, what string, so func(lifecycle.Case) bool) lifecycle.Case {
	k.t.Helper()
	var c lifecycle.Case
	within = k.machine.patience(within)
	for begin := time.Now(); time.Since(begin) < within; {
		if c = k.look(id); so(c) {
			return c
		}
		<-time.After(50 * time.Millisecond)
	}
	events, err := k.record.Events(context.Background(), k.people.Auditor, id, 0, 200)
	require.NoError(k.t, err)
	for _, e := range events {
		k.t.Logf("%s %s %s %s %v %s", e.At.Format(time.StampMilli), e.Legal, e.Kind, e.Stage, e.Level, e.Content)
	}
	k.t.Fatalf("%s did not come within %s", what, within)
	return c
}

// opened is the way of a case to the unit's signature.
func (k *stack) opened(ctx context.Context, key string, kind lifecycle.Type) *casetest.Life {
	k.t.Helper()
	l := k.life(key)
	l.Must(ctx, k.t, append([]casetest.Step{k.people.Finding("组织生活制度不严格", k.today())}, k.people.UpToServing(kind)...)...)
	return l
}

// arrive arrives on a working day that a leader announced: a drawn look-back is in
// look_back_test.go. A day that the machine slept over is announced anew, as a
// committee would.
func (k *stack) arrive(ctx context.Context, l *casetest.Life) {
	k.t.Helper()
	for range announcements {
		on := calendar.Builtin().Roll(k.today().AddDays(1)).Date
		steps := k.people.Arrive(on)
		done := 0
		for _, step := range steps {
			for step.Body.Kind() == lifecycle.KindRecordArrival && k.today().Before(on) {
				<-time.After(10 * time.Millisecond)
			}
			a, err := l.Do(ctx, step)
			require.NoError(k.t, err)
			if a.Refusal != nil {
				require.True(k.t, k.today().After(on), "%s is refused before the day is over: %+v", step.Body.Kind(), a.Refusal)
				break
			}
			done++
		}
		if done == len(steps) {
			return
		}
	}
	k.short("of %d days that were announced, each was over before the arrival was recorded", announcements)
}

// announcements is how many days are announced until the days are called too short.
const announcements = 5

// lookBack arrives and finds everything in place.
func (k *stack) lookBack(ctx context.Context, l *casetest.Life) lifecycle.Case {
	k.t.Helper()
	k.arrive(ctx, l)
	b := &lifecycle.RecordLookBack{Result: lifecycle.InPlace}
	for _, m := range k.look(l.Case).Plan.Measures {
		b.Findings = append(b.Findings, lifecycle.LookBackPoint{No: m.No, InPlace: true, Account: "现场核查"})
	}
	l.Must(ctx, k.t, casetest.Step{By: k.people.Lead, Body: b})
	return k.look(l.Case)
}

// The full happy path, through REST, with a real engine: from discovery to the
// archive, which only a timer opens; then the workflow is done.
func TestAWholeLife(t *testing.T) {
	t.Parallel()
	story(t, setup{day: 200 * time.Millisecond}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		k := newStack(t, s)
		p := k.people
		l := k.opened(ctx, "whole", lifecycle.ByDeadline)
		k.swiftly(ctx, l, p.Sign(),
			casetest.Step{By: p.Contact, Body: &lifecycle.SubmitPlan{Measures: []lifecycle.PlannedMeasure{
				{Text: "建立台账", Kind: lifecycle.EstablishSystem, Owner: "机关党委", Due: k.today().AddDays(20)},
				{Text: "补课", Kind: lifecycle.Training, Owner: "第二支部", Due: k.today().AddDays(25)},
			}}},
			casetest.Step{By: p.Officer, Body: &lifecycle.AcceptPlan{}},
			p.Report(2),
			casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}},
		)
		c := k.lookBack(ctx, l)
		require.Equal(t, lifecycle.ClosureApproval, c.Stage)
		l.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.ApproveClosure{}})
		c = k.await(l.Case, time.Minute, "archived", func(c lifecycle.Case) bool { return c.Stage == lifecycle.Archived })
		require.Empty(t, c.Clocks)

		temporal := k.temporal()
		k.eventually(20*time.Second, "the workflow is done", func() bool {
			d, err := temporal.DescribeWorkflowExecution(ctx, "case/"+l.Case, "")
			return err == nil && d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		})
		report, err := k.record.Rebuild(ctx, nil)
		require.NoError(t, err)
		require.Zero(t, report.Changed, "state == fold(events)")
	})
}

// The whole ladder, lifecycle.md section 4: L1 +1, L2 +5, L3 +10, L4 +15,
// L5 +20 working days from the due date, each on its legal day and with its
// measure; after L5 the chase goes on.
func TestTheWholeLadder(t *testing.T) {
	t.Parallel()
	story(t, setup{day: 500 * time.Millisecond}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		k := newStack(t, s)
		l := k.opened(ctx, "ladder", lifecycle.Immediate)
		l.Must(ctx, t, k.people.Sign())
		c := k.look(l.Case)
		due, ok := c.Deadline()
		require.True(t, ok)
		k.await(l.Case, time.Minute, "level L5", func(c lifecycle.Case) bool { return c.Level == policy.L5 })
		c = k.await(l.Case, time.Minute, "a chase after L5", func(c lifecycle.Case) bool {
			d, _ := c.Deadline()
			return d.Chases >= 5
		})
		k.unsilenced(ctx)
		days := calendar.Builtin()
		events, err := k.record.Events(ctx, k.people.Auditor, l.Case, 0, 200)
		require.NoError(t, err)
		// A step recorded more than a day after its own, because the machine was
		// busy, lets the next keep its distance.
		base, before, level := due.Due, 0, policy.L0
		after := []int{0, 1, 5, 10, 15, 20}
		for _, e := range events {
			if e.Kind != lifecycle.EventLevelRaised {
				continue
			}
			level++
			require.Equal(t, level, *e.Level, "a step at a time")
			want := days.AddWorkingDays(due.Due, after[level])
			if paced := days.AddWorkingDays(base, after[level]-before); paced.After(want) {
				want = paced
			}
			require.Equal(t, want.String(), e.Legal.String(), level)
			base, before = e.Legal, after[level]
			if recorded := k.timeline.Date(e.At); recorded.After(e.Legal.AddDays(1)) {
				base = recorded
			}
		}
		require.Equal(t, policy.L5, level)
		kinds := map[policy.MeasureKind]lifecycle.MeasureStatus{}
		for _, m := range c.Measures {
			kinds[m.Kind] = m.Status
		}
		require.Equal(t, map[policy.MeasureKind]lifecycle.MeasureStatus{
			policy.MeasureUrge: lifecycle.Done, policy.MeasureSupervisionLetter: lifecycle.Ordered, policy.MeasureOnSite: lifecycle.Proposed,
			policy.MeasureReminderTalk: lifecycle.Ordered, policy.MeasureNegativeList: lifecycle.Ordered,
		}, kinds)
	})
}

// Same key, same answer: eight concurrent identical requests have one effect
// and get eight identical answers, over two APIs.
func TestEightIdenticalRequests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	k := newStack(t, setup{apis: 2})
	body, err := json.Marshal(k.people.Finding("同一问题", k.today()).Body)
	require.NoError(t, err)
	type reply struct {
		status int
		etag   string
		text   string
	}
	replies := make([]reply, 8)
	var group sync.WaitGroup
	for i := range replies {
		group.Go(func() {
			d := door{stack: k, api: i % 2}
			status, header, text, err := d.send(ctx, http.MethodPost, "/v1/cases", k.people.Inspector, map[string]string{"Idempotency-Key": "same"}, body)
			if err == nil {
				replies[i] = reply{status, header.Get("ETag"), string(text)}
			}
		})
	}
	group.Wait()
	require.Equal(t, http.StatusCreated, replies[0].status)
	for _, r := range replies {
		require.Equal(t, replies[0], r)
	}
	counts, err := k.record.Counts(ctx, k.people.Manager)
	require.NoError(t, err)
	require.Equal(t, int64(1), counts.Total)
}

// Fifty different commands race on one case, each re-reading until it is
// decided: what comes out is a legal sequence.
func TestFiftyCommandsRace(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	k := newStack(t, setup{apis: 2})
	p := k.people
	l := k.opened(ctx, "race", lifecycle.Immediate)
	l.Must(ctx, t, p.Sign())
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			step := []casetest.Step{
				p.Report(1),
				{By: p.Officer, Body: &lifecycle.ReturnReport{Reasons: []lifecycle.ItemReason{{No: 1, Reason: "缺材料"}}}},
				{By: p.Officer, Body: &lifecycle.Note{Text: fmt.Sprintf("备注%d", i)}},
				{By: p.Leader, Body: &lifecycle.GrantStay{Until: k.today().AddDays(10), Reason: "搬迁"}},
				{By: p.Leader, Body: &lifecycle.EndStay{Reason: "恢复"}},
				{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureUrge, Basis: "催办"}},
				{By: p.Signer, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: "现场督导"}},
				{By: p.Leader, Body: &lifecycle.WaiveMeasure{No: 1 + i%4, Reason: "免予"}},
				{By: p.Secretary, Body: &lifecycle.RequestExtension{Until: k.today().AddDays(35), Reason: "需要时间"}},
				{By: p.Leader, Body: &lifecycle.DecideExtension{Granted: i%2 == 0, Reason: "决定"}},
			}[i%10]
			mine := &casetest.Life{Doer: door{stack: k, api: i % 2}, Key: fmt.Sprintf("race-%d", i), Case: l.Case}
			_, err := mine.Do(ctx, step)
			if err != nil {
				t.Errorf("%s: %v", step.Body.Kind(), err)
			}
		})
	}
	group.Wait()
	events, err := k.record.Events(ctx, p.Auditor, l.Case, 0, 200)
	require.NoError(t, err)
	for i, e := range events {
		require.Equal(t, int64(i+1), e.Seq)
	}
	require.Greater(t, len(events), 15)
	report, err := k.record.Rebuild(ctx, nil)
	require.NoError(t, err)
	require.Zero(t, report.Changed, "state == fold(events)")
}
