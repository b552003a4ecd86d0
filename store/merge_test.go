package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/store"
)

func (r record) merge(child, parent, key string) store.Request {
	return store.Request{
		Actor: r.people.Head, Key: key, Case: child, ReceivedAt: time.Now(), Body: &lifecycle.MergeInto{Parent: parent},
	}
}

func (r record) void(id, key string) store.Request {
	return store.Request{
		Actor: r.people.Head, Key: key, Case: id, ReceivedAt: time.Now(), Body: &lifecycle.Void{Reason: "不属实"},
	}
}

// Execute 2: a merge takes two cases; voiding the parent takes its children,
// which are known only under the lock.
func TestMergeAndVoid(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	parent := r.life(t, "parent").Must(ctx, t, r.people.Finding("总", today()))
	var children []string
	for i := range 3 {
		child := r.life(t, fmt.Sprint("child", i)).Must(ctx, t, r.people.Finding("分", today()))
		a, err := r.Execute(ctx, r.merge(child.ID, parent.ID, fmt.Sprint("merge", i)))
		require.NoError(t, err)
		require.Nil(t, a.Refusal)
		require.Equal(t, lifecycle.Merged, a.Case.Stage)
		children = append(children, child.ID)
	}
	v, err := r.Case(ctx, r.people.Head, parent.ID)
	require.NoError(t, err)
	require.Len(t, v.Staff.Children, 3)
	r.sound(t)

	a, err := r.Execute(ctx, r.void(parent.ID, "void"))
	require.NoError(t, err)
	require.Nil(t, a.Refusal)
	require.Equal(t, lifecycle.Voided, a.Case.Stage)
	for _, id := range children {
		v, err := r.Case(ctx, r.people.Head, id)
		require.NoError(t, err)
		require.Equal(t, lifecycle.Draft, v.Staff.Stage, "the children come back")
		told, ok, err := r.Telling(ctx, id)
		require.NoError(t, err)
		require.True(t, ok, "and their workflows hear of it")
		require.Equal(t, v.Version, told.Seq)
	}
	require.Equal(t, 4, r.count(t, `SELECT count(DISTINCT case_id) FROM events WHERE command_id = $1`, a.CommandID))
	r.sound(t)

	again, err := r.Execute(ctx, r.void(parent.ID, "void"))
	require.NoError(t, err)
	again.Replayed = false
	require.Equal(t, a, again)
}

// A parent that does not exist, is no id, or is the case itself is refused.
func TestMergeIntoNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "alone").Must(ctx, t, r.people.Finding("问题", today()))
	for i, parent := range []string{store.CaseID("nobody", "x"), "督〔2026〕0001", "", "urn:uuid:" + c.ID, c.ID} {
		a, err := r.Execute(ctx, r.merge(c.ID, parent, fmt.Sprint("merge", i)))
		require.NoError(t, err, parent)
		require.Equal(t, lifecycle.Invalid, a.Refusal.Kind, parent)
	}
	r.sound(t)
}

// Lock order: 16 people merge two cases into each other, both ways at once, and
// somebody voids; nobody waits for ever, and exactly one merge wins.
func TestMergingBothWays(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	for round := range 8 {
		a := r.life(t, fmt.Sprint("a", round)).Must(ctx, t, r.people.Finding("甲", today()))
		b := r.life(t, fmt.Sprint("b", round)).Must(ctx, t, r.people.Finding("乙", today()))
		var (
			group  sync.WaitGroup
			mu     sync.Mutex
			merged int
			errs   []error
		)
		for i := range 16 {
			child, parent := a.ID, b.ID
			if i%2 == 1 {
				child, parent = parent, child
			}
			group.Go(func() {
				answer, err := r.Execute(ctx, r.merge(child, parent, fmt.Sprint("m", round, "-", i)))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					errs = append(errs, err)
				} else if answer.Refusal == nil {
					merged++
				}
			})
		}
		group.Wait()
		require.Empty(t, errs)
		require.Equal(t, 1, merged)
	}
	r.sound(t)
}

// Voiding a parent while children keep coming: whoever was in when it fell away
// is given back, whoever came later is refused; none is lost in a voided parent.
func TestVoidingWhileChildrenCome(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	parent := r.life(t, "parent").Must(ctx, t, r.people.Finding("总", today()))
	var children []string
	for i := range 12 {
		children = append(children, r.life(t, fmt.Sprint("c", i)).Must(ctx, t, r.people.Finding("分", today())).ID)
	}
	var group sync.WaitGroup
	errs := make([]error, len(children)+1)
	for i, id := range children {
		group.Go(func() { _, errs[i] = r.Execute(ctx, r.merge(id, parent.ID, fmt.Sprint("m", i))) })
	}
	group.Go(func() {
		for range 20 { // it may learn of more children each time
			_, errs[len(children)] = r.Execute(ctx, r.void(parent.ID, "void"))
			if !errors.Is(errs[len(children)], store.ErrBusy) {
				return
			}
		}
	})
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Zero(t, r.count(t, `SELECT count(*) FROM cases WHERE stage = 'merged'`))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM cases WHERE stage = 'voided'`))
	r.sound(t)
}

// lifecycle.md section 4, one of each: two cases of one unit that reach the talk
// at the same time, whether by an alarm or by what a command catches up with,
// have one talk between them.
func TestOneTalkForAUnit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	var lives []*casetest.Life
	for i := range 6 {
		l := r.life(t, fmt.Sprint("late", i))
		l.Must(ctx, t, append(append([]casetest.Step{r.people.Finding("拖延", today())}, r.people.UpToServing(lifecycle.Immediate)...), r.people.Sign())...)
		lives = append(lives, l)
	}
	for day := 20; day <= 120; day += 10 {
		later := time.Now().AddDate(0, 0, day)
		var group sync.WaitGroup
		errs := make([]error, len(lives))
		for i, l := range lives {
			l.Now = func() time.Time { return later }
			group.Go(func() { _, errs[i] = l.Do(ctx, r.noteStep()) })
		}
		group.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
	}
	const of = `SELECT count(*) FROM case_states, jsonb_array_elements(state -> 'measures') m WHERE m ->> 'kind' = $1 AND m ->> 'status' = $2`
	require.Equal(t, 1, r.count(t, of, "reminder_talk", "ordered"))
	require.Equal(t, 5, r.count(t, of, "reminder_talk", "joined"))
	require.Equal(t, 1, r.count(t, of, "negative_list", "ordered"))
	require.Equal(t, 5, r.count(t, of, "negative_list", "joined"))
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM list_entries WHERE list = 'problems' AND cardinality(cases) = 6 AND NOT withdrawn`), "one entry, made by the ladder")
	require.Equal(t, 1, r.count(t, `SELECT count(*) FROM list_entries`))
	r.sound(t)
}
