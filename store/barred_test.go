package store_test

import (
	"context"
	"testing"

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
