package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/internal/faultproxy"
	"duban/lifecycle"
	"duban/store"
)

func (r record) opening(key string) store.Request {
	return store.Request{
		Actor: r.people.Inspector, Key: key, ReceivedAt: time.Now(), Body: r.people.Finding("问题", today()).Body,
	}
}

func (r record) note(id, key string) store.Request {
	return store.Request{
		Actor: r.people.Officer, Key: key, Case: id, ReceivedAt: time.Now(), Body: &lifecycle.Note{Text: "备注"},
	}
}

// design.md section 2, Execute 3: an unknown commit is resolved by the receipt.
func TestALostCommitIsFoundByItsReceipt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p, url := faultproxy.New(t, r.url)
	far := r.second(t, url, 2)
	p.Lose(faultproxy.Commit, 1)
	opened, err := far.Execute(ctx, r.opening("open"))
	require.NoError(t, err)
	require.True(t, opened.Replayed, "the second try found the first one's receipt")
	require.Equal(t, 1, p.Lost())

	p.Lose(faultproxy.Commit, 1)
	noted, err := far.Execute(ctx, r.note(opened.Case.ID, "note"))
	require.NoError(t, err)
	require.True(t, noted.Replayed)
	require.Equal(t, int64(2), noted.Case.Seq)

	// Every try's answer is lost: nobody knows, and the same key finds out.
	p.Lose(faultproxy.Commit, 100)
	p.Refuse(false)
	req := r.note(opened.Case.ID, "unknown")
	a, err := far.Execute(ctx, req)
	if err == nil {
		require.True(t, a.Replayed, "a receipt is read without a commit")
	}
	p.Lose("", 0)
	a, err = far.Execute(ctx, req)
	require.NoError(t, err)
	require.Equal(t, int64(3), a.Case.Seq)
	require.Equal(t, 3, r.count(t, `SELECT count(*) FROM events`))
	require.Equal(t, 3, r.count(t, `SELECT count(*) FROM receipts`))
	r.sound(t)
}

// A line that is cut at any moment of a command doubles nothing and loses
// nothing that was answered.
func TestALineCutAtAnyMoment(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	l := r.life(t, "cut")
	c := l.Must(ctx, t, r.people.Finding("问题", today()))
	p, url := faultproxy.New(t, r.url)
	far := r.second(t, url, 2)
	// BEGIN's answer, the lock's, the events', the receipt's, the commit's.
	for i, at := range []string{"BEGIN\x00", "SELECT 1\x00", "INSERT 0 1\x00", faultproxy.Commit} {
		p.Lose(at, 1)
		a, err := far.Execute(ctx, r.note(c.ID, fmt.Sprint("cut-", i)))
		require.NoError(t, err, at)
		require.Equal(t, c.Seq+int64(i)+1, a.Case.Seq, at)
		require.Equal(t, i+1, p.Lost())
	}
	r.sound(t)
}

// Execute 3: a pipelined COMMIT must answer COMMIT. A statement that fails
// before it leaves nothing written, and the connection usable.
func TestAFailureInTheMiddleWritesNothing(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"number_series", "events", "cases", "receipts", "tellings"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			r := newRecord(t)
			one := r.second(t, r.url, 1)
			r.fail(t, table, "P0001", 1)
			_, err := one.Execute(ctx, r.opening("first"))
			require.ErrorContains(t, err, "made to fail")
			for _, kept := range []string{"events", "cases", "receipts", "tellings", "outbox", "number_series"} {
				require.Zero(t, r.count(t, `SELECT count(*) FROM `+kept), kept)
			}
			a, err := one.Execute(ctx, r.opening("first"))
			require.NoError(t, err)
			require.False(t, a.Replayed)
			require.Regexp(t, `0001$`, a.Case.Number, "the number that failed was not used up")
			r.sound(t)
		})
	}
}

// Execute 3: a failed transaction answers COMMIT with ROLLBACK and no error.
func TestACommitThatRolledBackIsAnError(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	// A constraint checked only at the commit: the COMMIT itself fails.
	r.exec(t, `CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'too late'; END $$`)
	r.exec(t, `CREATE CONSTRAINT TRIGGER late AFTER INSERT ON receipts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()`)
	_, err := r.Execute(ctx, r.opening("late"))
	require.ErrorContains(t, err, "too late")
	require.Zero(t, r.count(t, `SELECT count(*) FROM events`))
}

// Execute 3: a deadlock is retried with the same at.
func TestADeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, state := range []string{"40P01", "40001", "0A000"} {
		r := newRecord(t)
		r.fail(t, "events", state, 2)
		req := r.opening("deadlock")
		a, err := r.Execute(ctx, req)
		require.NoError(t, err)
		require.Equal(t, req.ReceivedAt.UTC().Truncate(time.Microsecond), a.At)
		require.Equal(t, a.At, a.Case.At)
		r.sound(t)
	}
}

// A real deadlock, made by somebody who locks two cases the wrong way round.
func TestARealDeadlock(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	low, high := r.twoDrafts(t)
	tx, err := r.sql.Begin(ctx)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, `SET LOCAL deadlock_timeout = '1h'`)
	if err != nil { // a plain role may not; then either side is the victim
		require.NoError(t, tx.Rollback(ctx))
		tx, err = r.sql.Begin(ctx)
		require.NoError(t, err)
	}
	_, err = tx.Exec(ctx, `SELECT FROM case_states WHERE case_id = $1 FOR UPDATE`, high.ID)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := r.Execute(ctx, store.Request{
			Actor: r.people.Head, Key: "merge", Case: high.ID, ReceivedAt: time.Now(), Body: &lifecycle.MergeInto{Parent: low.ID},
		})
		done <- err
	}()
	r.awaitBlocked(t, 1)
	// The other holds high and asks for low, which the command holds by now.
	_, lockErr := tx.Exec(ctx, `SELECT FROM case_states WHERE case_id = $1 FOR UPDATE`, low.ID)
	_ = lockErr // this one may be the victim
	require.NoError(t, tx.Rollback(ctx))
	require.NoError(t, <-done)
	r.sound(t)
}

// Execute 1: lock_timeout, and a command that cannot get the lock is busy.
func TestALockedCaseIsBusy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "locked").Must(ctx, t, r.people.Finding("问题", today()))
	tx, err := r.sql.Begin(ctx)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, `SELECT FROM case_states WHERE case_id = $1 FOR UPDATE`, c.ID)
	require.NoError(t, err)
	_, err = r.Execute(ctx, r.note(c.ID, "waits"))
	require.ErrorIs(t, err, store.ErrBusy)
	_, err = r.Alarm(ctx, c.ID, c.AlarmNo)
	require.ErrorIs(t, err, store.ErrBusy)
	require.NoError(t, tx.Rollback(ctx))
	_, err = r.Execute(ctx, r.note(c.ID, "waits"))
	require.NoError(t, err)
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM events`))
}

// A pool without a free connection answers busy; nobody hangs.
func TestAFullPoolIsBusy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "full").Must(ctx, t, r.people.Finding("问题", today()))
	one := r.second(t, r.url, 1)
	_, err := one.Execute(ctx, r.note(c.ID, "warm"))
	require.NoError(t, err)
	tx, err := r.sql.Begin(ctx)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, `SELECT FROM case_states WHERE case_id = $1 FOR UPDATE`, c.ID)
	require.NoError(t, err)
	first := make(chan error, 1)
	go func() {
		_, err := one.Execute(ctx, r.note(c.ID, "holds"))
		first <- err
	}()
	r.awaitBlocked(t, 1)
	_, err = one.Execute(ctx, r.note(c.ID, "no connection"))
	require.ErrorIs(t, err, store.ErrBusy)
	require.NoError(t, tx.Rollback(ctx))
	err = <-first
	if err != nil {
		require.ErrorIs(t, err, store.ErrBusy)
	}
	_, err = one.Execute(ctx, r.note(c.ID, "after"))
	require.NoError(t, err)
}

// Whoever holds the last connection of a pool must not wait for another one:
// here for the text of a policy and a calendar it has not seen yet, or for the
// events of a case it answers again.
func TestOneConnectionIsEnough(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	one := r.second(t, r.url, 1)
	opened, err := one.Execute(ctx, r.opening("open"))
	require.NoError(t, err)
	again, err := one.Execute(ctx, r.opening("open"))
	require.NoError(t, err)
	require.True(t, again.Replayed)
	_, err = r.AddPolicy(ctx, "admin", r.policyText(t))
	require.NoError(t, err)
	_, _, err = r.ImportCalendar(ctx, "admin", year2027(t))
	require.NoError(t, err)
	_, err = one.Execute(ctx, r.note(opened.Case.ID, "new rules"))
	require.NoError(t, err)
	_, err = one.Alarm(ctx, opened.Case.ID, opened.Case.AlarmNo)
	require.NoError(t, err)
	_, err = one.Rebuild(ctx, nil)
	require.NoError(t, err)
}

// A caller that gives up leaves no transaction and no lock behind.
func TestACallerThatGivesUp(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "gives up").Must(ctx, t, r.people.Finding("问题", today()))
	one := r.second(t, r.url, 1)
	tx, err := r.sql.Begin(ctx)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, `SELECT FROM case_states WHERE case_id = $1 FOR UPDATE`, c.ID)
	require.NoError(t, err)
	limited, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		_, err := one.Execute(limited, r.note(c.ID, "given up"))
		done <- err
	}()
	r.awaitBlocked(t, 1)
	cancel()
	require.Error(t, <-done)
	require.NoError(t, tx.Rollback(ctx))
	_, err = one.Execute(ctx, r.note(c.ID, "next"))
	require.NoError(t, err)
	require.Zero(t, r.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`))
}

// A migration changes what a prepared statement returns: the next command goes
// through all the same.
func TestAMigrationUnderPreparedStatements(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	one := r.second(t, r.url, 1)
	opened, err := one.Execute(ctx, r.opening("before"))
	require.NoError(t, err)
	_, err = one.Execute(ctx, r.note(opened.Case.ID, "before"))
	require.NoError(t, err)
	r.exec(t, `ALTER TABLE receipts ALTER COLUMN policy_version TYPE bigint`)
	_, err = one.Execute(ctx, r.note(opened.Case.ID, "after"))
	require.NoError(t, err)
	r.sound(t)
}

// design.md section 7: two round trips, three when a number is allotted.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p, url := faultproxy.New(t, r.url)
	far := r.second(t, url, 1)
	warm := &casetest.Life{Doer: far, Key: "warm"}
	warm.Must(ctx, t, append([]casetest.Step{r.people.Finding("问题", today())}, r.people.UpToReview()...)...)
	l := &casetest.Life{Doer: far, Key: "counted"}
	numbered := map[lifecycle.CommandKind]bool{lifecycle.KindOpenCase: true, lifecycle.KindApproveNotice: true, lifecycle.KindRecordReceipt: true}
	for _, step := range append([]casetest.Step{r.people.Finding("问题", today())}, r.people.UpToReview()...) {
		before := p.RoundTrips()
		l.Must(ctx, t, step)
		want := 2
		if numbered[step.Body.Kind()] {
			want = 3
		}
		require.Equal(t, want, p.RoundTrips()-before, "%s", step.Body.Kind())
	}
	paper := &casetest.Life{Doer: far, Key: "paper"}
	c := paper.Must(ctx, t, append([]casetest.Step{r.people.Finding("纸质送达", today())}, r.people.UpToServing(lifecycle.Immediate)...)...)
	receipt := &lifecycle.RecordReceipt{Manner: lifecycle.OnPaper, On: today(), Scan: "evidence:none"}
	_, err := paper.Do(ctx, casetest.Step{By: r.people.Officer, Body: receipt}) // the statement is prepared
	require.NoError(t, err)
	receipt.Scan = r.people.Scan(ctx, t, r.Store, c.ID)
	before := p.RoundTrips()
	paper.Must(ctx, t, casetest.Step{By: r.people.Officer, Body: receipt})
	require.Equal(t, 3, p.RoundTrips()-before, "the scan is looked up on the way")
}
