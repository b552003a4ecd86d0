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

// readyLine begins the one line on standard output, followed by the address.
const readyLine = "ready"

// options are the command line.
type options struct {
	DatabaseURL string        `env:"DATABASE_URL" required:"" placeholder:"URL" help:"PostgreSQL database, direct (no transaction pooler), as postgres://… ; a Unix socket goes into the query as host=/folder."`
	Listen      string        `env:"DUBAN_ENGINE_LISTEN" default:"127.0.0.1:7233" help:"Address of the gRPC frontend; loopback only. Defaults to ${default}."`
	KeyFile     string        `env:"DUBAN_ENGINE_KEY_FILE" required:"" placeholder:"FILE" help:"The key that engine and clients share, PEM, mode 0600; made when it is not there. Who does not have it is not let in."`
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
	serverLog, logger := newLoggers(os.Stderr, o.LogLevel)
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
	k, err := openKey(o.KeyFile)
	if err != nil {
		return err
	}
	lease, err := acquireLease(ctx, db, logger)
	if err != nil {
		return err
	}
	defer lease.release(ctx)
	if err := setUp(ctx, lease.conn, db, o); err != nil {
		return err
	}

	srv, err := startServer(ctx, db, listen, k, serverLog)
	if err != nil {
		return err
	}
	if err := serve(ctx, o, listen.String(), k, lease, logger); err != nil {
		// A server that has to be started anew is not worth a careful stop.
		return err
	}
	stopWithin(stopLimit, srv.Stop, logger)
	return nil
}

// serve says when the started server is ready, and watches it until ctx ends.
func serve(ctx context.Context, o options, address string, k key, l *lease, logger *slog.Logger) error {
	c, err := newCanary(address, o.Namespace, k)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.awaitServing(ctx, l); err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop before it was ready
		}
		return err
	}
	if err := ensureRetention(ctx, c.frontend, o.Namespace, o.Retention); err != nil {
		return err
	}
	// Whoever started the engine reads this line; nobody reading it is fine.
	_, _ = fmt.Println(readyLine, address)
	return watch(ctx, c, l, logger)
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
