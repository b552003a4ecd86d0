package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/local"
	"duban/store"
)

func TestMigrateByFourStartersAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := pgtest.Database(t)
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		s, err := store.Open(ctx, store.Options{URL: url, MaxConns: 2})
		require.NoError(t, err)
		t.Cleanup(s.Close)
		group.Go(func() { errs[i] = s.Migrate(ctx, nil) })
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	r := recordAt(t, url, nil)
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM policies`))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM calendars`))
	ready, err := r.Ready(ctx)
	require.NoError(t, err)
	require.Equal(t, int64(9), ready.Schema)
}

// A program does not touch a record that a newer release made, and says what to do.
func TestAnOtherReleasesRecordIsLeftAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.exec(t, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (74, true)`)
	before := r.count(t, `SELECT count(*) FROM goose_db_version`)
	err := r.Migrate(ctx, nil)
	require.ErrorIs(t, err, store.ErrOtherRelease)
	require.ErrorContains(t, err, "its schema is of version 74, this program knows up to 9")
	require.Equal(t, before, r.count(t, `SELECT count(*) FROM goose_db_version`))
}

// A migration that was released never changes: records out there were made by
// it. Before the first release, this is where the change is noticed.
func TestMigrationsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"00001_directory.sql":  "9545c5199e610ee11ae2308574ede33fcdfb99da0d7f7f7e4b031099189d9fbf",
		"00002_rules.sql":      "a3ec19c0577f3c028558113bdd163ba183a30e4d2199d62d99d5dc78d17f9444",
		"00003_record.sql":     "33aa4a4c490fa6af895e408c3535fff40cc80d882d512c4e56301c2ecf1cb019",
		"00004_campaigns.sql":  "aa81a32f5a3cfacc06b1957f6e4a8f58469b404760e63deae2cb9f954fe0aa7b",
		"00005_imports.sql":    "e93b4c534b6fdcfd0b06c1e8504600835df4f3640b37ec156262f5ed116a40cf",
		"00006_evidence.sql":   "f8bb4aac72d596b1efe6e375f58ce8c4ac6b2e01d8191ef203390fe25ce0f6a0",
		"00007_lists.sql":      "b41c7d67020d3aad23a357cb34695d365f521bee42daf671a821e971ae8fe38d",
		"00008_messages.sql":   "602a6b3190e8eb77f1fc73673840346ad06ce8b6ca0dab0ff74a42d5d471edb7",
		"00009_look_backs.sql": "8df7908c1af6196e5fe73d84fd3a701a26d2109ef0b05bd53e81ebd4012cfce9",
	}
	files, err := os.ReadDir("migrations")
	require.NoError(t, err)
	require.Len(t, files, len(want))
	for _, f := range files {
		text, err := os.ReadFile("migrations/" + f.Name())
		require.NoError(t, err)
		sum := sha256.Sum256(text)
		require.Equal(t, want[f.Name()], hex.EncodeToString(sum[:]), f.Name())
	}
}

// dump is every row of the tables that a rebuild makes again.
func (r record) dump(t *testing.T) []string {
	t.Helper()
	rows, err := r.sql.Query(context.Background(), `SELECT c::text FROM cases c UNION ALL SELECT s::text FROM case_states s UNION ALL SELECT u::text FROM unit_cases u
		UNION ALL SELECT n::text FROM notices n UNION ALL SELECT k::text FROM finding_keys k ORDER BY 1`)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// Rebuild while people write: it ends with the same bytes, mends what was
// damaged by hand, and touches nothing that is right.
func TestRebuildWhileLive(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	var ids []string
	for i := range 6 {
		c := r.life(t, fmt.Sprint("life", i)).Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToReview()...)...)
		ids = append(ids, c.ID)
	}
	right := r.dump(t)
	r.exec(t, `UPDATE cases SET title = '篡改' WHERE id = $1`, ids[0])
	r.exec(t, `UPDATE case_states SET state = jsonb_set(state, '{officer}', '"somebody"') WHERE case_id = $1`, ids[0])
	r.exec(t, `DELETE FROM cases WHERE id = $1`, ids[1])
	r.exec(t, `DELETE FROM unit_cases WHERE case_id = $1`, ids[2])
	r.exec(t, `DELETE FROM finding_keys WHERE case_id = $1`, ids[2])
	r.exec(t, `UPDATE finding_keys SET key = decode(repeat('00', 16), 'hex') WHERE case_id = $1`, ids[3])
	r.exec(t, `UPDATE unit_cases SET view = '{}' WHERE case_id = $1`, ids[3])
	r.exec(t, `INSERT INTO unit_cases (case_id, unit_id, version, number, number_key, stage, title, category, level, round, due_on, due_at,
		provisional, updated_at, view) SELECT case_id, 'another', version, number, number_key, stage, title, category, level, round, due_on, due_at,
		provisional, updated_at, view FROM unit_cases WHERE case_id = $1`, ids[4])
	r.exec(t, `INSERT INTO unit_cases (case_id, unit_id, version, number, number_key, stage, title, category, level, round, due_on, due_at,
		provisional, updated_at, view) SELECT gen_random_uuid(), unit_id, version, number, number_key, stage, title, category, level, round, due_on,
		due_at, provisional, updated_at, view FROM unit_cases WHERE case_id = $1`, ids[5])
	untouched := r.physical(t, ids[5])
	report, err := r.Rebuild(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, 6, report.Cases)
	require.GreaterOrEqual(t, report.Changed, 5)
	require.Equal(t, right, r.dump(t))
	require.Equal(t, untouched, r.physical(t, ids[5]))

	var (
		stop  atomic.Bool
		group sync.WaitGroup
		mu    sync.Mutex
		errs  []error
	)
	for i := range 4 {
		group.Go(func() {
			for n := 0; !stop.Load(); n++ {
				_, err := r.Execute(ctx, r.note(ids[(i+n)%len(ids)], fmt.Sprint("live", i, "-", n)))
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	for range 5 {
		report, err := r.Rebuild(ctx, nil)
		require.NoError(t, err)
		require.Zero(t, report.Changed, "a live system is always right")
	}
	stop.Store(true)
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	kept := r.dump(t)
	r.sound(t)
	require.Equal(t, kept, r.dump(t))
}

// E6, E22 of domain.md: a year's notice arrives. Due dates of open cases move,
// later only, with the reason; the job goes on where it was left, and finds the
// cases that were opened meanwhile under the rules before.
func TestANoticeMovesOpenCases(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	opened := time.Date(2026, time.December, 21, 2, 0, 0, 0, time.UTC)
	var lives []*casetest.Life
	for i := range 5 {
		l := r.life(t, fmt.Sprint("provisional", i))
		l.Now = func() time.Time { return opened }
		l.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.Immediate)...), p.Sign())...)
		lives = append(lives, l)
	}
	merged := r.life(t, "merged").Must(ctx, t, p.Finding("分", today()))
	parent := r.life(t, "parent").Must(ctx, t, p.Finding("总", today()))
	_, err := r.Execute(ctx, r.merge(merged.ID, parent.ID, "merge"))
	require.NoError(t, err)
	before := map[string]lifecycle.Clock{}
	for _, l := range lives {
		v, err := r.Case(ctx, p.Manager, l.Case)
		require.NoError(t, err)
		before[l.Case], _ = v.Staff.UnitDeadline()
		require.True(t, before[l.Case].Provisional)
	}

	// Somebody is opening a case under the rules before, and not done yet.
	slow, err := r.sql.Begin(ctx)
	require.NoError(t, err)
	_, err = slow.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, store.OpeningLock)
	require.NoError(t, err)
	version, job, err := r.ImportCalendar(ctx, "admin", year2027(t))
	require.NoError(t, err)
	require.Equal(t, 2, version)
	jobs, err := r.OpenJobs(ctx)
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	done, more, err := r.Recompute(ctx, job, 100)
	require.Error(t, err, "it waits for whoever is opening a case, but not for ever")
	require.True(t, more)
	require.Equal(t, 6, done)
	require.NoError(t, slow.Rollback(ctx))
	done, more, err = r.Recompute(ctx, job, 2)
	require.NoError(t, err)
	require.False(t, more)
	require.Zero(t, done)
	done, more, err = r.Recompute(ctx, job, 2)
	require.NoError(t, err)
	require.Equal(t, []any{0, false}, []any{done, more}, "running it again does nothing")
	jobs, err = r.OpenJobs(ctx)
	require.NoError(t, err)
	require.Empty(t, jobs)

	for _, l := range lives {
		v, err := r.Case(ctx, p.Manager, l.Case)
		require.NoError(t, err)
		after, _ := v.Staff.UnitDeadline()
		require.True(t, after.Due.After(before[l.Case].Due))
		require.False(t, after.Provisional)
		require.Equal(t, lifecycle.MoveCalendar, after.Moves[len(after.Moves)-1].Reason)
		deadlines, err := r.Deadline(ctx, p.Secretary, l.Case)
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(deadlines, func(d store.DeadlineView) bool { return d.Explanation != nil && d.Due == after.Due }))
	}
	// A case that was merged meanwhile comes to the calendar when it comes back.
	_, err = r.Execute(ctx, r.void(parent.ID, "void"))
	require.NoError(t, err)
	require.Zero(t, r.count(t, `SELECT count(*) FROM cases WHERE settled_at IS NULL AND calendar_version <> 2`))
	r.sound(t)
}

// A worker that dies in the middle of the job leaves it to the next.
func TestAJobGoesOnWhereItWasLeft(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	for i := range 7 {
		r.life(t, fmt.Sprint("c", i)).Must(ctx, t, r.people.Finding("问题", today()))
	}
	_, job, err := r.ImportCalendar(ctx, "admin", year2027(t))
	require.NoError(t, err)
	total, rounds := 0, 0
	for more := true; more; rounds++ {
		var done int
		done, more, err = r.Recompute(ctx, job, 3)
		require.NoError(t, err)
		total += done
	}
	require.Equal(t, 7, total)
	require.Equal(t, 3, rounds)
	require.Equal(t, 7, r.count(t, `SELECT done FROM jobs WHERE done_at IS NOT NULL`))
	_, _, err = r.Recompute(ctx, "nothing", 3)
	require.ErrorIs(t, err, store.ErrNotFound)
	r.sound(t)
}

// kill -9 of PostgreSQL under load, five times: no acknowledged command is lost,
// none is doubled, and the record is sound.
func TestPostgreSQLIsKilledUnderLoad(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pg, err := local.StartPostgres(ctx, local.PostgresOptions{Dir: pgtest.Folder(t), Roles: store.Roles(), Logger: quiet()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pg.Stop(context.Background())) })
	s, err := store.Open(ctx, store.Options{URL: pg.URL(), MaxConns: 8, Logger: quiet()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.NoError(t, s.Migrate(ctx, nil))
	r := record{Store: s, url: pg.URL(), people: casetest.NewPeople(ctx, t, s)}
	var (
		stop  atomic.Bool
		acked atomic.Int64
		group sync.WaitGroup
		mu    sync.Mutex
		acks  = map[string]int64{}
		cases []string
	)
	for i := range 4 {
		a, err := r.Execute(ctx, r.opening(fmt.Sprint("case", i)))
		require.NoError(t, err)
		cases = append(cases, a.Case.ID)
	}
	for i := range 8 {
		group.Go(func() {
			for n := 0; !stop.Load(); n++ {
				req := r.note(cases[(i+n)%4], fmt.Sprint("kill", i, "-", n))
				if n%5 == 0 {
					req = r.opening(fmt.Sprint("open", i, "-", n))
				}
				for {
					a, err := r.Execute(ctx, req)
					if err == nil {
						mu.Lock()
						acks[a.CommandID] = a.Case.Seq
						mu.Unlock()
						acked.Add(1)
						break
					}
					if !errors.Is(err, store.ErrBusy) {
						t.Errorf("%s: %v", req.Key, err)
						return
					}
				}
			}
		})
	}
	for range 5 {
		goal := acked.Load() + 40
		require.Eventually(t, func() bool { return acked.Load() >= goal }, 5*time.Minute, time.Millisecond)
		starts := pg.Starts()
		process, err := os.FindProcess(pg.PID())
		require.NoError(t, err)
		require.NoError(t, process.Kill())
		require.Eventually(t, func() bool { return pg.Starts() > starts }, 5*time.Minute, time.Millisecond)
	}
	goal := acked.Load() + 40
	require.Eventually(t, func() bool { return acked.Load() >= goal }, 5*time.Minute, time.Millisecond)
	stop.Store(true)
	group.Wait()
	r.sql = r.beside(t)
	require.Len(t, acks, r.count(t, `SELECT count(*) FROM receipts`)-4)
	for command, version := range acks {
		require.Equal(t, 1, r.count(t, `SELECT count(*) FROM events WHERE command_id = $1 AND seq = $2`, command, version))
		require.Equal(t, 1, r.count(t, `SELECT count(*) FROM events WHERE command_id = $1`, command))
	}
	r.sound(t)
}
