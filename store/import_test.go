package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/store"
)

// imported is an import of n good rows, ready to be opened.
func (r record) imported(t *testing.T, n int) store.Import {
	t.Helper()
	i, err := r.AddImport(context.Background(), store.NewImport{Author: r.people.Inspector.Account, File: "a.xlsx", Sum: sum("a"), Campaign: r.campaign(t, "批次")},
		func(add func(store.ImportRow) error) (store.Checked, error) {
			return store.Checked{Rows: n, Good: true}, r.rows(t, n, add)
		})
	require.NoError(t, err)
	require.Equal(t, store.ImportChecked, i.State)
	return i
}

// rows hands over n good rows.
func (r record) rows(t *testing.T, n int, add func(store.ImportRow) error) error {
	t.Helper()
	for k := range n {
		b := &lifecycle.OpenCase{
			Unit: r.people.Unit.ID, Title: fmt.Sprint("问题", k), Facts: "事实", FoundOn: today(), Method: "inspection", Category: "C03", Campaign: r.campaign(t, "批次"),
		}
		if err := add(store.ImportRow{Row: k + 2, Cells: []string{b.Title}, Body: b}); err != nil {
			return err
		}
	}
	return nil
}

func sum(text string) []byte { return append([]byte(text), make([]byte, 32-len(text))...) }

func (r record) started(t *testing.T, n int) store.Import {
	t.Helper()
	i, err := r.StartImport(context.Background(), r.people.Inspector, r.imported(t, n).ID, time.Now())
	require.NoError(t, err)
	require.Equal(t, store.ImportOpening, i.State)
	return i
}

// whole checks that every row is one case, in the order of the rows.
func (r record) whole(t *testing.T, i store.Import, n int) {
	t.Helper()
	i, err := r.Import(context.Background(), i.ID)
	require.NoError(t, err)
	require.Equal(t, []any{store.ImportDone, n, 0}, []any{i.State, i.Opened, i.Failed})
	require.Equal(t, n, r.count(t, `SELECT count(*) FROM cases`))
	require.Equal(t, n, r.count(t, `SELECT count(DISTINCT c.id) FROM import_rows r JOIN cases c ON c.id = r.case_id AND c.title = r.content ->> 'title'`))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM jobs WHERE id = $1 AND done = $2 AND done_at IS NOT NULL`, i.ID, n))
	jobs, err := r.OpenJobs(context.Background())
	require.NoError(t, err)
	require.Empty(t, jobs)
	r.sound(t)
}

// Killed at any row and begun again: no row is lost and none is doubled.
func TestAnImportThatBreaksOffIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	i := r.started(t, 30)
	for kill, more := 1, true; more; kill++ {
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		_, left, err := r.OpenImport(ctx, i.ID, 10, func() {
			if seen++; seen == kill {
				cancel()
			}
		})
		cancel()
		more = left
		if err != nil {
			require.True(t, more)
		}
	}
	r.whole(t, i, 30)
	require.Zero(t, r.count(t, `SELECT count(*) FROM (SELECT lag(c.number_key) OVER (ORDER BY r.row) > c.number_key AS back FROM import_rows r JOIN cases c ON c.id = r.case_id) x WHERE back`))
}

// Killed after a case was opened and before that was noted: the row finds its
// case by its key.
func TestAnImportFindsWhatWasOpenedAndNotNoted(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	i := r.started(t, 12)
	r.exec(t, `CREATE FUNCTION no_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$`)
	r.exec(t, `CREATE TRIGGER no_note BEFORE UPDATE ON import_rows FOR EACH ROW EXECUTE FUNCTION no_note()`)
	_, _, err := r.OpenImport(context.Background(), i.ID, 7, nil)
	require.ErrorContains(t, err, "killed")
	require.Equal(t, 7, r.count(t, `SELECT count(*) FROM cases`))
	require.Zero(t, r.count(t, `SELECT count(case_id) FROM import_rows`))
	r.exec(t, `DROP TRIGGER no_note ON import_rows`)
	for more := true; more; {
		_, more, err = r.OpenImport(context.Background(), i.ID, 5, nil)
		require.NoError(t, err)
	}
	r.whole(t, i, 12)
}

func TestTwoWorkersOpenOneImport(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	i := r.started(t, 40)
	var group sync.WaitGroup
	errs := make([]error, 3)
	for w := range errs {
		s := r.second(t, r.url, 4)
		group.Go(func() {
			for more := true; more && errs[w] == nil; {
				_, more, errs[w] = s.OpenImport(context.Background(), i.ID, 7, nil)
			}
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	r.whole(t, i, 40)
}

// A unit that was abolished after the check: its rows are told, the others go on.
func TestARowThatIsTurnedDownHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	i := r.started(t, 3)
	r.exec(t, `UPDATE import_rows SET content = jsonb_set(content::jsonb, '{unit}', '"gone"') WHERE row = 3`)
	_, more, err := r.OpenImport(context.Background(), i.ID, 10, nil)
	require.NoError(t, err)
	require.False(t, more)
	i, err = r.Import(context.Background(), i.ID)
	require.NoError(t, err)
	require.Equal(t, []any{store.ImportDone, 2, 1}, []any{i.State, i.Opened, i.Failed})
	failed, err := r.FailedRows(context.Background(), i.ID, 10)
	require.NoError(t, err)
	require.Len(t, failed, 1)
	require.Equal(t, 3, failed[0].Row)
	require.Equal(t, "unknown_unit", failed[0].Refusal.Code)
}

func TestOnlyTheAuthorStartsAnImport(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	ctx := context.Background()
	i := r.imported(t, 1)
	_, err := r.StartImport(ctx, r.people.Officer, i.ID, time.Now())
	require.ErrorIs(t, err, lifecycle.ErrForbidden)
	_, err = r.StartImport(ctx, r.people.Inspector, "nothing", time.Now())
	require.ErrorIs(t, err, store.ErrNotFound)
	done, more, err := r.OpenImport(ctx, i.ID, 10, nil)
	require.NoError(t, err)
	require.Zero(t, done, "nothing is opened before somebody orders it")
	require.False(t, more)
	for range 2 { // once more changes nothing
		_, err = r.StartImport(ctx, r.people.Inspector, i.ID, time.Now())
		require.NoError(t, err)
	}
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM jobs`))
}

// The same file at the same time: one of them is told of the other.
func TestTheSameFileIsImportedOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := r.imported(t, 2)
	n := store.NewImport{Author: r.people.Officer.Account, File: "b.xlsx", Sum: sum("a"), Campaign: r.campaign(t, "批次")}
	read := func(func(store.ImportRow) error) (store.Checked, error) {
		return store.Checked{Rows: 0, Good: true}, nil
	}
	_, err := r.AddImport(context.Background(), n, read)
	var same *store.SameFileError
	require.ErrorAs(t, err, &same)
	require.Equal(t, first.ID, same.Before.ID)
	require.Equal(t, r.people.Inspector.Name, same.Before.AuthorName)
	n.Again = true
	_, err = r.AddImport(context.Background(), n, read)
	require.NoError(t, err)
	// A reading that fails leaves nothing.
	n.Sum = sum("b")
	_, err = r.AddImport(context.Background(), n, func(add func(store.ImportRow) error) (store.Checked, error) {
		return store.Checked{}, errors.Join(add(store.ImportRow{Row: 1}), context.Canceled)
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, r.count(t, `SELECT count(*) FROM imports`))
}
