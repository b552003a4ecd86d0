package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/policy"
	"duban/store"
)

// reach gives everybody who may be drawn an address to be told by.
func (w *waiting) reach(t *testing.T) {
	t.Helper()
	for _, id := range w.team() {
		_, err := w.PutAddress(context.Background(), store.Address{Account: id, Kind: "email", Address: id + "@example.org", Name: "邮箱", Author: id})
		require.NoError(t, err)
	}
}

// team is who was drawn, the lead first.
func (w *waiting) team() []string {
	return append([]string{w.plan.Team.Lead}, w.plan.Team.Others...)
}

// send claims everything that may be sent and says that it was.
func (w *waiting) send(t *testing.T, at time.Time, r store.Result) store.Claimed {
	t.Helper()
	ctx := context.Background()
	claimed, err := w.ClaimMessages(ctx, at, at.Add(time.Minute), 100, store.Breaker{Most: 30, Per: time.Hour})
	require.NoError(t, err)
	for _, m := range claimed.Messages {
		marked, err := w.MarkMessage(ctx, m, r, at)
		require.NoError(t, err)
		require.True(t, marked)
	}
	return claimed
}

// messages lists what is in any state.
func (w *waiting) messages(t *testing.T) []store.MessageView {
	t.Helper()
	var all []store.MessageView
	for _, state := range []string{store.MessageQueued, store.MessageSending, store.MessageSent, store.MessageHeld, store.MessageDead} {
		list, err := w.Messages(context.Background(), state, "", 100)
		require.NoError(t, err)
		all = append(all, list...)
	}
	return all
}

// Issue 5, point 2: who was told on the morning is nobody else's to read in any list,
// whatever becomes of the messages, until the inspectors stand in the room. From then
// on it is with the case's messages.
func TestWhoWasToldIsNobodysToReadUntilTheArrival(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "morning")
	w.reach(t)
	morning := on(w.plan.Date, 7)
	w.dispatch(t, morning)
	ids, err := w.dispatched(t, `SELECT id::text FROM messages WHERE sealed ORDER BY account_id`)
	require.NoError(t, err)
	require.Len(t, ids, 2)
	silent := func(when string) {
		t.Helper()
		require.Empty(t, w.messages(t), when)
		waiting, err := w.MessagesWaiting(ctx)
		require.NoError(t, err)
		require.Empty(t, waiting, when)
		for _, id := range ids {
			_, _, err := w.Message(ctx, id)
			require.ErrorIs(t, err, store.ErrNotFound, when)
			_, err = w.ResendMessage(ctx, id, r.people.Admin.Account, morning)
			require.ErrorIs(t, err, store.ErrNotFound, when)
			_, err = w.ServeOtherwise(ctx, r.people.Head, id, "当面", morning)
			require.ErrorIs(t, err, store.ErrNotFound, when)
		}
		resent, err := w.ResendMessages(ctx, "bounced", r.people.Admin.Account, morning)
		require.NoError(t, err)
		require.Zero(t, resent, when)
		told, err := w.CaseMessages(ctx, r.people.Head, w.life.Case, "", store.MaxPage)
		require.NoError(t, err)
		for _, m := range told.Messages {
			require.NotEqual(t, "task", m.Kind, when)
		}
		papers, err := w.Undelivered(ctx, r.people.Head)
		require.NoError(t, err)
		require.Empty(t, papers, when)
	}
	silent("queued")
	claimed := w.send(t, morning, store.Result{State: store.MessageQueued, Counts: true, NextAt: morning})
	require.Len(t, claimed.Messages, 2)
	silent("failed once")
	w.send(t, morning.Add(time.Minute), store.Result{State: store.MessageSent, Counts: true})
	silent("sent")
	fate, err := w.RecordBounce(ctx, store.Bounce{Digest: [32]byte{1}, Message: ids[0], Failed: []store.BouncedFor{{
		Addresses: []string{w.team()[0] + "@example.org", w.team()[1] + "@example.org"}, Status: "5.1.1", Said: "no such user", Reason: "退信。",
	}}}, morning)
	require.NoError(t, err)
	require.Equal(t, store.BounceRecorded, fate)
	silent("came back")
	for _, account := range w.team() {
		inbox, err := w.Inbox(ctx, account, "", morning, 10)
		require.NoError(t, err)
		require.NotEmpty(t, inbox)
		require.Equal(t, "task", inbox[0].Kind, "the drawn read it")
	}
	inbox, err := w.Inbox(ctx, r.people.Head.Account, "", morning, 100)
	require.NoError(t, err)
	for _, m := range inbox {
		require.NotContains(t, m.Subject, "今日任务")
	}

	w.at(on(w.plan.Date, 9))
	w.life.Must(ctx, t, casetest.Step{By: r.people.Lead, Body: w.arrival(w.plan.Date)})
	require.Len(t, w.messages(t), 2)
	_, tries, err := w.Message(ctx, ids[0])
	require.NoError(t, err)
	require.Len(t, tries, 3, "again, sent, bounced")
	told, err := w.CaseMessages(ctx, r.people.Head, w.life.Case, "", store.MaxPage)
	require.NoError(t, err)
	var named []string
	for _, m := range told.Messages {
		if m.Kind != "task" {
			continue
		}
		require.Equal(t, string(lifecycle.EventLookBackDispatched), m.About)
		require.Len(t, m.Messages, 1)
		require.WithinDuration(t, morning, m.At, 0)
		named = append(named, m.Account)
	}
	require.ElementsMatch(t, w.team(), named)
	papers, err := w.Undelivered(ctx, r.people.Head)
	require.NoError(t, err)
	require.Empty(t, papers, "a task is no paper that must be served otherwise")
}

// The login finds no row of what is sealed in any table, and writes none; only the
// dispatcher's role does.
func TestTheLoginFindsNoSealedMessage(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	w := r.waits(t, "rows")
	w.reach(t)
	w.dispatch(t, on(w.plan.Date, 7))
	w.send(t, on(w.plan.Date, 7), store.Result{State: store.MessageSent, Counts: true})
	for table, of := range map[string]string{
		"mailings": "sealed", "messages": "sealed",
		"message_tries": "message_id IN (SELECT id FROM messages WHERE sealed)",
	} {
		there, err := w.dispatched(t, fmt.Sprintf(`SELECT 'one' FROM %s WHERE %s`, table, of))
		require.NoError(t, err)
		require.Len(t, there, 2, table)
		require.Zero(t, r.count(t, fmt.Sprintf(`SELECT count(*) FROM %s WHERE %s`, table, of)), table)
		_, err = r.as(t, store.RoleDraw, fmt.Sprintf(`SELECT FROM %s.%s`, store.Schema, table))
		require.ErrorContains(t, err, "permission denied", table)
	}
	require.Zero(t, r.count(t, `SELECT count(*) FROM message_tries`))
	n, err := r.as(t, "", `UPDATE mailings SET sealed = false RETURNING id`)
	require.NoError(t, err)
	require.Zero(t, n, "the login lays nothing open that it cannot see")
	_, err = r.as(t, "", `INSERT INTO mailings (id, kind, subject, content, created_at, sealed) VALUES (gen_random_uuid(), 'task', '', '', now(), true)`)
	require.ErrorContains(t, err, "row-level security")
	require.Equal(t, []string{"bounces", "mailings", "message_tries", "messages"}, r.strings(t, `SELECT relname::text FROM pg_class WHERE relforcerowsecurity ORDER BY 1`))
}

// What tells the drawn goes out however much else they are sent, and nobody is told of
// too many messages who would not be without it.
func TestTheBreakerKnowsNothingOfATask(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "breaker")
	w.reach(t)
	morning := on(w.plan.Date, 7)
	w.dispatch(t, morning)
	lead := w.plan.Team.Lead
	none := store.Breaker{Most: 0, Per: time.Hour}
	claimed, err := w.ClaimMessages(ctx, morning, morning.Add(time.Minute), 100, none)
	require.NoError(t, err)
	require.Len(t, claimed.Messages, 2)
	require.Empty(t, claimed.Floods)
	r.exec(t, `INSERT INTO mailings (id, account_id, kind, subject, content, created_at) VALUES (gen_random_uuid(), $1, 'paper', '文书', '', $2)`, lead, morning)
	r.exec(t, `INSERT INTO messages (id, mailing_id, account_id, address_id, kind, next_at, created_at)
		SELECT gen_random_uuid(), n.id, account_id, a.id, a.kind, n.created_at, n.created_at FROM mailings n JOIN addresses a USING (account_id) WHERE n.subject = '文书'`)
	claimed, err = w.ClaimMessages(ctx, morning.Add(time.Second), morning.Add(time.Minute), 100, store.Breaker{Most: 1, Per: time.Hour})
	require.NoError(t, err)
	require.Len(t, claimed.Messages, 1, "one an hour, and the task does not count")
	require.Empty(t, claimed.Floods)
}

// threes is a record in which teams of three are drawn, of whom two must come.
func threes(t *testing.T) record {
	t.Helper()
	r := recordUnder(t, []byte(strings.Replace(string(policy.Default().Text()), "min_persons: 2, team: 2", "min_persons: 2, team: 3", 1)))
	_, _, err := r.AddAccount(context.Background(), store.NewAccount{Name: "第三人", Roles: []lifecycle.Role{lifecycle.Inspector}})
	require.NoError(t, err)
	return r
}

// recuse keeps somebody out of the unit's look-backs from before the drawn day on.
func (w *waiting) recuse(t *testing.T, account string) {
	t.Helper()
	_, err := w.AddRecusal(context.Background(), store.Recusal{
		Account: account, Unit: w.people.Unit.ID, Ground: lot.DeclaredConflict, Reason: "配偶在该单位工作", Since: w.plan.Window.Opens, Author: account,
	})
	require.NoError(t, err)
}

func (w *waiting) tasks(t *testing.T, account string) []store.LookBackTask {
	t.Helper()
	tasks, err := w.LookBackTasks(context.Background(), lifecycle.Actor{Account: account, Roles: []lifecycle.Role{lifecycle.Inspector}})
	require.NoError(t, err)
	return tasks
}

// 公务员法第七十六条: who is recused since the draw is not told where the look-back is,
// and the others go without him.
func TestWhoIsRecusedSinceTheDrawIsNotTold(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := threes(t)
	w := r.waits(t, "three")
	recused, stays := w.plan.Team.Others[0], []string{w.plan.Team.Lead, w.plan.Team.Others[1]}
	w.recuse(t, recused)
	w.dispatch(t, on(w.plan.Date, 7))
	require.ElementsMatch(t, stays, w.told(t))
	require.Empty(t, w.tasks(t, recused))
	w.at(on(w.plan.Date, 9))
	w.life.Must(ctx, t, casetest.Step{By: r.people.Lead, Body: &lifecycle.RecordArrival{On: w.plan.Date, Persons: stays}})
	draws, _, err := r.CheckedDraws(ctx, r.people.Auditor, w.life.Case)
	require.NoError(t, err)
	require.Equal(t, stays, draws[0].Dispatched.Told)
}

// Nor is he shown it when he was told before he was recused.
func TestWhoIsRecusedSinceHeWasToldReadsNothing(t *testing.T) {
	t.Parallel()
	r := threes(t)
	w := r.waits(t, "later")
	recused := w.plan.Team.Others[0]
	w.dispatch(t, on(w.plan.Date, 7))
	require.Len(t, w.tasks(t, recused), 1)
	w.recuse(t, recused)
	require.Empty(t, w.tasks(t, recused))
	tasks := w.tasks(t, w.plan.Team.Lead)
	require.Len(t, tasks, 1)
	require.Len(t, tasks[0].Team, 2, "nor is he named among those who come")
}

// That a team was told stays in the record when its draw ends before anybody came: it
// is drawn anew, announced, or the finding withdrawn. It is said once, and the arrival
// says of the draw that counts what it always did.
func TestThatATeamWasToldStaysInTheRecord(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	for name, end := range map[string]func(w *waiting){
		"redraw": func(w *waiting) {
			w.life.Must(ctx, t,
				casetest.Step{By: p.Lead, Body: &lifecycle.RequestRedraw{Reason: "临时有事"}},
				casetest.Step{By: p.Leader, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "同意"}})
			w.plan = w.drawn(t)
			w.dispatch(t, on(w.plan.Date, 7))
			w.at(on(w.plan.Date, 9))
			w.life.Must(ctx, t, casetest.Step{By: p.Lead, Body: w.arrival(w.plan.Date)})
		},
		"announced": func(w *waiting) {
			w.life.Must(ctx, t,
				casetest.Step{By: p.Leader, Body: &lifecycle.AnnounceLookBack{On: w.plan.Date, Persons: w.team(), Reason: "统一安排"}},
				casetest.Step{By: p.Lead, Body: w.arrival(w.plan.Date)})
		},
		"void": func(w *waiting) {
			w.life.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "另案办理"}})
		},
	} {
		w := r.waits(t, name)
		w.reach(t)
		morning := on(w.plan.Date, 7)
		w.dispatch(t, morning)
		team := w.team()
		w.at(on(w.plan.Date, 8))
		end(w)
		draws, _, err := r.CheckedDraws(ctx, p.Auditor, w.life.Case)
		require.NoError(t, err)
		require.NotNil(t, draws[0].Dispatched, name)
		require.Equal(t, 1, draws[0].Dispatched.Number, name)
		require.Equal(t, team, draws[0].Dispatched.Told, name)
		require.WithinDuration(t, morning, draws[0].Dispatched.ToldAt, 0, name)
		for i, d := range draws {
			require.Equal(t, i+1, d.Dispatched.Number, name)
		}
		require.Equal(t, len(draws), r.count(t, `SELECT count(*) FROM events WHERE kind = 'look_back_dispatched' AND case_id = $1`, w.life.Case), name)
		told, err := w.CaseMessages(ctx, p.Head, w.life.Case, "", 100)
		require.NoError(t, err)
		var named int
		for _, m := range told.Messages {
			if m.Kind == "task" {
				named++
			}
		}
		require.Equal(t, 2*len(draws), named, "%s: it is with the case's messages", name)
	}
	r.sound(t)
}
