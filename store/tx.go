package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// acquireLimit is how long one waits for a connection of the pool.
	acquireLimit = 5 * time.Second
	// commandLimit bounds a command whose caller set no limit: a connection that
	// went dead without a word would otherwise hold it for a quarter of an hour.
	commandLimit = 30 * time.Second
)

// errNoConnection: the pool had no connection to give in time.
var errNoConnection = errors.New("no free connection")

// errNotCommitted: the database answered COMMIT with something else, so the
// transaction had failed before.
var errNotCommitted = errors.New("the transaction was not committed")

// A tx is one transaction whose BEGIN travels with its first batch and whose
// COMMIT with its last, so that a command costs two round trips.
type tx struct {
	conn  *pgxpool.Conn
	begun bool
	ended bool
	// An outage counts when it lasted silence or longer and touched the window
	// before a due date.
	window, silence time.Duration
}

func (s *Store) begin(ctx context.Context) (*tx, error) {
	rules, err := s.lastRules(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &tx{conn: conn, window: rules.Timeline.Scale(rules.Policy.Time.OutageBefore.Std()), silence: outageFrom(rules)}, nil
}

// acquire waits for a connection no longer than for a case's lock.
func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, acquireLimit)
	defer cancel()
	conn, err := s.pool.Acquire(limited)
	switch {
	case err == nil:
		return conn, nil
	case limited.Err() != nil && ctx.Err() == nil:
		return nil, fmt.Errorf("begin: %w: %w", errNoConnection, err)
	default:
		return nil, fmt.Errorf("begin: %w", err)
	}
}

// send runs a batch inside the transaction, which it begins if need be.
func (t *tx) send(ctx context.Context, b *pgx.Batch) error {
	if t.begun {
		return t.conn.SendBatch(ctx, b).Close()
	}
	t.begun = true
	all := &pgx.Batch{QueuedQueries: append([]*pgx.QueuedQuery{{SQL: "BEGIN"}}, b.QueuedQueries...)}
	return t.conn.SendBatch(ctx, all).Close()
}

// commit runs a batch and COMMIT. It fails unless the answer to COMMIT is
// COMMIT: a transaction that had failed answers ROLLBACK without an error.
func (t *tx) commit(ctx context.Context, b *pgx.Batch) error {
	var tag pgconn.CommandTag
	b.Queue("COMMIT").Exec(func(have pgconn.CommandTag) error {
		tag = have
		return nil
	})
	if err := t.send(ctx, b); err != nil {
		return err
	}
	if tag.String() != "COMMIT" {
		return errNotCommitted
	}
	t.ended = true
	return nil
}

func (t *tx) rollback(ctx context.Context) {
	if t.begun && !t.ended {
		if _, err := t.conn.Exec(ctx, "ROLLBACK"); err == nil {
			t.ended = true
		}
	}
}

// release gives the connection back, without a transaction left open in it. The
// context may be over; the rollback must not be.
func (t *tx) release(ctx context.Context) {
	if t.begun && !t.ended && !t.conn.Conn().IsClosed() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		t.rollback(ctx)
	}
	t.conn.Release()
}
