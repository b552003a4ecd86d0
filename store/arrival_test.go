package store_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// Issue 5, point 4: at the arrival everything is laid open, agrees with what was
// committed to, and lies under the seal no more.
func TestTheArrivalLaysTheDrawOpen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "open")
	w.dispatch(t, on(w.plan.Date, 7))
	w.at(on(w.plan.Date, 9))
	w.life.Must(ctx, t, casetest.Step{By: r.people.Lead, Body: w.arrival(w.plan.Date)})
	events, err := r.Events(ctx, r.people.Auditor, w.life.Case, 0, 100)
	require.NoError(t, err)
	var (
		commitment lot.Commitment
		arrived    *lifecycle.Arrived
		told       *lifecycle.LookBackDispatched
	)
	for _, e := range events {
		full, err := lifecycle.Event{Kind: e.Kind}.WithContent(e.Content)
		require.NoError(t, err)
		switch b := full.Body.(type) {
		case *lifecycle.LookBackDrawn:
			commitment, err = lot.Unpack(b.Commitment)
			require.NoError(t, err)
		case *lifecycle.LookBackDispatched:
			told = b
		case *lifecycle.Arrived:
			arrived = b
		}
	}
	require.NotNil(t, told)
	require.Equal(t, on(w.plan.Date, 7), told.ToldAt.In(on(w.plan.Date, 7).Location()))
	require.Len(t, arrived.Reveals, 1)
	require.NoError(t, lot.Verify(commitment, arrived.Reveals[0], lot.Kept{Case: w.life.Case, Number: 1}))
	require.Equal(t, w.plan.Date, arrived.Reveals[0].Date)
	require.Equal(t, []string{"回头看组长", "检查员"}, arrived.Names)
	var left int
	require.NoError(t, pgx.BeginFunc(ctx, w.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE duban_sealed`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM sealed.plans`).Scan(&left)
	}))
	require.Zero(t, left)
	r.sound(t)
}

// Issue 5, bad input: an arrival is refused on another day than the drawn one and
// by a lead who was not drawn, in the same words; alone; and with somebody who is
// recused. A leader may answer for another day.
func TestWhoMayArriveAndWhen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	w := r.waits(t, "who")
	other, _, err := r.AddAccount(ctx, store.NewAccount{Name: "另一组长", Roles: []lifecycle.Role{lifecycle.LookBackLead}})
	require.NoError(t, err)
	stranger := lifecycle.Actor{Account: other.ID, Name: other.Name, Roles: other.Roles}
	day := w.plan.Date
	w.at(on(day, 9))
	w.refused(t, "too_few_persons", p.Lead, &lifecycle.RecordArrival{On: day, Persons: []string{p.Lead.Account}})
	w.refused(t, "too_few_persons", p.Lead, &lifecycle.RecordArrival{On: day, Persons: []string{p.Lead.Account, p.Lead.Account}})
	w.refused(t, "not_dispatched", p.Lead, &lifecycle.RecordArrival{On: day, Persons: []string{p.Lead.Account, p.Secretary.Account}})
	w.refused(t, "not_dispatched", stranger, &lifecycle.RecordArrival{On: day, Persons: []string{other.ID, p.Inspector.Account}})
	w.refused(t, "not_dispatched", p.Lead, w.arrival(day)) // nobody told him, so he tries
	w.at(on(day.AddDays(1), 9))
	w.refused(t, "arrivals_halted", p.Lead, w.arrival(day.AddDays(1)))
	_, asked := drawClock(w.state(t))
	require.True(t, asked, "a leader is chased")
	w.refused(t, "wrong_stage", p.Lead, &lifecycle.RecordLookBack{Result: lifecycle.InPlace})
	w.life.Must(ctx, t,
		casetest.Step{By: p.Leader, Body: &lifecycle.PermitArrival{Reason: "大雪封路，顺延一日"}},
		casetest.Step{By: p.Lead, Body: w.arrival(day.AddDays(1))})
	require.Equal(t, lifecycle.LookBackActive, w.state(t).Stage)
}

// Issue 5, bad input: who is drawn brings nobody of his choosing; when one of the team
// falls ill, a leader says who comes instead, and the record says so.
func TestOneOfTheDrawnBringsNobodyOfHisChoosing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "friend")
	other, _, err := r.AddAccount(ctx, store.NewAccount{Name: "同事", Roles: []lifecycle.Role{lifecycle.Inspector}})
	require.NoError(t, err)
	w.dispatch(t, on(w.plan.Date, 7))
	w.at(on(w.plan.Date, 9))
	lead := r.people.Lead
	arrival := &lifecycle.RecordArrival{On: w.plan.Date, Persons: []string{lead.Account, other.ID}}
	w.refused(t, "not_dispatched", lead, arrival)
	w.life.Must(ctx, t,
		casetest.Step{By: r.people.Leader, Body: &lifecycle.PermitArrival{Persons: []string{other.ID}, Reason: "组员突发疾病"}},
		casetest.Step{By: lead, Body: arrival})
	draws, checks, err := r.CheckedDraws(ctx, r.people.Auditor, w.life.Case)
	require.NoError(t, err)
	require.False(t, lifecycle.Failed(checks), "%+v", checks)
	require.True(t, draws[0].Arrival.Permitted)
	require.Len(t, checks[0].Differences, 1)
	require.Equal(t, "组员突发疾病", checks[0].Differences[0].Permitted.Reason)
}

// An arrival is recorded on its day. Later a leader answers for the record, and it
// shows.
func TestAnArrivalIsNotDatedBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "back")
	w.dispatch(t, on(w.plan.Date, 7))
	w.at(on(w.plan.Date.AddDays(15), 9))
	w.refused(t, "recorded_late", r.people.Lead, w.arrival(w.plan.Date))
	w.life.Must(ctx, t,
		casetest.Step{By: r.people.Leader, Body: &lifecycle.PermitArrival{On: w.plan.Date, Reason: "山区无网络"}},
		casetest.Step{By: r.people.Lead, Body: w.arrival(w.plan.Date)})
	_, checks, err := r.CheckedDraws(ctx, r.people.Auditor, w.life.Case)
	require.NoError(t, err)
	require.False(t, lifecycle.Failed(checks), "%+v", checks)
	require.Len(t, checks[0].Differences, 1, "that it was recorded late")
	require.Equal(t, "山区无网络", checks[0].Differences[0].Permitted.Reason)
}

// Who is a leader and leads look-backs permits no arrival of his own.
func TestNobodyPermitsHisOwnArrival(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	w := r.waits(t, "own")
	both := r.people.Lead
	both.Roles = []lifecycle.Role{lifecycle.LookBackLead, lifecycle.Leader}
	day := w.state(t).Draw.Opens.AddDays(-5)
	w.at(on(day, 9))
	w.refused(t, "window_not_open", both, &lifecycle.PermitArrival{Reason: "方便"})
	w.refused(t, "window_not_open", both, w.arrival(day))
	day = w.state(t).Draw.Opens
	w.at(on(day, 9))
	w.life.Must(t.Context(), t, casetest.Step{By: both, Body: &lifecycle.PermitArrival{Reason: "方便"}})
	w.refused(t, "not_dispatched", both, w.arrival(day))
}
