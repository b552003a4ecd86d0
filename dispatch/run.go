package dispatch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Run tells what is to be told and runs the tickers it was asked for, until ctx
// ends and all of them have stopped. Commands can be executed before and after.
func (d *Dispatcher) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, t := range d.tickers() {
		all.Go(func() { t.run(ctx, d.log) })
	}
	if d.health.now() != EngineNone {
		all.Go(func() { d.teller.run(ctx) })
	}
	all.Wait()
	if err := ctx.Err(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (d *Dispatcher) tickers() []ticker {
	var ts []ticker
	if d.health.now() != EngineNone {
		ts = append(ts, ticker{name: "engine check", every: d.checkEvery, do: d.check})
	}
	if d.heart {
		ts = append(ts, ticker{name: "heartbeat", every: d.beatEvery, do: d.beat})
	}
	if d.watch {
		ts = append(ts,
			ticker{name: "left-over tellings", every: d.leftOverEvery, do: d.leftOver},
			ticker{name: "late alarms", every: d.watchEvery, do: func(ctx context.Context) error { return d.watchdog.round(ctx, d.late(ctx)) }},
		)
	}
	if d.lookout != nil {
		ts = append(ts, ticker{name: "late rounds", every: d.roundsEvery, do: d.lookout.round})
	}
	return ts
}

// check asks how the engine is, unless a call just said so. Its being away is
// no failure of the check.
func (d *Dispatcher) check(ctx context.Context) error {
	if d.health.fresh(d.checkEvery(ctx)) {
		return nil
	}
	callCtx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := d.engine.Check(callCtx); ctx.Err() == nil {
		d.health.note(err)
	}
	return nil
}

// checkEvery is shorter while the engine is away: its coming back should show.
func (d *Dispatcher) checkEvery(context.Context) time.Duration {
	switch {
	case d.intervals.Check > 0:
		return d.intervals.Check
	case d.health.now() == EngineReady:
		return checkEvery
	default:
		return checkAwayEvery
	}
}

func (d *Dispatcher) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	return d.record.Heartbeat(ctx)
}

func (d *Dispatcher) beatEvery(ctx context.Context) time.Duration {
	return d.pace.scale(ctx, 0, time.Minute, time.Millisecond)
}

func (d *Dispatcher) watchEvery(ctx context.Context) time.Duration {
	return d.pace.scale(ctx, d.intervals.Watch, watchEvery, 2*leastEvery)
}

func (d *Dispatcher) roundsEvery(ctx context.Context) time.Duration {
	return d.pace.scale(ctx, d.intervals.Rounds, roundsEvery, leastRounds)
}

func (d *Dispatcher) late(ctx context.Context) time.Duration {
	return d.pace.scale(ctx, d.intervals.Late, lateAfter, leastAge)
}
