package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// EngineOptions say where and how the engine program runs.
type EngineOptions struct {
	// Dir is the data folder, for the log, the key and the recorded address. Required.
	Dir string

	// DatabaseURL is the database whose schemas temporal and
	// temporal_visibility the engine keeps. Required.
	DatabaseURL string

	// Bin is the engine program. Defaults to what FindEngine returns.
	Bin string

	// Listen is the address the engine should serve at, on the loopback
	// interface. Defaults to that of the last start, else 127.0.0.1:7233, else
	// a free port.
	Listen string

	// Namespace is the Temporal namespace to serve. Defaults to the program's
	// own default, duban.
	Namespace string

	// Logger gets what happens to the engine. Defaults to slog.Default().
	Logger *slog.Logger
}

// Engine is the engine program, kept running until Stop.
type Engine struct {
	address    string
	keyFile    string
	supervisor *supervisor
	lock       *folderLock
	log        *boundedLog
	ready      readiness
	closed     sync.Once
}

// ErrNoEngine says that the engine program is not there. The error that wraps
// it says where it was looked for.
var ErrNoEngine = errors.New("no engine program")

const (
	engineName    = "duban-engine"
	engineLock    = "engine.lock"
	engineLog     = "engine.log"
	engineAddress = "engine.address"
	engineKey     = "engine.key"
	engineListen  = "127.0.0.1:7233"

	// What the program writes to its standard output when it serves, followed
	// by its address.
	engineReady = "ready "

	// The engine stops in about a second and by itself gives up after four.
	engineStop = 6 * time.Second
)

// FindEngine returns the engine program: DUBAN_ENGINE_BIN, else duban-engine
// in the folder of the running executable. The error wraps ErrNoEngine.
func FindEngine() (string, error) { return findEngine(os.Getenv("DUBAN_ENGINE_BIN")) }

func findEngine(bin string) (string, error) {
	if bin == "" {
		self, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("find our own program: %w", err)
		}
		bin = filepath.Join(filepath.Dir(self), engineName)
	}
	if _, err := os.Stat(bin); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: there is no %s; build it with make build, name it with DUBAN_ENGINE_BIN, or give the address of a Temporal server", ErrNoEngine, bin)
	} else if err != nil {
		return "", fmt.Errorf("look for engine: %w", err)
	}
	return bin, nil
}

// StartEngine starts the engine and returns at once: people can work while it
// comes up. An engine that ends is started again at the same address; ctx
// bounds the start alone, and only Stop, or our own death, ends the engine. The error wraps ErrNoEngine or
// ErrInUse where a person can help.
func StartEngine(ctx context.Context, o EngineOptions) (_ *Engine, err error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil || o.Dir == "" || o.DatabaseURL == "" {
		return nil, errors.Join(errors.New("start engine: data folder and database are required"), err)
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Bin == "" {
		o.Bin = os.Getenv("DUBAN_ENGINE_BIN")
	}
	if o.Bin, err = findEngine(o.Bin); err != nil {
		return nil, err
	}
	if err := makePassable(dir); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}

	e := &Engine{keyFile: EngineKeyFile(dir)}
	defer func() {
		if err != nil {
			e.closed.Do(e.close)
		}
	}()
	if e.lock, err = lockFolder(ctx, dir, engineLock); err != nil {
		return nil, err
	}
	if e.log, err = openLog(filepath.Join(dir, engineLog)); err != nil {
		return nil, err
	}
	if e.address, err = steadyAddress(ctx, filepath.Join(dir, engineAddress), o.Listen, engineListen); err != nil {
		return nil, err
	}
	e.supervise(context.WithoutCancel(ctx), o)
	return e, nil
}

// supervise starts the program and keeps it running, for as long as life.
func (e *Engine) supervise(life context.Context, o EngineOptions) {
	args := []string{"--listen", e.address, "--key-file", e.keyFile}
	if o.Namespace != "" {
		args = append(args, "--namespace", o.Namespace)
	}
	e.supervisor = supervise(program{
		name: engineName,
		command: func() (*exec.Cmd, error) {
			cmd := exec.CommandContext(life, o.Bin, args...)
			// The URL holds a password: everybody may read a command line.
			cmd.Env = append(os.Environ(), "DATABASE_URL="+o.DatabaseURL)
			cmd.Stdout, cmd.Stderr = e.ready.watch(), e.log.file
			// The pipe behind Stdout closes with the engine; nobody inherits it.
			cmd.WaitDelay = time.Second
			return cmd, nil
		},
		// It keeps everything in the database, so death needs no farewell.
		onParentDeath: syscall.SIGKILL,

		ended:  func(error) { e.ready.set(time.Time{}) },
		stop:   []stopStep{{syscall.SIGTERM, engineStop}, {syscall.SIGKILL, time.Second}},
		logger: o.Logger,
	})
}

// Address is where the engine serves gRPC, as host:port. It is the same for
// the life of the supervisor, whether the engine is up or not.
func (e *Engine) Address() string { return e.address }

// KeyFile is where the engine keeps the key that whoever calls it must have. Its
// first start makes it.
func (e *Engine) KeyFile() string { return e.keyFile }

// EngineKeyFile is that of the engine that runs on the data folder dir.
func EngineKeyFile(dir string) string { return filepath.Join(dir, engineKey) }

// An EngineState tells how the engine is doing at one moment.
type EngineState struct {
	Ready    bool      // it serves; false while it starts or is down
	Since    time.Time // when it became ready, or else was last started
	Starts   int       // how often it was started: 1 when all went well
	LastExit string    // how its last run ended, "" when it never did
}

// State returns how the engine is doing.
func (e *Engine) State() EngineState {
	child := e.supervisor.state()
	s := EngineState{Since: child.Started, Starts: child.Starts}
	if since := e.ready.since(); !since.IsZero() {
		s.Ready, s.Since = true, since
	}
	if child.LastExit != nil {
		s.LastExit = child.LastExit.Error()
	}
	return s
}

// PID is the engine's process, 0 while it is down.
func (e *Engine) PID() int { return e.supervisor.state().PID }

// Stop ends the engine and returns when it is gone, at the latest some seconds
// after ctx ends. To stop it again changes nothing.
func (e *Engine) Stop(ctx context.Context) error {
	err := e.supervisor.halt(ctx)
	e.closed.Do(e.close)
	return err
}

func (e *Engine) close() {
	if e.log != nil {
		e.log.close()
	}
	if e.lock != nil {
		e.lock.release()
	}
}

// A readiness is since when the engine serves.
type readiness struct {
	mu sync.Mutex
	at time.Time // zero while it does not
}

func (r *readiness) set(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = at
}

func (r *readiness) since() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

// watch returns the standard output for one run of the engine.
func (r *readiness) watch() io.Writer { return &readyWriter{ready: r} }

// A readyWriter looks for the line that says that the engine serves.
type readyWriter struct {
	ready *readiness
	line  strings.Builder
}

func (w *readyWriter) Write(b []byte) (int, error) {
	for _, c := range b {
		if c != '\n' {
			if w.line.Len() < len(engineReady) { // the rest is not looked at
				w.line.WriteByte(c)
			}
			continue
		}
		if strings.HasPrefix(w.line.String(), engineReady) {
			w.ready.set(time.Now())
		}
		w.line.Reset()
	}
	return len(b), nil
}
