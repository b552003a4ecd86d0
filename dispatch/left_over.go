package dispatch

import (
	"context"
	"math/rand/v2"
	"time"
)

// leftOverPage is how many left-over tellings are taken up in one go: some more
// than the engine can take until the next.
const leftOverPage = 500

// leftOver takes up the tellings that were lost on their way: by a process that
// died, or an engine that was away.
func (d *Dispatcher) leftOver(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*callLimit)
	defer cancel()
	left, err := d.record.Tellings(ctx, d.pace.scale(ctx, d.intervals.LeftOverAge, leftOverAge, leastAge), leftOverPage)
	if err != nil {
		return err
	}
	// Other processes take up the same; each begins somewhere else.
	rand.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] }) //nolint:gosec // an order is no secret
	for _, t := range left {
		d.poke(t.Case)
	}
	d.metrics.leftOver.Add(float64(len(left)))
	return nil
}

func (d *Dispatcher) leftOverEvery(ctx context.Context) time.Duration {
	return d.pace.scale(ctx, d.intervals.LeftOver, leftOverEvery, leastEvery)
}
