package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
)

// Evidence is what the record knows of one file: everything but its content.
type Evidence struct {
	ID   string
	Case string
	// SHA256 is the hash of the content, in hex, and so where it is kept.
	SHA256 string
	Size   int64
	Media  string
	Name   string
	// ByUnit: the unit sent it, and not the committee.
	ByUnit               bool
	Account, AccountName string
	ReceivedAt           time.Time
	// Effective is the date the paper bears; none when nobody said.
	Effective calendar.Date
}

// NewEvidence is a file that is kept already and is to be written down.
type NewEvidence struct {
	Actor lifecycle.Actor
	// Key is the caller's idempotency key, and Fingerprint a hash of the request.
	Key         string
	Fingerprint []byte
	Case        string
	SHA256      string
	Size        int64
	Media       string
	Name        string
	ReceivedAt  time.Time
	Effective   calendar.Date
	Quota       Quota
}

// A Quota bounds how many bytes of evidence there may be. What a unit sends and
// what the committee adds are counted apart: a unit that comes to its limit
// must not learn from it how much the committee has.
type Quota struct{ Case, Unit int64 }

// A QuotaError is a file that there is no room for.
type QuotaError struct {
	// OfUnit: it is the unit's quota that is used up, not the case's.
	OfUnit bool
	Limit  int64
}

// Error names the limit.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("no room for more evidence: the limit is %d bytes", e.Limit)
}

// ErrSettled: nothing more can happen to the case, so nothing is added to it.
var ErrSettled = errors.New("the case is settled")

//nolint:gochecknoglobals // a constant that Go cannot write as such
var evidenceSpace = uuid.MustParse("6f3a3c0e-5a0e-5d53-9d0e-2f1d0b7a4c03")

// EvidenceID is the id of the evidence an account sends under a key.
func EvidenceID(account, key string) string {
	return uuid.NewSHA1(evidenceSpace, []byte(account+"\x00"+key)).String()
}

// EvidenceDoor says whether the asker may add evidence to a case now, before a
// file is taken in: ErrNotFound for a case that is not the asker's to see,
// ErrSettled for one that is over, a *QuotaError when there is no room at all.
// A key that was answered before is let through, to get that answer again.
// AddEvidence decides it all once more.
func (s *Store) EvidenceDoor(ctx context.Context, a lifecycle.Actor, caseID, key string, quota Quota) error {
	if !isID(caseID) {
		return ErrNotFound
	}
	if _, err := s.OneEvidence(ctx, a, caseID, EvidenceID(a.Account, key)); !errors.Is(err, ErrNotFound) {
		return err
	}
	unit, err := evidenceCase(ctx, s.pool, a, caseID)
	if err == nil {
		err = room(ctx, s.pool, a, caseID, unit, 1, quota)
	}
	return plain(err)
}

// evidenceCase is the unit of a case that the asker may add evidence to.
func evidenceCase(ctx context.Context, q querier, a lifecycle.Actor, caseID string) (unit string, err error) {
	var settled bool
	err = q.QueryRow(ctx, `
		SELECT c.unit_id, c.settled_at IS NOT NULL FROM cases c
		WHERE c.id = $1 AND ($2 = '' OR EXISTS (
			SELECT FROM unit_cases u WHERE u.case_id = c.id AND u.unit_id = $2 AND u.stage <> $3))
		FOR SHARE OF c`, caseID, a.Unit, string(lifecycle.UnitMisdirected)).Scan(&unit, &settled)
	if err == nil && settled {
		err = ErrSettled
	}
	return unit, err
}

// room refuses so many more bytes when they would go beyond a quota.
func room(ctx context.Context, q querier, a lifecycle.Actor, caseID, unit string, more int64, quota Quota) error {
	var ofCase, ofUnit int64
	err := q.QueryRow(ctx, `
		SELECT (SELECT coalesce(sum(size), 0)::bigint FROM evidence WHERE case_id = $1 AND by_unit = $3),
		       (SELECT coalesce(sum(size), 0)::bigint FROM evidence WHERE unit_id = $2 AND by_unit = $3)`,
		caseID, unit, a.Unit != "").Scan(&ofCase, &ofUnit)
	switch {
	case err != nil:
		return err
	case ofCase+more > quota.Case:
		return &QuotaError{Limit: quota.Case}
	case ofUnit+more > quota.Unit:
		return &QuotaError{OfUnit: true, Limit: quota.Unit}
	default:
		return nil
	}
}

// AddEvidence writes down a file that is kept already, in one transaction: a
// known key gets its first answer, and whether there is room is decided under
// a lock, so that any number of files that come at once stay within the quota.
func (s *Store) AddEvidence(ctx context.Context, n NewEvidence) (Evidence, error) {
	if !isID(n.Case) {
		return Evidence{}, ErrNotFound
	}
	sum, err := hex.DecodeString(n.SHA256)
	if err != nil {
		return Evidence{}, fmt.Errorf("add evidence to %s: %w", n.Case, err)
	}
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	var added Evidence
	err = retry(ctx, func() error {
		added, err = s.tryEvidence(ctx, n, sum)
		return err
	})
	if err != nil {
		return Evidence{}, fmt.Errorf("add evidence to %s: %w", n.Case, err)
	}
	return added, nil
}

func (s *Store) tryEvidence(ctx context.Context, n NewEvidence, sum []byte) (Evidence, error) {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return Evidence{}, err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // after a commit there is nothing to roll back
	id := EvidenceID(n.Actor.Account, n.Key)
	known, err := knownEvidence(ctx, tx, n, id)
	if err != nil || known.ID != "" {
		return known, err
	}
	unit, err := evidenceCase(ctx, tx, n.Actor, n.Case)
	if err != nil {
		return Evidence{}, err
	}
	// Case before unit, everywhere; evidence is counted under both.
	for _, of := range []string{n.Case, unit} {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('evidence ' || $1, 0))`, of); err != nil {
			return Evidence{}, err
		}
	}
	// A later statement: it sees what whoever held the locks has committed.
	if known, err = knownEvidence(ctx, tx, n, id); err != nil || known.ID != "" {
		return known, err
	}
	if err := room(ctx, tx, n.Actor, n.Case, unit, n.Size, n.Quota); err != nil {
		return Evidence{}, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO evidence (id, case_id, received_at, size, effective_on, by_unit, sha256, unit_id, account_id, account_name, media_type, name, fingerprint)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		id, n.Case, n.ReceivedAt, n.Size, n.Effective, n.Actor.Unit != "", sum, unit, n.Actor.Account, n.Actor.Name, n.Media, n.Name, n.Fingerprint)
	if err != nil {
		return Evidence{}, err
	}
	added, err := knownEvidence(ctx, tx, n, id)
	if err != nil {
		return Evidence{}, err
	}
	return added, tx.Commit(ctx)
}

const selectEvidence = `
SELECT id, case_id, encode(sha256, 'hex'), size, media_type, name, by_unit, account_id, account_name, received_at, effective_on
FROM evidence `

func scanEvidence(row pgx.CollectableRow) (Evidence, error) {
	var e Evidence
	err := row.Scan(&e.ID, &e.Case, &e.SHA256, &e.Size, &e.Media, &e.Name, &e.ByUnit, &e.Account, &e.AccountName, &e.ReceivedAt, &e.Effective)
	e.ReceivedAt = e.ReceivedAt.UTC()
	return e, err
}

// knownEvidence is what the key was answered with before; empty when it is new.
// A key that a command of the same person had is that command's.
func knownEvidence(ctx context.Context, q querier, n NewEvidence, id string) (Evidence, error) {
	var had []byte
	err := q.QueryRow(ctx, `
		SELECT fingerprint FROM evidence WHERE id = $1
		UNION ALL SELECT ''::bytea FROM receipts WHERE command_id = $2
		UNION ALL SELECT ''::bytea FROM request_receipts WHERE id = $2 LIMIT 1`, id, CommandID(n.Actor.Account, n.Key)).Scan(&had)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Evidence{}, nil
	case err != nil:
		return Evidence{}, err
	case !bytes.Equal(had, n.Fingerprint):
		return Evidence{}, ErrKeyReused
	}
	return oneEvidence(ctx, q, n.Actor, n.Case, id)
}

// mine is the evidence of a case that the asker may see. To a unit that is what
// it sent itself, while the case is there for it and is its own.
const mine = `
WHERE case_id = $1 AND ($2 = '' OR by_unit AND unit_id = $2 AND EXISTS (
	SELECT FROM unit_cases u WHERE u.case_id = $1 AND u.unit_id = $2 AND u.stage <> '` + string(lifecycle.UnitMisdirected) + `'))`

// Evidence lists the evidence of a case that the asker may see, in the order in
// which it came, after the one with the id.
func (s *Store) Evidence(ctx context.Context, a lifecycle.Actor, caseID, after string, limit int) ([]Evidence, error) {
	if _, err := s.Case(ctx, a, caseID); err != nil {
		return nil, err
	}
	if after != "" {
		switch _, err := s.OneEvidence(ctx, a, caseID, after); {
		case errors.Is(err, ErrNotFound):
			return nil, ErrCursor
		case err != nil:
			return nil, err
		}
	}
	rows, err := s.pool.Query(ctx, selectEvidence+mine+`
		AND ($3 = '' OR (received_at, id) > (SELECT received_at, id FROM evidence WHERE id = nullif($3, '')::uuid))
		ORDER BY received_at, id LIMIT $4`, caseID, a.Unit, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list evidence of %s: %w", caseID, plain(err))
	}
	list, err := pgx.CollectRows(rows, scanEvidence)
	if err != nil {
		return nil, fmt.Errorf("list evidence of %s: %w", caseID, plain(err))
	}
	return list, nil
}

// OneEvidence is one piece of evidence that the asker may see. Whatever the
// asker may not is ErrNotFound, like what is not there.
func (s *Store) OneEvidence(ctx context.Context, a lifecycle.Actor, caseID, id string) (Evidence, error) {
	if !isID(caseID) || !isID(id) {
		return Evidence{}, ErrNotFound
	}
	e, err := oneEvidence(ctx, s.pool, a, caseID, id)
	if err != nil {
		return Evidence{}, fmt.Errorf("read evidence %s: %w", id, plain(err))
	}
	return e, nil
}

func oneEvidence(ctx context.Context, q querier, a lifecycle.Actor, caseID, id string) (Evidence, error) {
	rows, err := q.Query(ctx, selectEvidence+mine+` AND id = $3`, caseID, a.Unit, id)
	if err != nil {
		return Evidence{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanEvidence)
}

// EvidenceHashes lists the hash of every file the record names, once each.
func (s *Store) EvidenceHashes(ctx context.Context) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT encode(sha256, 'hex') FROM evidence`)
	if err != nil {
		return nil, fmt.Errorf("list hashes of evidence: %w", plain(err))
	}
	hashes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list hashes of evidence: %w", plain(err))
	}
	return hashes, nil
}
