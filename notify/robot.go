package notify

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A dialect is how one vendor's robots are spoken to.
type dialect interface {
	// validate refuses an address or secret that is not of the vendor's form.
	validate(g *Guard, d destination, secret string) error
	// write makes the request: where to, and what.
	write(t Target, text string, now time.Time) (address string, body any)
	// size is how much text one message holds, and what each character weighs.
	size() (limit int, weigh func(rune) int)
	// pace is how often one robot may speak.
	pace() pace
	// meaning is what a number other than zero stands for; false when the
	// vendor's tables do not have it.
	meaning(number int) (meaning, bool)
}

// dialects knows how each kind of robot is spoken to.
func dialects() map[Kind]dialect {
	return map[Kind]dialect{WeCom: weCom{}, DingTalk: dingTalk{}, Feishu: feishu{}}
}

// robots speaks through the robots of one vendor.
type robots struct {
	client  *client
	dialect dialect
	turns   *turns
}

func newRobots(c *client, d dialect) robots { return robots{c, d, newTurns(d.pace())} }

// Send says a message in the robot's group. Robots know no ids: a message that
// is tried again because nobody knows whether it arrived may be read twice.
func (r robots) Send(ctx context.Context, m Message) error {
	if err := m.check(); err != nil {
		return err
	}
	now := r.client.clock()
	if wait := r.turns.take(m.To.Address, now); wait > 0 {
		return &SendError{Code: "rate_own", ZH: "为遵守群机器人的发送频率，排队等候。", RetryAfter: wait, Held: true}
	}
	limit, weigh := r.dialect.size()
	address, body := r.dialect.write(m.To, cut(quiet(m.subject()+"\n"+clean(m.Text)), limit, weigh), now)
	text, err := encode(body)
	if err != nil {
		return unfit("message_text", "the message cannot be written as JSON")
	}
	a, failed := r.client.post(ctx, address, nil, text)
	if failed == nil {
		failed = r.judge(a)
	}
	if failed == nil {
		return nil
	}
	if failed.Code == codeRate {
		r.turns.hold(m.To.Address, now.Add(failed.RetryAfter))
	}
	return failed
}

// mention is how some robots are told to call people by name, or everybody.
var mention = regexp.MustCompile(`(?i)<(@|/?at\b)`)

// quiet keeps a text that somebody else wrote from calling anybody.
func quiet(text string) string { return mention.ReplaceAllString(text, "＜$1") }

// A reply is what robots answer, each vendor's in its own fields.
type reply struct {
	ErrCode    *int   `json:"errcode"`
	ErrMsg     string `json:"errmsg"`
	Code       *int   `json:"code"`
	Msg        string `json:"msg"`
	StatusCode *int   `json:"StatusCode"`
	// Punish stands in the answer of DingTalk's gate, which has no number.
	Punish string `json:"punish"`
}

// number is the reply's number, if it has one.
func (r reply) number() (n int, ok bool) {
	for _, given := range []*int{r.ErrCode, r.Code, r.StatusCode} {
		if given != nil {
			return *given, true
		}
	}
	return 0, false
}

// judge says what the answer means. Vendors answer 200 to everything, so only a
// zero in the body is a yes.
func (r robots) judge(a answer) *SendError {
	var said reply
	malformed := json.Unmarshal(a.text, &said) != nil
	number, ok := said.number()
	switch {
	case !malformed && (said.Punish != "" || tooFast(said.ErrMsg+said.Msg)):
		return r.rate(number, a)
	case !malformed && ok && number != 0:
		return r.refused(number, a)
	}
	if failed := r.client.byStatus(a); failed != nil {
		return failed
	}
	if malformed || !ok {
		return &SendError{Fate: Uncertain, Code: "answer_unreadable", Status: a.status, ZH: "群机器人的应答无法识别，不能确定是否收到。"}
	}
	return nil
}

// codeRate is the code of a message that came too soon after others.
const codeRate = "rate"

func (r robots) rate(number int, a answer) *SendError {
	return &SendError{
		Code: codeRate, Status: number, ZH: "群机器人限制了发送频率，将稍后重发。",
		RetryAfter: max(r.dialect.pace().silence, r.client.retryAfter(a.header)),
	}
}

// refused is a number other than zero. One that nobody knows is tried again: it
// is no yes, and no certain no.
func (r robots) refused(number int, a answer) *SendError {
	known, ok := r.dialect.meaning(number)
	switch {
	case !ok:
		return &SendError{Code: "robot_unknown", Status: number, ZH: "群机器人返回未知错误（" + strconv.Itoa(number) + "），将稍后重发。"}
	case known == meansRate:
		return r.rate(number, a)
	}
	e := known.failure()
	e.Status = number
	e.ZH += "（错误码" + strconv.Itoa(number) + "）。"
	return e
}

// tooFast reports whether a vendor's sentence speaks of haste. The numbers for
// it have changed before, and one of them also stands for something else.
func tooFast(sentence string) bool {
	sentence = strings.ToLower(sentence)
	for _, word := range []string{"too fast", "too many", "frequency", "freq out", "限流", "频繁"} {
		if strings.Contains(sentence, word) {
			return true
		}
	}
	return false
}

// A meaning is what a robot's number stands for.
type meaning int

const (
	meansBusy meaning = iota
	meansRate
	meansKey
	meansSignature
	meansGone
	meansContent
)

// failure is what comes of it.
func (m meaning) failure() *SendError {
	switch m {
	case meansBusy:
		return &SendError{Code: "robot_busy", ZH: "群机器人系统繁忙，将稍后重发"}
	case meansRate:
		return &SendError{Code: codeRate, ZH: "群机器人限制了发送频率，将稍后重发"}
	case meansKey:
		return &SendError{Fate: Permanent, Code: "robot_key", ZH: "群机器人地址无效或已被删除，请重新登记"}
	case meansSignature:
		return &SendError{Fate: Permanent, Code: "robot_signature", ZH: "群机器人安全校验未通过，请核对加签密钥、关键词和IP白名单"}
	case meansGone:
		return &SendError{Fate: Permanent, Code: "robot_gone", ZH: "群机器人已停用或群已解散"}
	case meansContent:
		return &SendError{Fate: Permanent, Code: "robot_content", ZH: "群机器人不接受消息内容"}
	}
	panic("notify: a meaning nobody knows")
}
