package notify

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// feishu is 飞书. Time and signature stand in the body.
type feishu struct{}

type feishuText struct {
	Timestamp string        `json:"timestamp"`
	Sign      string        `json:"sign"`
	Type      string        `json:"msg_type"`
	Content   feishuContent `json:"content"`
}

type feishuContent struct {
	Text string `json:"text"`
}

var (
	feishuPath   = regexp.MustCompile(`^/open-apis/bot/v2/hook/[0-9A-Za-z-]{16,64}$`)
	feishuSecret = regexp.MustCompile(`^[0-9A-Za-z_+/=-]{16,64}$`)
)

func (feishu) validate(g *Guard, d destination, secret string) error {
	if err := vendor(g, d, Feishu, "open.feishu.cn", "open.larksuite.com"); err != nil {
		return err
	}
	if !feishuPath.MatchString(d.url.Path) || d.url.RawQuery != "" {
		return robotForm("https://open.feishu.cn/open-apis/bot/v2/hook/…")
	}
	if !feishuSecret.MatchString(secret) || strings.HasSuffix(d.url.Path, secret) {
		return refuse("secret", "secret_unfit", "请填写飞书机器人“签名校验”的密钥；未启用签名校验的，请先在机器人安全设置里启用。",
			"Give the secret of the robot's signature.")
	}
	return nil
}

// write signs nothing under a key that holds time and secret: that is how it is
// laid down.
func (feishu) write(t Target, content string, now time.Time) (string, any) {
	at := strconv.FormatInt(now.Unix(), 10)
	return t.Address.Reveal(), feishuText{
		Timestamp: at, Sign: hmacBase64(at+"\n"+t.Secret.Reveal(), ""), Type: "text", Content: feishuContent{content},
	}
}

// size: 20 KB for the whole request.
func (feishu) size() (int, func(rune) int) { return 19_500, jsonSize }

// pace: 5 a second and 100 a minute.
func (feishu) pace() pace {
	return pace{each: 625 * time.Millisecond, burst: 3, silence: time.Minute}
}

func (feishu) meaning(number int) (meaning, bool) {
	m, ok := map[int]meaning{
		11232: meansRate, 11247: meansRate, 99991400: meansRate,
		19001: meansKey,
		19021: meansSignature, 19022: meansSignature, 19024: meansSignature,
		9499: meansContent, 19002: meansContent,
	}[number]
	return m, ok
}
