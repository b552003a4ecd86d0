package notify

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"time"
)

// A Channel carries messages of one kind.
type Channel interface {
	// Send tries once. Whatever fails is a *SendError.
	Send(ctx context.Context, m Message) error
}

// Options is what the channels stand on.
type Options struct {
	// Mail is how e-mail leaves; nil when the house sends none.
	Mail *Mail
	// Listed are the hosts, addresses and networks inside the house that
	// webhooks and robots may be at. Defaults to none.
	Listed []string
	// Resolver finds hosts. Defaults to the system's.
	Resolver Resolver
	// TLS is for receivers with certificates of a house's own. Defaults to the
	// system's.
	TLS *tls.Config
	// Timeout bounds one request. Defaults to 10 seconds.
	Timeout time.Duration
	// Clock dates signatures and paces robots. Defaults to time.Now.
	Clock func() time.Time
}

// A Registry has a channel for each kind. It is safe for concurrent use.
type Registry struct {
	guard    *Guard
	channels map[Kind]Channel
	clock    func() time.Time
}

// New makes the channels. It fails on settings that cannot be.
func New(o Options) (*Registry, error) {
	guard, err := NewGuard(o.Listed, o.Resolver)
	if err != nil {
		return nil, fmt.Errorf("addresses allowed for webhooks: %w", err)
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	c := newClient(guard, o.Timeout, o.TLS, o.Clock)
	r := &Registry{guard: guard, clock: o.Clock, channels: map[Kind]Channel{Webhook: webhooks{c}}}
	for kind, d := range dialects() {
		r.channels[kind] = newRobots(c, d)
	}
	if o.Mail != nil {
		mails, err := newMails(*o.Mail)
		if err != nil {
			return nil, err
		}
		r.channels[Email] = mails
	}
	return r, nil
}

// Has reports whether messages of the kind can be sent.
func (r *Registry) Has(k Kind) bool { return r.channels[k] != nil }

// Send sends a message by the channel of its kind. While that is not set up, the
// message is held.
func (r *Registry) Send(ctx context.Context, m Message) error {
	channel := r.channels[m.To.Kind]
	if channel == nil {
		return &SendError{
			Code: "channel_off", ZH: m.To.Kind.ZH() + "尚未配置，暂不能发送。", RetryAfter: ours, Held: true,
			cause: errors.New("no channel of kind " + string(m.To.Kind)),
		}
	}
	return channel.Send(ctx, m)
}

// Check refuses a target that messages would not reach: one of the wrong form,
// one that leads to where requests may not go, or nowhere; and a robot that does
// not take the greeting it is sent, signed, for this purpose.
func (r *Registry) Check(ctx context.Context, t Target) error {
	if err := r.guard.Validate(t); err != nil {
		return err
	}
	if t.Kind == Email {
		return nil
	}
	if err := r.guard.Check(ctx, t.Address.Reveal()); err != nil {
		return err
	}
	if t.Kind.Robot() {
		return r.greet(ctx, t)
	}
	return nil
}

// greet tells a group that the system will speak there.
func (r *Registry) greet(ctx context.Context, t Target) error {
	err := r.Send(ctx, Message{
		ID: "greeting-" + rand.Text(), To: t, Subject: "督办系统已接入本群",
		Text: "今后督办提醒将发送到本群。如非本单位所设，请联系系统管理员。", CreatedAt: r.clock(),
	})
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*SendError](err)
	if !ok {
		return err
	}
	field := "address"
	if e.Code == "robot_signature" {
		field = "secret"
	}
	return refuse(field, e.Code, "机器人没有通过试发："+e.ZH, "The robot did not take a trial message: "+e.Code+".")
}
