package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// as queues statements that run under one of the seal's roles; those before and
// after run as the login.
func as(b *pgx.Batch, role string, queue func(*pgx.Batch)) {
	b.Queue("SET LOCAL ROLE " + role)
	queue(b)
	b.Queue("SET LOCAL ROLE NONE")
}

// dispatch runs a transaction as the dispatcher may.
func (s *Store) dispatch(ctx context.Context, do func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := takeOn(ctx, tx, RoleDispatch); err != nil {
			return err
		}
		return do(tx)
	})
}

// takeOn takes on a role for the rest of a transaction.
func takeOn(ctx context.Context, tx pgx.Tx, role string) error {
	_, err := tx.Exec(ctx, "SET LOCAL ROLE "+role)
	return err
}

// dispatcher runs statements as the dispatcher may, in a transaction of their
// own.
func (s *Store) dispatcher(ctx context.Context, queue func(*pgx.Batch)) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		as(b, RoleDispatch, queue)
		return tx.SendBatch(ctx, b).Close()
	})
}
