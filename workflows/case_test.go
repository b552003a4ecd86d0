package workflows_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"duban/activities"
	"duban/lifecycle"
	"duban/store"
	"duban/workflows"
)

const caseID = "0c9e7f5e-3b7a-5d5c-9d0a-5a9e6a1f2b3c"

// begin is when the tests' workflows start.
var begin = time.Date(2026, time.November, 23, 1, 0, 0, 0, time.UTC)

// after is an instant d after the start.
func after(d time.Duration) time.Time { return begin.Add(d) }

func open(seq, alarmNo int64, fireAt time.Time) store.Told {
	return store.Told{Case: caseID, Seq: seq, AlarmNo: alarmNo, FireAt: fireAt, Stage: lifecycle.UnitRectifying}
}

func settled(seq int64) store.Told {
	return store.Told{Case: caseID, Seq: seq, AlarmNo: seq, Settled: true, Stage: lifecycle.UnitArchived}
}

// newEnv is a workflow environment that skips time, with a case in memory.
func newEnv(t *testing.T, r *record) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(begin)
	env.SetTestTimeout(time.Minute)
	workflows.Register(env)
	workflows.RegisterActivities(env, activities.New(activities.Options{Record: r, Logger: slog.New(slog.DiscardHandler)}))
	return env
}

// tell sends news so long after the start.
func tell(env *testsuite.TestWorkflowEnvironment, d time.Duration, told ...store.Told) {
	env.RegisterDelayedCallback(func() {
		for _, one := range told {
			env.SignalWorkflow(workflows.SignalAdvanced, one)
		}
	}, d)
}

func run(t *testing.T, env *testsuite.TestWorkflowEnvironment) {
	t.Helper()
	env.ExecuteWorkflow(workflows.TypeCase, workflows.CaseInput{Case: caseID})
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
}

// carried is what a run that continued as new handed on.
func carried(t *testing.T, env *testsuite.TestWorkflowEnvironment) workflows.Carried {
	t.Helper()
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, env.GetWorkflowError(), &again)
	require.Equal(t, workflows.TypeCase, again.WorkflowType.Name)
	var in workflows.CaseInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
	require.Equal(t, caseID, in.Case)
	require.NotNil(t, in.Carried)
	return *in.Carried
}

func TestCasePassesItsAlarmsInTimeUntilItIsSettled(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(24*time.Hour)), nil }}
	env := newEnv(t, r)
	var at []time.Time
	r.alarm = func(no int64) (store.Told, error) {
		at = append(at, env.Now().UTC())
		if no == 2 {
			return settled(9), nil
		}
		told := open(2, 2, after(72*time.Hour))
		told.Applied = true
		return told, nil
	}
	run(t, env)
	require.Equal(t, []int64{1, 2}, r.asked)
	require.Equal(t, []time.Time{after(24 * time.Hour), after(72 * time.Hour)}, at)
	require.Equal(t, []int64{2}, r.forgotten, "the answer of an applied alarm is its telling")
}

func TestCaseReadsTheRecordFirst(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return settled(7), nil }}
	env := newEnv(t, r)
	tell(env, 0, open(3, 3, after(time.Hour)))
	run(t, env)
	require.Empty(t, r.asked, "older news than the record's is none")
	require.Equal(t, begin, env.Now().UTC())
}

func TestCaseWaitsForARecordThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	reads := 0
	r := &record{told: func() (store.Told, error) {
		if reads++; reads < 8 {
			return store.Told{}, errAway
		}
		return settled(1), nil
	}}
	env := newEnv(t, r)
	run(t, env)
	// 30 s, 1, 2, 4, 8, 10 and 10 minutes.
	require.Equal(t, after(35*time.Minute+30*time.Second), env.Now().UTC())
}

func TestCaseMakesDoWithNewsWhileTheRecordDoesNotAnswer(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return store.Told{}, errAway }}
	env := newEnv(t, r)
	tell(env, 10*time.Second, settled(4))
	run(t, env)
	require.Equal(t, after(10*time.Second), env.Now().UTC())
}

func TestCaseUnknownToTheRecordEnds(t *testing.T) {
	t.Parallel()
	t.Run("at the start", func(t *testing.T) {
		t.Parallel()
		r := &record{told: func() (store.Told, error) { return store.Told{}, store.ErrNotFound }}
		run(t, newEnv(t, r))
	})
	t.Run("at its alarm", func(t *testing.T) {
		t.Parallel()
		r := &record{
			told:  func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil },
			alarm: func(int64) (store.Told, error) { return store.Told{}, store.ErrNotFound },
		}
		run(t, newEnv(t, r))
		require.Equal(t, []int64{1}, r.asked)
	})
}

func TestCaseNewsMovesTheTimer(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(24*time.Hour)), nil }}
	env := newEnv(t, r)
	var at time.Time
	r.alarm = func(int64) (store.Told, error) { at = env.Now().UTC(); return settled(9), nil }
	var set []time.Duration
	env.SetOnTimerScheduledListener(func(_ string, d time.Duration) { set = append(set, d) })
	cancelled := 0
	env.SetOnTimerCanceledListener(func(string) { cancelled++ })

	tell(env, time.Hour, open(4, 2, after(48*time.Hour)))
	tell(env, 2*time.Hour, open(3, 1, after(24*time.Hour))) // overtaken: no news
	tell(env, 3*time.Hour, open(5, 2, after(48*time.Hour))) // the alarm stays: so does the timer
	tell(env, 4*time.Hour, store.Told{Case: "another", Seq: 99, Settled: true})
	run(t, env)
	require.Equal(t, []int64{2}, r.asked)
	require.Equal(t, after(48*time.Hour), at)
	require.Equal(t, []time.Duration{24 * time.Hour, 47 * time.Hour}, set)
	require.Equal(t, 1, cancelled)
}

func TestCaseAnAlarmsAnswerReplacesWhateverWasKnown(t *testing.T) {
	t.Parallel()
	// The record was restored from a backup: its numbers are lower than those
	// the workflow has seen.
	r := &record{told: func() (store.Told, error) { return open(40, 20, after(time.Hour)), nil }}
	env := newEnv(t, r)
	r.alarm = func(no int64) (store.Told, error) {
		if no == 20 {
			return open(12, 6, after(3*time.Hour)), nil
		}
		return settled(13), nil
	}
	tell(env, 2*time.Hour, open(13, 7, after(4*time.Hour)))
	run(t, env)
	require.Equal(t, []int64{20, 7}, r.asked)
	require.Equal(t, after(4*time.Hour), env.Now().UTC())
}

func TestCasePassesAnAlarmAgainAfterFailures(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]func() (store.Told, error){
		"the record is away": func() (store.Told, error) { return store.Told{}, errAway },
		"a fault of ours":    func() (store.Told, error) { panic("broken invariant") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &record{told: func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil }}
			env := newEnv(t, r)
			var at []time.Duration
			r.alarm = func(int64) (store.Told, error) {
				if at = append(at, env.Now().UTC().Sub(begin)); len(at) < 9 {
					return failure()
				}
				return settled(9), nil
			}
			run(t, env)
			want := []time.Duration{time.Hour}
			for _, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
				want = append(want, want[len(want)-1]+pause)
			}
			require.Equal(t, want, at)
		})
	}
}

func TestCaseNewsOfAnotherAlarmEndsABackOff(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil }}
	env := newEnv(t, r)
	r.alarm = func(no int64) (store.Told, error) {
		if no == 1 {
			return store.Told{}, errAway
		}
		return settled(9), nil
	}
	tell(env, time.Hour+10*time.Second, open(2, 2, after(time.Hour)))
	run(t, env)
	require.Equal(t, []int64{1, 2}, r.asked)
	require.Equal(t, after(time.Hour+10*time.Second), env.Now().UTC())
}

func TestCaseBacksOffWhenPassingAnAlarmChangesNothing(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil }}
	env := newEnv(t, r)
	var at []time.Duration
	r.alarm = func(int64) (store.Told, error) {
		if at = append(at, env.Now().UTC().Sub(begin)-time.Hour); len(at) < 5 {
			return open(1, 1, after(time.Hour)), nil // too early, by the record's clock
		}
		return settled(9), nil
	}
	run(t, env)
	require.Equal(t, []time.Duration{
		0, time.Second, 31 * time.Second, 91 * time.Second, 211 * time.Second,
	}, at, "clocks may be a second apart; then it is a fault, and waits longer each time")
}

func TestCaseGoesOnAfterAStaleAlarm(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil }}
	env := newEnv(t, r)
	r.alarm = func(no int64) (store.Told, error) {
		if no == 1 { // somebody was quicker; the telling is still under way
			return open(5, 3, after(2*time.Hour)), nil
		}
		return settled(9), nil
	}
	tell(env, 90*time.Minute, open(5, 3, after(2*time.Hour)))
	run(t, env)
	require.Equal(t, []int64{1, 3}, r.asked)
	require.Equal(t, after(2*time.Hour), env.Now().UTC())
	require.Empty(t, r.forgotten, "a stale alarm's answer is nobody's telling")
}

// A merged case may come back: news of it that arrives while the answer is on
// its way that the case is settled is not lost.
func TestCaseThatComesBackWhileItEndsGoesOn(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil }}
	env := newEnv(t, r)
	r.alarm = func(no int64) (store.Told, error) {
		if no == 1 {
			env.SignalWorkflow(workflows.SignalAdvanced, open(3, 3, after(2*time.Hour)))
			return settled(2), nil
		}
		return settled(9), nil
	}
	run(t, env)
	require.Equal(t, []int64{1, 3}, r.asked)
}

func TestCaseContinuesAsNewWithAllItKnows(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(24*time.Hour)), nil }}
	env := newEnv(t, r)
	r.alarm = func(int64) (store.Told, error) {
		// News that comes while the workflow waits for the answer.
		env.SetContinueAsNewSuggested(true)
		for seq := int64(3); seq <= 5; seq++ {
			env.SignalWorkflow(workflows.SignalAdvanced, open(seq, seq, after(time.Duration(seq)*24*time.Hour)))
		}
		return open(2, 2, after(48*time.Hour)), nil
	}
	env.ExecuteWorkflow(workflows.TypeCase, workflows.CaseInput{Case: caseID})
	require.Equal(t, workflows.Carried{Told: open(5, 5, after(5*24*time.Hour))}, carried(t, env))
}

func TestCaseContinuesAsNewInTheMiddleOfABackOff(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil }}
	env := newEnv(t, r)
	r.alarm = func(int64) (store.Told, error) {
		env.SetContinueAsNewSuggested(true)
		return store.Told{}, errAway
	}
	env.ExecuteWorkflow(workflows.TypeCase, workflows.CaseInput{Case: caseID})
	first := carried(t, env)
	require.Equal(t, workflows.Carried{
		Told: open(1, 1, after(time.Hour)), Failed: 1, NotBefore: after(time.Hour + 30*time.Second),
	}, first)

	// The next run waits for the rest of it and reads nothing.
	next := &record{}
	env = newEnv(t, next)
	env.SetStartTime(after(time.Hour))
	next.alarm = func(int64) (store.Told, error) { return settled(9), nil }
	env.ExecuteWorkflow(workflows.TypeCase, workflows.CaseInput{Case: caseID, Carried: &first})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, after(time.Hour+30*time.Second), env.Now().UTC())
}

func TestCaseOldRunGivesWayAtAnAlarm(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(80*24*time.Hour)), nil }}
	env := newEnv(t, r)
	r.alarm = func(no int64) (store.Told, error) {
		return open(no+1, no+1, env.Now().UTC().Add(20*24*time.Hour)), nil
	}
	tell(env, 95*24*time.Hour, open(3, 2, after(100*24*time.Hour))) // news alone renews nothing
	env.ExecuteWorkflow(workflows.TypeCase, workflows.CaseInput{Case: caseID})
	require.Equal(t, int64(3), carried(t, env).Told.AlarmNo)
	require.Equal(t, []int64{1, 2}, r.asked)
	require.Equal(t, after(100*24*time.Hour), env.Now().UTC())
}

func TestCaseIgnoresNewsItCannotRead(t *testing.T) {
	t.Parallel()
	r := &record{told: func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil }}
	env := newEnv(t, r)
	r.alarm = func(int64) (store.Told, error) { return settled(9), nil }
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.SignalAdvanced, "not a telling") }, time.Minute)
	run(t, env)
	require.Equal(t, after(time.Hour), env.Now().UTC())
}

func TestCaseEndsWhenCancelled(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]func() (store.Told, error){
		"waiting":    func() (store.Told, error) { return open(1, 1, after(time.Hour)), nil },
		"not begun":  func() (store.Told, error) { return store.Told{}, errAway },
		"no instant": func() (store.Told, error) { return open(1, 1, time.Time{}), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, &record{told: told})
			env.RegisterDelayedCallback(env.CancelWorkflow, time.Minute)
			env.ExecuteWorkflow(workflows.TypeCase, workflows.CaseInput{Case: caseID})
			require.True(t, env.IsWorkflowCompleted())
			require.ErrorContains(t, env.GetWorkflowError(), "canceled")
		})
	}
}

// What stays in a history must not carry what a driver said.
func TestFailuresAreCodes(t *testing.T) {
	t.Parallel()
	r := &record{recompute: func(string, int) (bool, error) { return false, errors.Join(errAway, store.ErrNotFound) }}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	workflows.RegisterActivities(env, activities.New(activities.Options{Record: r, Logger: slog.New(slog.DiscardHandler)}))
	_, err := env.ExecuteActivity(workflows.ActivityRecompute, activities.JobInput{Job: "j"})
	require.True(t, activities.Gone(err))
	require.NotContains(t, err.Error(), "dial")

	r.told = func() (store.Told, error) { return store.Told{}, errAway }
	_, err = env.ExecuteActivity(workflows.ActivityTold, activities.CaseInput{Case: caseID})
	require.ErrorContains(t, err, activities.CodeFailed)
	require.False(t, activities.Gone(err))
	require.NotContains(t, err.Error(), "dial")
}
