package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/policy"
)

// A Printer writes the papers that decisions send out, and keeps their files. It
// is asked inside the transaction, after the numbers are allotted: a paper that
// cannot be written is no decision. The same order must give the same file.
type Printer interface {
	// Print fails with a *lifecycle.Refusal when the paper lacks what it must say.
	Print(ctx context.Context, o PaperOrder) (lifecycle.Issued, error)
}

// A PaperOrder is what a paper is written from.
type PaperOrder struct {
	Kind lifecycle.PaperKind
	// Measure is the number of the measure that it is about; 0 for other papers.
	Measure int
	// Unit is the name of the unit the paper goes to, Posts are its offices, Campaign
	// is the name of the case's campaign, From and To its days; as they are today.
	Unit     string
	Posts    []Post
	Campaign string
	From, To calendar.Date
	// Evidence are the names of the files that the findings rest on, by id.
	Evidence map[string]string
	// Events are all of the case's, Others those of the other cases of its notice.
	// What is being recorded is among them.
	Events []lifecycle.Event
	Others [][]lifecycle.Event
	// Former is the id of the unit that asks, when the case was sent to it by mistake.
	Former string
	// Policy is the one the case was noticed under, Calendar the one in force.
	Policy   *policy.Policy
	Calendar *calendar.Calendar
}

// An unprintableError ends a try whose paper cannot be written. The next try
// refuses the command, so that the numbers that were allotted go back.
type unprintableError struct{ refusal *lifecycle.Refusal }

// Error is the refusal's.
func (e *unprintableError) Error() string { return e.refusal.Error() }

// issue has the papers written that the events send out.
func (p *plan) issue(ctx context.Context, events []lifecycle.Event, opening string) error {
	if p.store.printer == nil {
		return nil
	}
	for i, e := range events {
		body, ok := e.Body.(lifecycle.Issuing)
		if !ok {
			continue
		}
		j := slices.IndexFunc(p.tracked, func(k *tracked) bool { return k.c.ID == e.Case || k.c.ID == "" && e.Case == opening })
		k := p.tracked[j]
		kind := body.Issues(fold(k.c, events[:i+1]))
		if kind == "" {
			continue
		}
		if err := p.print(ctx, k, kind, e, events); err != nil {
			return err
		}
	}
	return nil
}

// print has the paper of an event written, which bears its hash then.
func (p *plan) print(ctx context.Context, k *tracked, kind lifecycle.PaperKind, e lifecycle.Event, events []lifecycle.Event) error {
	order, err := p.order(ctx, k, kind, e, events)
	if err != nil {
		return fmt.Errorf("order paper: %w", err)
	}
	issued, err := p.store.printer.Print(ctx, order)
	var refusal *lifecycle.Refusal
	switch {
	case errors.As(err, &refusal):
		return &unprintableError{refusal}
	case err != nil:
		return fmt.Errorf("%w: write paper: %w", ErrBusy, err)
	}
	e.Body.(lifecycle.Issuing).Issue(issued) //nolint:forcetypeassert // kind was asked of it
	return nil
}

// fold is a case as those of the events leave it that are its own.
func fold(c lifecycle.Case, events []lifecycle.Event) lifecycle.Case {
	for _, e := range events {
		if e.Case == c.ID {
			c = c.Apply(e)
		}
	}
	return c
}

// order reads what the paper of a case is written from that the event sends out.
func (p *plan) order(ctx context.Context, k *tracked, kind lifecycle.PaperKind, by lifecycle.Event, events []lifecycle.Event) (PaperOrder, error) {
	after := fold(k.c, events)
	order := PaperOrder{Kind: kind, Policy: k.rules.Policy, Calendar: k.rules.Calendar}
	ids, unit := []string{after.ID}, after.Unit
	misdirected := false
	switch body := by.Body.(type) {
	case *lifecycle.NoticeCorrected:
		unit, misdirected = body.Misdirected, true
	case *lifecycle.MeasureOrdered:
		order.Measure = body.No
	case *lifecycle.TalkFixed:
		order.Measure = body.No
	case *lifecycle.MeasureRecorded:
		order.Measure = body.No
	}
	if (kind == lifecycle.PaperNotice || misdirected) && after.Notice != nil {
		for _, id := range after.Notice.Cases {
			if isID(id) {
				ids = append(ids, id)
			}
		}
	}
	recorded := make([][]lifecycle.Event, len(ids))
	b := &pgx.Batch{}
	proof := proofOf(after)
	for _, other := range p.tracked {
		if slices.Contains(ids, other.c.ID) {
			proof = append(proof, proofOf(other.c)...)
		}
	}
	queuePaperNames(b, unit, after.Finding.Campaign, proof, &order)
	for i, id := range ids {
		b.Queue(selectEvents, id, 0, 0).Query(func(rows pgx.Rows) (err error) {
			recorded[i], err = pgx.CollectRows(rows, scanEvent)
			return err
		})
	}
	if err := p.tx.send(ctx, b); err != nil {
		return order, err
	}
	for i, id := range ids {
		for _, other := range p.tracked {
			if other.c.ID == id {
				recorded[i] = append(recorded[i], other.events...)
			}
		}
		for _, e := range events {
			if e.Case == id {
				recorded[i] = append(recorded[i], e)
			}
		}
	}
	order.Events, order.Others = recorded[0], recorded[1:]
	return order, nil
}

// queuePaperNames reads the names a paper bears.
func queuePaperNames(b *pgx.Batch, unit, campaign string, proof []string, order *PaperOrder) {
	b.Queue(`SELECT name FROM units WHERE id = $1`, unit).QueryRow(func(row pgx.Row) error { return row.Scan(&order.Unit) })
	b.Queue(selectPosts+` WHERE unit_id = $1 ORDER BY until DESC NULLS FIRST, kind, since DESC, id`, unit).Query(func(rows pgx.Rows) (err error) {
		order.Posts, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Post])
		return err
	})
	b.Queue(`SELECT name, starts_on, ends_on FROM campaigns WHERE id = $1`, campaign).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&order.Campaign, &order.From, &order.To}, func() error { return nil })
		return err
	})
	order.Evidence = map[string]string{}
	b.Queue(`SELECT id::text, name FROM evidence WHERE id = ANY ($1::uuid[])`, proof).Query(func(rows pgx.Rows) error {
		var id, name string
		_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
			order.Evidence[id] = name
			return nil
		})
		return err
	})
}

// proofOf are the ids of the files that a finding rests on.
func proofOf(c lifecycle.Case) []string {
	ids := []string{}
	for _, one := range c.Evidence {
		if id, ok := strings.CutPrefix(one, "evidence:"); ok && isID(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// PaperOrder is what the papers of a case are written from that the asker may
// see. It holds more than a unit may know: whoever writes for a unit picks what.
// Of what was sent to the asker's unit by mistake Former tells.
func (s *Store) PaperOrder(ctx context.Context, a lifecycle.Actor, id string) (PaperOrder, error) {
	v, err := s.Case(ctx, a, id)
	if err != nil {
		return PaperOrder{}, err
	}
	former := ""
	if v.Unit != nil && v.Unit.Stage == lifecycle.UnitMisdirected {
		former = a.Unit
	}
	events, err := s.events(ctx, s.pool, id, 0)
	if err != nil {
		return PaperOrder{}, err
	}
	c := lifecycle.Fold(events)
	if v.Unit != nil && c.Unit != a.Unit && former == "" { // redirected just now
		return PaperOrder{}, ErrNotFound
	}
	force, err := s.lastForce(ctx)
	if err != nil {
		return PaperOrder{}, err
	}
	r, err := s.rules(ctx, s.pool, force, c.PolicyVersion)
	if err != nil {
		return PaperOrder{}, err
	}
	order := PaperOrder{Events: events, Former: former, Policy: r.Policy, Calendar: r.Calendar}
	proof := proofOf(c)
	if c.Notice != nil && former == "" {
		for _, other := range c.Notice.Cases {
			events, err := s.events(ctx, s.pool, other, 0)
			if err != nil {
				return order, err
			}
			order.Others = append(order.Others, events)
			proof = append(proof, proofOf(lifecycle.Fold(events))...)
		}
	}
	b := &pgx.Batch{}
	queuePaperNames(b, cmp.Or(former, c.Unit), c.Finding.Campaign, proof, &order)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return order, fmt.Errorf("read names for the papers of %s: %w", id, plain(err))
	}
	return order, nil
}

// PaperHashes lists the hash of every paper that was sent out, once each.
func (s *Store) PaperHashes(ctx context.Context) ([]string, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT content -> 'data' -> 'issued' ->> 'sha256' FROM events
		WHERE kind IN ('notice_approved', 'notice_corrected', 'receipt_recorded', 'entry_corrected', 'look_back_recorded', 'measure_ordered', 'measure_recorded', 'talk_fixed', 'closure_approved', 'case_voided', 'objection_decided')
			AND content -> 'data' -> 'issued' IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("list papers: %w", plain(err))
	}
	hashes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list papers: %w", plain(err))
	}
	return hashes, nil
}
