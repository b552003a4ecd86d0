package notify_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/notify"
)

// Issue "Chasing with teeth": a target that no message would reach is refused
// when it is given, in a sentence that says what to do.
func TestTargetsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, says(`{"errcode":0,"code":0}`))
	r := registry(t, s)
	wecom, ding, lark := "https://qyapi.weixin.qq.com"+weComPath, "https://oapi.dingtalk.com"+dingTalkPath, "https://open.feishu.cn"+feishuPath
	for _, c := range []struct {
		kind            notify.Kind
		address, secret string
		want            string
	}{
		{"sms", "13800000000", "", "kind unknown_kind"},
		{notify.Email, "", "", "address required"},
		{notify.Email, "zhang", "", "address address_form"},
		{notify.Email, "zhang@", "", "address address_form"},
		{notify.Email, "zhang@localhost", "", "address address_form"},
		{notify.Email, "张@example.org", "", "address address_form"},
		{notify.Email, "zhang@示例.org", "", "address address_form"},
		{notify.Email, "张书记 <zhang@example.org>", "", "address address_form"},
		{notify.Email, "zhang@example.org, li@example.org", "", "address address_form"},
		{notify.Email, "zhang@example.org\r\nBcc: li@example.org", "", "address address_form"},
		{notify.Email, "zhang@127.0.0.1", "", "address address_form"},
		{notify.Email, `"a b"@example.org`, "", "address address_form"},
		{notify.Email, ".zhang@example.org", "", "address address_form"},
		{notify.Email, strings.Repeat("a", 65) + "@example.org", "", "address address_form"},
		{notify.Email, "a@" + strings.Repeat("a.", 130) + "org", "", "address address_form"},
		{notify.Email, "zhang@example.org", "x", "secret secret_needless"},
		{notify.Webhook, "https://hooks.example.com/", "", "secret secret_unfit"},
		{notify.Webhook, "https://hooks.example.com/", "hunter2", "secret secret_unfit"},
		{notify.Webhook, "https://hooks.example.com/", "whsec_c2hvcnQ=", "secret secret_unfit"},
		{notify.Webhook, "https://hooks.example.com/", "whsec_!!!!", "secret secret_unfit"},
		{notify.Webhook, "https://hooks.example.com/", strings.TrimSuffix(whsec, "Y=") + "Z=", "secret secret_unfit"},
		{notify.Webhook, "https://hooks.example.com/", strings.TrimPrefix(whsec, "whsec_"), "secret secret_unfit"},
		{notify.Webhook, "https://hooks.example.com/", whsec + " " + whsec + " " + whsec, "secret secret_unfit"},
		{notify.WeCom, "https://hooks.example.com" + weComPath, "", "address address_vendor"},
		{notify.WeCom, "https://qyapi.weixin.qq.com.example.com" + weComPath, "", "address address_vendor"},
		{notify.WeCom, "https://qyapi.weixin.qq.com:8443" + weComPath, "", "address address_vendor"},
		{notify.WeCom, ding, "", "address address_vendor"},
		{notify.WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "", "address address_form"},
		{notify.WeCom, wecom + "&key=2", "", "address address_form"},
		{notify.WeCom, wecom + "&debug=1", "", "address address_form"},
		{notify.WeCom, strings.Replace(wecom, "https", "http", 1), "", "address address_not_https"},
		{notify.WeCom, wecom, "SEC1", "secret secret_needless"},
		{notify.DingTalk, ding, "", "secret secret_unfit"},
		{notify.DingTalk, ding, "hunter2", "secret secret_unfit"},
		{notify.DingTalk, ding, strings.TrimPrefix(dingTalkSecret, "SEC"), "secret secret_unfit"},
		{notify.DingTalk, ding + "&timestamp=1", dingTalkSecret, "address address_form"},
		{notify.Feishu, lark, "", "secret secret_unfit"},
		{notify.Feishu, lark, "73febdcb-1b38-4d1b-a994-790f21fc8d30", "secret secret_unfit"},
		{notify.Feishu, lark + "?a=b", feishuSecret, "address address_form"},
		{notify.Feishu, "https://open.feishu.cn/open-apis/bot/hook/1", feishuSecret, "address address_form"},
	} {
		got := refusal(t, r.Check(t.Context(), target(c.kind, c.address, c.secret)))
		require.Equal(t, c.want, got.Field+" "+got.Code, "%s %s", c.kind, c.address)
	}
	for _, name := range []string{"督查\n室", `督查"室`, "<督查室>", strings.Repeat("督", 51), "\xff"} {
		to := target(notify.Email, "zhang@example.org", "")
		to.Name = name
		require.Equal(t, "bad_name", refusal(t, r.Check(t.Context(), to)).Code)
	}
	require.Empty(t, s.all(), "what is refused for its form is sent nothing")
	require.NoError(t, r.Check(t.Context(), target(notify.Email, "zhang.san+督办"[:9]+"@mail.example-city.gov.cn", "")))
}

// A robot whose secret does not sign is found out by a greeting, before anything
// depends on it.
func TestARobotIsGreeted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind       notify.Kind
		says, want string
	}{
		{notify.WeCom, `{"errcode":0,"errmsg":"ok"}`, ""},
		{notify.DingTalk, `{"errcode":0,"errmsg":"ok"}`, ""},
		{notify.Feishu, `{"code":0,"msg":"success"}`, ""},
		{notify.WeCom, `{"errcode":93000,"errmsg":"invalid webhook url"}`, "address robot_key"},
		{notify.DingTalk, `{"errcode":310000,"errmsg":"sign not match"}`, "secret robot_signature"},
		{notify.Feishu, `{"code":19021,"msg":"sign match fail"}`, "secret robot_signature"},
		{notify.Feishu, `<html>`, "address answer_unreadable"},
	} {
		s := serve(t, says(c.says))
		err := registry(t, s).Check(t.Context(), robotAt(c.kind, s))
		require.Len(t, s.all(), 1)
		require.Contains(t, string(s.all()[0].body), "督办系统已接入本群")
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		got := refusal(t, err)
		require.Equal(t, c.want, got.Field+" "+got.Code)
	}
	gone := serve(t, func(http.ResponseWriter, *http.Request) {})
	r := registry(t, gone)
	gone.Close()
	require.Equal(t, "connection", refusal(t, r.Check(t.Context(), robotAt(notify.WeCom, gone))).Code)
}

// A house that runs a vendor's system itself lists its host.
func TestARobotOfTheHouse(t *testing.T) {
	t.Parallel()
	g, err := notify.NewGuard([]string{"wecom.example.gov.cn"}, nil)
	require.NoError(t, err)
	require.NoError(t, g.Validate(target(notify.WeCom, "http://wecom.example.gov.cn:8080"+weComPath, "")))
	require.Error(t, g.Validate(target(notify.WeCom, "https://other.example.gov.cn"+weComPath, "")))
}

func TestEveryKindHasItsName(t *testing.T) {
	t.Parallel()
	for _, k := range notify.Kinds() {
		require.NotEqual(t, string(k), k.ZH())
	}
	for _, k := range notify.Robots() {
		require.True(t, k.Robot())
		require.Contains(t, k.ZH(), "群机器人")
	}
}
