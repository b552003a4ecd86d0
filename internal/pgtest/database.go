package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// databaseLimit bounds the making, copying or dropping of one database.
const databaseLimit = time.Minute

// templates holds the databases that Copy copies from, by name.
//
//nolint:gochecknoglobals // one server, one set of templates; see server
var templates struct {
	mu   sync.Mutex
	made map[string]*template
}

// A template is a prepared database that nobody is connected to.
type template struct {
	once sync.Once
	name string
	err  error
}

// Database returns the URL of a fresh, empty database. It is dropped when the
// test ends, with whoever is still connected to it.
func Database(t testing.TB) string {
	t.Helper()
	s := site(t)
	name, err := s.create(t.Context(), "template0")
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return s.lend(t, name)
}

// Copy returns the URL of a fresh copy of a database that prepare filled: once
// for each name and test process, however many tests ask. prepare must close
// its connections before it returns.
func Copy(t testing.TB, name string, prepare func(ctx context.Context, databaseURL string) error) string {
	t.Helper()
	s := site(t)
	templates.mu.Lock()
	if templates.made == nil {
		templates.made = map[string]*template{}
	}
	tpl, ok := templates.made[name]
	if !ok {
		tpl = &template{}
		templates.made[name] = tpl
	}
	templates.mu.Unlock()

	tpl.once.Do(func() { tpl.name, tpl.err = s.prepare(t.Context(), prepare) })
	if tpl.err != nil {
		t.Fatalf("pgtest: prepare template %s: %v", name, tpl.err)
	}
	database, err := s.create(t.Context(), tpl.name)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return s.lend(t, database)
}

// dropTemplates drops what Copy prepared, for a server that outlives us.
func dropTemplates(s dbSite) error {
	templates.mu.Lock()
	defer templates.mu.Unlock()
	var failed error
	for _, tpl := range templates.made {
		if tpl.name != "" {
			failed = errors.Join(failed, s.exec(context.Background(), "DROP DATABASE "+tpl.name+" WITH (FORCE)"))
		}
	}
	return failed
}

// A dbSite is a server to make databases on.
type dbSite struct {
	admin string // URL of a role that may create databases
	user  string // URL of the role the tests get
	owner string // that role's name, "" when it is the same
}

func site(t testing.TB) dbSite {
	t.Helper()
	if shared := os.Getenv(ServerEnv); shared != "" {
		return dbSite{admin: shared, user: shared}
	}
	pg := Server(t)
	return dbSite{admin: pg.SuperuserURL(), user: pg.URL(), owner: "duban"}
}

// prepare makes a database and fills it.
func (s dbSite) prepare(ctx context.Context, fill func(context.Context, string) error) (string, error) {
	name, err := s.create(ctx, "template0")
	if err != nil {
		return "", err
	}
	u, err := withDatabase(s.user, name)
	if err != nil {
		return "", err
	}
	return name, fill(ctx, u) // the name even when it fails, to drop it
}

// create makes a database with a name of its own.
func (s dbSite) create(ctx context.Context, from string) (string, error) {
	name := "duban_test_" + strings.ToLower(rand.Text())
	sql := fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY", name, pgx.Identifier{from}.Sanitize())
	if s.owner != "" {
		sql += " OWNER " + s.owner
	}
	if err := s.exec(ctx, sql); err != nil {
		return "", fmt.Errorf("create database: %w", err)
	}
	return name, nil
}

// lend gives the database to the test until it ends.
func (s dbSite) lend(t testing.TB, name string) string {
	t.Helper()
	t.Cleanup(func() {
		// The test's own context has ended by now.
		if err := s.exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: drop database: %v", err)
		}
	})
	u, err := withDatabase(s.user, name)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return u
}

// exec runs one statement outside any transaction.
func (s dbSite) exec(ctx context.Context, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, databaseLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, sql)
	return err
}
