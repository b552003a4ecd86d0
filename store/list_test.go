package store_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/internal/casetest"
	"duban/lifecycle"
	"duban/policy"
	"duban/store"
)

// mixed fills the record with cases in many stages, of two units.
func (r record) mixed(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	p := r.people
	for i := range 30 {
		l := r.life(t, fmt.Sprint("mixed", i))
		// Some are opened at the same instant, so that the order needs its tie broken.
		at := time.Now().Add(-time.Duration(i/3) * time.Hour)
		l.Now = func() time.Time { return at }
		steps := append([]casetest.Step{p.Finding(fmt.Sprint("问题", i%7), today().AddDays(-2-i%3))}, p.UpToReview()...)
		if i%4 == 0 {
			steps = steps[:4]
		}
		l.Must(ctx, t, steps[:1+i%len(steps)]...)
		if i%6 == 5 {
			l.Now = func() time.Time { return at.AddDate(0, 1, 0) } // and some are late
			l.Must(ctx, t, r.noteStep())
		}
		if i%10 == 9 {
			l.Must(ctx, t, casetest.Step{By: p.Leader, Body: &lifecycle.Note{Text: "看"}})
		}
	}
	_, err := r.Execute(ctx, r.void(store.CaseID(p.Inspector.Account, "mixed0-1"), "void"))
	require.NoError(t, err)
}

func anyFilter(rt *rapid.T, p casetest.People, officer string) store.Filter {
	f := store.Filter{
		Stage:    rapid.SampledFrom([]string{"", "", "open", "draft", "serving", "rectifying", "report_review", "voided", "archived", "nonsense"}).Draw(rt, "stage"),
		Unit:     rapid.SampledFrom([]string{"", "", p.Unit.ID, p.OtherUnit.ID, "nobody"}).Draw(rt, "unit"),
		Category: rapid.SampledFrom([]string{"", "", "C03", "C99"}).Draw(rt, "category"),
		Officer:  rapid.SampledFrom([]string{"", "", officer}).Draw(rt, "officer"),
		Text:     rapid.SampledFrom([]string{"", "", "问题1", "督", "%", "_"}).Draw(rt, "text"),
		Sort:     rapid.SampledFrom(store.Sorts()).Draw(rt, "sort"),
		Limit:    rapid.IntRange(1, 9).Draw(rt, "limit"),
	}
	if rapid.IntRange(0, 3).Draw(rt, "with level") == 0 {
		level := policy.Level(rapid.IntRange(0, 5).Draw(rt, "level"))
		f.Level = &level
	}
	if rapid.IntRange(0, 2).Draw(rt, "with overdue") == 0 {
		overdue := rapid.Bool().Draw(rt, "overdue")
		f.Overdue = &overdue
	}
	if rapid.IntRange(0, 3).Draw(rt, "with due before") == 0 {
		f.DueBefore = today().AddDays(rapid.IntRange(-20, 60).Draw(rt, "due before"))
	}
	return f
}

// keeps says in plain Go what the filter asks for.
func keeps(f store.Filter, c store.CaseRow, unit bool) bool {
	settled := slices.Contains([]string{"archived", "merged", "voided", "misdirected"}, c.Stage)
	switch {
	case f.Stage == "open" && settled, f.Stage != "" && f.Stage != "open" && c.Stage != f.Stage:
		return false
	case f.Unit != "" && c.Unit != f.Unit, f.Category != "" && c.Category != f.Category:
		return false
	case !unit && f.Officer != "" && c.Officer != f.Officer, f.Level != nil && c.Level != *f.Level:
		return false
	case f.Overdue != nil && c.Overdue != *f.Overdue:
		return false
	case !f.DueBefore.IsZero() && (c.Due.IsZero() || !c.Due.Before(f.DueBefore)):
		return false
	case f.Text != "" && !contains(c.Title, f.Text) && !contains(c.Number, f.Text):
		return false
	}
	return true
}

// For every sort and filter: the pages together are the whole list, each case
// once, in order, and what the filter asks for.
func TestPagesAreTheWholeList(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.mixed(t)
	p := r.people
	everything := map[string][]store.CaseRow{}
	for _, a := range []lifecycle.Actor{p.Manager, p.Secretary} {
		page, err := r.Cases(ctx, a, store.Filter{Limit: store.MaxPage})
		require.NoError(t, err)
		require.Empty(t, page.Next)
		everything[a.Account] = page.Cases
	}
	require.Len(t, everything[p.Manager.Account], 30)
	require.NotEmpty(t, everything[p.Secretary.Account])
	require.Less(t, len(everything[p.Secretary.Account]), 30)
	rapid.Check(t, func(rt *rapid.T) {
		a := rapid.SampledFrom([]lifecycle.Actor{p.Manager, p.Secretary}).Draw(rt, "asker")
		f := anyFilter(rt, p, p.Officer.Account)
		var got []store.CaseRow
		for range 40 {
			page, err := r.Cases(ctx, a, f)
			require.NoError(rt, err)
			require.LessOrEqual(rt, len(page.Cases), f.Limit)
			got = append(got, page.Cases...)
			if f.Cursor = page.Next; f.Cursor == "" {
				break
			}
			require.Len(rt, page.Cases, f.Limit)
		}
		require.Empty(rt, f.Cursor)
		var want []string
		for _, c := range everything[a.Account] {
			if keeps(f, c, a.Unit != "") {
				want = append(want, c.ID)
			}
		}
		var ids []string
		for i, c := range got {
			ids = append(ids, c.ID)
			if i > 0 {
				require.False(rt, before(f.Sort, c, got[i-1]), "in order")
			}
		}
		require.ElementsMatch(rt, want, ids)
	})
}

// before: x must stand before y.
func before(sort store.Sort, x, y store.CaseRow) bool {
	switch sort {
	case store.ByDue:
		return !x.Due.IsZero() && (y.Due.IsZero() || x.Due.Before(y.Due))
	case store.ByDueDesc:
		return before(store.ByDue, y, x)
	case store.ByNumber:
		return x.Number < y.Number
	case store.ByNumberDesc:
		return x.Number > y.Number
	case store.ByUpdated:
		return x.UpdatedAt.Before(y.UpdatedAt)
	case store.ByUpdatedDesc:
		return x.UpdatedAt.After(y.UpdatedAt)
	default:
		return false
	}
}

// A cursor that this list did not give is refused, whatever it holds.
func TestForeignCursors(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.life(t, "one").Must(ctx, t, r.people.Finding("问题", today()))
	id := store.CaseID("a", "b")
	for _, text := range []string{
		"x", "e30", `{"s":"due","i":"x"}`, `{"s":"due"}`, `{"s":"number","i":"` + id + `"}`, `{"s":"due","i":"` + upper(id) + `"}`,
		`{"s":"due","i":"` + id + `","t":"yesterday"}`, `[]`, `null`,
	} {
		for _, cursor := range []string{text, base64.RawURLEncoding.EncodeToString([]byte(text))} {
			_, err := r.Cases(ctx, r.people.Manager, store.Filter{Sort: store.ByDue, Cursor: cursor})
			require.ErrorIs(t, err, store.ErrCursor, text)
			_, err = r.Tasks(ctx, r.people.Manager, cursor, 10)
			require.ErrorIs(t, err, store.ErrCursor, text)
		}
	}
	var field *store.FieldError
	_, err := r.Cases(ctx, r.people.Manager, store.Filter{Sort: "title"})
	require.ErrorAs(t, err, &field)
	for _, text := range []string{"a\x00b", "a\xffb"} {
		_, err = r.Cases(ctx, r.people.Manager, store.Filter{Text: text})
		require.ErrorAs(t, err, &field)
	}
	for _, odd := range []string{`{"s":"due","x":true,"i":"` + id + `"}`, `{"s":"due","t":"9999-12-31T23:59:59Z","i":"` + id + `"}`, `{"s":"due","i":"` + id + `"}`} {
		_, err := r.Cases(ctx, r.people.Manager, store.Filter{Sort: store.ByDue, Cursor: base64.RawURLEncoding.EncodeToString([]byte(odd))})
		require.NoError(t, err, odd)
	}
}

// The counts are those of the list; a person's tasks are the clocks that chase
// him, all of them over all pages.
func TestCountsAndTasks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.mixed(t)
	p := r.people
	for _, a := range []lifecycle.Actor{p.Manager, p.Secretary} {
		c, err := r.Counts(ctx, a)
		require.NoError(t, err)
		page, err := r.Cases(ctx, a, store.Filter{Stage: "open", Limit: store.MaxPage})
		require.NoError(t, err)
		require.Equal(t, int64(len(page.Cases)), c.Total)
		stages, overdue := map[string]int64{}, int64(0)
		for _, row := range page.Cases {
			stages[row.Stage]++
			if row.Overdue {
				overdue++
			}
		}
		require.Equal(t, stages, c.ByStage)
		require.Equal(t, overdue, c.Overdue)
	}
	for _, a := range []lifecycle.Actor{p.Officer, p.Head, p.Leader, p.Inspector, p.Secretary, p.Lead} {
		want := r.count(t, `SELECT count(*) FROM cases WHERE settled_at IS NULL AND chased && $1`, a.Tokens())
		seen := map[string]bool{}
		for cursor, pages := "", 0; ; pages++ {
			require.Less(t, pages, 40)
			page, err := r.Tasks(ctx, a, cursor, 2)
			require.NoError(t, err)
			for _, task := range page.Tasks {
				seen[task.Case] = true
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		require.Len(t, seen, want, a.Name)
	}
	// An open case without a due date of its stage is listed all the same, also when
	// the record knows of no date of its tasks, as of one that has not moved since.
	r.exec(t, `UPDATE cases SET due_on = NULL, due_at = 'infinity', chased_due = '{}' WHERE settled_at IS NULL`)
	for cursor, pages := "", 0; ; pages++ {
		require.Less(t, pages, 40)
		page, err := r.Tasks(ctx, p.Officer, cursor, 2)
		require.NoError(t, err)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
}

// Whoever asks what to do is told the most urgent first, though the case it is about
// has time: a talk that is due soon stands before a report that is due sooner than the
// case of the talk.
func TestTasksComeInTheOrderInWhichTheyAreDue(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	p := r.people
	talk := r.life(t, "talk")
	talk.Must(ctx, t, append(append([]casetest.Step{p.Finding("问题", today())}, p.UpToServing(lifecycle.ByDeadline)...), p.Sign(),
		casetest.Step{By: p.Leader, Body: &lifecycle.OrderMeasure{Measure: policy.MeasureOnSite, Basis: "逾期", Owner: p.Leader.Account}})...)
	approval := r.life(t, "approval")
	approval.Must(ctx, t, append([]casetest.Step{p.Finding("另一问题", today())}, p.UpToServing(lifecycle.Immediate)[:3]...)...)
	var dues []time.Time
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		page, err := r.Tasks(ctx, p.Leader, cursor, 1)
		require.NoError(t, err)
		for _, task := range page.Tasks {
			dues = append(dues, task.DueAt)
		}
		cursor = page.Next
	}
	require.Len(t, dues, 2)
	require.True(t, slices.IsSortedFunc(dues, time.Time.Compare), "%v", dues)
	r.exec(t, `UPDATE cases SET due_at = due_at - interval '1 year' WHERE id = $1`, talk.Case)
	page, err := r.Tasks(ctx, p.Leader, "", 1)
	require.NoError(t, err)
	require.Equal(t, approval.Case, page.Tasks[0].Case, "what a case is due by is not by when its task is")
}
