package store_test

import (
	"context"
	"fmt"
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
	return recordAt(t, migrated(t, initial), initial)
}

// migrated is a database of its own; those under the default policy are copies
// of one.
func migrated(t *testing.T, initial []byte) string {
	t.Helper()
	if initial != nil {
		return pgtest.Database(t)
	}
	return pgtest.Copy(t, "record", func(ctx context.Context, url string) error {
		s, err := store.Open(ctx, store.Options{URL: url})
		if err != nil {
			return err
		}
		defer s.Close()
		return s.Migrate(ctx, nil)
	})
}

func recordAt(t *testing.T, url string, initial []byte) record {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: url, MaxConns: 12, Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.NoError(t, s.Migrate(ctx, initial))
	r := record{Store: s, url: url, people: casetest.NewPeople(ctx, t, s)}
	r.sql = r.beside(t)
	return r
}

// beside is one more connection to the record's tables.
func (r record) beside(t *testing.T) *pgx.Conn {
	t.Helper()
	cfg, err := pgx.ParseConfig(r.url)
	require.NoError(t, err)
	cfg.RuntimeParams["search_path"] = store.Schema
	conn, err := pgx.ConnectConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// second is another process's view of the same record.
func (r record) second(t *testing.T, url string, conns int32) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{URL: url, MaxConns: conns, Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// exec runs SQL beside the store.
func (r record) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := r.sql.Exec(context.Background(), sql, args...)
	require.NoError(t, err)
}

// count is what a query counts.
func (r record) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, r.sql.QueryRow(context.Background(), sql, args...).Scan(&n))
	return n
}

// fail makes the next writes into a table fail with an SQLSTATE, so many times.
// A sequence counts, because it is not rolled back.
func (r record) fail(t *testing.T, table, state string, times int) {
	t.Helper()
	r.exec(t, `CREATE SEQUENCE faults_`+table)
	r.exec(t, fmt.Sprintf(`CREATE FUNCTION fail_%[1]s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF nextval('faults_%[1]s') <= %[3]d THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = '%[2]s'; END IF; RETURN NEW; END $$`, table, state, times))
	r.exec(t, fmt.Sprintf(`CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON %[1]s FOR EACH ROW EXECUTE FUNCTION fail_%[1]s()`, table))
}

// sound checks what holds of every record at any time: seq has no gaps, event
// times never go back, numbers have no gaps, every command's events have its
// receipt, and the read model is the fold of the events.
func (r record) sound(t *testing.T) {
	t.Helper()
	require.Zero(t, r.count(t, `SELECT count(*) FROM (SELECT FROM events GROUP BY case_id HAVING min(seq) <> 1 OR max(seq) <> count(*)) x`), "gaps in seq")
	require.Zero(t, r.count(t, `SELECT count(*) FROM (SELECT at < lag(at) OVER (PARTITION BY case_id ORDER BY seq) AS back FROM events) x WHERE back`), "time went back")
	require.Zero(t, r.count(t, `SELECT count(*) FROM (SELECT FROM cases GROUP BY number_key / 1000000 HAVING min(number_key % 1000000) <> 1 OR max(number_key % 1000000) <> count(*)) x`),
		"gaps in numbers")
	require.Zero(t, r.count(t, `SELECT count(*) FROM events e WHERE command_id IS NOT NULL AND NOT EXISTS (SELECT FROM receipts r WHERE r.command_id = e.command_id)`), "events without receipt")
	require.Zero(t, r.count(t, `SELECT count(*) FROM cases WHERE settled_at IS NULL AND fire_at IS NULL`), "open without alarm")
	report, err := r.Rebuild(context.Background(), nil)
	require.NoError(t, err)
	require.Zero(t, report.Changed, "the read model is not the fold of the events")
}

func (r record) life(t *testing.T, key string) *casetest.Life {
	t.Helper()
	return &casetest.Life{Doer: r.Store, Key: key}
}

// workingDay is the last working day up to today.
func workingDay() calendar.Date { return calendar.Builtin().Back(today().AddDays(1), 1) }

func today() calendar.Date { return calendar.Real().Date(time.Now()) }
