package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"duban/dispatch"
	"duban/worker"
	"duban/workflows"
)

// With the engine away people go on working; when it comes, or comes back
// without its memory, workflows and Schedules are there again.
func TestWorkerOutlivesItsEngine(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 0, true)
	c := s.open(t)
	require.Eventually(t, func() bool {
		return s.worker.State() == worker.Trying && s.door.EngineState() == dispatch.EngineAway
	}, soon, often)

	s.startEngine(t)
	require.Eventually(t, func() bool { return s.running(t, c.ID) }, soon, often, "the case's workflow was told")
	require.Eventually(t, func() bool { return s.door.EngineState() == dispatch.EngineReady }, soon, often)
	require.Eventually(t, func() bool { return s.scheduled(t) }, soon, often)
	require.Eventually(t, func() bool { return s.untold(t) == 0 }, soon, often)

	// Somebody changes a Schedule and pauses another: the first is put right, and the
	// second goes on when it is missed.
	s.changeSchedules(t)
	require.Eventually(t, func() bool { return s.scheduled(t) }, soon, often)
	require.True(t, s.paused(t, workflows.ScheduleJobs))
	s.missRound(t, workflows.ScheduleJobs)
	require.Eventually(t, func() bool { return !s.paused(t, workflows.ScheduleJobs) && len(s.late(t)) == 0 }, soon, often, "and begins a round at once")

	s.dropEngineSchemas(t)
	require.Eventually(t, func() bool { return s.scheduled(t) }, 2*soon, often, "the Schedules came back by themselves")
	require.False(t, s.running(t, c.ID))
	n, err := s.door.Rehydrate(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Eventually(t, func() bool { return s.running(t, c.ID) }, soon, often, "made again from the record")
	require.Eventually(t, func() bool { return s.details(t, c.ID) == s.armed(t, c.ID) }, soon, often, "and served")
}

// Nobody touches the case: its own workflow passes its alarms.
func TestWorkerPassesAlarms(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 100*time.Millisecond, false)
	s.startEngine(t)
	c := s.open(t)
	require.Eventually(t, func() bool {
		told, err := s.record.Told(t.Context(), c.ID)
		return err == nil && told.AlarmNo >= c.AlarmNo+3
	}, soon, often)
	require.Eventually(t, func() bool { return s.untold(t) == 0 }, soon, often, "an alarm's answer is its telling")

	passed := map[string]bool{}
	for it := s.temporal.GetWorkflowHistory(t.Context(), workflows.CaseID(c.ID), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
		e, err := it.Next()
		require.NoError(t, err)
		passed[string(e.GetUserMetadata().GetSummary().GetData())] = true
		require.NotEqual(t, enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED, e.GetEventType())
	}
	require.True(t, passed[`"alarm 1"`])
	require.True(t, passed[`"alarm 2"`])
}

// A workflow that lost its way is replaced by one that begins from the record.
func TestReplacedWorkflowBeginsFromTheRecord(t *testing.T) {
	t.Parallel()
	s := newSystem(t, 0, true)
	s.startEngine(t)
	c := s.open(t)
	require.Eventually(t, func() bool { return s.running(t, c.ID) }, soon, often)
	before := s.run(t, c.ID)
	require.NoError(t, dispatch.NewTemporal(s.temporal, namespace).Replace(t.Context(), c.ID))
	require.Eventually(t, func() bool { return s.running(t, c.ID) && s.run(t, c.ID) != before }, soon, often)
	require.Eventually(t, func() bool { return s.details(t, c.ID) == s.armed(t, c.ID) }, soon, often)
}
