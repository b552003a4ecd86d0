package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"duban/lifecycle"
	"duban/notify"
	"duban/store"
)

// Messages is what the record does for what leaves the house.
type Messages interface {
	// TakeSender makes the owner the one who sends until an instant, unless
	// another is.
	TakeSender(ctx context.Context, owner string, now, until time.Time) (bool, error)
	// RouteLetters turns letters that may leave into papers to their readers.
	RouteLetters(ctx context.Context, now time.Time, limit int) (store.Routed, error)
	// Digests makes a page of today's digests, when it is time for them.
	Digests(ctx context.Context, now time.Time) (made int, more bool, err error)
	// ClaimMessages claims messages to be sent now, MarkMessage records what
	// became of one.
	ClaimMessages(ctx context.Context, now, until time.Time, limit int, breaker store.Breaker) (store.Claimed, error)
	MarkMessage(ctx context.Context, m store.Outgoing, r store.Result, now time.Time) (bool, error)
	// MessagesWaiting counts what is not sent, by state.
	MessagesWaiting(ctx context.Context) (map[string]int, error)
}

// A Channel carries a message out of the house, trying once.
type Channel interface {
	Send(ctx context.Context, m notify.Message) error
}

const (
	// DefaultFlood is how many mailings a person gets in an hour before the rest
	// wait.
	DefaultFlood = 30
	floodPer     = time.Hour

	routePage = 200
	// sendPage is how many messages are claimed at a time, sendAtOnce how many of
	// them are under way, sendLimit how long one may take: together less than
	// sendLease, after which others may take them for lost.
	sendPage   = 24
	sendAtOnce = 8
	sendLimit  = 40 * time.Second
	sendLease  = 3 * time.Minute
	// markLimit is how long the record of a try may take, even when the process
	// is being stopped.
	markLimit = 10 * time.Second
	// takeFor is how long a sender stays the one; it takes the turn at every page.
	takeFor = 3 * time.Minute
	// restFor is how long it stays the one when all is sent: longer than the
	// windows in which robots are paced, so that no other talks to them meanwhile.
	restFor = 70 * time.Second
)

// Points at which a sender may die, in the order in which it passes them.
const (
	beforeClaim = "before claim"
	afterClaim  = "after claim"
	afterSend   = "after send"
	beforeMark  = "before mark"
)

// A SenderOptions says how messages leave the house.
type SenderOptions struct {
	// Messages is where they are claimed and marked. Required.
	Messages Messages
	// Channel carries them. Required.
	Channel Channel
	// Flood is how many mailings a person gets in an hour. Defaults to
	// DefaultFlood.
	Flood int
	// Schedule says when a failed one is tried again. Defaults to
	// notify.DefaultSchedule.
	Schedule notify.Schedule
}

// A sender sends what leaves the house. Of several in one system only one works
// at a time.
type sender struct {
	SenderOptions

	owner string
	clock func() time.Time
	log   *slog.Logger
	sent  *prometheus.CounterVec
	flood prometheus.Counter
	left  prometheus.Counter
	queue *prometheus.GaugeVec
	// probe is where a test lets the sender die; it does nothing otherwise.
	probe func(at string) error
}

func newSender(o SenderOptions, clock func() time.Time, log *slog.Logger, metrics prometheus.Registerer) *sender {
	if o.Flood <= 0 {
		o.Flood = DefaultFlood
	}
	if o.Schedule == nil {
		o.Schedule = notify.DefaultSchedule()
	}
	s := &sender{
		SenderOptions: o, owner: uuid.NewString(), clock: clock, log: log, probe: func(string) error { return nil },
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "duban_message_tries_total", Help: "Tries to send a message, by kind of address and outcome.",
		}, []string{"kind", "outcome"}),
		flood: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "duban_message_floods_total", Help: "How often a person's messages were stopped for being too many.",
		}),
		left: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "duban_letters_without_reader_total", Help: "Letters that nobody could be found to read.",
		}),
		queue: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "duban_messages", Help: "Messages that are not sent, by state.",
		}, []string{"state"}),
	}
	if metrics != nil {
		metrics.MustRegister(s.sent, s.flood, s.left, s.queue)
	}
	return s
}

// A Sending is what a history holds of one page of sending: whether to go on, and
// nothing of how much there was, which on a quiet morning would be how many were told
// of a look-back (ADR 23). Operators read that in the metrics and in the record.
type Sending struct {
	// More: there may be more to do at once.
	More bool `json:"more,omitempty"`
}

// SendMessages finds readers for a page of letters, makes a page of digests when
// it is time, and sends a page of messages. Whoever else sends already is left
// alone. It fails with a code; what was done until then stays done.
func (a *Activities) SendMessages(ctx context.Context) (done Sending, err error) {
	defer a.guard(ctx, "send_messages", "", &err)
	if a.sender == nil {
		return Sending{}, nil
	}
	return a.sender.page(ctx, beat(ctx))
}

// page does one page of everything. What cannot be made now does not hold up
// what can be sent.
func (s *sender) page(ctx context.Context, beat func()) (Sending, error) {
	var done Sending
	now := s.now()
	mine, err := s.Messages.TakeSender(ctx, s.owner, now, now.Add(takeFor))
	if err != nil || !mine {
		return done, err
	}
	routed, errRoute := s.Messages.RouteLetters(ctx, now, routePage)
	done.More = routed.More
	if routed.Nobody > 0 {
		s.left.Add(float64(routed.Nobody))
		s.log.WarnContext(ctx, "letters that nobody reads", slog.Int("letters", routed.Nobody))
	}
	beat()
	var errDigest error
	if errRoute == nil && !routed.More { // a digest is made when all of it is known
		var more bool
		_, more, errDigest = s.Messages.Digests(ctx, now)
		done.More = done.More || more
	}
	beat()
	more, errSend := s.send(ctx, beat)
	done.More = done.More || more
	err = errors.Join(errRoute, errDigest, errSend)
	if err == nil && !done.More {
		now = s.now()
		_, err = s.Messages.TakeSender(ctx, s.owner, now, now.Add(restFor))
	}
	s.count(ctx)
	return done, err
}

func (s *sender) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// send claims a page of messages and tries each once. It reports whether there may
// be more.
func (s *sender) send(ctx context.Context, beat func()) (more bool, err error) {
	if err := s.probe(beforeClaim); err != nil {
		return false, err
	}
	now := s.now()
	claimed, err := s.Messages.ClaimMessages(ctx, now, now.Add(sendLease), sendPage, store.Breaker{Most: s.Flood, Per: floodPer})
	if err != nil {
		return false, err
	}
	for _, who := range claimed.Floods {
		s.flood.Inc()
		s.log.ErrorContext(ctx, "too many messages for one recipient; the rest is held and sent later", slog.String("recipient", who), slog.Int("most_per_hour", s.Flood))
	}
	if err := s.probe(afterClaim); err != nil {
		return claimed.More, err
	}
	var mu sync.Mutex
	var group errgroup.Group // one that cannot be recorded calls off no other
	group.SetLimit(sendAtOnce)
	for _, m := range claimed.Messages {
		group.Go(func() error {
			err := s.one(ctx, m)
			mu.Lock()
			defer mu.Unlock()
			beat()
			return err
		})
	}
	return claimed.More, group.Wait()
}

// one tries one message and records what came of it. When that cannot be
// recorded the claim runs out, and the same message is tried again under the
// same id.
func (s *sender) one(ctx context.Context, m store.Outgoing) error {
	failed := s.try(ctx, m)
	if err := s.probe(afterSend); err != nil {
		return err
	}
	now := s.now()
	v := s.Schedule.Judge(failed, m.Tries+1, now)
	r := store.Result{
		State: store.MessageSent, Counts: v.Counts, NextAt: v.At, MayHaveArrived: v.MayHaveArrived, Code: v.Code, Status: v.Status, Reason: v.ZH,
	}
	switch v.Outcome {
	case notify.Sent:
	case notify.Again:
		r.State = store.MessageQueued
	case notify.Dead:
		r.State = store.MessageDead
	}
	if !m.Sealed { // that there was one is nobody's to learn yet (ADR 23)
		s.tell(ctx, m, r)
	}
	if err := s.probe(beforeMark); err != nil {
		return err
	}
	// What was tried is recorded even when the process is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markLimit)
	defer cancel()
	_, err := s.Messages.MarkMessage(ctx, m, r, now)
	return err
}

// tell says in metrics and log what came of a try.
func (s *sender) tell(ctx context.Context, m store.Outgoing, r store.Result) {
	outcome := map[string]string{store.MessageSent: "sent", store.MessageQueued: "again", store.MessageDead: "dead"}[r.State]
	s.sent.WithLabelValues(m.Kind, outcome).Inc()
	if r.State == store.MessageDead {
		s.log.WarnContext(ctx, "message given up", slog.String("message", m.ID), slog.String("kind", m.Kind), slog.String("code", r.Code))
	}
}

// try sends a message. A channel that panics has as likely as not sent it.
func (s *sender) try(ctx context.Context, m store.Outgoing) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("channel %s panicked: %v", m.Kind, p)
			s.log.ErrorContext(ctx, "channel panicked", slog.String("kind", m.Kind), slog.Any("error", p))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	return s.Channel.Send(ctx, notify.Message{
		ID: m.ID, To: notify.Target{
			Kind: notify.Kind(m.Kind), Address: notify.NewSecret(m.Address.Address), Secret: notify.NewSecret(m.Secret), Name: m.Name,
		},
		Subject: m.Subject, Text: m.Text, Items: itemsOf(m.Cases), CreatedAt: m.CreatedAt,
	})
}

// itemsOf says for programs of which cases a message tells.
func itemsOf(told []store.MailedCase) []notify.Item {
	items := make([]notify.Item, len(told))
	for i, one := range told {
		items[i] = notify.Item{Case: one.Case, Number: one.Number, Event: string(one.Event), Link: one.Link}
		if one.Asked.Clock != "" {
			items[i].Task, items[i].TaskZH, items[i].Due = string(one.Asked.Clock), lifecycle.AwaitedOn(one.Asked.Clock).Task.ZH, one.Asked.Due.String()
		}
	}
	return items
}

// count shows how much waits.
func (s *sender) count(ctx context.Context) {
	waiting, err := s.Messages.MessagesWaiting(ctx)
	if err != nil {
		return
	}
	for _, state := range []string{store.MessageQueued, store.MessageSending, store.MessageHeld, store.MessageDead} {
		s.queue.WithLabelValues(state).Set(float64(waiting[state]))
	}
}
