package lifecycle_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// aTalk is the whole record of a talk held with the unit's secretary.
func aTalk() lifecycle.MeasureRecord {
	return lifecycle.MeasureRecord{
		On: day("2026-03-02"), Place: "工委会议室", HeldBy: "leader", With: []lifecycle.PostHolder{{Post: "党组书记", Person: "张三"}},
		Reason: someText, Requirements: someText, Response: someText, Signed: true,
	}
}

// A talk is with one person: who answered for the unit on the day of its order. It
// stays with that person, also when the post has another holder; one
// with the liaison or the successor does not carry it out.
func TestATalkStaysWithThePerson(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	register := func(posts ...lifecycle.PostHeld) { w.rules.Holders, w.rules.Known.Posts = posts, posts }
	liaison := lifecycle.PostHeld{Post: "联络员", Person: "小李", Since: day("2020-01-01")}
	register(liaison, lifecycle.PostHeld{Post: "党组书记", Person: "张三", Since: day("2020-01-01")})
	talk := lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText}
	n := steps(t, w, served(t, w, accept(lifecycle.ByDeadline, "")), "leader", talk)
	require.Equal(t, &lifecycle.PostHolder{Post: "党组书记", Person: "张三"}, n.c.Measures[0].Subject)
	record := func(with ...lifecycle.PostHolder) lifecycle.RecordMeasure {
		r := aTalk()
		r.On, r.With = w.rules.Today(n.now), with
		return lifecycle.RecordMeasure{No: 1, MeasureRecord: r}
	}
	refusedAs(t, w, n, "leader", "not_the_subject", record(lifecycle.PostHolder{Post: "联络员", Person: "小李"}))

	register(liaison, lifecycle.PostHeld{Post: "党组书记", Person: "张三", Since: day("2020-01-01"), Until: day("2026-03-03")},
		lifecycle.PostHeld{Post: "党组书记", Person: "王五", Since: day("2026-03-04")})
	n.now = noon(day("2026-03-05"))
	refusedAs(t, w, n, "leader", "not_the_subject", record(lifecycle.PostHolder{Post: "党组书记", Person: "王五"}))
	refusedAs(t, w, n, "leader", "not_in_post", record(lifecycle.PostHolder{Post: "机关党委书记", Person: "张三"}))
	n = steps(t, w, n, "leader", talk)
	require.Equal(t, lifecycle.Ordered, n.c.Measures[1].Status, "the successor's own")
	require.Equal(t, "王五", n.c.Measures[1].Subject.Person)
	n = steps(t, w, n, "leader", talk)
	require.Equal(t, &lifecycle.Standing{Kind: policy.MeasureReminderTalk, Case: n.c.ID, Measure: 2}, n.c.Measures[2].Joined)
	n = steps(t, w, n, "leader", record(lifecycle.PostHolder{Post: "党组书记", Person: "张三"}, lifecycle.PostHolder{Post: "联络员", Person: "小李"}))
	require.Equal(t, lifecycle.Done, n.c.Measures[0].Status)
	require.Equal(t, lifecycle.Ordered, n.c.Measures[1].Status)
}

// Issue 4 point 3: a talk is held by whom, with whom (person and post), where,
// why, what was required, what was answered, signed; and never in the future,
// before its order, or with somebody who did not hold the post on that day.
func TestTheRecordOfATalk(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	w.rules.Known.Posts = []lifecycle.PostHeld{
		{Post: "党组书记", Person: "王五", Since: day("2020-01-01"), Until: day("2026-02-28")},
		{Post: "党组书记", Person: "张三", Since: day("2026-03-01")},
		{Post: "机关党委书记", Person: "李四", Since: day("2026-03-03")},
	}
	n := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText})
	for _, bad := range []struct {
		name, code, field string
		spoil             func(*lifecycle.MeasureRecord)
	}{
		{"in the future", "in_future", "on", func(r *lifecycle.MeasureRecord) { r.On = day("2026-03-03") }},
		{"before its order", "too_early", "on", func(r *lifecycle.MeasureRecord) { r.On = day("2026-03-01") }},
		{"held by nobody", "required", "held_by", func(r *lifecycle.MeasureRecord) { r.HeldBy = "" }},
		{"held by no leader", "wrong_role", "held_by", func(r *lifecycle.MeasureRecord) { r.HeldBy = "officer" }},
		{"with nobody", "count", "with", func(r *lifecycle.MeasureRecord) { r.With = nil }},
		{"without the post", "required", "with[0].post", func(r *lifecycle.MeasureRecord) { r.With[0].Post = "" }},
		{"with who held the post before", "not_in_post", "with[0].person", func(r *lifecycle.MeasureRecord) { r.With[0].Person = "王五" }},
		{"with who holds another post", "not_in_post", "with[0].person", func(r *lifecycle.MeasureRecord) { r.With[0].Post = "机关党委书记" }},
		{"with who will hold it tomorrow", "not_in_post", "with[1].person", func(r *lifecycle.MeasureRecord) {
			r.With = append(r.With, lifecycle.PostHolder{Post: "机关党委书记", Person: "李四"})
		}},
		{"nowhere", "required", "place", func(r *lifecycle.MeasureRecord) { r.Place = "" }},
		{"for no reason", "required", "reason", func(r *lifecycle.MeasureRecord) { r.Reason = "" }},
		{"requiring nothing", "required", "requirements", func(r *lifecycle.MeasureRecord) { r.Requirements = "" }},
		{"answered by nothing", "required", "response", func(r *lifecycle.MeasureRecord) { r.Response = "" }},
		{"not signed, and no word why", "not_signed", "signed", func(r *lifecycle.MeasureRecord) { r.Signed = false }},
		{"signed and not", "signed", "unsigned", func(r *lifecycle.MeasureRecord) { r.Unsigned = someText }},
	} {
		r := aTalk()
		bad.spoil(&r)
		refusal := w.command(n, lifecycle.RecordMeasure{No: 1, MeasureRecord: r}, people["leader"]).refusal
		var told *lifecycle.Refusal
		require.ErrorAs(t, refusal, &told, bad.name)
		require.Equal(t, bad.code, told.Code, bad.name)
		require.Equal(t, bad.field, told.Field, bad.name)
		require.Regexp(t, `\p{Han}`, told.ZH, bad.name)
		require.NotRegexp(t, `held_by|unsigned|with\[`, told.ZH, bad.name)
	}
	done := steps(t, w, n, "leader", lifecycle.RecordMeasure{No: 1, MeasureRecord: aTalk()})
	require.Equal(t, lifecycle.Done, done.c.Measures[0].Status)
	refused := aTalk()
	refused.Signed, refused.Unsigned = false, "拒绝签字，由二人见证"
	steps(t, w, n, "leader", lifecycle.RecordMeasure{No: 1, MeasureRecord: refused})
}

// Each kind of measure has its own record, and is not done without it.
func TestEachMeasureHasItsOwnRecord(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	on := day("2026-03-02")
	for kind, want := range map[policy.MeasureKind]struct {
		fields []string
		record lifecycle.MeasureRecord
	}{
		policy.MeasureOnSite:            {[]string{"place", "persons", "requirements"}, lifecycle.MeasureRecord{Place: "市档案局", Persons: []string{"书记"}, Requirements: someText}},
		policy.MeasureSupervisionLetter: {nil, lifecycle.MeasureRecord{}},
		policy.MeasureCircular:          {[]string{"number"}, lifecycle.MeasureRecord{Number: "工委通报〔2026〕1号"}},
		policy.MeasurePartyGroupOrder:   {[]string{"to", "response"}, lifecycle.MeasureRecord{To: "市档案局党组", Response: "已作出处理。"}},
		policy.MeasureNegativeList:      {[]string{"number"}, lifecycle.MeasureRecord{Number: "工委会议〔2026〕1号"}},
	} {
		order := lifecycle.OrderMeasure{Measure: kind, Basis: someText}
		if kind == policy.MeasureNegativeList {
			order.List = policy.ListAssessment
		}
		n := steps(t, w, served(t, w, accept(lifecycle.Immediate, "")), "leader", order)
		for _, field := range want.fields {
			r := want.record
			r.On = on
			switch field {
			case "place":
				r.Place = ""
			case "persons":
				r.Persons = nil
			case "requirements":
				r.Requirements = ""
			case "number":
				r.Number = " "
			case "to":
				r.To = ""
			case "response":
				r.Response = ""
			}
			var told *lifecycle.Refusal
			require.ErrorAs(t, w.command(n, lifecycle.RecordMeasure{No: 1, MeasureRecord: r}, people["leader"]).refusal, &told, "%s without %s", kind, field)
			require.Equal(t, field, told.Field, kind)
		}
		r := want.record
		r.On = on
		steps(t, w, n, "leader", lifecycle.RecordMeasure{No: 1, MeasureRecord: r})
	}
}

// Issue 4, bad input: a waiver, a postponement and a listing say why, a listing
// says on which list, and nothing else names one.
func TestWithoutAReasonNothingIsDone(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	talk := steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText})
	for _, bad := range []struct {
		n           *node
		code, field string
		body        lifecycle.CommandBody
	}{
		{talk, "required", "reason", lifecycle.WaiveMeasure{No: 1, Reason: "  "}},
		{talk, "required", "reason", lifecycle.PostponeMeasure{No: 1, Until: day("2026-04-20")}},
		{talk, "required", "until", lifecycle.PostponeMeasure{No: 1, Reason: someText}},
		{n, "required", "basis", lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListProblems}},
		{n, "required", "list", lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, Basis: someText}},
		{n, "unknown_code", "list", lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: "black", Basis: someText}},
		{n, "no_listing", "list", lifecycle.OrderMeasure{Measure: policy.MeasureCircular, List: policy.ListProblems, Basis: someText}},
	} {
		var told *lifecycle.Refusal
		require.ErrorAs(t, w.command(bad.n, bad.body, people["leader2"]).refusal, &told)
		require.Equal(t, bad.code, told.Code)
		require.Equal(t, bad.field, told.Field)
	}
}

// Issue 4, bad input: an orderer who approves himself. Whoever proposes a measure
// leaves the order to another, whatever roles he holds.
func TestNobodyApprovesHisOwnProposal(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.Immediate, ""))
	listing := lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, List: policy.ListAssessment, Basis: someText, Propose: true}
	refusedAs(t, w, n, "officer", "leader_orders", lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText})
	refusedAs(t, w, n, "officer", "nothing_to_propose", lifecycle.OrderMeasure{Measure: policy.MeasureUrge, Basis: someText, Propose: true})
	refusedAs(t, w, n, "officer", "proposal_raises_nothing", lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: someText, Propose: true, Level: policy.L3})
	order := lifecycle.OrderMeasure{Measure: policy.MeasureNegativeList, Basis: someText, Proposal: 1}

	mine := steps(t, w, n, "leader", listing)
	require.Equal(t, "leader", mine.c.Measures[0].ProposedBy)
	require.Equal(t, lifecycle.Proposed, mine.c.Measures[0].Status)
	refusedAs(t, w, mine, "leader", "own_proposal", order)
	again := listing
	again.Propose = false
	refusedAs(t, w, mine, "leader", "own_proposal", again) // nor as number 2, round about
	again.List = policy.ListProblems
	require.NoError(t, w.command(mine, again, people["leader"]).refusal, "which is another measure")
	again.List = listing.List
	require.NoError(t, w.command(mine, again, people["leader2"]).refusal)
	refusedAs(t, w, mine, "leader2", "proposed_already", lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText, Proposal: 1, Propose: true})

	theirs := steps(t, w, n, "officer", listing, "leader", order)
	m := theirs.c.Measures[0]
	require.Equal(t, lifecycle.Ordered, m.Status)
	require.Equal(t, [4]string{"officer", "leader", string(policy.ListAssessment), "u1"}, [4]string{m.ProposedBy, m.OrderedBy, string(m.List), m.Unit})
}

// Whoever approves a proposal leaves it with the owner it was proposed with, or names
// another.
func TestAnApprovedProposalKeepsItsOwner(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	talk := lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Owner: "leader2", Propose: true}
	n := steps(t, w, served(t, w, accept(lifecycle.ByDeadline, "")), "officer", talk)
	approval := lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Proposal: 1}
	require.Equal(t, "leader2", steps(t, w, n, "leader", approval).c.Measures[0].Owner)
	approval.Owner = "leader3"
	require.Equal(t, "leader3", steps(t, w, n, "leader", approval).c.Measures[0].Owner)
}

// The four measures of the article, by the type of problem: each is proposed to a
// leader when triage accepts the finding, and ordered by him.
func TestTheFourMeasuresOfTheArticle(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	for _, rule := range []struct {
		name, category, matter string
		kind                   policy.MeasureKind
		list                   policy.List
	}{
		{"29个党组织书记未按时交纳党费，提醒谈话", "C03", "M0302", policy.MeasureReminderTalk, ""},
		{"24个单位组织生活制度不严格，列入党建成效考核负面清单", "C03", "M0301", policy.MeasureNegativeList, policy.ListAssessment},
		{"1个党组织责任不力、工作滞后，工委书记现场督导", "C01", "M0101", policy.MeasureOnSite, ""},
		{"1个党组织违规发展党员，责成部门党组严肃处理", "C04", "M0401", policy.MeasurePartyGroupOrder, ""},
	} {
		finding := accept(lifecycle.Immediate, rule.matter)
		finding.Category = rule.category
		n := served(t, w, finding)
		require.Len(t, n.c.Measures, 1, rule.name)
		m := n.c.Measures[0]
		require.Equal(t, rule.kind, m.Kind, rule.name)
		require.Equal(t, rule.list, m.List, rule.name)
		require.Equal(t, lifecycle.Proposed, m.Status, "%s: nobody is disciplined by a rule alone", rule.name)
		n = steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: rule.kind, Basis: rule.name, Proposal: 1})
		require.Equal(t, lifecycle.Ordered, n.c.Measures[0].Status, rule.name)
	}
}

// Section 4: an ordered talk that is not held is chased, and from the second
// chase on the leader's superior is told: the secretary of the committee.
func TestATalkNotHeldGoesUp(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := steps(t, w, served(t, w, accept(lifecycle.ByDeadline, "")), "leader",
		lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Owner: "leader2"})
	c := n.c
	for on := day("2026-03-03"); on.Before(day("2026-03-25")); on = on.AddDays(1) {
		c = catchUp(t, c, noon(on), w.rules)
	}
	k, ok := clockNo(c, policy.ClockMeasure, 1)
	require.True(t, ok)
	require.True(t, k.Passed)
	require.GreaterOrEqual(t, k.Chases, 1)
	require.Equal(t, []lifecycle.Recipient{{Account: "leader2"}, {Role: lifecycle.CommitteeSecretary}}, c.Chased(k))
}

// Section 4: a talk that is not held goes up, and whoever must hold it does not put
// that off: not after it lapsed, nor beyond what the policy allows from the first due
// date on, whoever postpones it. The superior is told of every postponement, and the
// owner of those that are another's.
func TestATalkIsNotPutOffForEver(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := steps(t, w, served(t, w, accept(lifecycle.ByDeadline, "")), "leader",
		lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Owner: "leader2"}) // due 2026-03-16
	up := lifecycle.Recipient{Role: lifecycle.CommitteeSecretary}
	postpone := func(until string) lifecycle.PostponeMeasure {
		return lifecycle.PostponeMeasure{No: 1, Until: day(until), Reason: "另行安排"}
	}
	may := func(who string) bool {
		return slices.Contains(lifecycle.Allowed(n.c, people[who], n.now, w.rules), lifecycle.KindPostponeMeasure)
	}
	e := w.command(n, postpone("2026-03-20"), people["leader2"])
	require.NoError(t, e.refusal)
	require.Equal(t, []lifecycle.Recipient{up}, toldOf(e, w))
	n = e.to
	n.now = noon(day("2026-03-24"))
	n.c = daily(t, n.c, "2026-03-03", "2026-03-24", w.rules)
	require.False(t, may("leader2"))
	refusedAs(t, w, n, "leader2", "own_lapsed", postpone("2026-04-20"))
	require.True(t, may("leader3"))
	refusedAs(t, w, n, "leader3", "over_cap", postpone("2026-05-16")) // 60 days after 03-16, which is no day off
	e = w.command(n, postpone("2026-05-15"), people["leader3"])
	require.NoError(t, e.refusal)
	require.Equal(t, []lifecycle.Recipient{up, {Account: "leader2"}}, toldOf(e, w))
	n = e.to
	require.False(t, may("leader3"))
	refusedAs(t, w, n, "leader3", "postponed_out", postpone("2026-05-18"))
}

// A measure that was ordered and is waived is told to whom its order was told, and to
// the superior. Nobody lets be what he himself must do.
func TestAWaiverIsToldToWhoWasToldOfTheOrder(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	order := lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Owner: "leader2"}
	waive := lifecycle.WaiveMeasure{No: 1, Reason: someText}
	e := w.command(n, order, people["leader"])
	require.NoError(t, e.refusal)
	require.Contains(t, toldOf(e, w), lifecycle.Recipient{Unit: "u1"})
	refusedAs(t, w, e.to, "leader2", "own_measure", waive)
	require.NotContains(t, lifecycle.Allowed(e.to.c, people["leader2"], n.now, w.rules), lifecycle.KindWaiveMeasure)
	e = w.command(e.to, waive, people["leader3"])
	require.NoError(t, e.refusal)
	require.Equal(t, []lifecycle.Recipient{{Role: lifecycle.CommitteeSecretary}, {Account: "leader2"}, {Unit: "u1"}}, toldOf(e, w))

	order.Propose = true
	e = w.command(steps(t, w, n, "officer", order), waive, people["leader3"])
	require.NoError(t, e.refusal)
	require.Equal(t, []lifecycle.Recipient{{Role: lifecycle.CommitteeSecretary}}, toldOf(e, w), "the unit never heard of a proposal")
}

// toldOf is who is told because of a step.
func toldOf(e *edge, w *walk) (told []lifecycle.Recipient) {
	for _, event := range e.events {
		for _, letter := range lifecycle.Letters(e.to.c, event, w.rules) {
			told = append(told, letter.To)
		}
	}
	return told
}

// The leader who was to hold a talk has left: another leader gives it to somebody
// else, who holds it by the same due date and is chased like the first.
func TestATalkWhoseOwnerLeftIsGivenToAnother(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	n = steps(t, w, n, "leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Owner: "leader2"})
	before, _ := clockNo(n.c, policy.ClockMeasure, 1)
	w.rules.Known.Accounts = maps.Clone(people)
	delete(w.rules.Known.Accounts, "leader2") // the account was ended
	give := lifecycle.ReassignMeasure{No: 1, Owner: "leader3", Reason: "已离任"}
	for code, bad := range map[string]lifecycle.ReassignMeasure{
		"unknown_measure": {No: 2, Owner: "leader3", Reason: someText}, "unknown_account": {No: 1, Owner: "leader2", Reason: someText},
		"wrong_role": {No: 1, Owner: "officer", Reason: someText}, "required": {No: 1, Owner: "leader3"},
	} {
		refusedAs(t, w, n, "leader", code, bad)
	}
	proposed := steps(t, w, served(t, w, accept(lifecycle.ByDeadline, "")), "officer", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Propose: true})
	refusedAs(t, w, proposed, "leader", "not_ordered", give)
	require.NotContains(t, lifecycle.Allowed(proposed.c, people["leader"], proposed.now, w.rules), lifecycle.KindReassignMeasure)
	e := w.command(n, give, people["leader"])
	require.NoError(t, e.refusal)
	require.Equal(t, []lifecycle.Recipient{{Account: "leader3"}, {Account: "leader2"}, {Role: lifecycle.CommitteeSecretary}}, toldOf(e, w))
	n = e.to
	refusedAs(t, w, n, "leader", "same_owner", give)
	after, _ := clockNo(n.c, policy.ClockMeasure, 1)
	require.Equal(t, before, after)
	require.Equal(t, lifecycle.Recipient{Account: "leader3"}, n.c.Doer(after))
	steps(t, w, n, "leader3", lifecycle.RecordMeasure{No: 1, MeasureRecord: aTalk()})
}
