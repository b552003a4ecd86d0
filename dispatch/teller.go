package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	// tellers is how many workflows are told at a time: few enough that telling
	// never starves the commands.
	tellers = 8
	// tellQueue is how many cases may wait to be told in memory. What does not
	// fit is left over in the record.
	tellQueue = 10_000
	// callLimit is how long one call of the record or the engine may take.
	callLimit = 5 * time.Second
)

// A teller tells workflows what the record says of their cases. A case is told
// by one goroutine at a time, and however often it is poked meanwhile, once
// more.
type teller struct {
	record  Tellings
	engine  Engine
	log     *slog.Logger
	health  *health
	metrics *metrics

	queue chan string
	mu    sync.Mutex
	cases map[string]turn
}

// A turn is where a case is on its way through the teller.
type turn int

const (
	waiting turn = iota // in the queue: whatever is poked now is read later
	telling             // being told: what is poked now may come too late
	poked               // poked while being told: tell it again
)

// poke has a case told soon. It never blocks: what cannot be queued is told
// from the record later.
func (t *teller) poke(caseID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now, known := t.cases[caseID]; known {
		if now == telling {
			t.cases[caseID] = poked
		}
		return
	}
	t.enqueue(caseID)
}

// enqueue queues a case if there is room. The caller holds the lock.
func (t *teller) enqueue(caseID string) {
	select {
	case t.queue <- caseID:
		t.cases[caseID] = waiting
	default:
		delete(t.cases, caseID)
		t.metrics.dropped.Inc()
	}
}

// run tells what is poked until ctx ends.
func (t *teller) run(ctx context.Context) {
	var pool sync.WaitGroup
	for range tellers {
		pool.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case id := <-t.queue:
					t.take(ctx, id)
				}
			}
		})
	}
	pool.Wait()
}

// take tells one case, and queues it again if it was poked meanwhile.
func (t *teller) take(ctx context.Context, caseID string) {
	if t.health.wait(ctx) != nil {
		return
	}
	t.mu.Lock()
	t.cases[caseID] = telling
	t.mu.Unlock()

	t.tell(ctx, caseID)

	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cases[caseID] == poked {
		t.enqueue(caseID)
		return
	}
	delete(t.cases, caseID)
}

// tell reads what is to be told of a case and tells it. No lock is held during
// the calls; what happens to the case meanwhile has a greater seq, and stays to
// be told.
func (t *teller) tell(ctx context.Context, caseID string) {
	ctx, cancel := context.WithTimeout(ctx, 3*callLimit)
	defer cancel()
	told, ok, err := t.record.Telling(ctx, caseID)
	if err != nil || !ok {
		t.complain(ctx, "read what is to be told", caseID, err)
		return
	}
	callCtx, cancelCall := context.WithTimeout(ctx, callLimit)
	err = t.engine.Tell(callCtx, told)
	cancelCall()
	switch {
	case err == nil:
		t.health.note(nil)
		t.metrics.sent.Inc()
		t.complain(ctx, "end telling", caseID, t.record.TellingDone(ctx, caseID, told.Seq))
	case errors.Is(ctx.Err(), context.Canceled):
		// The process ends.
	case errors.Is(err, ErrEngineAway):
		t.health.note(err)
		t.metrics.failed.Inc()
	default:
		t.metrics.failed.Inc()
		t.complain(ctx, "tell workflow", caseID, err)
		t.complain(ctx, "put telling off", caseID, t.record.TellingFailed(ctx, caseID, told.Seq))
	}
}

// complain logs what went wrong with a case. Nothing more is due: the row is
// still in the record.
func (t *teller) complain(ctx context.Context, what, caseID string, err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	t.log.WarnContext(ctx, "telling stays behind", slog.String("step", what), slog.String("case", caseID), slog.Any("error", err))
}
