package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
	"duban/policy"
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
}

// What is sealed is not there for anybody but whom it tells (ADR 23). The row policies
// say so as well, but not to a superuser's login.
const selectMessages = `
SELECT m.id::text, m.mailing_id::text, coalesce(m.account_id, ''), coalesce(p.name, ''), m.kind, coalesce(nullif(a.name, ''), m.address_id), m.state, n.subject,
    m.tries, m.next_at, m.sent_at, m.may_have_arrived, m.code, m.status, m.reason, m.created_at,
    x.at, coalesce(x.status, ''), coalesce(x.server, ''), coalesce(x.said, '')
FROM messages m JOIN mailings n ON n.id = m.mailing_id AND NOT n.sealed
    LEFT JOIN accounts p ON p.id = m.account_id LEFT JOIN addresses a ON a.id = m.address_id
    LEFT JOIN LATERAL (SELECT t.at, b.status, b.server, b.said FROM bounces b JOIN message_tries t USING (message_id, no)
        WHERE b.message_id = m.id ORDER BY b.no DESC LIMIT 1) x ON m.state = 'dead' AND m.code = 'bounced'`

func scanMessage(row pgx.CollectableRow) (MessageView, error) {
	v, err := pgx.RowToStructByPos[MessageView](row)
	v.NextAt, v.CreatedAt = v.NextAt.UTC(), v.CreatedAt.UTC()
	v.SentAt, v.BouncedAt = inUTC(v.SentAt), inUTC(v.BouncedAt)
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
// first.
func (s *Store) Messages(ctx context.Context, state, after string, limit int) ([]MessageView, error) {
	if after == "" {
		after = firstID
	}
	if !isID(after) {
		return nil, ErrNotFound
	}
	rows, err := s.pool.Query(ctx, selectMessages+`
		WHERE m.state = $1 AND ($2 = '`+firstID+`' OR (m.created_at, m.id) > (SELECT created_at, id FROM messages WHERE id = $2::uuid))
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

// A CaseMessage is what one person was told of a case, or why not.
type CaseMessage struct {
	Seq        int64
	About      string
	Measures   []policy.MeasureKind
	Recipient  string
	Account    string
	Name       string
	Way        string
	Kind       string
	Mailing    string
	Suppressed string
	At         time.Time
	// Messages are its ways out of the house; none for what is in the inbox only.
	Messages []MessageView
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

// CaseMessages lists everything that was told about a case, to whom and by what
// way, and what was not and why, in the order of its events. A unit's person
// finds no case here.
func (s *Store) CaseMessages(ctx context.Context, a lifecycle.Actor, caseID string) ([]CaseMessage, error) {
	if !isID(caseID) || a.Unit != "" {
		return nil, ErrNotFound
	}
	if _, err := s.Case(ctx, a, caseID); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT w.seq, coalesce(o.about, e.kind, ''), coalesce(o.measures, '{}'), w.recipient, w.account_id, coalesce(p.name, ''), w.way, coalesce(n.kind, ''), coalesce(n.id::text, ''),
		    coalesce(w.suppressed, ''), w.at
		FROM mailing_letters w LEFT JOIN outbox o USING (case_id, seq, recipient) LEFT JOIN events e USING (case_id, seq)
		    LEFT JOIN accounts p ON p.id = w.account_id LEFT JOIN mailings n ON n.id = w.mailing_id
		WHERE w.case_id = $1 ORDER BY w.seq, w.recipient, w.account_id LIMIT 1000`, caseID)
	if err != nil {
		return nil, fmt.Errorf("list messages of %s: %w", caseID, plain(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m CaseMessage, err error) {
		err = row.Scan(&m.Seq, &m.About, &m.Measures, &m.Recipient, &m.Account, &m.Name, &m.Way, &m.Kind, &m.Mailing, &m.Suppressed, &m.At)
		m.At = m.At.UTC()
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("list messages of %s: %w", caseID, plain(err))
	}
	rows, err = s.pool.Query(ctx, selectMessages+`
		WHERE m.mailing_id IN (SELECT mailing_id FROM mailing_letters WHERE case_id = $1) ORDER BY m.created_at, m.id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("list messages of %s: %w", caseID, plain(err))
	}
	messages, err := pgx.CollectRows(rows, scanMessage)
	if err != nil {
		return nil, fmt.Errorf("list messages of %s: %w", caseID, plain(err))
	}
	by := map[string][]MessageView{}
	for _, m := range messages {
		by[m.Mailing] = append(by[m.Mailing], m)
	}
	for i := range list {
		list[i].Messages = by[list[i].Mailing]
	}
	return list, nil
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

// A Mailing is what a person was told, as it lies in the person's inbox.
type Mailing struct {
	ID        string
	Kind      string
	Subject   string
	Text      string
	CreatedAt time.Time
}

// Inbox lists what a person was told, the newest first, those before the given
// one: the person's own, so what is sealed for others is there too.
func (s *Store) Inbox(ctx context.Context, account, before string, limit int) ([]Mailing, error) {
	if before != "" && !isID(before) {
		return nil, ErrNotFound
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
