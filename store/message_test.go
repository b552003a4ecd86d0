package store_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// breaker is one that never trips in these tests.
func breaker() store.Breaker { return store.Breaker{Most: 1000, Per: time.Hour} }

// written is a record with papers to the head, who is reached by e-mail.
func written(t *testing.T, papers int) (record, time.Time) {
	t.Helper()
	ctx := context.Background()
	r := newRecord(t)
	_, err := r.PutAddress(ctx, store.Address{Account: r.people.Head.Account, Kind: "email", Address: "head@example.org", Author: "x"})
	require.NoError(t, err)
	c := r.life(t, "case").Must(ctx, t, r.people.Finding("学习记录不全", today()))
	now := time.Now().UTC().Truncate(time.Microsecond)
	r.exec(t, `DELETE FROM outbox`)
	for i := range papers {
		r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, $2, 'role:head', 'noted', false, $3)`, c.ID, 100+i, now)
	}
	return r, now
}

// Whoever was taken for dead and comes back changes nothing: the claim is
// another's, who tries the same message and records what came of it.
func TestALateMarkIsNotTheClaimants(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	_, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	first, err := r.ClaimMessages(ctx, now, now.Add(time.Minute), 10, breaker())
	require.NoError(t, err)
	require.Len(t, first.Messages, 1)
	during, err := r.ClaimMessages(ctx, now.Add(59*time.Second), now.Add(time.Hour), 10, breaker())
	require.NoError(t, err)
	require.Empty(t, during.Messages, "it is somebody's")
	later := now.Add(time.Minute)
	second, err := r.ClaimMessages(ctx, later, later.Add(time.Minute), 10, breaker())
	require.NoError(t, err)
	require.Len(t, second.Messages, 1)
	require.Equal(t, first.Messages[0].ID, second.Messages[0].ID, "the same id at every try")
	require.Equal(t, 1, second.Messages[0].Tries, "whoever died had tried as likely as not")
	marked, err := r.MarkMessage(ctx, first.Messages[0], store.Result{State: store.MessageDead, Counts: true, Code: "late"}, later)
	require.NoError(t, err)
	require.False(t, marked)
	marked, err = r.MarkMessage(ctx, second.Messages[0], store.Result{State: store.MessageSent, Counts: true}, later)
	require.NoError(t, err)
	require.True(t, marked)
	v, tries, err := r.Message(ctx, first.Messages[0].ID)
	require.NoError(t, err)
	require.Equal(t, []any{store.MessageSent, true, 2, 1}, []any{v.State, v.MayHave, v.Tries, len(tries)})
}

// Many at once find each letter's readers once, make each digest once, and claim
// each message once.
func TestManySendersAtOnceShareTheWork(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const papers = 60
	r, now := written(t, papers)
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		ids   = map[string]int{}
	)
	errs := make(chan error, 100)
	for range 6 {
		group.Go(func() {
			for range 5 {
				if _, err := r.RouteLetters(ctx, now, 7); err != nil {
					errs <- err
				}
				got, err := r.ClaimMessages(ctx, now, now.Add(time.Minute), 7, breaker())
				if err != nil {
					errs <- err
				}
				mu.Lock()
				for _, m := range got.Messages {
					ids[m.ID]++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	require.Len(t, ids, papers)
	for id, n := range ids {
		require.Equal(t, 1, n, id)
	}
	require.Equal(t, papers, r.count(t, `SELECT count(*) FROM mailings`))
}

// One process sends at a time; another takes over once the turn has run out.
func TestOneSenderAtATime(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	now := time.Now().UTC()
	take := func(owner string, at time.Time) bool {
		ok, err := r.TakeSender(ctx, owner, at, at.Add(time.Minute))
		require.NoError(t, err)
		return ok
	}
	require.True(t, take("a", now))
	require.False(t, take("b", now.Add(59*time.Second)))
	require.True(t, take("a", now.Add(59*time.Second)))
	require.True(t, take("b", now.Add(2*time.Minute)))
	require.False(t, take("a", now.Add(2*time.Minute)))
}

// Digests leave on working days from half past eight on, and a person's second
// waits for the next working day, whoever makes them at the same time.
func TestOneDigestAWorkingDay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "case").Must(ctx, t, append([]casetest.Step{r.people.Finding("学习记录不全", today())},
		append(r.people.UpToServing(lifecycle.Immediate), r.people.Sign())...)...)
	r.exec(t, `DELETE FROM outbox`)
	friday := today().AddDays(60)
	working := calendar.Builtin().WorkingDay
	for friday.Weekday() != time.Friday || !working(friday) || working(friday.AddDays(1)) || working(friday.AddDays(2)) || !working(friday.AddDays(3)) {
		friday = friday.AddDays(1)
	}
	at := func(day calendar.Date, hour, minute int) time.Time {
		return calendar.Real().At(day, time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute)
	}
	seq := 100
	chase := func(when time.Time) {
		seq++
		r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, $2, $3, 'chased', true, $4)`, c.ID, seq, "unit:"+c.Unit, when)
	}
	digest := func(now time.Time) int {
		_, err := r.RouteLetters(ctx, now, 100)
		require.NoError(t, err)
		made := make(chan int, 4)
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				n, _, err := r.Digests(ctx, now)
				if err != nil {
					n = -1000
				}
				made <- n
			})
		}
		group.Wait()
		close(made)
		total := 0
		for n := range made {
			total += n
		}
		return total
	}
	chase(at(friday, 0, 0))
	require.Equal(t, 0, digest(at(friday, 8, 29)), "not before the hour")
	require.Equal(t, 1, digest(at(friday, 8, 30)))
	chase(at(friday, 9, 0))
	require.Equal(t, 0, digest(at(friday, 23, 59)), "one a day")
	chase(at(friday.AddDays(1), 0, 0))
	require.Equal(t, 0, digest(at(friday.AddDays(1), 12, 0)), "none on a day off")
	require.Equal(t, 0, digest(at(friday.AddDays(2), 12, 0)))
	require.Equal(t, 1, digest(at(friday.AddDays(3), 8, 30)), "what was missed is in one")
	require.Equal(t, 0, r.count(t, `SELECT count(*) FROM mailing_letters WHERE mailing_id IS NULL`))
	require.Equal(t, 1, r.count(t, fmt.Sprintf(`SELECT count(*) FROM mailings WHERE content LIKE '%%已逾期%%个工作日%%' AND day = '%s'`, friday.AddDays(3))))
}

// What a timer ordered and did not leave in time, because the sender was away, the
// mail server was or the breaker held it, leaves on the next working day from half
// past eight on, as its digests do. What a person ordered goes at any hour.
func TestWhatATimerOrderedLeavesInWorkingTime(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "case").Must(ctx, t, append([]casetest.Step{r.people.Finding("学习记录不全", today())},
		append(r.people.UpToServing(lifecycle.Immediate), r.people.Sign())...)...)
	_, err := r.PutAddress(ctx, store.Address{Account: r.people.Secretary.Account, Kind: "email", Address: "secretary@example.org", Author: "x"})
	require.NoError(t, err)
	r.exec(t, `DELETE FROM outbox`)
	friday := today().AddDays(60)
	working := calendar.Builtin().WorkingDay
	for friday.Weekday() != time.Friday || !working(friday) || working(friday.AddDays(1)) || working(friday.AddDays(2)) || !working(friday.AddDays(3)) || !working(friday.AddDays(4)) {
		friday = friday.AddDays(1)
	}
	at := func(days, hour, minute int) time.Time {
		return calendar.Real().At(friday.AddDays(days), time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute)
	}
	for seq, byTimer := range []bool{false, true} {
		r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before, by_timer) VALUES ($1, $2, $3, 'measure_ordered', false, $4, $5)`,
			c.ID, 100+seq, "unit:"+c.Unit, at(0, 8, 30), byTimer)
	}
	r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before, by_timer) VALUES ($1, 102, $2, 'chased', true, $3, true)`, c.ID, "unit:"+c.Unit, at(0, 8, 30))
	papers := func(at time.Time) int {
		done, err := r.RouteLetters(ctx, at, 10)
		require.NoError(t, err)
		return done.Papers
	}
	leave := func(at time.Time) int {
		got, err := r.ClaimMessages(ctx, at, at.Add(time.Minute), 10, breaker())
		require.NoError(t, err)
		for _, m := range got.Messages { // the mail server is away
			_, err := r.MarkMessage(ctx, m, store.Result{State: store.MessageQueued, Code: "mail_server", NextAt: at.Add(time.Minute)}, at)
			require.NoError(t, err)
		}
		return len(got.Messages)
	}
	require.Equal(t, 1, papers(at(1, 3, 0)), "at three in the morning of a Saturday, what a person ordered")
	require.Equal(t, 1, leave(at(1, 3, 0)))
	require.Zero(t, papers(at(3, 8, 29)))
	require.Equal(t, 1, papers(at(3, 8, 30)))
	made, _, err := r.Digests(ctx, at(3, 8, 30))
	require.NoError(t, err)
	require.Equal(t, 1, made)
	require.Equal(t, 3, leave(at(3, 8, 30)))
	require.Equal(t, 3, leave(at(3, 23, 30)))
	require.Equal(t, 1, leave(at(4, 3, 0)), "in the night, what a person ordered")
	require.Equal(t, 3, leave(at(4, 8, 30)))
}

// A reminder that waits for somebody whose account is ended before the digest
// goes to whoever reads for the unit then.
func TestWhoIsGoneBeforeTheDigestIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "case").Must(ctx, t, append([]casetest.Step{r.people.Finding("学习记录不全", today())},
		append(r.people.UpToServing(lifecycle.Immediate), r.people.Sign())...)...)
	r.exec(t, `DELETE FROM outbox`)
	day := today().AddDays(60)
	for !calendar.Builtin().WorkingDay(day) {
		day = day.AddDays(1)
	}
	night, noon := calendar.Real().Start(day), calendar.Real().At(day, 12*time.Hour)
	r.exec(t, `INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before) VALUES ($1, 100, $2, 'chased', true, $3)`, c.ID, "unit:"+c.Unit, night)
	_, err := r.RouteLetters(ctx, night, 10)
	require.NoError(t, err)
	require.NoError(t, r.DisableAccount(ctx, r.people.Secretary.Account))
	made, more, err := r.Digests(ctx, noon)
	require.NoError(t, err)
	require.Equal(t, []any{0, true}, []any{made, more})
	_, err = r.RouteLetters(ctx, noon, 10)
	require.NoError(t, err)
	made, _, err = r.Digests(ctx, noon)
	require.NoError(t, err)
	require.Equal(t, 1, made)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM mailings WHERE kind = 'digest' AND account_id = $1`, r.people.Contact.Account))
	require.Zero(t, r.count(t, `SELECT count(*) FROM mailing_letters WHERE account_id = $1`, r.people.Secretary.Account))
}

// The id of a paper in an inbox tells nothing of the case: whoever tries numbers of
// events in the place of the one it tells of finds none, here with what all records
// have in common.
func TestAPapersIDCountsNoEvents(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r, now := written(t, 1)
	_, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	inbox, err := r.Inbox(ctx, r.people.Head.Account, "", now, 10)
	require.NoError(t, err)
	require.Len(t, inbox, 1)
	var caseID string
	require.NoError(t, r.sql.QueryRow(ctx, `SELECT id::text FROM cases`).Scan(&caseID))
	for seq := range 200 {
		guess := store.MailingID("paper", caseID, strconv.Itoa(seq), r.people.Head.Account)
		require.NotEqual(t, inbox[0].ID, guess, "event %d", seq)
	}
	again, err := r.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	require.Zero(t, again.Papers)
}

// What is told of a measure says which it is, in the inbox, on the case's page and
// among the tasks.
func TestMeasuresAreToldByName(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p, now := r.people, time.Now().UTC()
	c := r.life(t, "named").Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign(),
		casetest.Step{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: "逾期", Owner: p.Leader.Account}})...)
	_, err := r.RouteLetters(ctx, now.Add(time.Minute), 100)
	require.NoError(t, err)
	require.Positive(t, r.count(t, `SELECT count(*) FROM mailings WHERE content LIKE '%办理情况：采取措施（提醒谈话）%' AND subject LIKE '%提醒谈话：请于%'`))
	require.Zero(t, r.count(t, `SELECT count(*) FROM mailings WHERE content ~ '办理情况：采取措施\s'`))
	told, err := r.CaseMessages(ctx, p.Leader, c.ID, "", 50)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(told.Messages, func(m store.CaseMessage) bool {
		return slices.Equal(m.Measures, []policy.MeasureKind{policy.MeasureReminderTalk})
	}))
	page, err := r.Tasks(ctx, p.Leader, "", 10)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(page.Tasks, func(task store.Task) bool {
		return task.Measure == 1 && task.MeasureKind == policy.MeasureReminderTalk
	}))
}

// A program is told of which cases a message tells, with what is asked by when and
// where it is seen; a person's mail has no need of it.
func TestAProgramIsToldTheCases(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	seen, err := store.Open(ctx, store.Options{URL: r.url, MaxConns: 2, PublicURL: "https://duban.example.org/", Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(seen.Close)
	for kind, at := range map[string]string{"webhook": "https://hooks.example.org/", "email": "secretary@example.org"} {
		_, err := r.PutAddress(ctx, store.Address{Account: r.people.Secretary.Account, Kind: kind, Address: at, Secret: map[string]string{"webhook": "whsec_1"}[kind], Author: "x"})
		require.NoError(t, err)
	}
	c := r.life(t, "case").Must(ctx, t, append([]casetest.Step{r.people.Finding("学习记录不全", today())}, r.people.UpToServing(lifecycle.Immediate)...)...)
	now := time.Now().UTC().Add(time.Minute)
	_, err = seen.RouteLetters(ctx, now, 10)
	require.NoError(t, err)
	got, err := seen.ClaimMessages(ctx, now, now.Add(time.Minute), 10, breaker())
	require.NoError(t, err)
	told := map[string][]store.MailedCase{}
	for _, m := range got.Messages {
		told[m.Kind] = append(told[m.Kind], m.Cases...)
	}
	due, ok := c.Deadline()
	require.True(t, ok)
	require.Equal(t, map[string][]store.MailedCase{"email": nil, "webhook": {{
		Case: c.ID, Number: c.Number, Event: lifecycle.EventNoticeApproved, Asked: lifecycle.Ask{Clock: policy.ClockReceipt, Due: due.Due}, Link: "https://duban.example.org/cases/" + c.ID,
	}}}, told)
}
