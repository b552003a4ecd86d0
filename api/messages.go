package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"duban/lifecycle"
	"duban/notify"
	"duban/store"
)

// messageRoutes registers what leaves the house and what became of it.
func (s *server) messageRoutes() {
	missing := []int{http.StatusNotFound}
	register(s, operation{
		id: "list_case_messages", method: http.MethodGet, path: "/v1/cases/{id}/messages", tag: "Messages", summary: "消息去向 Who was told what of a case",
		doc:     "Every letter of the case, to whom it went and why to that person, by which ways, and what became of each, bounces (退信) too; and what was suppressed, and why; in the order of the case's events. What told the drawn of a look-back is here once the record says that they were told.",
		refuses: missing,
	}, s.caseMessages)
	register(s, operation{
		id: "list_messages", method: http.MethodGet, path: "/v1/messages", tag: "Messages", summary: "待发和失败消息 Messages by state",
		doc: "The oldest first. Those that were given up or came back (退信) are dead, those that the breaker stopped are held. What told the drawn of a look-back is among them from the arrival on.",
	}, s.messages)
	register(s, operation{
		id: "get_message", method: http.MethodGet, path: "/v1/messages/{id}", tag: "Messages", summary: "发送记录 A message and every try", refuses: missing,
	}, s.message)
	register(s, operation{
		id: "resend_message", method: http.MethodPost, path: "/v1/messages/{id}/resend", tag: "Messages", summary: "重新发送 Send again what was given up or came back",
		doc:     "Under its old id, by which the receiver tells it from another. Where its address was taken away, it goes to the person's present addresses of the kind, in messages of their own, of which the first is answered.",
		refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.resendMessage)
	register(s, operation{
		id: "resend_messages", method: http.MethodPost, path: "/v1/messages/resend", tag: "Messages", summary: "批量重新发送 Send again all that was given up with a code",
		doc: "What leads nowhere any more stays given up.", body: reflect.TypeFor[Resend](),
	}, s.resendMessages)
	register(s, operation{
		id: "serve_otherwise", method: http.MethodPost, path: "/v1/messages/{id}/serve-otherwise", tag: "Messages", summary: "另行送达 Record that it reached the person otherwise",
		doc:  "Of what was given up or came back: it is undelivered no longer. For section heads, and for the officer of a case it tells of.",
		body: reflect.TypeFor[ServedOtherwise](), refuses: []int{http.StatusNotFound, http.StatusConflict},
	}, s.serveOtherwise)
	register(s, operation{
		id: "get_inbox", method: http.MethodGet, path: "/v1/inbox", tag: "Messages", summary: "收件箱 What you were told", refuses: missing,
		doc: "The newest first, each once.",
	}, s.inbox)
}

// A Message is something on its way to one address of a person or group.
type Message struct {
	ID             string      `json:"id" format:"uuid" doc:"The Message-ID and webhook-id"`
	Account        string      `json:"account,omitempty" doc:"None for a group's robot"`
	Name           string      `json:"name,omitempty" doc:"Name of the person; none for a group's robot"`
	Kind           notify.Kind `json:"kind" doc:"By which channel"`
	Address        string      `json:"address" doc:"The address's name, or its id in the list of addresses"`
	Subject        string      `json:"subject,omitempty" doc:"What the message is headed with; not shown to an administrator, who reads no case"`
	State          string      `json:"state" enum:"queued,sending,sent,held,dead" doc:"How it stands: queued, sending, sent, held (too many at once, it goes later) or dead (given up)"`
	Tries          int         `json:"tries" doc:"How often it was tried, of the tries that count"`
	NextAt         *time.Time  `json:"next_at,omitempty" doc:"When it is tried next"`
	SentAt         *time.Time  `json:"sent_at,omitempty" doc:"When the other side took it, in UTC; none before"`
	MayHaveArrived bool        `json:"may_have_arrived,omitempty" doc:"A try that failed may have arrived all the same"`
	Code           string      `json:"code,omitempty" doc:"What the last try failed with"`
	Status         int         `json:"status,omitempty" doc:"The other side's number for it"`
	Reason         string      `json:"reason,omitempty" doc:"Why the last try failed, in a sentence"`
	CreatedAt      time.Time   `json:"created_at"`
	Bounce         *Bounce     `json:"bounce,omitempty" doc:"退信: it was sent and came back, and was not sent again since; the message is dead then"`
	Served         *Served     `json:"served,omitempty" doc:"另行送达: what was given up reached its person otherwise"`
}

// A Served is how what was given up reached its person all the same.
type Served struct {
	At  time.Time `json:"at" doc:"When it was recorded, in UTC"`
	How string    `json:"how" doc:"By what way, and who took it"`
	By  string    `json:"by" doc:"Account of whoever answers for it"`
}

// A ServedOtherwise says how it was served.
type ServedOtherwise struct {
	How string `json:"how" minLength:"1" maxLength:"1000" doc:"By what way, and who took it"`
}

// A Resend names what is to be sent again.
type Resend struct {
	Code string `json:"code" minLength:"1" maxLength:"100" doc:"What it was given up with, as mail_refused"`
}

// A Resent is how much leaves again.
type Resent struct {
	Messages int `json:"messages" doc:"How many leave again"`
}

// A Bounce is how a message came back. What the other side said is anybody's
// word.
type Bounce struct {
	At     time.Time `json:"at" doc:"When it was read that it came back"`
	Status string    `json:"status,omitempty" doc:"The enhanced code of RFC 3463, as 5.1.1"`
	Server string    `json:"server,omitempty" doc:"Which server said so"`
	Text   string    `json:"text,omitempty" doc:"What it said, cleaned and cut"`
}

// messageFor is a message as one person may see it: its subject names a case, which
// not everybody who looks after messages may read.
func (c *call) messageFor(v store.MessageView) Message {
	m := messageOf(v)
	if !c.actor.Has(without(lifecycle.Roles(), lifecycle.Admin)...) {
		m.Subject = ""
	}
	return m
}

func messageOf(v store.MessageView) Message {
	m := Message{
		ID: v.ID, Account: v.Account, Name: v.Name, Kind: notify.Kind(v.Kind), Address: v.Address, Subject: v.Subject, State: v.State, Tries: v.Tries,
		SentAt: v.SentAt, MayHaveArrived: v.MayHave, Code: v.Code, Status: v.Status, Reason: v.Reason, CreatedAt: v.CreatedAt,
	}
	if v.State == store.MessageQueued || v.State == store.MessageHeld {
		m.NextAt = &v.NextAt
	}
	if v.BouncedAt != nil {
		m.Bounce = &Bounce{At: *v.BouncedAt, Status: v.BounceStatus, Server: v.BounceServer, Text: v.BounceSaid}
	}
	if v.ServedAt != nil {
		m.Served = &Served{At: *v.ServedAt, How: v.ServedHow, By: v.ServedBy}
	}
	return m
}

func messagesOf(list []store.MessageView) []Message {
	out := make([]Message, len(list))
	for i, v := range list {
		out[i] = messageOf(v)
	}
	return out
}

// A MessageTry is one try, the order to try once more, that it came back, or that it
// reached its person otherwise.
type MessageTry struct {
	No             int       `json:"no"`
	At             time.Time `json:"at" doc:"When it was tried, in UTC"`
	Outcome        string    `json:"outcome" enum:"sent,again,dead,resent,bounced,served" doc:"What came of it"`
	MayHaveArrived bool      `json:"may_have_arrived,omitempty" doc:"It failed and may have arrived all the same"`
	Code           string    `json:"code,omitempty" doc:"What it failed with"`
	Status         int       `json:"status,omitempty" doc:"The other side's number for it"`
	Reason         string    `json:"reason,omitempty" doc:"Why it failed, in a sentence"`
	Author         string    `json:"author,omitempty" doc:"Who ordered it to be sent again, or answers for how it was served"`
}

// A MessageDetail is a message with its tries.
type MessageDetail struct {
	Message

	History []MessageTry `json:"history" doc:"The tries and what people did about it, the first first"`
}

// A CaseMessage is what one person was told of a case, or why not.
type CaseMessage struct {
	Seq        int64               `json:"seq" doc:"The event it tells of"`
	About      lifecycle.EventKind `json:"about" doc:"What kind of event the letter tells of"`
	AboutZH    string              `json:"about_zh" doc:"The event in Chinese, for people to read"`
	Recipient  string              `json:"recipient" doc:"Whom the letter is for: account:…, role:…, unit:… or, to a post of a unit, post:机关党委书记:…"`
	Account    string              `json:"account,omitempty" doc:"Who read it"`
	Name       string              `json:"name,omitempty" doc:"Name of who read it"`
	Way        string              `json:"way" of:"lifecycle.Way" doc:"Why this person"`
	Kind       string              `json:"kind,omitempty" enum:"paper,digest,alert,task" doc:"What it came in; none when it was not sent"`
	Waits      bool                `json:"waits,omitempty" doc:"It is in the person's next digest"`
	Suppressed string              `json:"suppressed,omitempty" enum:"nobody,hidden,done,barred" doc:"Why it was not sent: nobody to read it, not the unit's to see, done meanwhile, or not this person's to answer, who took part in the case"`
	At         time.Time           `json:"at"`
	Messages   []Message           `json:"messages" doc:"Its ways out of the house; none for what is in the inbox only"`
}

// A Mailing is something in a person's inbox.
type Mailing struct {
	ID        string    `json:"id" format:"uuid"`
	Kind      string    `json:"kind" enum:"paper,digest,alert,task" doc:"paper: of one case, sent at once; digest: what came together, once a day; alert: to whoever looks after the system; task: a look-back you were drawn for"`
	Subject   string    `json:"subject"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
}

type (
	caseMessagesInput struct {
		ID     string `path:"id" format:"uuid"`
		Cursor string `query:"cursor" doc:"next of the page before"`
		Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
	}
	caseMessagesOutput struct{ Body CaseMessageList }
	messagesInput      struct {
		State  string `query:"state" enum:"queued,sending,sent,held,dead" doc:"dead when left out"`
		Cursor string `query:"cursor" doc:"next of the page before"`
		Limit  string `query:"limit" pattern:"^[0-9]+$" doc:"Rows of a page, 1 to 200; 50 when left out"`
	}
	messagesOutput struct{ Body MessageList }
	messageInput   struct {
		ID string `path:"id" format:"uuid"`
	}
	messageOutput struct{ Body Message }
	resentOutput  struct{ Body Resent }
	detailOutput  struct{ Body MessageDetail }
	inboxOutput   struct{ Body Inbox }
)

// A CaseMessageList is one page of what was told of a case.
type CaseMessageList struct {
	Messages []CaseMessage `json:"messages" doc:"What was told, each letter to each person once"`
	Next     string        `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

// A MessageList is one page of messages.
type MessageList struct {
	Messages []Message `json:"messages" doc:"The messages of the page"`
	Next     string    `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

// An Inbox is one page of what a person was told.
type Inbox struct {
	Mailings []Mailing `json:"mailings" doc:"What you were told, one page of it"`
	Next     string    `json:"next,omitempty" doc:"Cursor of the next page; none on the last"`
}

func (s *server) caseMessages(ctx context.Context, c *call, in *caseMessagesInput) (*caseMessagesOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	cursor, limit := f.text("cursor", in.Cursor, maxCursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	page, err := s.record.CaseMessages(ctx, c.actor, id, cursor, limit)
	if err != nil {
		return nil, err
	}
	out := CaseMessageList{Messages: make([]CaseMessage, len(page.Messages)), Next: page.Next}
	for i, m := range page.Messages {
		about := lifecycle.EventKind(m.About)
		out.Messages[i] = CaseMessage{
			Seq: m.Seq, About: about, AboutZH: lifecycle.AboutZH(about, m.Measures), Recipient: m.Recipient, Account: m.Account, Name: m.Name, Way: m.Way, Kind: m.Kind,
			Waits: m.Mailing == "" && m.Suppressed == "", Suppressed: m.Suppressed, At: m.At, Messages: messagesOf(m.Messages),
		}
	}
	return &caseMessagesOutput{Body: out}, nil
}

// messageCursor is a cursor that is the id of what a page ended with.
func messageCursor(f *form, value string) string {
	if value == "" {
		return ""
	}
	id, err := longID(value)
	if err != nil {
		f.refuse("cursor", "bad_cursor", "翻页标记无法识别，请从第一页重新查询。", "The cursor cannot be read; begin at the first page.")
	}
	return id
}

func (s *server) messages(ctx context.Context, c *call, in *messagesInput) (*messagesOutput, error) {
	var f form
	states := []string{store.MessageQueued, store.MessageSending, store.MessageSent, store.MessageHeld, store.MessageDead}
	state, cursor, limit := f.oneOf("state", in.State, states), messageCursor(&f, in.Cursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	if state == "" {
		state = store.MessageDead
	}
	found, err := s.record.Messages(ctx, state, cursor, limit+1)
	if err != nil {
		return nil, err
	}
	var out MessageList
	out.Messages, out.Next = onePage(found, limit, func(m store.MessageView) string { return m.ID }, c.messageFor)
	return &messagesOutput{Body: out}, nil
}

func (s *server) message(ctx context.Context, c *call, in *messageInput) (*detailOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	v, tries, err := s.record.Message(ctx, id)
	if err != nil {
		return nil, err
	}
	out := MessageDetail{Message: c.messageFor(v), History: make([]MessageTry, len(tries))}
	for i, t := range tries {
		out.History[i] = MessageTry(t)
	}
	return &detailOutput{Body: out}, nil
}

func (s *server) resendMessage(ctx context.Context, c *call, in *messageInput) (*messageOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	v, err := s.record.ResendMessage(ctx, id, c.actor.Account, c.receivedAt)
	if err != nil {
		return nil, err
	}
	return &messageOutput{Body: c.messageFor(v)}, nil
}

func (s *server) resendMessages(ctx context.Context, c *call, _ *nothing) (*resentOutput, error) {
	var asked Resend
	if err := decode(c.body, &asked); err != nil {
		return nil, err
	}
	var f form
	code := f.required("code", f.text("code", asked.Code, maxCode))
	if err := f.err(); err != nil {
		return nil, err
	}
	n, err := s.record.ResendMessages(ctx, code, c.actor.Account, c.receivedAt)
	if err != nil {
		return nil, err
	}
	return &resentOutput{Body: Resent{Messages: n}}, nil
}

func (s *server) serveOtherwise(ctx context.Context, c *call, in *messageInput) (*messageOutput, error) {
	id, err := longID(in.ID)
	if err != nil {
		return nil, err
	}
	var served ServedOtherwise
	if err := decode(c.body, &served); err != nil {
		return nil, err
	}
	var f form
	how := f.required("how", f.prose("how", served.How))
	if err := f.err(); err != nil {
		return nil, err
	}
	v, err := s.record.ServeOtherwise(ctx, c.actor, id, how, c.receivedAt)
	if err != nil {
		return nil, err
	}
	return &messageOutput{Body: c.messageFor(v)}, nil
}

func (s *server) inbox(ctx context.Context, c *call, in *pageInput) (*inboxOutput, error) {
	var f form
	cursor, limit := messageCursor(&f, in.Cursor), f.limit(in.Limit)
	if err := f.err(); err != nil {
		return nil, err
	}
	found, err := s.record.Inbox(ctx, c.actor.Account, cursor, c.receivedAt, limit+1)
	if err != nil {
		return nil, err
	}
	var out Inbox
	out.Mailings, out.Next = onePage(found, limit, func(m store.Mailing) string { return m.ID }, func(m store.Mailing) Mailing { return Mailing(m) })
	return &inboxOutput{Body: out}, nil
}
