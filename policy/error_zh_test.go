package policy_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/policy"
)

// Every reason for which a policy is refused is there in Chinese too, with the
// line and the field. What the YAML library says of a broken form is quoted.
func TestErrorsInChinese(t *testing.T) {
	t.Parallel()
	quoted := regexp.MustCompile(`"[^"]*"|\{\{.*\}\}|：没有.*|可以使用的有.*|不是YAML格式.*|无法读懂.*`)
	english := regexp.MustCompile(`[a-z]+ [a-z]+`)
	for _, b := range broken() {
		_, err := policy.Read(strings.NewReader(b.text(t)))
		var faults policy.Errors
		require.ErrorAs(t, err, &faults, b.name)
		for _, fault := range faults {
			zh := fault.ZH()
			require.Regexp(t, `\p{Han}`, zh, b.name)
			require.NotRegexp(t, english, quoted.ReplaceAllString(zh, ""), "%s: %s", b.name, fault)
			require.Contains(t, zh, fault.Field)
		}
	}
	require.Equal(t, "第12行，clocks.plan.within：应为期限，写作数字加WD（工作日）、D（自然日）或者M（月），如15WD，现为\"30\"。",
		(&policy.Error{Line: 12, Field: "clocks.plan.within", Reason: `expected a period: a number with WD (working days), D (natural days) or M (months), such as 15WD, got "30"`}).ZH())
}
