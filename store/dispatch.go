package store

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"duban/calendar"
	"duban/lifecycle"
	"duban/lot"
)

// dispatchPage is how many waiting look-backs are asked about at a time.
const dispatchPage = 200

// DispatchLookBacks asks of every look-back that waits whether its day has come,
// and tells the drawn inspectors, and nobody else, that it has: from the hour of
// the policy on, under an opaque number. Each day is asked about once; what was
// due on an earlier one and not told, or falls on a day off by now, is a leader's
// to decide, and so is a team that was told on an earlier day and did not come. It
// returns nothing of how many there were, because whoever reads the engine's
// histories would learn it.
//
// Before that, whatever the hour, it puts under the key that seals what lies under
// an older one.
func (s *Store) DispatchLookBacks(ctx context.Context, now time.Time) error {
	if err := s.reseal(ctx); err != nil {
		return fmt.Errorf("dispatch look-backs: %w", err)
	}
	r, err := s.currentRules(ctx)
	if err != nil {
		return err
	}
	if !r.TellHour(now) {
		return nil
	}
	d := dispatching{store: s, rules: r, now: now, today: r.Today(now)}
	for after := ""; ; {
		waiting, last, err := d.page(ctx, after)
		if err == nil {
			err = d.ask(ctx, waiting)
		}
		if err != nil {
			return fmt.Errorf("dispatch look-backs: %w", plain(err))
		}
		if last == "" {
			return nil
		}
		after = last
	}
}

// A dispatching is one round of asking.
type dispatching struct {
	store *Store
	rules lifecycle.Rules
	now   time.Time
	today calendar.Date
}

// A waitingLookBack is a look-back that waits for its day.
type waitingLookBack struct {
	Case   string
	Number int
	Key    string
	Opens  calendar.Date
	Closes calendar.Date
	Broken bool
	// Permitted: a leader lets the inspectors arrive today.
	Permitted bool
	// from is the first day not asked about.
	from calendar.Date
}

// page reads a page of those that wait for a drawn day, also before their window is
// open: that a plan cannot be opened is to be known long before its day. Last is
// empty behind the last.
func (d dispatching) page(ctx context.Context, after string) (waiting []waitingLookBack, last string, err error) {
	rows, err := d.store.pool.Query(ctx, `
		SELECT c.id::text, (s.state -> 'draw' ->> 'number')::int, coalesce(s.state -> 'draw' ->> 'key', ''),
		    (s.state -> 'draw' ->> 'opens')::date, (s.state -> 'draw' ->> 'closes')::date, s.state -> 'draw' -> 'fault' IS NOT NULL,
		    coalesce((s.state -> 'draw' -> 'permit' ->> 'given')::date = $3, false)
		FROM cases c JOIN case_states s ON s.case_id = c.id
		WHERE c.stage = 'look_back_pending' AND s.state -> 'draw' ->> 'status' = 'made'
		    AND ($1 = '' OR c.id > $1::uuid)
		ORDER BY c.id LIMIT $2`, after, dispatchPage, d.today)
	if err != nil {
		return nil, "", err
	}
	waiting, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (w waitingLookBack, err error) {
		return w, row.Scan(&w.Case, &w.Number, &w.Key, &w.Opens, &w.Closes, &w.Broken, &w.Permitted)
	})
	if len(waiting) == dispatchPage {
		last = waiting[len(waiting)-1].Case
	}
	return waiting, last, err
}

// ask finds out which are due and sees to each.
func (d dispatching) ask(ctx context.Context, waiting []waitingLookBack) error {
	if len(waiting) == 0 {
		return nil
	}
	ids := make([]string, len(waiting))
	for i, w := range waiting {
		ids[i] = w.Case
	}
	earlier, err := d.earlier(ctx, ids)
	if err != nil {
		return err
	}
	keys := d.store.keys()
	var wanted []waitingLookBack
	for _, w := range waiting {
		before := earlier[drawID{w.Case, w.Number}]
		if before.told != nil && !w.Permitted && d.rules.Today(*before.told).Before(d.today) {
			if err := d.absent(ctx, w); err != nil {
				return err
			}
			continue
		}
		w.from = w.Opens
		if next := before.through.AddDays(1); !w.Broken && next.After(w.from) { // what was broken is asked about anew
			w.from = next
		}
		switch {
		case !keys.Has(w.Key): // it is asked about when the key is back
			if err := d.broken(ctx, w, keys.Lacks(w.Key)); err != nil {
				return err
			}
		case w.Broken || before.through.Before(d.today):
			wanted = append(wanted, w)
		}
	}
	done, err := d.there(ctx, wanted)
	if err != nil || len(done) == 0 {
		return err
	}
	days, shown := map[string]calendar.Date{}, [][]byte{}
	for _, w := range done {
		for tag, day := range tags(keys, w.Case, w.Number, w.from, d.today) {
			days[tag] = day
			shown = append(shown, []byte(tag))
		}
	}
	var due []dueLookBack
	err = d.store.dispatcher(ctx, func(b *pgx.Batch) {
		b.Queue(`SELECT due_tag, case_id::text, number, plan FROM sealed.due($1) ORDER BY case_id, number`, shown).Query(func(rows pgx.Rows) (err error) {
			due, err = pgx.CollectRows(rows, pgx.RowToStructByPos[dueLookBack])
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, one := range due {
		if err := d.see(ctx, one, days[string(one.Tag)]); err != nil {
			return err
		}
	}
	for _, w := range done {
		if w.Broken && !slices.ContainsFunc(due, func(one dueLookBack) bool { return one.Case == w.Case }) {
			if err := d.mended(ctx, w); err != nil {
				return err
			}
		}
	}
	return d.store.dispatcher(ctx, func(b *pgx.Batch) {
		for _, w := range done {
			b.Queue(`
				INSERT INTO sealed.asked (case_id, number, through) VALUES ($1, $2, $3)
				ON CONFLICT (case_id) DO UPDATE SET number = excluded.number, through = excluded.through`, w.Case, w.Number, d.today)
		}
	})
}

// A roundBefore is what earlier rounds did about a draw: through which day they asked,
// and when they told its team.
type roundBefore struct {
	through calendar.Date
	told    *time.Time
}

// earlier reads what earlier rounds did about some cases' draws.
func (d dispatching) earlier(ctx context.Context, cases []string) (map[drawID]roundBefore, error) {
	rounds := map[drawID]roundBefore{}
	err := d.store.dispatcher(ctx, func(b *pgx.Batch) {
		b.Queue(`
			SELECT case_id::text, number, coalesce(a.through, 'epoch'), t.told_at
			FROM sealed.asked a FULL JOIN sealed.tasks t USING (case_id, number) WHERE case_id = ANY($1::uuid[])`, cases).Query(func(rows pgx.Rows) error {
			var (
				of   drawID
				done roundBefore
			)
			_, err := pgx.ForEachRow(rows, []any{&of.Case, &of.Number, &done.through, &done.told}, func() error {
				rounds[of] = done
				done.told = nil
				return nil
			})
			return err
		})
	})
	return rounds, err
}

// A dueLookBack is a plan whose day has come.
type dueLookBack struct {
	Tag    []byte
	Case   string
	Number int
	Plan   []byte
}

// see tells those of the team of a look-back whose day has come who may still come,
// or a leader that the day cannot be kept.
func (d dispatching) see(ctx context.Context, due dueLookBack, day calendar.Date) error {
	return d.on(ctx, due.Case, func(p *plan, k *tracked) error {
		if k.c.Stage != lifecycle.LookBackPending || k.c.Draw.Status != lifecycle.DrawMade || k.c.Draw.Number != due.Number {
			return nil // it is not waited for any more
		}
		drawn, err := d.store.keys().Open(due.Plan, due.Case, due.Number)
		if err != nil {
			k.add(lifecycle.DecideSealBroken(k.c, *sealFault(err), p.at, k.rules))
			return nil
		}
		k.add(lifecycle.DecideSealMended(k.c, p.at, k.rules))
		told, err := p.wasTold(ctx, due)
		if err != nil || told {
			return err
		}
		if day.Before(d.today) {
			k.add(lifecycle.DecideMissed(k.c, lifecycle.DayPassed(), p.at, k.rules))
			return nil
		}
		if !k.rules.Calendar.WorkingDay(day) {
			k.add(lifecycle.DecideMissed(k.c, lifecycle.DayOff(), p.at, k.rules))
			return nil
		}
		people, err := candidates(ctx, p.tx.conn, k.units(), d.today)
		if err != nil {
			return err
		}
		roster := lifecycle.Recuse(k.c, people, nil)
		if !drawn.Team.StillMay(roster, k.rules.Policy.LookBack.MinPersons) {
			k.add(lifecycle.DecideMissed(k.c, lifecycle.TeamGone(), p.at, k.rules))
			return nil
		}
		m, err := p.morning(ctx, d.rules, roster.Eligible(append([]string{drawn.Team.Lead}, drawn.Team.Others...)))
		if err != nil {
			return err
		}
		p.queue = func(b *pgx.Batch) { m.tell(b, drawn, d.now) }
		return nil
	})
}

// absent asks a leader when those who were told on an earlier day did not come.
func (d dispatching) absent(ctx context.Context, w waitingLookBack) error {
	return d.decide(ctx, w, func(c lifecycle.Case, at time.Time, r lifecycle.Rules) []lifecycle.Event {
		if c.Draw.Permitted(d.today) {
			return nil
		}
		return lifecycle.DecideMissed(c, lifecycle.NotKept(), at, r)
	})
}

// there are those whose plans lie where they were put, under a day of their window:
// which, is not asked. What was taken away is a leader's to decide.
func (d dispatching) there(ctx context.Context, waiting []waitingLookBack) (found []waitingLookBack, err error) {
	if len(waiting) == 0 {
		return nil, nil
	}
	var shown [][]byte
	for _, w := range waiting {
		for tag := range tags(d.store.keys(), w.Case, w.Number, w.Opens, w.Closes) {
			shown = append(shown, []byte(tag))
		}
	}
	there := map[drawID]bool{}
	err = d.store.dispatcher(ctx, func(b *pgx.Batch) {
		b.Queue(`SELECT case_id::text, number FROM sealed.there($1)`, shown).Query(func(rows pgx.Rows) error {
			var id drawID
			_, err := pgx.ForEachRow(rows, []any{&id.Case, &id.Number}, func() error {
				there[id] = true
				return nil
			})
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	for _, w := range waiting {
		if there[drawID{w.Case, w.Number}] {
			found = append(found, w)
		} else if err := d.broken(ctx, w, lot.PlanGone()); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// broken records, once, that what was drawn cannot be opened, because the key is not
// at hand or the plan is gone.
func (d dispatching) broken(ctx context.Context, w waitingLookBack, fault error) error {
	if w.Broken {
		return nil
	}
	d.store.log.ErrorContext(ctx, "a sealed plan cannot be opened", slog.String("key", w.Key), slog.Any("error", fault))
	return d.decide(ctx, w, func(c lifecycle.Case, at time.Time, r lifecycle.Rules) []lifecycle.Event {
		return lifecycle.DecideSealBroken(c, *sealFault(fault), at, r)
	})
}

// mended records that what could not be opened can be: its key is back, or its plan.
func (d dispatching) mended(ctx context.Context, w waitingLookBack) error {
	return d.decide(ctx, w, lifecycle.DecideSealMended)
}

// decide records what the rules decide of a draw, while the case waits for it still.
func (d dispatching) decide(ctx context.Context, w waitingLookBack, decide func(lifecycle.Case, time.Time, lifecycle.Rules) []lifecycle.Event) error {
	return d.on(ctx, w.Case, func(p *plan, k *tracked) error {
		if k.c.Draw != nil && k.c.Draw.Number == w.Number {
			k.add(decide(k.c, p.at, k.rules))
		}
		return nil
	})
}

// on does something with one locked case, and writes what came of it.
func (d dispatching) on(ctx context.Context, caseID string, do func(*plan, *tracked) error) error {
	return retry(ctx, func() error {
		p, c, err := d.store.open(ctx, caseID)
		if err != nil {
			return err
		}
		defer p.tx.release(ctx)
		p.at = d.now.UTC().Truncate(time.Microsecond)
		err = p.settle(ctx, func() ([]lifecycle.Event, error) {
			k, err := p.track(ctx, c)
			if err == nil {
				k.catchUp(p.at)
			}
			return nil, err
		})
		if err != nil {
			return err
		}
		k := p.tracked[0]
		if err := do(p, k); err != nil {
			return err
		}
		if len(k.events) == 0 && p.queue == nil {
			return nil
		}
		return p.commit(ctx)
	})
}
