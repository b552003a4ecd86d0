package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
)

// postgresPID is the process to kill when PostgreSQL is to crash.
func (k *stack) postgresPID() int {
	k.t.Helper()
	text, err := os.ReadFile(filepath.Join(k.postgres.DataDir(), "postmaster.pid"))
	if err != nil {
		return 0 // it is only just down
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	require.NoError(k.t, err)
	return pid
}

// killPostgres and killEngine crash what supervisors then start again. Of
// PostgreSQL only the first process is killed: those that serve connections
// notice within moments, and until then may still commit and answer.
func (k *stack) killPostgres() {
	if pid := k.postgresPID(); pid > 0 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// cutPostgres kills every process of PostgreSQL at once, as a loss of power
// does: nobody is left to commit or answer.
func (k *stack) cutPostgres() {
	k.t.Helper()
	pid := k.postgresPID()
	require.NoError(k.t, syscall.Kill(pid, syscall.SIGSTOP), "it must not start more while they are counted")
	children := k.children(pid)
	require.NotEmpty(k.t, children)
	for _, child := range children {
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
	require.NoError(k.t, syscall.Kill(pid, syscall.SIGKILL))
}

// children are the processes that a process started.
func (k *stack) children(pid int) (found []int) {
	k.t.Helper()
	listed, err := filepath.Glob("/proc/[0-9]*/status")
	require.NoError(k.t, err)
	for _, path := range listed {
		status, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", pid)) {
			continue // it has ended, or is another's
		}
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		require.NoError(k.t, err)
		found = append(found, child)
	}
	return found
}

func (k *stack) killEngine() {
	if pid := k.engine.PID(); pid > 0 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// A load drives cases through their lives until it is told to stop, and counts
// what was acknowledged.
type load struct {
	stack *stack
	stop  atomic.Bool
	group sync.WaitGroup
	mu    sync.Mutex
	// acknowledged are command ids the API answered for.
	acknowledged map[string]string
	cases        []string
}

// run starts n clients, each opening case after case.
func (l *load) run(ctx context.Context, n int) {
	l.acknowledged = map[string]string{}
	for i := range n {
		l.group.Go(func() {
			for j := 0; !l.stop.Load(); j++ {
				l.life(ctx, fmt.Sprintf("load-%d-%d", i, j), i)
			}
		})
	}
}

func (l *load) life(ctx context.Context, key string, i int) {
	p := l.stack.people
	life := &casetest.Life{Doer: door{stack: l.stack, api: i % len(l.stack.apis)}, Key: key}
	steps := append([]casetest.Step{p.Finding(key, l.stack.today())}, p.UpToReview()...)
	for _, step := range append(steps, casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}}) {
		if l.stop.Load() {
			return
		}
		a, err := life.Do(ctx, step)
		if errors.Is(err, errAway) {
			return // nobody knows: neither acknowledged nor refused
		}
		if err != nil || a.Refusal != nil {
			l.stack.t.Errorf("%s of %s: %v %+v", step.Body.Kind(), key, err, a.Refusal)
			return
		}
		l.mu.Lock()
		l.acknowledged[a.CommandID] = life.Case
		if len(l.cases) == 0 || l.cases[len(l.cases)-1] != life.Case {
			l.cases = append(l.cases, life.Case)
		}
		l.mu.Unlock()
	}
}

// check holds the promises after everything was killed: no acknowledged command
// is lost or doubled, state is the fold of the events, every open case has an
// alarm, and every workflow is told in the end.
func (l *load) check(ctx context.Context) {
	t := l.stack.t
	t.Helper()
	l.stop.Store(true)
	l.group.Wait()
	commands := map[string]int{}
	seen := map[string]bool{}
	for _, id := range l.cases {
		if seen[id] {
			continue
		}
		seen[id] = true
		events, err := l.stack.record.Events(ctx, l.stack.people.Auditor, id, 0, 200)
		require.NoError(t, err)
		mine := map[string]bool{}
		for i, e := range events {
			require.Equal(t, int64(i+1), e.Seq, "no gap")
			if e.Command != "" && !mine[e.Command] {
				mine[e.Command] = true
				commands[e.Command]++
			}
		}
	}
	lost := 0
	for id := range l.acknowledged {
		if commands[id] != 1 {
			lost++
		}
	}
	require.Zero(t, lost, "acknowledged commands lost or doubled, of %d", len(l.acknowledged))
	report, err := l.stack.record.Rebuild(ctx, nil)
	require.NoError(t, err)
	require.Zero(t, report.Changed, "state == fold(events)")
	late, err := l.stack.record.LateAlarmCount(ctx, 2*time.Minute)
	require.NoError(t, err)
	require.Zero(t, late)
	l.stack.eventually(time.Minute, "every workflow was told", func() bool {
		left, err := l.stack.record.Tellings(ctx, 0, 10)
		return err == nil && len(left) == 0
	})
	t.Logf("%d acknowledged commands on %d cases", len(l.acknowledged), len(seen))
	require.Greater(t, len(l.acknowledged), 100)
}

// kill -9 of API, worker, engine, PostgreSQL, and of all at once, under load: 0
// acknowledged commands lost or doubled, 0 open cases without an alarm.
func TestKillEverything(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	k := newStack(t, setup{apis: 2, worker: 2})
	l := &load{stack: k}
	l.run(ctx, 6)
	acknowledged := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.acknowledged)
	}
	// more waits until the load goes on after a fault.
	more := func() {
		n := acknowledged()
		k.eventually(time.Minute, "work goes on", func() bool { return acknowledged() > n+20 })
	}
	more()
	for range 2 {
		api, work := k.apis[rand.IntN(2)], k.workers[rand.IntN(2)]
		api.kill()
		k.again(api)
		more()
		work.kill()
		k.again(work)
		more()
		k.killEngine()
		more()
		k.killPostgres()
		more()
	}
	for _, p := range append(append([]*process{}, k.apis...), k.workers...) {
		p.kill()
	}
	k.killEngine()
	k.killPostgres()
	for _, p := range append(append([]*process{}, k.apis...), k.workers...) {
		k.again(p)
	}
	more()
	l.check(ctx)
}
