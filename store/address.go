package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// An Address is where a person is reached outside the system, or a group that
// the committee is told things in.
type Address struct {
	ID string
	// Account is whose it is; empty for a group's robot.
	Account string
	// Kind is a kind of package notify. What is of that kind, and where it may
	// lead, is for that package to say.
	Kind string
	// Address and Secret must not be shown: the address may hold a key too.
	Address, Secret string
	Name            string
	// Author gave it last.
	Author    string
	CreatedAt time.Time
}

const (
	// MaxAddresses is how many addresses an account may have.
	MaxAddresses = 5
	// MaxRobots is how many groups the committee may have.
	MaxRobots = 50
)

// robotsLock is held by whoever adds a robot.
const robotsLock int64 = 0x6475_6261_6e04

// PutAddress records an address. One that is there already gets the new secret
// and name. An account that was ended is ErrNotFound like one that never was;
// too many addresses are a *FieldError.
func (s *Store) PutAddress(ctx context.Context, a Address) (Address, error) {
	most := MaxAddresses
	if a.Account == "" {
		most = MaxRobots
	}
	a.ID = newID()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := a.lock(ctx, tx); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `
			INSERT INTO addresses (id, account_id, kind, address, secret, name, author) VALUES ($1, nullif($2, ''), $3, $4, $5, $6, $7)
			ON CONFLICT (account_id, kind, address) DO UPDATE SET secret = excluded.secret, name = excluded.name, author = excluded.author
			RETURNING id, created_at`, a.ID, a.Account, a.Kind, a.Address, a.Secret, a.Name, a.Author).Scan(&a.ID, &a.CreatedAt)
		if err != nil {
			return err
		}
		var have int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM addresses WHERE account_id IS NOT DISTINCT FROM nullif($1, '')`, a.Account).Scan(&have); err != nil {
			return err
		}
		if have > most {
			return &FieldError{
				Field: "address", Code: "too_many", ZH: fmt.Sprintf("最多登记%d个地址，请先删除不用的。", most),
				EN: fmt.Sprintf("There may be at most %d addresses; delete one first.", most),
			}
		}
		return nil
	})
	if field, ok := errors.AsType[*FieldError](err); ok {
		return Address{}, field
	}
	if err != nil {
		return Address{}, fmt.Errorf("put address: %w", plain(err))
	}
	a.CreatedAt = a.CreatedAt.UTC()
	return a, nil
}

// lock makes those wait who add to the same addresses: two at once could come to
// more than there may be.
func (a Address) lock(ctx context.Context, tx pgx.Tx) error {
	if a.Account == "" {
		_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, robotsLock)
		return err
	}
	var id string
	return tx.QueryRow(ctx, `SELECT id FROM accounts WHERE id = $1 AND disabled_at IS NULL FOR UPDATE`, a.Account).Scan(&id)
}

// Addresses lists the addresses of an account, or the groups' robots when it is
// empty, the oldest first.
func (s *Store) Addresses(ctx context.Context, account string) ([]Address, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, coalesce(account_id, ''), kind, address, secret, name, author, created_at FROM addresses
		WHERE account_id IS NOT DISTINCT FROM nullif($1, '') ORDER BY created_at, id`, account)
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Address, error) {
		a, err := pgx.RowToStructByPos[Address](row)
		a.CreatedAt = a.CreatedAt.UTC()
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", plain(err))
	}
	return list, nil
}

// DeleteAddress takes an address away from an account, or a robot when the
// account is empty.
func (s *Store) DeleteAddress(ctx context.Context, account, id string) error {
	tag, err := s.pool.Exec(ctx, `DELETE FROM addresses WHERE id = $2 AND account_id IS NOT DISTINCT FROM nullif($1, '')`, account, id)
	if err != nil {
		return fmt.Errorf("delete address %s: %w", id, plain(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	return nil
}
