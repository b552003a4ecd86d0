package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A MessageView is a message as it may be shown: of its address no more than
// the kind and the name.
type MessageView struct {
	ID        string
	Mailing   string
	Account   string
	Name      string
	Kind      string
	Address   string
	State     string
	Subject   string
	Tries     int
	NextAt    time.Time
	SentAt    *time.Time
	MayHave   bool
	Code      string
	Status    int
	Reason    string
	CreatedAt time.Time
	// BouncedAt is when it came back, as long as it was not sent again;
	// BounceStatus is the code of RFC 3463, the rest the other side's word.
	BouncedAt                              *time.Time
	BounceStatus, BounceServer, BounceSaid string
	// ServedAt is when it was recorded that what was given up reached its person
	// otherwise, ServedHow how, ServedBy by whom.
	ServedAt            *time.Time
	ServedHow, ServedBy string
}

// What is sealed is not there for anybody but whom it tells (ADR 23). The row policies
// say so as well, but not to a superuser's login.
const selectMessages = `
SELECT m.id::text, m.mailing_id::text, coalesce(m.account_id, ''), coalesce(p.name, ''), m.kind, coalesce(nullif(a.name, ''), m.address_id), m.state, n.subject,
    m.tries, m.next_at, m.sent_at, m.may_have_arrived, m.code, m.status, m.reason, m.created_at,
    x.at, coalesce(x.status, ''), coalesce(x.server, ''), coalesce(x.said, ''), m.served_at, coalesce(y.reason, ''), coalesce(y.author, '')
FROM messages m JOIN mailings n ON n.id = m.mailing_id AND NOT n.sealed
    LEFT JOIN accounts p ON p.id = m.account_id LEFT JOIN addresses a ON a.id = m.address_id
    LEFT JOIN LATERAL (SELECT t.at, b.status, b.server, b.said FROM bounces b JOIN message_tries t USING (message_id, no)
        WHERE b.message_id = m.id ORDER BY b.no DESC LIMIT 1) x ON m.state = 'dead' AND m.code = 'bounced'
    LEFT JOIN LATERAL (SELECT t.reason, t.author FROM message_tries t WHERE t.message_id = m.id ORDER BY t.no DESC LIMIT 1) y ON m.served_at IS NOT NULL`

func scanMessage(row pgx.CollectableRow) (MessageView, error) {
	v, err := pgx.RowToStructByPos[MessageView](row)
	v.NextAt, v.CreatedAt = v.NextAt.UTC(), v.CreatedAt.UTC()
	v.SentAt, v.BouncedAt, v.ServedAt = inUTC(v.SentAt), inUTC(v.BouncedAt), inUTC(v.ServedAt)
	return v, err
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}

func (s *Store) oneMessage(ctx context.Context, id string) (MessageView, error) {
	rows, err := s.pool.Query(ctx, selectMessages+` WHERE m.id = $1`, id)
	if err != nil {
		return MessageView{}, fmt.Errorf("read message %s: %w", id, plain(err))
	}
	v, err := pgx.CollectExactlyOneRow(rows, scanMessage)
	if err != nil {
		return MessageView{}, fmt.Errorf("read message %s: %w", id, plain(err))
	}
	return v, nil
}

// Messages lists messages in a state, those after the given one, the oldest
// first, without those that reached their person otherwise.
func (s *Store) Messages(ctx context.Context, state, after string, limit int) ([]MessageView, error) {
	if after == "" {
		after = firstID
	}
	if !isID(after) {
		return nil, ErrNotFound
	}
	rows, err := s.pool.Query(ctx, selectMessages+`
		WHERE m.state = $1 AND m.served_at IS NULL AND ($2 = '`+firstID+`' OR (m.created_at, m.id) > (SELECT created_at, id FROM messages WHERE id = $2::uuid))
		ORDER BY m.created_at, m.id LIMIT $3`, state, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", plain(err))
	}
	list, err := pgx.CollectRows(rows, scanMessage)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", plain(err))
	}
	return list, nil
}

// A MessageTry is one try of a message.
type MessageTry struct {
	No             int
	At             time.Time
	Outcome        string
	MayHaveArrived bool
	Code           string
	Status         int
	Reason         string
	Author         string
}

// Message returns a message and every try of it.
func (s *Store) Message(ctx context.Context, id string) (MessageView, []MessageTry, error) {
	if !isID(id) {
		return MessageView{}, nil, ErrNotFound
	}
	v, err := s.oneMessage(ctx, id)
	if err != nil {
		return MessageView{}, nil, err
	}
	tries, err := s.messageTries(ctx, id)
	return v, tries, err
}

func (s *Store) messageTries(ctx context.Context, id string) ([]MessageTry, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT no, at, outcome, may_have_arrived, code, status, reason, author FROM message_tries WHERE message_id = $1 ORDER BY no`, id)
	if err != nil {
		return nil, fmt.Errorf("list tries of %s: %w", id, plain(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (MessageTry, error) {
		t, err := pgx.RowToStructByPos[MessageTry](row)
		t.At = t.At.UTC()
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("list tries of %s: %w", id, plain(err))
	}
	return list, nil
}
