package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A docket is several cases that commands may involve, as the record keeps them.
type docket struct {
	t     *testing.T
	rules lifecycle.Rules
	now   time.Time
	cases map[string]lifecycle.Case
	n     int
}

// newDocket opens cases of unit u1 in one campaign, accepts their findings by the
// types, and leaves them waiting for their notice.
func newDocket(t *testing.T, types map[string]lifecycle.Type) *docket {
	t.Helper()
	d := &docket{t: t, rules: defaultRules(), now: noon(day("2026-03-02")), cases: map[string]lifecycle.Case{}}
	d.rules.Known.Campaigns = map[string]bool{"k1": true, "k2": true}
	for id, kind := range types {
		d.open(id, "u1", "k1", kind)
	}
	return d
}

func (d *docket) open(id, unit, campaign string, kind lifecycle.Type) {
	d.t.Helper()
	body := newCase()
	body.Unit, body.Campaign = unit, campaign
	d.cases[id] = lifecycle.Case{ID: id}
	d.do(id, "author", body)
	d.do(id, "author", lifecycle.SubmitDraft{})
	d.do(id, "head", accept(kind, ""))
}

// try decides a command and returns its events, applying none.
func (d *docket) try(id, who string, body lifecycle.CommandBody) ([]lifecycle.Event, error) {
	d.n++
	var others []lifecycle.Case
	for _, other := range lifecycle.Involves(d.cases[id], body) {
		others = append(others, d.cases[other])
	}
	cmd := lifecycle.Command{ID: "command" + string(rune('0'+d.n/10)) + string(rune('0'+d.n%10)), Actor: people[who], Body: body}
	return lifecycle.Decide(d.cases[id], others, cmd, d.now, d.rules)
}

// do runs a command and returns its events.
func (d *docket) do(id, who string, body lifecycle.CommandBody) []lifecycle.Event {
	d.t.Helper()
	events, err := d.try(id, who, body)
	require.NoError(d.t, err)
	allot(events)
	for other, c := range d.cases {
		d.cases[other] = apply(d.t, c, events)
	}
	return events
}

// refused runs a command that must be refused with the code, and returns what is
// said to the person.
func (d *docket) refused(code, id, who string, body lifecycle.CommandBody) string {
	d.t.Helper()
	events, err := d.try(id, who, body)
	require.Empty(d.t, events)
	require.Equal(d.t, code, codeOf(err))
	var refusal *lifecycle.Refusal
	require.ErrorAs(d.t, err, &refusal)
	return refusal.ZH
}

func (d *docket) stages() map[string]lifecycle.Stage {
	all := map[string]lifecycle.Stage{}
	for id, c := range d.cases {
		all[id] = c.Stage
	}
	return all
}

var three = map[string]lifecycle.Type{"a": lifecycle.Immediate, "b": lifecycle.ByDeadline, "c": lifecycle.ByDeadline}

// TestOneNoticeForSeveralFindings: one notice goes to the unit, under one number,
// signed once and received once; each finding keeps its own time.
func TestOneNoticeForSeveralFindings(t *testing.T) {
	t.Parallel()
	d := newDocket(t, three)
	d.do("b", "officer", lifecycle.SubmitNotice{Text: someText, Cases: []string{"a", "c"}})
	for id, others := range map[string][]string{"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}} {
		n := d.cases[id].Notice
		require.Equal(t, d.cases["b"].Notice.ID, n.ID)
		require.Equal(t, others, slices.Sorted(slices.Values(n.Cases)))
	}
	d.refused("wrong_role", "c", "officer", lifecycle.ApproveNotice{})
	signed := d.do("c", "leader", lifecycle.ApproveNotice{Notice: d.cases["b"].Notice.ID})
	numbered, letters := 0, 0
	for _, e := range signed {
		if b, ok := e.Body.(lifecycle.Numbered); ok && b.Series() != "" {
			numbered++
		}
		letters += len(lifecycle.Letters(d.cases[e.Case], e, d.rules))
	}
	require.Equal(t, 1, numbered, "one notice takes one number")
	require.Equal(t, 1, letters, "the unit is told once")
	for _, c := range d.cases {
		require.Equal(t, d.cases["a"].Notice.Number, c.Notice.Number)
		require.NotEmpty(t, c.Notice.Number)
		require.Equal(t, lifecycle.Serving, c.Stage)
	}
	d.do("a", "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	require.Equal(t, map[string]lifecycle.Stage{"a": lifecycle.Rectifying, "b": lifecycle.Planning, "c": lifecycle.Planning}, d.stages())
	for id, due := range map[string]string{"a": "2026-03-23", "b": "2026-05-06", "c": "2026-05-06"} {
		k, ok := clockOf(d.cases[id], policy.ClockRectification)
		require.True(t, ok)
		require.Equal(t, due, k.Due.String(), "case %s", id)
	}
}

// TestANoticeIsDraftedWholeOrNotAtAll: what does not belong into the notice is
// named, and no case is touched.
func TestANoticeIsDraftedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	d := newDocket(t, three)
	d.open("else", "u2", "k1", lifecycle.Immediate)
	d.open("later", "u1", "k2", lifecycle.Immediate)
	d.open("loose", "u1", "", lifecycle.Immediate)
	with := func(cases ...string) lifecycle.SubmitNotice {
		return lifecycle.SubmitNotice{Text: someText, Cases: cases}
	}
	d.refused("other_unit", "a", "officer", with("b", "else"))
	d.refused("other_campaign", "a", "officer", with("later"))
	d.refused("other_campaign", "loose", "officer", with("a"))
	d.refused("unknown_case", "a", "officer", with("nothing"))
	d.refused("same_case", "a", "officer", with("a"))
	d.refused("same_case", "a", "officer", with("b", "b"))
	d.do("c", "officer", with())
	sentence := d.refused("wrong_stage", "a", "officer", with("b", "c"))
	require.Contains(t, sentence, d.cases["c"].Number, "the refusal names the case it is about")
	// A period that is good for one type and beyond the cap of another.
	d.refused("over_cap", "b", "officer", lifecycle.SubmitNotice{Text: someText, Period: calendar.Period{N: 90, Unit: calendar.NaturalDays}, Cases: []string{"a"}})
	d.refused("unknown_code", "a", "officer", lifecycle.SubmitNotice{Text: someText, Form: "poster"})
	// Its cases are locked together, so there is an end to how many there may be.
	d.refused("count", "a", "officer", with(slices.Repeat([]string{"b"}, 101)...))
}

// TestADraftThatChangedIsNotSigned: the leader signs what he read.
func TestADraftThatChangedIsNotSigned(t *testing.T) {
	t.Parallel()
	d := newDocket(t, three)
	d.do("a", "officer", lifecycle.SubmitNotice{Text: someText, Cases: []string{"b"}})
	read := d.cases["a"].Notice.ID
	d.do("b", "leader", lifecycle.ReturnNotice{Reason: someText})
	require.Equal(t, lifecycle.NoticeDrafting, d.cases["a"].Stage, "the draft goes back with all its cases")
	d.do("a", "officer", lifecycle.SubmitNotice{Text: "改稿。", Cases: []string{"b"}})
	d.refused("notice_changed", "a", "leader", lifecycle.ApproveNotice{Notice: read})
}

// TestWhoDraftedOnePartDoesNotSign: the signer drafted no part of the notice.
func TestWhoDraftedOnePartDoesNotSign(t *testing.T) {
	t.Parallel()
	d := newDocket(t, three)
	d.do("a", "officer", lifecycle.SubmitNotice{Text: someText, Cases: []string{"b"}})
	both := everyRole("officer")
	_, err := lifecycle.Decide(d.cases["b"], []lifecycle.Case{d.cases["a"]}, lifecycle.Command{ID: "x", Actor: both, Body: lifecycle.ApproveNotice{}}, d.now, d.rules)
	require.Equal(t, "own_draft", codeOf(err))
}

// TestACaseLeavesItsNotice: a case that was voided, or taken back to be
// corrected, is not signed for with the others.
func TestACaseLeavesItsNotice(t *testing.T) {
	t.Parallel()
	d := newDocket(t, three)
	d.do("a", "officer", lifecycle.SubmitNotice{Text: someText, Cases: []string{"b", "c"}})
	d.do("a", "head", lifecycle.Void{Reason: someText})
	d.do("b", "leader", lifecycle.ApproveNotice{})
	number := d.cases["b"].Notice.Number
	d.do("c", "leader", lifecycle.CorrectNotice{Reason: someText})
	d.do("b", "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
	require.Equal(t, map[string]lifecycle.Stage{"a": lifecycle.Voided, "b": lifecycle.Planning, "c": lifecycle.NoticeDrafting}, d.stages())
	d.do("c", "officer", lifecycle.SubmitNotice{Text: someText})
	d.do("c", "leader", lifecycle.ReturnNotice{Reason: someText})
	d.do("c", "officer", lifecycle.SubmitNotice{Text: someText})
	require.Equal(t, number, d.cases["c"].Notice.Replaces, "the corrected notice keeps the chain")
	require.Equal(t, 2, d.cases["c"].Notice.Version)
	require.Equal(t, lifecycle.Planning, d.cases["b"].Stage)
}

// TestAWholeNoticeGoesToTheRightUnit: sent to the wrong unit, a notice is sent on
// with all its cases, and the first unit keeps nothing of it.
func TestAWholeNoticeGoesToTheRightUnit(t *testing.T) {
	t.Parallel()
	d := newDocket(t, three)
	d.do("a", "officer", lifecycle.SubmitNotice{Text: someText, Cases: []string{"b", "c"}})
	d.do("a", "leader", lifecycle.ApproveNotice{})
	d.do("b", "leader", lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Whole: true, Confirmed: true})
	for id, c := range d.cases {
		require.Equal(t, "u2", c.Unit, "case %s", id)
		require.Equal(t, lifecycle.NoticeDrafting, c.Stage, "case %s", id)
		require.Equal(t, lifecycle.UnitMisdirected, c.Misdirected("u1").Stage)
	}
}

// TestAReportReceivesItsNotice: a finding put right before its notice was signed
// for is reported with the receipt, which is the receipt of the whole notice.
func TestAReportReceivesItsNotice(t *testing.T) {
	t.Parallel()
	d := newDocket(t, three)
	d.do("a", "officer", lifecycle.SubmitNotice{Text: someText, Cases: []string{"b"}})
	d.do("a", "leader", lifecycle.ApproveNotice{})
	d.do("a", "secretary", lifecycle.SubmitReport{
		Items: oneDone, Receipt: &lifecycle.RecordReceipt{Manner: lifecycle.Electronic},
	})
	require.Equal(t, map[string]lifecycle.Stage{"a": lifecycle.ReportReview, "b": lifecycle.Planning, "c": lifecycle.NoticeDrafting}, d.stages())
}
