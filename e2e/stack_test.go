package e2e_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"duban/calendar"
	"duban/dispatch"
	"duban/internal/casetest"
	"duban/internal/loopback"
	"duban/internal/pgtest"
	"duban/local"
	"duban/policy"
	"duban/store"
)

func TestMain(m *testing.M) {
	for _, name := range []string{"DUBAN_BIN", "DUBAN_ENGINE_BIN"} {
		if _, err := os.Stat(os.Getenv(name)); err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", name, "must name a program; make test builds and names it:", err)
			os.Exit(1)
		}
	}
	pgtest.Main(m)
}

// A stack is a whole system for one test: PostgreSQL and engine of its own, the
// API and the workers as processes of their own.
type stack struct {
	t        *testing.T
	dir      string
	postgres *local.Postgres
	engine   *local.Engine
	record   *store.Store
	people   casetest.People
	timeline calendar.Timeline
	env      []string
	// url is the database's, as the stack's programs reach it.
	url string
	// machine is what the stack runs on, shortage what showed that its days are too
	// short for that; nil outside a story.
	machine  machine
	shortage *shortage

	mu      sync.Mutex
	apis    []*process
	workers []*process
}

// A setup says what a stack is to be.
type setup struct {
	// day is how long a legal day lasts; real days when 0.
	day time.Duration
	// edit changes the policy's text.
	edit         func(text []byte) []byte
	apis, worker int
	noEngine     bool
	// env is set for the processes besides what every stack's have.
	env []string
	// shortage is the story's that the stack is for.
	shortage *shortage
}

// newStack starts a stack when there is a place for it.
func newStack(t *testing.T, s setup) *stack {
	t.Helper()
	theMachine(t).take(t)
	return openStack(t, s)
}

func openStack(t *testing.T, s setup) *stack {
	t.Helper()
	ctx := context.Background()
	k := &stack{t: t, dir: pgtest.Folder(t), env: s.env, machine: here, shortage: s.shortage}
	quiet := slog.New(slog.DiscardHandler)
	var err error
	k.postgres, err = local.StartPostgres(ctx, local.PostgresOptions{Dir: k.dir, Roles: store.Roles(), Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { _ = k.postgres.Stop(context.Background()) })
	k.url = pgtest.Slowed(t, k.postgres.URL())
	if !s.noEngine {
		k.startEngine()
	}
	k.record, err = store.Open(ctx, store.Options{URL: k.url, MaxConns: 8, Logger: quiet, Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(k.record.Close)
	require.NoError(t, k.record.Migrate(ctx, s.policy(t)))
	k.people = casetest.NewPeople(ctx, t, k.record)
	_, _, k.timeline, err = k.record.PolicyInForce(ctx)
	require.NoError(t, err)
	for range max(1, s.apis) {
		k.startAPI()
	}
	for range max(1, s.worker) {
		k.startWorker()
	}
	t.Cleanup(k.close)
	for _, a := range k.apis {
		k.ready(a)
	}
	return k
}

func (s setup) policy(t *testing.T) []byte {
	t.Helper()
	p := policy.Default()
	if s.day > 0 {
		var err error
		p, err = p.WithDayLength(s.day)
		require.NoError(t, err)
	}
	if s.edit != nil {
		return s.edit(p.Text())
	}
	return p.Text()
}

func (k *stack) startEngine() {
	k.t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	e, err := local.StartEngine(context.Background(), local.EngineOptions{Dir: k.dir, DatabaseURL: k.url, Listen: loopback.Address(k.t), Logger: quiet})
	require.NoError(k.t, err)
	k.engine = e
	k.t.Cleanup(func() { _ = e.Stop(context.Background()) })
}

// temporal is a client of the stack's engine.
func (k *stack) temporal() client.Client {
	k.t.Helper()
	c, err := client.NewLazyClient(client.Options{
		HostPort: k.engine.Address(), Namespace: "duban", Logger: discard{}, ConnectionOptions: client.ConnectionOptions{TLS: dispatch.EngineTLS(k.engine.KeyFile())},
	})
	require.NoError(k.t, err)
	k.t.Cleanup(c.Close)
	return c
}

// discard is a logger for clients that complain while things are being killed.
type discard struct{}

func (discard) Debug(string, ...any) {}
func (discard) Info(string, ...any)  {}
func (discard) Warn(string, ...any)  {}
func (discard) Error(string, ...any) {}

// papers is the folder of the papers that the stack sent out.
func (k *stack) papers() string { return filepath.Join(k.dir, "papers") }

// evidence is the folder of the stack's files of evidence.
func (k *stack) evidence() string { return filepath.Join(k.dir, "evidence") }

func (k *stack) startAPI() *process {
	k.t.Helper()
	address := loopback.Address(k.t)
	operators := loopback.Address(k.t)
	p := k.start("api", address, "api", "--listen", address, "--operator-listen", operators)
	p.operators = operators
	k.mu.Lock()
	defer k.mu.Unlock()
	k.apis = append(k.apis, p)
	return p
}

func (k *stack) startWorker() *process {
	k.t.Helper()
	operators := loopback.Address(k.t)
	p := k.start("worker", "", "worker", "--operator-listen", operators)
	p.operators = operators
	k.mu.Lock()
	defer k.mu.Unlock()
	k.workers = append(k.workers, p)
	return p
}

// A process is one of the stack's, which a test may kill.
type process struct {
	name    string
	address string
	// operators is where its metrics are.
	operators string
	args      []string
	cmd       *exec.Cmd
	done      chan struct{}
}

func (k *stack) start(name, address string, args ...string) *process {
	k.t.Helper()
	temporal, key := "127.0.0.1:1", "" // nobody is there: the engine was left out
	if k.engine != nil {
		temporal, key = k.engine.Address(), k.engine.KeyFile()
	}
	log, err := os.OpenFile(filepath.Join(k.dir, name+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(k.t, err)
	defer log.Close()
	cmd := exec.Command(os.Getenv("DUBAN_BIN"), args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+k.url, "TEMPORAL_ADDRESS="+temporal, "DUBAN_ENGINE_KEY_FILE="+key,
		"DUBAN_EVIDENCE_URL=file://"+k.evidence(), "DUBAN_PAPERS_URL=file://"+k.papers(),
		"DUBAN_SEAL_KEY="+string(casetest.Keys()[0].Reveal()))
	cmd.Env = append(cmd.Env, k.env...)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(k.t, local.StartTied(cmd, syscall.SIGKILL))
	p := &process{name: name, address: address, args: args, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	return p
}

// kill ends a process as a crash would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// again starts a killed process anew, at the same address.
func (k *stack) again(p *process) {
	k.t.Helper()
	n := k.start(p.name, p.address, p.args...)
	p.cmd, p.done = n.cmd, n.done
}

func (k *stack) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range append(append([]*process{}, k.apis...), k.workers...) {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	}
	for _, p := range append(append([]*process{}, k.apis...), k.workers...) {
		select {
		case <-p.done:
		case <-time.After(k.machine.patience(15 * time.Second)):
			k.t.Errorf("%s did not stop in time after SIGTERM", p.name)
			p.kill()
		}
	}
	if k.t.Failed() {
		k.showLogs()
	}
}

// showLogs prints the end of each log of a test that failed.
func (k *stack) showLogs() {
	for _, name := range []string{"api.log", "worker.log", "engine.log", "postgres.log"} {
		text, err := os.ReadFile(filepath.Join(k.dir, name))
		if err != nil {
			continue
		}
		k.t.Logf("%s: …%s", name, text[max(0, len(text)-3000):])
	}
}

// ready waits until an API can record commands.
func (k *stack) ready(p *process) {
	k.t.Helper()
	k.eventually(30*time.Second, "the API is ready", func() bool {
		resp, err := http.Get("http://" + p.address + "/readyz")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// eventually waits for a condition, and fails the test when it does not come: it
// should within the time, on a machine that is as fast as the one of the figures.
func (k *stack) eventually(within time.Duration, what string, so func() bool) {
	k.t.Helper()
	k.machine.wait(k.t, within, 50*time.Millisecond, what, so)
}

// soon is the same for what must be seen the moment it comes.
func (k *stack) soon(within time.Duration, what string, so func() bool) {
	k.t.Helper()
	k.machine.wait(k.t, within, time.Millisecond, what, so)
}
