package lifecycle_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// daily looks at a case at noon of every day from one to another.
func daily(t *testing.T, c lifecycle.Case, from, to string, r lifecycle.Rules) lifecycle.Case {
	t.Helper()
	for on := day(from); !on.After(day(to)); on = on.AddDays(1) {
		c = catchUp(t, c, noon(on), r)
	}
	return c
}

// Nobody is forgotten: an objection that every leader is barred from goes up to the
// secretary of the committee, who is barred from nothing even when he acted as a
// leader in the case, and the others have no line that only he could clear.
func TestAnObjectionThatEveryLeaderIsBarredFromGoesUp(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, "")) // leader signed
	n = steps(t, w, n, "leader2", lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText},
		"leader3", lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: someText},
		"secretary", lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText})
	at := noon(day("2026-04-30"))
	c := daily(t, n.c, "2026-03-02", "2026-04-30", w.rules)
	k, _ := clockOf(c, policy.ClockObjection)
	leaders, secretary := lifecycle.Recipient{Role: lifecycle.Leader}, lifecycle.Recipient{Role: lifecycle.CommitteeSecretary}
	require.Equal(t, []lifecycle.Recipient{leaders, secretary}, c.Chased(k))
	for _, id := range []string{"leader", "leader2", "leader3"} {
		lines, barred := lifecycle.DigestLines(c, leaders, people[id], lifecycle.WayRole, at, w.rules)
		require.False(t, slices.ContainsFunc(lines, func(l lifecycle.DigestLine) bool { return l.Clock == policy.ClockObjection }), id)
		require.True(t, barred, id)
	}
	both := lifecycle.Actor{Account: "leader3", Roles: []lifecycle.Role{lifecycle.Leader, lifecycle.CommitteeSecretary}}
	lines, barred := lifecycle.DigestLines(c, secretary, both, lifecycle.WayRole, at, w.rules)
	require.True(t, slices.ContainsFunc(lines, func(l lifecycle.DigestLine) bool { return l.Clock == policy.ClockObjection }))
	require.False(t, barred)
}

// Who reads for a person who is away is told all that the person is: what the
// substitute may not answer is still to be answered.
func TestASubstituteWhoTookPartIsToldToo(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n = steps(t, w, n, "secretary", lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText})
	at := noon(day("2026-04-10"))
	c := catchUp(t, n.c, at, w.rules)
	leaders := lifecycle.Recipient{Role: lifecycle.Leader}
	lines, barred := lifecycle.DigestLines(c, leaders, people["leader"], lifecycle.WaySubstitute, at, w.rules)
	require.NotEmpty(t, lines)
	require.False(t, barred)
	lines, barred = lifecycle.DigestLines(c, leaders, people["leader"], lifecycle.WayRole, at, w.rules)
	require.Empty(t, lines, "the leader signed the notice")
	require.True(t, barred)
}

// Section 4: a hand-over that nobody accepts goes up to the secretary of the organ's
// Party committee, and not back to the successor.
func TestAHandoverNotAcceptedGoesUp(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	n = steps(t, w, n, "head", lifecycle.HandOver{To: "successor", Reason: someText})
	c := daily(t, n.c, "2026-03-02", "2026-03-26", w.rules)
	k, _ := clockOf(c, policy.ClockHandover)
	up := lifecycle.Recipient{Unit: "u1", Post: "机关党委书记"}
	require.Equal(t, []lifecycle.Recipient{{Account: "successor"}, up}, c.Chased(k))
	require.Equal(t, up, lifecycle.ParseRecipient(up.String()))
	require.Equal(t, lifecycle.Recipient{Unit: "u1"}, up.Task(), "it is among the unit's tasks")
	holders := []lifecycle.Holder{{Post: "党组书记", Account: "successor"}, {Post: "机关党委书记", Account: "organ"}}
	require.Equal(t, []lifecycle.Reader{{Account: "organ", Way: lifecycle.WayHolder}}, lifecycle.PostReaders(holders, up.Post))
	lines, _ := lifecycle.DigestLines(c, up, lifecycle.Actor{Account: "organ"}, lifecycle.WayHolder, noon(day("2026-03-26")), w.rules)
	require.Len(t, lines, 1)
}

// Section 4: what another body does not confirm goes up to the secretary of the
// committee.
func TestATransferNotConfirmedGoesUp(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	n = steps(t, w, n, "leader", lifecycle.Transfer{To: "市纪委监委", Reason: someText})
	c := daily(t, n.c, "2026-03-02", "2026-04-10", w.rules)
	k, _ := clockOf(c, policy.ClockTransferReceipt)
	require.Equal(t, []lifecycle.Recipient{{Account: "officer"}, {Role: lifecycle.CommitteeSecretary}}, c.Chased(k))
}
