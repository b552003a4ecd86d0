package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"duban/notify"
)

const (
	weComPath      = "/cgi-bin/webhook/send?key=73febdcb-1b38-4d1b-a994-790f21fc8d30"
	dingTalkPath   = "/robot/send?access_token=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	dingTalkSecret = "SEC0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	feishuPath     = "/open-apis/bot/v2/hook/73febdcb-1b38-4d1b-a994-790f21fc8d30"
	feishuSecret   = "zs0TzAbCdEfGhIjKlMnOpQ"
)

// robotAt is a robot of the kind at a receiver on loopback.
func robotAt(k notify.Kind, s *receiver) notify.Target {
	switch k {
	case notify.WeCom:
		return target(k, s.URL+weComPath, "")
	case notify.DingTalk:
		return target(k, s.URL+dingTalkPath, dingTalkSecret)
	case notify.Feishu:
		return target(k, s.URL+feishuPath, feishuSecret)
	case notify.Email, notify.Webhook:
	}
	panic("no robot: " + string(k))
}

// says answers a robot's request with a body, as they do: with 200.
func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body))
	}
}

func mac(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// What each vendor's robots are sent, and how it is signed.
func TestWhatRobotsAreSent(t *testing.T) {
	t.Parallel()
	const content = "催办：整改方案已逾期\n张书记：\n督〔2026〕0001号事项的整改方案应于3月2日报送。"
	for _, k := range notify.Robots() {
		s := serve(t, says(`{"errcode":0,"errmsg":"ok","code":0}`))
		require.NoError(t, registry(t, s).Send(t.Context(), message(robotAt(k, s))))
		got := s.all()[0]
		q := got.url.Query()
		var body map[string]any
		require.NoError(t, json.Unmarshal(got.body, &body))
		require.NotContains(t, string(got.body), `\u`, "WeCom refuses such escapes")
		if k == notify.Feishu {
			at := strconv.FormatInt(now.Unix(), 10)
			require.Equal(t, feishuPath, got.url.RequestURI())
			require.Equal(t, map[string]any{
				"timestamp": at, "sign": mac(at+"\n"+feishuSecret, ""), "msg_type": "text", "content": map[string]any{"text": content},
			}, body)
			continue
		}
		require.Equal(t, map[string]any{"msgtype": "text", "text": map[string]any{"content": content}}, body)
		if k == notify.WeCom {
			require.Equal(t, weComPath, got.url.RequestURI())
			continue
		}
		at := strconv.FormatInt(now.UnixMilli(), 10)
		require.Equal(t, "/robot/send", got.url.Path)
		require.Equal(t, strings.TrimPrefix(dingTalkPath, "/robot/send?access_token="), q.Get("access_token"))
		require.Equal(t, at, q.Get("timestamp"))
		require.Equal(t, mac(dingTalkSecret, at+"\n"+dingTalkSecret), q.Get("sign"))
	}
}

// Robots answer 200 to everything; the number in the body says what happened.
func TestWhatRobotsAnswer(t *testing.T) {
	t.Parallel()
	ding, minute := 10*time.Minute, time.Minute
	for _, c := range []struct {
		kind   notify.Kind
		body   string
		code   string
		fate   notify.Fate
		status int
		after  time.Duration
	}{
		{kind: notify.WeCom, body: `{"errcode":0,"errmsg":"ok"}`},
		{kind: notify.WeCom, body: `{"errcode":93000,"errmsg":"invalid webhook url, hint: [1], from ip: 1.2.3.4"}`, code: "robot_key", fate: notify.Permanent, status: 93000},
		{kind: notify.WeCom, body: `{"errcode":45009,"errmsg":"api freq out of limit"}`, code: "rate", status: 45009, after: minute},
		{kind: notify.WeCom, body: `{"errcode":45033,"errmsg":"x"}`, code: "rate", status: 45033, after: minute},
		{kind: notify.WeCom, body: `{"errcode":-1,"errmsg":"system busy"}`, code: "robot_busy", status: -1},
		{kind: notify.WeCom, body: `{"errcode":40058,"errmsg":"content exceed max length"}`, code: "robot_content", fate: notify.Permanent, status: 40058},
		{kind: notify.WeCom, body: `{"errcode":987654,"errmsg":"?"}`, code: "robot_unknown", status: 987654},
		{kind: notify.DingTalk, body: `{"errcode":0,"errmsg":"ok"}`},
		{kind: notify.DingTalk, body: `{"errcode":310000,"errmsg":"sign not match"}`, code: "robot_signature", fate: notify.Permanent, status: 310000},
		{kind: notify.DingTalk, body: `{"errcode":310000,"errmsg":"keywords not in content"}`, code: "robot_signature", fate: notify.Permanent, status: 310000},
		{kind: notify.DingTalk, body: `{"errcode":300005,"errmsg":"token is not exist"}`, code: "robot_key", fate: notify.Permanent, status: 300005},
		{kind: notify.DingTalk, body: `{"errcode":400102,"errmsg":"bot is stopped"}`, code: "robot_gone", fate: notify.Permanent, status: 400102},
		{kind: notify.DingTalk, body: `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`, code: "rate", status: 130101, after: ding},
		{kind: notify.DingTalk, body: `{"errcode":410100,"errmsg":"发送速度太快而限流"}`, code: "rate", status: 410100, after: ding},
		{kind: notify.DingTalk, body: `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"1"}`, code: "rate", after: ding},
		{kind: notify.DingTalk, body: `{"errcode":-1,"errmsg":"系统繁忙"}`, code: "robot_busy", status: -1},
		{kind: notify.Feishu, body: `{"StatusCode":0,"StatusMessage":"success"}`},
		{kind: notify.Feishu, body: `{"code":0,"data":{},"msg":"success"}`},
		{kind: notify.Feishu, body: `{"code":19021,"data":{},"msg":"sign match fail or timestamp is not within one hour from current time"}`, code: "robot_signature", fate: notify.Permanent, status: 19021},
		{kind: notify.Feishu, body: `{"code":19024,"msg":"Key Words Not Found"}`, code: "robot_signature", fate: notify.Permanent, status: 19024},
		{kind: notify.Feishu, body: `{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}`, code: "robot_key", fate: notify.Permanent, status: 19001},
		{kind: notify.Feishu, body: `{"code":11232,"msg":"frequency limited"}`, code: "rate", status: 11232, after: minute},
		{kind: notify.Feishu, body: `{"code":9499,"msg":"too many request"}`, code: "rate", status: 9499, after: minute},
		{kind: notify.Feishu, body: `{"code":9499,"msg":"Bad Request"}`, code: "robot_content", fate: notify.Permanent, status: 9499},
		{kind: notify.Feishu, body: ``, code: "answer_unreadable", fate: notify.Uncertain, status: 200},
		{kind: notify.Feishu, body: `<html>login</html>`, code: "answer_unreadable", fate: notify.Uncertain, status: 200},
		{kind: notify.Feishu, body: `{}`, code: "answer_unreadable", fate: notify.Uncertain, status: 200},
		{kind: notify.Feishu, body: `{"code":"0"}`, code: "answer_unreadable", fate: notify.Uncertain, status: 200},
		{kind: notify.Feishu, body: `{"code":0,"data":"` + strings.Repeat("x", 10<<20) + `"}`, code: "answer_unreadable", fate: notify.Uncertain, status: 200},
	} {
		s := serve(t, says(c.body))
		err := registry(t, s).Send(t.Context(), message(robotAt(c.kind, s)))
		body := c.body[:min(len(c.body), 60)]
		if c.code == "" {
			require.NoError(t, err, body)
			continue
		}
		e := failure(t, err)
		require.Equal(t, []any{c.code, c.fate, c.status, c.after}, []any{e.Code, e.Fate, e.Status, e.RetryAfter}, "%s %s", c.kind, body)
		require.NotContains(t, e.ZH+e.Error(), "73febdcb")
		require.True(t, strings.HasSuffix(e.ZH, "。"), e.ZH)
	}
}

// A status other than 200 is one, unless the body knows better.
func TestARobotsStatusIsHeededToo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		code   string
		fate   notify.Fate
	}{
		{http.StatusTooManyRequests, ``, "rate", notify.Temporary},
		{http.StatusBadGateway, `<html>`, "http_status", notify.Temporary},
		{http.StatusFound, ``, "redirect", notify.Permanent},
		{http.StatusForbidden, `{"errcode":93000,"errmsg":"invalid webhook url"}`, "robot_key", notify.Permanent},
		{http.StatusBadRequest, `{"code":99991400,"msg":"request trigger frequency limit"}`, "rate", notify.Temporary},
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.status); _, _ = w.Write([]byte(c.body)) })
		e := failure(t, registry(t, s).Send(t.Context(), message(robotAt(notify.WeCom, s))))
		require.Equal(t, []any{c.code, c.fate}, []any{e.Code, e.Fate}, c.body)
	}
}

// Every text fits, cut between characters, and says where the rest is.
func TestRobotsGetNoMoreThanTheyTake(t *testing.T) {
	t.Parallel()
	for name, filling := range map[string]string{"汉字": "督", "quotes": `"`, "lines": "一\n", "emoji": "😀", "signs": `\<>&`} {
		for _, k := range notify.Robots() {
			s := serve(t, says(`{"errcode":0,"code":0}`))
			m := message(robotAt(k, s))
			m.Text = strings.Repeat(filling, 30_000)
			require.NoError(t, registry(t, s).Send(t.Context(), m), name)
			body := s.all()[0].body
			require.True(t, utf8.Valid(body))
			var sent struct {
				Text    struct{ Content string }
				Content struct{ Text string }
			}
			require.NoError(t, json.Unmarshal(body, &sent))
			said := sent.Text.Content + sent.Content.Text
			require.True(t, strings.HasSuffix(said, "…（全文见系统）"))
			switch k {
			case notify.WeCom:
				require.LessOrEqual(t, len(said), 2048)
				require.Greater(t, len(said), 2030)
			case notify.DingTalk, notify.Feishu:
				require.LessOrEqual(t, len(body), 20_000)
				require.Greater(t, len(body), 19_000)
			case notify.Email, notify.Webhook:
			}
		}
	}
}

// A title that somebody else wrote calls nobody, and hides nothing.
func TestATextCallsNobody(t *testing.T) {
	t.Parallel()
	s := serve(t, says(`{"code":0}`))
	m := message(robotAt(notify.Feishu, s))
	m.Text = `<at user_id="all">所有人</at> <AT id=all> <@zhang> a<b <attach> ` + "\u202e反\u0000\u0007\u2028下一行"
	require.NoError(t, registry(t, s).Send(t.Context(), m))
	require.Contains(t, string(s.all()[0].body), `＜at user_id=\"all\">所有人＜/at> ＜AT id=all> ＜@zhang> a<b <attach> 反\n下一行"`)
}

// A robot never says more than its vendor allows, in any window, however hard it
// is pressed; what is held back says for how long.
func TestRobotsKeepTheirVendorsPace(t *testing.T) {
	t.Parallel()
	for k, most := range map[notify.Kind]map[time.Duration]int{
		notify.WeCom: {time.Minute: 20}, notify.DingTalk: {time.Minute: 20}, notify.Feishu: {time.Minute: 100, time.Second: 5},
	} {
		s := serve(t, says(`{"errcode":0,"code":0}`))
		at := now
		r := registry(t, s, func(o *notify.Options) { o.Clock = func() time.Time { return at } })
		var sent []time.Time
		for at.Before(now.Add(150 * time.Second)) {
			err := r.Send(t.Context(), message(robotAt(k, s)))
			if err == nil {
				sent = append(sent, at)
				continue
			}
			e := failure(t, err)
			require.Equal(t, []any{"rate_own", true, notify.Temporary}, []any{e.Code, e.Held, e.Fate})
			require.Positive(t, e.RetryAfter)
			at = at.Add(e.RetryAfter)
		}
		require.Len(t, s.all(), len(sent))
		for window, limit := range most {
			for i := range sent {
				within := 0
				for _, other := range sent[i:] {
					if other.Sub(sent[i]) <= window {
						within++
					}
				}
				require.LessOrEqual(t, within, limit, "%s within %s from message %d on", k, window, i)
			}
		}
		require.Greater(t, len(sent), 2*most[time.Minute], "and not much less")
		// Another robot is not held back by this one.
		other := robotAt(k, s)
		other.Address = notify.NewSecret(strings.NewReplacer("73feb", "83feb", "=0123", "=1123").Replace(other.Address.Reveal()))
		require.NoError(t, r.Send(t.Context(), message(other)))
	}
}

// DingTalk is silent for ten minutes to whoever spoke too often; it is not asked
// again meanwhile.
func TestARobotThatWasTooFastIsSilent(t *testing.T) {
	t.Parallel()
	s := serve(t, says(`{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`))
	at := now
	r := registry(t, s, func(o *notify.Options) { o.Clock = func() time.Time { return at } })
	m := message(robotAt(notify.DingTalk, s))
	require.Equal(t, "rate", failure(t, r.Send(t.Context(), m)).Code)
	at = now.Add(9 * time.Minute)
	e := failure(t, r.Send(t.Context(), m))
	require.Equal(t, []any{"rate_own", time.Minute, true}, []any{e.Code, e.RetryAfter, e.Held})
	require.Len(t, s.all(), 1)
	at = now.Add(10 * time.Minute)
	require.Equal(t, "rate", failure(t, r.Send(t.Context(), m)).Code)
	require.Len(t, s.all(), 2)
}
