package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"duban/internal/casetest"
	"duban/local"
	"duban/store"
)

// A bench is the server that is measured.
type bench struct {
	pg     *local.Postgres
	folder string
	made   int
}

// start starts a PostgreSQL of its own with the settings of production.
func start(ctx context.Context) (*bench, error) {
	folder, err := os.MkdirTemp("", "duban-bench-*")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // PostgreSQL's account must pass
		return nil, err
	}
	b := &bench{folder: folder}
	b.pg, err = local.StartPostgres(ctx, local.PostgresOptions{Dir: folder, Roles: store.Roles(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.stop(ctx)
		return nil, err
	}
	return b, nil
}

func (b *bench) stop(ctx context.Context) {
	if b.pg != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if err := b.pg.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}
	_ = os.RemoveAll(b.folder)
}

// A record is one migrated record with its people.
type record struct {
	*store.Store
	people casetest.People
	url    string
	// sql reads and writes beside the store.
	sql *pgxpool.Pool
}

// record makes a record under the default policy; those copied from another
// have the same people.
func (b *bench) record(ctx context.Context, o store.Options, template *record) (*record, error) {
	if template == nil {
		return b.recordUnder(ctx, o, nil)
	}
	u, err := url.Parse(template.url)
	if err != nil {
		return nil, err
	}
	template.close()
	r, err := b.database(ctx, o, " TEMPLATE "+u.Path[1:])
	if err != nil {
		return nil, err
	}
	r.people = template.people
	return r, nil
}

// recordUnder makes a record that begins with a policy; the default when nil.
func (b *bench) recordUnder(ctx context.Context, o store.Options, initial []byte) (*record, error) {
	r, err := b.database(ctx, o, "")
	if err != nil {
		return nil, err
	}
	if err := r.Migrate(ctx, initial); err != nil {
		return nil, err
	}
	return r, caught(func(tb testing.TB) {
		tb.Helper()
		r.people = casetest.NewPeople(ctx, tb, r.Store)
	})
}

// database makes a database and opens it.
func (b *bench) database(ctx context.Context, o store.Options, like string) (*record, error) {
	b.made++
	name := fmt.Sprintf("bench%d", b.made)
	if err := b.admin(ctx, "CREATE DATABASE "+name+" OWNER duban"+like); err != nil {
		return nil, err
	}
	u, err := url.Parse(b.pg.URL())
	if err != nil {
		return nil, err
	}
	u.Path = "/" + name
	o.URL, o.Keys = u.String(), casetest.Keys() // as in production: a look-back is drawn and sealed
	r := &record{url: o.URL}
	if r.Store, err = store.Open(ctx, o); err != nil {
		return nil, err
	}
	r.sql, err = openPool(ctx, o.URL, 32)
	return r, err
}

func (r *record) close() {
	r.Close()
	r.sql.Close()
}

func (b *bench) admin(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, b.pg.SuperuserURL())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// openPool opens connections with the settings the store gives its own.
func openPool(ctx context.Context, databaseURL string, conns int32) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("the database URL cannot be understood")
	}
	cfg.MaxConns = conns
	cfg.ConnConfig.RuntimeParams["search_path"] = store.Schema
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	return pgxpool.NewWithConfig(ctx, cfg)
}

// A stand-in for a test lets a program use what tests share.
type standIn struct{ testing.TB }

type failure struct{ text string }

func (standIn) Helper() {}

func (standIn) Errorf(format string, args ...any) { panic(failure{fmt.Sprintf(format, args...)}) }

func (standIn) FailNow() { panic(failure{"failed"}) }

func caught(do func(testing.TB)) (err error) {
	defer func() {
		if f, ok := recover().(failure); ok {
			err = errors.New(f.text)
		}
	}()
	do(standIn{})
	return nil
}
