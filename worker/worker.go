package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"duban/activities"
	"duban/workflows"
)

// Record is what the worker needs of the record.
type Record interface {
	activities.Record

	// HeartbeatEvery is a minute, and less when legal days are compressed: the
	// Schedules keep pace.
	HeartbeatEvery(ctx context.Context) (time.Duration, error)
	// ExpectRounds says how often each Schedule begins a round, BeginRound that one
	// does.
	ExpectRounds(ctx context.Context, every map[string]time.Duration) error
	BeginRound(ctx context.Context, name string) error
}

// Options says what a worker works with.
type Options struct {
	// Temporal reaches the server; it may be connected lazily. Required.
	Temporal client.Client
	// Namespace is the one the client works in. Required.
	Namespace string
	// Record is where the activities ask. Required.
	Record Record
	// Sender is how messages leave the house; nil when this worker sends none.
	Sender *activities.SenderOptions
	// Bounces is how what comes back is read; nil when this worker reads none.
	Bounces *activities.BounceOptions
	// Clock dates what the activities do; the engine's timers keep its own time.
	// Defaults to time.Now.
	Clock func() time.Time
	// Ensure is how often the Schedules are looked after. Defaults to 5
	// minutes, less when legal days are compressed.
	Ensure time.Duration
	// Cache is how many workflows are kept in memory between two steps, for all
	// workers of the process. Defaults to 10,000.
	Cache int
	// Logger gets what nobody else is told. Defaults to slog.Default().
	Logger *slog.Logger
	// Metrics is where the counters are registered. Defaults to nowhere.
	Metrics prometheus.Registerer
}

// The states of a worker, as they show in /readyz.
const (
	Idle    = "idle"    // Run was not called yet
	Trying  = "trying"  // the server does not let it work
	Working = "working" // it polls; whether the server is well is not known here
	Stopped = "stopped"
)

// A Worker runs workflows and activities.
type Worker struct {
	client     client.Client
	namespace  string
	activities *activities.Activities
	rounds     *rounds
	schedules  schedules
	log        *slog.Logger

	mu    sync.Mutex
	state string
}

const (
	cacheSize = 10_000
	pollers   = 8
	// questions is how many workflows may ask the record at a time: some more
	// than it has connections, so that none waits for its turn in vain.
	questions = 32
	// stopLimit is how long running steps may take when the process ends.
	stopLimit = 25 * time.Second
	// stickyLimit is how long a workflow waits for the worker that has it in
	// memory, which may be dead.
	stickyLimit = 5 * time.Second
	// stuckLimit is how long one step of a workflow may compute. A busy machine
	// may well need longer than the SDK's one second.
	stuckLimit = 10 * time.Second

	callLimit  = 5 * time.Second
	firstPause = 500 * time.Millisecond
	lastPause  = 10 * time.Second
)

// New returns a worker. It panics when counters of the same names are
// registered already.
func New(o Options) *Worker {
	log := o.Logger
	if log == nil {
		log = slog.Default()
	}
	cache := o.Cache
	if cache <= 0 {
		cache = cacheSize
	}
	worker.SetStickyWorkflowCacheSize(cache)
	return &Worker{
		client: o.Temporal, namespace: o.Namespace, log: log, state: Idle,
		activities: activities.New(activities.Options{Record: o.Record, Sender: o.Sender, Bounces: o.Bounces, Clock: o.Clock, Logger: log, Metrics: o.Metrics}),
		rounds:     &rounds{record: o.Record, log: log},
		schedules:  schedules{client: o.Temporal, record: o.Record, every: o.Ensure, log: log},
	}
}

// State says in a word how the worker is: one of Idle, Trying, Working and
// Stopped.
func (w *Worker) State() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// Run works until ctx ends, and then lets running steps end. A server that is
// away, or has no such namespace, is tried again for ever.
func (w *Worker) Run(ctx context.Context) error {
	pause := firstPause
	for {
		began := time.Now()
		err := w.work(ctx)
		if ctx.Err() != nil {
			w.enter(ctx, Stopped, nil)
			return nil //nolint:nilerr // whatever went wrong while stopping went wrong for that
		}
		w.enter(ctx, Trying, err)
		if time.Since(began) > lastPause {
			pause = firstPause
		}
		sleep(ctx, pause)
		pause = min(2*pause, lastPause)
	}
}

// work serves with one worker of the SDK until ctx ends, or something goes so
// wrong that it takes a new one.
func (w *Worker) work(ctx context.Context) error {
	if err := w.reach(ctx); err != nil {
		return err
	}
	fatal := make(chan error, 1)
	sdk := worker.New(w.client, workflows.TaskQueue, worker.Options{
		MaxConcurrentWorkflowTaskPollers:        pollers,
		MaxConcurrentActivityTaskPollers:        pollers / 2,
		MaxConcurrentLocalActivityExecutionSize: questions,
		StickyScheduleToStartTimeout:            stickyLimit,
		WorkerStopTimeout:                       stopLimit,
		DeadlockDetectionTimeout:                stuckLimit,
		DisableRegistrationAliasing:             true,
		Interceptors:                            []interceptor.WorkerInterceptor{w.rounds},
		OnFatalError:                            func(err error) { fatal <- err },
	})
	workflows.Register(sdk)
	workflows.RegisterActivities(sdk, w.activities)
	if err := sdk.Start(); err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	defer sdk.Stop()
	w.enter(ctx, Working, nil)

	keep, done := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { w.schedules.keep(keep) })
	defer keeper.Wait()
	defer done()
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return fmt.Errorf("work: %w", err)
	}
}

// reach reports whether the server is there and has the namespace. The SDK
// would find out by itself, but could not be interrupted while it does.
func (w *Worker) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	_, err := w.client.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: w.namespace})
	if err != nil {
		return fmt.Errorf("reach namespace %s: %w", w.namespace, err)
	}
	return nil
}

// enter changes the state, and logs the change.
func (w *Worker) enter(ctx context.Context, state string, err error) {
	w.mu.Lock()
	before := w.state
	w.state = state
	w.mu.Unlock()
	switch {
	case before == state:
	case before == Idle && err != nil: // they may have been started together
		w.log.InfoContext(ctx, "worker waits for the engine", slog.Any("error", err))
	case err != nil:
		w.log.WarnContext(ctx, "worker cannot work; it keeps trying", slog.Any("error", err))
	case state == Working:
		w.log.InfoContext(ctx, "worker works")
	case state == Stopped:
		w.log.InfoContext(ctx, "worker stopped")
	}
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
