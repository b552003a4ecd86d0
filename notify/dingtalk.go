package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// dingTalk is 钉钉. Time and signature stand in the address.
type dingTalk struct{}

var (
	dingTalkToken  = regexp.MustCompile(`^[0-9A-Za-z]{32,128}$`)
	dingTalkSecret = regexp.MustCompile(`^SEC[0-9A-Za-z]{32,128}$`)
)

func (dingTalk) validate(g *Guard, d destination, secret string) error {
	if err := vendor(g, d, DingTalk, "oapi.dingtalk.com"); err != nil {
		return err
	}
	if d.url.Path != "/robot/send" || !dingTalkToken.MatchString(only(d.url, "access_token")) {
		return robotForm("https://oapi.dingtalk.com/robot/send?access_token=…")
	}
	if !dingTalkSecret.MatchString(secret) {
		return refuse("secret", "secret_unfit", "请填写钉钉机器人“加签”的密钥，以SEC开头；未启用加签的，请先在机器人安全设置里启用。",
			"Give the secret of the robot's signature, which begins with SEC.")
	}
	return nil
}

func (dingTalk) write(t Target, content string, now time.Time) (string, any) {
	at := strconv.FormatInt(now.UnixMilli(), 10)
	secret := t.Secret.Reveal()
	signature := url.Values{"timestamp": {at}, "sign": {hmacBase64(secret, at+"\n"+secret)}}.Encode()
	return t.Address.Reveal() + "&" + signature, text{"text", textContent{content}}
}

// size: 20,000 bytes for the whole message.
func (dingTalk) size() (int, func(rune) int) { return 19_500, jsonSize }

// pace: 20 a minute, and ten minutes of silence for whoever does not keep to it.
func (dingTalk) pace() pace { return pace{each: 4 * time.Second, burst: 5, silence: 10 * time.Minute} }

func (dingTalk) meaning(number int) (meaning, bool) {
	m, ok := map[int]meaning{
		-1:     meansBusy,
		130101: meansRate, 410100: meansRate, 90030: meansRate,
		300001: meansKey, 300005: meansKey, 400101: meansKey, 400106: meansKey,
		310000: meansSignature,
		400013: meansGone, 400102: meansGone,
		40035: meansContent, 43004: meansContent, 400105: meansContent, 460101: meansContent,
		430101: meansContent, 430102: meansContent, 430103: meansContent, 430104: meansContent,
	}[number]
	return m, ok
}

func hmacBase64(key, message string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// vendor refuses a robot that is at none of its vendor's hosts, unless the host
// is listed: a house may run the vendor's system itself.
func vendor(g *Guard, d destination, k Kind, hosts ...string) error {
	for _, host := range hosts {
		if d.host == host && d.url.Port() == "" {
			return nil
		}
	}
	if g.listed(d) {
		return nil
	}
	return refuseAddress("address_vendor", k.ZH()+"的地址应在"+strings.Join(hosts, "或")+"；私有化部署的，请系统管理员将主机列入允许名单。",
		"Such a robot is at "+strings.Join(hosts, " or ")+"; another host must be listed.")
}

func robotForm(example string) error {
	return refuseAddress("address_form", "机器人地址格式不正确，请整条复制，应形如"+example+"。", "Copy the robot's whole address, such as "+example+".")
}

// only is the one parameter that an address has; empty when it has others.
func only(u *url.URL, name string) string {
	value, found := strings.CutPrefix(u.RawQuery, name+"=")
	if !found {
		return ""
	}
	return value
}
