package notify

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// webhooks posts messages to programs, signed by the Standard Webhooks
// specification.
type webhooks struct{ client *client }

// A WebhookBody is what a webhook posts.
type WebhookBody struct {
	Type      WebhookType `json:"type" doc:"What is posted; a program that does not know it leaves it alone"`
	Timestamp time.Time   `json:"timestamp" doc:"When there was something to tell, in UTC; the same at every try"`
	Data      WebhookData `json:"data" doc:"What somebody is told, in words and for programs"`
}

// WebhookData is what somebody is told, in words and for programs.
type WebhookData struct {
	ID      string `json:"id" format:"uuid" doc:"The message, the same at every try and as in the header webhook-id: what was received before is left out by it"`
	Subject string `json:"subject" doc:"What to do by when, on one line, in Chinese"`
	Text    string `json:"text" doc:"The whole message in plain text, in Chinese"`
	Items   []Item `json:"items" doc:"The cases it tells of: one of a paper, several of a day's reminders, none of what tells of no case"`
}

// An Item is a case that a message tells of.
type Item struct {
	Case   string `json:"case" format:"uuid" doc:"Id of the case, as in GET /v1/cases/{id}"`
	Number string `json:"number" doc:"Number of the case, such as 督〔2026〕0001"`
	Event  string `json:"event" of:"lifecycle.EventKind" doc:"What happened to it"`
	Task   string `json:"task,omitempty" of:"policy.ClockName" doc:"The clock of what is to be done; none where nothing is"`
	TaskZH string `json:"task_zh,omitempty" doc:"What is to be done, in Chinese"`
	Due    string `json:"due,omitempty" format:"date" doc:"The last day on which it is in time; none where nothing is to be done"`
	Link   string `json:"link,omitempty" format:"uri" doc:"Where the case is seen; none while the office has not said where it is reached"`
}

// A WebhookType says what a webhook posts.
type WebhookType string

// WebhookMessage is what somebody is told; it never changes.
const WebhookMessage WebhookType = "duban.message"

// Send posts a message.
func (w webhooks) Send(ctx context.Context, m Message) error {
	if err := m.check(); err != nil {
		return err
	}
	body, err := encode(WebhookBody{
		Type: WebhookMessage, Timestamp: m.CreatedAt.UTC(),
		Data: WebhookData{ID: m.ID, Subject: m.subject(), Text: Cut(clean(m.Text), maxText), Items: append([]Item{}, m.Items...)},
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
