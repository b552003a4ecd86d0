package pgtest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestDatabasesAreEmptyAndApart(t *testing.T) {
	t.Parallel()
	first, second := open(t, pgtest.Database(t)), open(t, pgtest.Database(t))
	_, err := first.Exec(t.Context(), "CREATE TABLE only_here (n int)")
	require.NoError(t, err)
	require.Equal(t, 1, tables(t, first))
	require.Equal(t, 0, tables(t, second))
}

func TestDatabaseBelongsToAPlainRole(t *testing.T) {
	t.Parallel()
	conn := open(t, pgtest.Database(t))
	var super, bypass bool
	err := conn.QueryRow(t.Context(), "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").Scan(&super, &bypass)
	require.NoError(t, err)
	require.False(t, super || bypass, "row-level security must bind the tests' role")
	_, err = conn.Exec(t.Context(), "CREATE SCHEMA duban")
	require.NoError(t, err)
}

func TestCopiesShareOnePreparation(t *testing.T) {
	t.Parallel()
	prepared := 0
	prepare := func(ctx context.Context, url string) error {
		prepared++
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "CREATE TABLE prepared (n int)"); err != nil {
			return err
		}
		return conn.Close(ctx)
	}
	first := open(t, pgtest.Copy(t, "one table", prepare))
	second := open(t, pgtest.Copy(t, "one table", prepare))
	_, err := first.Exec(t.Context(), "CREATE TABLE only_here (n int)")
	require.NoError(t, err)
	require.Equal(t, 2, tables(t, first))
	require.Equal(t, 1, tables(t, second))
	require.Equal(t, 1, prepared)
}

func open(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func tables(t *testing.T, conn *pgx.Conn) int {
	t.Helper()
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&n))
	return n
}
