package main

import (
	"context"
	"time"
)

// Idle time is watched after it has settled, over two runs of every Schedule.
const (
	idleSettles = time.Minute
	idleWatched = 10 * time.Minute
)

// idle measures what the engine writes while nobody does anything.
func idle(ctx context.Context, b *bench, _ options) error {
	t, err := b.timed(ctx, nil)
	if err != nil {
		return err
	}
	defer t.close()
	if err := rest(ctx, idleSettles); err != nil {
		return err
	}
	before, err := t.engineSize(ctx)
	if err != nil {
		return err
	}
	if err := rest(ctx, idleWatched); err != nil {
		return err
	}
	after, err := t.engineSize(ctx)
	if err != nil {
		return err
	}
	atMost("idle growth of the engine, a day", float64(after-before)/(1<<20)*float64(24*time.Hour/idleWatched), 50, "MB")
	return nil
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
