package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// A receipt says that a command was answered, and with what.
type receipt struct {
	command, account string
	fingerprint      []byte
	caseID           string
	kind             string
	version          int64
	at               time.Time
	policy, calendar int
	refusal          []byte
}

// selectReceipt finds as well what is no command, so that a key stands for one
// request: its kind is empty, and its fingerprint longer than any command's.
const selectReceipt = `
SELECT command_id, account_id, fingerprint, case_id, kind, version, at, policy_version, calendar_version, refusal
FROM receipts WHERE command_id = $1
UNION ALL SELECT id, account_id, fingerprint, id, '', 0, at, 0, 0, NULL FROM request_receipts WHERE id = $1`

const insertReceipt = `
INSERT INTO receipts (command_id, account_id, fingerprint, case_id, kind, version, at, policy_version, calendar_version, refusal)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// scanReceipt reads a receipt if there is one.
func scanReceipt(into **receipt) func(pgx.Row) error {
	return func(row pgx.Row) error {
		var r receipt
		err := row.Scan(&r.command, &r.account, &r.fingerprint, &r.caseID, &r.kind, &r.version, &r.at, &r.policy, &r.calendar, &r.refusal)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err == nil {
			*into = &r
		}
		return err
	}
}

func encodeRefusal(r *lifecycle.Refusal) ([]byte, error) {
	if r == nil {
		return nil, nil
	}
	return json.Marshal(r)
}

// Receipt returns the answer to a command, rendered for the asker: the person
// who sent it. Anybody else's is ErrNotFound.
func (s *Store) Receipt(ctx context.Context, a lifecycle.Actor, commandID string) (Answer, error) {
	if !isID(commandID) {
		return Answer{}, ErrNotFound
	}
	var r *receipt
	if err := scanReceipt(&r)(s.pool.QueryRow(ctx, selectReceipt, commandID)); err != nil {
		return Answer{}, fmt.Errorf("read receipt %s: %w", commandID, plain(err))
	}
	if r == nil || r.account != a.Account || r.kind == "" {
		return Answer{}, ErrNotFound
	}
	return s.answer(ctx, s.pool, *r, a)
}

// answer makes the answer of a receipt again: the case as it was at the version
// answered with, folded from the record, and what the asker could do then.
func (s *Store) answer(ctx context.Context, q querier, r receipt, a lifecycle.Actor) (Answer, error) {
	out := Answer{CommandID: r.command, Kind: lifecycle.CommandKind(r.kind), At: r.at.UTC(), Replayed: true}
	if len(r.refusal) > 0 {
		out.Refusal = &lifecycle.Refusal{}
		if err := json.Unmarshal(r.refusal, out.Refusal); err != nil {
			return Answer{}, fmt.Errorf("decode receipt %s: %w", r.command, err)
		}
	}
	if r.version == 0 {
		return out, nil
	}
	events, err := s.events(ctx, q, r.caseID, r.version)
	if err != nil {
		return Answer{}, err
	}
	out.Case = lifecycle.Fold(events)
	if a.Unit != "" && a.Unit != out.Case.Unit {
		return Answer{}, ErrNotFound
	}
	force, err := s.lastForce(ctx)
	if err != nil {
		return Answer{}, err
	}
	force.Calendar = r.calendar
	rules, err := s.rules(ctx, q, force, r.policy)
	if err != nil {
		return Answer{}, err
	}
	if rules.Known, err = knownOf(ctx, q, out.Case, a); err != nil {
		return Answer{}, err
	}
	out.Allowed = lifecycle.Allowed(out.Case, a, out.At, rules)
	return out, nil
}

const selectEvents = `
SELECT case_id, seq, coalesce(command_id::text, ''), actor, actor_name, at, legal_on, kind, content
FROM events WHERE case_id = $1 AND seq > $2 AND ($3 = 0 OR seq <= $3) ORDER BY seq`

// events reads a case's events up to a version; to the end when that is 0.
func (s *Store) events(ctx context.Context, q querier, caseID string, to int64) ([]lifecycle.Event, error) {
	rows, err := q.Query(ctx, selectEvents, caseID, 0, to)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", caseID, plain(err))
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", caseID, plain(err))
	}
	return events, nil
}

func scanEvent(row pgx.CollectableRow) (lifecycle.Event, error) {
	var (
		e       lifecycle.Event
		kind    string
		content []byte
	)
	if err := row.Scan(&e.Case, &e.Seq, &e.Command, &e.Actor.Account, &e.Actor.Name, &e.At, &e.Legal, &kind, &content); err != nil {
		return e, err
	}
	e.At, e.Kind = e.At.UTC(), lifecycle.EventKind(kind)
	return e.WithContent(content)
}
