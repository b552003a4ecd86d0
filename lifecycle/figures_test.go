package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// Issue 4 item 5: the figures stand in the digest in a handful of lines, below
// what the reader is chased on, and alone for whoever is chased on nothing.
func TestFiguresInADigest(t *testing.T) {
	t.Parallel()
	on := calendar.On(2026, time.March, 2)
	none := lifecycle.Figures{
		Late: lifecycle.Figure{Title: "逾期情况"}, Measures: lifecycle.Figure{Title: "待办措施"}, Ladder: lifecycle.Figure{Title: "督办等级分布"},
		Upcoming: lifecycle.Figure{Title: "即将到期"}, Committee: lifecycle.Figure{Title: "工委自身超期"}, Ahead: 5,
	}
	require.True(t, none.None())
	f := none
	f.Late.Count, f.Late.Most = 4, 30
	f.Late.Sums = []lifecycle.FigureSum{{By: "单位", LeftOff: 1, Lines: []lifecycle.FigureLine{{Name: "市档案局", Count: 2, Most: 30}, {Name: "市统计局", Count: 1, Most: 5}}}}
	f.Late.Cases = []lifecycle.FigureCase{{Number: "督〔2026〕0001", Title: "甲", Unit: "市档案局", Days: 30}, {Number: "督〔2026〕0002", Title: "乙", Unit: "市档案局", Days: 9}}
	f.Upcoming.Count = 3
	f.Upcoming.Sums = []lifecycle.FigureSum{{Lines: []lifecycle.FigureLine{{Name: "2026-03-03", Count: 3, Most: 1}}}}
	require.False(t, f.None())
	told := "督办情况（截至2026-03-02）：\n" +
		"一、逾期情况：4件，最长逾期30个工作日。\n" +
		"单位：市档案局 2件（最长30个工作日）；市统计局 1件（最长5个工作日）；另有1个未列出。\n" +
		"最久的事项：督〔2026〕0001 甲（市档案局，30个工作日）；督〔2026〕0002 乙（市档案局，9个工作日）。\n" +
		"二、待办措施：无。\n三、督办等级分布：无。\n" +
		"四、即将到期（今后5个工作日内）：3项。\n2026-03-03 3项。\n" +
		"五、工委自身超期：无。\n明细请登录系统，在同名统计中查看。"
	subject, text, err := defaultRules().Digest(nil, f, on)
	require.NoError(t, err)
	require.Equal(t, "督办情况（2026-03-02）：逾期4件，工委超期0项", subject)
	require.Equal(t, told, text)
	line := lifecycle.DigestLine{Number: "督〔2026〕0001", Title: "甲", Clock: policy.ClockPlan, Due: on, Overdue: true}
	alone, chased, err := defaultRules().Digest([]lifecycle.DigestLine{line}, none, on)
	require.NoError(t, err)
	subject, text, err = defaultRules().Digest([]lifecycle.DigestLine{line}, f, on)
	require.NoError(t, err)
	require.Equal(t, alone, subject, "what one must do comes before what one is told")
	require.Equal(t, chased+"\n\n"+told, text)
	require.NotContains(t, chased, "督办情况", "nothing to tell is not told")
}
