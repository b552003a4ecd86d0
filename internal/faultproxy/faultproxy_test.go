package faultproxy_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/faultproxy"
	"duban/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestAnAnswerIsLostButTheWorkIsDone(t *testing.T) {
	t.Parallel()
	direct := pgtest.Database(t)
	p, url := faultproxy.New(t, direct)
	beside, through := connect(t, direct), connect(t, url)
	_, err := beside.Exec(t.Context(), "CREATE TABLE done (n int)")
	require.NoError(t, err)
	p.Lose(faultproxy.Commit, 1)
	_, err = through.Exec(t.Context(), "BEGIN; INSERT INTO done VALUES (1); COMMIT")
	require.Error(t, err)
	require.Equal(t, 1, p.Lost())
	var n int
	require.NoError(t, beside.QueryRow(t.Context(), "SELECT count(*) FROM done").Scan(&n))
	require.Equal(t, 1, n)
}

func TestLinesAreCutRefusedAndHeld(t *testing.T) {
	t.Parallel()
	p, url := faultproxy.New(t, pgtest.Database(t))
	conn := connect(t, url)
	before := p.RoundTrips()
	_, err := conn.Exec(t.Context(), "SELECT 1")
	require.NoError(t, err)
	require.Equal(t, before+1, p.RoundTrips())
	p.Refuse(true)
	_, err = pgx.Connect(t.Context(), url)
	require.Error(t, err)
	p.Refuse(false)
	p.Cut()
	_, err = conn.Exec(t.Context(), "SELECT 1")
	require.Error(t, err)
	conn = connect(t, url)
	p.Stall(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = conn.Exec(ctx, "SELECT 1")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAnswersAreDelayed(t *testing.T) {
	t.Parallel()
	const delay = 50 * time.Millisecond
	p, url := faultproxy.New(t, pgtest.Database(t))
	conn := connect(t, url)
	p.Delay(faultproxy.Commit, delay)
	begun := time.Now()
	_, err := conn.Exec(t.Context(), "BEGIN; COMMIT")
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(begun), delay)
}
