package e2e_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
)

// The tests of the whole system are run on whatever machine there is, by whoever
// cloned the repository, beside whatever else it does. None may fail because a
// second was short. So the machine is measured before the first test, and what
// depends on it follows from that: how long a legal day lasts, how many stacks
// run at once, and how long a test waits for what must come. A story whose day
// was over all the same before it could act on it is told again in longer days
// (story).

const (
	// toldPerSecond is how many cases a second the engine is told of on the machine
	// that the tests' figures were chosen on, by measure, with nothing beside it.
	toldPerSecond = 40
	// mostStacks run at once on such a machine. Most of their time they wait.
	mostStacks = 5
	// fewestSpares is how many times longer a test waits than it should have to: what
	// is there in time costs nothing, and the machine may be busier later.
	fewestSpares = 3
)

// A machine is what the tests run on.
type machine struct {
	// slower is how many times slower it is than the one the figures are of; 1 at least.
	slower float64
	// stacks has a place for each stack that may run at once.
	stacks chan struct{}
}

// There is one machine, and it is measured once.
var (
	measured sync.Once
	here     machine
)

// theMachine measures the machine when the first test asks for it.
func theMachine(t *testing.T) machine {
	t.Helper()
	measured.Do(func() {
		here = machine{slower: 1, stacks: make(chan struct{}, mostStacks)}
		t.Run("how fast the machine is", func(t *testing.T) {
			told := measure(t)
			slower := max(1, toldPerSecond/told)
			n := max(1, min(mostStacks, int(2*mostStacks/slower)))
			here = machine{slower: slower, stacks: make(chan struct{}, n)}
			t.Logf("%.1f cases told a second: days are %.1f times as long as on a machine with %d, and %d stacks run at once", told, slower, toldPerSecond, n)
		})
	})
	return here
}

// take waits for a place for a stack, which the test holds until its end.
func (m machine) take(t *testing.T) {
	t.Helper()
	m.stacks <- struct{}{}
	t.Cleanup(func() { <-m.stacks })
}

// patience is how long a test waits for what should be there within the time.
func (m machine) patience(within time.Duration) time.Duration {
	return time.Duration(float64(within) * m.slower * fewestSpares)
}

// wait waits for what should come within the time, and asks for it again and again.
// Unlike require.Eventually it asks in the test's own goroutine, so that what is
// asked may fail the test or end the story.
func (m machine) wait(t *testing.T, within, every time.Duration, what string, so func() bool) {
	t.Helper()
	within = m.patience(within)
	for begun := time.Now(); !so(); <-time.After(every) {
		require.Less(t, time.Since(begun), within, what)
	}
}

// day is how long a legal day lasts here.
func (m machine) day(base time.Duration) time.Duration {
	return time.Duration(float64(base) * m.slower).Round(time.Millisecond)
}

// measure opens cases on a whole system until it is told how many a second the
// engine has timers for: that takes the API, PostgreSQL, the engine and a worker.
func measure(t *testing.T) (toldPerSecond float64) {
	t.Helper()
	const clients, each = 8, 6
	ctx := context.Background()
	k := openStack(t, setup{})
	db := look(ctx, t, k.postgres.URL())
	told := func() bool { return db.count(ctx, `SELECT count(*) FROM tellings`) == 0 }
	open := func(key string) error {
		a, err := k.life(key).Do(ctx, k.people.Finding(key, k.today()))
		if err == nil && a.Refusal != nil {
			err = a.Refusal
		}
		return err
	}
	require.NoError(t, open("first"))
	k.eventually(2*time.Minute, "the engine is told of a first case", told)
	var group sync.WaitGroup
	failed := make(chan error, clients*each)
	begun := time.Now()
	for c := range clients {
		group.Go(func() {
			for i := range each {
				failed <- open(fmt.Sprint("measure-", c, "-", i))
			}
		})
	}
	group.Wait()
	for range clients * each {
		require.NoError(t, <-failed)
	}
	k.eventually(2*time.Minute, "the engine is told of all cases", told)
	return clients * each / time.Since(begun).Seconds()
}

// tellings is how often a story is told, in days twice as long each time.
const tellings = 4

// story tells a story in days that are long enough for the machine. It begins
// with the setup's, as long as they must be here; where a day was over before
// the story could act on it (stack.short), it is told again on a new stack with
// days twice as long. The last time it fails.
func story(t *testing.T, s setup, tell func(t *testing.T, s setup)) {
	t.Helper()
	s.day = theMachine(t).day(s.day)
	for n := 1; ; n++ {
		s.shortage = &shortage{}
		ok := t.Run(fmt.Sprintf("attempt %d, days of %s", n, s.day), func(t *testing.T) { s.shortage.attempt(func() { tell(t, s) }) })
		why := s.shortage.found()
		if !ok || why == "" {
			return
		}
		require.Less(t, n, tellings, "too short: %s", why)
		t.Logf("attempt %d was too short: %s", n, why)
		s.day *= 2
	}
}

// A shortage is what showed that a story's days were too short for the machine.
type shortage struct {
	mu  sync.Mutex
	why string
}

// outOfTime ends a part of a story whose day was too short.
type outOfTime struct{}

// attempt tells a part of a story, which short may end. Each goroutine and each
// parallel subtest of a story is a part of its own.
func (s *shortage) attempt(tell func()) {
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(outOfTime); !is {
				panic(r)
			}
		}
	}()
	tell()
}

func (s *shortage) found() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

// end ends the part of the story, which is told again. Outside a story the test
// fails.
func (s *shortage) end(t *testing.T, why string, args ...any) {
	t.Helper()
	require.NotNil(t, s, why)
	s.mu.Lock()
	s.why = fmt.Sprintf(why, args...)
	s.mu.Unlock()
	panic(outOfTime{})
}

// short ends the part of the story: a legal day, or the time there was, was over
// before the machine could do what was to be done in it.
func (k *stack) short(why string, args ...any) {
	k.t.Helper()
	k.shortage.end(k.t, why, args...)
}

// swiftDays is within how many legal days steps are taken that no clock may
// overtake. The shortest of a unit's that matters is 15 working days.
const swiftDays = 10

// swiftly takes steps one after another before any clock runs out between them:
// where they took longer than swiftDays, the days were too short. What is refused
// or fails within that time fails the test.
func (k *stack) swiftly(ctx context.Context, l *casetest.Life, steps ...casetest.Step) {
	k.t.Helper()
	begun := k.today()
	for _, step := range steps {
		a, err := l.Do(ctx, step)
		if took := k.today().DaysSince(begun); took > swiftDays {
			k.short("%d steps took %d days", len(steps), took)
		}
		require.NoError(k.t, err, "%s", step.Body.Kind())
		require.Nil(k.t, a.Refusal, "%s: %v", step.Body.Kind(), a.Refusal)
	}
}

// unsilenced ends the story where the record shows that the system gave no sign of
// life for so long that deadlines moved: it did what it should on a machine that
// stood still, and this story is about another.
func (k *stack) unsilenced(ctx context.Context) {
	k.t.Helper()
	db := look(ctx, k.t, k.postgres.URL())
	if n := db.count(ctx, `SELECT count(*) FROM uptime`); n > 1 {
		k.short("the system was silent %d times", n-1)
	}
}
