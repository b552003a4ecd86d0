package dispatch_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"duban/dispatch"
	"duban/store"
)

func TestDoAnswersAndTells(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		d, stop := start(t, m, dispatch.Options{Engine: e})
		answer, err := d.Do(t.Context(), store.Request{Case: "a"})
		require.NoError(t, err)
		require.Equal(t, int64(1), answer.Case.Seq)
		synctest.Wait()
		require.Equal(t, []string{"a 1"}, e.tellings())
		require.Zero(t, m.waiting())
		require.Equal(t, dispatch.EngineReady, d.EngineState())
		stop()
	})
}

func TestDoTellsNothingOfWhatWasNotRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		m.away = true
		d, stop := start(t, m, dispatch.Options{Engine: e})
		_, err := d.Do(t.Context(), store.Request{Case: "a"})
		require.ErrorIs(t, err, store.ErrBusy)
		synctest.Wait()
		require.Empty(t, e.tellings())
		stop()
	})
}

// However much happens to a case while its workflow is being told, one more
// telling brings it up to date.
func TestTellerCoalescesTheNewsOfACase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{takes: time.Second}
		d, stop := start(t, m, dispatch.Options{Engine: e})
		do(t, d, "a")
		synctest.Wait() // the first telling is under way
		for range 100 {
			do(t, d, "a")
		}
		pass(5 * time.Second)
		require.Equal(t, []string{"a 1", "a 101"}, e.tellings())
		require.Zero(t, m.waiting(), "the first telling left the row that was newer")
		stop()
	})
}

func TestTellerTellsEightAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{takes: time.Second}
		d, stop := start(t, m, dispatch.Options{Engine: e})
		for i := range 80 {
			do(t, d, fmt.Sprint(i))
		}
		pass(10*time.Second + time.Millisecond)
		require.Len(t, e.tellings(), 80)
		require.Equal(t, 8, e.width())
		stop()
	})
}

func TestTellerWaitsForAnEngineThatIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{err: fmt.Errorf("%w: no such namespace", dispatch.ErrEngineAway)}
		metrics := prometheus.NewRegistry()
		d, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Metrics: metrics})
		require.Equal(t, dispatch.EngineAway, d.EngineState(), "asked at the start")
		for i := range 100 {
			do(t, d, fmt.Sprint(i)) // commands are executed all the same
		}
		pass(3 * time.Hour)
		require.Equal(t, 100, m.waiting())
		// Held back, not hammered: 8 calls each 5 seconds at most.
		failed := metric(t, metrics, "duban_tellings_failed_total")
		require.Greater(t, failed, float64(100))
		require.Less(t, failed, float64(3*3600/5*8*2))
		require.Zero(t, m.tries("7"), "the case is not to blame")

		e.fail(nil)
		pass(time.Minute)
		require.Zero(t, m.waiting())
		require.Len(t, e.tellings(), 100)
		require.Equal(t, dispatch.EngineReady, d.EngineState())
		stop()
	})
}

func TestTellerPutsOffACaseThatCannotBeTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		d, stop := start(t, m, dispatch.Options{Engine: e, Watch: true})
		e.fail(errTrouble)
		do(t, d, "a")
		synctest.Wait()
		require.Equal(t, 1, m.tries("a"))
		e.fail(nil)
		pass(50 * time.Second)
		require.Empty(t, e.tellings(), "put off by the record")
		pass(15 * time.Second)
		require.Equal(t, []string{"a 1"}, e.tellings())
		stop()
	})
}

func TestTellerTakesUpWhatOthersLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		metrics := prometheus.NewRegistry()
		_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Metrics: metrics})
		m.put("a", time.Now().Add(time.Hour)) // by a process that died
		pass(10 * time.Second)
		require.Empty(t, e.tellings(), "it may still be on its way")
		pass(6 * time.Second)
		require.Equal(t, []string{"a 1"}, e.tellings())
		require.InDelta(t, 1, metric(t, metrics, "duban_tellings_left_over_total"), 0)
		require.InDelta(t, 1, metric(t, metrics, "duban_tellings_sent_total"), 0)
		stop()
	})
}

func TestTellerLeavesToTheRecordWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{takes: time.Millisecond}
		metrics := prometheus.NewRegistry()
		d, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Metrics: metrics})
		for i := range 10_100 {
			do(t, d, fmt.Sprint(i))
		}
		require.Positive(t, metric(t, metrics, "duban_tellings_dropped_total"))
		pass(30 * time.Second)
		require.Zero(t, m.waiting())
		stop()
	})
}

func TestRehydrateTellsEveryCase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		for i := range 2500 {
			m.put(fmt.Sprintf("%04d", i), time.Now().Add(time.Hour))
		}
		clear(m.tellings)
		d, stop := start(t, m, dispatch.Options{Engine: e, Watch: true})
		n, err := d.Rehydrate(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2500, n)
		pass(time.Minute)
		require.Len(t, e.tellings(), 2500)
		require.Zero(t, m.waiting())
		stop()
	})
}

func TestWithoutAnEngineEverythingWaitsInTheRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.put("late", time.Now().Add(-time.Hour))
		d, stop := start(t, m, dispatch.Options{Watch: true})
		do(t, d, "a")
		pass(time.Hour)
		require.Equal(t, dispatch.EngineNone, d.EngineState())
		require.Equal(t, 2, m.waiting())
		require.Equal(t, []string{"late 1"}, m.alarms(), "the law does not wait for the engine")
		require.ErrorIs(t, d.Recompute(t.Context(), "j"), dispatch.ErrEngineAway)
		stop()
	})
}

func TestRecomputeStartsTheJob(t *testing.T) {
	t.Parallel()
	e := &recorder{}
	d := dispatch.New(newMemory(), dispatch.Options{Engine: e})
	require.NoError(t, d.Recompute(t.Context(), "j"))
	require.NoError(t, d.Import(t.Context(), "i"))
	require.NoError(t, d.Notices(t.Context(), "n"))
	require.Equal(t, []string{"j", "i", "n"}, e.jobs)
}
