package main

import (
	"log/slog"

	"go.temporal.io/server/common/log"
)

// newLoggers returns the server's logger and the engine's own, which write the
// same JSON lines to standard error.
func newLoggers(level string) (log.Logger, *slog.Logger) {
	server := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: level}))
	return server, log.NewSlogLogger(server)
}
