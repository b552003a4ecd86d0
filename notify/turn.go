package notify

import (
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A pace is how often one robot may speak, and how long it is silent once its
// vendor has said it speaks too often.
type pace struct {
	each    time.Duration
	burst   int
	silence time.Duration
}

// turns keeps the robots of one vendor to their pace. The pace is this
// process's: a robot is to be spoken through by one process at a time.
type turns struct {
	pace pace

	mu     sync.Mutex
	robots map[[sha256.Size]byte]*turn
}

type turn struct {
	limiter *rate.Limiter
	// until is when a silence ends.
	until time.Time
}

// maxTurns is how many robots are remembered before those at rest are forgotten.
const maxTurns = 1000

func newTurns(p pace) *turns {
	return &turns{pace: p, robots: map[[sha256.Size]byte]*turn{}}
}

// of returns the turn of a robot. The lock is held.
func (t *turns) of(robot Secret, now time.Time) *turn {
	key := sha256.Sum256([]byte(robot.Reveal()))
	if found := t.robots[key]; found != nil {
		return found
	}
	if len(t.robots) >= maxTurns {
		for other, at := range t.robots {
			if now.After(at.until) && at.limiter.TokensAt(now) >= float64(t.pace.burst) {
				delete(t.robots, other)
			}
		}
	}
	made := &turn{limiter: rate.NewLimiter(rate.Every(t.pace.each), t.pace.burst)}
	t.robots[key] = made
	return made
}

// take takes the robot's turn, or says how long until it has one.
func (t *turns) take(robot Secret, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.of(robot, now)
	if wait := at.until.Sub(now); wait > 0 {
		return wait
	}
	reserved := at.limiter.ReserveN(now, 1)
	wait := reserved.DelayFrom(now)
	if wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}

// hold keeps the robot silent until then.
func (t *turns) hold(robot Secret, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at := t.of(robot, until); until.After(at.until) {
		at.until = until
	}
}
