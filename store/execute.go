package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"duban/lifecycle"
)

// Ids of commands and of the cases they open follow from account and key, so a
// retry needs no state to be recognised by.
//
//nolint:gochecknoglobals // two constants that Go cannot write as such
var (
	commandSpace = uuid.MustParse("6f3a3c0e-5a0e-5d53-9d0e-2f1d0b7a4c01")
	caseSpace    = uuid.MustParse("6f3a3c0e-5a0e-5d53-9d0e-2f1d0b7a4c02")
)

// CommandID is the id of the command an account sends under a key.
func CommandID(account, key string) string {
	return uuid.NewSHA1(commandSpace, []byte(account+"\x00"+key)).String()
}

// CaseID is the id of the case an account opens under a key.
func CaseID(account, key string) string {
	return uuid.NewSHA1(caseSpace, []byte(account+"\x00"+key)).String()
}

// tries bounds how often one request is attempted when the database ends it
// with a deadlock or the line breaks. Every try decides as of the same instant
// and finds the receipt of an earlier one.
const tries = 4

// Execute decides a command and records what follows in one transaction: the
// case is locked, a known command gets its answer, what has fallen due is
// applied, the rules decide, and events, read model, letters, receipt and
// telling are committed together or not at all.
//
// A refusal by the rules is an answer, not an error. Errors are ErrNotFound,
// ErrStale, ErrKeyReused and ErrBusy; after ErrBusy the same request may be sent
// again and finds its own outcome.
func (s *Store) Execute(ctx context.Context, r Request) (Answer, error) {
	r.ReceivedAt = r.ReceivedAt.UTC().Truncate(time.Microsecond)
	w := work{store: s, request: r, command: CommandID(r.Actor.Account, r.Key)}
	w.caseID = r.Case
	if r.Case == "" {
		w.caseID = CaseID(r.Actor.Account, r.Key)
	} else if !isID(r.Case) {
		return Answer{}, ErrNotFound
	}
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, commandLimit)
		defer cancel()
	}
	var answer Answer
	err := retry(ctx, func() (err error) {
		answer, err = w.try(ctx)
		if paper, ok := errors.AsType[*unprintableError](err); ok {
			w.unprintable = paper.refusal
			answer, err = w.try(ctx)
		}
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	return answer, nil
}

// isID reports whether a text is an id as the record spells them: the one
// spelling, so that what is locked is what is looked up.
func isID(text string) bool {
	id, err := uuid.Parse(text)
	return err == nil && id.String() == text
}

// errMoreCases: under the lock the case turned out to involve others, which
// must be locked with it, in the order of their ids.
var errMoreCases = errors.New("more cases are involved")

// A work is one request on its way through the record.
type work struct {
	store   *Store
	request Request
	command string
	caseID  string
	// involved are other cases to lock, known before or learned under the lock.
	involved []string
	// joined are cases that joined a measure which the command ends: locked, but
	// no business of the rules that decide it.
	joined []string
	// unprintable: the try before found that the decision's paper cannot be
	// written.
	unprintable *lifecycle.Refusal
}

// try makes one attempt. Any error leaves nothing written.
func (w *work) try(ctx context.Context) (Answer, error) {
	if body, ok := w.request.Body.(lifecycle.Involving); ok && len(w.involved) == 0 {
		w.involved = body.Involves(lifecycle.Case{})
	}
	t, err := w.store.begin(ctx)
	if err != nil {
		return Answer{}, err
	}
	defer t.release(ctx)
	head, err := w.read(ctx, t)
	if err != nil {
		return Answer{}, err
	}
	if head.receipt != nil {
		return w.known(ctx, t, *head.receipt)
	}
	return w.decide(ctx, t, head)
}

// head is what the first round trip reads, the cases under their lock.
type head struct {
	locked  map[string]lifecycle.Case
	receipt *receipt
	force   inForce
	now     time.Time
	outages []lifecycle.Outage
	known   lifecycle.Known
	// standing is read only when something is ordered that others may join.
	standing map[string][]lifecycle.Standing
	holders  map[string][]lifecycle.PostHeld
	over     map[string][]lifecycle.ListYear
}

// read locks the cases and reads everything the decision needs, in one round
// trip. The receipt is looked up by a later statement than the lock, so it sees
// whatever the lock waited for.
func (w *work) read(ctx context.Context, t *tx) (head, error) {
	ids := append(append([]string{w.caseID}, w.joined...), w.involved...)
	if slices.ContainsFunc(w.involved, func(id string) bool { return !isID(id) }) {
		ids = ids[:1] // the rules refuse what does not exist
	}
	refs := lifecycle.ReferencesOf(w.request.Body)
	b := &pgx.Batch{}
	h := head{}
	if w.request.Case == "" {
		b.Queue(`SELECT pg_advisory_xact_lock_shared($1)`, openingLock)
	}
	h.queueCommon(b, ids, w.request.ReceivedAt, t)
	b.Queue(selectReceipt, w.command).QueryRow(scanReceipt(&h.receipt))
	if len(refs.Units) > 0 {
		h.queueUnits(b, refs.Units)
	}
	if len(refs.Accounts) > 0 {
		h.queueAccounts(b, refs.Accounts)
	}
	if len(refs.Campaigns) > 0 {
		h.queueCampaigns(b, refs.Campaigns)
	}
	if refs.Scope {
		h.queueScope(b, w.caseID, refs.Units, refs.Campaigns)
	}
	if refs.Repeat != nil {
		h.queueRepeat(b, w.caseID, *refs.Repeat)
	}
	if refs.Posts || w.request.Actor.Unit != "" { // who signs for a unit holds its post
		h.queuePosts(b, w.caseID)
	}
	if finding, ok := lifecycle.FindingOf(w.request.Body); ok && w.request.Once {
		h.queueSame(b, finding)
	}
	if len(refs.Evidence) > 0 {
		h.queueEvidence(b, w.caseID, w.request.Actor.Unit != "", refs.Evidence)
	}
	if err := t.send(ctx, b); err != nil {
		return h, err
	}
	w.store.keepForce(h.force)
	return h, nil
}

// known answers a command that was recorded before.
func (w *work) known(ctx context.Context, t *tx, r receipt) (Answer, error) {
	same, err := w.fingerprint()
	if err != nil {
		return Answer{}, err
	}
	if !bytes.Equal(r.fingerprint, same) {
		return Answer{}, ErrKeyReused
	}
	return w.store.answer(ctx, t.conn, r, w.request.Actor)
}

// fingerprint tells whether a key comes back with the same command: 128 bits, kept for
// ever.
func (w *work) fingerprint() ([]byte, error) {
	hash, err := fingerprint(string(w.request.Body.Kind()), w.request.Case, w.request.Body)
	return hash[:16], err
}

// fingerprint is a hash of what is asked, of which thing, and of the body as it was
// understood: a page and a program that ask for the same have the same.
func fingerprint(kind, of string, body any) (hash [sha256.Size]byte, err error) {
	content, err := json.Marshal(body)
	if err != nil {
		return hash, fmt.Errorf("encode %s: %w", kind, err)
	}
	return sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s", kind, of, content)), nil
}

// decide applies what has fallen due, asks the rules and writes the outcome.
func (w *work) decide(ctx context.Context, t *tx, h head) (Answer, error) {
	c := h.locked[w.caseID]
	if err := w.precondition(c); err != nil {
		return Answer{}, err
	}
	if more := w.missing(c, h.locked); len(more) > 0 {
		w.involved = more
		return Answer{}, errMoreCases
	}
	p := &plan{store: w.store, tx: t, at: w.request.ReceivedAt, head: h}
	var o outcome
	err := p.settle(ctx, func() (_ []lifecycle.Event, err error) {
		o, err = w.outcome(ctx, p, c)
		return o.events, err
	})
	if err != nil {
		return Answer{}, err
	}
	if w.unprintable != nil && o.refusal == nil {
		o.refusal, o.events = w.unprintable, nil
	}
	if err := p.number(ctx, o.events); err != nil {
		return Answer{}, err
	}
	if err := p.issue(ctx, o.events, w.caseID); err != nil {
		return Answer{}, err
	}
	for _, k := range p.tracked {
		k.fold(o.events, w.caseID)
		k.comeBack(p.at)
	}
	tried := false
	if o.refusal != nil {
		p.unsealed = nil
		events := lifecycle.DecideArrivalRefused(o.own.c, lifecycle.Command{ID: w.command, Actor: w.request.Actor, Body: w.request.Body}, o.refusal, p.at, o.own.rules)
		o.own.add(events)
		tried = len(events) > 0
	}
	if err := p.endDraws(ctx); err != nil {
		return Answer{}, err
	}
	if err := p.draw(ctx); err != nil {
		return Answer{}, err
	}
	if err := w.takeOver(ctx, p); err != nil {
		return Answer{}, err
	}
	if err := p.list(ctx); err != nil {
		return Answer{}, err
	}
	answer := Answer{
		CommandID: w.command, Kind: w.request.Body.Kind(), Case: o.own.c, Refusal: o.refusal, At: p.at,
		Allowed: lifecycle.Allowed(o.own.c, w.request.Actor, p.at, o.own.rules),
	}
	b := &pgx.Batch{}
	if err := p.write(b); err != nil {
		return Answer{}, err
	}
	if answer.Refusal == nil || answer.Refusal.Kind != lifecycle.Forbidden || tried { // the same try again is no other
		if err := w.queueReceipt(b, h.force, o.own.rules, answer); err != nil {
			return Answer{}, err
		}
	} else if b.Len() == 0 {
		return answer, nil
	}
	return answer, t.commit(ctx, b)
}

// An outcome is what the rules make of a command.
type outcome struct {
	own     *tracked
	events  []lifecycle.Event
	refusal *lifecycle.Refusal
}

// outcome applies what has fallen due to every case involved and decides.
func (w *work) outcome(ctx context.Context, p *plan, c lifecycle.Case) (o outcome, err error) {
	if o.own, err = p.track(ctx, c); err != nil {
		return o, err
	}
	o.own.catchUp(p.at)
	rules := o.own.rules
	rules.Of = map[string]lifecycle.Rules{}
	others := w.others(p.head.locked)
	for i, other := range others {
		k, err := p.track(ctx, other)
		if err != nil {
			return o, err
		}
		k.catchUp(p.at)
		others[i], rules.Of[k.c.ID] = k.c, k.rules
	}
	refs := lifecycle.ReferencesOf(w.request.Body)
	if refs.Candidates {
		if rules.Candidates, err = candidates(ctx, p.tx.conn, o.own.units(), rules.Today(p.at)); err != nil {
			return o, err
		}
	}
	if refs.Unsealed {
		if rules.Unsealed, err = p.unseal(ctx, o.own.c); err != nil {
			return o, err
		}
	}
	subject := o.own.c
	if subject.Seq == 0 {
		subject.ID = w.caseID
	}
	cmd := lifecycle.Command{ID: w.command, Actor: w.request.Actor, Body: w.request.Body}
	o.events, err = lifecycle.Decide(subject, others, cmd, p.at, rules)
	if errors.As(err, &o.refusal) {
		err = nil
	}
	return o, err
}

// precondition: the case exists, is the asker's, and is as the asker saw it.
func (w *work) precondition(c lifecycle.Case) error {
	r := w.request
	if r.Case == "" {
		return nil
	}
	if c.Seq == 0 {
		return ErrNotFound
	}
	version := c.Seq
	if r.Actor.Unit != "" {
		if r.Actor.Unit != c.Unit || c.ForUnit().Stage == lifecycle.UnitNone {
			return ErrNotFound
		}
		version = c.UnitVersion
	}
	if r.IfMatch != nil && *r.IfMatch != version {
		return ErrStale
	}
	return nil
}

// missing lists the cases the command involves that are not locked yet. One
// that does not exist is left to the rules to refuse.
func (w *work) missing(c lifecycle.Case, locked map[string]lifecycle.Case) []string {
	var more []string
	want := lifecycle.Involves(c, w.request.Body)
	for _, id := range want {
		if _, ok := locked[id]; (!ok || slices.Contains(w.joined, id)) && !slices.Contains(w.involved, id) {
			more = append(more, id)
		}
	}
	if len(more) == 0 {
		return nil
	}
	return want
}

func (w *work) others(locked map[string]lifecycle.Case) []lifecycle.Case {
	var others []lifecycle.Case
	for id, c := range locked {
		if id != w.caseID && (slices.Contains(w.involved, id) || !slices.Contains(w.joined, id)) {
			others = append(others, c)
		}
	}
	slices.SortFunc(others, func(a, b lifecycle.Case) int { return cmp.Compare(a.ID, b.ID) })
	return others
}

func (w *work) queueReceipt(b *pgx.Batch, force inForce, rules lifecycle.Rules, a Answer) error {
	refusal, err := encodeRefusal(a.Refusal)
	if err != nil {
		return fmt.Errorf("record command %s: %w", w.command, err)
	}
	asked, err := w.fingerprint()
	if err != nil {
		return err
	}
	b.Queue(insertReceipt, w.command, w.request.Actor.Account, asked, w.caseID, string(a.Kind), a.Case.Seq,
		w.request.ReceivedAt, rules.PolicyVersion, force.Calendar, refusal)
	return nil
}
