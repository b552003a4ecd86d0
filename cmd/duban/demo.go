package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"duban/evidence"
	"duban/local"
	"duban/sealkey"
	"duban/store"
)

type demoCmd struct {
	DayLength time.Duration `help:"How long a legal day lasts in the demonstration, 4s at least. Defaults to 5s, and longer on a slow machine."`
}

// Validate wants days that a look-back can be told on.
func (c demoCmd) Validate() error {
	if c.DayLength != 0 && c.DayLength < leastDemoDay {
		return fmt.Errorf("--day-length: %s is less than %s, in which a look-back can be told on its day", c.DayLength, leastDemoDay)
	}
	return nil
}

const (
	// demoDay is how long a legal day lasts on a machine that starts PostgreSQL within
	// demoStart; on another it is longer in proportion, up to longestDemoDay.
	demoDay        = 5 * time.Second
	longestDemoDay = 20 * time.Second
	demoStart      = 8 * time.Second
	// demoLimit is how long the demonstration may take with days of demoDay.
	demoLimit = 6 * time.Minute
)

// Run lets one finding live its whole life, and imports a campaign.
func (c demoCmd) Run(ctx context.Context, s *settings) error {
	dir, err := os.MkdirTemp("", "duban-demo-")
	if err != nil {
		return fmt.Errorf("make demo folder: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL's own account must pass
		return fmt.Errorf("make demo folder: %w", err)
	}
	stage := &demoStage{dir: dir, settings: *s, begun: time.Now()}
	defer stage.close(context.WithoutCancel(ctx))
	if err := stage.open(ctx, c.DayLength); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stage.limit())
	defer cancel()
	return stage.play(ctx)
}

// A demoStage is the system the demonstration plays on: PostgreSQL and engine
// run here, the API and the worker as processes of their own.
type demoStage struct {
	settings settings
	dir      string
	begun    time.Time
	day      time.Duration
	postgres *local.Postgres
	engine   *local.Engine
	record   *store.Store
	address  string
	api      *process
	worker   *process
	admin    string
}

// limit is how long the play may take with its days.
func (d *demoStage) limit() time.Duration {
	return time.Duration(float64(demoLimit) * max(1, float64(d.day)/float64(demoDay)))
}

// open starts everything. Days last as long as they are asked for, or else as long
// as the machine needs.
func (d *demoStage) open(ctx context.Context, day time.Duration) (err error) {
	quiet := d.settings
	quiet.LogLevel = "error"
	d.say("启动 PostgreSQL 与引擎 · starting PostgreSQL and the engine")
	if d.postgres, err = local.StartPostgres(ctx, local.PostgresOptions{Dir: d.dir, Roles: store.Roles(), Logger: quiet.logger()}); err != nil {
		return err
	}
	if d.day = day; day == 0 {
		d.day = time.Duration(float64(demoDay) * float64(time.Since(d.begun)) / float64(demoStart)).Round(time.Second)
		d.day = min(max(d.day, demoDay), longestDemoDay)
	}
	rules, err := demoPolicy(d.day)
	if err != nil {
		return err
	}
	if d.engine, err = local.StartEngine(ctx, local.EngineOptions{Dir: d.dir, DatabaseURL: d.postgres.URL(), Listen: "127.0.0.1:0", Logger: quiet.logger()}); err != nil {
		return err
	}
	if d.record, err = store.Open(ctx, store.Options{URL: d.postgres.URL(), MaxConns: 4, Logger: quiet.logger()}); err != nil {
		return err
	}
	if err := migrate(ctx, d.record, rules.Text()); err != nil {
		return err
	}
	file, err := firstToken(ctx, d.record, d.dir)
	if err != nil {
		return err
	}
	token, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read token: %w", err)
	}
	d.admin = strings.TrimSpace(string(token))
	if _, err := sealkey.Make(filepath.Join(d.dir, sealKeyFile), rand.Reader); err != nil {
		return err
	}
	if d.address, err = freeAddress(ctx); err != nil {
		return err
	}
	d.say("启动 API 与 worker，各为一个进程 · starting the API and the worker")
	d.say(fmt.Sprintf("法定一日 = %s，期限较短 · one legal day lasts %s, terms are short", d.day, d.day))
	if d.api, err = d.start(ctx, "api", "--listen", d.address); err != nil {
		return err
	}
	if d.worker, err = d.start(ctx, "worker"); err != nil {
		return err
	}
	return d.client(d.admin).ready(ctx)
}

func (d *demoStage) say(line string) {
	fmt.Printf("%7.1fs  %s\n", time.Since(d.begun).Seconds(), line)
}

// start starts this program again as another process.
func (d *demoStage) start(ctx context.Context, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	papers, err := evidence.FolderURL(filepath.Join(d.dir, papersFolder))
	if err != nil {
		return nil, err
	}
	files, err := evidence.FolderURL(filepath.Join(d.dir, evidenceFolder))
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(d.dir, args[0]+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+d.postgres.URL(), "TEMPORAL_ADDRESS="+d.engine.Address(), "DUBAN_ENGINE_KEY_FILE="+d.engine.KeyFile(), "DUBAN_PAPERS_URL="+papers, "DUBAN_EVIDENCE_URL="+files,
		"DUBAN_SEAL_KEY=", "DUBAN_SEAL_KEY_COMMAND=", "DUBAN_SEAL_KEY_FILE="+filepath.Join(d.dir, sealKeyFile))
	cmd.Stdout, cmd.Stderr = log, log
	p := &process{cmd: cmd, done: make(chan struct{})}
	if err := local.StartTied(cmd, syscall.SIGKILL); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	go func() {
		_ = cmd.Wait() // how a process that is meant to be killed ends is no news
		close(p.done)
	}()
	return p, nil
}

func (d *demoStage) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for _, p := range []*process{d.api, d.worker} {
		if p != nil {
			p.end(syscall.SIGTERM)
		}
	}
	if d.record != nil {
		d.record.Close()
	}
	var err error
	if d.engine != nil {
		err = d.engine.Stop(ctx)
	}
	if d.postgres != nil {
		err = errors.Join(err, d.postgres.Stop(ctx))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "duban:", err)
	}
}

// A process is one the demonstration started and may kill.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// end sends the signal and waits, and kills what does not go.
func (p *process) end(signal syscall.Signal) {
	_ = p.cmd.Process.Signal(signal) // it may be gone already
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
