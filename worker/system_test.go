package worker_test

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/client"

	"duban/activities"
	"duban/calendar"
	"duban/dispatch"
	"duban/internal/casetest"
	"duban/internal/loopback"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/local"
	"duban/notify"
	"duban/policy"
	"duban/store"
	"duban/worker"
	"duban/workflows"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var _ worker.Record = (*store.Store)(nil)

const (
	namespace = "duban"
	soon      = 5 * time.Minute
	often     = 50 * time.Millisecond
)

// A system is a record, an engine that may be away, and a process with door and
// worker.
type system struct {
	record   *store.Store
	database string
	address  string
	folder   string // of the engine
	temporal client.Client
	people   casetest.People
	door     *dispatch.Dispatcher
	worker   *worker.Worker
	logger   *slog.Logger
	engine   *local.Engine // nil until startEngine
	// left is what left the house.
	left *leaving
}

// newSystem starts everything but the engine.
func newSystem(t *testing.T, day time.Duration, watch bool) *system {
	t.Helper()
	ctx := t.Context()
	s := &system{database: pgtest.Database(t), address: loopback.Address(t), folder: pgtest.Folder(t), logger: slog.New(slog.DiscardHandler), left: &leaving{}}
	if os.Getenv("DUBAN_TEST_LOG") != "" {
		s.logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	var err error
	s.record, err = store.Open(ctx, store.Options{URL: s.database, Logger: s.logger})
	require.NoError(t, err)
	t.Cleanup(s.record.Close)
	p := policy.Default()
	if day > 0 {
		p, err = p.WithDayLength(day)
		require.NoError(t, err)
	}
	require.NoError(t, s.record.Migrate(ctx, p.Text()))
	s.people = casetest.NewPeople(ctx, t, s.record)

	t.Cleanup(func() {
		if s.engine != nil {
			_ = s.engine.Stop(context.Background())
		}
	})
	s.temporal, err = dispatch.Dial(dispatch.Server{Address: s.address, Namespace: namespace, TLS: dispatch.EngineTLS(local.EngineKeyFile(s.folder))}, s.logger)
	require.NoError(t, err)
	t.Cleanup(s.temporal.Close)
	s.worker = worker.New(worker.Options{
		Temporal: s.temporal, Namespace: namespace, Record: s.record, Ensure: time.Second, Logger: s.logger,
		Sender: &activities.SenderOptions{Messages: s.record, Channel: s.left},
	})
	s.door = dispatch.New(s.record, dispatch.Options{
		Engine: dispatch.NewTemporal(s.temporal, namespace), Watch: watch, Mend: s.worker.Mend, Logger: s.logger, Intervals: dispatch.Intervals{Rounds: 10 * often},
	})
	require.Equal(t, worker.Idle, s.worker.State())

	runCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 2)
	go func() { ended <- s.door.Run(runCtx) }()
	go func() { ended <- s.worker.Run(runCtx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
		require.Equal(t, worker.Stopped, s.worker.State())
	})
	return s
}

// A leaving takes every message, and keeps them.
type leaving struct {
	mu   sync.Mutex
	sent []notify.Message
}

// Send takes a message.
func (l *leaving) Send(_ context.Context, m notify.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, m)
	return nil
}

func (l *leaving) all() []notify.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.sent)
}

// startEngine starts the engine that the system has been waiting for, and waits
// until the worker works.
func (s *system) startEngine(t *testing.T) {
	t.Helper()
	var err error
	s.engine, err = local.StartEngine(t.Context(), local.EngineOptions{
		Dir: s.folder, DatabaseURL: s.database, Listen: s.address, Namespace: namespace, Logger: s.logger,
		Bin: cmp.Or(os.Getenv("DUBAN_ENGINE_BIN"), "../bin/duban-engine"),
	})
	require.NoError(t, err, "make build makes the engine program")
	require.Equal(t, s.address, s.engine.Address())
	require.Eventually(t, func() bool { return s.worker.State() == worker.Working }, soon, often)
}

// open opens a case through the door.
func (s *system) open(t *testing.T) lifecycle.Case {
	t.Helper()
	life := &casetest.Life{Doer: door{s.door}, Key: t.Name()}
	return life.Must(t.Context(), t, s.people.Finding("学习记录不全", calendar.On(2026, time.November, 20)))
}

// door is a dispatcher as a casetest.Doer.
type door struct{ *dispatch.Dispatcher }

func (d door) Execute(ctx context.Context, r store.Request) (store.Answer, error) {
	return d.Do(ctx, r)
}

// running reports whether the workflow of a case runs.
func (s *system) running(t *testing.T, caseID string) bool {
	t.Helper()
	d, err := s.temporal.DescribeWorkflowExecution(t.Context(), workflows.CaseID(caseID), "")
	return err == nil && d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
}

// run is the present run of the workflow of a case.
func (s *system) run(t *testing.T, caseID string) string {
	t.Helper()
	d, err := s.temporal.DescribeWorkflowExecution(t.Context(), workflows.CaseID(caseID), "")
	require.NoError(t, err)
	return d.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}

// details is what the workflow of a case shows to an operator.
func (s *system) details(t *testing.T, caseID string) string {
	t.Helper()
	answer, err := s.temporal.QueryWorkflow(t.Context(), workflows.CaseID(caseID), "", "__temporal_workflow_metadata")
	if err != nil {
		return err.Error()
	}
	var metadata sdkpb.WorkflowMetadata
	require.NoError(t, answer.Get(&metadata))
	return metadata.GetCurrentDetails()
}

// armed is what the workflow of a case that no unit knows of should show.
func (s *system) armed(t *testing.T, caseID string) string {
	t.Helper()
	told, err := s.record.Told(t.Context(), caseID)
	require.NoError(t, err)
	return "— · " + told.FireAt.In(calendar.Zone()).Format(time.RFC3339)
}

// scheduled reports whether all Schedules are there and as they should be.
func (s *system) scheduled(t *testing.T) bool {
	t.Helper()
	for id, every := range map[string]time.Duration{workflows.ScheduleJobs: 5 * time.Minute, workflows.ScheduleMessages: time.Minute, workflows.ScheduleLookBacks: 5 * time.Minute, workflows.ScheduleBounces: 5 * time.Minute} {
		d, err := s.temporal.ScheduleClient().GetHandle(t.Context(), id).Describe(t.Context())
		if err != nil || !slices.Equal(d.Schedule.Spec.Intervals, []client.ScheduleIntervalSpec{{Every: every}}) ||
			d.Schedule.Policy.Overlap != enumspb.SCHEDULE_OVERLAP_POLICY_SKIP || (d.Schedule.Spec.Jitter > 0) != (id == workflows.ScheduleMessages) {
			return false
		}
	}
	return true
}

// changeSchedules makes the one run more often, and pauses the other.
func (s *system) changeSchedules(t *testing.T) {
	t.Helper()
	messages := s.temporal.ScheduleClient().GetHandle(t.Context(), workflows.ScheduleMessages)
	require.NoError(t, messages.Update(t.Context(), client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			in.Description.Schedule.Spec.Intervals[0].Every = 7 * time.Hour
			in.Description.Schedule.Spec.Jitter = 0
			in.Description.Schedule.Policy.Overlap = enumspb.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL
			return &client.ScheduleUpdate{Schedule: &in.Description.Schedule}, nil
		},
	}))
	require.NoError(t, s.temporal.ScheduleClient().GetHandle(t.Context(), workflows.ScheduleJobs).Pause(t.Context(), client.SchedulePauseOptions{}))
}

// missRound makes a Schedule's last round an hour old.
func (s *system) missRound(t *testing.T, id string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.database)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	tag, err := conn.Exec(t.Context(), `UPDATE rounds SET began_at = began_at - interval '1 hour' WHERE name = $1`, id)
	require.NoError(t, err)
	require.EqualValues(t, 1, tag.RowsAffected(), "it is expected")
}

// late are the rounds that should have begun.
func (s *system) late(t *testing.T) (names []string) {
	t.Helper()
	late, err := s.record.LateRounds(t.Context())
	require.NoError(t, err)
	for _, r := range late {
		names = append(names, r.Name)
	}
	return names
}

func (s *system) paused(t *testing.T, id string) bool {
	t.Helper()
	d, err := s.temporal.ScheduleClient().GetHandle(t.Context(), id).Describe(t.Context())
	require.NoError(t, err)
	return d.Schedule.State.Paused
}

// untold is how many tellings wait in the record.
func (s *system) untold(t *testing.T) int {
	t.Helper()
	left, err := s.record.Tellings(t.Context(), -time.Minute, 10)
	require.NoError(t, err)
	return len(left)
}

// dropEngineSchemas destroys all that the engine knows.
func (s *system) dropEngineSchemas(t *testing.T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.database)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), "DROP SCHEMA temporal CASCADE; DROP SCHEMA temporal_visibility CASCADE")
	require.NoError(t, err)
}
