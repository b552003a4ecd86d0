package dispatch

import (
	"context"
	"log/slog"
)

// pollFailed is what the SDK says of every poll that fails, all through an
// outage. That the engine is away is said once, by whoever calls it.
const pollFailed = "Failed to poll for task."

// quiet drops that.
type quiet struct {
	slog.Handler
}

// Handle implements slog.Handler.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == pollFailed {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
