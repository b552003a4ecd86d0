package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// with is the record as a process with these keys has it.
func (r record) with(t *testing.T, keys ...lot.Key) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{URL: r.url, MaxConns: 4, Keys: keys, Logger: quiet()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func anotherKey(t *testing.T) lot.Key {
	t.Helper()
	key, err := lot.NewKey(lot.NewStream(lot.Seed{}, "another"))
	require.NoError(t, err)
	return key
}

// leaderDecides reports whether a leader is chased for a decision on the draw.
func (w *waiting) leaderDecides(t *testing.T) bool {
	t.Helper()
	c := w.state(t)
	_, runs := drawClock(c)
	require.Equal(t, runs, c.Draw.Fault != nil)
	return runs
}

// Issue 5, bad input: that a key is lost is told before the window opens, and the way
// out, a witnessed redraw or an announced look-back, leaves a record that stands the
// check: the draw of before is said to be lost, and why.
func TestTheWayOutOfALostKeyStandsTheCheck(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	came := []string{p.Lead.Account, p.Inspector.Account}
	for name, out := range map[string]func(w *waiting) []casetest.Step{
		"redrawn": func(*waiting) []casetest.Step {
			return []casetest.Step{
				{By: p.Head, Body: &lifecycle.RequestRedraw{Reason: "密钥遗失"}},
				{By: p.Leader, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "见证重新抽签"}},
			}
		},
		"announced": func(w *waiting) []casetest.Step {
			return []casetest.Step{
				{By: p.Leader, Body: &lifecycle.AnnounceLookBack{On: calendar.Real().Date(w.life.Now()), Persons: came, Reason: "密钥遗失"}},
				{By: p.Leader, Body: &lifecycle.PermitArrival{Reason: "当日到场"}},
			}
		},
	} {
		for _, noticed := range []bool{true, false} {
			w := r.waits(t, fmt.Sprint(name, noticed))
			w.at(on(w.state(t).Draw.Opens.AddDays(-10), 9))
			s := r.with(t, anotherKey(t))
			if noticed {
				require.NoError(t, s.DispatchLookBacks(ctx, w.life.Now()))
				require.True(t, w.leaderDecides(t))
				require.Contains(t, w.state(t).Draw.Fault.ZH, casetest.Keys()[0].ID())
			}
			w.life.Doer = s
			w.life.Must(ctx, t, out(w)...)
			if name == "redrawn" { // before the window nobody comes
				w.at(on(w.state(t).Draw.Opens, 9))
				w.life.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.PermitArrival{Reason: "当日到场"}})
			}
			w.life.Must(ctx, t, casetest.Step{By: p.Lead, Body: &lifecycle.RecordArrival{On: calendar.Real().Date(w.life.Now()), Persons: came}})
			draws, checks, err := s.CheckedDraws(ctx, p.Auditor, w.life.Case)
			require.NoError(t, err)
			require.False(t, lifecycle.Failed(checks), "%s: %+v", name, checks)
			require.Equal(t, lifecycle.DrawLost, draws[0].State, name)
			require.Contains(t, draws[0].Fault.ZH, casetest.Keys()[0].ID())
			require.Equal(t, lifecycle.LookBackActive, w.state(t).Stage)
		}
	}
	r.sound(t)
}

// A key that came back needs no leader: the fault and the clock end, on any day, and
// the day is kept.
func TestAKeyThatCameBackNeedsNoLeader(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	before, due := r.waits(t, "before"), r.waits(t, "due")
	opens := before.state(t).Draw.Opens
	require.NoError(t, r.with(t).DispatchLookBacks(ctx, on(opens.AddDays(-5), 8)))
	require.True(t, before.leaderDecides(t))
	require.True(t, due.leaderDecides(t))
	r.exec(t, `UPDATE cases SET stage = 'closure_approval' WHERE id = $1`, due.life.Case) // not asked about
	before.dispatch(t, on(opens.AddDays(-5), 9))
	require.False(t, before.leaderDecides(t))
	r.exec(t, `UPDATE cases SET stage = 'look_back_pending' WHERE id = $1`, due.life.Case)
	due.dispatch(t, on(due.plan.Date, 9))
	require.False(t, due.leaderDecides(t))
	require.Equal(t, lifecycle.DrawMade, due.state(t).Draw.Status)
	require.NotEmpty(t, due.told(t))
	var n int
	require.NoError(t, r.sql.QueryRow(ctx, `SELECT count(*) FROM events WHERE kind = 'seal_mended'`).Scan(&n))
	require.Equal(t, 2, n)
}

// A plan that was taken away, or put under another tag or in another case's place, is
// a leader's task on the next morning, and not when its window has gone by; one that
// is put back is nobody's.
func TestAPlanThatIsGoneIsALeadersTask(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "gone")
	morning := w.state(t).Draw.Opens.AddDays(-3)
	w.dispatch(t, on(morning, 8))
	require.False(t, w.leaderDecides(t))
	r.underSeal(t, `CREATE TABLE sealed.aside AS SELECT * FROM sealed.plans`)
	for _, away := range []string{
		`DELETE FROM sealed.plans`, `UPDATE sealed.plans SET due_tag = substr(sha256(due_tag), 1, 16)`, `UPDATE sealed.plans SET case_id = gen_random_uuid()`, `UPDATE sealed.plans SET number = 2`,
	} {
		r.underSeal(t, away)
		morning = morning.AddDays(1)
		w.dispatch(t, on(morning, 8))
		require.True(t, w.leaderDecides(t), away)
		require.Contains(t, w.state(t).Draw.Fault.ZH, "不在封存之处")
		w.at(on(w.plan.Date, 9))
		w.refused(t, "seal", r.people.Lead, w.arrival(w.plan.Date))
		r.underSeal(t, `DELETE FROM sealed.plans`)
		r.underSeal(t, `INSERT INTO sealed.plans SELECT * FROM sealed.aside`)
		w.dispatch(t, on(morning, 9))
		require.False(t, w.leaderDecides(t), away)
	}
	require.NoError(t, r.DispatchLookBacks(ctx, on(morning, 10)))
	require.False(t, w.leaderDecides(t))
}

// What was altered is found on its day, told once, and does not come right by itself.
func TestAnAlteredPlanStaysALeadersTask(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	w := r.waits(t, "altered")
	r.underSeal(t, `UPDATE sealed.plans SET plan = set_byte(plan, 100, 255 - get_byte(plan, 100))`)
	for hour := 8; hour < 11; hour++ {
		w.dispatch(t, on(w.plan.Date, hour))
		require.True(t, w.leaderDecides(t))
	}
	require.Empty(t, w.told(t))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM events WHERE kind LIKE 'seal_%'`))
}

// A roster that was taken away is found when its draw is checked.
func TestARosterThatIsGoneIsFound(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w := r.waits(t, "gone")
	w.at(on(w.plan.Date, 9))
	w.comes(t)
	r.underSeal(t, `DELETE FROM sealed.rosters`)
	_, checks, err := r.CheckedDraws(ctx, r.people.Auditor, w.life.Case)
	require.NoError(t, err)
	require.True(t, lifecycle.Failed(checks), "%+v", checks)
	require.Equal(t, lot.PartRoster, checks[0].Mismatches[0].Part)
}

// An old key can be taken out once nothing is under it, and whoever asks is told:
// plans keep it until they are laid open, those of replaced draws too; what was voided
// does not need it, and rosters and load move on by themselves.
func TestWhatLiesUnderWhichKey(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	w, voided := r.waits(t, "replaced"), r.waits(t, "voided")
	held := func() []store.Held {
		t.Helper()
		list, err := r.HeldByKey(ctx)
		require.NoError(t, err)
		return list
	}
	old, newer := casetest.Keys()[0], anotherKey(t)
	require.Equal(t, []store.Held{{Key: old.ID(), Plans: 2, Rosters: 2, Load: true}}, held())
	voided.life.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "另案办理"}})
	require.Equal(t, []store.Held{{Key: old.ID(), Plans: 1, Rosters: 2, Load: true}}, held())
	both := r.with(t, newer, old)
	w.life.Doer = both
	w.life.Must(ctx, t,
		casetest.Step{By: p.Head, Body: &lifecycle.RequestRedraw{Reason: "更换密钥"}},
		casetest.Step{By: p.Leader, Body: &lifecycle.DecideRedraw{Granted: true, Reason: "同意"}})
	require.NoError(t, both.DispatchLookBacks(ctx, on(today(), 1)))
	require.ElementsMatch(t, []store.Held{{Key: old.ID(), Plans: 1}, {Key: newer.ID(), Plans: 1, Rosters: 3, Load: true}}, held())
	w.at(on(today(), 9))
	w.life.Must(ctx, t,
		casetest.Step{By: p.Leader, Body: &lifecycle.PermitArrival{Reason: "当日到场"}},
		casetest.Step{By: p.Lead, Body: &lifecycle.RecordArrival{On: calendar.Real().Date(w.life.Now()), Persons: []string{p.Lead.Account, p.Inspector.Account}}})
	require.Equal(t, []store.Held{{Key: newer.ID(), Rosters: 3, Load: true}}, held())
	_, checks, err := r.with(t, newer).CheckedDraws(ctx, p.Auditor, w.life.Case)
	require.NoError(t, err)
	require.True(t, checks[0].OK && checks[0].RosterChecked && checks[1].OK && checks[1].RosterChecked, "%+v", checks)
}
