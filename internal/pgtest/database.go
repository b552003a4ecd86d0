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

	"duban/store"
)

// databaseLimit bounds the making, copying or dropping of one database.
const databaseLimit = 5 * time.Minute

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
	name, err := s.create(t.Context(), s.empty)
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
	empty string // the database that empty ones are copies of
}

func site(t testing.TB) dbSite {
	t.Helper()
	if at := os.Getenv(ServerEnv); at != "" {
		if err := shared(); err != nil {
			t.Fatalf("pgtest: make roles: %v", err)
		}
		return dbSite{admin: at, user: at, empty: "template0"}
	}
	pg := Server(t)
	return dbSite{admin: pg.SuperuserURL(), user: pg.URL(), owner: owner, empty: ownEmpty}
}

const (
	// owner is the private server's role for tests.
	owner = "duban"
	// ownEmpty is what empty databases are copies of on the private server.
	ownEmpty = "template1"
)

// openPublic lets that role make things in the schema public of every database
// made from now on: what the owner of a database may do by an implied membership
// it may not do without inheriting.
func openPublic(ctx context.Context, superuser string) error {
	u, err := withDatabase(superuser, ownEmpty)
	if err != nil {
		return err
	}
	return dbSite{admin: u}.exec(ctx, "GRANT ALL ON SCHEMA public TO "+owner)
}

// shared makes the roles on a server that was there already.
//
//nolint:gochecknoglobals // once for each test process; see server
var shared = sync.OnceValue(func() error {
	at := os.Getenv(ServerEnv)
	cfg, err := pgx.ParseConfig(at)
	if err != nil {
		return errors.New("read server URL: not a URL") // the error would quote the password
	}
	return dbSite{admin: at}.exec(context.Background(), store.RolesSQL(cfg.User))
})

// prepare makes a database and fills it.
func (s dbSite) prepare(ctx context.Context, fill func(context.Context, string) error) (string, error) {
	name, err := s.create(ctx, s.empty)
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
	return Slowed(t, u)
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
