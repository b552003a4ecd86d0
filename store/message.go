package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// The states of a message. They stand in the record.
const (
	MessageQueued  = "queued"
	MessageSending = "sending"
	MessageSent    = "sent"
	// MessageHeld: the breaker stopped it; it goes later.
	MessageHeld = "held"
	// MessageDead: it is tried no more unless somebody orders it.
	MessageDead = "dead"
)

// An Outgoing is a message that was claimed to be sent now.
type Outgoing struct {
	ID string
	// Claim is what makes this try its owner's.
	Claim string
	Address
	Subject string
	Text    string
	// Cases are those it tells of; of a webhook alone, whose reader is a program.
	Cases     []MailedCase
	CreatedAt time.Time
	// Tries is how many counted before this one.
	Tries int
	// Sealed: it tells a drawn team of its look-back, and nobody may learn yet that
	// it is there.
	Sealed bool
}

// A Breaker bounds how many mailings one person gets within a time.
type Breaker struct {
	Most int
	Per  time.Duration
}

// A Claimed is what one claim brought.
type Claimed struct {
	Messages []Outgoing
	// Held is how many were stopped by the breaker, Dead how many lead nowhere
	// any more; Floods names the people for whom the breaker tripped just now.
	Held, Dead int
	Floods     []string
	More       bool
}

// TakeSender makes the owner the one who sends until an instant, unless another
// is; the owner may take it again and again.
func (s *Store) TakeSender(ctx context.Context, owner string, now, until time.Time) (bool, error) {
	tag, err := s.pool.Exec(ctx, `
		INSERT INTO sender (owner, until) VALUES ($1, $3)
		ON CONFLICT (one) DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE sender.owner = $1 OR sender.until <= $2`, owner, now, until)
	if err != nil {
		return false, fmt.Errorf("take the sender's turn: %w", plain(err))
	}
	return tag.RowsAffected() == 1, nil
}

type candidate struct {
	Outgoing

	mailing, account string
	sending, tried   bool
	gone, ended      bool
}

// recipient is whom the breaker counts for.
func (c candidate) recipient() string {
	if c.account != "" {
		return c.account
	}
	return c.Address.ID
}

const selectDue = `
SELECT m.id::text, m.mailing_id::text, coalesce(m.account_id, ''), m.state = 'sending', m.tried_at IS NOT NULL, m.tries, m.address_id,
    m.kind, n.subject, n.content, n.created_at, m.sealed
FROM messages m JOIN mailings n ON n.id = m.mailing_id
WHERE m.state IN ('queued', 'sending', 'held') AND m.next_at <= $1 AND ($3 OR NOT n.by_timer)
ORDER BY m.next_at, m.created_at, m.id LIMIT $2 FOR UPDATE OF m SKIP LOCKED`

// ClaimMessages claims up to limit messages that may be tried now, each until
// the instant its claim ends: whoever dies meanwhile leaves it to the next. What a
// timer ordered leaves in working time only, when it is tried again as well. What
// is too much for one person is held and tried again when the time has passed;
// what tells of a look-back of today neither waits nor counts, because that would
// show on what else the person is sent.
func (s *Store) ClaimMessages(ctx context.Context, now, until time.Time, limit int, breaker Breaker) (Claimed, error) {
	var got Claimed
	r, err := s.currentRules(ctx)
	if err != nil {
		return got, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		got = Claimed{}
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, mailLock); err != nil {
			return err
		}
		due, err := dueMessages(ctx, tx, now, limit, r.LeaveHour(now))
		if err != nil {
			return err
		}
		got.More = len(due) == limit
		if err := s.mailedCases(ctx, tx, due); err != nil {
			return err
		}
		recent, err := recentMailings(ctx, tx, due, now.Add(-breaker.Per))
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue("SET LOCAL ROLE " + RoleDispatch)
		var held []string
		for _, c := range due {
			switch {
			case c.gone:
				got.Dead++
				queueEnd(b, c.ID, "address_gone", "接收地址已删除。", now)
				continue
			case c.ended:
				got.Dead++
				queueEnd(b, c.ID, "account_ended", "账号已停用。", now)
				continue
			}
			with := recent[c.recipient()]
			if !c.Sealed && !c.tried && !with[c.mailing] && len(with) >= breaker.Most {
				got.Held++
				held = append(held, c.recipient())
				b.Queue(`UPDATE messages SET state = 'held', next_at = $2, code = 'flood', status = 0, reason = '发送过于频繁，暂缓发送。' WHERE id = $1`,
					c.ID, now.Add(breaker.Per))
				continue
			}
			if !c.Sealed {
				with[c.mailing] = true
			}
			if c.sending { // whoever had it died, after a try as likely as before
				c.Tries++
			}
			c.Claim = uuid.NewString()
			c.CreatedAt = c.CreatedAt.UTC()
			c.Account = c.account
			got.Messages = append(got.Messages, c.Outgoing)
			b.Queue(`
				UPDATE messages SET state = 'sending', claim = $2, next_at = $3, tried_at = $4, tries = $5, may_have_arrived = may_have_arrived OR $6,
				    sent_to = CASE WHEN kind = 'email' THEN $7::bytea END
				WHERE id = $1`, c.ID, c.Claim, until, now, c.Tries, c.sending, sentTo(c.Address.Address))
		}
		b.Queue("SET LOCAL ROLE NONE")
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		got.Floods, err = floods(ctx, tx, held, now)
		return err
	})
	if err != nil {
		return Claimed{}, fmt.Errorf("claim messages: %w", plain(err))
	}
	return got, nil
}

// selectWays finds where messages lead, in their order.
const selectWays = `
SELECT a.id IS NULL, coalesce(a.address, ''), coalesce(a.secret, ''), coalesce(a.name, ''), coalesce(p.disabled_at IS NOT NULL, false)
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS m (account_id, address_id, n)
    LEFT JOIN addresses a ON a.id = m.address_id LEFT JOIN accounts p ON p.id = m.account_id ORDER BY m.n`

// dueMessages locks messages that may be tried now, the sealed ones among them, and
// finds out where they lead. Leave: those that a timer ordered may leave.
func dueMessages(ctx context.Context, tx pgx.Tx, now time.Time, limit int, leave bool) (due []candidate, err error) {
	b := &pgx.Batch{}
	as(b, RoleDispatch, func(b *pgx.Batch) {
		b.Queue(selectDue, now, limit, leave).Query(func(rows pgx.Rows) (err error) {
			due, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c candidate, err error) {
				return c, row.Scan(&c.ID, &c.mailing, &c.account, &c.sending, &c.tried, &c.Tries, &c.Address.ID, &c.Kind, &c.Subject, &c.Text, &c.CreatedAt, &c.Sealed)
			})
			return err
		})
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	accounts, addresses := make([]string, len(due)), make([]string, len(due))
	for i, c := range due {
		accounts[i], addresses[i] = c.account, c.Address.ID
	}
	rows, err := tx.Query(ctx, selectWays, accounts, addresses) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	var to candidate
	i := 0
	_, err = pgx.ForEachRow(rows, []any{&to.gone, &to.Address.Address, &to.Secret, &to.Name, &to.ended}, func() error {
		c := &due[i]
		c.gone, c.Address.Address, c.Secret, c.Name, c.ended = to.gone, to.Address.Address, to.Secret, to.Name, to.ended
		i++
		return nil
	})
	return due, err
}

const selectRecent = `
SELECT DISTINCT coalesce(account_id, address_id), mailing_id::text FROM messages
WHERE tried_at > $2 AND NOT sealed AND (account_id = ANY($1) OR account_id IS NULL AND address_id = ANY($1))`

// recentMailings are the mailings that were tried to be sent to the candidates'
// people since an instant.
func recentMailings(ctx context.Context, tx pgx.Tx, due []candidate, since time.Time) (map[string]map[string]bool, error) {
	recent := map[string]map[string]bool{}
	var recipients []string
	for _, c := range due {
		if recent[c.recipient()] == nil {
			recent[c.recipient()] = map[string]bool{}
			recipients = append(recipients, c.recipient())
		}
	}
	rows, err := tx.Query(ctx, selectRecent, recipients, since) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, err
	}
	var who, mailing string
	_, err = pgx.ForEachRow(rows, []any{&who, &mailing}, func() error {
		recent[who][mailing] = true
		return nil
	})
	return recent, err
}

func queueEnd(b *pgx.Batch, id, code, zh string, now time.Time) {
	b.Queue(`UPDATE messages SET state = 'dead', claim = NULL, code = $2, status = 0, reason = $3 WHERE id = $1`, id, code, zh)
	b.Queue(insertTry, id, now, "dead", false, code, 0, zh, "")
}

// floods opens a flood for everybody whose messages were held and who had none,
// and tells the administrators in the same transaction, once. A flood ends when
// nothing of it is held any more.
func floods(ctx context.Context, tx pgx.Tx, held []string, now time.Time) ([]string, error) {
	if _, err := tx.Exec(ctx, `
		UPDATE floods f SET ended_at = $1 WHERE ended_at IS NULL
		AND NOT EXISTS (SELECT FROM messages m WHERE m.state = 'held' AND coalesce(m.account_id, m.address_id) = f.recipient)`, now); err != nil {
		return nil, err
	}
	var began []string
	for _, who := range held {
		id := newID()
		tag, err := tx.Exec(ctx, `INSERT INTO floods (id, recipient, began_at) VALUES ($1, $2, $3) ON CONFLICT (recipient) WHERE ended_at IS NULL DO NOTHING`, id, who, now)
		if err != nil {
			return nil, err
		}
		if tag.RowsAffected() == 0 {
			continue
		}
		began = append(began, who)
		rows, err := tx.Query(ctx, `
			INSERT INTO mailings (id, account_id, kind, subject, content, created_at)
			SELECT gen_random_uuid(), a.id, 'alert', '消息过多，已暂缓发送',
			    '发给' || coalesce((SELECT name FROM accounts WHERE id = $1), '群机器人') || '（' || $1 || '）的消息超过上限，其余暂缓发送，不会丢失，稍后自动补发。请检查原因。', $2
			FROM accounts a WHERE 'admin' = ANY(a.roles) AND a.disabled_at IS NULL RETURNING id::text`, who, now)
		if err != nil {
			return nil, err
		}
		made, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		b := &pgx.Batch{}
		queueMessages(b, made, now)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return nil, err
		}
	}
	return began, nil
}

// A Result is what a try came to.
type Result struct {
	// State is what becomes of the message: sent, queued or dead.
	State string
	// Counts: the try is one of those a message has.
	Counts bool
	// NextAt is when a queued one is tried again.
	NextAt         time.Time
	MayHaveArrived bool
	Code           string
	Status         int
	Reason         string
}

// outcome is a result as the tries name it.
func (r Result) outcome() string {
	if r.State == MessageQueued {
		return "again"
	}
	return r.State
}

const insertTry = `
INSERT INTO message_tries (message_id, no, at, outcome, may_have_arrived, code, status, reason, author)
SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM message_tries WHERE message_id = $1`

// MarkMessage records what a try came to, unless its claim went to somebody
// else meanwhile, who will record the same of a try of their own. It reports
// whether it did.
func (s *Store) MarkMessage(ctx context.Context, m Outgoing, r Result, now time.Time) (bool, error) {
	marked := false
	err := s.dispatch(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE messages SET state = $3, claim = NULL, next_at = $4, tries = tries + $5, may_have_arrived = may_have_arrived OR $6,
			    code = $7, status = $8, reason = $9, sent_at = CASE WHEN $3 = 'sent' THEN $10::timestamptz END
			WHERE id = $1 AND claim = $2`, m.ID, m.Claim, r.State, laterOf(r.NextAt, now), counted(r.Counts), r.MayHaveArrived, r.Code, r.Status, r.Reason, now)
		if err != nil {
			return err
		}
		marked = tag.RowsAffected() == 1
		if !marked || !r.Counts {
			return nil
		}
		_, err = tx.Exec(ctx, insertTry, m.ID, now, r.outcome(), r.MayHaveArrived, r.Code, r.Status, r.Reason, "")
		return err
	})
	if err != nil {
		return false, fmt.Errorf("mark message %s: %w", m.ID, plain(err))
	}
	return marked, nil
}

func counted(counts bool) int {
	if counts {
		return 1
	}
	return 0
}

func laterOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// MessagesWaiting counts the messages that are not sent, by state, without the
// sealed ones and those served otherwise.
func (s *Store) MessagesWaiting(ctx context.Context) (map[string]int, error) {
	rows, err := s.pool.Query(ctx, `SELECT state, count(*) FROM messages WHERE state <> 'sent' AND served_at IS NULL AND NOT sealed GROUP BY state`) //nolint:rowserrcheck // ForEachRow checks it
	if err != nil {
		return nil, fmt.Errorf("count messages: %w", plain(err))
	}
	var (
		state string
		n     int
	)
	waiting := map[string]int{}
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		waiting[state] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count messages: %w", plain(err))
	}
	return waiting, nil
}
