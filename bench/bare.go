package main

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A recorder notes every batch the store sends, with its arguments, so that the
// same bytes can be sent again by a loop that decides nothing.
type recorder struct{}

type recordingKey struct{}

// A recording is what one command sent.
type recording struct{ batches []*pgx.Batch }

func (recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

func (recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (recorder) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	if r, ok := ctx.Value(recordingKey{}).(*recording); ok {
		b := &pgx.Batch{}
		for _, q := range data.Batch.QueuedQueries {
			b.QueuedQueries = append(b.QueuedQueries, &pgx.QueuedQuery{SQL: q.SQL, Arguments: q.Arguments})
		}
		r.batches = append(r.batches, b)
	}
	return ctx
}

func (recorder) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (recorder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// replay sends what a command sent: the bare transaction of the same statements.
func (r *recording) replay(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for _, b := range r.batches {
		if err := conn.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
	}
	return nil
}
