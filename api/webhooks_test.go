package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/notify"
	"duban/policy"
)

// What is posted to a program has the form that the document gives it: its type, the
// case with number, event, task, due date and link.
func TestAWebhookIsAsDescribed(t *testing.T) {
	t.Parallel()
	posted := described().Webhooks["message"].Post.RequestBody.Content["application/json"].Schema
	for name, items := range map[string][]notify.Item{
		"a paper": {{
			Case: "9ba6cfe1-709d-5914-96af-610713a250b2", Number: "督〔2026〕0001", Event: string(lifecycle.EventNoticeApproved), Task: string(policy.ClockReceipt),
			TaskZH: "签收反馈意见", Due: "2026-12-04", Link: "https://duban.example.org/cases/9ba6cfe1-709d-5914-96af-610713a250b2",
		}},
		"nothing to do": {{Case: "9ba6cfe1-709d-5914-96af-610713a250b2", Number: "督〔2026〕0001", Event: string(lifecycle.EventClosureApproved)}},
		"no case":       {},
	} {
		text, err := json.Marshal(notify.WebhookBody{Type: notify.WebhookMessage, Timestamp: time.Now().UTC(), Data: notify.WebhookData{
			ID: "9ba6cfe1-709d-5914-96af-610713a250b2", Subject: "请于12月4日（五）前签收反馈意见", Text: "请签收。", Items: items,
		}})
		require.NoError(t, err)
		var body any
		require.NoError(t, json.Unmarshal(text, &body))
		var result huma.ValidateResult
		huma.Validate(described().Components.Schemas, posted, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, body, &result)
		require.Empty(t, result.Errors, "%s: %s", name, text)
	}
}
