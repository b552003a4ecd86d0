package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// standingOf is the first measure of a case, ordered like this in 2026.
func standingOf(order lifecycle.OrderMeasure, id string) lifecycle.Standing {
	return lifecycle.Measure{No: 1, Kind: order.Measure, List: order.List, On: day("2026-03-02")}.Standing(id)
}

// joinedTo is a case whose measure joined the first of the case "a".
func joinedTo(t *testing.T, id string, order lifecycle.OrderMeasure) (*walk, lifecycle.Case) {
	t.Helper()
	w := &walk{rules: defaultRules()}
	w.rules.Standing = []lifecycle.Standing{standingOf(order, "a")}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	n.c.ID = id
	n = steps(t, w, n, "leader", order)
	require.Equal(t, lifecycle.Joined, n.c.Measures[0].Status)
	w.rules.Standing = nil
	return w, n.c
}

// Section 4, One of each: what a case had joined and lost is ordered anew in it,
// with its own clock, and what a third case had joined goes on there.
func TestWhatAnotherCaseLostIsTakenOver(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]lifecycle.OrderMeasure{
		"talk":    {Measure: policy.MeasureReminderTalk, Basis: someText},
		"listing": {Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: someText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &walk{rules: defaultRules()}
			lead := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "leader", order)
			lead.c.ID = "a"
			waived := w.command(lead, lifecycle.WaiveMeasure{No: 1, Reason: someText}, people["leader2"]).to
			lost := []lifecycle.Standing{{Kind: order.Measure, List: order.List, Case: "a", Measure: 1}}
			if order.Measure == policy.MeasureNegativeList {
				require.Empty(t, lifecycle.Lost(lead.c, waived.c), "an entry stands until two people end it")
			} else {
				require.Equal(t, lost, lifecycle.Lost(lead.c, waived.c))
			}

			w, b := joinedTo(t, "b", order)
			at := noon(day("2026-03-05"))
			events := lifecycle.DecideTakeOver(b, lost, at, w.rules)
			require.Len(t, events, 1)
			require.NotEmpty(t, lifecycle.Letters(apply(t, b, events), events[0], w.rules), "whoever must do it is told")
			b = apply(t, b, events)
			require.Equal(t, lifecycle.Ordered, b.Measures[0].Status)
			require.Nil(t, b.Measures[0].Joined)
			k, ok := clockNo(b, policy.ClockMeasure, 1)
			require.True(t, ok)
			require.Equal(t, day("2026-03-19"), k.Due)
			require.Empty(t, lifecycle.DecideTakeOver(b, lost, at, w.rules), "once")

			w, third := joinedTo(t, "c", order)
			w.rules.Standing = []lifecycle.Standing{standingOf(order, "b")}
			third = apply(t, third, lifecycle.DecideTakeOver(third, lost, at, w.rules))
			require.Equal(t, lifecycle.Joined, third.Measures[0].Status)
			require.Equal(t, "b", third.Measures[0].Joined.Case)
		})
	}
}

// One open talk per post-holder: another case's is joined by one with the same person,
// by whatever post, and one that names nobody, as of before, by any.
func TestATalkJoinsOneWithTheSamePerson(t *testing.T) {
	t.Parallel()
	zhang := &lifecycle.PostHolder{Post: "党组书记", Person: "张三"}
	for _, row := range []struct {
		name     string
		answers  string
		standing *lifecycle.PostHolder
		want     lifecycle.MeasureStatus
	}{
		{"the same", "张三", zhang, lifecycle.Joined},
		{"the same in another post", "张三", &lifecycle.PostHolder{Post: "机关党委书记", Person: "张三"}, lifecycle.Joined},
		{"the successor", "王五", zhang, lifecycle.Ordered},
		{"nobody after him", "", zhang, lifecycle.Ordered},
		{"one of before", "王五", nil, lifecycle.Joined},
		{"no register", "", nil, lifecycle.Joined},
	} {
		w := &walk{rules: defaultRules()}
		if row.answers != "" {
			w.rules.Holders = []lifecycle.PostHeld{{Post: "党组书记", Person: row.answers, Since: day("2020-01-01")}}
		}
		w.rules.Standing = []lifecycle.Standing{{Kind: policy.MeasureReminderTalk, Case: "a", Measure: 1, Subject: row.standing}}
		n := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText})
		m := n.c.Measures[0]
		require.Equal(t, row.want, m.Status, row.name)
		if m.Joined != nil {
			require.Equal(t, lifecycle.Standing{Kind: policy.MeasureReminderTalk, Case: "a", Measure: 1}, *m.Joined, row.name)
		}
		if row.answers != "" && row.standing != nil && m.Joined != nil { // lost, it goes on with the same person
			w.rules.Standing = []lifecycle.Standing{{Kind: policy.MeasureReminderTalk, Case: "b", Measure: 1, Subject: &lifecycle.PostHolder{Post: "党组书记", Person: "王五"}}}
			c := apply(t, n.c, lifecycle.DecideTakeOver(n.c, []lifecycle.Standing{*m.Joined}, n.now, w.rules))
			require.Equal(t, lifecycle.Ordered, c.Measures[0].Status, row.name)
			require.Equal(t, m.Subject, c.Measures[0].Subject, row.name)
		}
	}
}

// settlesTheTalk: another leader than who had the case fall away says, once, whether the
// talk that was held goes on counting; it stays on record either way.
func (n *node) settlesTheTalk(t *testing.T, w *walk, name string) {
	t.Helper()
	try := func(from *node, who string, b lifecycle.SettleMeasure) *edge { return w.command(from, b, people[who]) }
	keep := lifecycle.SettleMeasure{No: 2, Keep: true, Reason: someText}
	require.Len(t, n.c.Unsettled(), 1, name)
	require.Equal(t, "own_void", codeOf(try(n, "leader2", keep).refusal), name)
	require.Equal(t, "wrong_role", codeOf(try(n, "head", keep).refusal), name)
	require.Equal(t, "required", codeOf(try(n, "leader3", lifecycle.SettleMeasure{No: 2}).refusal), name)
	require.Equal(t, "nothing_fallen", codeOf(try(n, "leader3", lifecycle.SettleMeasure{No: 1, Reason: someText}).refusal), "of a listing its entry says it")
	for _, b := range []lifecycle.SettleMeasure{keep, {No: 2, Reason: someText}} {
		e := try(n, "leader3", b)
		require.NoError(t, e.refusal, name)
		m := e.to.c.Measures[1]
		require.Equal(t, map[bool]lifecycle.MeasureStatus{true: lifecycle.Done, false: lifecycle.Cancelled}[b.Keep], m.Status)
		require.NotNil(t, m.Record, "what was held stays on record")
		require.Equal(t, &lifecycle.Settlement{On: w.rules.Today(n.now), By: "leader3", Keep: b.Keep, Reason: someText}, m.Fallen.Settled)
		require.Empty(t, e.to.c.Unsettled())
		require.Equal(t, "nothing_fallen", codeOf(try(e.to, "leader", keep).refusal))
	}
}

// Voiding a case undoes neither a listing that was made on it nor a talk that was held:
// both stay and are marked, so that others end them. So does sending the notice on to
// another unit, and an objection upheld.
func TestAVoidedCaseKeepsItsListing(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	on := w.rules.Today(n.now)
	n = steps(t, w, n,
		"leader", lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: someText},
		"leader", lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: on, Number: "1号"}},
		"leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText},
		"leader", lifecycle.RecordMeasure{No: 2, MeasureRecord: aTalk()})
	objected := steps(t, w, n, "secretary", lifecycle.FileObjection{Objection: lifecycle.Facts, Grounds: someText})
	due := w.rules.Calendar.Add(on, w.rules.Policy.Measures.Decision).Date
	for name, fallen := range map[string]*node{
		"voided":  steps(t, w, n, "leader2", lifecycle.Void{Reason: someText}),
		"sent on": steps(t, w, n, "leader2", lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Confirmed: true}),
		"upheld":  steps(t, w, objected, "leader2", lifecycle.DecideObjection{Outcome: lifecycle.Upheld, Reasons: someText}),
	} {
		for _, m := range fallen.c.Measures[:2] {
			require.Equal(t, lifecycle.Done, m.Status, name)
			require.Equal(t, &lifecycle.Fallen{By: "leader2", On: on, Due: due, Unit: "u1"}, m.Fallen, name)
		}
		require.Equal(t, name == "sent on", len(lifecycle.Lost(n.c, fallen.c)) > 0, "who joined it is of the first unit, and carries on")
		fallen.settlesTheTalk(t, w, name)
		entry := lifecycle.ListingsOf(fallen.c)[0]
		require.Equal(t, "u1", entry.Unit)
		require.Equal(t, lifecycle.EntryActive, entry.State(on), name)
		act := func(who string, body lifecycle.EntryBody) error {
			done, err := lifecycle.DecideEntry(entry, nil, people[who], body, n.now, w.rules)
			if err == nil {
				entry = entry.Apply(done)
			}
			return err
		}
		before := entry
		asked := entry.Unsettled()
		require.Len(t, asked, 1, name)
		require.Equal(t, due, asked[0].Fallen.Due, "a task of ten working days")
		require.False(t, entry.MaySettle(people["leader2"], on))
		require.True(t, entry.MaySettle(people["leader3"], on))
		require.Equal(t, "own_void", codeOf(act("leader2", &lifecycle.SettleEntry{Keep: true, Reason: someText})))
		require.Equal(t, "wrong_role", codeOf(act("officer", &lifecycle.SettleEntry{Keep: true, Reason: someText})))
		require.Equal(t, "required", codeOf(act("leader3", &lifecycle.SettleEntry{Keep: true})))
		require.NoError(t, act("leader3", &lifecycle.SettleEntry{Keep: true, Reason: someText}))
		require.Equal(t, lifecycle.EntryActive, entry.State(on), name)
		require.Empty(t, entry.Unsettled(), "it is decided")
		require.Equal(t, "nothing_fallen", codeOf(act("leader3", &lifecycle.SettleEntry{Reason: someText})), "to end it now takes a proposal")
		entry = before
		require.NoError(t, act("leader3", &lifecycle.SettleEntry{Reason: someText}))
		require.Equal(t, lifecycle.EntryEnded, entry.State(on), name)
		require.Equal(t, []string{"leader2", "leader3"}, []string{entry.Ended.Proposer, entry.Ended.Decider}, "two people")
		require.Empty(t, entry.Unsettled())
		entry = before

		require.NoError(t, act("leader2", &lifecycle.ProposeEnd{Reason: someText}))
		require.Equal(t, "own_void", codeOf(act("leader2", &lifecycle.DecideEnd{No: 1, Granted: true, Reason: someText})))
		require.NoError(t, act("leader3", &lifecycle.DecideEnd{No: 1, Granted: true, Reason: someText}))
		require.Equal(t, lifecycle.EntryEnded, entry.State(on), name)
		entry.Ended, entry.Ending = nil, &lifecycle.EntryProposal{No: 9, By: "officer"}
		require.Equal(t, "own_void", codeOf(act("leader2", &lifecycle.DecideEnd{No: 9, Granted: true, Reason: someText})), "whoever proposes it")
	}
}

// What is held, or runs on in a parent, is not lost.
func TestWhatIsHeldIsNotLost(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText})
	held := steps(t, w, n, "leader", lifecycle.RecordMeasure{No: 1, MeasureRecord: aTalk()})
	require.Empty(t, lifecycle.Lost(n.c, held.c))
	n.other = served(t, w, accept(lifecycle.Immediate, "")).c
	n.other.ID = "parent"
	merged := steps(t, w, n, "leader", lifecycle.MergeInto{Parent: "parent"})
	require.Empty(t, lifecycle.Lost(n.c, merged.c))
	// What others joined while it was the child's is lost with the parent's.
	parent := merged.other
	waived := w.command(&node{c: parent, now: merged.now}, lifecycle.WaiveMeasure{No: 1, Reason: someText}, people["leader2"])
	require.NoError(t, waived.refusal)
	lost := lifecycle.Lost(parent, waived.to.c)
	require.Len(t, lost, 2)
	require.Equal(t, "case", lost[1].Case)
}

// The two lists are two: what joins the one does not join the other.
func TestEachListHasItsEntry(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	w.rules.Standing = []lifecycle.Standing{{Kind: policy.MeasureNegativeList, List: policy.ListProblems, Year: 2026, Case: "a", Measure: 1}}
	order := func(l policy.List) lifecycle.OrderMeasure {
		return lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: l, Basis: someText}
	}
	n := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "leader", order(policy.ListProblems), "leader", order(policy.ListAssessment))
	require.Equal(t, lifecycle.Joined, n.c.Measures[0].Status)
	require.Equal(t, lifecycle.Ordered, n.c.Measures[1].Status)
}

// One of each: the year of an entry is that of the legal day. The ladder's step of
// 31 December is recorded in the first minutes of the next year, and joins the entry
// of the year that ended, its own case's or another's.
func TestAListingJoinsTheEntryOfItsLegalYear(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2025-11-12"))}
	found := newCase()
	found.FoundOn = day("2025-11-12")
	n = steps(t, w, n, "author", found, "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""),
		"officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{},
		"secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	listing := lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: someText}
	listed := func(n *node, others ...lifecycle.Standing) lifecycle.Measure {
		r := w.rules
		r.Standing = others
		c := daily(t, n.c, "2025-11-13", "2026-01-02", r)
		last := c.Measures[len(c.Measures)-1]
		require.Equal(t, policy.MeasureNegativeList, last.Kind)
		require.Equal(t, "2025-12-31", last.On.String())
		return last
	}
	old, fresh := standingOf(listing, "old"), standingOf(listing, "fresh")
	old.Year = 2025
	require.Nil(t, listed(n, fresh).Joined, "which is the next year's")
	require.Equal(t, "old", listed(n, fresh, old).Joined.Case)
	require.Equal(t, "case", listed(steps(t, w, n, "leader", listing)).Joined.Case)
}
