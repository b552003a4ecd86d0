package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/tools/common/schema"
)

// setUpLimit bounds the set-up or upgrade of both schemas. An upgrade may have
// to rewrite every row of a table.
const setUpLimit = 30 * time.Minute

// setUp makes or upgrades both schemas and the namespace. The caller holds the
// lease, so nobody else does the same and no server works on the tables.
func setUp(ctx context.Context, conn *pgx.Conn, db database, o options) error {
	ctx, cancel := context.WithTimeout(ctx, setUpLimit)
	defer cancel()
	for _, s := range []struct{ name, migrations string }{
		{mainSchema, "postgresql/v12/temporal"},
		{visibilitySchema, "postgresql/v12/visibility"},
	} {
		if err := migrate(ctx, conn, s.name, s.migrations); err != nil {
			return fmt.Errorf("set up schema %s: %w", s.name, err)
		}
	}
	if err := createNamespace(ctx, db, o); err != nil {
		return fmt.Errorf("create namespace %s: %w", o.Namespace, err)
	}
	return nil
}

// migrate applies the migrations newer than the version the schema records, in
// one transaction: Temporal's own tool commits statement by statement, and an
// engine killed between two of them could leave a schema which that tool can
// neither continue nor accept.
func migrate(ctx context.Context, conn *pgx.Conn, name, migrations string) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, statement := range []string{
			"CREATE SCHEMA IF NOT EXISTS " + name,
			"SET LOCAL search_path = " + name,
			"SET LOCAL client_min_messages = warning",
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		target := &migrationTarget{ctx: ctx, tx: tx}
		logger := log.NewNoopLogger()
		if version, err := target.ReadSchemaVersion(); err != nil {
			return err
		} else if version == "" {
			if err := schema.NewSetupSchemaTask(target, &schema.SetupConfig{InitialVersion: "0.0"}, logger).Run(); err != nil {
				return err
			}
		}
		return schema.NewUpdateSchemaTask(target, &schema.UpdateConfig{DBName: databaseLabel, SchemaName: migrations}, logger).Run()
	})
}

// A migrationTarget lets Temporal's schema tool work inside our transaction.
type migrationTarget struct {
	ctx context.Context //nolint:containedctx // the tool's interface has no place for one
	tx  pgx.Tx
}

var _ schema.DB = (*migrationTarget)(nil)

// Exec runs one statement of a migration. Indexes are built without
// CONCURRENTLY, which no transaction allows: nobody uses the tables meanwhile.
func (m *migrationTarget) Exec(statement string, args ...any) error {
	for _, verb := range []string{"CREATE INDEX", "CREATE UNIQUE INDEX", "DROP INDEX"} {
		statement = strings.ReplaceAll(statement, verb+" CONCURRENTLY", verb)
	}
	_, err := m.tx.Exec(m.ctx, statement, args...)
	return err
}

// CreateSchemaVersionTables makes the two tables of Temporal's schema tool.
func (m *migrationTarget) CreateSchemaVersionTables() error {
	return m.Exec(`
		CREATE TABLE IF NOT EXISTS schema_version (
			version_partition INT NOT NULL,
			db_name VARCHAR(255) NOT NULL,
			creation_time TIMESTAMP,
			curr_version VARCHAR(64),
			min_compatible_version VARCHAR(64),
			PRIMARY KEY (version_partition, db_name));
		CREATE TABLE IF NOT EXISTS schema_update_history (
			version_partition INT NOT NULL,
			year INT NOT NULL,
			month INT NOT NULL,
			update_time TIMESTAMP NOT NULL,
			description VARCHAR(255),
			manifest_md5 VARCHAR(64),
			new_version VARCHAR(64),
			old_version VARCHAR(64),
			PRIMARY KEY (version_partition, year, month, update_time))`)
}

// ReadSchemaVersion returns the version the schema records, "" when it is new.
func (m *migrationTarget) ReadSchemaVersion() (string, error) {
	var there bool
	if err := m.tx.QueryRow(m.ctx, "SELECT to_regclass('schema_version') IS NOT NULL").Scan(&there); err != nil || !there {
		return "", err
	}
	var version string
	err := m.tx.QueryRow(m.ctx, "SELECT curr_version FROM schema_version WHERE version_partition = 0 AND db_name = $1", databaseLabel).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return version, err
}

// UpdateSchemaVersion records the version reached.
func (m *migrationTarget) UpdateSchemaVersion(version, minCompatible string) error {
	return m.Exec(`
		INSERT INTO schema_version (version_partition, db_name, creation_time, curr_version, min_compatible_version)
		VALUES (0, $1, $2, $3, $4)
		ON CONFLICT (version_partition, db_name) DO UPDATE
		SET creation_time = excluded.creation_time,
		    curr_version = excluded.curr_version,
		    min_compatible_version = excluded.min_compatible_version`,
		databaseLabel, time.Now().UTC(), version, minCompatible)
}

// WriteSchemaUpdateLog records one step. Its key is the time, so each entry
// gets the clock's and not the transaction's.
func (m *migrationTarget) WriteSchemaUpdateLog(oldVersion, newVersion, manifestMD5, description string) error {
	now := time.Now().UTC()
	return m.Exec(`
		INSERT INTO schema_update_history (version_partition, year, month, update_time, old_version, new_version, manifest_md5, description)
		VALUES (0, $1, $2, $3, $4, $5, $6, $7)`,
		now.Year(), int(now.Month()), now, oldVersion, newVersion, manifestMD5, description)
}

// DropAllTables is for a set-up that overwrites, which ours never does.
func (m *migrationTarget) DropAllTables() error { return errors.New("refused: drop all tables") }

// Close does nothing: the transaction is the caller's.
func (m *migrationTarget) Close() {}

// Type names the kind of database, as Temporal's own connections do.
func (m *migrationTarget) Type() string { return "sql" }
