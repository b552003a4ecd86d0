package local

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// prepareDatabase makes what is missing of roles and database. It runs at
// every start, so that a start cut short is finished by the next.
func (p *Postgres) prepareDatabase(ctx context.Context, roles []string) error {
	conn, err := pgx.Connect(ctx, p.SuperuserURL())
	if err != nil {
		return fmt.Errorf("connect as superuser: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()

	role := pgx.Identifier{appRole}.Sanitize()
	if err := createRole(ctx, conn, appRole, "LOGIN NOINHERIT PASSWORD '"+p.cluster.app+"'"); err != nil {
		return err
	}
	// Folders made before there were such roles have one that inherits, and it
	// must not do so when the grants are made: see PostgreSQL 16.
	if _, err := conn.Exec(ctx, "ALTER ROLE "+role+" NOINHERIT"); err != nil {
		return fmt.Errorf("alter role %s: %w", appRole, err)
	}
	for _, name := range roles {
		if err := createRole(ctx, conn, name, "NOLOGIN"); err != nil {
			return err
		}
		grant := fmt.Sprintf("GRANT %s TO %s", pgx.Identifier{name}.Sanitize(), role)
		if _, err := conn.Exec(ctx, grant); err != nil {
			return fmt.Errorf("grant role %s: %w", name, err)
		}
	}
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&there); err != nil {
		return fmt.Errorf("look for database: %w", err)
	}
	if there {
		return p.openPublic(ctx)
	}
	create := fmt.Sprintf("CREATE DATABASE %s OWNER %s", pgx.Identifier{database}.Sanitize(), role)
	if _, err := conn.Exec(ctx, create); err != nil {
		return fmt.Errorf("create database %s: %w", database, err)
	}
	return p.openPublic(ctx)
}

// openPublic lets role duban make things in the schema public of its database.
// The owner of a database may do so by a membership that PostgreSQL implies, and
// that one ends too with NOINHERIT.
func (p *Postgres) openPublic(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.address.url("postgres", p.cluster.admin, database))
	if err != nil {
		return fmt.Errorf("connect as superuser: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "GRANT ALL ON SCHEMA public TO "+pgx.Identifier{appRole}.Sanitize()); err != nil {
		return fmt.Errorf("open schema public: %w", err)
	}
	return nil
}

// createRole creates a role unless it exists. The password is one of
// rand.Text's, without a character that would need quoting.
func createRole(ctx context.Context, conn *pgx.Conn, name, with string) error {
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name).Scan(&there); err != nil {
		return fmt.Errorf("look for role %s: %w", name, err)
	}
	if there {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE ROLE "+pgx.Identifier{name}.Sanitize()+" "+with); err != nil {
		return fmt.Errorf("create role %s: %w", name, err)
	}
	return nil
}
