package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// What a person must do is what that person may do: who signed the notice has
// the objection to it in nobody's tasks but another leader's.
func TestTasksLeaveOutWhatAPersonIsBarredFrom(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p, l := r.people, r.life(t, "barred")
	l.Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...)...)
	l.Must(ctx, t, p.Sign(), casetest.Step{By: p.Secretary, Body: &lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: "与事实不符"}})
	clocks := func(a lifecycle.Actor) []policy.ClockName {
		page, err := r.Tasks(ctx, a, "", 50)
		require.NoError(t, err)
		names := []policy.ClockName{}
		for _, task := range page.Tasks {
			names = append(names, task.Clock)
		}
		return names
	}
	require.NotContains(t, clocks(p.Signer), policy.ClockObjection)
	require.Contains(t, clocks(p.Leader), policy.ClockObjection)
}

// Nobody is forgotten: what a person may not answer is marked on the case as that,
// not as done, while another is told; and a hand-over nobody accepts goes to the
// secretary of the organ's Party committee, as long as there is none to the heads.
func TestLettersSayWhoIsBarredAndWhoIsAbove(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p, l := r.people, r.life(t, "above")
	at := time.Now().AddDate(0, 0, -60)
	l.Now = func() time.Time { return at }
	c := l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today().AddDays(-60))}, p.UpToServing(lifecycle.ByDeadline)...), p.Sign(),
		casetest.Step{By: p.Secretary, Body: &lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: "与事实不符"}},
		casetest.Step{By: p.Head, Body: &lifecycle.HandOver{To: p.Secretary.Account, Reason: "换届"}})...)
	for at.Before(time.Now().AddDate(0, 0, -2)) {
		at = at.AddDate(0, 0, 2)
		l.Must(ctx, t, r.noteStep())
	}
	became := func(account, recipient string) string {
		var way string
		require.NoError(t, r.sql.QueryRow(ctx, `
			SELECT way || coalesce(' ' || suppressed, '') FROM mailing_letters
			WHERE case_id = $1 AND account_id = $2 AND recipient = $3 ORDER BY seq DESC LIMIT 1`, c.ID, account, recipient).Scan(&way), recipient)
		return way
	}
	now := nextMornings(1)[0]
	r.digests(t, r.Store, now)
	require.Equal(t, "role barred", became(p.Signer.Account, "role:leader"))
	require.Equal(t, "role", became(p.Leader.Account, "role:leader"))
	above := "post:机关党委书记:" + p.Unit.ID
	require.Equal(t, "acting", became(p.Head.Account, above))

	_, err := r.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: "机关党委书记", Holder: "丙", Account: p.Contact.Account, Since: today()})
	require.NoError(t, err)
	r.exec(t, `UPDATE outbox SET routed_at = NULL WHERE recipient = $1`, above)
	r.exec(t, `DELETE FROM mailing_letters WHERE recipient = $1`, above)
	r.digests(t, r.Store, nextMornings(2)[1])
	require.Equal(t, "holder", became(p.Contact.Account, above))
	mine, err := r.Tasks(ctx, p.Contact, "", 10)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(mine.Tasks, func(t store.Task) bool { return t.Clock == policy.ClockHandover }))
}

// A name fits on one line, whoever adds it.
func TestNamesFitOnALine(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	for _, name := range []string{"", "  ", "甲\n乙", string(make([]rune, 101)), "\xff"} {
		_, _, err := r.AddAccount(ctx, store.NewAccount{Name: name, Roles: []lifecycle.Role{lifecycle.Officer}})
		require.Error(t, err, "%q", name)
		_, err = r.AddUnit(ctx, store.Unit{Name: name})
		require.Error(t, err, "%q", name)
	}
}
