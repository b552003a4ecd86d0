package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// A digest names what is to be done: two measures ordered on one day are two.
func TestADigestTellsMeasuresApart(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	order := func(kind policy.MeasureKind) lifecycle.OrderMeasure {
		return lifecycle.OrderMeasure{Measure: kind, Basis: someText, Owner: "leader2"}
	}
	n := steps(t, w, served(t, w, accept(lifecycle.ByDeadline, "")),
		"leader", order(policy.MeasureReminderTalk), "leader", order(policy.MeasureOnSite), "leader", order(policy.MeasureOnSite))
	at := noon(day("2026-03-20"))
	c := catchUp(t, n.c, at, w.rules)
	lines, barred := lifecycle.DigestLines(c, lifecycle.Recipient{Account: "leader2"}, people["leader2"], lifecycle.WayAccount, at, w.rules)
	require.False(t, barred)
	require.Len(t, lines, 3)
	subject, text, err := w.rules.Digest(append(lines, lines...), lifecycle.Figures{}, day("2026-03-20"))
	require.NoError(t, err)
	require.Contains(t, subject, "待办3项")
	for _, name := range []string{"落实督办措施（第1项：提醒谈话），", "落实督办措施（第2项：现场督导），", "落实督办措施（第3项：现场督导），"} {
		require.Contains(t, text, name)
	}
}
