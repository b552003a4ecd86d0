package dispatch

import "log/slog"

// Mark is mark, for tests.
func Mark(err error) error { return mark(err) }

// Quiet is quiet, for tests.
func Quiet(h slog.Handler) slog.Handler { return quiet{h} }
