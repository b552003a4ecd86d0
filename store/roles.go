package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The roles that guard what was drawn for a look-back. None of them can log in:
// a transaction takes one on for itself (SET LOCAL ROLE) and has none of their
// rights otherwise, so a query that was not meant to cannot touch a plan.
const (
	// RoleSealed owns the schema of the sealed plans.
	RoleSealed = "duban_sealed"
	// RoleDraw may write plans.
	RoleDraw = "duban_draw"
	// RoleDispatch may read the plans that are due.
	RoleDispatch = "duban_dispatch"
)

// Roles are the names of the roles that a server needs besides our login. A
// server holds them once, however many records it has.
func Roles() []string { return []string{RoleSealed, RoleDraw, RoleDispatch} }

// RolesSQL is what has to be run on a server, by somebody who may create roles,
// before a record is kept there by login. To run it again changes nothing, and
// two that run it at once wait for each other.
func RolesSQL(login string) string {
	var b strings.Builder
	names := strings.Join(Roles(), ", ")
	role := pgx.Identifier{login}.Sanitize()
	fmt.Fprintf(&b, "BEGIN;\nSELECT pg_advisory_xact_lock(%d);\nDO $$ BEGIN\n", rolesLock)
	for _, name := range Roles() {
		fmt.Fprintf(&b, "\tIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%[1]s') THEN CREATE ROLE %[1]s NOLOGIN; END IF;\n", name)
	}
	b.WriteString("END $$;\n")
	// Before the grants: since PostgreSQL 16 a membership keeps what held when it
	// was granted, which is why an older one is taken back first.
	fmt.Fprintf(&b, "ALTER ROLE %s NOINHERIT;\n", role)
	fmt.Fprintf(&b, "REVOKE %s FROM %s;\n", names, role)
	fmt.Fprintf(&b, "GRANT %s TO %s;\n", names, role)
	b.WriteString("COMMIT;\n")
	return b.String()
}

// rolesLock makes two that create the roles at once wait for each other.
const rolesLock = 0x64756261_6e726f6c

// ErrNoRoles: the server lacks the roles that guard what was drawn, or our login
// may not take them on.
var ErrNoRoles = errors.New("the database's administrator has to run what `duban roles` prints")

// checkRoles wants the roles to be there and ours to take on. That they guard
// nothing is said in the log and no more: somebody tries Duban out on a server
// of his own as its superuser.
func (s *Store) checkRoles(ctx context.Context) error {
	var (
		missing, closed, open []string
		super                 bool
		login                 string
	)
	err := s.pool.QueryRow(ctx, `SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
			coalesce(array_agg(name ORDER BY at) FILTER (WHERE oid IS NULL), '{}'),
			coalesce(array_agg(name ORDER BY at) FILTER (WHERE oid IS NOT NULL AND NOT pg_has_role(oid, 'MEMBER')), '{}'),
			coalesce(array_agg(name ORDER BY at) FILTER (WHERE oid IS NOT NULL AND pg_has_role(oid, 'USAGE')), '{}')
		FROM unnest($1::text[]) WITH ORDINALITY AS r(name, at) LEFT JOIN pg_roles ON rolname = name`, Roles()).Scan(&login, &super, &missing, &closed, &open)
	switch {
	case err != nil:
		return fmt.Errorf("look for the roles: %w", plain(err))
	case len(missing) > 0:
		return fmt.Errorf("the database server has no role %s: %w", strings.Join(missing, ", "), ErrNoRoles)
	case len(closed) > 0:
		return fmt.Errorf("the database's role %s is no member of %s: %w", login, strings.Join(closed, ", "), ErrNoRoles)
	case super:
		s.log.WarnContext(ctx, "the database's login is a superuser: its roles keep nobody from what was drawn for look-backs", slog.String("login", login))
	case len(open) > 0:
		s.log.WarnContext(ctx, "the database's login inherits the roles that keep what was drawn for look-backs: run what `duban roles` prints",
			slog.String("login", login), slog.Any("roles", open))
	}
	return nil
}
