package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/policy"
)

// Every mailing is in the words of the policy it is written under.
func TestMailingsAreWordedByThePolicy(t *testing.T) {
	t.Parallel()
	text := string(policy.DefaultText())
	for old, own := range map[string]string{
		"请抓紧办理下列事项：":                 "同志：",
		"今日任务{{.Task}}":              "请查收{{.Task}}",
		"按督办等级：":                     "各级：",
		"    text: \"{{.Figures}}\"": "    text: \"统计\\n{{.Figures}}\"",
		"事项：{{.Number}}":             "编号：{{.Number}}",
	} {
		require.Equal(t, 1, strings.Count(text, old), old)
		text = strings.Replace(text, old, own, 1)
	}
	p, err := policy.Read(strings.NewReader(text))
	require.NoError(t, err)
	r, on := defaultRules(), day("2026-03-02")
	r.Policy = p
	line := lifecycle.DigestLine{Number: "督〔2026〕0001", Title: "甲", Clock: policy.ClockPlan, Due: on}
	late := lifecycle.Figures{Late: lifecycle.Figure{Title: "逾期情况", Count: 1}}
	written := func(subject, text string, err error) string {
		require.NoError(t, err)
		return subject + "\n" + text
	}
	require.Contains(t, written(r.Digest([]lifecycle.DigestLine{line}, lifecycle.Figures{}, on)), "\n同志：\n1. 督〔2026〕0001 甲：")
	require.Contains(t, written(r.Digest(nil, late, on)), "\n统计\n督办情况（截至2026-03-02）")
	require.Contains(t, written(r.GroupDigest(map[policy.Level]int{policy.L1: 2}, on)), "\n各级：催办2件。")
	require.Contains(t, written(r.TaskText("T-1")), "请查收T-1\n")
	require.Contains(t, written(r.PaperText(lifecycle.News{Number: "督〔2026〕0001", Title: "甲", About: lifecycle.EventNoticeApproved, Way: lifecycle.WayHolder, On: on})), "\n编号：督〔2026〕0001 甲\n")
}
