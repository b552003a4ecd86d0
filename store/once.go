package store

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// ErrTokenGone: the request made a token, and whoever repeats it has not the token
// that asked for it, without which it cannot be told again.
var ErrTokenGone = errors.New("the token cannot be told again")

// A Keyed is a request that changes something, under its sender's key.
type Keyed struct {
	Account string
	Key     string
	// Fingerprint is a hash of method, path and body: the same key with another one
	// is ErrKeyReused.
	Fingerprint []byte
	// Secret is the token that the sender came with. Tokens that the request makes
	// are derived from it, and so can be told again to nobody else.
	Secret string
}

// A Reply is what a request was answered with.
type Reply struct {
	Status int
	Header map[string]string
	Body   []byte
	// Refused: what was written is kept, but the key is left free.
	Refused bool
	// Again: it was answered before, and nothing was done now.
	Again bool
}

// A once is a request under way that is answered once.
type once struct {
	tx     pgx.Tx
	secret string
	salt   []byte
	tokens []string
}

type onceKey struct{}

func onceOf(ctx context.Context) *once {
	o, _ := ctx.Value(onceKey{}).(*once)
	return o
}

// Once answers a request once: a known key gets its first answer, and otherwise
// whatever run writes with the context it is given is committed together with its
// answer, or not at all. An error of run leaves nothing written and the key free.
// Run must not write with another context, nor execute a command, which has a
// receipt of its own.
func (s *Store) Once(ctx context.Context, k Keyed, run func(context.Context) (Reply, error)) (Reply, error) {
	id := CommandID(k.Account, k.Key)
	var reply Reply
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Two of the same key wait for each other.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('request ' || $1, 0))`, id); err != nil {
			return err
		}
		known, err := knownReply(ctx, tx, id, k)
		if err != nil || known != nil {
			if known != nil {
				reply = *known
			}
			return err
		}
		o := &once{tx: tx, secret: k.Secret}
		if reply, err = run(context.WithValue(ctx, onceKey{}, o)); err != nil || reply.Refused {
			return err
		}
		header, err := json.Marshal(reply.Header)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO request_receipts (id, account_id, fingerprint, status, header, body, salt) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, k.Account, k.Fingerprint, reply.Status, header, o.hide(reply.Body), o.salt)
		return err
	})
	if err != nil {
		return Reply{}, fmt.Errorf("answer request %s: %w", id, plain(err))
	}
	return reply, nil
}

// knownReply is what the key was answered with before; nil when it is new. A key
// that a command or a file of the same person had is theirs.
func knownReply(ctx context.Context, tx pgx.Tx, id string, k Keyed) (*Reply, error) {
	var (
		had, header, body, salt []byte
		status                  int
	)
	err := tx.QueryRow(ctx, `
		SELECT fingerprint, status, header, body, salt FROM request_receipts WHERE id = $1
		UNION ALL SELECT ''::bytea, 0, 'null', ''::bytea, NULL FROM receipts WHERE command_id = $1
		UNION ALL SELECT ''::bytea, 0, 'null', ''::bytea, NULL FROM evidence WHERE id = $2 LIMIT 1`,
		id, EvidenceID(k.Account, k.Key)).Scan(&had, &status, &header, &body, &salt)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil //nolint:nilnil // none is an answer
	case err != nil:
		return nil, err
	case !bytes.Equal(had, k.Fingerprint):
		return nil, ErrKeyReused
	}
	reply := &Reply{Status: status, Again: true}
	if err := json.Unmarshal(header, &reply.Header); err != nil {
		return nil, fmt.Errorf("decode receipt: %w", err)
	}
	reply.Body, err = (&once{tx: tx, secret: k.Secret, salt: salt}).show(ctx, body)
	return reply, err
}

// hidden stands for the n-th token of a request in its receipt. No token has a 0
// or a 1 in it.
func hidden(n int) []byte { return []byte(tokenPrefix + "00000000" + strconv.Itoa(n)) }

// hide takes the tokens out of an answer.
func (o *once) hide(body []byte) []byte {
	body = append([]byte{}, body...)
	for n, token := range o.tokens {
		body = bytes.ReplaceAll(body, []byte(token), hidden(n))
	}
	return body
}

// show puts the tokens back into an answer, if who asks can derive them.
func (o *once) show(ctx context.Context, body []byte) ([]byte, error) {
	if o.salt == nil {
		return body, nil
	}
	for n := 0; bytes.Contains(body, hidden(n)); n++ {
		token := o.derive(n)
		var made bool
		if err := o.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM tokens WHERE hash = $1)`, hashToken(token)).Scan(&made); err != nil {
			return nil, err
		}
		if !made {
			return nil, ErrTokenGone
		}
		body = bytes.ReplaceAll(body, hidden(n), []byte(token))
	}
	return body, nil
}

// token is the request's next token.
func (o *once) token() string {
	if o.salt == nil {
		o.salt = make([]byte, sha256.Size)
		_, _ = rand.Read(o.salt) // it never fails
	}
	token := o.derive(len(o.tokens))
	o.tokens = append(o.tokens, token)
	return token
}

// derive makes a token that neither the record nor the asker could make alone: the
// one has the salt, the other the secret.
func (o *once) derive(n int) string {
	h := hmac.New(sha256.New, []byte(o.secret))
	h.Write(o.salt)
	h.Write([]byte(strconv.Itoa(n)))
	text := base32.StdEncoding.EncodeToString(h.Sum(nil))
	return tokenPrefix + text[:tokenLength]
}
