package main

import (
	"io"
	"log/slog"

	"go.temporal.io/server/common/log"
)

// newLoggers returns the server's logger, which writes to standard error, and
// the engine's own, which writes to w. Both write one JSON object a line with
// level, ts and msg; ours leaves the stack traces out.
func newLoggers(w io.Writer, level string) (log.Logger, *slog.Logger) {
	least := slog.LevelWarn
	// The command line allows only names that both packages know.
	_ = least.UnmarshalText([]byte(level))
	own := slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		Level: least,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				a.Key = "ts"
			}
			return a
		},
	}))
	return log.NewZapLogger(log.BuildZapLogger(log.Config{Level: level})), own
}
