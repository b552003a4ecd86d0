package dispatch_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"duban/dispatch"
)

// days are intervals for tests that last days, to spare the processor.
var days = dispatch.Intervals{LeftOver: time.Minute, Check: time.Hour}

func TestWatchdogAppliesLateAlarmsAndTells(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		metrics := prometheus.NewRegistry()
		_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Metrics: metrics})
		for i := range 600 {
			m.put(fmt.Sprintf("%03d", i), time.Now().Add(time.Duration(i)*time.Millisecond))
		}
		m.change(func() { m.broken["005"] = true })
		pass(2 * time.Minute)
		require.Empty(t, m.alarms(), "their own workflows have two minutes")
		pass(time.Minute)
		require.Len(t, m.alarms(), 499, "the oldest 500; one cannot be applied and holds up no other")
		require.InDelta(t, 101, metric(t, metrics, "duban_alarms_late"), 0)
		pass(time.Minute)
		require.Len(t, m.alarms(), 599)
		require.Empty(t, e.replacements())
		pass(time.Minute)
		require.Zero(t, m.waiting())
		require.InDelta(t, 1, metric(t, metrics, "duban_alarms_late"), 0)
		stop()
	})
}

// A workflow that was told of an alarm and lets it pass does not keep time.
func TestWatchdogReplacesAWorkflowThatLags(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Intervals: days})
		m.put("a", time.Now())
		pass(23 * time.Hour)
		require.Equal(t, []string{"a 1"}, m.alarms())
		require.Empty(t, e.replacements(), "it may only have been lost")
		pass(2 * time.Hour)
		require.Equal(t, []string{"a 1", "a 2"}, m.alarms())
		require.Equal(t, []string{"a"}, e.replacements())
		pass(24 * time.Hour)
		require.Equal(t, []string{"a", "a"}, e.replacements())
		stop()
	})
}

func TestWatchdogReplacesNobodyInVain(t *testing.T) {
	t.Parallel()
	t.Run("who could not be told", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m, e := newMemory(), &recorder{err: errors.Join(dispatch.ErrEngineAway)}
			_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Intervals: days})
			m.put("a", time.Now())
			pass(25 * time.Hour)
			require.Equal(t, []string{"a 1", "a 2"}, m.alarms())
			e.fail(nil)
			pass(time.Hour)
			require.Empty(t, e.replacements())
			require.Equal(t, []string{"a 3"}, e.tellings())
			stop()
		})
	})
	t.Run("when the record does not move on", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m, e := newMemory(), &recorder{}
			m.stuck["a"] = true
			_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true})
			m.put("a", time.Now())
			pass(time.Hour)
			require.Empty(t, e.replacements())
			stop()
		})
	})
	t.Run("again and again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m, e := newMemory(), &recorder{}
			_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Intervals: dispatch.Intervals{Late: time.Second, Watch: time.Second}})
			// Legal days of a day, but a case that is late the whole time.
			m.put("a", time.Now().Add(-10_000*24*time.Hour))
			pass(time.Hour)
			require.Greater(t, len(m.alarms()), 3000)
			require.Less(t, len(e.replacements()), 7)
			stop()
		})
	})
}

func TestWatchdogGoesOnWhenTheRecordIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		metrics := prometheus.NewRegistry()
		_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true, Heart: true, Metrics: metrics})
		m.put("a", time.Now())
		m.change(func() { m.away = true })
		pass(time.Hour)
		require.Empty(t, m.alarms())
		families, err := metrics.Gather()
		require.NoError(t, err, "a record that is away spoils no other metric")
		require.Len(t, families, 5)
		m.change(func() { m.away = false })
		pass(2 * time.Minute)
		require.Equal(t, []string{"a 1"}, m.alarms())
		stop()
	})
}

func TestHeartBeatsByTheRecordsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		_, stop := start(t, m, dispatch.Options{Heart: true})
		begin := time.Now()
		pass(2*time.Minute + time.Second)
		require.Equal(t, []time.Time{begin, begin.Add(time.Minute), begin.Add(2 * time.Minute)}, m.heart())

		m.change(func() { m.beat, m.beats = 200*time.Millisecond, nil }) // legal days are compressed
		pass(61 * time.Second)
		require.InDelta(t, 10, len(m.heart()), 2, "from the next beat on")
		stop()
	})
}

func TestTickersKeepPaceWithCompressedDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, e := newMemory(), &recorder{}
		m.beat = 200 * time.Millisecond
		_, stop := start(t, m, dispatch.Options{Engine: e, Watch: true})
		m.put("a", time.Now())
		pass(4 * time.Second)
		require.Equal(t, []string{"a 1"}, m.alarms())
		require.Equal(t, []string{"a 1", "a 2"}, e.tellings(), "left over for two seconds, then late for two")
		stop()
	})
}
