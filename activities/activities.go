package activities

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options says what the activities work with.
type Options struct {
	// Record is where they ask. Required.
	Record Record
	// Logger gets the errors that histories only hold the codes of. Defaults to
	// slog.Default().
	Logger *slog.Logger
	// Sender is how messages leave the house; nil when none do here.
	Sender *SenderOptions
	// Bounces is how what comes back is read; nil when none is here.
	Bounces *BounceOptions
	// Clock dates what is done. Defaults to time.Now.
	Clock func() time.Time
	// Metrics is where the counters are registered. Defaults to nowhere.
	Metrics prometheus.Registerer
}

// Activities are the activities of all workflows. They are safe for concurrent
// use.
type Activities struct {
	record    Record
	log       *slog.Logger
	clock     func() time.Time
	fruitless prometheus.Counter
	sender    *sender
	bouncer   *bouncer
}

// New returns the activities. It panics when its counters are registered
// already.
func New(o Options) *Activities {
	a := &Activities{
		record: o.Record,
		log:    o.Logger,
		clock:  o.Clock,
		fruitless: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "duban_alarms_without_progress_total",
			Help: "Alarms that were passed twice or more and left their case as it was.",
		}),
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.clock == nil {
		a.clock = time.Now
	}
	if o.Sender != nil {
		a.sender = newSender(*o.Sender, a.clock, a.log, o.Metrics)
	}
	if o.Bounces != nil {
		a.bouncer = newBouncer(*o.Bounces, a.clock, a.log, o.Metrics)
	}
	if o.Metrics != nil {
		o.Metrics.MustRegister(a.fruitless)
	}
	return a
}

// guard turns the outcome of an activity into a code, and a panic too: neither
// may leave text in a history.
func (a *Activities) guard(ctx context.Context, activity, subject string, err *error) {
	cause := any(*err)
	p := recover()
	switch {
	case p != nil:
		cause, *err = p, coded(CodePanic)
	case *err != nil:
		*err = coded(codeOf(*err))
	default:
		return
	}
	a.log.WarnContext(ctx, "activity failed", slog.String("activity", activity), slog.String("subject", subject), slog.Any("error", cause))
}
