package dispatch

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
)

// A health is what the outcome of calls says of the engine. While the engine is
// away it holds further calls back, longer each time.
type health struct {
	log *slog.Logger

	mu    sync.Mutex
	state string
	at    time.Time // of the last outcome
	pause time.Duration
	until time.Time
}

// note takes the outcome of a call: nil, or why the engine is away.
func (h *health) note(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.state
	h.at = time.Now()
	if err == nil {
		h.state, h.pause, h.until = EngineReady, 0, time.Time{}
		if before == EngineAway {
			h.log.Info("engine is back")
		}
		return
	}
	h.state = EngineAway
	switch before {
	case EngineAway:
	case EngineUnknown: // they may have been started together
		h.log.Info("engine is not there yet; what is to be told waits in the record", slog.Any("error", err))
	default:
		h.log.Warn("engine is away; what is to be told waits in the record", slog.Any("error", err))
	}
	if h.at.Before(h.until) {
		return // another call of the same round failed before
	}
	h.pause = min(max(2*h.pause, firstPause), lastPause)
	h.until = h.at.Add(h.pause)
}

// wait returns when the engine may be called, or ctx's error.
func (h *health) wait(ctx context.Context) error {
	for {
		h.mu.Lock()
		left := time.Until(h.until)
		h.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

func (h *health) now() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

// fresh reports whether a call said within d how the engine is.
func (h *health) fresh(d time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Since(h.at) < d
}

// sleep waits for d or the end of ctx, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
