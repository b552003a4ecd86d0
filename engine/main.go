package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"go.temporal.io/server/common/log"
)

// Exit statuses. All but statusUsage (kong's) are worth a new start.
const (
	statusFailed     = 1 // could not start, or a service of the server failed
	statusSchemaGone = 3 // the schemas are not what they were: set them up again
	statusStuck      = 4 // PostgreSQL answers, the server does not
	statusReplaced   = 5 // another engine serves the database now
)

// stopLimit is how long a stop may take before the process simply ends: every
// step of Temporal is in the database before it is answered.
const stopLimit = 4 * time.Second

// options are the command line.
type options struct {
	DatabaseURL string        `env:"DATABASE_URL" required:"" placeholder:"URL" help:"PostgreSQL database, direct (no transaction pooler), as postgres://… ; a Unix socket goes into the query as host=/folder."`
	Listen      string        `env:"DUBAN_ENGINE_LISTEN" default:"127.0.0.1:7233" help:"Address of the gRPC frontend; loopback only. Defaults to ${default}."`
	Namespace   string        `env:"DUBAN_ENGINE_NAMESPACE" default:"duban" help:"The namespace to serve. Defaults to ${default}."`
	Retention   time.Duration `env:"DUBAN_ENGINE_RETENTION" default:"168h" help:"How long the histories of ended workflows are kept. Defaults to ${default}."`
	LogLevel    string        `env:"DUBAN_ENGINE_LOG_LEVEL" default:"warn" enum:"debug,info,warn,error" help:"The least level to log, to standard error, as JSON: ${enum}. Defaults to ${default}."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("duban-engine"), kong.Description("A Temporal server on PostgreSQL, for one machine."))
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // measured: more cases a second for some more memory
	}
	serverLog, logger := newLoggers(o.LogLevel)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, o, serverLog, logger)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		logger.Error("engine ends", slog.Any("reason", err))
		os.Exit(status(err))
	}
}

// status is the exit status for the reason the engine ends.
func status(err error) int {
	switch {
	case errors.Is(err, errSchemaGone):
		return statusSchemaGone
	case errors.Is(err, errStuck):
		return statusStuck
	case errors.Is(err, errReplaced):
		return statusReplaced
	default:
		return statusFailed
	}
}

// run serves until ctx ends, which is no error, or until the engine has a
// reason to be started anew, which it returns.
func run(ctx context.Context, o options, serverLog log.Logger, logger *slog.Logger) error {
	listen, err := parseListen(o.Listen)
	if err != nil {
		return err
	}
	db, err := parseDatabase(o.DatabaseURL)
	if err != nil {
		return err
	}
	lease, err := acquireLease(ctx, db, logger)
	if err != nil {
		return err
	}
	defer lease.release()
	if err := setUp(ctx, lease.conn, db, o); err != nil {
		return err
	}

	srv, err := startServer(db, listen, serverLog)
	if err != nil {
		return err
	}
	defer stopWithin(stopLimit, srv.Stop, logger)

	c, err := newCanary(listen.String(), o.Namespace)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.awaitServing(ctx, lease); err != nil {
		return err
	}
	if err := ensureRetention(ctx, c.frontend, o.Namespace, o.Retention); err != nil {
		return err
	}
	// Whoever started the engine reads this line; nobody reading it is fine.
	_, _ = fmt.Println("ready", listen)
	return watch(ctx, c, lease, logger)
}

// stopWithin stops the server, or gives up after limit and lets the end of the
// process do it.
func stopWithin(limit time.Duration, stop func() error, logger *slog.Logger) {
	done := make(chan error, 1)
	go func() { done <- stop() }()
	select {
	case err := <-done:
		if err != nil {
			logger.Warn("stop server", slog.Any("error", err))
		}
	case <-time.After(limit):
		logger.Warn("server did not stop in time; ending without it", slog.Duration("limit", limit))
	}
}
