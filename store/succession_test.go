package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

// work does the jobs that are due and returns how many there were.
func (r record) work(t *testing.T) int {
	t.Helper()
	jobs, err := r.OpenJobs(context.Background())
	require.NoError(t, err)
	for _, job := range jobs {
		for more := true; more; {
			_, more, err = r.Recompute(context.Background(), job.ID, 1)
			require.NoError(t, err)
		}
	}
	return len(jobs)
}

// offers counts the cases that wait for a successor to accept them.
func (r record) offers(t *testing.T, to string) int {
	t.Helper()
	return r.count(t, `SELECT count(*) FROM case_states WHERE state -> 'handover' ->> 'to' = $1`, to)
}

// chief is an account that can sign for the unit.
func (r record) chief(t *testing.T, name string) string {
	t.Helper()
	a, _, err := r.AddAccount(context.Background(), store.NewAccount{Name: name, Roles: []lifecycle.Role{lifecycle.UnitSecretary}, Unit: r.people.Unit.ID})
	require.NoError(t, err)
	return a.ID
}

// F5: each open case is offered to whoever begins to answer for its unit, once;
// who acts while the post is vacant is offered it first. What is no business of the
// unit's yet is not.
func TestCasesAreOfferedToWhoTookOffice(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	acting, next := r.chief(t, "机关党委书记"), r.chief(t, "新书记")
	before := today().AddDays(-400)
	first, err := r.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: casetest.Post, Holder: "老书记", Account: p.Secretary.Account, Since: before})
	require.NoError(t, err)
	_, err = r.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: "机关党委书记", Holder: "机关党委书记", Account: acting, Since: before})
	require.NoError(t, err)
	for _, key := range []string{"one", "two"} {
		r.life(t, key).Must(ctx, t, append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.ByDeadline)...)...)
	}
	r.life(t, "draft").Must(ctx, t, p.Finding("问题", today()))
	other := p
	other.Unit = p.OtherUnit
	r.life(t, "other").Must(ctx, t, append([]casetest.Step{other.Finding("问题", today())}, other.UpToServing(lifecycle.ByDeadline)...)...)
	r.work(t)
	require.Zero(t, r.count(t, `SELECT count(*) FROM events WHERE kind = 'handed_over'`), "nobody else answers than before")

	_, _, err = r.EndPost(ctx, p.Unit.ID, first.ID, today().AddDays(-2), nil)
	require.NoError(t, err)
	r.work(t)
	require.Equal(t, 2, r.offers(t, acting))
	_, err = r.ImportDirectory(ctx, store.NewDirectoryImport{Author: p.Head.Account, File: "名录.xlsx"}, func(store.Directory, calendar.Date, func() string) (store.DirectoryPlan, error) {
		return store.DirectoryPlan{Outcome: []byte(`[]`), Posts: []store.Put[store.Post]{{New: true, Row: store.Post{
			ID: "next", Unit: p.Unit.ID, Kind: casetest.Post, Holder: "新书记", Account: next, Since: today(),
		}}}}, nil
	})
	require.NoError(t, err)
	r.work(t)
	require.Equal(t, 2, r.offers(t, next))
	require.Zero(t, r.work(t), "nothing is left to do")
	require.Equal(t, 4, r.count(t, `SELECT count(*) FROM events WHERE kind = 'handed_over'`), "once to each")
	r.sound(t)
}

// A term that is recorded before it begins changes nothing until then.
func TestAnOfferWaitsForItsDay(t *testing.T) {
	t.Parallel()
	r := compressed(t, time.Second)
	ctx := context.Background()
	p := r.people
	next := r.chief(t, "新书记")
	_, _, timeline, err := r.PolicyInForce(ctx)
	require.NoError(t, err)
	begun := timeline.Date(time.Now())
	_, err = r.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: casetest.Post, Holder: "老书记", Account: p.Secretary.Account, Since: begun.AddDays(-400)})
	require.NoError(t, err)
	r.life(t, "one").Must(ctx, t, append([]casetest.Step{p.Finding("问题", begun)}, p.UpToServing(lifecycle.ByDeadline)...)...)
	since := timeline.Date(time.Now()).AddDays(3)
	_, err = r.AddPost(ctx, store.Post{Unit: p.Unit.ID, Kind: casetest.Post, Holder: "新书记", Account: next, Since: since})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return r.work(t) > 0 && r.offers(t, next) == 1 }, 5*time.Minute, 50*time.Millisecond)
	require.False(t, timeline.Date(time.Now()).Before(since))
	require.Zero(t, r.count(t, `SELECT count(*) FROM events WHERE kind = 'handed_over' AND legal_on < $1`, since))
	r.sound(t)
}
