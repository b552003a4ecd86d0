package e2e_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
)

// kill -9 of the API, of PostgreSQL and of both while many notices are approved
// at once, each tried again under its key until it is answered: the numbers of
// the year are 1 to n, each given once, and none is left out.
func TestNoticeNumbersHaveNoGapAfterEveryKill(t *testing.T) {
	t.Parallel()
	story(t, setup{apis: 2, noEngine: true}, func(t *testing.T, s setup) {
		t.Helper()
		ctx := context.Background()
		const n, clients = 160, 8
		k := newStack(t, s)
		p := k.people
		steps := append([]casetest.Step{p.Finding("问题", k.today())}, p.UpToServing(lifecycle.Immediate)...)
		before, approve := steps[:len(steps)-1], steps[len(steps)-1]
		lives := make([]*casetest.Life, n)
		var group sync.WaitGroup
		for c := range clients {
			group.Go(func() {
				for i := c; i < n; i += clients {
					lives[i] = &casetest.Life{Doer: k.record, Key: fmt.Sprint("number-", i)}
					for _, step := range before {
						if a, err := lives[i].Do(ctx, step); err != nil || a.Refusal != nil {
							t.Errorf("%s: %v %v", step.Body.Kind(), err, a.Refusal)
							return
						}
					}
				}
			})
		}
		group.Wait()
		require.False(t, t.Failed())

		var acknowledged atomic.Int64
		answers := make([]string, n)
		for c := range clients {
			group.Go(func() {
				for i := c; i < n; i += clients {
					lives[i].Doer = door{stack: k, api: c % len(k.apis)}
					a, err := lives[i].Do(ctx, approve)
					if err != nil || a.Refusal != nil {
						t.Errorf("approve notice of case %d: %v %v", i, err, a.Refusal)
						return
					}
					answers[i] = a.Case.Notice.Number
					acknowledged.Add(1)
				}
			})
		}
		for i, kill := range []func(){
			func() { k.apis[0].kill(); k.again(k.apis[0]) },
			k.killPostgres,
			func() { k.apis[1].kill(); k.again(k.apis[1]) },
			k.killPostgres,
			func() {
				k.apis[0].kill()
				k.apis[1].kill()
				k.killPostgres()
				k.again(k.apis[0])
				k.again(k.apis[1])
			},
		} {
			var seen int64
			k.soon(30*time.Second, fmt.Sprint("kill ", i), func() bool {
				seen = acknowledged.Load()
				return seen >= int64(15+25*i)
			})
			if seen == n {
				k.short("all numbers were allotted before it could be killed")
			}
			kill()
			t.Logf("killed after %d approvals", seen)
		}
		group.Wait()
		require.False(t, t.Failed())

		db := look(ctx, t, k.postgres.URL())
		rows, err := db.pool.Query(ctx, `SELECT content #>> '{data,number}' AS number FROM events WHERE kind = 'notice_approved' ORDER BY length(content #>> '{data,number}'), number`)
		require.NoError(t, err)
		given, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		var want []string
		for i := range n {
			want = append(want, fmt.Sprintf("工委督函〔%d〕%d号", k.today().Year(), i+1))
		}
		require.Equal(t, want, given, "1 to n, without a gap, none of them twice")
		require.Equal(t, n, db.count(ctx, `SELECT n FROM number_series WHERE name LIKE 'paper/工委督函/%'`), "the next is n+1")
		require.ElementsMatch(t, want, answers, "who approved was told what the record says")
	})
}
