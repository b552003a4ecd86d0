package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"duban/store"
)

// Options says what a dispatcher does besides commands.
type Options struct {
	// Engine is told of what happens to cases. Defaults to none: everything
	// waits in the record.
	Engine Engine
	// Heart: leave signs of life in the record, as every process with the API
	// must. Defaults to false.
	Heart bool
	// Watch: take up left-over tellings and watch over late alarms, as every
	// process with a worker must. Defaults to false.
	Watch bool
	// Mend brings Schedules of the engine back that begin no rounds. Defaults to
	// none: whether they do is not watched. With it, teams whose day it is are told
	// from here while the engine does not have it done.
	Mend func(ctx context.Context, schedules []string) error
	// Clock dates what is told. Defaults to time.Now.
	Clock func() time.Time
	// Intervals are how often it looks. Default to what each field says.
	Intervals Intervals
	// Logger gets what nobody else is told. Defaults to slog.Default().
	Logger *slog.Logger
	// Metrics is where the metrics are registered. Defaults to nowhere.
	Metrics prometheus.Registerer
}

// A Dispatcher executes commands and has workflows told. It is safe for
// concurrent use.
type Dispatcher struct {
	record    Record
	engine    Engine
	log       *slog.Logger
	intervals Intervals
	heart     bool
	watch     bool
	pace      pace
	health    *health
	metrics   *metrics
	teller    *teller
	watchdog  *watchdog
	lookout   *lookout // nil without Mend
}

// New returns a dispatcher for the record. It panics when metrics of the same
// names are registered already.
func New(record Record, o Options) *Dispatcher {
	log := o.Logger
	if log == nil {
		log = slog.Default()
	}
	d := &Dispatcher{
		record: record, engine: o.Engine, log: log, intervals: o.Intervals, heart: o.Heart, watch: o.Watch,
		pace: pace{life: record}, health: &health{log: log, state: EngineUnknown}, metrics: newMetrics(),
	}
	if d.engine == nil {
		d.engine = noEngine{}
		d.health.state = EngineNone
	}
	d.teller = &teller{
		record: record, engine: d.engine, log: log, health: d.health, metrics: d.metrics,
		queue: make(chan string, tellQueue), cases: map[string]turn{},
	}
	d.watchdog = &watchdog{
		record: record, engine: d.engine, poke: d.poke, log: log, metrics: d.metrics, seen: map[string]sighting{},
	}
	if o.Mend != nil {
		d.lookout = &lookout{record: record, mend: o.Mend, health: d.health, log: log, clock: time.Now}
		if o.Clock != nil {
			d.lookout.clock = o.Clock
		}
	}
	if o.Metrics != nil {
		o.Metrics.MustRegister(d.metrics.collectors()...)
		o.Metrics.MustRegister(newLateGauge(func(ctx context.Context) (int64, error) {
			return record.LateAlarmCount(ctx, d.late(ctx))
		}))
	}
	return d
}

// Do has the record execute a command and then has the case's workflow told. It
// returns what was committed, whatever the engine does; its errors are those of
// store.Store.Execute.
func (d *Dispatcher) Do(ctx context.Context, r store.Request) (store.Answer, error) {
	answer, err := d.record.Execute(ctx, r)
	if err == nil && answer.Case.ID != "" {
		d.poke(answer.Case.ID)
	}
	return answer, err
}

// poke has a case told, if there is anybody to tell.
func (d *Dispatcher) poke(caseID string) {
	if d.health.now() != EngineNone {
		d.teller.poke(caseID)
	}
}

// Recompute starts the workflow that does a recomputing job of the record.
func (d *Dispatcher) Recompute(ctx context.Context, jobID string) error {
	return start(ctx, jobID, d.engine.Recompute)
}

// Import starts the workflow that opens an import's cases.
func (d *Dispatcher) Import(ctx context.Context, jobID string) error {
	return start(ctx, jobID, d.engine.Import)
}

// Notices starts the workflow that drafts or signs a campaign's notices.
func (d *Dispatcher) Notices(ctx context.Context, jobID string) error {
	return start(ctx, jobID, d.engine.Notices)
}

// start starts the workflow of a job. A failure loses nothing: open jobs are taken
// up by a Schedule.
func start(ctx context.Context, jobID string, do func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := do(ctx, jobID); err != nil {
		return fmt.Errorf("start job %s: %w", jobID, err)
	}
	return nil
}

// rehydratePage is how many cases are queued to be told in one statement.
const rehydratePage = 1000

// Rehydrate has every open case told, which makes every workflow again that
// was lost, and returns how many cases there are. It returns when they are
// queued in the record; whoever watches tells them.
func (d *Dispatcher) Rehydrate(ctx context.Context) (cases int, err error) {
	for after := ""; ; {
		n, last, err := d.record.TellAll(ctx, after, rehydratePage)
		if err != nil {
			return cases, err
		}
		if cases += n; n < rehydratePage {
			return cases, nil
		}
		after = last
	}
}

// EngineState says in a word how the engine is: one of the Engine constants.
func (d *Dispatcher) EngineState() string { return d.health.now() }

// noEngine is no engine at all.
type noEngine struct{}

func (noEngine) Tell(context.Context, store.Told) error { return ErrEngineAway }

func (noEngine) Replace(context.Context, string) error { return ErrEngineAway }

func (noEngine) Recompute(context.Context, string) error { return ErrEngineAway }

func (noEngine) Import(context.Context, string) error { return ErrEngineAway }

func (noEngine) Notices(context.Context, string) error { return ErrEngineAway }

func (noEngine) Check(context.Context) error { return ErrEngineAway }
