package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Intervals are how often the tickers look, and after how long they act. Each
// defaults to the value named, shortened in proportion when legal days are
// compressed.
type Intervals struct {
	// LeftOver is how often left-over tellings are looked for, LeftOverAge how
	// old they must be. Default to 5 and 10 seconds.
	LeftOver, LeftOverAge time.Duration
	// Watch is how often late alarms are looked for, Late how late they must
	// be. Default to 1 and 2 minutes.
	Watch, Late time.Duration
	// Rounds is how often late rounds are looked for. Defaults to 20 seconds.
	Rounds time.Duration
	// Check is how old the news of the engine may grow. Defaults to 10 seconds,
	// and to 2 while it is away, in any case.
	Check time.Duration
}

const (
	leftOverEvery = 5 * time.Second
	leftOverAge   = 10 * time.Second
	watchEvery    = time.Minute
	lateAfter     = 2 * time.Minute

	checkEvery     = 10 * time.Second
	checkAwayEvery = 2 * time.Second

	// The shortest intervals a machine bears.
	leastEvery = 500 * time.Millisecond
	leastAge   = 2 * time.Second
)

// A pace tells how fast legal time runs.
type pace struct {
	life Life
}

// scale returns set if it is, else d in proportion to the heart's beat, but not
// less than least. A record that does not answer leaves d as it is.
func (p pace) scale(ctx context.Context, set, d, least time.Duration) time.Duration {
	if set > 0 {
		return set
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	beat, err := p.life.HeartbeatEvery(ctx)
	if err != nil || beat <= 0 || beat >= time.Minute {
		return d
	}
	return max(time.Duration(float64(d)*float64(beat)/float64(time.Minute)), least)
}

// A ticker does one thing again and again. Its failures are logged when they
// begin and when they end.
type ticker struct {
	name  string
	every func(ctx context.Context) time.Duration
	do    func(ctx context.Context) error
}

// run does it at once and then each time the interval has passed, until ctx
// ends.
func (t ticker) run(ctx context.Context, log *slog.Logger) {
	failing := false
	for {
		err := t.do(ctx)
		switch {
		case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		case err != nil && !failing:
			log.WarnContext(ctx, "failing; tried again", slog.String("ticker", t.name), slog.Any("error", err))
		case err == nil && failing:
			log.InfoContext(ctx, "going again", slog.String("ticker", t.name))
		}
		failing = err != nil
		if sleep(ctx, t.every(ctx)) != nil {
			return
		}
	}
}
