package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// A leader puts title, facts and basis right when he takes a notice back, and when an
// objection is upheld in part. What they were stays on record.
func TestTheWordsOfAFindingArePutRight(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	was := n.c.Finding
	key := n.c.FindingKey()
	back := w.command(n, lifecycle.CorrectNotice{Reason: someText, Rewording: lifecycle.Rewording{Title: was.Title, Facts: "抽查三次均有记录，缺一次签到。"}}, people["leader"])
	require.NoError(t, back.refusal)
	require.Equal(t, "抽查三次均有记录，缺一次签到。", back.to.c.Finding.Facts)
	require.Equal(t, was.Basis, back.to.c.Finding.Basis)
	require.NotEqual(t, key, back.to.c.FindingKey(), "the same finding is looked for by its corrected words")
	body := back.events[0].Body.(*lifecycle.NoticeCorrected) //nolint:forcetypeassert // it is
	require.Equal(t, &lifecycle.Rewording{Facts: was.Facts}, body.Was, "only what changed")

	n = steps(t, w, n, "secretary", lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText})
	words := lifecycle.Rewording{Title: "签到不全", Basis: "责任清单第四项"}
	refusedAs(t, w, n, "leader3", "not_amended", lifecycle.DecideObjection{Outcome: lifecycle.Rejected, Reasons: someText, Rewording: words})
	partly := w.command(n, lifecycle.DecideObjection{Outcome: lifecycle.Partly, Reasons: someText, Text: someText, Rewording: words}, people["leader3"])
	require.NoError(t, partly.refusal)
	require.Equal(t, "签到不全", partly.to.c.ForUnit().Title)
	decided := partly.events[0].Body.(*lifecycle.ObjectionDecided) //nolint:forcetypeassert // it is
	require.Equal(t, &lifecycle.Rewording{Title: was.Title, Basis: was.Basis}, decided.Was)
	bad := lifecycle.CorrectNotice{Reason: someText, Rewording: lifecycle.Rewording{Facts: "\u202e"}}
	refusedAs(t, w, n, "leader", "bad_characters", bad)
}

// What goes to another unit says nothing of the first: its words are given anew, or
// somebody answers for it that they hold.
func TestAnotherUnitsWordsAreGivenAnew(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	to := func(words lifecycle.Rewording, confirmed bool) lifecycle.CorrectNotice {
		return lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Rewording: words, Confirmed: confirmed}
	}
	refusedAs(t, w, n, "leader", "words_of_the_first_unit", to(lifecycle.Rewording{}, false))
	refusedAs(t, w, n, "leader", "words_of_the_first_unit", to(lifecycle.Rewording{Title: "签到不全"}, false))
	refusedAs(t, w, n, "leader", "same_unit", lifecycle.CorrectNotice{Reason: someText, Confirmed: true})
	require.Equal(t, "签到不全", steps(t, w, n, "leader", to(lifecycle.Rewording{Title: "签到不全", Facts: "缺一次签到。"}, false)).c.Finding.Title)
	require.Equal(t, n.c.Finding, steps(t, w, n, "leader", to(lifecycle.Rewording{}, true)).c.Finding)
}
