package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// A paper says what was ordered, put off or let be: the unit and the leader would
// read the same two words whether it is a letter, a talk or a listing. Of a proposal
// that falls away with its case the unit reads nothing.
func TestAPaperNamesItsMeasures(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	n := served(t, w, accept(lifecycle.ByDeadline, ""))
	for _, step := range []struct {
		by   string
		do   lifecycle.CommandBody
		told string
	}{
		{"leader", lifecycle.OrderMeasure{Measure: policy.MeasureReminderTalk, Basis: someText, Owner: "leader2"}, "采取措施（提醒谈话）"},
		{"officer", lifecycle.OrderMeasure{Measure: policy.MeasureCircular, Basis: someText, Propose: true}, "采取措施（通报）"},
		{"leader", lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: someText}, "采取措施（现场督导）"},
		{"leader", lifecycle.PostponeMeasure{No: 1, Until: day("2026-03-17"), Reason: someText}, "暂缓措施（提醒谈话）"},
		{"leader3", lifecycle.WaiveMeasure{No: 3, Reason: someText}, "免予措施（现场督导）"},
		{"leader", lifecycle.Void{Reason: someText}, "取消措施（提醒谈话）"},
	} {
		e := w.command(n, step.do, people[step.by])
		require.NoError(t, e.refusal, step.told)
		n = e.to
		var told []string
		for _, event := range e.events {
			for _, l := range lifecycle.Letters(n.c, event, w.rules) {
				subject, text, err := w.rules.PaperText(lifecycle.News{Number: "督〔2026〕0001", Title: "问题", About: l.About, Measures: l.Measures, Way: lifecycle.WayRole, Asked: n.c.AskedOf(l.To, event), On: day("2026-03-02")})
				require.NoError(t, err)
				require.Contains(t, text, lifecycle.AboutZH(l.About, l.Measures))
				require.True(t, strings.HasPrefix(text, strings.TrimSuffix(subject, "：问题（督〔2026〕0001）")+"。"))
				told = append(told, text)
			}
		}
		require.True(t, slices.ContainsFunc(told, func(text string) bool { return strings.Contains(text, "办理情况："+step.told) }), step.told)
	}
}
