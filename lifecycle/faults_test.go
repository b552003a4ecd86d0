package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
)

// Everything that is wrong with a body is told at once, the first fault of each field,
// in the order of the fields; of the case and the person nothing is told beside it.
func TestAllFaultsOfABodyAreTold(t *testing.T) {
	t.Parallel()
	w := &walk{rules: defaultRules()}
	begin := &node{c: lifecycle.Case{ID: "case"}, now: noon(day("2026-03-02"))}
	faults := func(n *node, who string, body lifecycle.CommandBody) (list []string) {
		t.Helper()
		var r *lifecycle.Refusal
		require.ErrorAs(t, w.command(n, body, people[who]).refusal, &r)
		for _, one := range r.Others {
			require.Empty(t, one.Others, "the first holds them all")
		}
		for _, one := range append([]*lifecycle.Refusal{r}, r.Others...) {
			require.NotEmpty(t, one.ZH)
			list = append(list, one.Field+" "+one.Code)
		}
		return list
	}
	wrong := newCase()
	wrong.Unit, wrong.Title, wrong.FoundOn, wrong.Category, wrong.Dimension = "u9", "", day("2027-01-01"), "C99", "D99"
	require.Equal(t, []string{"unit unknown_unit", "title required", "found_on in_future", "category unknown_code", "dimension unknown_code"}, faults(begin, "author", wrong))
	require.Equal(t, []string{"title required"}, faults(begin, "author", func() lifecycle.OpenCase { b := newCase(); b.Title = ""; return b }()))

	triage := steps(t, w, begin, "author", newCase(), "author", lifecycle.SubmitDraft{})
	judged := accept(lifecycle.ByDeadline, "")
	judged.Severity, judged.Basis, judged.Officer = "", "", "nobody"
	require.Equal(t, []string{"severity required", "basis required", "officer unknown_account"}, faults(triage, "head", judged))

	planning := served(t, w, accept(lifecycle.ByDeadline, ""))
	require.Equal(t, []string{"measures[0].text required", "measures[0].kind required", "measures[1].owner required", "measures[1].due required"}, faults(planning, "secretary", lifecycle.SubmitPlan{
		Measures: []lifecycle.PlannedMeasure{
			{Owner: "张", Due: day("2026-03-20")}, {Text: someText, Kind: lifecycle.Remedies()[0]},
		},
	}))
	order := lifecycle.OrderMeasure{Measure: "gift"}
	require.Equal(t, []string{"kind unknown_code", "basis required"}, faults(planning, "leader", order))
}
