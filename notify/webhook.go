package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// webhooks posts messages to programs, signed by the Standard Webhooks
// specification.
type webhooks struct{ client *client }

// An event is the body of a webhook.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      eventData `json:"data"`
}

type eventData struct {
	ID      string          `json:"id"`
	Subject string          `json:"subject"`
	Text    string          `json:"text"`
	More    json.RawMessage `json:"more,omitempty"`
}

// eventType is the type of every event; it never changes.
const eventType = "duban.message"

// Send posts a message.
func (w webhooks) Send(ctx context.Context, m Message) error {
	if err := m.check(); err != nil {
		return err
	}
	body, err := encode(event{
		Type: eventType, Timestamp: m.CreatedAt.UTC(),
		Data: eventData{ID: m.ID, Subject: m.subject(), Text: Cut(clean(m.Text), maxText), More: m.Data},
	})
	if err != nil {
		return unfit("message_data", "the message cannot be written as JSON")
	}
	header, err := w.sign(m, body)
	if err != nil {
		return &SendError{Fate: Permanent, Code: "secret_unfit", ZH: "Webhook密钥无法使用，请重新登记。", cause: err}
	}
	a, failed := w.client.post(ctx, m.To.Address.Reveal(), header, body)
	if failed == nil {
		failed = w.client.byStatus(a)
	}
	if failed != nil {
		return failed
	}
	return nil
}

// sign makes the three headers. The time is that of the try, so that a receiver
// may refuse what was recorded and played again.
func (w webhooks) sign(m Message, body []byte) (http.Header, error) {
	keys, err := signers(m.To.Secret)
	if err != nil {
		return nil, err
	}
	now := w.client.clock()
	signatures := make([]string, len(keys))
	for i, key := range keys {
		if signatures[i], err = key.Sign(m.ID, now, body); err != nil {
			return nil, err
		}
	}
	h := http.Header{}
	h.Set(standard.HeaderWebhookID, m.ID)
	h.Set(standard.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(standard.HeaderWebhookSignature, strings.Join(signatures, " "))
	return h, nil
}

// signers reads the keys that sign a webhook.
func signers(secret Secret) ([]*standard.Webhook, error) {
	keys, err := webhookKeys(secret)
	if err != nil {
		return nil, err
	}
	found := make([]*standard.Webhook, len(keys))
	for i, key := range keys {
		if found[i], err = standard.NewWebhookRaw(key); err != nil {
			return nil, err
		}
	}
	return found, nil
}
