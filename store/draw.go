package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// A sealing is what a draw leaves under the seal: the plan and the roster of one
// case, and the load of all.
type sealing struct {
	caseID string
	number int
	tag    []byte
	plan   []byte
	roster []byte
	load   []byte
}

// draw makes the draws that the cases of the transaction want, in the transaction:
// a look-back that is waited for is drawn, or it is in the record why not. What is
// drawn leaves this function under the seal only.
func (p *plan) draw(ctx context.Context) (err error) {
	for _, k := range p.tracked {
		if k.c.Stage != lifecycle.LookBackPending || k.c.Draw.Status != lifecycle.DrawWanted {
			continue
		}
		window := k.c.DrawWindow(k.c.At, k.rules)
		if k.rules.LateRecusals, err = p.late(ctx, k); err != nil {
			return fmt.Errorf("draw look-back of %s: %w", k.c.ID, err)
		}
		sealed, commitment, err := p.lots(ctx, k, window)
		if err != nil {
			fault, ok := faultOf(err)
			if !ok {
				return fmt.Errorf("draw look-back of %s: %w", k.c.ID, err)
			}
			k.add(lifecycle.DecideUndrawn(k.c, window, fault, k.c.At, k.rules))
			continue
		}
		p.sealings = append(p.sealings, sealed)
		k.add(lifecycle.DecideDrawn(k.c, window, commitment, p.store.keys()[0].ID(), k.c.At, k.rules))
	}
	return nil
}

// faultOf tells what a leader must decide on from everything else that may go
// wrong.
func faultOf(err error) (lifecycle.DrawFault, bool) {
	var (
		noDay  *lot.NoDayError
		few    *lot.TooFewError
		noLead *lot.NoLeadError
		key    *lot.KeyError
	)
	switch {
	case errors.Is(err, errNarrowed):
		return lifecycle.NarrowedFault(), true
	case errors.As(err, &noDay):
		return lifecycle.FaultOf("no_day", noDay), true
	case errors.As(err, &few):
		return lifecycle.FaultOf("too_few", few), true
	case errors.As(err, &noLead):
		return lifecycle.FaultOf("no_lead", noLead), true
	case errors.As(err, &key):
		return lifecycle.FaultOf("no_key", key), true
	default:
		return lifecycle.DrawFault{}, false
	}
}

// errNarrowed: recusals of the last days leave too few to draw from.
var errNarrowed = errors.New("late recusals leave too few")

// late are the recusals from the case's unit that were entered shortly before the draw.
func (p *plan) late(ctx context.Context, k *tracked) ([]lifecycle.LateRecusal, error) {
	today := k.rules.Today(k.c.At)
	rows, err := p.tx.conn.Query(ctx, `
		SELECT n.id, n.author FROM recusals n LEFT JOIN recusal_ends e ON e.recusal_id = n.id
		WHERE n.unit_id = ANY ($1) AND n.since <= $2 AND coalesce(n.until, 'infinity') >= $2 AND coalesce(e.ended_on, 'infinity') > $2 AND n.created_at >= $3
		ORDER BY n.created_at, n.id`, k.units(), today, k.rules.Timeline.Start(k.rules.LateSince(today)))
	if err != nil {
		return nil, fmt.Errorf("read late recusals: %w", err)
	}
	late, err := pgx.CollectRows(rows, pgx.RowToStructByPos[lifecycle.LateRecusal])
	if err != nil {
		return nil, fmt.Errorf("read late recusals: %w", err)
	}
	return late, nil
}

// narrowed refuses a draw from what late recusals left of the roster, unless two people
// had it made all the same.
func (p *plan) narrowed(ctx context.Context, k *tracked, roster lot.Roster, today calendar.Date) error {
	if len(k.rules.LateRecusals) == 0 || k.c.Draw.Despite {
		return nil
	}
	people, err := candidatesBefore(ctx, p.tx.conn, k.units(), today, k.rules.Timeline.Start(k.rules.LateSince(today)))
	if err != nil {
		return err
	}
	if k.rules.Narrowed(roster, k.rules.DrawRoster(k.c, people, nil)) {
		return errNarrowed
	}
	return nil
}

// lots draws the day and the team of one case and seals them.
func (p *plan) lots(ctx context.Context, k *tracked, window lot.Window) (sealing, string, error) {
	keys, figures, chance := p.store.keys(), k.rules.Policy.LookBack, rand.Reader
	if err := keys.CanSeal(); err != nil {
		return sealing{}, "", err
	}
	today := k.rules.Today(k.c.At)
	since := month(calendar.On(today.Year(), today.Month(), 1).AddMonths(-figures.Load.N))
	roster, load, err := p.roster(ctx, k, today, since)
	if err != nil {
		return sealing{}, "", err
	}
	if err := p.narrowed(ctx, k, roster, today); err != nil {
		return sealing{}, "", err
	}
	salted, err := lot.NewSaltedRoster(chance, roster)
	if err != nil {
		return sealing{}, "", err
	}
	drawn := lot.Plan{Case: k.c.ID, Number: k.c.Draw.Number, Window: window, Roster: salted.Digest()}
	if drawn.Date, err = lot.DrawDate(chance, k.rules.Calendar, window); err != nil {
		return sealing{}, "", err
	}
	if drawn.Team, err = lot.DrawTeam(chance, roster, figures.Team); err != nil {
		return sealing{}, "", err
	}
	if drawn.Nonce, err = lot.NewNonce(chance); err != nil {
		return sealing{}, "", err
	}
	commitment, err := lot.Commit(drawn)
	if err != nil {
		return sealing{}, "", err
	}
	s := sealing{caseID: k.c.ID, number: drawn.Number, tag: keys.Tags(k.c.ID, drawn.Number, drawn.Date)[0]}
	if s.plan, err = keys.Seal(chance, drawn); err != nil {
		return sealing{}, "", err
	}
	load.Add(month(today), since, drawn.Team)
	if s.load, err = keys.SealLoad(chance, load); err != nil {
		return sealing{}, "", err
	}
	if s.roster, err = keys.SealRoster(chance, salted, k.c.ID, drawn.Number); err != nil {
		return sealing{}, "", err
	}
	p.load = load
	return s, commitment.Packed(), nil
}

// month names the month of a day, as loads count.
func month(d calendar.Date) string { return fmt.Sprintf("%04d-%02d", d.Year(), int(d.Month())) }

// roster reads who could be drawn for a case. It locks the load until the commit,
// so that draws count one another.
func (p *plan) roster(ctx context.Context, k *tracked, today calendar.Date, since string) (lot.Roster, lot.Load, error) {
	if p.load == nil {
		var sealed []byte
		b := &pgx.Batch{}
		as(b, RoleDraw, func(b *pgx.Batch) {
			b.Queue(`SELECT load FROM sealed.load FOR UPDATE`).QueryRow(func(row pgx.Row) error { return row.Scan(&sealed) })
		})
		if err := p.tx.send(ctx, b); err != nil {
			return nil, nil, err
		}
		p.load = lot.Load{}
		if sealed != nil {
			load, err := p.store.keys().OpenLoad(sealed)
			if err == nil {
				p.load = load
			} else { // the draw goes on: nobody is drawn who must not be, only the balance begins anew
				p.store.log.WarnContext(ctx, "how often people were drawn cannot be read, and is counted from now on", slog.Any("error", err))
			}
		}
	}
	people, err := candidates(ctx, p.tx.conn, k.units(), today)
	if err != nil {
		return nil, nil, err
	}
	return k.rules.DrawRoster(k.c, people, p.load.Recent(since)), p.load, nil
}

// units are the case's unit and those whose duty passed on to it.
func (k *tracked) units() []string { return append([]string{k.c.Unit}, k.c.Predecessors...) }

// queueSealings writes what was drawn, and takes away what was laid open.
func (p *plan) queueSealings(b *pgx.Batch) {
	if len(p.sealings) > 0 {
		as(b, RoleDraw, func(b *pgx.Batch) {
			for _, s := range p.sealings {
				b.Queue(`INSERT INTO sealed.plans (due_tag, plan, case_id, number) VALUES ($1, $2, $3, $4)`, s.tag, s.plan, s.caseID, s.number)
				b.Queue(`INSERT INTO sealed.rosters (case_id, number, roster) VALUES ($1, $2, $3)`, s.caseID, s.number, s.roster)
				b.Queue(`UPDATE sealed.load SET load = $1`, s.load)
			}
		})
	}
	if len(p.unsealed) > 0 {
		as(b, RoleDispatch, func(b *pgx.Batch) { b.Queue(`SELECT sealed.forget($1)`, p.unsealed) })
	}
}

// tags are those a case's draws may lie under: of every day from its acceptance
// to the end of its window.
func tags(keys lot.Keys, caseID string, number int, from, to calendar.Date) map[string]calendar.Date {
	all := map[string]calendar.Date{}
	for d := from; !d.After(to); d = d.AddDays(1) {
		for _, tag := range keys.Tags(caseID, number, d) {
			all[string(tag)] = d
		}
	}
	return all
}

// unseal takes from under the seal what an arrival lays open.
func (p *plan) unseal(ctx context.Context, c lifecycle.Case) (lifecycle.Unsealed, error) {
	var opened lifecycle.Unsealed
	if c.Stage != lifecycle.LookBackPending || c.Draw == nil {
		return opened, nil
	}
	keys := p.store.keys()
	made, err := p.sealedDraws(ctx, c)
	if err != nil {
		return opened, err
	}
	var asked [][]byte
	for _, d := range made {
		for tag := range tags(keys, c.ID, d.Number, d.Opens, d.Closes) {
			asked = append(asked, []byte(tag))
		}
	}
	plans := map[int]duePlan{}
	b := &pgx.Batch{}
	as(b, RoleDispatch, func(b *pgx.Batch) {
		b.Queue(`SELECT due_tag, number, plan FROM sealed.due($1) WHERE case_id = $2 ORDER BY number`, asked, c.ID).Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[duePlan])
			for _, f := range found {
				plans[f.Number] = f
			}
			return err
		})
		if c.Draw.Status == lifecycle.DrawMade { // else it was said when the draw ended
			queueTask(b, c.ID, c.Draw.Number, &opened.Dispatched)
		}
	})
	if err := p.tx.send(ctx, b); err != nil {
		return opened, fmt.Errorf("unseal look-back of %s: %w", c.ID, err)
	}
	for _, d := range made {
		drawn, err := open(keys, c.ID, d.Number, d.Key, plans)
		if err == nil {
			opened.Reveals = append(opened.Reveals, drawn.Reveal())
			p.unsealed = append(p.unsealed, plans[d.Number].Tag)
			continue
		}
		fault := sealFault(err)
		opened.Lost = append(opened.Lost, lifecycle.SealBroken{Number: d.Number, Fault: *fault})
		if d.Number == c.Draw.Number {
			opened.Fault = fault
		}
	}
	return opened, nil
}

// sealedDraws are the draws of a case that were made and are not laid open.
func (p *plan) sealedDraws(ctx context.Context, c lifecycle.Case) (made []lifecycle.LookBackDrawn, err error) {
	rows, err := p.tx.conn.Query(ctx, `SELECT content::text FROM events WHERE case_id = $1 AND kind = $2 ORDER BY seq`, c.ID, string(lifecycle.EventLookBackDrawn))
	if err != nil {
		return nil, fmt.Errorf("read draws of %s: %w", c.ID, err)
	}
	contents, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("read draws of %s: %w", c.ID, err)
	}
	for _, content := range contents {
		e, err := lifecycle.Event{Kind: lifecycle.EventLookBackDrawn}.WithContent(content)
		if err != nil {
			return nil, fmt.Errorf("read draws of %s: %w", c.ID, err)
		}
		if d, ok := e.Body.(*lifecycle.LookBackDrawn); ok && d.Number > c.Draw.Revealed {
			made = append(made, *d)
		}
	}
	return made, nil
}

// A duePlan is a plan whose tag was shown.
type duePlan struct {
	Tag    []byte
	Number int
	Plan   []byte
}

// open opens the plan of a draw. One that no key of ours has a tag of was taken
// away, unless its key is missing.
func open(keys lot.Keys, caseID string, number int, key string, plans map[int]duePlan) (lot.Plan, error) {
	due, ok := plans[number]
	switch {
	case ok:
		return keys.Open(due.Plan, caseID, number)
	case keys.Has(key):
		return lot.Plan{}, lot.PlanGone()
	default:
		return lot.Plan{}, keys.Lacks(key)
	}
}

// sealFault says what is wrong with the seal, in words for a leader.
func sealFault(err error) *lifecycle.DrawFault {
	var (
		key    *lot.KeyError
		broken *lot.SealError
		fault  lifecycle.DrawFault
	)
	switch {
	case errors.As(err, &key):
		fault = lifecycle.FaultOf("seal", key)
	case errors.As(err, &broken):
		fault = lifecycle.FaultOf("seal", broken)
	}
	return &fault
}

// OpenedPlan is what two people had opened before its day.
type OpenedPlan struct {
	Number int           `json:"number" doc:"Counts the draws of the case from 1"`
	Window lot.Window    `json:"window"`
	Date   calendar.Date `json:"date" doc:"The day that was drawn"`
	Team   lot.Team      `json:"team"`
}

// OpenPlan reads the sealed plan of a case for one of the two who had it opened.
// It fails with a *lifecycle.Refusal for anybody else, and when the seal cannot be
// opened.
func (s *Store) OpenPlan(ctx context.Context, a lifecycle.Actor, id string) (OpenedPlan, error) {
	if a.Unit != "" || !isID(id) {
		return OpenedPlan{}, ErrNotFound
	}
	p, c, err := s.open(ctx, id)
	if err != nil {
		return OpenedPlan{}, fmt.Errorf("open plan of %s: %w", id, plain(err))
	}
	defer p.tx.release(ctx)
	if refusal := lifecycle.MayOpen(c, a); refusal != nil {
		return OpenedPlan{}, refusal
	}
	opened, err := p.unseal(ctx, c)
	if err != nil {
		return OpenedPlan{}, plain(err)
	}
	if opened.Fault != nil {
		return OpenedPlan{}, &lifecycle.Refusal{Kind: lifecycle.NotAllowed, Code: "seal", ZH: opened.Fault.ZH, EN: opened.Fault.EN}
	}
	r := opened.Reveals[len(opened.Reveals)-1]
	s.log.InfoContext(ctx, "a sealed plan was read before its day", slog.String("case", id), slog.String("account", a.Account))
	return OpenedPlan{Number: r.Number, Window: r.Window, Date: r.Date, Team: r.Team}, nil
}
