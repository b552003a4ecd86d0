package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// Options say what of the one-machine default is to run here.
type Options struct {
	// Dir is the data folder, such as ./data. Required.
	Dir string

	// DatabaseURL is a PostgreSQL database that runs already. Defaults to a
	// private one, started here.
	DatabaseURL string

	// TemporalAddress is a Temporal server that runs already, as host:port.
	// Defaults to the engine program, started here on the same database.
	TemporalAddress string

	// EngineBin is the engine program. Defaults to what FindEngine returns.
	EngineBin string

	// Namespace is the Temporal namespace. Defaults to duban.
	Namespace string

	// Roles are passed on to PostgresOptions. Defaults to none.
	Roles []string

	// Say tells the person at the terminal what takes time or goes another way
	// than asked. Defaults to silence.
	Say func(string)

	// Logger gets what happens to the children. Defaults to slog.Default().
	Logger *slog.Logger
}

// A System is what Start started: PostgreSQL, the engine, both or neither.
type System struct {
	databaseURL     string
	temporalAddress string
	postgres        *Postgres // nil when the database is the user's own
	engine          *Engine   // nil when the Temporal server is the user's own
}

// Start starts what the options do not name: first PostgreSQL, which is ready
// when Start returns, then the engine, which comes up behind. ctx bounds the
// start; Stop ends what was started.
func Start(ctx context.Context, o Options) (*System, error) {
	s := &System{databaseURL: o.DatabaseURL, temporalAddress: o.TemporalAddress}
	if o.DatabaseURL == "" {
		pg, err := StartPostgres(ctx, PostgresOptions{Dir: o.Dir, Roles: o.Roles, Say: o.Say, Logger: o.Logger})
		if err != nil {
			return nil, err
		}
		s.postgres, s.databaseURL = pg, pg.URL()
	}
	if o.TemporalAddress == "" {
		e, err := StartEngine(ctx, EngineOptions{
			Dir: o.Dir, DatabaseURL: s.databaseURL, Bin: o.EngineBin, Namespace: o.Namespace, Logger: o.Logger,
		})
		if err != nil {
			return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
		}
		s.engine, s.temporalAddress = e, e.Address()
	}
	return s, nil
}

// DatabaseURL is the database to keep the record in. It may hold a password.
func (s *System) DatabaseURL() string { return s.databaseURL }

// TemporalAddress is the Temporal server to keep time with, as host:port. It
// is known before the server answers there.
func (s *System) TemporalAddress() string { return s.temporalAddress }

// EngineKeyFile is where the engine keeps its key, and false when the Temporal
// server is not ours.
func (s *System) EngineKeyFile() (string, bool) {
	if s.engine == nil {
		return "", false
	}
	return s.engine.KeyFile(), true
}

// EngineState returns how the engine is doing, and false when the Temporal
// server is not ours to know about.
func (s *System) EngineState() (EngineState, bool) {
	if s.engine == nil {
		return EngineState{}, false
	}
	return s.engine.State(), true
}

// Stop ends the engine and then PostgreSQL, which the engine needs to the end.
// It returns when both are gone, at the latest some seconds after ctx ends.
func (s *System) Stop(ctx context.Context) error {
	var engine, postgres error
	if s.engine != nil {
		engine = s.engine.Stop(ctx)
	}
	if s.postgres != nil {
		postgres = s.postgres.Stop(ctx)
	}
	return errors.Join(engine, postgres)
}

// Running returns the addresses of the system that another process runs on the
// data folder dir, for commands beside it. Either is empty when that process
// runs no such part or nobody runs anything.
func Running(dir string) (databaseURL, temporalAddress string, err error) {
	if databaseURL, err = heldAddress(dir, postgresLock, postgresURL); err != nil {
		return "", "", err
	}
	if temporalAddress, err = heldAddress(dir, engineLock, engineAddress); err != nil {
		return "", "", err
	}
	return databaseURL, temporalAddress, nil
}

// heldAddress reads the address file of a part whose lock somebody holds.
func heldAddress(dir, lock, file string) (string, error) {
	held, err := isLocked(dir, lock)
	if err != nil || !held {
		return "", err
	}
	b, err := os.ReadFile(filepath.Join(dir, file))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil // it is only just starting
	}
	if err != nil {
		return "", fmt.Errorf("read address: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}
