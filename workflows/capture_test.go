//go:build histories

package workflows_test

import (
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"duban/activities"
	"duban/dispatch"
	"duban/internal/pgtest"
	"duban/local"
	"duban/store"
	"duban/workflows"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// release names the histories; a release that changes what workflows do adds
// its own and leaves the older ones.
var release = cmp.Or(os.Getenv("DUBAN_RELEASE"), "0.1.0")

// TestCaptureHistories writes the histories that TestHistoriesOfAllReleasesReplay
// reads, from a real engine. It takes a minute, most of it a back-off:
//
//	DUBAN_ENGINE_BIN=$PWD/bin/duban-engine go test -tags histories -count=1 -run TestCaptureHistories ./workflows
func TestCaptureHistories(t *testing.T) {
	t.Parallel()
	folder := cmp.Or(os.Getenv("DUBAN_CAPTURE_HISTORIES"), "testdata/histories")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	c := newCapture(t, folder)
	for name, scenario := range map[string]func(*testing.T, *capture){
		"life": captureLife, "open": captureOpen, "troubles": captureTroubles, "gone": captureGone, "carried": captureCarried,
		"renewed": captureRenewed, "recompute": captureRecompute, "jobs": captureJobs,
		"import": captureImport, "notices": captureNotices, "messages": captureMessages,
		"look_backs": captureLookBacks,
		"bounces":    captureBounces,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario(t, c)
		})
	}
}

// captureLife is a case that is told of, has its alarm moved, passes it twice and is
// settled.
func captureLife(t *testing.T, c *capture) {
	t.Helper()
	id := uuid.NewString()
	first := in(3 * time.Second).Truncate(time.Microsecond)
	c.record.put(id, fate{
		told: func() (store.Told, error) { return of(id, 1, 1, first.Add(time.Hour)), nil },
		alarm: func(no int64) (store.Told, error) {
			if no == 2 {
				return of(id, 5, 3, in(2*time.Second)), nil
			}
			last := of(id, 6, 4, time.Time{})
			last.Settled = true
			return last, nil
		},
	})
	c.tell(t, of(id, 1, 1, first.Add(time.Hour)))
	c.await(t, id, "the timer is set", func(e *historypb.HistoryEvent) bool {
		return e.GetEventType() == enumspb.EVENT_TYPE_TIMER_STARTED
	})
	c.tell(t, of(id, 3, 2, first))
	c.tell(t, of(id, 2, 1, first.Add(time.Hour))) // overtaken
	c.save(t, "case-life", workflows.CaseID(id), true)
}

// captureOpen is a case that waits for an alarm next year.
func captureOpen(t *testing.T, c *capture) {
	t.Helper()
	id := uuid.NewString()
	next := of(id, 1, 1, in(365*24*time.Hour))
	c.record.put(id, fate{told: func() (store.Told, error) { return next, nil }})
	c.tell(t, next)
	c.await(t, id, "the timer is set", func(e *historypb.HistoryEvent) bool {
		return e.GetEventType() == enumspb.EVENT_TYPE_TIMER_STARTED
	})
	c.save(t, "case-open", workflows.CaseID(id), false)
}

// captureTroubles is a case whose alarm cannot be passed at first and is then
// too early.
func captureTroubles(t *testing.T, c *capture) {
	t.Helper()
	id := uuid.NewString()
	fire := in(time.Second)
	passed := 0
	c.record.put(id, fate{
		told: func() (store.Told, error) { return of(id, 1, 1, fire), nil },
		alarm: func(int64) (store.Told, error) {
			switch passed++; passed {
			case 1:
				return store.Told{}, errAway
			case 2:
				return of(id, 1, 1, fire), nil
			default:
				return store.Told{Case: id, Seq: 2, Settled: true}, nil
			}
		},
	})
	c.tell(t, of(id, 1, 1, fire))
	c.save(t, "case-troubles", workflows.CaseID(id), true)
}

// captureGone is a case that the record has lost by the time of its alarm.
func captureGone(t *testing.T, c *capture) {
	t.Helper()
	id := uuid.NewString()
	c.record.put(id, fate{
		told:  func() (store.Told, error) { return of(id, 1, 1, in(time.Second)), nil },
		alarm: func(int64) (store.Told, error) { return store.Told{}, store.ErrNotFound },
	})
	c.tell(t, of(id, 1, 1, in(time.Second)))
	c.save(t, "case-gone", workflows.CaseID(id), true)
}

// captureCarried is a run that takes over in the middle of a back-off.
func captureCarried(t *testing.T, c *capture) {
	t.Helper()
	id := uuid.NewString()
	c.record.put(id, fate{alarm: func(int64) (store.Told, error) { return store.Told{Case: id, Seq: 2, Settled: true}, nil }})
	_, err := c.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: workflows.CaseID(id), TaskQueue: workflows.TaskQueue},
		workflows.TypeCase, workflows.CaseInput{Case: id, Carried: &workflows.Carried{
			Told: of(id, 1, 1, in(-time.Minute)), Failed: 2, NotBefore: in(3 * time.Second),
		}})
	require.NoError(t, err)
	c.save(t, "case-carried", workflows.CaseID(id), true)
}

// captureRenewed is a run whose history grew so long that a new one took over.
func captureRenewed(t *testing.T, c *capture) {
	t.Helper()
	id := uuid.NewString()
	c.record.put(id, fate{told: func() (store.Told, error) { return of(id, 1, 1, in(time.Hour)), nil }})
	run := c.tell(t, of(id, 1, 1, in(time.Hour)))
	for seq := int64(2); ; seq++ {
		if c.tell(t, of(id, seq, seq, in(time.Hour))) != run {
			break
		}
	}
	c.saveRun(t, "case-renewed", workflows.CaseID(id), run, true)
}

func captureRecompute(t *testing.T, c *capture) {
	t.Helper()
	_, err := c.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: workflows.RecomputeID("a"), TaskQueue: workflows.TaskQueue},
		workflows.TypeRecompute, workflows.JobInput{Job: "a"})
	require.NoError(t, err)
	c.save(t, "recompute", workflows.RecomputeID("a"), true)
}

func captureJobs(t *testing.T, c *capture) {
	t.Helper()
	_, err := c.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "jobs-now", TaskQueue: workflows.TaskQueue}, workflows.TypeJobs)
	require.NoError(t, err)
	c.save(t, "jobs", "jobs-now", true)
}

// captureImport is an import of three pages, of which the second cannot be
// opened at first.
func captureImport(t *testing.T, c *capture) {
	t.Helper()
	_, err := c.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: workflows.ImportID("c"), TaskQueue: workflows.TaskQueue},
		workflows.TypeImport, workflows.JobInput{Job: "c"})
	require.NoError(t, err)
	c.save(t, "import", workflows.ImportID("c"), true)
}

// captureNotices is a campaign's notices in three pages, of which the second
// cannot be signed at first.
func captureNotices(t *testing.T, c *capture) {
	t.Helper()
	_, err := c.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: workflows.NoticesID("e"), TaskQueue: workflows.TaskQueue},
		workflows.TypeNotices, workflows.JobInput{Job: "e"})
	require.NoError(t, err)
	c.save(t, "notices", workflows.NoticesID("e"), true)
}

// in is the instant d from now.
// captureMessages sends three pages, one of them at the second try.
func captureMessages(t *testing.T, c *capture) {
	t.Helper()
	_, err := c.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "messages-now", TaskQueue: workflows.TaskQueue}, workflows.TypeMessages)
	require.NoError(t, err)
	c.save(t, "messages", "messages-now", true)
}

// captureLookBacks asks once whom to tell.
func captureLookBacks(t *testing.T, c *capture) {
	t.Helper()
	_, err := c.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "look_backs-now", TaskQueue: workflows.TaskQueue}, workflows.TypeLookBacks)
	require.NoError(t, err)
	c.save(t, "look_backs", "look_backs-now", true)
}

// captureBounces reads three pages.
func captureBounces(t *testing.T, c *capture) {
	t.Helper()
	_, err := c.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "bounces-now", TaskQueue: workflows.TaskQueue}, workflows.TypeBounces, activities.BouncesInput{})
	require.NoError(t, err)
	c.save(t, "bounces", "bounces-now", true)
}

func in(d time.Duration) time.Time {
	return time.Now().Add(d) //nolint:forbidigo // the engine is real, and so is its time
}

// of is how a case stands.
func of(id string, seq, alarmNo int64, fireAt time.Time) store.Told {
	told := open(seq, alarmNo, fireAt.UTC().Truncate(time.Microsecond))
	told.Case = id
	return told
}

// A capture is a real engine with a worker on cases in memory.
type capture struct {
	folder string
	client client.Client
	record *fates
}

func newCapture(t *testing.T, folder string) *capture {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	engine, err := local.StartEngine(t.Context(), local.EngineOptions{
		Dir: pgtest.Folder(t), DatabaseURL: pgtest.Database(t), Listen: "127.0.0.1:0", Logger: quiet,
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = engine.Stop(context.Background()) })
	var c client.Client
	require.Eventually(t, func() bool {
		c, err = client.Dial(client.Options{
			HostPort: engine.Address(), Namespace: "duban", Identity: "capture", Logger: log.NewStructuredLogger(quiet),
			ConnectionOptions: client.ConnectionOptions{TLS: dispatch.EngineTLS(engine.KeyFile())},
		})
		return err == nil
	}, 5*time.Minute, 100*time.Millisecond)
	t.Cleanup(c.Close)

	record := &fates{cases: map[string]fate{}}
	record.jobs = []string{"b"}
	record.imports = []string{"d"}
	record.recompute = func(job string, page int) (bool, error) {
		if (job == "c" || job == "e") && page == 2 {
			return false, errAway // tried again, which counts as a page here
		}
		return page < 4, nil
	}
	w := worker.New(c, workflows.TaskQueue, worker.Options{DisableRegistrationAliasing: true})
	workflows.Register(w)
	workflows.RegisterActivities(w, activities.New(activities.Options{
		Record: record, Logger: quiet, Sender: &activities.SenderOptions{Messages: &outgoing{pages: 3, fails: 2}},
		Bounces: &activities.BounceOptions{Mailbox: &postbox{pages: 3}},
	}))
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return &capture{folder: folder, client: c, record: record}
}

// tell tells the workflow of a case and returns its run.
func (c *capture) tell(t *testing.T, told store.Told) (run string) {
	t.Helper()
	r, err := c.client.SignalWithStartWorkflow(t.Context(), workflows.CaseID(told.Case), workflows.SignalAdvanced, told,
		client.StartWorkflowOptions{ID: workflows.CaseID(told.Case), TaskQueue: workflows.TaskQueue},
		workflows.TypeCase, workflows.CaseInput{Case: told.Case})
	require.NoError(t, err)
	return r.GetRunID()
}

func (c *capture) await(t *testing.T, id, what string, is func(*historypb.HistoryEvent) bool) {
	t.Helper()
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(c.history(t, workflows.CaseID(id), "").GetEvents(), is)
	}, 3*time.Minute, 50*time.Millisecond, what)
}

func (c *capture) history(t *testing.T, id, run string) *historypb.History {
	t.Helper()
	h := &historypb.History{}
	for it := c.client.GetWorkflowHistory(t.Context(), id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
		e, err := it.Next()
		require.NoError(t, err)
		h.Events = append(h.Events, e)
	}
	return h
}

func (c *capture) save(t *testing.T, scenario, id string, ended bool) {
	t.Helper()
	c.saveRun(t, scenario, id, "", ended)
}

// saveRun writes a history, when the workflow has ended if it is to.
func (c *capture) saveRun(t *testing.T, scenario, id, run string, ended bool) {
	t.Helper()
	var h *historypb.History
	require.Eventually(t, func() bool {
		h = c.history(t, id, run)
		kind := h.GetEvents()[len(h.GetEvents())-1].GetEventType().String()
		return !ended || strings.HasPrefix(kind, "WorkflowExecution") && kind != "WorkflowExecutionSignaled"
	}, 2*time.Minute, 100*time.Millisecond, scenario)
	for _, e := range h.GetEvents() {
		// The queue of the one worker that has the workflow in memory bears the
		// name of this machine, which is nobody's business.
		if q := e.GetWorkflowTaskScheduledEventAttributes().GetTaskQueue(); q.GetNormalName() != "" {
			q.Name = "sticky"
		}
	}
	text, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(h)
	require.NoError(t, err)
	f, err := os.Create(filepath.Join(c.folder, fmt.Sprintf("%s-%s.json.gz", release, scenario)))
	require.NoError(t, err)
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	require.NoError(t, err)
	_, err = z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	t.Log(scenario, len(h.GetEvents()), "events")
}

// fates are cases in memory, each with what becomes of it.
type fates struct {
	record

	fatesMu sync.Mutex
	cases   map[string]fate
}

type fate struct {
	told  func() (store.Told, error)
	alarm func(alarmNo int64) (store.Told, error)
}

func (f *fates) put(id string, is fate) {
	f.fatesMu.Lock()
	defer f.fatesMu.Unlock()
	f.cases[id] = is
}

func (f *fates) Told(_ context.Context, id string) (store.Told, error) {
	f.fatesMu.Lock()
	defer f.fatesMu.Unlock()
	return f.cases[id].told()
}

func (f *fates) Alarm(_ context.Context, id string, alarmNo int64) (store.Told, error) {
	f.fatesMu.Lock()
	defer f.fatesMu.Unlock()
	return f.cases[id].alarm(alarmNo)
}
