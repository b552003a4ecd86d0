package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
)

// Tellings: one row per case, read when somebody is about to tell; what was told
// is forgotten up to its version, and what came since stays.
func TestTellings(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	l := r.life(t, "told")
	c := l.Must(ctx, t, r.people.Finding("问题", today()))
	told, ok, err := r.Telling(ctx, c.ID)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, c.Seq, told.Seq)
	next := l.Must(ctx, t, casetest.Step{By: r.people.Inspector, Body: &lifecycle.SubmitDraft{}})
	require.NoError(t, r.TellingDone(ctx, c.ID, told.Seq))
	told, ok, err = r.Telling(ctx, c.ID)
	require.NoError(t, err)
	require.True(t, ok, "the news since then stays")
	require.Equal(t, next.Seq, told.Seq)
	require.NoError(t, r.TellingFailed(ctx, c.ID, told.Seq))
	left, err := r.Tellings(ctx, 0, 10)
	require.NoError(t, err)
	require.Empty(t, left, "its next try is later")
	r.exec(t, `UPDATE tellings SET queued_at = now() - interval '1 minute', next_try_at = now() - interval '1 second'`)
	left, err = r.Tellings(ctx, 10*time.Second, 10)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.Equal(t, 1, left[0].Tries)
	require.NoError(t, r.TellingDone(ctx, c.ID, told.Seq))
	_, ok, err = r.Telling(ctx, c.ID)
	require.NoError(t, err)
	require.False(t, ok)
	// A note is nobody's news.
	l.Must(ctx, t, r.noteStep())
	_, ok, err = r.Telling(ctx, c.ID)
	require.NoError(t, err)
	require.False(t, ok)
}

// TellAll tells every open case once, page by page, and no settled one; while
// commands go on nobody waits for ever.
func TestTellAll(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	var ids []string
	for i := range 11 {
		ids = append(ids, r.life(t, fmt.Sprint("c", i)).Must(ctx, t, r.people.Finding("问题", today())).ID)
	}
	for i := range 2 {
		_, err := r.Execute(ctx, r.void(ids[i], fmt.Sprint("void", i)))
		require.NoError(t, err)
	}
	r.exec(t, `DELETE FROM tellings`)
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			a, b := ids[2+i], ids[2+(i+1)%9]
			_, errs[i] = r.Execute(ctx, r.merge(a, b, fmt.Sprint("merge", i)))
		})
	}
	total, after := 0, ""
	for {
		n, last, err := r.TellAll(ctx, after, 4)
		require.NoError(t, err)
		if n == 0 {
			break
		}
		require.Greater(t, last, after)
		total, after = total+n, last
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.LessOrEqual(t, total, 9)
	require.Zero(t, r.count(t, `SELECT count(*) FROM cases c WHERE settled_at IS NULL AND NOT EXISTS (SELECT FROM tellings t WHERE t.case_id = c.id AND t.seq <= c.seq)`))
	r.sound(t)
}

// Letters are queued in the transaction of their event: those that a person orders may
// leave at once, those of a timer on a later morning.
func TestLettersLeaveWhenTheyMay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "letters")
	l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign())...)
	require.Positive(t, r.count(t, `SELECT count(*) FROM outbox`))
	require.Zero(t, r.count(t, `SELECT count(*) FROM outbox o JOIN events e USING (case_id, seq) WHERE o.by_timer OR o.not_before > e.at`))
	ordered := r.count(t, `SELECT count(*) FROM outbox`)

	l.Now = func() time.Time { return time.Now().AddDate(0, 0, 20) }
	l.Must(ctx, t, r.noteStep())
	late := r.count(t, `SELECT count(*) FROM outbox WHERE by_timer`)
	require.Positive(t, late)
	require.Equal(t, ordered+late, r.count(t, `SELECT count(*) FROM outbox`))
	require.Zero(t, r.count(t, `SELECT count(*) FROM outbox o JOIN events e USING (case_id, seq) WHERE o.by_timer AND o.not_before <= e.at`))
}

// Signs of life join to spans, by the database's clock; a silence stays in the
// record, and a clock that is set back does no harm.
func TestUptime(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() { errs[i] = r.Heartbeat(ctx) })
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM uptime`))
	r.exec(t, `UPDATE uptime SET since = since - interval '2 hours', until = until - interval '16 minutes'`)
	require.NoError(t, r.Heartbeat(ctx))
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM uptime`), "sixteen minutes of silence")
	r.exec(t, `UPDATE uptime SET until = until - interval '14 minutes', since = since - interval '14 minutes' WHERE since = (SELECT max(since) FROM uptime)`)
	require.NoError(t, r.Heartbeat(ctx))
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM uptime`), "fourteen do not count")
	r.exec(t, `UPDATE uptime SET until = until + interval '1 hour', since = since + interval '30 minutes' WHERE since = (SELECT max(since) FROM uptime)`)
	require.NoError(t, r.Heartbeat(ctx))
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM uptime`))
}

// design.md section 4: fifteen minutes or more without a sign of life, touching
// the last two hours before a deadline, move it to the next working day.
func TestAnOutageMovesADeadline(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	for i, span := range []struct {
		name     string
		from, to time.Duration // before the deadline
		moved    bool
	}{
		{"long before", 5 * time.Hour, 150 * time.Minute, false},
		{"in the last two hours", 90 * time.Minute, 60 * time.Minute, true},
		{"touching them", 130 * time.Minute, 110 * time.Minute, true},
		{"too short", 60 * time.Minute, 50 * time.Minute, false},
		{"across it", 10 * time.Minute, -10 * time.Minute, true},
		{"after it", -time.Minute, -60 * time.Minute, false},
	} {
		l := r.life(t, fmt.Sprint("outage", i))
		due, ok := l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign())...).UnitDeadline()
		require.True(t, ok)
		r.exec(t, `DELETE FROM uptime`)
		r.exec(t, `INSERT INTO uptime VALUES ($1, $2), ($3, $4)`, due.DueAt.Add(-240*time.Hour), due.DueAt.Add(-span.from), due.DueAt.Add(-span.to), due.DueAt.AddDate(1, 0, 0))
		l.Now = func() time.Time { return due.DueAt.Add(time.Minute) }
		c := l.Must(ctx, t, r.noteStep())
		now, _ := c.UnitDeadline()
		require.Equal(t, span.moved, now.Due.After(due.Due), span.name)
		require.Equal(t, !span.moved, now.Passed, span.name)
	}
	r.sound(t)
}

// A stay that ends by itself lets the unit's clocks run on; an outage near the
// due date behind it counts though no clock was running when the case was locked.
func TestAnOutageBehindAStay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	l := r.life(t, "stay")
	l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign(),
		casetest.Step{By: p.Leader, Body: &lifecycle.GrantStay{Until: today().AddDays(5), Reason: "灾害"}})...)
	// The whole year was silent.
	r.exec(t, `INSERT INTO uptime VALUES ($1, $1), ($2, $2)`, time.Now(), time.Now().AddDate(1, 0, 0))
	l.Now = func() time.Time { return time.Now().AddDate(0, 3, 0) }
	c := l.Must(ctx, t, r.noteStep())
	require.Contains(t, kinds(r.history(t, c.ID)), lifecycle.EventDeadlineMoved)
	r.sound(t)
}

// When legal days last seconds, a sign of life every few milliseconds cannot be
// asked for, nor can so short a silence count.
func TestUptimeOfShortDays(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := compressed(t, time.Second)
	every, err := r.HeartbeatEvery(ctx)
	require.NoError(t, err)
	require.Equal(t, 200*time.Millisecond, every)
	require.NoError(t, r.Heartbeat(ctx))
	r.exec(t, `UPDATE uptime SET since = since - interval '10 seconds', until = until - interval '2 seconds'`)
	require.NoError(t, r.Heartbeat(ctx))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM uptime`))
	every, err = newRecord(t).HeartbeatEvery(ctx)
	require.NoError(t, err)
	require.Equal(t, time.Minute, every)
}

// Tokens are stored as hashes and shown once; what is revoked or disabled ends
// with that commit.
func TestTokens(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	token := p.Tokens[p.Officer.Account]
	who, err := r.Authenticate(ctx, token)
	require.NoError(t, err)
	require.Equal(t, p.Officer, who)
	require.Zero(t, r.count(t, `SELECT count(*) FROM tokens t WHERE t::text LIKE '%' || $1 || '%' OR encode(hash, 'escape') LIKE '%' || $1 || '%'`, token[4:]))
	for _, wrong := range []string{"", "x", token + "x", token[:len(token)-1], upper(token), "dbn_"} {
		_, err := r.Authenticate(ctx, wrong)
		require.Error(t, err, wrong)
	}
	second, err := r.NewToken(ctx, p.Officer.Account)
	require.NoError(t, err)
	require.NotEqual(t, token, second)
	require.NoError(t, r.RevokeTokens(ctx, p.Officer.Account))
	for _, old := range []string{token, second} {
		_, err := r.Authenticate(ctx, old)
		require.Error(t, err)
	}
	third, err := r.NewToken(ctx, p.Officer.Account)
	require.NoError(t, err)
	_, err = r.Authenticate(ctx, third)
	require.NoError(t, err)
	require.NoError(t, r.DisableAccount(ctx, p.Officer.Account))
	_, err = r.Authenticate(ctx, third)
	require.Error(t, err)
	_, err = r.NewToken(ctx, "nobody")
	require.Error(t, err)
}
