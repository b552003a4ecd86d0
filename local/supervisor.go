package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	restartSoonest = 100 * time.Millisecond
	restartLatest  = 10 * time.Second
	// A child that ran this long has settled: its next restart is soon again.
	settledAfter = 30 * time.Second
)

// A program is what a supervisor keeps running.
type program struct {
	name string
	// command makes a fresh command for each start. An error counts as a start
	// that ended at once.
	command func() (*exec.Cmd, error)
	// onParentDeath is what the kernel sends the child when this process dies.
	onParentDeath syscall.Signal
	// ended is called each time a start has ended, with its outcome; it may be nil.
	ended func(error)
	// stop is the order in which the child is asked, then told, to end.
	stop   []stopStep
	logger *slog.Logger
}

// A stopStep sends a signal and waits so long before the next step.
type stopStep struct {
	signal syscall.Signal
	wait   time.Duration
}

// A supervisor runs one program and starts it again, with growing pauses,
// whenever it ends without having been asked to.
type supervisor struct {
	program program
	quit    chan struct{} // closed by stop
	done    chan struct{} // closed when the child is gone for good

	mu       sync.Mutex
	process  *os.Process // nil while the child is down
	started  time.Time
	starts   int
	lastExit error
	stopping bool
}

// A childState is a supervisor's view of its child at one moment.
type childState struct {
	PID      int       // 0 while it is down
	Started  time.Time // when it was last started
	Starts   int       // how often it was started
	LastExit error     // how the run before ended; nil when there was none
}

// supervise starts p and keeps it running until stop is called.
func supervise(p program) *supervisor {
	s := &supervisor{program: p, quit: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s
}

// run starts the child, waits for its end and starts it again.
func (s *supervisor) run() {
	defer close(s.done)
	pause := restartSoonest
	for {
		begun := time.Now()
		err := s.runOnce()
		s.mu.Lock()
		s.process, s.lastExit = nil, err
		stopping := s.stopping
		s.mu.Unlock()
		if s.program.ended != nil {
			s.program.ended(err)
		}
		if stopping {
			return
		}
		if time.Since(begun) > settledAfter {
			pause = restartSoonest
		}
		s.program.logger.Warn("child ended by itself; starting it again",
			slog.String("program", s.program.name), slog.Any("outcome", err), slog.Duration("pause", pause))
		select {
		case <-s.quit:
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, restartLatest)
	}
}

// errExited is the outcome of a child that ended by itself with status 0.
var errExited = errors.New("ended without an error")

// runOnce starts the child once and returns how it ended, never nil.
func (s *supervisor) runOnce() error {
	cmd, err := s.program.command()
	if err != nil {
		return err
	}
	if err := s.start(cmd); err != nil {
		return fmt.Errorf("start %s: %w", s.program.name, err)
	}
	if err := cmd.Wait(); err != nil {
		return err
	}
	return errExited
}

// start starts cmd unless stop came first; the lock keeps the two apart.
func (s *supervisor) start(cmd *exec.Cmd) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return context.Canceled
	}
	if err := StartTied(cmd, s.program.onParentDeath); err != nil {
		return err
	}
	s.process, s.started = cmd.Process, time.Now()
	s.starts++
	return nil
}

// state returns how the child is doing.
func (s *supervisor) state() childState {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := childState{Started: s.started, Starts: s.starts, LastExit: s.lastExit}
	if s.process != nil {
		st.PID = s.process.Pid
	}
	return st
}

// halt asks the child to end, step by step, and returns when it is gone. When
// ctx ends first, it gives each step that is left no more than a second.
func (s *supervisor) halt(ctx context.Context) error {
	s.mu.Lock()
	first := !s.stopping
	s.stopping = true
	s.mu.Unlock()
	if first {
		close(s.quit)
	}
	for _, step := range s.program.stop {
		if err := s.signal(step.signal); err != nil {
			return err
		}
		if s.gone(ctx, step.wait) || s.gone(context.WithoutCancel(ctx), min(step.wait, time.Second)) {
			return nil
		}
	}
	return fmt.Errorf("stop %s: still running after every signal", s.program.name)
}

// signal sends sig to the child, if there is one.
func (s *supervisor) signal(sig syscall.Signal) error {
	s.mu.Lock()
	process := s.process
	s.mu.Unlock()
	if process == nil {
		return nil
	}
	if err := process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", s.program.name, err)
	}
	return nil
}

// gone waits for the child's end until ctx ends or the time is over.
func (s *supervisor) gone(ctx context.Context, wait time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	select {
	case <-s.done:
		return true
	case <-ctx.Done():
		return false
	}
}
