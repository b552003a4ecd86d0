package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// An EntryRequest is an act on an entry of a negative list.
type EntryRequest struct {
	Actor      lifecycle.Actor
	Key        string
	Entry      string
	ReceivedAt time.Time
	Body       lifecycle.EntryBody
}

// Act decides an act on an entry and records it with the name of who did it. A
// refusal by the rules is a *lifecycle.Refusal and leaves no trace, so the same key
// may be used again; the same key of a recorded act finds the entry as it is, and
// for another request is ErrKeyReused.
func (s *Store) Act(ctx context.Context, r EntryRequest) (ListEntry, error) {
	if !isID(r.Entry) {
		return ListEntry{}, ErrNotFound
	}
	err := retry(ctx, func() error {
		return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return s.act(ctx, tx, r) })
	})
	if _, refused := errors.AsType[*lifecycle.Refusal](err); refused || errors.Is(err, ErrKeyReused) {
		return ListEntry{}, err
	}
	if err != nil {
		return ListEntry{}, fmt.Errorf("record act on entry %s: %w", r.Entry, err)
	}
	return s.Entry(ctx, r.Entry)
}

func (s *Store) act(ctx context.Context, tx pgx.Tx, r EntryRequest) error {
	var (
		text []byte
		e    lifecycle.Entry
	)
	if err := tx.QueryRow(ctx, `SELECT entry FROM list_entries WHERE id = $1 FOR UPDATE`, r.Entry).Scan(&text); err != nil {
		return err
	}
	id := CommandID(r.Actor.Account, r.Key)
	asked, err := fingerprint(string(lifecycle.EntryKindOf(r.Body)), r.Entry, r.Body)
	if err != nil {
		return err
	}
	var had []byte
	err = tx.QueryRow(ctx, `SELECT fingerprint FROM list_acts WHERE id = $1`, id).Scan(&had)
	switch {
	case err == nil && bytes.Equal(had, asked[:]):
		return nil
	case err == nil:
		return ErrKeyReused
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return fmt.Errorf("decode entry %s: %w", r.Entry, err)
	}
	names, err := namesOf(ctx, tx, e)
	if err != nil {
		return err
	}
	var force inForce
	if err := tx.QueryRow(ctx, selectInForce).Scan(force.targets()...); err != nil {
		return err
	}
	rules, err := s.rules(ctx, tx, force, 0)
	if err != nil {
		return err
	}
	act, err := lifecycle.DecideEntry(e, names, r.Actor, r.Body, r.ReceivedAt.UTC().Truncate(time.Microsecond), rules)
	if err != nil {
		return err
	}
	content, err := act.Content()
	if err != nil {
		return err
	}
	e = e.Apply(act)
	if text, err = json.Marshal(e); err != nil {
		return fmt.Errorf("encode entry %s: %w", r.Entry, err)
	}
	b := &pgx.Batch{}
	b.Queue(`
		INSERT INTO list_acts (entry_id, no, at, id, on_day, actor, actor_name, kind, fingerprint, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.Entry, act.No, act.At, id, act.On, act.Actor.Account, act.Actor.Name, string(lifecycle.EntryKindOf(r.Body)), asked[:], content)
	entryRow{id: r.Entry, entry: &e, text: text}.queue(b)
	return tx.SendBatch(ctx, b).Close()
}

// namesOf are the persons whom the public may not read of: whoever held a post of
// the unit, whoever has an account of it, and the committee's own people.
func namesOf(ctx context.Context, tx pgx.Tx, e lifecycle.Entry) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT holder FROM posts WHERE unit_id = $1 AND char_length(holder) > 1
		UNION SELECT name FROM accounts WHERE (unit_id = $1 OR unit_id IS NULL) AND char_length(name) > 1
		ORDER BY 1`, e.Unit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// readActs reads what was done about an entry.
func readActs(ctx context.Context, q querier, id string) ([]lifecycle.EntryAct, error) {
	rows, err := q.Query(ctx, `SELECT no, at, on_day, actor, actor_name, kind, content FROM list_acts WHERE entry_id = $1 ORDER BY no`, id)
	if err != nil {
		return nil, fmt.Errorf("read acts on %s: %w", id, err)
	}
	acts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (lifecycle.EntryAct, error) {
		var (
			a       lifecycle.EntryAct
			kind    string
			content []byte
		)
		if err := row.Scan(&a.No, &a.At, &a.On, &a.Actor.Account, &a.Actor.Name, &kind, &content); err != nil {
			return a, err
		}
		a.At = a.At.UTC()
		return a.WithContent(lifecycle.EntryKind(kind), content)
	})
	if err != nil {
		return nil, fmt.Errorf("read acts on %s: %w", id, err)
	}
	return acts, nil
}
