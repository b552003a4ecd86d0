package evidence

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// maxJudged is how many documents are judged, and in memory, at once.
const maxJudged = 2

// turns are the places of documents that are judged. Of what one sender sent, one
// document at a time is judged or next: who sends many waits behind himself, and
// anybody else after one of his at most.
type turns struct {
	places *semaphore.Weighted

	mu      sync.Mutex
	senders map[string]*turn
}

// A turn is a sender's, and kept while anybody holds it or waits for it.
type turn struct {
	one   *semaphore.Weighted
	users int
}

func newTurns() *turns {
	return &turns{places: semaphore.NewWeighted(maxJudged), senders: map[string]*turn{}}
}

// take waits for a place, in the order of coming, and returns what gives it back.
func (t *turns) take(ctx context.Context, sender string) (leave func(), err error) {
	own := t.join(sender)
	if err := own.one.Acquire(ctx, 1); err != nil {
		t.quit(sender)
		return nil, err
	}
	if err := t.places.Acquire(ctx, 1); err != nil {
		own.one.Release(1)
		t.quit(sender)
		return nil, err
	}
	return func() {
		t.places.Release(1)
		own.one.Release(1)
		t.quit(sender)
	}, nil
}

func (t *turns) join(sender string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := t.senders[sender]
	if own == nil {
		own = &turn{one: semaphore.NewWeighted(1)}
		t.senders[sender] = own
	}
	own.users++
	return own
}

func (t *turns) quit(sender string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.senders[sender].users--; t.senders[sender].users == 0 {
		delete(t.senders, sender)
	}
}
