package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// TestLaterRoundLastsHalf: lifecycle.md section 4. Half of the days first
// allowed, rounded up, at least 10 WD, from the receipt of the feedback notice;
// and the ladder starts at L2.
func TestLaterRoundLastsHalf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ first, second string }{
		{"25WD", "13WD"},
		{"24WD", "12WD"},
		{"15WD", "10WD"},
		{"21WD", "11WD"},
		{"61D", "33D"},  // to 2 May, which is off: 65 days were allowed in the end
		{"20D", "10WD"}, // half of it is less
	} {
		t.Run(test.first, func(t *testing.T) {
			t.Parallel()
			w := &walk{rules: defaultRules()}
			first, err := calendar.ParsePeriod(test.first)
			require.NoError(t, err)
			n := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
			n = steps(
				t, w, n, "author", newCase(), "author", lifecycle.SubmitDraft{}, "head", accept(lifecycle.ByDeadline, ""),
				"officer", lifecycle.SubmitNotice{Text: someText, Period: first}, "leader", lifecycle.ApproveNotice{},
			)
			report := lifecycle.SubmitReport{
				Items:   []lifecycle.ReportItem{{No: 1, Done: true, Account: someText}},
				Receipt: &lifecycle.RecordReceipt{Manner: lifecycle.Electronic},
			}
			n = steps(t, w, n, "secretary", report, "officer", lifecycle.AcceptReport{})
			there := day("2026-06-01")
			n.now = noon(there)
			n = steps(
				t, w, n, "lead", lifecycle.RecordArrival{On: there, Persons: []string{"lead", "author"}},
				"lead", lifecycle.RecordLookBack{
					Result: lifecycle.NotInPlace, Feedback: someText, Findings: []lifecycle.LookBackPoint{{No: 1, Account: someText}},
				}, "leader", lifecycle.ApproveNotice{},
			)
			require.Equal(t, policy.L0, n.c.Level, "no level before the service is recorded")
			n = steps(t, w, n, "secretary", lifecycle.RecordReceipt{Manner: lifecycle.Electronic})
			k, _ := clockOf(n.c, policy.ClockRectification)
			require.Equal(t, test.second, k.Period.String())
			require.Equal(t, policy.L2, n.c.Level)
		})
	}
}

// TestUnitReadsAccepted: lifecycle.md section 1. From the acceptance of the
// report to the closing the unit reads 已受理, but for the hours in which the
// inspectors are there.
func TestUnitReadsAccepted(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := accepted(t, w)
	require.Equal(t, "已受理", n.c.ForUnit().Stage.ZH())
	n.now = noon(day("2026-06-01"))
	n = steps(t, w, n, "lead", lifecycle.RecordArrival{On: day("2026-06-01"), Persons: []string{"lead", "author"}})
	require.Equal(t, "回头看中", n.c.ForUnit().Stage.ZH())
	good := lifecycle.RecordLookBack{Result: lifecycle.InPlace, Findings: []lifecycle.LookBackPoint{{No: 1, InPlace: true, Account: someText}}}
	n = steps(t, w, n, "lead", good)
	require.Equal(t, "已受理", n.c.ForUnit().Stage.ZH())
	version := n.c.UnitVersion
	n = steps(t, w, n, "leader2", lifecycle.RefuseClosure{Reason: someText})
	require.Equal(t, "已受理", n.c.ForUnit().Stage.ZH())
	require.Equal(t, version, n.c.UnitVersion, "the unit learns that it was not closed")
}
