package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// crowd adds inspectors and leads, so that a team is one of many.
func (r record) crowd(t *testing.T, n int) map[string]lifecycle.Actor {
	t.Helper()
	all := map[string]lifecycle.Actor{r.people.Lead.Account: r.people.Lead, r.people.Inspector.Account: r.people.Inspector}
	for i := range n {
		role := []lifecycle.Role{lifecycle.Inspector, lifecycle.LookBackLead}[i%2]
		a, _, err := r.AddAccount(context.Background(), store.NewAccount{Name: fmt.Sprintf("人员%d", i), Roles: []lifecycle.Role{role}})
		require.NoError(t, err)
		all[a.ID] = lifecycle.Actor{Account: a.ID, Name: a.Name, Roles: a.Roles}
	}
	return all
}

// underSeal runs a statement as the owner of what is sealed may.
func (r record) underSeal(t *testing.T, sql string, args ...any) {
	t.Helper()
	require.NoError(t, pgx.BeginFunc(context.Background(), r.sql, func(tx pgx.Tx) error {
		_, err := tx.Exec(context.Background(), `SET LOCAL ROLE duban_sealed`)
		if err == nil {
			_, err = tx.Exec(context.Background(), sql, args...)
		}
		return err
	}))
}

// keptRoster is a roster as it lies under the seal.
func (r record) keptRoster(t *testing.T, id string) (text []byte) {
	t.Helper()
	require.NoError(t, pgx.BeginFunc(context.Background(), r.sql, func(tx pgx.Tx) error {
		if _, err := tx.Exec(context.Background(), `SET LOCAL ROLE duban_sealed`); err != nil {
			return err
		}
		return tx.QueryRow(context.Background(), `SELECT roster FROM sealed.rosters WHERE case_id = $1`, id).Scan(&text)
	}))
	return text
}

// guess goes through all teams of two and returns that which, added to loads of
// nought, gives the roster; nil when none does.
func guess(people map[string]lifecycle.Actor, is func(lot.Roster) bool) (found []string) {
	roster := lot.Roster{}
	for id, a := range people {
		roster = append(roster, lot.Inspector{ID: id, Lead: a.Has(lifecycle.LookBackLead)})
	}
	for i := range roster {
		for j := range i {
			roster[i].Recent, roster[j].Recent = 1, 1
			if is(roster) {
				found = slices.Sorted(slices.Values([]string{roster[i].ID, roster[j].ID}))
			}
			roster[i].Recent, roster[j].Recent = 0, 0
		}
	}
	return found
}

// Issue 5, point 2: a copy of the database without the key names nobody. Everything
// under the seal is the same in length whoever was drawn, and nothing in it is a name.
func TestACopyWithoutTheKeyNamesNobody(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	people := r.crowd(t, 10)
	first, second := r.waits(t, "one"), r.waits(t, "two")
	one, two := r.keptRoster(t, first.life.Case), r.keptRoster(t, second.life.Case)
	require.Len(t, two, len(one), "one more draw does not show in the length")
	for id := range people {
		for _, table := range []string{"plans", "rosters", "load"} {
			var in bool
			require.NoError(t, pgx.BeginFunc(ctx, r.sql, func(tx pgx.Tx) error {
				if _, err := tx.Exec(ctx, `SET LOCAL ROLE duban_sealed`); err != nil {
					return err
				}
				return tx.QueryRow(ctx, `SELECT bool_or(strpos(x::text, $1) > 0 OR strpos(x::text, encode($1::bytea, 'hex')) > 0) FROM sealed.`+table+` x`, id).Scan(&in)
			}))
			require.False(t, in, table)
		}
	}
}

// Issue 5, point 2: what one arrival lays open tells nothing of the draws that are
// counted in its roster and still sealed: not to whoever reads the events, and not to
// whoever asks the record whether his guess is right.
func TestAnArrivalTellsNothingOfOtherDraws(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	people := r.crowd(t, 28)
	first := r.waits(t, "one")
	w := r.waits(t, "two")
	w.at(on(w.plan.Date, 9))
	w.comesAs(t, people[w.plan.Team.Lead])
	require.Equal(t, lifecycle.DrawMade, first.state(t).Draw.Status, "the first waits still")

	draws, checks, err := r.CheckedDraws(ctx, r.people.Head, w.life.Case)
	require.NoError(t, err)
	require.True(t, checks[0].OK && checks[0].RosterChecked && checks[0].LoadChecked, "%+v", checks)
	require.Nil(t, guess(people, func(roster lot.Roster) bool { return roster.Digest() == draws[0].Reveal.Roster }))
	require.Nil(t, guess(people, func(roster lot.Roster) bool {
		return !lifecycle.Failed([]lifecycle.DrawCheck{lifecycle.CheckGiven(w.life.Case, draws[0],
			lifecycle.GivenReveal{Reveal: *draws[0].Reveal, Roster: &lot.ShownRoster{Roster: roster}})})
	}))
}

// comes has the drawn team arrive on the drawn day by a leader's permit: nobody is
// told, so that other look-backs stay as they are.
func (w *waiting) comes(t *testing.T) {
	t.Helper()
	w.comesAs(t, w.people.Lead)
}

func (w *waiting) comesAs(t *testing.T, lead lifecycle.Actor) {
	t.Helper()
	w.life.Must(context.Background(), t,
		casetest.Step{By: w.people.Leader, Body: &lifecycle.PermitArrival{Reason: "顺路"}},
		casetest.Step{By: lead, Body: w.arrival(w.plan.Date)})
}

// asBefore makes a draw what it was before rosters were sealed: the roster in plain,
// and committed to by the digest of version 1.
func (w *waiting) asBefore(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	opened, err := casetest.Keys().OpenRoster(w.keptRoster(t, w.life.Case), w.life.Case, 1)
	require.NoError(t, err)
	bare, err := json.Marshal(opened.Roster)
	require.NoError(t, err)
	w.plan.Roster = opened.Roster.Digest()
	sealed, err := casetest.Keys().Seal(lot.NewStream(lot.Seed{}, "before"), w.plan)
	require.NoError(t, err)
	c, err := lot.Commit(w.plan)
	require.NoError(t, err)
	w.underSeal(t, `UPDATE sealed.rosters SET roster = $1 WHERE case_id = $2`, bare, w.life.Case)
	w.underSeal(t, `UPDATE sealed.plans SET plan = $1 WHERE case_id = $2`, sealed, w.life.Case)
	_, err = w.sql.Exec(ctx, `ALTER TABLE events DISABLE TRIGGER USER`)
	require.NoError(t, err)
	draws, _, err := w.CheckedDraws(ctx, w.people.Auditor, w.life.Case)
	require.NoError(t, err)
	w.exec(t, `UPDATE events SET content = replace(content::text, $1, $2)::json WHERE case_id = $3 AND kind = 'look_back_drawn'`, draws[0].Commitment, c.Packed(), w.life.Case)
	w.exec(t, `ALTER TABLE events ENABLE TRIGGER USER`)
}

// A draw from before rosters were sealed goes on: the dispatcher seals its roster, at
// any hour, and at the arrival everything is recomputed as it was committed to. Without
// a key the roster stays, and is checked all the same.
func TestARosterFromBeforeIsSealedAndStandsTheCheck(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w, without := r.waits(t, "before"), r.waits(t, "without")
	w.asBefore(t)
	without.asBefore(t)
	s, err := store.Open(ctx, store.Options{URL: r.url, MaxConns: 4, Logger: quiet()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.NoError(t, s.DispatchLookBacks(ctx, on(today(), 1)))
	require.Equal(t, byte('['), r.keptRoster(t, w.life.Case)[0])
	for _, one := range []*waiting{without, w} {
		if one == w {
			require.NoError(t, r.DispatchLookBacks(ctx, on(today(), 1)))
			require.Contains(t, string(r.keptRoster(t, w.life.Case)), "DBR1")
		}
		one.at(on(one.plan.Date, 9))
		one.comes(t)
		_, checks, err := r.CheckedDraws(ctx, r.people.Auditor, one.life.Case)
		require.NoError(t, err)
		require.True(t, checks[0].OK && checks[0].RosterChecked, "%+v", checks)
	}
}

// A roster follows the keys, so that an old one can be taken out: it is put under the
// new one and opens with it alone. Without its key it is said not to be checked; one
// that was exchanged does not pass.
func TestARosterFollowsTheKeys(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	w, other := r.waits(t, "rotated"), r.waits(t, "other")
	w.at(on(w.plan.Date, 9))
	w.comes(t)
	key, err := lot.NewKey(lot.NewStream(lot.Seed{}, "newer"))
	require.NoError(t, err)
	open := func(keys ...lot.Key) *store.Store {
		t.Helper()
		s, err := store.Open(ctx, store.Options{URL: r.url, MaxConns: 4, Keys: keys, Logger: quiet()})
		require.NoError(t, err)
		t.Cleanup(s.Close)
		return s
	}
	checked := func(s *store.Store) lifecycle.DrawCheck {
		t.Helper()
		_, checks, err := s.CheckedDraws(ctx, r.people.Auditor, w.life.Case)
		require.NoError(t, err)
		return checks[0]
	}
	newer := open(key)
	require.True(t, checked(newer).OK && !checked(newer).RosterChecked)
	require.NoError(t, open(key, casetest.Keys()[0]).DispatchLookBacks(ctx, on(today(), 1)))
	require.True(t, checked(newer).OK && checked(newer).RosterChecked)
	r.underSeal(t, `UPDATE sealed.rosters SET roster = (SELECT roster FROM sealed.rosters WHERE case_id = $1) WHERE case_id = $2`, other.life.Case, w.life.Case)
	require.False(t, checked(newer).OK)
}

// How often people were drawn is shown once nothing that is counted in it waits any
// more, and not before: what was shown of two draws names no third team. A case that
// was handed away may come back with its draw; one that was voided does not.
func TestTheLoadIsShownOnceAllThatIsCountedLiesOpen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	people := r.crowd(t, 6)
	arrive := func(w *waiting) {
		t.Helper()
		w.at(on(w.plan.Date, 9))
		w.life.Must(ctx, t, casetest.Step{By: people[w.plan.Team.Lead], Body: w.arrival(w.plan.Date)})
	}
	whole := func(w *waiting) bool {
		t.Helper()
		rosters, err := r.ShownRosters(ctx, p.Auditor, w.life.Case)
		require.NoError(t, err)
		require.Len(t, rosters, 1)
		draws, _, err := r.CheckedDraws(ctx, p.Auditor, w.life.Case)
		require.NoError(t, err)
		require.Equal(t, draws[0].Reveal.Roster, rosters[0].Digest())
		text, err := json.Marshal(rosters)
		require.NoError(t, err)
		if !rosters[0].Whole() {
			require.NotRegexp(t, `"recent":[1-9]|load_salt`, string(text))
		}
		return rosters[0].Whole()
	}
	first, gone, last := r.waits(t, "first"), r.waits(t, "gone"), r.waits(t, "last")
	rosters, err := r.ShownRosters(ctx, p.Auditor, last.life.Case)
	require.NoError(t, err)
	require.Empty(t, rosters, "nothing lies open")
	arrive(last)
	require.False(t, whole(last))
	arrive(first)
	require.True(t, whole(first), "nothing is counted in the first")
	require.False(t, whole(last))
	gone.life.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.Transfer{To: "市纪委", Reason: "移送"}})
	require.False(t, whole(last))
	gone.life.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.TakeBack{Reason: "退回"}}, casetest.Step{By: p.Leader, Body: &lifecycle.Void{Reason: "另案办理"}})
	require.True(t, whole(last))
	_, err = r.ShownRosters(ctx, p.Secretary, last.life.Case)
	require.ErrorIs(t, err, store.ErrNotFound)
}
