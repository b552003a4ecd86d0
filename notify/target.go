package notify

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Target is somebody's address in one kind.
type Target struct {
	Kind Kind
	// Address is an address of e-mail or of the web. Many of the latter hold a
	// key, so all of them are kept like secrets.
	Address Secret
	// Secret signs what is sent. A webhook may have two, the new one first, while
	// its receiver changes from one to the other.
	Secret Secret
	// Name is what people call it.
	Name string
}

// String says what may be shown of the target.
func (t Target) String() string { return string(t.Kind) + " " + t.Shown() }

// LogValue says the same in a log.
func (t Target) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Format says the same under every verb.
func (t Target) Format(f fmt.State, _ rune) { fmt.Fprint(f, t.String()) }

// Shown is as much of the address as may be shown: of the web no more than the
// host, because the rest may be a key.
func (t Target) Shown() string {
	if t.Kind == Email {
		return t.Address.Reveal()
	}
	u, err := url.Parse(t.Address.Reveal())
	if err != nil || u.Host == "" {
		return hidden
	}
	return u.Scheme + "://" + u.Host + "/…"
}

// Validate refuses a target that no message could reach for its form alone. It
// asks nobody.
func (g *Guard) Validate(t Target) error {
	if !slices.Contains(Kinds(), t.Kind) {
		return refuse("kind", "unknown_kind", "没有这种接收方式。", "There is no such kind of address.")
	}
	if err := validateName(t.Name); err != nil {
		return err
	}
	if t.Address.Empty() {
		return refuseAddress("required", "请填写地址。", "Give an address.")
	}
	if t.Kind == Email {
		return validateMail(t)
	}
	d, refused := g.read(t.Address.Reveal())
	if refused != nil {
		return refused
	}
	if t.Kind == Webhook {
		if _, err := signers(t.Secret); err != nil {
			return err
		}
		return nil
	}
	return dialects()[t.Kind].validate(g, d, t.Secret.Reveal())
}

const maxTargetName = 50

func validateName(name string) error {
	if utf8.RuneCountInString(name) > maxTargetName || !utf8.ValidString(name) ||
		strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.ContainsAny(name, `<>"`) {
		return refuse("name", "bad_name", "名称最多50字，不含换行、尖括号和引号。", "A name has at most 50 characters, no line breaks, angle brackets or quotes.")
	}
	return nil
}

const (
	// maxMail and maxLocal are the limits of RFC 5321.
	maxMail  = 254
	maxLocal = 64
)

// mailForm is narrower than the standard: what is not of this form was mistyped
// far more often than meant.
var mailForm = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$`)

func validateMail(t Target) error {
	address := t.Address.Reveal()
	local, _, _ := strings.Cut(address, "@")
	parsed, err := mail.ParseAddress(address)
	if len(address) > maxMail || len(local) > maxLocal || !mailForm.MatchString(address) || err != nil || parsed.Address != address {
		return refuseAddress("address_form", "电子邮件地址格式不正确。", "That is no address of e-mail.")
	}
	if !t.Secret.Empty() {
		return refuse("secret", "secret_needless", "电子邮件地址没有密钥。", "An address of e-mail has no secret.")
	}
	return nil
}

const (
	webhookPrefix = "whsec_"
	// The lengths of a key by the Standard Webhooks specification.
	leastKey, mostKey = 24, 64
	// mostKeys is one that is going and one that is coming.
	mostKeys = 2
)

// webhookKeys reads the keys of a webhook.
func webhookKeys(secret Secret) ([][]byte, error) {
	var keys [][]byte
	for text := range strings.FieldsSeq(secret.Reveal()) {
		encoded, marked := strings.CutPrefix(text, webhookPrefix)
		key, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if !marked || err != nil || len(key) < leastKey || len(key) > mostKey {
			return nil, badWebhookSecret()
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 || len(keys) > mostKeys {
		return nil, badWebhookSecret()
	}
	return keys, nil
}

func badWebhookSecret() error {
	return refuse("secret", "secret_unfit", "Webhook密钥应为whsec_加上24至64字节的Base64文本，轮换时可用空格隔开新旧两个。",
		"The secret of a webhook is whsec_ and 24 to 64 bytes in Base64; two of them while they change.")
}
