package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/pgtest"
	"duban/local"
	"duban/store"
)

// The tests' login is as a real one: it may take the roles on and has none of
// their rights until it does.
func TestLoginHasNoRightsOfTheRolesUntilItTakesThemOn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, pgtest.Database(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	for _, role := range store.Roles() {
		var member, inherits, login bool
		require.NoError(t, conn.QueryRow(ctx, `SELECT pg_has_role(oid, 'MEMBER'), pg_has_role(oid, 'USAGE'), rolcanlogin FROM pg_roles WHERE rolname = $1`, role).Scan(&member, &inherits, &login))
		require.True(t, member, role)
		require.False(t, inherits, role)
		require.False(t, login, role)
	}
	_, err = conn.Exec(ctx, `CREATE SCHEMA guarded AUTHORIZATION duban_sealed`)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, `BEGIN; SET LOCAL ROLE duban_sealed; CREATE TABLE guarded.plan (n int); COMMIT`)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, `SELECT FROM guarded.plan`)
	require.ErrorContains(t, err, "permission denied")
	_, err = conn.Exec(ctx, `BEGIN; SET LOCAL ROLE duban_sealed; SELECT FROM guarded.plan; COMMIT`)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, `SELECT FROM guarded.plan`)
	require.ErrorContains(t, err, "permission denied", "a role ends with its transaction")
}

// Somebody's own server: it is refused with one sentence until its administrator
// ran what is printed, which may be run by many at once and again, and heals what
// was granted too widely.
func TestServerOfSomebodysOwn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pg, err := local.StartPostgres(ctx, local.PostgresOptions{Dir: pgtest.Folder(t), Logger: quiet()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = pg.Stop(context.Background()) })
	admin := func(sql string) error {
		conn, err := pgx.Connect(ctx, pg.SuperuserURL())
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, sql)
		return err
	}
	migrate := func(url string) (string, error) {
		var log bytes.Buffer
		s, err := store.Open(ctx, store.Options{URL: url, MaxConns: 2, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		require.NoError(t, err)
		defer s.Close()
		err = s.Migrate(ctx, nil)
		return log.String(), err
	}

	_, err = migrate(pg.URL())
	require.ErrorIs(t, err, store.ErrNoRoles)
	require.EqualError(t, err, "migrate record: the database server has no role duban_sealed, duban_draw, duban_dispatch: the database's administrator has to run what `duban roles` prints")

	require.NoError(t, admin("CREATE ROLE duban_draw; CREATE ROLE duban_sealed; CREATE ROLE duban_dispatch; GRANT duban_draw TO duban"))
	_, err = migrate(pg.URL())
	require.ErrorIs(t, err, store.ErrNoRoles)
	require.ErrorContains(t, err, "role duban is no member of duban_sealed, duban_dispatch: ")
	require.NoError(t, admin("DROP ROLE duban_draw, duban_dispatch"))

	var group sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		group.Go(func() { errs[i] = admin(store.RolesSQL("duban")) })
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	log, err := migrate(pg.URL())
	require.NoError(t, err)
	require.NotContains(t, log, "WARN")

	require.NoError(t, admin("ALTER ROLE duban INHERIT; GRANT duban_draw TO duban WITH ADMIN OPTION"))
	log, err = migrate(pg.URL())
	require.NoError(t, err, "it goes on")
	require.Contains(t, log, "inherits the roles")
	require.NoError(t, admin(store.RolesSQL("duban")))
	log, err = migrate(pg.URL())
	require.NoError(t, err)
	require.NotContains(t, log, "WARN")

	log, err = migrate(strings.Replace(pg.SuperuserURL(), "/postgres?", "/duban?", 1))
	require.NoError(t, err, "it goes on")
	require.Contains(t, log, "superuser")
}

// A login's name is somebody's own choice.
func TestRolesForALoginOfAnyName(t *testing.T) {
	t.Parallel()
	sql := store.RolesSQL(`o"dd; $$ name`)
	require.Contains(t, sql, `ALTER ROLE "o""dd; $$ name" NOINHERIT;`)
	require.Contains(t, sql, `GRANT duban_sealed, duban_draw, duban_dispatch TO "o""dd; $$ name";`)
}
