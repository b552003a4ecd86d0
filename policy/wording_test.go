package policy_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/policy"
)

// Whoever words a mailing finds every field there is in the comment above it.
func TestTheBuiltInPolicySaysWhatItsWordingMayAskFor(t *testing.T) {
	t.Parallel()
	_, text, _ := strings.Cut(string(policy.DefaultText()), "\nwording:\n")
	text, _, _ = strings.Cut(text, "\ncodes:\n")
	comments := regexp.MustCompile(`(?m)(?:^  #.*\n)+`).FindAllString(text, -1)
	words := []any{policy.PaperWords{}, policy.DigestWords{}, policy.FiguresWords{}, policy.GroupWords{}, policy.TaskWords{}}
	require.Len(t, comments, len(words))
	for i, one := range words {
		requireFieldsIn(t, comments[i], reflect.TypeOf(one))
	}
}

func requireFieldsIn(t *testing.T, comment string, of reflect.Type) {
	t.Helper()
	for f := range of.Fields() {
		name := f.Name
		if f.Tag.Get("must") != "" {
			name += "*"
		}
		require.Regexp(t, `\b`+regexp.QuoteMeta(name)+`[ :;.,]`, strings.ReplaceAll(comment, "\n  #", ""), of.Name())
		if f.Type.Kind() == reflect.Slice {
			requireFieldsIn(t, comment, f.Type.Elem())
		}
	}
}

// A policy of before mailings could be worded says what the built-in one says.
func TestAPolicyWithoutWording(t *testing.T) {
	t.Parallel()
	text := string(policy.DefaultText())
	from, to := strings.Index(text, "\nwording:\n"), strings.Index(text, "\ncodes:\n")
	old, err := policy.Read(strings.NewReader(text[:from] + text[to:]))
	require.NoError(t, err)
	require.Equal(t, policy.Default().Examples(), old.Examples())
	worded, err := policy.Read(strings.NewReader(strings.Replace(text, "今日任务{{.Task}}", "回头看{{.Task}}", 1)))
	require.NoError(t, err)
	require.NotEqual(t, old.Examples(), worded.Examples())
}

// What each mailing says is to be seen before it is in force, and says all there is.
func TestExamplesSayAllThereIs(t *testing.T) {
	t.Parallel()
	examples := policy.Default().Examples()
	require.Len(t, examples, 5)
	for _, e := range examples {
		require.NotEmpty(t, e.Subject, e.Name)
		require.NotEmpty(t, e.Text, e.Name)
	}
	require.Equal(t, policy.Example{
		Name: "paper", Subject: "请于3月9日（一）前签收反馈意见：未按时交纳党费（督〔2026〕0001号）",
		Text: "请于3月9日（一）前签收反馈意见。（抄送）\n事项：督〔2026〕0001号 未按时交纳党费\n办理情况：签发\n办理地址：https://duban.example.org",
	}, examples[0])
	require.Equal(t, "请抓紧办理下列事项：\n"+
		"1. 督〔2026〕0001号 未按时交纳党费：报送整改报告，期限2026-02-25，已逾期3个工作日，督办等级：催办\n"+
		"2. 督〔2026〕0002号 学习记录不全：落实督办措施（第1项：提醒谈话），期限2026-03-04（抄送）\n"+
		"另有28项，请登录系统查看。\n已办结的请忽略。\n\n督办情况（截至2026-03-02）：……", examples[1].Text)
	require.Equal(t, "按督办等级：催办2件，提醒1件。\n请登录系统查看并办理。", examples[3].Text)
}
