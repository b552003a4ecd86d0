package notify

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Message is one thing told to one address.
type Message struct {
	// ID stays the same over every try, so that who receives it can tell a
	// repetition: it is the Message-ID of an e-mail and the webhook-id of a
	// webhook. Letters, digits and . _ - only.
	ID string
	// To is where it goes.
	To Target
	// Subject is one line, Text the body in plain text.
	Subject string
	Text    string
	// Items are the cases it tells of, for programs; only webhooks carry them.
	Items []Item
	// CreatedAt is when there was something to tell, not when it was tried.
	CreatedAt time.Time
}

const (
	// maxSubject is how many bytes a subject may have, before it is cut.
	maxSubject = 600
	// maxText is the same of a body, where a channel has no less.
	maxText = 64 << 10
	// maxItems is how many cases a webhook tells of.
	maxItems = 500
)

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// check wants a message that a channel can carry. What fails here was written
// wrongly and would fail the same way for ever.
func (m Message) check() error {
	switch {
	case !idForm.MatchString(m.ID):
		return unfit("message_id", "the message's id is not of letters, digits and . _ -")
	case strings.TrimSpace(m.Subject) == "" || strings.TrimSpace(m.Text) == "":
		return unfit("message_empty", "the message has no subject or no text")
	case m.CreatedAt.IsZero():
		return unfit("message_time", "the message was made at no time")
	case len(m.Items) > maxItems:
		return unfit("message_items", "the message tells of too many cases")
	}
	return nil
}

// subject is the subject on one line, cut to what a header may hold.
func (m Message) subject() string {
	return Cut(strings.Join(strings.Fields(clean(m.Subject)), " "), maxSubject)
}

// clean takes out of a text what no reader sees, and what turns the order of
// what a reader sees.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == utf8.RuneError, unicode.IsControl(r):
			return -1
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, text)
}
