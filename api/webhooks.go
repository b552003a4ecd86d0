package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"duban/notify"
)

// webhooks describes what is posted to the programs that somebody gave addresses of.
func (s *server) webhooks() {
	header := func(name, doc string) *huma.Param {
		longest := maxCode
		return &huma.Param{Name: name, In: "header", Required: true, Description: doc, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest}}
	}
	signatures := header("webhook-signature", "The signatures by the address's secrets, v1 and base64 of HMAC-SHA256 over id, timestamp and body joined by dots, with a blank between two. Check one before you believe the body.")
	signatures.Schema.MaxLength = nil
	signatures.Schema.Pattern = `^v1,\S+( v1,\S+)*$`
	s.huma.OpenAPI().Webhooks = map[string]*huma.PathItem{"message": {Post: &huma.Operation{
		OperationID: "receive_message", Tags: []string{"Messages"}, Summary: "消息推送 A message to a program",
		Description: "Sent to each address of kind webhook (POST /v1/accounts/{id}/addresses) whenever its person is told something: a paper at once, the reminders of a day together. " +
			"It is signed by the Standard Webhooks specification. A message that is not answered with 2xx within its time is tried again with growing pauses, always with the same id; " +
			"redirects are not followed. A message about a look-back that is still sealed names no case.",
		Parameters: []*huma.Param{
			header("webhook-id", "The message's id, the same at every try"),
			header("webhook-timestamp", "When this try was made, in seconds since 1970; refuse one that is minutes away from your clock"),
			signatures,
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(reflect.TypeFor[notify.WebhookBody]())}}},
		Responses: map[string]*huma.Response{
			"2XX": {Description: "Received; the body of the answer is not read."},
			"410": {Description: "Nobody listens here any more; the message is given up."},
		},
	}}}
}
