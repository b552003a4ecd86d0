package api_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/durationpb"

	"duban/activities"
	"duban/dispatch"
	"duban/internal/pgtest"
	"duban/local"
	"duban/notify"
	"duban/store"
	"duban/worker"
	"duban/workflows"
)

var _ worker.Record = (*store.Store)(nil)

const (
	// soon is how long a busy machine may take for what takes moments.
	soon  = 5 * time.Minute
	often = 10 * time.Millisecond
	// cached is how many workflows are kept in memory. Those of a world that is
	// over are forgotten as others come.
	cached = 100
)

// An engine is the one engine program of a test. Every world has a namespace of
// its own in it.
type engine struct{ address, keyFile string }

// startEngine starts the engine with namespaces of these names.
func startEngine(t *testing.T, namespaces []string) engine {
	t.Helper()
	program, err := local.StartEngine(t.Context(), local.EngineOptions{
		Dir: pgtest.Folder(t), DatabaseURL: pgtest.Database(t), Listen: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler),
		Bin: cmp.Or(os.Getenv("DUBAN_ENGINE_BIN"), "../bin/duban-engine"),
	})
	require.NoError(t, err, "make build makes the engine program")
	t.Cleanup(func() { require.NoError(t, program.Stop(context.Background())) })
	require.Eventually(t, func() bool { return program.State().Ready }, soon, often)
	e := engine{program.Address(), program.KeyFile()}
	c := e.dial(t, "duban")
	for _, name := range namespaces {
		require.Eventually(t, func() bool { // the engine takes some twenty a second
			_, err := c.WorkflowService().RegisterNamespace(t.Context(), &workflowservice.RegisterNamespaceRequest{
				Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
			})
			var exists *serviceerror.NamespaceAlreadyExists // an answer was lost
			return err == nil || errors.As(err, &exists)
		}, soon, often)
	}
	return e
}

func (e engine) dial(t *testing.T, namespace string) client.Client {
	t.Helper()
	c, err := dispatch.Dial(dispatch.Server{Address: e.address, Namespace: namespace, TLS: dispatch.EngineTLS(e.keyFile)}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// A process is what a world has of the engine: the door that tells it, and the
// worker that does what it wants done.
type process struct {
	*dispatch.Dispatcher

	temporal client.Client
	worker   *worker.Worker
	left     *leaving
	// ran is how often each Schedule was run.
	ran map[string]int
}

// serve runs door and worker of a record until the test ends. The engine's time
// is the machine's, so it must not start anything by itself: the Schedules are
// paused, and run when the test says so.
func (e engine) serve(t *testing.T, namespace string, record *store.Store, clock func() time.Time, logger *slog.Logger) *process {
	t.Helper()
	p := &process{temporal: e.dial(t, namespace), left: &leaving{clock: clock}, ran: map[string]int{}}
	for _, id := range []string{workflows.ScheduleJobs, workflows.ScheduleMessages, workflows.ScheduleLookBacks, workflows.ScheduleBounces} {
		require.Eventually(t, func() bool { // a namespace is known everywhere some seconds after it was made
			_, err := p.temporal.ScheduleClient().Create(t.Context(), client.ScheduleOptions{
				ID: id, Paused: true, Action: &client.ScheduleWorkflowAction{ID: id, Workflow: id, TaskQueue: workflows.TaskQueue},
			})
			return err == nil || errors.Is(err, temporal.ErrScheduleAlreadyRunning)
		}, soon, often)
	}
	p.Dispatcher = dispatch.New(record, dispatch.Options{
		Engine: dispatch.NewTemporal(p.temporal, namespace), Watch: true, Logger: logger,
		Intervals: dispatch.Intervals{LeftOver: 10 * often, LeftOverAge: often},
	})
	p.worker = worker.New(worker.Options{
		Temporal: p.temporal, Namespace: namespace, Record: record, Clock: clock, Ensure: time.Hour, Cache: cached, Logger: logger,
		Sender: &activities.SenderOptions{Messages: record, Channel: p.left},
	})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 2)
	go func() { ended <- p.Run(ctx) }()
	go func() { ended <- p.worker.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
	})
	require.Eventually(t, func() bool { return p.worker.State() == worker.Working }, soon, often)
	return p
}

// run has a Schedule run its workflow; end waits until that is done.
func (p *process) run(t *testing.T, schedule string) (end func()) {
	t.Helper()
	handle := p.temporal.ScheduleClient().GetHandle(t.Context(), schedule)
	require.NoError(t, handle.Trigger(t.Context(), client.ScheduleTriggerOptions{Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL}))
	p.ran[schedule]++
	return func() {
		t.Helper()
		var d *client.ScheduleDescription
		require.Eventually(t, func() bool {
			var err error
			d, err = handle.Describe(t.Context())
			return err == nil && d.Info.NumActions == p.ran[schedule]
		}, soon, often, schedule)
		begun := d.Info.RecentActions[len(d.Info.RecentActions)-1].StartWorkflowResult
		require.NoError(t, p.temporal.GetWorkflow(t.Context(), begun.WorkflowID, begun.FirstExecutionRunID).Get(t.Context(), nil))
	}
}

// running reports whether the workflow of a case runs.
func (p *process) running(t *testing.T, caseID string) bool {
	t.Helper()
	d, err := p.temporal.DescribeWorkflowExecution(t.Context(), workflows.CaseID(caseID), "")
	return err == nil && d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
}

// A leaving takes every message that leaves the house, and keeps them.
type leaving struct {
	clock func() time.Time

	mu   sync.Mutex
	sent []gone
}

// A gone message, and when it left.
type gone struct {
	notify.Message

	at time.Time
}

// Send takes a message.
func (l *leaving) Send(_ context.Context, m notify.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, gone{m, l.clock()})
	return nil
}

// to is what left for some addresses, to the last byte but the id, which is
// chance, and the order within one instant.
func (l *leaving) to(addresses []string) []reading {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []reading
	for _, m := range l.sent {
		if address := m.To.Address.Reveal(); slices.Contains(addresses, address) {
			out = append(out, reading{
				"sent to " + address + " at " + m.at.String(),
				fmt.Sprint(m.To.Kind, m.To.Secret.Reveal(), m.To.Name, m.CreatedAt, "\n", m.Subject, "\n", m.Text, "\n", m.Items),
			})
		}
	}
	slices.SortFunc(out, func(a, b reading) int { return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.said, b.said)) })
	return out
}
