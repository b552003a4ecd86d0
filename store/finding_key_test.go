package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// A finding is a case already whatever became of the case, but for one that was
// voided: it may come again.
func TestSameFindings(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p := r.people
	first := r.life(t, "first")
	opened := first.Must(t.Context(), t, p.Finding("党费收缴不及时", today()))
	second := r.life(t, "second").Must(t.Context(), t, p.Finding("党费收缴不及时", today()))
	of := func(c lifecycle.Case) *lifecycle.OpenCase {
		return &lifecycle.OpenCase{Unit: c.Unit, Title: c.Finding.Title, Facts: c.Finding.Facts, FoundOn: c.Finding.FoundOn}
	}
	same := func(findings ...*lifecycle.OpenCase) []string {
		t.Helper()
		numbers, err := r.SameFindings(t.Context(), findings)
		require.NoError(t, err)
		return numbers
	}
	other := of(opened)
	other.Facts += "另一次。"
	require.Equal(t, []string{opened.Number, "", opened.Number}, same(of(opened), other, of(second)), "the first opened")

	title := "党费收缴不够及时"
	amended := first.Must(t.Context(), t, casetest.Step{By: p.Inspector, Body: &lifecycle.AmendDraft{Title: &title}})
	require.Equal(t, []string{opened.Number, opened.Number}, same(of(opened), of(amended)), "what it was opened as, and what it says now")
	_, err := r.Execute(t.Context(), r.void(opened.ID, "void"))
	require.NoError(t, err)
	require.Equal(t, []string{second.Number, ""}, same(of(opened), of(amended)))
	require.Empty(t, same())
	r.sound(t)
}

// Two imports of the same findings run at the same time: each finding is one case,
// and the row that came later is told its number.
func TestTwoImportsOfTheSameFindingsOpenEachOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	const rows = 40
	both := []store.Import{r.saved(t, "a", rows, false), r.saved(t, "b", rows, false)}
	var group sync.WaitGroup
	errs := make([]error, len(both))
	for k, i := range both {
		group.Go(func() {
			for more := true; more && errs[k] == nil; {
				_, more, errs[k] = r.OpenImport(t.Context(), i.ID, 7, nil)
			}
		})
	}
	group.Wait()
	opened := 0
	for k, i := range both {
		require.NoError(t, errs[k])
		i, err := r.Import(t.Context(), i.ID)
		require.NoError(t, err)
		require.Equal(t, store.ImportDone, i.State)
		require.Equal(t, rows, i.Opened+i.Failed)
		opened += i.Opened
		failed, err := r.FailedRows(t.Context(), i.ID, rows)
		require.NoError(t, err)
		for _, f := range failed {
			require.Equal(t, "already_case", f.Refusal.Code)
			require.Contains(t, f.Refusal.ZH, r.numberOf(t, fmt.Sprint("问题", f.Row-2)))
		}
	}
	require.Equal(t, rows, opened)
	require.Equal(t, rows, r.count(t, `SELECT count(*) FROM cases`))
	r.sound(t)

	meant := r.saved(t, "c", rows, true)
	_, _, err := r.OpenImport(t.Context(), meant.ID, rows, nil)
	require.NoError(t, err)
	require.Equal(t, 2*rows, r.count(t, `SELECT count(*) FROM cases`), "where duplicates are meant")
}

// saved is an import of so many rows that is being opened; what it is saved as
// makes its bytes.
func (r record) saved(t *testing.T, as string, rows int, duplicates bool) store.Import {
	t.Helper()
	n := store.NewImport{Author: r.people.Inspector.Account, File: as + ".xlsx", Sum: sum(as), Campaign: r.campaign(t, "批次"), Duplicates: duplicates}
	i, err := r.AddImport(t.Context(), n, func(add func(store.ImportRow) error) (store.Checked, error) {
		return store.Checked{Rows: rows, Good: true}, r.rows(t, rows, add)
	})
	require.NoError(t, err)
	i, err = r.StartImport(t.Context(), r.people.Inspector, i.ID, time.Now())
	require.NoError(t, err)
	return i
}

func (r record) numberOf(t *testing.T, title string) (number string) {
	t.Helper()
	require.NoError(t, r.sql.QueryRow(t.Context(), `SELECT number FROM cases WHERE title = $1`, title).Scan(&number))
	return number
}
