package notify

import (
	"regexp"
	"time"
)

// weCom is 企业微信. The key stands in the address; nothing is signed.
type weCom struct{}

// A text is how WeCom and DingTalk take a text.
type text struct {
	Type string      `json:"msgtype"`
	Text textContent `json:"text"`
}

type textContent struct {
	Content string `json:"content"`
}

var weComKey = regexp.MustCompile(`^[0-9A-Za-z-]{16,64}$`)

func (weCom) validate(g *Guard, d destination, secret string) error {
	if err := vendor(g, d, WeCom, "qyapi.weixin.qq.com"); err != nil {
		return err
	}
	if d.url.Path != "/cgi-bin/webhook/send" || !weComKey.MatchString(only(d.url, "key")) {
		return robotForm("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…")
	}
	if secret != "" {
		return refuse("secret", "secret_needless", "企业微信群机器人的密钥已在地址里，这里不要填写。", "A WeCom robot's key is in its address; leave the secret out.")
	}
	return nil
}

func (weCom) write(t Target, content string, _ time.Time) (string, any) {
	return t.Address.Reveal(), text{"text", textContent{content}}
}

func (weCom) size() (int, func(rune) int) { return 2048, rawSize }

// pace: 20 a minute.
func (weCom) pace() pace { return pace{each: 4 * time.Second, burst: 5, silence: time.Minute} }

func (weCom) meaning(number int) (meaning, bool) {
	m, ok := map[int]meaning{
		-1: meansBusy, 6000: meansBusy,
		45009: meansRate, 45033: meansRate,
		93000: meansKey, 93004: meansGone, 93008: meansGone,
		40008: meansContent, 40033: meansContent, 40058: meansContent, 44004: meansContent, 45002: meansContent,
	}[number]
	return m, ok
}
