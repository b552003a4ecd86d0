package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/store"
)

// due waits until the case's alarm is due by the database's clock.
func (r record) due(t *testing.T, id string) store.Told {
	t.Helper()
	var told store.Told
	require.Eventually(t, func() bool {
		var err error
		told, err = r.Told(context.Background(), id)
		return err == nil && (told.Settled || r.count(t, `SELECT count(*) FROM cases WHERE id = $1 AND alarm_at <= clock_timestamp()`, id) == 1)
	}, 2*time.Minute, time.Millisecond)
	return told
}

// Alarms: too early by the database's clock writes nothing; a stale number is
// answered with the present state and writes nothing.
func TestAnAlarmTooEarlyOrStale(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "early").Must(ctx, t, r.people.Finding("问题", today()))
	before := r.physical(t, c.ID)
	for _, no := range []int64{c.AlarmNo, c.AlarmNo - 1, c.AlarmNo + 1, 0, -1} {
		told, err := r.Alarm(ctx, c.ID, no)
		require.NoError(t, err)
		require.False(t, told.Applied)
		require.Equal(t, c.Seq, told.Seq)
		require.Equal(t, c.AlarmNo, told.AlarmNo)
		asked, err := r.Told(ctx, c.ID)
		require.NoError(t, err)
		require.Equal(t, asked, told, "the same answer as to who asks")
	}
	require.Equal(t, before, r.physical(t, c.ID))
	_, err := r.Alarm(ctx, store.CaseID("x", "y"), 1)
	require.ErrorIs(t, err, store.ErrNotFound)
}

// Alarms: alarm_no grows with every change of kind or instant, one alarm applied
// by many is applied once, and the alarm always moves forward.
func TestAnAlarmAppliedByMany(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := compressed(t, 20*time.Millisecond)
	c := r.life(t, "many").Must(ctx, t, r.people.Finding("问题", r.legalToday(t)))
	last := store.Told{AlarmNo: c.AlarmNo}
	for range 3 {
		now := r.due(t, c.ID)
		require.GreaterOrEqual(t, now.AlarmNo, last.AlarmNo)
		tolds := make([]store.Told, 6)
		errs := make([]error, 6)
		var group sync.WaitGroup
		for i := range tolds {
			group.Go(func() { tolds[i], errs[i] = r.Alarm(ctx, c.ID, now.AlarmNo) })
		}
		group.Wait()
		applied := 0
		for i, told := range tolds {
			require.NoError(t, errs[i])
			if told.Applied {
				applied++
				require.Greater(t, told.AlarmNo, now.AlarmNo)
				require.Greater(t, told.Seq, now.Seq)
				require.True(t, told.FireAt.After(now.FireAt))
			}
			last = told
		}
		require.Equal(t, 1, applied)
	}
	require.Equal(t, 1, r.count(t, `SELECT count(DISTINCT (alarm_at)) FROM cases`))
	r.sound(t)
}

// The number grows exactly when the alarm's kind or instant changes.
func TestAlarmNumbers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	l := r.life(t, "numbers")
	c := l.Must(ctx, t, r.people.Finding("问题", today()))
	for _, step := range append(r.people.UpToReview(), r.noteStep()) {
		before, _ := c.Alarm()
		next := l.Must(ctx, t, step)
		after, _ := next.Alarm()
		if before.Kind() == after.Kind() && before.At.Equal(after.At) {
			require.Equal(t, c.AlarmNo, next.AlarmNo, "%s", step.Body.Kind())
		} else {
			require.Greater(t, next.AlarmNo, c.AlarmNo, "%s", step.Body.Kind())
		}
		require.Equal(t, int(next.AlarmNo), r.count(t, `SELECT alarm_no FROM cases`))
		c = next
	}
}

// The armed instant is the legal one and a spread, which is what is indexed.
func TestLateAlarms(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := compressed(t, 20*time.Millisecond)
	for _, key := range []string{"a", "b", "c"} {
		r.life(t, key).Must(ctx, t, r.people.Finding("问题", r.legalToday(t)))
	}
	require.Eventually(t, func() bool {
		n, err := r.LateAlarmCount(ctx, time.Millisecond)
		return err == nil && n == 3
	}, 2*time.Minute, time.Millisecond)
	late, err := r.LateAlarms(ctx, time.Millisecond, 2)
	require.NoError(t, err)
	require.Len(t, late, 2)
	require.False(t, late[1].FireAt.Before(late[0].FireAt), "oldest first")
	told, err := r.Told(ctx, late[0].Case)
	require.NoError(t, err)
	require.Equal(t, told.FireAt, late[0].FireAt)
	require.Equal(t, told.AlarmNo, late[0].AlarmNo)
	require.Zero(t, r.count(t, `SELECT count(*) FROM cases WHERE fire_at < alarm_at`))
	n, err := r.LateAlarmCount(ctx, time.Hour)
	require.NoError(t, err)
	require.Zero(t, n)
}

// The whole of a forgotten case by alarms alone: it never settles by itself, it
// never stops ringing, and every step leaves the record sound.
func TestAForgottenCaseKeepsRinging(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := compressed(t, 10*time.Millisecond)
	c := r.life(t, "forgotten").Must(ctx, t, r.people.Finding("问题", r.legalToday(t)))
	for range 12 {
		now := r.due(t, c.ID)
		told, err := r.Alarm(ctx, c.ID, now.AlarmNo)
		require.NoError(t, err)
		require.True(t, told.Applied)
		require.False(t, told.Settled)
		require.False(t, told.FireAt.IsZero())
		require.Equal(t, lifecycle.UnitNone, told.Stage)
	}
	r.sound(t)
}
