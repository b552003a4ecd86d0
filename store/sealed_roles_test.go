package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/lot"
	"duban/store"
)

// A sealedCase is a case whose look-back is drawn.
type sealedCase struct {
	record

	id string
}

func newSealedCase(t *testing.T) sealedCase {
	t.Helper()
	r := newRecord(t)
	l := r.life(t, "sealed")
	l.Must(t.Context(), t, append([]casetest.Step{r.people.Finding("问题", workingDay())}, r.people.UpToReview()...)...)
	c := l.Must(t.Context(), t, casetest.Step{By: r.people.Officer, Body: &lifecycle.AcceptReport{}})
	require.Equal(t, lifecycle.DrawMade, c.Draw.Status)
	return sealedCase{record: r, id: l.Case}
}

// as runs one statement under a role, the login itself when it is empty, and
// takes back what it did. It returns how many rows there were.
func (r record) as(t *testing.T, role, sql string, args ...any) (int, error) {
	t.Helper()
	ctx := context.Background()
	tx, err := r.sql.Begin(ctx)
	require.NoError(t, err)
	defer func() { require.NoError(t, tx.Rollback(ctx)) }()
	if role != "" {
		_, err = tx.Exec(ctx, "SET LOCAL ROLE "+role)
		require.NoError(t, err)
	}
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	n := 0
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

// strings reads one column.
func (r record) strings(t *testing.T, sql string, args ...any) []string {
	t.Helper()
	rows, err := r.sql.Query(context.Background(), sql, args...)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// on finds the drawn day: the tags are asked of every day there is.
func (r sealedCase) on(t *testing.T) calendar.Date {
	t.Helper()
	for d := today(); d.DaysSince(today()) < 200; d = d.AddDays(1) {
		n, err := r.as(t, store.RoleDispatch, `SELECT FROM sealed.due($1)`, casetest.Keys().Tags(r.id, 1, d))
		require.NoError(t, err)
		if n > 0 {
			return d
		}
	}
	t.Fatal("nothing is drawn")
	return calendar.Date{}
}

// Issue "The look-back nobody can foresee": what each role may do in each table
// of the schema of what was drawn, and nothing more. The login may do nothing at
// all, a role only what its part of the work needs, and neither reads what is
// the other's. A new table fails here until somebody has said who may what.
func TestWhoMayDoWhatUnderTheSeal(t *testing.T) {
	t.Parallel()
	r := newSealedCase(t)
	may := map[string]map[string]string{
		"plans":   {store.RoleDraw: "insert"},
		"rosters": {store.RoleDraw: "insert"},
		"load":    {store.RoleDraw: "select update"},
		"asked":   {store.RoleDispatch: "select insert update"},
		"tasks":   {store.RoleDispatch: "select insert"},
	}
	tables := r.strings(t, `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'sealed' AND c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND c.relname <> 'rosters_made_seq'`)
	require.Len(t, tables, len(may))
	for _, table := range tables {
		require.Contains(t, may, table)
		column := r.strings(t, `SELECT attname FROM pg_attribute WHERE attrelid = ('sealed.' || $1)::regclass AND attnum = 1`, table)[0]
		for _, role := range []string{"", store.RoleDraw, store.RoleDispatch} {
			for act, sql := range map[string]string{
				"select":   "SELECT * FROM sealed.%[1]s",
				"insert":   "INSERT INTO sealed.%[1]s SELECT (NULL::sealed.%[1]s).* WHERE false",
				"update":   "UPDATE sealed.%[1]s SET %[2]s = DEFAULT WHERE false",
				"delete":   "DELETE FROM sealed.%[1]s",
				"truncate": "TRUNCATE sealed.%[1]s",
				"lock":     "LOCK TABLE sealed.%[1]s IN ACCESS SHARE MODE",
				"trigger":  "CREATE TRIGGER spy BEFORE INSERT ON sealed.%[1]s FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
			} {
				_, err := r.as(t, role, fmt.Sprintf(sql, table, column))
				allowed := slices.Contains(strings.Fields(may[table][role]), act)
				if act == "lock" { // follows from select
					allowed = slices.Contains(strings.Fields(may[table][role]), "select")
				}
				if allowed {
					require.NoError(t, err, "%s: %s %s", role, act, table)
				} else {
					require.ErrorContains(t, err, "permission denied", "%q: %s %s", role, act, table)
				}
			}
		}
	}
	for _, role := range []string{"", store.RoleDraw, store.RoleDispatch} {
		_, err := r.as(t, role, `CREATE TABLE sealed.own (n int)`)
		require.ErrorContains(t, err, "permission denied", role)
	}
}

// What is under the seal are these columns and no others: none holds a day, an
// order or an instant of a draw, so there is nothing to look up a plan by.
func TestNoColumnUnderTheSealTellsADay(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	require.Equal(t, []string{
		"asked.case_id uuid", "asked.number int4", "asked.through date", // a day that was asked about, of every case alike
		"load.load bytea", "load.one bool",
		"plans.case_id uuid", "plans.due_tag bytea", "plans.number int4", "plans.plan bytea",
		"rosters.case_id uuid", "rosters.made int8", "rosters.number int4", "rosters.roster bytea", // made is the order that the events have too
		"tasks.case_id uuid", "tasks.number int4", "tasks.task text", "tasks.told _text", "tasks.told_at timestamptz", // from the morning of the day on
	}, r.strings(t, `SELECT c.relname || '.' || a.attname || ' ' || y.typname AS column FROM pg_attribute a
		JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' JOIN pg_type y ON y.oid = a.atttypid
		WHERE c.relnamespace = 'sealed'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped ORDER BY (c.relname || '.' || a.attname) COLLATE "C"`))
}

// The functions are the dispatcher's alone, and each looks no further than its
// schema.
func TestFunctionsUnderTheSealAreTheDispatchers(t *testing.T) {
	t.Parallel()
	r := newSealedCase(t)
	calls := map[string]string{
		"due":     `SELECT FROM sealed.due(ARRAY[]::bytea[])`,
		"forget":  `SELECT sealed.forget(ARRAY[]::bytea[])`,
		"roster":  `SELECT sealed.roster('` + r.id + `', 1)`,
		"there":   `SELECT FROM sealed.there(ARRAY[]::bytea[])`,
		"headers": `SELECT FROM sealed.headers()`,
		"counted": `SELECT FROM sealed.counted('` + r.id + `', 1)`,
	}
	functions := r.strings(t, `SELECT proname FROM pg_proc WHERE pronamespace = 'sealed'::regnamespace`)
	require.Len(t, functions, len(calls))
	for _, name := range functions {
		require.Contains(t, calls, name)
		for _, role := range []string{"", store.RoleDraw} {
			_, err := r.as(t, role, calls[name])
			require.ErrorContains(t, err, "permission denied for function "+name, role)
		}
		_, err := r.as(t, store.RoleDispatch, calls[name])
		require.NoError(t, err)
	}
	require.Zero(t, r.count(t, `SELECT count(*) FROM pg_proc WHERE pronamespace = 'sealed'::regnamespace AND NOT (prosecdef AND proconfig = '{"search_path=\"\""}')`))
}

// The dispatcher reads what is due and nothing else: who cannot show the tag of
// the very case, draw and day gets no row, and without the key there is no tag.
func TestDispatcherReadsOnlyWhatIsDue(t *testing.T) {
	t.Parallel()
	r := newSealedCase(t)
	due := func(tags [][]byte) int {
		t.Helper()
		n, err := r.as(t, store.RoleDispatch, `SELECT FROM sealed.due($1)`, tags)
		require.NoError(t, err)
		return n
	}
	keys, on := casetest.Keys(), r.on(t)
	for d := today(); d.DaysSince(today()) < 200; d = d.AddDays(1) {
		want := 0
		if d == on {
			want = 1
		}
		require.Equal(t, want, due(keys.Tags(r.id, 1, d)), d)
		require.Zero(t, due(keys.Tags(r.id, 2, d)), "another draw's tag")
	}
	other, err := lot.NewKey(rand.Reader)
	require.NoError(t, err)
	require.Zero(t, due(lot.Keys{other}.Tags(r.id, 1, on)), "another key's tag")
	tag := keys.Tags(r.id, 1, on)[0]
	require.Zero(t, due([][]byte{nil, {}, make([]byte, lot.TagSize), tag[:8], []byte("%"), append(slices.Clone(tag), 0)}))
	require.Zero(t, due(nil))
	for _, sql := range []string{
		`SELECT * FROM sealed.plans`, `SELECT count(*) FROM sealed.plans`, `SELECT due_tag FROM sealed.plans`, `COPY sealed.plans TO STDOUT`,
		`SELECT FROM sealed.due((SELECT array_agg(due_tag) FROM sealed.plans))`,
		`INSERT INTO sealed.plans VALUES ('\x00000000000000000000000000000000', '', '` + r.id + `', 9)`,
		`SELECT * FROM sealed.rosters`, `SELECT load FROM sealed.load`,
	} {
		_, err := r.as(t, store.RoleDispatch, sql)
		require.ErrorContains(t, err, "permission denied", sql)
	}
	for _, sql := range []string{
		`SELECT * FROM sealed.plans`, `INSERT INTO sealed.plans VALUES ('\x00000000000000000000000000000000', '', '` + r.id + `', 9) RETURNING due_tag`,
		`SELECT * FROM sealed.rosters`, `SELECT * FROM sealed.tasks`, `SELECT * FROM sealed.asked`,
	} {
		_, err := r.as(t, store.RoleDraw, sql)
		require.ErrorContains(t, err, "permission denied", sql)
	}
}

// The seal's roles are for the seal: under neither of them can the record be
// read or written, but for what leaves the house, where the dispatcher alone finds
// what tells the drawn; and the statistics of the planner show them and the login no
// value of a sealed table.
func TestRolesOfTheSealReadNothingElse(t *testing.T) {
	t.Parallel()
	r := newSealedCase(t)
	for _, role := range []string{store.RoleDraw, store.RoleDispatch, store.RoleSealed} {
		for _, table := range r.strings(t, `SELECT tablename FROM pg_tables WHERE schemaname = $1`, store.Schema) {
			_, err := r.as(t, role, `SELECT FROM `+store.Schema+`.`+table)
			if role == store.RoleDispatch && slices.Contains([]string{"mailings", "messages", "message_tries", "bounces"}, table) {
				require.NoError(t, err, table)
				continue
			}
			require.ErrorContains(t, err, "permission denied", "%s %s", role, table)
		}
	}
	_, err := r.sql.Exec(t.Context(), `BEGIN; SET LOCAL ROLE duban_sealed; ANALYZE sealed.plans; ANALYZE sealed.rosters; ANALYZE sealed.tasks; COMMIT`)
	require.NoError(t, err)
	for _, role := range []string{"", store.RoleDraw} {
		n, err := r.as(t, role, `SELECT FROM pg_stats WHERE schemaname = 'sealed' AND tablename <> 'load'`)
		require.NoError(t, err)
		require.Zero(t, n, role)
	}
}

// A roster says who was recused and why, and narrows down who will come: it is
// shown when its plan lies open, and not before.
func TestRosterIsShownOnceItsPlanLiesOpen(t *testing.T) {
	t.Parallel()
	r := newSealedCase(t)
	shown := func() int {
		t.Helper()
		n, err := r.as(t, store.RoleDispatch, `SELECT FROM sealed.roster($1, 1) AS roster WHERE roster IS NOT NULL`, r.id)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, shown())
	_, err := r.as(t, store.RoleDispatch, `SELECT sealed.forget($1)`, [][]byte{make([]byte, lot.TagSize)})
	require.NoError(t, err)
	require.Zero(t, shown())
	l := r.life(t, "arrive")
	l.Case = r.id
	day := today().AddDays(35)
	l.Now = func() time.Time { return on(day, 9) }
	l.Must(t.Context(), t,
		casetest.Step{By: r.people.Leader, Body: &lifecycle.PermitArrival{Reason: "当日到场"}},
		casetest.Step{By: r.people.Lead, Body: &lifecycle.RecordArrival{On: day, Persons: []string{r.people.Lead.Account, r.people.Inspector.Account}}})
	require.Equal(t, 1, shown())
	n, err := r.as(t, store.RoleSealed, `SELECT FROM sealed.plans`)
	require.NoError(t, err)
	require.Zero(t, n, "what lies open need not lie under the seal")
}
