package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// routePage is how many letters find their readers in one transaction.
const routePage = 200

// routeDue finds readers for whatever may leave by now and has none. There is
// nothing to do but between two rounds of the sender, or while it is away.
func (s *Store) routeDue(ctx context.Context, now time.Time) error {
	r, err := s.lastRules(ctx)
	if err != nil {
		return err
	}
	for {
		var due bool
		err := s.pool.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM outbox WHERE routed_at IS NULL AND not_before <= $1 AND ($2 OR NOT by_timer))`, now, r.LeaveHour(now)).Scan(&due)
		if err != nil {
			return fmt.Errorf("look for letters due: %w", plain(err))
		}
		if !due {
			return nil
		}
		done, err := s.RouteLetters(ctx, now, routePage)
		if err != nil {
			return err
		}
		if done.Nobody > 0 {
			s.log.WarnContext(ctx, "letters that nobody reads", slog.Int("letters", done.Nobody))
		}
		if done.Letters == 0 { // whoever has them routes them
			return nil
		}
	}
}

// A Mailing is what a person was told, as it lies in the person's inbox.
type Mailing struct {
	ID        string
	Kind      string
	Subject   string
	Text      string
	CreatedAt time.Time
}

// Inbox lists what a person was told, the newest first, those before the given
// one: the person's own, so what is sealed for others is there too. Letters that
// may leave by now find their readers first, so an inbox is whole also while nothing
// is sent (ADR 11).
func (s *Store) Inbox(ctx context.Context, account, before string, now time.Time, limit int) ([]Mailing, error) {
	if before != "" && !isID(before) {
		return nil, ErrNotFound
	}
	if err := s.routeDue(ctx, now); err != nil {
		return nil, err
	}
	var list []Mailing
	err := s.dispatch(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id::text, kind, subject, content, created_at FROM mailings
			WHERE account_id = $1 AND ($2 = '' OR (created_at, id) < (SELECT created_at, id FROM mailings WHERE id = nullif($2, '')::uuid AND account_id = $1))
			ORDER BY created_at DESC, id DESC LIMIT $3`, account, before, limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Mailing, error) {
			m, err := pgx.RowToStructByPos[Mailing](row)
			m.CreatedAt = m.CreatedAt.UTC()
			return m, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list inbox: %w", plain(err))
	}
	return list, nil
}
