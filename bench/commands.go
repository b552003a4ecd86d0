package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"duban/calendar"
	"duban/dispatch"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// commands measures whole lives of seven commands, and an eighth that draws a
// look-back, through dispatch.Do against the bare transactions of the same statements.
func commands(ctx context.Context, b *bench, o options) error {
	people, err := b.record(ctx, store.Options{MaxConns: 2}, nil)
	if err != nil {
		return err
	}
	recorded, err := b.record(ctx, store.Options{MaxConns: int32(o.clients), Tracer: recorder{}}, people) //nolint:gosec // a few
	if err != nil {
		return err
	}
	warm := 2 * o.clients
	lives, err := recordLives(ctx, recorded, (o.rounds+2)*o.lives+warm)
	recorded.close()
	if err != nil {
		return err
	}
	product, err := b.record(ctx, store.Options{MaxConns: int32(o.clients)}, people) //nolint:gosec // a few
	if err != nil {
		return err
	}
	defer product.close()
	bare, err := b.record(ctx, store.Options{MaxConns: 1}, people)
	if err != nil {
		return err
	}
	defer bare.close()
	pool, err := openPool(ctx, bare.url, int32(o.clients)) //nolint:gosec // a few
	if err != nil {
		return err
	}
	defer pool.Close()
	m := &match{product: product, door: door{dispatch.New(product.Store, dispatch.Options{})}, bare: pool, lives: lives}
	return m.play(ctx, o, warm)
}

// A door is dispatch, as a life knows it.
type door struct{ *dispatch.Dispatcher }

// Execute sends a command through the one door for commands.
func (d door) Execute(ctx context.Context, r store.Request) (store.Answer, error) {
	return d.Do(ctx, r)
}

// A match is the two sides of the ratios.
type match struct {
	product *record
	door    door
	bare    *pgxpool.Pool
	lives   [][]*recording
	// at is the next life of each side.
	done, replayed atomic.Int64
}

func (m *match) play(ctx context.Context, o options, warm int) error {
	if _, _, err := m.round(ctx, warm, o.clients); err != nil {
		return err
	}
	var speeds, ratios, bares []float64
	for range o.rounds {
		ours, theirs, err := m.round(ctx, o.lives, o.clients)
		if err != nil {
			return err
		}
		ratios = append(ratios, theirs.took.Seconds()/ours.took.Seconds())
		speeds = append(speeds, float64(o.lives)/ours.took.Seconds())
		bares = append(bares, float64(o.lives)/theirs.took.Seconds())
	}
	told(fmt.Sprintf("lifecycles/s through dispatch.Do, %d clients", o.clients), median(speeds), "/s")
	told(fmt.Sprintf("lifecycles/s of the bare transactions, %d clients", o.clients), median(bares), "/s")
	atLeast("lifecycles/s against the bare transactions", median(ratios), 0.65, "")

	var ours, theirs []time.Duration
	for range 2 * o.rounds {
		a, b, err := m.round(ctx, max(1, o.lives/o.rounds/2), 1)
		if err != nil {
			return err
		}
		ours, theirs = append(ours, a.each...), append(theirs, b.each...)
	}
	told("command p50, one client", ms(percentile(ours, 50)), "ms")
	told("command p99, one client", ms(percentile(ours, 99)), "ms")
	told("bare transaction p50, one client", ms(percentile(theirs, 50)), "ms")
	atMost("command p50 against the bare transaction, one client", ms(percentile(ours, 50))/ms(percentile(theirs, 50)), 1.5, "")
	return nil
}

// A result is what a round took, as a whole and command by command.
type result struct {
	took time.Duration
	each []time.Duration
}

// round lets both sides live so many lives, one after the other, the first now
// this one and now that.
func (m *match) round(ctx context.Context, lives, clients int) (ours, theirs result, err error) {
	sides := []func() error{
		func() (err error) {
			ours, err = m.side(lives, clients, func() ([]time.Duration, error) { return m.live(ctx) })
			return err
		},
		func() (err error) {
			theirs, err = m.side(lives, clients, func() ([]time.Duration, error) { return m.replay(ctx) })
			return err
		},
	}
	if m.replayed.Load()/int64(lives)%2 == 1 {
		slices.Reverse(sides)
	}
	for _, side := range sides {
		if err := side(); err != nil {
			return ours, theirs, err
		}
	}
	return ours, theirs, nil
}

func (m *match) side(lives, clients int, live func() ([]time.Duration, error)) (result, error) {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		left  atomic.Int64
		r     result
		first error
	)
	left.Store(int64(lives))
	start := time.Now()
	for range clients {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				each, err := live()
				mu.Lock()
				r.each = append(r.each, each...)
				if err != nil && first == nil {
					first = err
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	r.took = time.Since(start)
	return r, first
}

func (m *match) live(ctx context.Context) ([]time.Duration, error) {
	l := &casetest.Life{Doer: m.door, Key: "life" + strconv.FormatInt(m.done.Add(1), 10)}
	var each []time.Duration
	for _, step := range append(steps(m.product.people), acceptance(m.product.people)) {
		start := time.Now()
		a, err := l.Do(ctx, step)
		if err != nil || a.Refusal != nil {
			return nil, fmt.Errorf("%s: %w %w", step.Body.Kind(), err, a.Refusal)
		}
		if d := a.Case.Draw; d != nil && d.Status != lifecycle.DrawMade {
			return nil, fmt.Errorf("%s: the look-back is %s", step.Body.Kind(), d.Status)
		}
		each = append(each, time.Since(start))
	}
	return each, nil
}

func (m *match) replay(ctx context.Context) ([]time.Duration, error) {
	n := m.replayed.Add(1) - 1
	if n >= int64(len(m.lives)) {
		return nil, fmt.Errorf("only %d lives were recorded", len(m.lives))
	}
	var each []time.Duration
	for _, command := range m.lives[n] {
		start := time.Now()
		if err := command.replay(ctx, m.bare); err != nil {
			return nil, err
		}
		each = append(each, time.Since(start))
	}
	return each, nil
}

// steps are the seven commands from the opening to the review of the report.
func steps(p casetest.People) []casetest.Step {
	return append([]casetest.Step{p.Finding("党费收缴不及时", calendar.Real().Date(time.Now()))}, p.UpToReview()...)
}

// acceptance is the command that has a look-back drawn.
func acceptance(p casetest.People) casetest.Step {
	return casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}}
}

// recordLives lives lives and notes what each of their commands sent.
func recordLives(ctx context.Context, r *record, n int) ([][]*recording, error) {
	lives := make([][]*recording, n)
	for i := range lives {
		l := &casetest.Life{Doer: r.Store, Key: "recorded" + strconv.Itoa(i)}
		for _, step := range append(steps(r.people), acceptance(r.people)) {
			rec := &recording{}
			a, err := l.Do(context.WithValue(ctx, recordingKey{}, rec), step)
			if err != nil || a.Refusal != nil {
				return nil, fmt.Errorf("record %s: %w %w", step.Body.Kind(), err, a.Refusal)
			}
			lives[i] = append(lives[i], rec)
		}
	}
	trips, last := 0, len(lives[n-1])-1
	for _, c := range lives[n-1][:last] {
		trips += len(c.batches)
	}
	// Two commands of a life allot a number: the opening and the notice.
	atMost("PostgreSQL round trips of a life's seven commands", float64(trips), 7*2+2, "")
	told("batches of an acceptance that draws a look-back", float64(len(lives[n-1][last].batches)), "")
	return lives, nil
}
