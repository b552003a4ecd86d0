package lifecycle_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// listed is an entry of a case that lists the unit, with the decision's number.
func listed(t *testing.T, list policy.List, on string) lifecycle.Entry {
	t.Helper()
	e := lifecycle.Entry{List: list, Unit: "u1", Year: day(on).Year(), Grounds: []lifecycle.Ground{{
		Case: "a" + on, Number: "督〔2026〕0001", Measure: 1, Status: lifecycle.Done, On: day(on), Basis: someText, Decision: "1号", DecidedOn: day(on), Served: true,
	}}}
	return e.Lasts(defaultRules())
}

// What a case puts on a list, takes off it, and only proposes.
func TestListingsOfACase(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, "M0301")) // proposes a listing
	require.Empty(t, lifecycle.ListingsOf(n.c))
	n = steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, Basis: someText, Proposal: 1},
		"leader", lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems, Basis: "拖延"})
	entries := lifecycle.ListingsOf(n.c)
	require.Len(t, entries, 2)
	require.Equal(t, policy.ListAssessment, entries[0].List)
	require.Equal(t, 2026, entries[0].Year)
	number, _ := entries[0].Decision()
	require.Empty(t, number, "the decision may follow")
	require.Equal(t, lifecycle.EntryActive, entries[0].State(day("2026-03-02")))
	n = steps(t, w, n, "leader", lifecycle.RecordMeasure{No: 1, MeasureRecord: lifecycle.MeasureRecord{On: day("2026-03-02"), Number: "1号"}},
		"leader2", lifecycle.WaiveMeasure{No: 2, Reason: "已改正"})
	entries = lifecycle.ListingsOf(n.c)
	number, on := entries[0].Decision()
	require.Equal(t, "1号", number)
	require.Equal(t, day("2026-03-02"), on)
	require.Equal(t, lifecycle.EntryActive, entries[1].State(day("2026-03-02")), "one leader alone ends no entry")
	require.Equal(t, "leader2", entries[1].Grounds[0].Fallen.By)
	require.Equal(t, "已改正", entries[1].Grounds[0].Reason)
	require.Empty(t, n.c.Pending(), "nothing is left to do in the case")
	by := func(who string, e lifecycle.Entry, body lifecycle.EntryBody) (lifecycle.Entry, error) {
		act, err := lifecycle.DecideEntry(e, nil, people[who], body, n.now, w.rules)
		if err != nil {
			return e, err
		}
		return e.Apply(act), nil
	}
	proposed, err := by("officer", entries[1], &lifecycle.ProposeEnd{Reason: someText})
	require.NoError(t, err)
	end := &lifecycle.DecideEnd{No: proposed.Acts, Granted: true, Reason: someText}
	_, err = by("leader2", proposed, end)
	require.Equal(t, "own_void", codeOf(err))
	ended, err := by("leader3", proposed, end)
	require.NoError(t, err)
	require.Equal(t, lifecycle.EntryEnded, ended.State(day("2026-03-02")))
}

// A listing that was ordered when there was one list stands on the assessment's,
// and a case that was recorded then still shows it.
func TestListingsFromBefore(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	old, err := lifecycle.Event{Case: n.c.ID, Seq: n.c.Seq + 1, At: n.now, Legal: day("2026-03-02"), Kind: lifecycle.EventMeasureOrdered}.
		WithContent([]byte(`{"data":{"no":1,"kind":"negative_list","status":"ordered","basis":"L5"}}`))
	require.NoError(t, err)
	c := n.c.Apply(old)
	require.Equal(t, policy.ListAssessment, c.Measures[0].List)
	c.Measures = []lifecycle.Measure{{No: 1, Kind: policy.MeasureNegativeList, Status: lifecycle.Ordered, Basis: "L5", On: day("2026-03-02")}}
	entries := lifecycle.ListingsOf(c)
	require.Len(t, entries, 1)
	require.Equal(t, policy.ListAssessment, entries[0].List)
	require.Equal(t, "u1", entries[0].Unit)
}

// How an entry ends is policy: with its year, a time after the unit's last entry,
// or by decision only.
func TestHowAnEntryEnds(t *testing.T) {
	t.Parallel()
	yearly := listed(t, policy.ListAssessment, "2026-03-02")
	entries := []lifecycle.Entry{yearly, listed(t, policy.ListAssessment, "2027-01-04")}
	lifecycle.Prolong(entries)
	require.Equal(t, day("2026-12-31"), entries[0].EndsOn, "another year's entry does not prolong it")
	require.Equal(t, lifecycle.EntryActive, entries[0].State(day("2026-12-31")))
	require.Equal(t, lifecycle.EntryExpired, entries[0].State(day("2027-01-01")))

	// 2026-03-02 and 12 months; the second comes in time, the third too late.
	entries = []lifecycle.Entry{
		listed(t, policy.ListProblems, "2029-01-04"), listed(t, policy.ListProblems, "2026-03-02"), listed(t, policy.ListProblems, "2027-02-01"),
	}
	lifecycle.Prolong(entries)
	var ends []calendar.Date
	for _, e := range entries {
		ends = append(ends, e.EndsOn)
	}
	require.Equal(t, []calendar.Date{day("2028-02-01"), day("2028-02-01"), day("2030-01-04")}, ends)

	text := strings.Replace(string(policy.DefaultText()), "{ends: after, after: 12M,", "{ends: decision,", 1)
	p, err := policy.Read(strings.NewReader(text))
	require.NoError(t, err)
	r := defaultRules()
	r.Policy = p
	e := listed(t, policy.ListProblems, "2026-03-02").Lasts(r)
	require.Equal(t, lifecycle.EntryActive, e.State(day("2099-01-01")))
}

// Issue 4 point 4: ending an entry before its time takes a reason and a second
// person; a listing made after it stands again.
func TestTwoPeopleEndAnEntry(t *testing.T) {
	t.Parallel()
	r, at := defaultRules(), noon(day("2026-05-06"))
	decide := func(e lifecycle.Entry, who string, body lifecycle.EntryBody) (lifecycle.Entry, string) {
		act, err := lifecycle.DecideEntry(e, []string{"王二"}, people[who], body, at, r)
		if refusal, ok := errors.AsType[*lifecycle.Refusal](err); ok {
			require.Regexp(t, `\p{Han}`, refusal.ZH)
			return e, refusal.Code
		}
		require.NoError(t, err)
		content, err := act.Content()
		require.NoError(t, err)
		back, err := lifecycle.EntryAct{No: act.No, At: act.At, On: act.On, Actor: act.Actor}.WithContent(lifecycle.EntryKindOf(body), content)
		require.NoError(t, err)
		require.Equal(t, act, back)
		return e.Apply(back), ""
	}
	code := func(e lifecycle.Entry, who string, body lifecycle.EntryBody) string {
		_, code := decide(e, who, body)
		return code
	}
	e := listed(t, policy.ListProblems, "2026-03-02")
	require.Equal(t, "wrong_role", code(e, "secretary", &lifecycle.ProposeEnd{Reason: someText}))
	require.Equal(t, "required", code(e, "leader", &lifecycle.ProposeEnd{}))
	require.Equal(t, "unknown_proposal", code(e, "leader", &lifecycle.DecideEnd{No: 1, Granted: true, Reason: someText}))
	e, _ = decide(e, "leader", &lifecycle.ProposeEnd{Reason: someText})
	require.Equal(t, "end_proposed", code(e, "officer", &lifecycle.ProposeEnd{Reason: someText}))
	require.Equal(t, "own_proposal", code(e, "leader", &lifecycle.DecideEnd{No: 1, Granted: true, Reason: someText}))
	require.Equal(t, "required", code(e, "leader2", &lifecycle.DecideEnd{No: 1, Granted: true}))
	require.Equal(t, "wrong_role", code(e, "officer", &lifecycle.DecideEnd{No: 1, Granted: true, Reason: someText}))
	kept, _ := decide(e, "leader2", &lifecycle.DecideEnd{No: 1, Reason: someText})
	require.Equal(t, lifecycle.EntryActive, kept.State(day("2026-05-06")))
	e, _ = decide(e, "leader2", &lifecycle.DecideEnd{No: 1, Granted: true, Reason: someText})
	require.Equal(t, lifecycle.EntryEnded, e.State(day("2026-05-06")))
	require.Equal(t, [2]string{"leader", "leader2"}, [2]string{e.Ended.Proposer, e.Ended.Decider})
	require.Equal(t, "entry_over", code(e, "leader", &lifecycle.ProposeEnd{Reason: someText}))
	again := e.With("b", []lifecycle.Ground{{Case: "b", Measure: 1, Status: lifecycle.Ordered, On: day("2026-06-01")}})
	require.Equal(t, lifecycle.EntryActive, again.State(day("2026-06-01")))
	lead, _ := again.Lead()
	require.Equal(t, "b", lead.Case)
}

// An act is about the listings that stood, and had fallen, when it was done, in whatever
// order the grounds of an entry are read again: a listing that falls away later is
// another question, and one that is not there yet harms nothing.
func TestActsSayNothingOfLaterListings(t *testing.T) {
	t.Parallel()
	r, at := defaultRules(), noon(day("2026-05-06"))
	ground := func(id, fellBy string) lifecycle.Ground {
		g := lifecycle.Ground{Case: id, Measure: 1, Status: lifecycle.Done, On: day("2026-03-02")}
		if fellBy != "" {
			g.Fallen = &lifecycle.Fallen{By: fellBy, On: day("2026-05-04")}
		}
		return g
	}
	resting := func(grounds ...lifecycle.Ground) lifecycle.Entry {
		return lifecycle.Entry{List: policy.ListProblems, Unit: "u1", Year: 2026, Grounds: grounds}
	}
	act := func(e lifecycle.Entry, who string, body lifecycle.EntryBody) lifecycle.EntryAct {
		act, err := lifecycle.DecideEntry(e, nil, people[who], body, at, r)
		require.NoError(t, err)
		content, err := act.Content()
		require.NoError(t, err)
		act, err = lifecycle.EntryAct{No: act.No, At: act.At, On: act.On, Actor: act.Actor}.WithContent(lifecycle.EntryKindOf(body), content)
		require.NoError(t, err)
		return act
	}
	refusal := func(e lifecycle.Entry, who string, body lifecycle.EntryBody) string {
		_, err := lifecycle.DecideEntry(e, nil, people[who], body, at, r)
		return codeOf(err)
	}
	for _, keep := range []bool{true, false} {
		settled := act(resting(ground("a", "leader2")), "leader3", &lifecycle.SettleEntry{Keep: keep, Reason: someText})
		later := resting(ground("a", "leader2"), ground("b", "leader2")).After(settled)
		require.Len(t, later.Unsettled(), 1, "keep %v", keep)
		require.Equal(t, "b", later.Unsettled()[0].Case)
		require.Equal(t, lifecycle.EntryActive, later.State(day("2026-05-06")))
		require.Empty(t, resting(ground("b", "")).After(settled).Unsettled(), "read again before the one that fell")
		require.Equal(t, later, later.After(settled), "and again")
	}

	// So it is with what was proposed: nobody ends by it what nobody proposed to end.
	end := &lifecycle.DecideEnd{No: 1, Granted: true, Reason: someText}
	old := resting(ground("a", "leader2"))
	proposed := act(old, "leader2", &lifecycle.ProposeEnd{Reason: someText})
	e := old.After(proposed)
	settled := act(e, "leader3", &lifecycle.SettleEntry{Reason: someText})
	e = e.Apply(settled).With("b", []lifecycle.Ground{ground("b", "")})
	require.Equal(t, lifecycle.EntryActive, e.State(day("2026-05-06")))
	require.Nil(t, e.Proposed())
	require.Equal(t, "unknown_proposal", refusal(e, "leader3", end), "its listing was ended since")
	require.Empty(t, refusal(e, "leader3", &lifecycle.ProposeEnd{Reason: someText}), "another may be proposed")

	e = resting(ground("a", "")).After(act(resting(ground("a", "")), "leader2", &lifecycle.ProposeEnd{Reason: someText}))
	gone := e.With("a", nil).With("b", []lifecycle.Ground{ground("b", "")})
	require.Equal(t, "unknown_proposal", refusal(gone, "leader3", end), "its listing is gone")
	both := e.With("b", []lifecycle.Ground{ground("b", "")})
	both = both.Apply(act(both, "leader3", end))
	require.Equal(t, lifecycle.EntryActive, both.State(day("2026-05-06")), "the one that came meanwhile stands")
	lead, _ := both.Lead()
	require.Equal(t, "b", lead.Case)
}

// The list of a year is announced in the next: an entry that ended with its year is
// still shown in it, and one that was ended by decision is not.
func TestAnEntryIsShownAfterItsYear(t *testing.T) {
	t.Parallel()
	e := listed(t, policy.ListAssessment, "2026-12-16")
	entries := []lifecycle.Entry{e}
	lifecycle.Prolong(entries)
	e = entries[0]
	at := noon(day("2027-01-15"))
	require.Equal(t, lifecycle.EntryExpired, e.State(day("2027-01-15")))
	act, err := lifecycle.DecideEntry(e, nil, people["leader"], &lifecycle.ShowEntry{Text: "组织生活制度不严格。", Reason: "公布年度考核结果"}, at, defaultRules())
	require.NoError(t, err)
	require.Equal(t, "组织生活制度不严格。", e.Apply(act).Public().Text)
	_, err = lifecycle.DecideEntry(e, nil, people["leader"], &lifecycle.ProposeEnd{Reason: someText}, at, defaultRules())
	require.Equal(t, "entry_over", codeOf(err))
	e.Ended = &lifecycle.EntryEnd{On: day("2026-12-20"), Leads: act.Leads}
	_, err = lifecycle.DecideEntry(e, nil, people["leader"], &lifecycle.ShowEntry{Text: someText, Reason: someText}, at, defaultRules())
	require.Equal(t, "entry_over", codeOf(err))
}

// What the public may read is decided for each entry, with a reason, names no
// person, and waits for the decision's number. Corrections carry on.
func TestWhatThePublicMayRead(t *testing.T) {
	t.Parallel()
	r, at := defaultRules(), noon(day("2026-05-06"))
	e := listed(t, policy.ListProblems, "2026-03-02")
	refused := func(e lifecycle.Entry, body lifecycle.EntryBody) string {
		_, err := lifecycle.DecideEntry(e, []string{"王二"}, people["leader"], body, at, r)
		var refusal *lifecycle.Refusal
		require.ErrorAs(t, err, &refusal)
		return refusal.Code
	}
	done := func(e lifecycle.Entry, body lifecycle.EntryBody) lifecycle.Entry {
		act, err := lifecycle.DecideEntry(e, []string{"王二"}, people["leader"], body, at, r)
		require.NoError(t, err)
		return e.Apply(act)
	}
	require.Nil(t, e.Public(), "nothing is shown unless somebody decides so")
	require.Equal(t, "person_named", refused(e, &lifecycle.ShowEntry{Text: "书记王二同志不重视。", Reason: someText}))
	for _, spaced := range []string{"王　二同志不重视。", "王 二同志不重视。", "王\u200b二同志不重视。"} {
		require.Equal(t, "person_named", refused(e, &lifecycle.ShowEntry{Text: spaced, Reason: someText}), "%q", spaced)
	}
	require.Equal(t, "person_named", refused(e, &lifecycle.CorrectListing{Decision: "关于王 二同志的决定", Reason: someText}), "the public reads the number as well")
	named := e
	named.Grounds = []lifecycle.Ground{{Case: "a", Measure: 1, Status: lifecycle.Done, On: day("2026-03-02"), Decision: "关于王二同志的决定"}}
	require.Equal(t, "person_named", refused(named, &lifecycle.ShowEntry{Text: "组织生活制度不严格。", Reason: someText}))
	require.Equal(t, "required", refused(e, &lifecycle.ShowEntry{Text: "组织生活制度不严格。"}))
	require.Equal(t, "required", refused(e, &lifecycle.HideEntry{}))
	undecided := e
	undecided.Grounds = []lifecycle.Ground{{Case: "a", Measure: 1, Status: lifecycle.Ordered, On: day("2026-03-02")}}
	require.Equal(t, "no_decision", refused(undecided, &lifecycle.ShowEntry{Text: "组织生活制度不严格。", Reason: someText}))
	shown := done(e, &lifecycle.ShowEntry{Text: "组织生活制度不严格。", Reason: "依规公开"})
	require.Equal(t, "组织生活制度不严格。", shown.Public().Text)
	require.Nil(t, done(shown, &lifecycle.HideEntry{Reason: "涉及工作秘密"}).Public())
	anew := shown.With("a2026-03-02", nil).With("b", []lifecycle.Ground{{Case: "b", Measure: 1, Status: lifecycle.Done, On: day("2026-06-01"), Decision: "3号"}})
	require.Nil(t, anew.Public(), "what was said of one listing is not said of another")

	require.Equal(t, "nothing_to_correct", refused(e, &lifecycle.CorrectListing{Reason: someText}))
	require.Equal(t, "required", refused(e, &lifecycle.CorrectListing{Decision: "2号"}))
	e = done(done(e, &lifecycle.CorrectListing{Decision: "2号", Reason: "笔误"}), &lifecycle.CorrectListing{Basis: "更正后的依据", Reason: "笔误"})
	number, _ := e.Decision()
	require.Equal(t, [2]string{"2号", "更正后的依据"}, [2]string{number, e.Basis()})
}
