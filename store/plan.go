package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
	"duban/policy"
)

// A plan is a transaction's outcome before it is written.
type plan struct {
	store   *Store
	tx      *tx
	at      time.Time
	head    head
	tracked []*tracked
	// entries are the entries of the negative lists that change with the cases.
	entries []entryRow
	// sealings are what was drawn, unsealed the tags of what is laid open, load how
	// often people were drawn, once it is read.
	sealings []sealing
	unsealed [][]byte
	load     lot.Load
	// queue is what else the transaction writes.
	queue func(*pgx.Batch)
}

// tracked is one locked case, as it was and as the events so far leave it.
type tracked struct {
	before lifecycle.Case
	c      lifecycle.Case
	rules  lifecycle.Rules
	events []lifecycle.Event
	// after is the case after each event.
	after []lifecycle.Case
}

// track follows a case through the transaction, under its rules.
func (p *plan) track(ctx context.Context, c lifecycle.Case) (*tracked, error) {
	r, err := p.store.rules(ctx, p.tx.conn, p.head.force, c.PolicyVersion)
	if err != nil {
		return nil, err
	}
	r.Outages, r.Known = p.head.outages, p.head.known
	r.Standing, r.Holders, r.Over = p.head.standing[c.ID], p.head.holders[c.ID], p.head.over[c.ID]
	k := &tracked{before: c, c: c, rules: r}
	p.tracked = append(p.tracked, k)
	return k, nil
}

// comeBack brings a case that stands on its own again to the calendar in force:
// while it was merged, nobody moved its due dates.
func (k *tracked) comeBack(at time.Time) {
	if k.before.Seq > 0 && !k.before.Open() {
		k.add(lifecycle.DecideRecompute(k.c, at, k.rules))
	}
}

// catchUp applies every alarm that was due by the instant, in legal order.
func (k *tracked) catchUp(at time.Time) {
	for {
		events := lifecycle.DecideAlarm(k.c, at, k.rules)
		if len(events) == 0 {
			return
		}
		k.add(events)
	}
}

// fold adds those of the events that are the case's own. A case that is being
// opened has no id yet.
func (k *tracked) fold(events []lifecycle.Event, opening string) {
	id := k.c.ID
	if id == "" {
		id = opening
	}
	k.add(slices.DeleteFunc(slices.Clone(events), func(e lifecycle.Event) bool { return e.Case != id }))
}

func (k *tracked) add(events []lifecycle.Event) {
	for _, e := range events {
		k.c = k.c.Apply(e)
		k.events = append(k.events, e)
		k.after = append(k.after, k.c)
	}
}

// number allots the numbers the events need, series in the order of their
// names, in a round trip of its own. A series is locked from here to the
// commit, so its numbers have no gap.
func (p *plan) number(ctx context.Context, events []lifecycle.Event) error {
	wanting := map[string][]lifecycle.Numbered{}
	var series []string
	for _, e := range events {
		if n, ok := e.Body.(lifecycle.Numbered); ok && n.Series() != "" {
			if wanting[n.Series()] == nil {
				series = append(series, n.Series())
			}
			wanting[n.Series()] = append(wanting[n.Series()], n)
		}
	}
	reserved := reservedIn(events)
	if len(series)+len(reserved) == 0 {
		return nil
	}
	slices.Sort(series)
	b := &pgx.Batch{}
	for _, name := range slices.Sorted(maps.Keys(reserved)) {
		b.Queue(reserveNumber, name, reserved[name])
	}
	for _, name := range series {
		bodies := wanting[name]
		b.Queue(allotNumbers, name, len(bodies)).QueryRow(func(row pgx.Row) error {
			var last int
			if err := row.Scan(&last); err != nil {
				return fmt.Errorf("allot numbers of %s: %w", name, err)
			}
			for i, body := range bodies {
				body.Allot(last - len(bodies) + 1 + i)
			}
			return nil
		})
	}
	return p.tx.send(ctx, b)
}

// reservedIn are the numbers given outside up to which each series is used up.
func reservedIn(events []lifecycle.Event) map[string]int {
	reserved := map[string]int{}
	for _, e := range events {
		if b, ok := e.Body.(lifecycle.Reserving); ok {
			if name, n := b.Reserves(); name != "" {
				reserved[name] = max(reserved[name], n)
			}
		}
	}
	return reserved
}

const reserveNumber = `
INSERT INTO number_series AS s (name, n) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET n = greatest(s.n, excluded.n)`

const allotNumbers = `
INSERT INTO number_series AS s (name, n) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET n = s.n + $2 RETURNING n`

// write queues everything that changed: events, read model, letters, and last
// the tellings, in the order of their cases as everybody locks them.
func (p *plan) write(b *pgx.Batch) error {
	var tell []*tracked
	for _, k := range p.tracked {
		if len(k.events) == 0 {
			continue
		}
		if err := k.queueEvents(b); err != nil {
			return err
		}
		row, err := project(k.c, k.rules)
		if err != nil {
			return err
		}
		b.Queue(upsertCase, row.args()...)
		b.Queue(upsertState, k.c.ID, row.state)
		if keys := findingKeysOf(k.before, k.after); len(keys) > 0 {
			b.Queue(insertFindingKeys, k.c.ID, keys)
		}
		for _, n := range noticesOf(k.before, k.after) {
			b.Queue(upsertNotice, n.args(k.c.ID)...)
		}
		if k.before.Seq > 0 && len(k.c.Predecessors) > len(k.before.Predecessors) {
			b.Queue(`DELETE FROM unit_cases WHERE case_id = $1 AND unit_id = $2`, k.c.ID, k.before.Unit)
		}
		if k.c.UnitVersion != k.before.UnitVersion && row.unitView != nil {
			b.Queue(upsertUnitCase, row.unitArgs()...)
		}
		if err := k.queueMisdirected(b); err != nil {
			return err
		}
		k.queueLetters(b)
		k.queueTold(b)
		if k.c.AlarmNo != k.before.AlarmNo || k.before.Seq == 0 || k.c.Stage.Settled() {
			tell = append(tell, k)
		}
	}
	for _, r := range p.entries {
		r.queue(b)
	}
	p.queueSealings(b)
	if p.queue != nil {
		p.queue(b)
	}
	slices.SortFunc(tell, func(x, y *tracked) int { return cmp.Compare(x.c.ID, y.c.ID) })
	for _, k := range tell {
		b.Queue(upsertTelling, k.c.ID, k.c.Seq)
	}
	return nil
}

// queueMisdirected leaves a former unit with the mark that it was not meant,
// and nothing else.
func (k *tracked) queueMisdirected(b *pgx.Batch) error {
	for _, unit := range k.c.FormerUnits[len(k.before.FormerUnits):] {
		args, err := misdirectedArgs(k.c, unit)
		if err != nil {
			return err
		}
		b.Queue(upsertUnitCase, args...)
	}
	return nil
}

const insertEvents = `
INSERT INTO events (case_id, seq, command_id, actor, actor_name, at, legal_on, kind, content)
SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::date[], $8::text[], $9::json[])`

func (k *tracked) queueEvents(b *pgx.Batch) error {
	n := len(k.events)
	seqs, commands := make([]int64, n), make([]*string, n)
	actors, names, kinds := make([]string, n), make([]string, n), make([]string, n)
	ats, days, contents := make([]time.Time, n), make([]string, n), make([]string, n)
	for i, e := range k.events {
		content, err := e.Content()
		if err != nil {
			return err
		}
		seqs[i], actors[i], names[i], kinds[i] = e.Seq, e.Actor.Account, e.Actor.Name, string(e.Kind)
		ats[i], days[i], contents[i] = e.At, e.Legal.String(), string(content)
		if e.Command != "" {
			commands[i] = &e.Command
		}
	}
	b.Queue(insertEvents, k.c.ID, seqs, commands, actors, names, ats, days, kinds, contents)
	return nil
}

const insertLetters = `
INSERT INTO outbox (case_id, seq, recipient, about, digest, not_before, by_timer, measures, asked, asked_due)
SELECT $1, l.seq, l.recipient, l.about, l.digest, l.not_before, l.by_timer, string_to_array(nullif(l.measures, ''), ' '), nullif(l.asked, ''), nullif(l.asked_due, '')::date
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bool[], $6::timestamptz[], $7::bool[], $8::text[], $9::text[], $10::text[]) AS l (seq, recipient, about, digest, not_before, by_timer, measures, asked, asked_due)
ON CONFLICT (case_id, seq, recipient) DO NOTHING`

// queueLetters queues what is to be told. What may leave at once is in the inbox of
// whoever looks once this is committed: an inbox finds readers for these rows first.
func (k *tracked) queueLetters(b *pgx.Batch) {
	var (
		seqs      []int64
		to, about []string
		digest    []bool
		notBefore []time.Time
		byTimer   []bool
		measures  []string
		asked, by []string
	)
	for i, e := range k.events {
		for _, l := range lifecycle.Letters(k.after[i], e, k.rules) {
			seqs, to, about = append(seqs, e.Seq), append(to, l.To.String()), append(about, string(l.About))
			digest, notBefore, byTimer = append(digest, l.Digest), append(notBefore, l.NotBefore), append(byTimer, l.ByTimer)
			measures = append(measures, joinKinds(l.Measures))
			ask := k.c.AskedOf(l.To, e) // once all that happens at the same time has
			asked, by = append(asked, string(ask.Clock)), append(by, dateText(ask.Due))
		}
	}
	if len(seqs) > 0 {
		b.Queue(insertLetters, k.c.ID, seqs, to, about, digest, notBefore, byTimer, measures, asked, by)
	}
}

// dateText is a date in a list of texts, empty when there is none.
func dateText(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// joinKinds writes kinds of measures as one text: an array of arrays is no column.
func joinKinds(kinds []policy.MeasureKind) string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	return strings.Join(names, " ")
}

const upsertTelling = `
INSERT INTO tellings (case_id, seq) VALUES ($1, $2)
ON CONFLICT (case_id) DO UPDATE SET seq = excluded.seq, queued_at = now(), tries = 0, next_try_at = now()`
