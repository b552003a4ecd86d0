package activities_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"duban/activities"
	"duban/store"
)

var (
	_ activities.Record = (*store.Store)(nil)

	errDriver = errors.New("dial tcp 10.1.2.3:5432: connection refused")
)

// An echo answers every question the same way.
type echo struct {
	told    store.Told
	err     error
	panics  bool
	doneErr error
	done    []int64
}

func (s *echo) Alarm(context.Context, string, int64) (store.Told, error) {
	if s.panics {
		panic("the secret of the case")
	}
	return s.told, s.err
}

func (s *echo) Told(context.Context, string) (store.Told, error) { return s.told, s.err }

func (s *echo) TellingDone(_ context.Context, _ string, seq int64) error {
	s.done = append(s.done, seq)
	return s.doneErr
}

func (s *echo) Recompute(context.Context, string, int) (int, bool, error) { return 0, false, s.err }

func (s *echo) OpenImport(context.Context, string, int, func()) (int, bool, error) {
	return 0, false, s.err
}

func (s *echo) RunNotices(context.Context, string, int, func()) (int, bool, error) {
	return 0, false, s.err
}

func (s *echo) DispatchLookBacks(context.Context, time.Time) error { return s.err }

func (s *echo) OpenJobs(context.Context) ([]store.Job, error) { return nil, s.err }

func over(s *echo, metrics prometheus.Registerer) *activities.Activities {
	return activities.New(activities.Options{Record: s, Logger: slog.New(slog.DiscardHandler), Metrics: metrics})
}

func TestEveryActivityFailsWithACodeAndNothingElse(t *testing.T) {
	t.Parallel()
	for code, err := range map[string]error{
		activities.CodeGone:   errors.Join(errDriver, store.ErrNotFound),
		activities.CodeBusy:   errors.Join(errDriver, store.ErrBusy),
		activities.CodeFailed: errDriver,
	} {
		a := over(&echo{err: err}, nil)
		for name, call := range map[string]func() error{
			"alarm":          func() error { _, err := a.Alarm(t.Context(), activities.AlarmInput{}); return err },
			"told":           func() error { _, err := a.Told(t.Context(), activities.CaseInput{}); return err },
			"recompute":      func() error { _, err := a.Recompute(t.Context(), activities.JobInput{}); return err },
			"import":         func() error { _, err := a.Import(t.Context(), activities.JobInput{}); return err },
			"notices":        func() error { _, err := a.Notices(t.Context(), activities.JobInput{}); return err },
			"recompute jobs": func() error { _, err := a.RecomputeJobs(t.Context()); return err },
		} {
			t.Run(name+" "+code, func(t *testing.T) {
				t.Parallel()
				err := call()
				var application *temporal.ApplicationError
				require.ErrorAs(t, err, &application)
				require.Equal(t, code, application.Type())
				require.Equal(t, code, application.Message())
				require.NoError(t, application.Unwrap())
				require.Equal(t, code == activities.CodeGone, activities.Gone(err))
				require.Equal(t, code == activities.CodeGone, application.NonRetryable())
			})
		}
	}
}

func TestAPanicIsACodeToo(t *testing.T) {
	t.Parallel()
	_, err := over(&echo{panics: true}, nil).Alarm(t.Context(), activities.AlarmInput{})
	require.ErrorContains(t, err, activities.CodePanic)
	require.NotContains(t, err.Error(), "secret")
}

func TestAlarmTakesBackItsTelling(t *testing.T) {
	t.Parallel()
	s := &echo{told: store.Told{Case: "a", Seq: 7, AlarmNo: 3, Applied: true}, doneErr: errDriver}
	told, err := over(s, nil).Alarm(t.Context(), activities.AlarmInput{Case: "a", AlarmNo: 2})
	require.NoError(t, err, "a telling that stays behind is told once more, and no harm is done")
	require.Equal(t, s.told, told)
	require.Equal(t, []int64{7}, s.done)

	s.told.Applied = false
	_, err = over(s, nil).Alarm(t.Context(), activities.AlarmInput{Case: "a", AlarmNo: 2})
	require.NoError(t, err)
	require.Equal(t, []int64{7}, s.done, "what a stale alarm's answer says is another's to tell")
}

func TestAlarmsWithoutProgressAreCounted(t *testing.T) {
	t.Parallel()
	metrics := prometheus.NewRegistry()
	a := over(&echo{told: store.Told{AlarmNo: 2}}, metrics)
	count := func() float64 {
		families, err := metrics.Gather()
		require.NoError(t, err)
		require.Len(t, families, 1)
		require.Equal(t, "duban_alarms_without_progress_total", families[0].GetName())
		return families[0].GetMetric()[0].GetCounter().GetValue()
	}
	pass := func(in activities.AlarmInput) {
		_, err := a.Alarm(t.Context(), in)
		require.NoError(t, err)
	}
	pass(activities.AlarmInput{AlarmNo: 2})
	require.Zero(t, count(), "once is a clock a second behind")
	pass(activities.AlarmInput{AlarmNo: 1, Fruitless: 1})
	require.Zero(t, count(), "it moved on")
	pass(activities.AlarmInput{AlarmNo: 2, Fruitless: 1})
	require.InDelta(t, 1, count(), 0)
}
