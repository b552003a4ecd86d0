package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/policy"
	"duban/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A record is a migrated record of its own for one test.
type record struct {
	*store.Store
	url    string
	people casetest.People
	// sql is a connection beside the store's, to look and to disturb.
	sql *pgx.Conn
}

func newRecord(t *testing.T) record {
	t.Helper()
	return recordUnder(t, nil)
}

// compressed is a record in which a legal day lasts so long.
func compressed(t *testing.T, day time.Duration) record {
	t.Helper()
	p, err := policy.Default().WithDayLength(day)
	require.NoError(t, err)
	return recordUnder(t, p.Text())
}

func recordUnder(t *testing.T, initial []byte) record {
	t.Helper()
	ctx := context.Background()
	url := pgtest.Database(t)
	s, err := store.Open(ctx, store.Options{URL: url, MaxConns: 12})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.NoError(t, s.Migrate(ctx, initial))
	conn, err := pgx.Connect(ctx, url+"&search_path=duban")
	if err != nil {
		conn, err = pgx.Connect(ctx, url+"?search_path=duban")
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return record{Store: s, url: url, people: casetest.NewPeople(ctx, t, s), sql: conn}
}

func (r record) life(t *testing.T, key string) *casetest.Life {
	t.Helper()
	return &casetest.Life{Doer: r.Store, Key: key}
}

func today() calendar.Date { return calendar.Real().Date(time.Now()) }
