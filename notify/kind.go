package notify

// A Kind is a way to reach somebody.
type Kind string

// The kinds. They stand in the record and are never renamed.
const (
	Email    Kind = "email"
	Webhook  Kind = "webhook"
	WeCom    Kind = "wecom"
	DingTalk Kind = "dingtalk"
	Feishu   Kind = "feishu"
)

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{Email, Webhook, WeCom, DingTalk, Feishu} }

// Robots lists the kinds that speak in a group, and to no single person.
func Robots() []Kind { return []Kind{WeCom, DingTalk, Feishu} }

// Robot reports whether the kind is a group's robot.
func (k Kind) Robot() bool { return k == WeCom || k == DingTalk || k == Feishu }

// ZH is what people call it.
func (k Kind) ZH() string {
	switch k {
	case Email:
		return "电子邮件"
	case Webhook:
		return "Webhook"
	case WeCom:
		return "企业微信群机器人"
	case DingTalk:
		return "钉钉群机器人"
	case Feishu:
		return "飞书群机器人"
	}
	return string(k)
}
