package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"duban/calendar"
	"duban/dispatch"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/local"
	"duban/store"
	"duban/worker"
	"duban/workflows"
)

// bareQueue is where the bare workflows are served.
const bareQueue = "bare"

// A timed is a record with an engine on the same database and two workers: ours
// and one of bare workflows.
type timed struct {
	*record

	client client.Client
	engine *dispatch.Temporal
	stop   []func()
}

// timed starts an engine and workers on a new record under a policy; the default
// when nil. Closing it closes the record.
func (b *bench) timed(ctx context.Context, initial []byte) (_ *timed, err error) {
	r, err := b.recordUnder(ctx, store.Options{MaxConns: 32}, initial)
	if err != nil {
		return nil, err
	}
	t := &timed{record: r, stop: []func(){r.close}}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	quiet := slog.New(slog.DiscardHandler)
	e, err := local.StartEngine(ctx, local.EngineOptions{Dir: b.folder, DatabaseURL: r.url, Listen: "127.0.0.1:0", Logger: quiet})
	if err != nil {
		return nil, err
	}
	t.stop = append(t.stop, func() { _ = e.Stop(context.WithoutCancel(ctx)) })
	if t.client, err = dispatch.Dial(dispatch.Server{Address: e.Address(), Namespace: "duban", TLS: dispatch.EngineTLS(e.KeyFile())}, quiet); err != nil {
		return nil, err
	}
	t.stop = append(t.stop, t.client.Close)
	t.engine = dispatch.NewTemporal(t.client, "duban")
	if err := until(ctx, time.Minute, func() (bool, error) { return e.State().Ready, nil }); err != nil {
		return nil, err
	}
	ours := worker.New(worker.Options{Temporal: t.client, Namespace: "duban", Record: r.Store, Logger: quiet})
	working, end := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = ours.Run(working) // it ends because it is told to
	}()
	t.stop = append(t.stop, func() { end(); <-done })
	bare := sdk.New(t.client, bareQueue, sdk.Options{MaxConcurrentWorkflowTaskPollers: 8, MaxConcurrentActivityTaskPollers: 4})
	bare.RegisterWorkflowWithOptions(bareCase, workflow.RegisterOptions{Name: "bare_case"})
	bare.RegisterWorkflowWithOptions(bareAlarm, workflow.RegisterOptions{Name: "bare_alarm"})
	bare.RegisterActivityWithOptions(t.note, activity.RegisterOptions{Name: "note"})
	if err := bare.Start(); err != nil {
		return nil, err
	}
	t.stop = append(t.stop, bare.Stop)
	return t, until(ctx, time.Minute, func() (bool, error) { return ours.State() == worker.Working, nil })
}

func (t *timed) close() {
	for _, v := range slices.Backward(t.stop) {
		v()
	}
}

// bareCase hears what is told and arms one timer for it: the least a workflow
// can do that keeps time.
func bareCase(ctx workflow.Context) error {
	news := workflow.GetSignalChannel(ctx, workflows.SignalAdvanced)
	var told store.Told
	for !told.Settled {
		timer, stop := workflow.WithCancel(ctx)
		s := workflow.NewSelector(ctx)
		s.AddReceive(news, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, &told) })
		if !told.FireAt.IsZero() {
			s.AddFuture(workflow.NewTimer(timer, told.FireAt.Sub(workflow.Now(ctx))), func(workflow.Future) {})
		}
		s.Select(ctx)
		stop()
	}
	return nil
}

// A teller tells a workflow of a case.
type teller func(ctx context.Context, told store.Told) error

func (t *timed) tellBare(ctx context.Context, told store.Told) error {
	_, err := t.client.SignalWithStartWorkflow(ctx, "bare/"+told.Case, workflows.SignalAdvanced, told, client.StartWorkflowOptions{
		ID: "bare/" + told.Case, TaskQueue: bareQueue, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, "bare_case")
	return err
}

// telling measures how the engine keeps up when nothing is coalesced: every
// command is recorded, told and armed, by our workflow and by a bare one.
func telling(ctx context.Context, b *bench, o options) error {
	t, err := b.timed(ctx, nil)
	if err != nil {
		return err
	}
	defer t.close()
	const cases = 100
	var ours, bare []float64
	grown := 0.0
	for round := range max(2, o.rounds/2) {
		for side, tell := range []teller{t.engine.Tell, t.tellBare} {
			before, err := t.engineSize(ctx)
			if err != nil {
				return err
			}
			rate, err := t.lives(ctx, fmt.Sprintf("tell-%d-%d", round, side), cases, o.clients, side, tell)
			if err != nil {
				return err
			}
			after, err := t.engineSize(ctx)
			if err != nil {
				return err
			}
			if side == 0 {
				ours = append(ours, rate)
				grown += float64(after-before) / cases / 1024
			} else {
				bare = append(bare, rate)
			}
		}
	}
	told("cases recorded, told and armed, nothing coalesced", median(ours), "/s")
	told("the same with a bare signal-and-timer workflow", median(bare), "/s")
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / bare[i]
	}
	atLeast("the engine keeping up, against the bare workflow", median(ratios), 0.85, "")
	atMost("disk of the engine for a case of 7 told commands, vacuumed", grown/float64(len(ours)), 60, "KB")
	return nil
}

// engineSize is what the engine's tables and indexes take on disk, in bytes,
// once what was deleted can be used again.
func (t *timed) engineSize(ctx context.Context) (bytes int64, err error) {
	if _, err := t.sql.Exec(ctx, `VACUUM`); err != nil {
		return 0, err
	}
	return bytes, t.sql.QueryRow(ctx, `
		SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c
		WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('temporal', 'temporal_visibility')`).Scan(&bytes)
}

// lives runs cases of seven told commands each and returns how many a second
// were told to their end.
func (t *timed) lives(ctx context.Context, key string, cases, clients, side int, tell teller) (float64, error) {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		fault error
		next  = make(chan int)
	)
	begin := time.Now()
	for range clients {
		group.Go(func() {
			for i := range next {
				if err := t.life(ctx, fmt.Sprintf("%s-%d", key, i), side, tell); err != nil {
					mu.Lock()
					fault = errors.Join(fault, err)
					mu.Unlock()
				}
			}
		})
	}
	for i := range cases {
		next <- i
	}
	close(next)
	group.Wait()
	return float64(cases) / time.Since(begin).Seconds(), fault
}

func (t *timed) life(ctx context.Context, key string, side int, tell teller) error {
	p := t.people
	steps := append([]casetest.Step{p.Finding(key, calendar.Real().Date(time.Now()))}, p.UpToServing(lifecycle.Immediate)...)
	steps = append(steps, p.Sign(), casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "结束"}})
	l := &casetest.Life{Doer: t.Store, Key: key}
	for _, step := range steps {
		a, err := l.Do(ctx, step)
		if err != nil {
			return err
		}
		if a.Refusal != nil {
			return a.Refusal
		}
		told, err := t.Told(ctx, l.Case)
		if err != nil {
			return err
		}
		if err := tell(ctx, told); err != nil {
			return err
		}
	}
	id := workflows.CaseID(l.Case)
	if side == 1 {
		id = "bare/" + l.Case
	}
	return t.client.GetWorkflow(ctx, id, "").Get(ctx, nil)
}

// until waits for something to be so.
func until(ctx context.Context, within time.Duration, so func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		ok, err := so()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
