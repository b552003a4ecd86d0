package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"duban/lot"
)

// Options says how to reach the record.
type Options struct {
	// URL is the database's, as PostgreSQL clients write it.
	URL string
	// MaxConns bounds the pool. Defaults to 16.
	MaxConns int32
	// Tracer sees every statement, for measurements. Defaults to none.
	Tracer pgx.QueryTracer
	// Printer writes the papers that decisions send out. Without one they are
	// recorded without a paper, for tests and measurements.
	Printer Printer
	// PublicURL is where people reach the system, as mailings say it; empty where none
	// is known.
	PublicURL string
	// Keys seal and open what was drawn for a look-back, the newest first. Without
	// one nothing is drawn, and a leader is told.
	Keys lot.Keys
	// Logger gets what nobody else is told. Defaults to slog.Default().
	Logger *slog.Logger
}

// Schema is the PostgreSQL schema that holds the record.
const Schema = "duban"

// A Store is the record in one PostgreSQL database. It is safe for concurrent
// use.
type Store struct {
	pool    pool
	log     *slog.Logger
	printer Printer
	where   string
	// keys is a function because package fmt would print a field.
	keys func() lot.Keys

	mu sync.Mutex
	// policies and calendars never change by version, so they are kept.
	policies  map[int]policyVersion
	calendars map[int]calendarVersion
	force     inForce
	// figures are those of the last day they were told on.
	figures dayFigures
}

// Open prepares the record for use. It does not connect: the database may be
// away for now. It fails on a URL that cannot be understood.
func Open(ctx context.Context, o Options) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, errors.New("open record: the database URL cannot be understood")
	}
	cfg.MaxConns = 16
	if o.MaxConns > 0 {
		cfg.MaxConns = o.MaxConns
	}
	cfg.ConnConfig.Tracer = o.Tracer
	params := cfg.ConnConfig.RuntimeParams
	params["search_path"] = Schema
	params["application_name"] = "duban"
	params["timezone"] = "UTC"
	params["synchronous_commit"] = "on"
	params["lock_timeout"] = "5000"
	params["statement_timeout"] = "10000"
	params["idle_in_transaction_session_timeout"] = "10000"
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	conns, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open record: %w", err)
	}
	log := o.Logger
	if log == nil {
		log = slog.Default()
	}
	return &Store{
		pool: pool{conns}, log: log, printer: o.Printer, where: o.PublicURL, keys: func() lot.Keys { return o.Keys },
		policies: map[int]policyVersion{}, calendars: map[int]calendarVersion{},
	}, nil
}

// Close gives every connection back.
func (s *Store) Close() { s.pool.Close() }
