package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// Execute 5: a catch-up commits even when the command is refused, and If-Match
// is compared with the version before it.
func TestACatchUpCommitsThoughTheCommandIsRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	for _, refused := range []struct {
		name string
		by   lifecycle.Actor
		kind lifecycle.RefusalKind
	}{{"not allowed", r.people.Signer, lifecycle.NotAllowed}, {"forbidden", r.people.Inspector, lifecycle.Forbidden}} {
		c := r.life(t, refused.name).Must(ctx, t, r.people.Finding("问题", today()))
		version, stale := c.Seq, c.Seq+1
		req := store.Request{
			Actor: refused.by, Key: refused.name + "-late", Case: c.ID, IfMatch: &stale,
			ReceivedAt: time.Now().AddDate(0, 3, 0), Body: &lifecycle.ApproveNotice{},
		}
		_, err := r.Execute(ctx, req)
		require.ErrorIs(t, err, store.ErrStale)
		require.Equal(t, 1, r.count(t, `SELECT count(*) FROM events WHERE case_id = $1`, c.ID), "a stale command writes nothing")

		req.IfMatch = &version
		a, err := r.Execute(ctx, req)
		require.NoError(t, err, "the version before the catch-up is the one that was seen")
		require.Equal(t, refused.kind, a.Refusal.Kind)
		require.Greater(t, a.Case.Seq, version)
		require.Equal(t, int(a.Case.Seq), r.count(t, `SELECT count(*) FROM events WHERE case_id = $1`, c.ID))
		require.Equal(t, int(a.Case.Seq)-1, r.count(t, `SELECT count(*) FROM events WHERE case_id = $1 AND command_id IS NULL`, c.ID))
		for _, e := range r.history(t, c.ID)[1:] {
			require.Less(t, e.Legal, today().AddDays(100).String(), "an alarm counts on its legal day")
		}
	}
	require.Equal(t, 3, r.count(t, `SELECT count(*) FROM receipts`), "two opened, one refused; 403 has no receipt")
	r.sound(t)
}

// Execute 4: event times never go back, though timeliness is judged by when the
// command was received.
func TestEventTimesNeverGoBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "back").Must(ctx, t, r.people.Finding("问题", today()))
	for i, at := range []time.Time{time.Now().Add(time.Hour), time.Now(), time.Now().Add(-time.Hour), time.Now().Add(2 * time.Hour)} {
		req := r.note(c.ID, string(rune('a'+i)))
		req.ReceivedAt = at
		a, err := r.Execute(ctx, req)
		require.NoError(t, err)
		require.Equal(t, at.UTC().Truncate(time.Microsecond), a.At)
	}
	r.sound(t)
}

// design.md section 4: what was received in time is in time, though it is decided
// after the alarm was recorded; and lateness is the same whoever comes first.
func TestWhatIsDueIsAppliedBeforeTheCommand(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	steps := append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign())
	late, early := r.life(t, "late"), r.life(t, "early")
	due, ok := late.Must(ctx, t, steps...).UnitDeadline()
	require.True(t, ok)
	early.Must(ctx, t, steps...)
	late.Now = func() time.Time { return due.DueAt.Add(time.Second) }
	early.Now = func() time.Time { return due.DueAt.Add(-time.Second) }
	require.Contains(t, kinds(r.history(t, late.Must(ctx, t, p.Report(1)).ID)), lifecycle.EventDeadlineMissed)
	require.NotContains(t, kinds(r.history(t, early.Must(ctx, t, p.Report(1)).ID)), lifecycle.EventDeadlineMissed)
	r.sound(t)
}

// A case whose id is spelt another way, or is no id at all, does not exist.
func TestOnlyOneSpellingOfAnID(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	id := r.life(t, "spelt").Must(ctx, t, r.people.Finding("问题", today())).ID
	for _, other := range []string{"urn:uuid:" + id, "{" + id + "}", upper(id), id[:8] + id[9:], id + "\x00", "x", store.CaseID("a", "b")} {
		_, err := r.Execute(ctx, r.note(other, "note"))
		require.ErrorIs(t, err, store.ErrNotFound, other)
		_, err = r.Case(ctx, r.people.Manager, other)
		require.ErrorIs(t, err, store.ErrNotFound, other)
		_, err = r.Alarm(ctx, other, 1)
		require.ErrorIs(t, err, store.ErrNotFound, other)
		_, err = r.Told(ctx, other)
		require.ErrorIs(t, err, store.ErrNotFound, other)
		_, err = r.Receipt(ctx, r.people.Inspector, other)
		require.ErrorIs(t, err, store.ErrNotFound, other)
	}
}
