package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// leaseKey is the advisory lock that the serving engine holds: "duban" and 1.
const leaseKey = int64(0x64_75_62_61_6e_01)

const (
	leaseRetrySoonest = 250 * time.Millisecond
	leaseRetryLatest  = 5 * time.Second
	probeLimit        = 3 * time.Second // for one question to PostgreSQL
	releaseLimit      = time.Second

	// leaseDeadAfter is how soon PostgreSQL notices that the machine of the
	// session that holds the lease is gone, by the settings below.
	leaseDeadAfter = 10 * time.Second
)

var (
	// errReplaced says that another engine took the lease while we had lost it.
	errReplaced = errors.New("another engine serves this database now")
	// errSchemaGone says that the schemas are missing or not ours any more.
	errSchemaGone = errors.New("the schemas temporal and temporal_visibility were dropped or emptied")
)

// A lease is the right to serve the database, held by one session's advisory
// lock: two engines on one database would take each other's shards away for
// ever. The session is also how the engine asks PostgreSQL, past Temporal,
// whether all is well.
type lease struct {
	db   database
	conn *pgx.Conn // nil or closed between a lost session and the next
	held bool      // whether conn's session holds the lock
}

// acquireLease waits until PostgreSQL is there and no other engine serves the
// database. It says once what it waits for.
func acquireLease(ctx context.Context, db database, logger *slog.Logger) (*lease, error) {
	l := &lease{db: db}
	said := ""
	for pause := leaseRetrySoonest; ; pause = min(2*pause, leaseRetryLatest) {
		err := l.take(ctx)
		if err == nil {
			return l, nil
		}
		waitingFor := "PostgreSQL, which does not answer"
		if errors.Is(err, errReplaced) {
			waitingFor = "another engine, which serves this database, to end"
			pause = leaseRetrySoonest // a cheap question to a server that answers
		}
		if waitingFor != said {
			logger.Warn("engine waits", slog.String("for", waitingFor), slog.String("error", err.Error()))
			said = waitingFor
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// take makes sure that there is a session and that it holds the lock. It fails
// with errReplaced when somebody else holds it.
func (l *lease) take(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	if l.conn == nil || l.conn.IsClosed() {
		config := l.db.within(mainSchema)
		// 4 s of silence, then three questions at 2 s. On a Unix socket, where
		// nobody vanishes silently, PostgreSQL takes no notice of them.
		for name, value := range map[string]string{"idle": "4", "interval": "2", "count": "3"} {
			config.RuntimeParams["tcp_keepalives_"+name] = value
		}
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return fmt.Errorf("connect to PostgreSQL: %w", err)
		}
		l.conn, l.held = conn, false
	}
	if l.held {
		return nil // as long as the session lives
	}
	if err := l.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", leaseKey).Scan(&l.held); err != nil {
		return fmt.Errorf("take lease: %w", err)
	}
	if !l.held {
		return errReplaced
	}
	return nil
}

// check asks PostgreSQL whether the lease and the schemas are still ours. The
// error is errReplaced, errSchemaGone, or PostgreSQL's absence.
func (l *lease) check(ctx context.Context, namespace string) error {
	if err := l.take(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	var whole bool
	err := l.conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM temporal.namespaces WHERE name = $1)
		AND EXISTS (SELECT FROM temporal.cluster_metadata_info)
		AND EXISTS (SELECT FROM temporal_visibility.schema_version)`, namespace).Scan(&whole)
	switch {
	case isUndefined(err) || err == nil && !whole:
		return errSchemaGone
	case err != nil:
		return fmt.Errorf("ask for schemas: %w", err)
	}
	return nil
}

// release ends the session, and the lease with it.
func (l *lease) release(ctx context.Context) {
	if l.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseLimit)
	defer cancel()
	_ = l.conn.Close(ctx)
}

// isUndefined reports whether PostgreSQL does not know a table or schema.
func isUndefined(err error) bool {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return false
	}
	const undefinedTable, invalidSchema = "42P01", "3F000"
	return pgErr.Code == undefinedTable || pgErr.Code == invalidSchema
}
