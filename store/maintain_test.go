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
	require.Equal(t, int64(73), ready.Schema)
}

// A migration that was released never changes: records out there were made by
// it. Before the first release, this is where the change is noticed.
func TestMigrationsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"00001_record.sql":                   "e10a7640054605b9c57c30badbbd271e95bf1ad4ba6cd718485c42d3cbd785bc",
		"00002_imports.sql":                  "dbd21aad175bf015683466a833cb43413735b968ac9c75aad744b72aed2a35d7",
		"00003_evidence.sql":                 "f8bb4aac72d596b1efe6e375f58ce8c4ac6b2e01d8191ef203390fe25ce0f6a0",
		"00005_unit_changes.sql":             "536b33401e10914564ced4bc94d38ca6610f38d7ca39e8be9825aeb4ed1feb93",
		"00006_campaigns.sql":                "485d5dc79bd4b0966076b597750090713f932a9a25bb7f8c95cfcb7437ca4b46",
		"00007_directory.sql":                "e220bf27b4347b2975a6b45b102867b2c1babc498e2c20622efe16260105560d",
		"00008_addresses.sql":                "92332a1fd68935d54232fa43c73e612910023faac722ebae1a32e38e8cc40117",
		"00009_lists.sql":                    "b41c7d67020d3aad23a357cb34695d365f521bee42daf671a821e971ae8fe38d",
		"00010_notices.sql":                  "b84fb2a83a9599ab13071230678c47c083c5806e0fbebaa2cf040f3efccbeee8",
		"00011_messages.sql":                 "4c07cc85c335ff3a60838a54574c62fae78f369eae5c5d0913953820b2f1b43f",
		"00012_bounces.sql":                  "30167b61b9020d24cb70e9c6ad62c7c0ac5aa3daba62f457984bfa2ad10e2ce3",
		"00014_sealed.sql":                   "e1b23f9850f3a741b5fc1bf7f0fa8b38ed557cac65517bf5b07f23fe3c9f0fc1",
		"00015_draws.sql":                    "169d638e8bcd80464d784915e6bf5d41af5f2b1e5adf54b32f43ab8072964982",
		"00016_repeats.sql":                  "750102a39b1608a67648d5d7af6f01db2e2d69c433a9bbc61304cbb16f3b50a7",
		"00017_inspectees.sql":               "bbcda6c1df62eac58eb8ee9d0e9de5bdd685943eea1370bb6d2d870472fd5a6a",
		"00018_mailing_space.sql":            "1a3e47b42e133ad493dbc1591936c7c51fab2132ffe0f41813cf16b3680d8ae0",
		"00019_sealed_rosters.sql":           "da204771de0a43a9a968bef4efc71fba1cfc8ca842e379527f4f649c0b717a36",
		"00020_told.sql":                     "aaeea8b86513eba89fbeaec3689f3c0ce78c1315dd5b33a6af77391a42b89563",
		"00022_finding_keys.sql":             "ce829633c5f7d05fd28667fd6cd3334e2baedaad4d6d872f210a30534992b050",
		"00026_deliveries.sql":               "2a75ca4ece69d9bb361a9d24569a9c8e6387dc2747e66c1489bedba4bf13fe81",
		"00027_letter_measures.sql":          "d74eb90ca25386b50af3823a6b3a2d75dc31d8230cc7976df66a7e96c0e17ceb",
		"00028_letters_without_measures.sql": "0c3ebfc2cd427470707689f0e60581ae9136fb6e16733a9428530f84021299cb",
		"00029_chased_due.sql":               "da62a39f4c1f55ef4dc074726e1fe5276f943b11da16b2c12070eede7620c902",
		"00030_no_deliveries.sql":            "ebf8e1a11795223f79522da4fcb998d70a27ebc6c79038ff5ef71865f3a12adf",
		"00034_persons_inputs.sql":           "cc7e239af9a2dc3910867d20d926ddd0d89ec1255f6c340a84ddd801dad0d639",
		"00042_letters_ask.sql":              "e9a9217b95a16726551e40d26b1cec3a7f714fabea934a630be5c618544ff84e",
		"00047_folded_names.sql":             "b97d528d3adbf07773b354cbc97b0382b78e1250280db5b91b941b6a1b31310e",
		"00050_requests.sql":                 "a865a4ef8d426bc65a4e2c539326d79bac6146cffb9a20aa11175d990009d866",
		"00054_rounds.sql":                   "9f67376ace83e43dc9129357d81f5e95de4fa7fa6d9fbaf5ad006abe42965c31",
		"00057_rule_proposals.sql":           "5c4dd5f7dee15b6ca574da3ed47c73ae81c17adbcaef18ff225f2b372402551c",
		"00058_campaign_changes.sql":         "a6d5961736d375801a45adc8e83a1386323b386023aebb405ab511d6f498f296",
		"00059_in_hand.sql":                  "be00e3c4f0f9595b93d2768fea5fb2a06ab8a3bf9d7199a9df4d393a249e448c",
		"00060_account_changes.sql":          "699c5698cf5b3d6ce0790069c300fe85a123633c9cc5aca9f8d548ab15c6bf90",
		"00071_removals.sql":                 "57ebfeca3430644e10bea39b5f229b3506f9ecff9aa860d96323cd86ba8c6961",
		"00072_account_imports.sql":          "8e0a51c51167477da50f5f9d7fa82915aa0065f3c35637dee7c0de5157f09582",
		"00073_bounds.sql":                   "45b45be0d743ee2cd3d3b12cee158287003e0bb04de7d831137bee61ae77cf5e",
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
