package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// earlierCase is an archived case of the unit, closed on 5 January 2026.
func earlierCase() lifecycle.KnownCase {
	return lifecycle.KnownCase{
		ID: "earlier", Number: "督〔2025〕0007", Title: "组织生活不规范", Unit: "u1", Stage: lifecycle.Archived, ClosedAt: noon(day("2026-01-05")),
	}
}

// knowing is a walk whose record holds the case, and in which u1 took over from u0.
func knowing(e *lifecycle.KnownCase) *walk {
	w := &walk{rules: defaultRules()}
	w.rules.Known.Repeated, w.rules.Known.Lineage = e, []string{"u1", "u0"}
	return w
}

func again(found string) lifecycle.OpenCase {
	b := newCase()
	b.FoundOn, b.RepeatOf = day(found), "earlier"
	return b
}

func beforeAll() *node {
	return &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
}

// Issue 5 point 5: what happens again after archiving is a new case that knows
// the old one, and which repeat it is (F14).
func TestARepeatKnowsWhatItRepeats(t *testing.T) {
	t.Parallel()
	e := earlierCase()
	w := knowing(&e)
	c := steps(t, w, beforeAll(), "author", again("2026-01-05")).c
	want := lifecycle.RepeatOf{Case: "earlier", Repeated: lifecycle.Repeated{
		Number: e.Number, Title: e.Title, Unit: "u1", ClosedOn: day("2026-01-05"), Count: 1,
	}}
	require.Equal(t, &want, c.RepeatOf, "found on the very day of the closing is found after it")
	require.Equal(t, lifecycle.Draft, c.Stage)

	e.Count, e.Unit = 2, "u0"
	c = steps(t, w, beforeAll(), "author", again("2026-02-01")).c
	require.Equal(t, 3, c.RepeatOf.Count, "one more than what it repeats")
	require.Equal(t, "u0", c.RepeatOf.Unit, "predecessors count")
	require.Nil(t, steps(t, w, beforeAll(), "author", newCase()).c.RepeatOf, "nothing is linked by itself")
}

// Every case that cannot be repeated is refused with what to do instead, and
// nothing is opened.
func TestWhatCannotBeRepeated(t *testing.T) {
	t.Parallel()
	refused := func(e *lifecycle.KnownCase, b lifecycle.OpenCase, kind lifecycle.RefusalKind, code, words string) {
		t.Helper()
		one := knowing(e).command(beforeAll(), b, people["author"])
		var r *lifecycle.Refusal
		require.ErrorAs(t, one.refusal, &r, code)
		require.Equal(t, []any{kind, code, "repeat_of"}, []any{r.Kind, r.Code, r.Field})
		require.Contains(t, r.ZH, words)
		require.Empty(t, one.events)
	}
	with := func(change func(*lifecycle.KnownCase)) *lifecycle.KnownCase {
		e := earlierCase()
		change(&e)
		return &e
	}
	found := again("2026-02-01")
	refused(nil, found, lifecycle.Invalid, "unknown_case", "没有")
	refused(with(func(e *lifecycle.KnownCase) { e.ID = "another" }), found, lifecycle.Invalid, "unknown_case", "没有")
	refused(with(func(e *lifecycle.KnownCase) { e.Unit = "u2" }), found, lifecycle.Invalid, "other_unit", "不是该单位")
	refused(with(func(*lifecycle.KnownCase) {}), again("2026-01-04"), lifecycle.Invalid, "before_closing", "2026-01-05")
	long := found
	long.RepeatOf = strings.Repeat("x", 101)
	refused(nil, long, lifecycle.Invalid, "too_long", "前案")
	for _, stage := range lifecycle.Stages() {
		code, words := "earlier_open", "并案"
		switch stage { //nolint:exhaustive // the rest is open
		case lifecycle.Archived:
			continue
		case lifecycle.Closed:
			code, words = "earlier_closed", "恢复办理"
		case lifecycle.Merged:
			code, words = "earlier_merged", "督〔2025〕0001"
		case lifecycle.Voided:
			code, words = "earlier_voided", "撤销"
		}
		refused(with(func(e *lifecycle.KnownCase) { e.Stage, e.Parent = stage, "督〔2025〕0001" }), found, lifecycle.NotAllowed, code, words)
	}
}

// A draft may be said to repeat a case, or none after all; whatever else of it is
// changed must still go with what it repeats.
func TestADraftsRepeatIsAmended(t *testing.T) {
	t.Parallel()
	e := earlierCase()
	w := knowing(&e)
	later := newCase()
	later.FoundOn = day("2026-02-01")
	n := steps(t, w, beforeAll(), "author", later)
	id, none, title, before, other := "earlier", "", "另一标题", day("2026-01-04"), "u2"
	n = steps(t, w, n, "author", lifecycle.AmendDraft{RepeatOf: &id})
	require.Equal(t, e.Number, n.c.RepeatOf.Number)
	n = steps(t, w, n, "author", lifecycle.AmendDraft{Title: &title})
	require.Equal(t, e.Number, n.c.RepeatOf.Number, "what is not named stays")
	refusedAs(t, w, n, "author", "before_closing", lifecycle.AmendDraft{FoundOn: &before})
	moved := knowing(&e)
	moved.rules.Known.Lineage = []string{"u2"}
	refusedAs(t, moved, n, "author", "other_unit", lifecycle.AmendDraft{Unit: &other})
	gone := steps(t, moved, n, "author", lifecycle.AmendDraft{Unit: &other, RepeatOf: &none})
	require.Nil(t, gone.c.RepeatOf)
	own := n.c
	self := knowing(&lifecycle.KnownCase{ID: own.ID, Unit: "u1", Stage: lifecycle.Draft})
	refusedAs(t, self, n, "author", "same_case", lifecycle.AmendDraft{RepeatOf: &own.ID})
}

// A unit is told the number of its own earlier case and nothing else of it; that
// of a unit it came from was never its own to see.
func TestAUnitSeesTheNumberOfItsOwnEarlierCase(t *testing.T) {
	t.Parallel()
	e := earlierCase()
	e.Title = "前案的标题"
	for unit, seen := range map[string]string{"u1": e.Number, "u0": ""} {
		e.Unit = unit
		w := knowing(&e)
		n := steps(t, w, beforeAll(), "author", again("2026-02-01"), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""),
			"officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{})
		view := n.c.ForUnit()
		require.Equal(t, seen, view.EarlierNumber)
		require.NotContains(t, asJSON(t, view), e.Title)
		require.NotContains(t, asJSON(t, view), "repeat")

		passed := apply(t, n.c, lifecycle.DecideSucceed(n.c, succession, n.now, w.rules))
		require.Empty(t, passed.ForUnit().EarlierNumber, "the successor never saw it")
		require.NotNil(t, passed.RepeatOf)
	}
}

// Sent on to the right unit, a case repeats no more what the wrong one did.
func TestARedirectedCaseRepeatsNothing(t *testing.T) {
	t.Parallel()
	e := earlierCase()
	w := knowing(&e)
	n := steps(t, w, beforeAll(), "author", again("2026-02-01"), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.Immediate, ""),
		"officer", lifecycle.SubmitNotice{Text: someText}, "leader", lifecycle.ApproveNotice{})
	require.NotNil(t, steps(t, w, n, "leader", lifecycle.CorrectNotice{Reason: someText}).c.RepeatOf)
	require.Nil(t, steps(t, w, n, "leader", lifecycle.CorrectNotice{Reason: someText, Unit: "u2", Confirmed: true}).c.RepeatOf)
}
