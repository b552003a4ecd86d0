package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// codeBounced is the code of a message that came back. It stands in the record.
const codeBounced = "bounced"

// A Bounce is what somebody says of a message of ours: that it came back.
type Bounce struct {
	// Digest is what tells this report from every other.
	Digest [32]byte
	// Message is which it is about, as far as the report says.
	Message string
	// Failed are those whom it did not reach.
	Failed []BouncedFor
}

// A BouncedFor is what is said of one recipient.
type BouncedFor struct {
	// Addresses are the recipient's names.
	Addresses []string
	// Status is the code of RFC 3463, Reply that of SMTP; either may be missing.
	Status string
	Reply  int
	// Server is who said it, Said what, and Reason our own sentence for it.
	Server, Said, Reason string
}

// A BounceFate is what became of a bounce.
type BounceFate string

// The fates of a bounce.
const (
	// BounceRecorded: the message is marked as come back.
	BounceRecorded BounceFate = "recorded"
	// BounceKnown: it is in the record already, or the message has been given up
	// or ordered to be sent again since.
	BounceKnown BounceFate = "known"
	// BounceEarly: the message was sent as likely as not, and is not marked so
	// yet. The bounce must be told again later.
	BounceEarly BounceFate = "early"
	// BounceUnknown: there is no such message.
	BounceUnknown BounceFate = "unknown"
	// BounceForeign: the message never went to any such address.
	BounceForeign BounceFate = "foreign"
)

// sentTo is what the record keeps of an address that a message went to.
func sentTo(address string) []byte {
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return sum[:]
}

// to is what the bounce says of the address a message was sent to.
func (b Bounce) to(sent []byte) (BouncedFor, bool) {
	for _, one := range b.Failed {
		for _, a := range one.Addresses {
			if bytes.Equal(sentTo(a), sent) {
				return one, true
			}
		}
	}
	return BouncedFor{}, false
}

const selectBounced = `
SELECT m.state, m.kind = 'email' AND m.tried_at IS NOT NULL, m.sent_to,
    coalesce((SELECT t.outcome FROM message_tries t WHERE t.message_id = m.id ORDER BY t.no DESC LIMIT 1), ''),
    EXISTS (SELECT FROM bounces b WHERE b.digest = $2)
FROM messages m WHERE m.id = $1 FOR UPDATE`

// What was sent before it was kept to which address went to the one of today.
const selectSentTo = `
SELECT sha256(convert_to(lower(a.address), 'UTF8')) FROM messages m JOIN addresses a ON a.id = m.address_id WHERE m.id = $1 AND m.sent_to IS NULL`

// RecordBounce records that a message came back, if it was sent to whom the
// bounce says: it is given up then, with what the other side said of it, and can
// be ordered to be sent again. The same bounce is recorded once, and a message
// comes back once each time it was sent.
func (s *Store) RecordBounce(ctx context.Context, b Bounce, now time.Time) (BounceFate, error) {
	if !isID(b.Message) {
		return BounceUnknown, nil
	}
	var become BounceFate
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var (
			state, last string
			tried, have bool
			sent, today []byte
		)
		if err := tx.QueryRow(ctx, selectSentTo, b.Message).Scan(&today); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err := takeOn(ctx, tx, RoleDispatch); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, selectBounced, b.Message, b.Digest[:]).Scan(&state, &tried, &sent, &last, &have)
		if errors.Is(err, pgx.ErrNoRows) {
			become = BounceUnknown
			return nil
		}
		if err != nil {
			return err
		}
		if sent == nil {
			sent = today
		}
		said, ours := b.to(sent)
		switch {
		case have, state == MessageDead, state == MessageQueued && last == "resent":
			become = BounceKnown
		case !tried, !ours:
			become = BounceForeign
		case state != MessageSent:
			become = BounceEarly
		default:
			become = BounceRecorded
			return said.record(ctx, tx, b, now)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("record bounce of %s: %w", b.Message, plain(err))
	}
	return become, nil
}

// record writes that the message came back, as one more thing that happened to
// it: that it was sent stays in its history.
func (f BouncedFor) record(ctx context.Context, tx pgx.Tx, b Bounce, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE messages SET state = 'dead', sent_at = NULL, code = $2, status = $3, reason = $4 WHERE id = $1`,
		b.Message, codeBounced, f.Reply, f.Reason); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, insertTry, b.Message, now, codeBounced, false, codeBounced, f.Reply, f.Reason, ""); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO bounces (digest, message_id, no, status, server, said)
		SELECT $2, $1, max(no), $3, $4, $5 FROM message_tries WHERE message_id = $1`, b.Message, b.Digest[:], f.Status, f.Server, f.Said)
	return err
}
