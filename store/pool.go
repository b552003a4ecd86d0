package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A pool is the record's connections. While a request is answered once it is the
// one connection of that request's transaction, so that whatever the request
// writes is committed with its receipt.
type pool struct{ *pgxpool.Pool }

// within is the transaction that a context carries; nil without one.
func within(ctx context.Context) pgx.Tx {
	if o := onceOf(ctx); o != nil {
		return o.tx
	}
	return nil
}

// Begin begins a transaction, inside the request's own if there is one.
func (p pool) Begin(ctx context.Context) (pgx.Tx, error) {
	if tx := within(ctx); tx != nil {
		return tx.Begin(ctx)
	}
	return p.Pool.Begin(ctx)
}

// BeginTx does the same; inside another a transaction has that one's options.
func (p pool) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	if tx := within(ctx); tx != nil {
		return tx.Begin(ctx)
	}
	return p.Pool.BeginTx(ctx, o)
}

// Exec runs one statement. When it fails inside a transaction it fails alone, so
// that why can be looked up.
func (p pool) Exec(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	tx := within(ctx)
	if tx == nil {
		return p.Pool.Exec(ctx, sql, args...)
	}
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		tag, err = tx.Exec(ctx, sql, args...)
		return err
	})
	return tag, err
}

// Query reads rows.
func (p pool) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if tx := within(ctx); tx != nil {
		return tx.Query(ctx, sql, args...) //nolint:rowserrcheck // whoever asked reads the rows
	}
	return p.Pool.Query(ctx, sql, args...) //nolint:rowserrcheck // as above
}

// QueryRow reads one row.
func (p pool) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if tx := within(ctx); tx != nil {
		return tx.QueryRow(ctx, sql, args...)
	}
	return p.Pool.QueryRow(ctx, sql, args...)
}

// SendBatch runs statements in one round trip.
func (p pool) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if tx := within(ctx); tx != nil {
		return tx.SendBatch(ctx, b)
	}
	return p.Pool.SendBatch(ctx, b)
}
