package activities

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"duban/notify/bounce"
	"duban/store"
)

// Bounces is what the record does for what comes back.
type Bounces interface {
	RecordBounce(ctx context.Context, b store.Bounce, now time.Time) (store.BounceFate, error)
}

// A Mailbox is where what could not be delivered comes back to.
type Mailbox interface {
	// Page hands on a page of unread mails, and marks those as read that were
	// done with.
	Page(ctx context.Context, after uint32, take bounce.Take) (bounce.Page, error)
}

// BounceOptions says how what comes back is read.
type BounceOptions struct {
	// Bounces is where it is recorded. Required.
	Bounces Bounces
	// Mailbox is where it comes in. Required.
	Mailbox Mailbox
}

// What became of a mail that is no bounce of ours, beside the fates that the
// record knows.
const (
	mailDelayed = "delayed"
	mailOther   = "other"
	mailRefused = "refused"
)

// Points at which whoever reads may die, in the order in which they are passed.
const (
	beforeBounce = "before record"
	afterBounce  = "after record"
)

// TakeBounce reads one mail and records the bounce that it is, if it is one of
// ours. It says in a word what became of it; one that is early must be brought
// again, any other is done with.
func TakeBounce(ctx context.Context, record Bounces, mail []byte, now time.Time, log *slog.Logger) (fate string, err error) {
	report, err := bounce.Read(bytes.NewReader(mail))
	var refusal *bounce.Refusal
	switch {
	case errors.As(err, &refusal):
		log.WarnContext(ctx, "mail in the mailbox of bounces refused", slog.String("code", refusal.Code))
		return mailRefused, nil
	case err != nil:
		return "", err
	case len(report.Failed) == 0 && report.Delayed:
		return mailDelayed, nil
	case len(report.Failed) == 0:
		return mailOther, nil
	}
	b := store.Bounce{Digest: report.Digest, Message: report.Message}
	for _, f := range report.Failed {
		b.Failed = append(b.Failed, store.BouncedFor{
			Addresses: f.Addresses, Status: f.Status, Reply: f.Reply, Server: f.Server, Said: f.Text, Reason: f.ZH(),
		})
	}
	became, err := record.RecordBounce(ctx, b, now)
	if err != nil {
		return "", err
	}
	switch became {
	case store.BounceRecorded:
		log.WarnContext(ctx, "message came back", slog.String("message", b.Message), slog.String("status", report.Failed[0].Status))
	case store.BounceUnknown, store.BounceForeign:
		log.WarnContext(ctx, "bounce of nothing that was sent", slog.String("message", b.Message), slog.String("fate", string(became)))
	case store.BounceKnown, store.BounceEarly:
	}
	return string(became), nil
}

// A bouncer reads what comes back.
type bouncer struct {
	BounceOptions

	clock func() time.Time
	log   *slog.Logger
	mails *prometheus.CounterVec
	// probe is where a test lets the reader die; it does nothing otherwise.
	probe func(at string) error
}

func newBouncer(o BounceOptions, clock func() time.Time, log *slog.Logger, metrics prometheus.Registerer) *bouncer {
	b := &bouncer{
		BounceOptions: o, clock: clock, log: log, probe: func(string) error { return nil },
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "duban_bounce_mails_total", Help: "Mails read in the mailbox of bounces, by what became of them.",
		}, []string{"fate"}),
	}
	if metrics != nil {
		metrics.MustRegister(b.mails)
	}
	return b
}

// A BouncesInput says where to go on reading.
type BouncesInput struct {
	// After is the number of the last mail looked at; zero at the beginning.
	After uint32 `json:"after,omitempty"`
}

// A BouncesRead is what a history holds of one page of reading: where to go on, and
// nothing of what came back (ADR 23).
type BouncesRead struct {
	// After is the number of the last mail looked at.
	After uint32 `json:"after,omitempty"`
	// More: there are more mails after this one.
	More bool `json:"more,omitempty"`
}

// ReadBounces reads a page of what came back. It fails with a code; what was
// read until then stays read.
func (a *Activities) ReadBounces(ctx context.Context, in BouncesInput) (done BouncesRead, err error) {
	defer a.guard(ctx, "read_bounces", "", &err)
	if a.bouncer == nil {
		return BouncesRead{}, nil
	}
	return a.bouncer.page(ctx, in, beat(ctx))
}

func (b *bouncer) page(ctx context.Context, in BouncesInput, beat func()) (BouncesRead, error) {
	var done BouncesRead
	page, err := b.Mailbox.Page(ctx, in.After, func(ctx context.Context, mail []byte) (bool, error) {
		beat()
		if err := b.probe(beforeBounce); err != nil {
			return false, err
		}
		now := b.clock().UTC().Truncate(time.Microsecond)
		fate, err := TakeBounce(ctx, b.Bounces, mail, now, b.log)
		if err != nil {
			return false, err
		}
		b.mails.WithLabelValues(fate).Inc()
		if err := b.probe(afterBounce); err != nil {
			return false, err
		}
		return fate != string(store.BounceEarly), nil
	})
	done.After, done.More = page.After, page.More
	return done, err
}
