package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
)

// A Substitute reads what is sent to an account from one day to another.
type Substitute struct {
	ID         string
	Account    string
	Substitute string
	Since      calendar.Date
	Until      calendar.Date
	Author     string
	CreatedAt  time.Time
}

const selectSubstitutes = `SELECT id, account_id, substitute, since, until, author, created_at FROM substitutes`

// AddSubstitute records who reads for an account while its person is away. What
// does not go together is a *FieldError: another unit's person, somebody whose
// account was ended, or a second one on the same day.
func (s *Store) AddSubstitute(ctx context.Context, n Substitute) (Substitute, error) {
	switch {
	case n.Since.IsZero() || n.Until.IsZero():
		return Substitute{}, &FieldError{Field: "until", Code: "required", ZH: "请填写起止日期。", EN: "Give the first and the last day."}
	case n.Until.Before(n.Since):
		return Substitute{}, &FieldError{Field: "until", Code: "too_early", ZH: "截止日期不能早于开始日期。", EN: "The time may not end before it begins."}
	case n.Substitute == n.Account:
		return Substitute{}, &FieldError{Field: "substitute", Code: "same_person", ZH: "代收人不能是本人。", EN: "Nobody substitutes for themselves."}
	}
	n.ID = newID()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var unit string
		if err := tx.QueryRow(ctx, `SELECT coalesce(unit_id, '') FROM accounts WHERE id = $1 AND disabled_at IS NULL FOR UPDATE`, n.Account).Scan(&unit); err != nil {
			return err
		}
		var fits, taken bool
		if err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM accounts WHERE id = $1 AND disabled_at IS NULL AND coalesce(unit_id, '') = $2),
			    EXISTS (SELECT FROM substitutes WHERE account_id = $3 AND since <= $5 AND until >= $4)`,
			n.Substitute, unit, n.Account, n.Since, n.Until).Scan(&fits, &taken); err != nil {
			return err
		}
		switch {
		case !fits:
			return &FieldError{Field: "substitute", Code: "unknown_account", ZH: "代收人须是本单位（工委人员须是工委）的在用账号。", EN: "A substitute is a person of the same unit, or of the committee."}
		case taken:
			return &FieldError{Field: "since", Code: "already_substituted", ZH: "这段时间已有代收人。", EN: "Somebody substitutes in that time already."}
		}
		return tx.QueryRow(ctx, `INSERT INTO substitutes (id, account_id, substitute, since, until, author) VALUES ($1, $2, $3, $4, $5, $6) RETURNING created_at`,
			n.ID, n.Account, n.Substitute, n.Since, n.Until, n.Author).Scan(&n.CreatedAt)
	})
	if field, ok := errors.AsType[*FieldError](err); ok {
		return Substitute{}, field
	}
	if err != nil {
		return Substitute{}, fmt.Errorf("add substitute: %w", plain(err))
	}
	n.CreatedAt = n.CreatedAt.UTC()
	return n, nil
}

// Substitutes lists who reads for an account, or did, the latest first.
func (s *Store) Substitutes(ctx context.Context, account string) ([]Substitute, error) {
	rows, err := s.pool.Query(ctx, selectSubstitutes+` WHERE account_id = $1 ORDER BY since DESC, id LIMIT 200`, account)
	if err != nil {
		return nil, fmt.Errorf("list substitutes: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Substitute, error) {
		n, err := pgx.RowToStructByPos[Substitute](row)
		n.CreatedAt = n.CreatedAt.UTC()
		return n, err
	})
	if err != nil {
		return nil, fmt.Errorf("list substitutes: %w", plain(err))
	}
	return list, nil
}

// DeleteSubstitute takes a substitute away.
func (s *Store) DeleteSubstitute(ctx context.Context, account, id string) error {
	tag, err := s.pool.Exec(ctx, `DELETE FROM substitutes WHERE id = $2 AND account_id = $1`, account, id)
	if err != nil {
		return fmt.Errorf("delete substitute %s: %w", id, plain(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	return nil
}
