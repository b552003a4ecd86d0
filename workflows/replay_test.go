package workflows_test

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"duban/workflows"
)

// Every history that a release wrote must be understood by this one: the same
// steps in the same order, and the same instants, alarms and inputs, which the
// SDK's replayer does not compare. The histories are captured from a real
// engine; see capture_test.go.
func TestHistoriesOfAllReleasesReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*.json.gz")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			history := readHistory(t, file)
			seen := &asked{}
			replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
				Interceptors: seen.interceptors(), DisableRegistrationAliasing: true,
			})
			require.NoError(t, err)
			workflows.Register(replayer)
			require.NoError(t, replayer.ReplayWorkflowHistory(nil, history))

			wrote := written(t, history)
			require.NotEmpty(t, append(append(wrote.timers, wrote.locals...), wrote.activities...), "a history without a step shows nothing")
			requireWithin(t, wrote.timers, seen.timers)
			requireWithin(t, wrote.locals, seen.locals)
			requireWithin(t, wrote.activities, seen.activities)
		})
	}
}

// Every type of workflow has a history, so that no release can change one
// without noticing.
func TestEveryWorkflowHasAHistory(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*.json.gz")
	require.NoError(t, err)
	captured := types{}
	for _, file := range files {
		begun := readHistory(t, file).GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
		captured[begun.GetWorkflowType().GetName()] = true
	}
	registered := types{}
	workflows.Register(registered)
	require.Equal(t, registered, captured)
}

// types are the names of workflows, which a registry would take.
type types map[string]bool

// RegisterWorkflowWithOptions notes the name.
func (names types) RegisterWorkflowWithOptions(_ any, o workflow.RegisterOptions) {
	names[o.Name] = true
}

// requireWithin requires that all that was written was asked for, in the same
// order. What was asked for and taken back within one step was never written.
func requireWithin(t *testing.T, written, asked []string) {
	t.Helper()
	rest := asked
	for i, one := range written {
		for len(rest) > 0 && rest[0] != one {
			rest = rest[1:]
		}
		require.NotEmpty(t, rest, "the history's %d. is %q; asked for were %q", i+1, one, asked)
		rest = rest[1:]
	}
}

// written is what the history says the workflow asked for.
func written(t *testing.T, h *historypb.History) *asked {
	t.Helper()
	wrote := &asked{}
	for _, e := range h.GetEvents() {
		switch e.GetEventType() {
		case enumspb.EVENT_TYPE_TIMER_STARTED:
			after := e.GetTimerStartedEventAttributes().GetStartToFireTimeout().AsDuration()
			wrote.timers = append(wrote.timers, timerText(after, summary(t, e)))
		case enumspb.EVENT_TYPE_MARKER_RECORDED:
			wrote.locals = append(wrote.locals, summary(t, e))
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			a := e.GetActivityTaskScheduledEventAttributes()
			wrote.activities = append(wrote.activities, activityText(a.GetActivityType().GetName(), a.GetInput()))
		default:
		}
	}
	return wrote
}

func summary(t *testing.T, e *historypb.HistoryEvent) string {
	t.Helper()
	var text string
	if p := e.GetUserMetadata().GetSummary(); p != nil {
		require.NoError(t, converter.GetDefaultDataConverter().FromPayload(p, &text))
	}
	return text
}

func readHistory(t *testing.T, file string) *historypb.History {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	plain, err := gzip.NewReader(f)
	require.NoError(t, err)
	history, err := client.HistoryFromJSON(plain, client.HistoryJSONOptions{})
	require.NoError(t, err)
	return history
}

// activityText is an activity and its input as one string.
func activityText(name string, input *commonpb.Payloads) string {
	text := name
	for _, p := range input.GetPayloads() {
		text += " " + string(p.GetData())
	}
	return text
}
