package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// Why what was given up is not sent again, or is no longer undelivered.
var (
	// ErrNotDead: it was not given up, or reached its person otherwise since.
	ErrNotDead = errors.New("the message was not given up")
	// ErrNoAddress: its address was taken away, and the person has no other of the
	// kind that the mailing did not go to.
	ErrNoAddress = errors.New("there is no address to send the message to")
)

// ResendMessage orders a message that was given up, or came back, to be sent
// again, under its old id, and with all its tries before it. Where its address was
// taken away, its mailing goes to the person's present addresses of the kind
// instead, in messages of their own, of which it returns the first.
func (s *Store) ResendMessage(ctx context.Context, id, author string, now time.Time) (MessageView, error) {
	if !isID(id) {
		return MessageView{}, ErrNotFound
	}
	var went []string
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var dead bool
		if err := tx.QueryRow(ctx, `SELECT state = 'dead' AND served_at IS NULL FROM messages WHERE id = $1 AND NOT sealed FOR UPDATE`, id).Scan(&dead); err != nil {
			return err
		}
		if !dead {
			return ErrNotDead
		}
		var err error
		if went, err = resend(ctx, tx, []string{id}, author, now); err == nil && len(went) == 0 {
			err = ErrNoAddress
		}
		return err
	})
	if errors.Is(err, ErrNotDead) || errors.Is(err, ErrNoAddress) {
		return MessageView{}, err
	}
	if err != nil {
		return MessageView{}, fmt.Errorf("send message %s again: %w", id, plain(err))
	}
	return s.oneMessage(ctx, went[0])
}

// ResendMessages orders all that was given up with a code to be sent again, as
// ResendMessage does, and returns how many messages leave. What leads nowhere stays.
func (s *Store) ResendMessages(ctx context.Context, code, author string, now time.Time) (int, error) {
	var went []string
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id::text FROM messages WHERE state = 'dead' AND served_at IS NULL AND code = $1 AND NOT sealed ORDER BY id FOR UPDATE`, code)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(ids) == 0 {
			return err
		}
		went, err = resend(ctx, tx, ids, author, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("send messages given up with %s again: %w", code, plain(err))
	}
	return len(went), nil
}

// What has its address goes again itself.
const resendThere = `
UPDATE messages m SET state = 'queued', tries = 0, next_at = $2, code = '', status = 0, reason = ''
FROM addresses a WHERE m.id = ANY($1::uuid[]) AND a.id = m.address_id RETURNING m.id::text`

// What lost its address goes to those the person has now, and is done itself.
const resendElsewhere = `
WITH lost AS (
    SELECT m.id, m.mailing_id, m.account_id, m.kind FROM messages m
    WHERE m.id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM addresses a WHERE a.id = m.address_id)
), made AS (
    INSERT INTO messages (id, mailing_id, account_id, address_id, kind, next_at, created_at)
    SELECT gen_random_uuid(), l.mailing_id, l.account_id, a.id, a.kind, $2, $2
    FROM lost l JOIN addresses a ON a.kind = l.kind AND a.account_id IS NOT DISTINCT FROM l.account_id
    ORDER BY a.created_at, a.id
    ON CONFLICT (mailing_id, address_id) DO NOTHING RETURNING id, mailing_id, kind
), done AS (
    UPDATE messages m SET served_at = $2 FROM lost l
    WHERE m.id = l.id AND EXISTS (SELECT FROM made n WHERE n.mailing_id = l.mailing_id AND n.kind = l.kind) RETURNING m.id
)
SELECT id::text, false FROM made UNION ALL SELECT id::text, true FROM done`

const insertTries = `
INSERT INTO message_tries (message_id, no, at, outcome, may_have_arrived, code, status, reason, author)
SELECT id, coalesce((SELECT max(no) FROM message_tries t WHERE t.message_id = id), 0) + 1, $2, $3, false, $4, 0, $5, $6 FROM unnest($1::uuid[]) AS id`

// resend sends locked dead messages again, and returns those that leave.
func resend(ctx context.Context, tx pgx.Tx, ids []string, author string, now time.Time) ([]string, error) {
	rows, err := tx.Query(ctx, resendThere, ids, now)
	if err != nil {
		return nil, err
	}
	went, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, insertTries, went, now, "resent", "", "", author); err != nil {
		return nil, err
	}
	if len(went) == len(ids) {
		return went, nil
	}
	var (
		id   string
		old  bool
		done []string
	)
	rows, err = tx.Query(ctx, resendElsewhere, ids, now) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	_, err = pgx.ForEachRow(rows, []any{&id, &old}, func() error {
		if old {
			done = append(done, id)
		} else {
			went = append(went, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, insertTries, done, now, "served", "readdressed", "已改发现有地址。", author)
	return went, err
}

// ServeOtherwise records that what a message tells reached its person by another
// way, and how: it is undelivered no longer. It is for section heads, and for the
// officer of a case it tells of.
func (s *Store) ServeOtherwise(ctx context.Context, a lifecycle.Actor, id, how string, now time.Time) (MessageView, error) {
	if !isID(id) {
		return MessageView{}, ErrNotFound
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var dead bool
		err := tx.QueryRow(ctx, `
			SELECT m.state = 'dead' AND m.served_at IS NULL FROM messages m WHERE m.id = $1 AND NOT m.sealed
			    AND ($3 OR EXISTS (SELECT FROM mailing_letters l JOIN cases c ON c.id = l.case_id WHERE l.mailing_id = m.mailing_id AND c.officer = $2))
			FOR UPDATE`, id, a.Account, a.Has(lifecycle.Head)).Scan(&dead)
		if err != nil {
			return err
		}
		if !dead {
			return ErrNotDead
		}
		if _, err := tx.Exec(ctx, `UPDATE messages SET served_at = $2 WHERE id = $1`, id, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, insertTries, []string{id}, now, "served", "", how, a.Account)
		return err
	})
	if errors.Is(err, ErrNotDead) {
		return MessageView{}, err
	}
	if err != nil {
		return MessageView{}, fmt.Errorf("record message %s as served otherwise: %w", id, plain(err))
	}
	return s.oneMessage(ctx, id)
}
