package e2e_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
)

// waitUntil waits for an instant of the stack's time, which only a clock brings.
func (k *stack) waitUntil(at time.Time) {
	k.t.Helper()
	k.eventually(max(0, time.Until(at))+10*time.Second, "the instant to come", func() bool { return time.Now().After(at) })
}

// due is the unit's main due date of a case.
func (k *stack) due(id string) lifecycle.Clock {
	k.t.Helper()
	for _, c := range k.look(id).Clocks {
		if c.Name == policy.ClockRectification {
			return c
		}
	}
	k.t.Fatalf("case %s has no main clock", id)
	return lifecycle.Clock{}
}

// killAll kills every process of ours and starts none again.
func (k *stack) killAll() {
	for _, p := range append(append([]*process{}, k.apis...), k.workers...) {
		p.kill()
	}
	if pid := k.engine.PID(); pid > 0 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

func (k *stack) startAll() {
	k.t.Helper()
	for _, p := range append(append([]*process{}, k.apis...), k.workers...) {
		k.again(p)
	}
	k.ready(k.apis[0])
}

// Fifteen minutes or more without a sign of life, overlapping
// the last two hours before a deadline, move it to the next working day by an
// event that says why. Nobody is late because of us.
func TestADeadlinePassesWhileEverythingIsDown(t *testing.T) {
	t.Parallel()
	story(t, setup{day: 400 * time.Millisecond}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		k := newStack(t, s)
		l := k.opened(ctx, "down", lifecycle.Immediate)
		l.Must(ctx, t, k.people.Sign())
		before := k.due(l.Case)
		k.waitUntil(before.DueAt.Add(-2 * time.Second))
		k.killAll()
		if time.Now().After(before.DueAt) {
			k.short("the system was killed when the deadline was over")
		}
		k.waitUntil(before.DueAt.Add(2 * time.Second))
		down := time.Now()
		k.startAll()
		c := k.await(l.Case, 30*time.Second, "the due date to move", func(c lifecycle.Case) bool {
			m := k.due(c.ID).Moves
			return len(m) > 0
		})
		after := k.due(c.ID)
		require.Equal(t, lifecycle.MoveOutage, after.Moves[0].Reason)
		require.Equal(t, before.Due, after.Moves[0].From)
		require.True(t, calendar.Builtin().WorkingDay(after.Moves[0].To))
		require.GreaterOrEqual(t, calendar.Builtin().WorkingDaysBetween(before.Due, after.Moves[0].To), 1)
		require.True(t, k.timeline.End(after.Moves[0].To).After(down), "the new day is one on which the system was there")
	})
}

// Otherwise late: the worker and the engine were away, the API was not.
func TestADeadlinePassesWhileOnlyTheTimersAreDown(t *testing.T) {
	t.Parallel()
	story(t, setup{day: 400 * time.Millisecond}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		k := newStack(t, s)
		l := k.opened(ctx, "timers-down", lifecycle.Immediate)
		l.Must(ctx, t, k.people.Sign())
		before := k.due(l.Case)
		k.workers[0].kill()
		require.NoError(t, k.engine.Stop(ctx))
		// Over a weekend nobody is late.
		k.waitUntil(k.timeline.Start(calendar.Builtin().AddWorkingDays(before.Due, 1)))
		l.Must(ctx, t, k.people.Report(1))
		k.unsilenced(ctx)
		after := k.due(l.Case)
		require.Empty(t, after.Moves)
		require.True(t, after.Passed)
		require.Positive(t, k.look(l.Case).Report.Late)
	})
}

// With the engine down for the whole life of a case every command still works,
// the record applies what falls due, and lateness is what it is with the engine
// up: it follows from the record alone.
func TestTheEngineIsDownForAWholeLife(t *testing.T) {
	t.Parallel()
	story(t, setup{day: 250 * time.Millisecond, noEngine: true}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		k := newStack(t, s)
		p := k.people
		l := k.opened(ctx, "no-engine", lifecycle.Immediate)
		l.Must(ctx, t, p.Sign())
		due := k.due(l.Case)
		k.await(l.Case, time.Minute, "level L2", func(c lifecycle.Case) bool { return c.Level == policy.L2 })
		l.Must(ctx, t, p.Report(1))
		c := k.look(l.Case)
		require.Equal(t, calendar.Builtin().WorkingDaysBetween(due.Due, c.Report.On), c.Report.Late)
		events, err := k.record.Events(ctx, p.Auditor, l.Case, 0, 200)
		require.NoError(t, err)
		for _, e := range events {
			if e.Kind == lifecycle.EventLevelRaised && *e.Level == policy.L1 {
				require.Equal(t, calendar.Builtin().AddWorkingDays(due.Due, 1), e.Legal, "on its legal day")
			}
		}
		l.Must(ctx, t, casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})
		k.lookBack(ctx, l)
		for _, m := range k.look(l.Case).Measures {
			if m.Status == lifecycle.Ordered || m.Status == lifecycle.Proposed {
				l.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.WaiveMeasure{No: m.No, Reason: "已整改到位"}})
			}
		}
		l.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.ApproveClosure{}})
		k.await(l.Case, time.Minute, "archived", func(c lifecycle.Case) bool { return c.Stage == lifecycle.Archived })
	})
}

// Twenty working days down: nobody climbs more than the ladder's pace.
func TestTwentyWorkingDaysDown(t *testing.T) {
	t.Parallel()
	story(t, setup{day: 150 * time.Millisecond}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		k := newStack(t, s)
		l := k.opened(ctx, "twenty", lifecycle.Immediate)
		l.Must(ctx, t, k.people.Sign())
		k.await(l.Case, time.Minute, "level L1", func(c lifecycle.Case) bool { return c.Level >= policy.L1 })
		k.killAll()
		if level := k.look(l.Case).Level; level > policy.L1 {
			k.short("level %s was there before the system was killed", level)
		}
		down := calendar.Builtin().AddWorkingDays(k.today(), 20)
		k.waitUntil(k.timeline.End(down))
		back := k.today()
		k.startAll()
		k.await(l.Case, 30*time.Second, "level L2", func(c lifecycle.Case) bool { return c.Level >= policy.L2 })
		k.await(l.Case, time.Minute, "level L4", func(c lifecycle.Case) bool { return c.Level >= policy.L4 })
		events, err := k.record.Events(ctx, k.people.Auditor, l.Case, 0, 200)
		require.NoError(t, err)
		recorded := map[policy.Level]calendar.Date{}
		for _, e := range events {
			if e.Kind == lifecycle.EventLevelRaised {
				recorded[*e.Level] = k.timeline.Date(e.At)
			}
		}
		require.False(t, recorded[policy.L2].Before(back), "L2 was recorded when the system was back")
		days := calendar.Builtin()
		require.GreaterOrEqual(t, days.WorkingDaysBetween(recorded[policy.L2], recorded[policy.L3]), 5)
		require.GreaterOrEqual(t, days.WorkingDaysBetween(recorded[policy.L3], recorded[policy.L4]), 5)
	})
}

// goesOn waits until the case's workflow passes an alarm to the record: the
// ladder goes on, or the chase after it.
func (k *stack) goesOn(ctx context.Context, id string) {
	k.t.Helper()
	temporal := k.temporal()
	length := func() int64 {
		d, err := temporal.DescribeWorkflowExecution(ctx, "case/"+id, "")
		if err != nil {
			return 0
		}
		return d.GetWorkflowExecutionInfo().GetHistoryLength()
	}
	before, events := length(), k.alarms(ctx, id)
	k.eventually(2*time.Minute, "the workflow goes on", func() bool { return length() > before })
	k.eventually(2*time.Minute, "the ladder or the chase goes on", func() bool { return k.alarms(ctx, id) > events })
}

// alarms counts what a case's own alarms recorded.
func (k *stack) alarms(ctx context.Context, id string) (n int) {
	k.t.Helper()
	events, err := k.record.Events(ctx, k.people.Auditor, id, 0, 200)
	require.NoError(k.t, err)
	for _, e := range events {
		if e.Actor == "" {
			n++
		}
	}
	return n
}

// Temporal's schemas dropped while processes live: timers and Schedules come
// back by themselves, from the record.
func TestTemporalsSchemasAreDropped(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	k := newStack(t, setup{day: 500 * time.Millisecond})
	l := k.opened(ctx, "dropped", lifecycle.Immediate)
	l.Must(ctx, t, k.people.Sign())
	temporal := k.temporal()
	running := func() bool {
		d, err := temporal.DescribeWorkflowExecution(ctx, "case/"+l.Case, "")
		return err == nil && d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	}
	scheduled := func() bool {
		_, err := temporal.ScheduleClient().GetHandle(ctx, "messages").Describe(ctx)
		return err == nil
	}
	k.eventually(30*time.Second, "the workflow runs", running)
	k.eventually(30*time.Second, "the Schedule is there", scheduled)

	conn, err := pgx.Connect(ctx, k.postgres.URL())
	require.NoError(t, err)
	defer conn.Close(ctx)
	require.NoError(t, dropTemporal(ctx, conn))

	k.eventually(2*time.Minute, "the workflow runs again", running)
	k.eventually(2*time.Minute, "the Schedule is there again", scheduled)
	k.goesOn(ctx, l.Case)
}

// dropTemporal drops both schemas, as nobody should; the engine's sessions are
// ended so that it need not wait for their locks.
func dropTemporal(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
		DROP SCHEMA temporal CASCADE; DROP SCHEMA temporal_visibility CASCADE`)
	return err
}

// A wedged workflow is replaced: one of another type holds the case's name and
// lets its alarms pass.
func TestAWedgedWorkflowIsReplaced(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	k := newStack(t, setup{day: 500 * time.Millisecond})
	l := k.opened(ctx, "wedged", lifecycle.Immediate)
	l.Must(ctx, t, k.people.Sign())
	temporal := k.temporal()
	k.eventually(30*time.Second, "the workflow is wedged", func() bool {
		_, err := temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: "case/" + l.Case, TaskQueue: "nobody-serves-this",
			WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
		}, "wedged")
		return err == nil
	})
	k.eventually(2*time.Minute, "the workflow is replaced", func() bool {
		d, err := temporal.DescribeWorkflowExecution(ctx, "case/"+l.Case, "")
		return err == nil && d.GetWorkflowExecutionInfo().GetType().GetName() == "case"
	})
	k.goesOn(ctx, l.Case)
}
