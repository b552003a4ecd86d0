package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// PostgresOptions say where and how a private PostgreSQL runs.
type PostgresOptions struct {
	// Dir is the data folder. It is made when it does not exist. Required.
	Dir string

	// TCP makes the server listen on 127.0.0.1, on a free port that stays the
	// same over restarts, instead of on a Unix socket. Defaults to false, and
	// to true where the socket's path would be too long.
	TCP bool

	// Settings are further server settings (postgresql.conf), over those of
	// this package. Defaults to none.
	Settings map[string]string

	// Roles are further roles of the database server, without login, that the
	// role duban may take on by SET ROLE. It has none of their rights before, and
	// may make nobody else a member. Defaults to none.
	Roles []string

	// Elsewhere is the folder for the data when PostgreSQL's account cannot
	// reach Dir. Defaults to /var/lib/duban.
	Elsewhere string

	// Say tells the person at the terminal what takes time or goes another way
	// than asked. Defaults to silence.
	Say func(string)

	// Logger gets what happens to the server. Defaults to slog.Default().
	Logger *slog.Logger
}

// Postgres is a private PostgreSQL server, kept running until Stop.
type Postgres struct {
	cluster    *cluster
	dir        string
	address    pgAddress
	supervisor *supervisor
	lock       *folderLock
	log        *boundedLog
	ended      chan error // outcomes of runs, as many as fit
	closed     sync.Once
}

const (
	postgresLock = "postgres.lock"
	postgresLog  = "postgres.log"
	postgresURL  = "postgres.url" // for people and tools beside a running duban

	// firstRuns is how often the server may end before it was ever ready.
	// The first end may be the last sessions of a killed predecessor.
	firstRuns = 4

	readyPoll = 25 * time.Millisecond
	// readyNews is how often waiting for the server is worth a sentence.
	readyNews = 10 * time.Second

	database = "duban"
	appRole  = "duban"
)

// StartPostgres starts the server on the data folder o.Dir, making the cluster
// when there is none, and returns when it accepts connections and the empty
// database duban with its owner, role duban, is there.
//
// A server that dies later is started again at the same address. ctx bounds
// the start alone; only Stop, or our own death, ends the server. The error
// wraps ErrNoPostgres, ErrInUse or ErrOtherVersion where a person can help.
func StartPostgres(ctx context.Context, o PostgresOptions) (_ *Postgres, err error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil || o.Dir == "" {
		return nil, errors.Join(errors.New("start PostgreSQL: no data folder given"), err)
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Elsewhere == "" {
		o.Elsewhere = elsewhereDefault
	}

	p := &Postgres{dir: dir, ended: make(chan error, firstRuns)}
	defer func() {
		if err != nil {
			// A server half started is stopped with the patience of a whole one.
			_ = p.Stop(context.WithoutCancel(ctx))
		}
	}()
	if err := makePassable(dir); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	if p.lock, err = lockFolder(ctx, dir, postgresLock); err != nil {
		return nil, err
	}
	if p.log, err = openLog(filepath.Join(dir, postgresLog)); err != nil {
		return nil, err
	}
	if p.cluster, err = prepareCluster(ctx, dir, o); err != nil {
		return nil, err
	}
	if p.address, err = p.cluster.listen(ctx, o.TCP); err != nil {
		return nil, err
	}
	p.supervise(context.WithoutCancel(ctx), o)
	if err := p.awaitReady(ctx, o.Say); err != nil {
		return nil, err
	}
	if err := p.prepareDatabase(ctx, o.Roles); err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(dir, postgresURL), p.URL()+"\n"); err != nil {
		return nil, fmt.Errorf("write %s: %w", postgresURL, err)
	}
	return p, nil
}

// prepareCluster brings the files of the cluster into a state to start from.
func prepareCluster(ctx context.Context, dir string, o PostgresOptions) (*cluster, error) {
	acc, err := serverAccount()
	if err != nil {
		return nil, err
	}
	at, err := choosePlace(dir, o.Elsewhere, acc, o.Say)
	if err != nil {
		return nil, err
	}
	c, err := openCluster(ctx, at, acc, filepath.Join(dir, postgresLog), o.Say)
	if err != nil {
		return nil, err
	}
	if err := at.record(dir); err != nil {
		return nil, err
	}
	return c, c.endOrphan(ctx, o.Say)
}

// supervise starts the server and keeps it running, for as long as life.
func (p *Postgres) supervise(life context.Context, o PostgresOptions) {
	args := p.cluster.arguments(p.address, o.Settings)
	p.supervisor = supervise(program{
		name: "postgres",
		command: func() (*exec.Cmd, error) {
			cmd := p.cluster.exec(life, "postgres", args...)
			cmd.Stdout, cmd.Stderr = p.log.file, p.log.file
			return cmd, nil
		},
		onParentDeath: syscall.SIGINT,
		ended: func(err error) {
			select {
			case p.ended <- err:
			default: // only the first few matter, see awaitReady
			}
		},
		// SIGINT ends sessions and writes a checkpoint, SIGQUIT leaves the
		// rest to recovery; SIGTERM would wait for every client to go.
		stop: []stopStep{
			{syscall.SIGINT, 30 * time.Second},
			{syscall.SIGQUIT, 10 * time.Second},
			{syscall.SIGKILL, 5 * time.Second},
		},
		logger: o.Logger,
	})
}

// arguments are the server's whole configuration beside what initdb wrote.
func (c *cluster) arguments(at pgAddress, more map[string]string) []string {
	settings := map[string]string{
		// A command that was answered is on disk. These three are the promise.
		"fsync":              "on",
		"full_page_writes":   "on",
		"synchronous_commit": "on",

		"max_connections":                  "150",
		"shared_buffers":                   "256MB",
		"wal_compression":                  "on",
		"max_wal_size":                     "1GB",
		"random_page_cost":                 "1.1", // solid-state disks
		"jit":                              "off", // costs more than it gives on queries of milliseconds
		"timezone":                         "UTC",
		"log_timezone":                     "UTC",
		"log_line_prefix":                  "%m [%p] %u@%d ",
		"log_checkpoints":                  "off",
		"logging_collector":                "off", // the log is ours to bound
		"log_destination":                  "stderr",
		"unix_socket_permissions":          "0700",
		"ssl":                              "off", // nothing leaves this machine
		"restart_after_crash":              "on",
		"client_connection_check_interval": "10s", // do not finish work for a client that is gone
	}
	maps.Copy(settings, more)
	maps.Copy(settings, at.settings())
	args := []string{"-D", c.data}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// awaitReady returns when the server accepts connections. Recovery after a
// crash takes as long as it takes: ctx is the only limit while the server is
// alive.
func (p *Postgres) awaitReady(ctx context.Context, say func(string)) error {
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	news := time.NewTicker(readyNews)
	defer news.Stop()
	for runs := 0; ; {
		conn, err := pgx.Connect(ctx, p.SuperuserURL())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w", ctx.Err())
		case outcome := <-p.ended:
			if runs++; runs == firstRuns {
				return fmt.Errorf("start PostgreSQL: %w; the last lines of %s:\n%s", outcome, p.cluster.log, logTail(p.cluster.log, 8))
			}
		case <-news.C:
			say("数据库尚未就绪 PostgreSQL is not ready yet: " + reason(err))
		case <-poll.C:
		}
	}
}

// reason shortens a connection error to its last part, which names the cause.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "): "); i >= 0 {
		return text[i+3:]
	}
	return text
}

// URL is how role duban reaches database duban, of which it is the owner. It
// holds the password, and is the same for the life of the server.
func (p *Postgres) URL() string { return p.address.url(appRole, p.cluster.app, database) }

// SuperuserURL is how the superuser reaches the database postgres: for backups
// and for tests. The program itself has no business with it.
func (p *Postgres) SuperuserURL() string {
	return p.address.url("postgres", p.cluster.admin, "postgres")
}

// DataDir is where PostgreSQL keeps its files.
func (p *Postgres) DataDir() string { return p.cluster.data }

// PID is the server's process, 0 while it is down.
func (p *Postgres) PID() int { return p.supervisor.state().PID }

// Starts is how often the server has been started: 1 when all went well.
func (p *Postgres) Starts() int { return p.supervisor.state().Starts }

// Stop ends the server: sessions are cut, what was committed is kept. It
// returns when the server is gone, at the latest some seconds after ctx ends. To
// stop it again changes nothing.
func (p *Postgres) Stop(ctx context.Context) error {
	var err error
	if p.supervisor != nil {
		err = p.supervisor.halt(ctx)
	}
	p.closed.Do(p.close)
	return err
}

func (p *Postgres) close() {
	if p.log != nil {
		p.log.close()
	}
	if p.lock != nil {
		_ = os.Remove(filepath.Join(p.dir, postgresURL))
		p.lock.release()
	}
}
