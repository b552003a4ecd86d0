package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"duban/calendar"
	"duban/policy"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrOtherRelease: a release made the record that is newer than this one, or a build from
// before the first release did.
var ErrOtherRelease = errors.New("another release made the record")

// Migrate brings the schema to this release and, in an empty record, puts the
// built-in calendar and the initial policy in force: the given text, or the
// default when it is nil. Several processes may do it at once; it needs a
// session of its own, not one through a transaction pooler. It fails before anything is
// made: with ErrNoRoles on a server that lacks the roles, with ErrOtherRelease on a record
// whose schema it does not know.
func (s *Store) Migrate(ctx context.Context, initial []byte) error {
	if err := s.checkRoles(ctx); err != nil {
		return fmt.Errorf("migrate record: %w", err)
	}
	if _, err := s.pool.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+Schema); err != nil && sqlState(err) != stateUnique {
		return fmt.Errorf("migrate record: %w", plain(err))
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrate record: %w", err)
	}
	if err := s.checkRelease(ctx, files); err != nil {
		return fmt.Errorf("migrate record: %w", err)
	}
	// Starters wait for each other: they try twice a second for ten minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return fmt.Errorf("migrate record: %w", err)
	}
	cfg := s.pool.Config().ConnConfig.Copy()
	cfg.RuntimeParams["statement_timeout"] = "0"
	cfg.RuntimeParams["lock_timeout"] = "0"
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("migrate record: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate record: %w", err)
	}
	return s.seed(ctx, initial)
}

// checkRelease wants a schema that is no newer than the last of these migrations.
func (s *Store) checkRelease(ctx context.Context, files fs.FS) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	var last int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return err
		}
		last = max(last, version)
	}
	var migrated bool
	if err := s.pool.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&migrated); err != nil || !migrated {
		return plain(err)
	}
	var have int64
	if err := s.pool.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&have); err != nil {
		return plain(err)
	}
	if have > last {
		return fmt.Errorf("%w: its schema is of version %d, this program knows up to %d; start the release that made it, or begin with an empty database", ErrOtherRelease, have, last)
	}
	return nil
}

// seed puts the first policy and calendar in force.
func (s *Store) seed(ctx context.Context, initial []byte) error {
	if initial == nil {
		initial = policy.DefaultText()
	}
	p, err := readPolicy(initial)
	if err != nil {
		return err
	}
	years, err := encodeYears(calendar.Builtin())
	if err != nil {
		return err
	}
	today, now := calendar.Real().Date(s.now()), s.now()
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("seed record: %w", plain(err))
	}
	defer tx.Rollback(ctx) //nolint:errcheck // after a commit there is nothing to roll back
	// The lock makes a second starter wait and then find the row.
	if _, err := tx.Exec(ctx, "LOCK TABLE in_force IN EXCLUSIVE MODE"); err != nil {
		return fmt.Errorf("seed record: %w", plain(err))
	}
	var have bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM in_force)").Scan(&have); err != nil || have {
		return plain(err)
	}
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{"INSERT INTO policies (version, text, hash, author) VALUES (1, $1, $2, 'system')", []any{string(initial), p.Hash()}},
		{"INSERT INTO calendars (version, years, author) VALUES (1, $1, 'system')", []any{years}},
		{"INSERT INTO in_force (policy_version, calendar_version, origin_on, origin_at) VALUES (1, 1, $1, $2)", []any{today, now}},
	} {
		if _, err := tx.Exec(ctx, q.sql, q.args...); err != nil {
			return fmt.Errorf("seed record: %w", plain(err))
		}
	}
	return plain(tx.Commit(ctx))
}
