package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/store"
)

// What is known of a finding's unit is what its background says, and each unit is
// read once for all rows.
func TestHintsAreWhatABackgroundSays(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	p, ctx := r.people, t.Context()
	var cases []lifecycle.Case
	for _, title := range []string{"党费收缴不及时", "支部换届不及时", "党费收缴不够及时"} {
		cases = append(cases, r.life(t, title).Must(ctx, t, p.Finding(title, today())))
	}
	r.exec(t, `UPDATE cases SET stage = 'archived', alarm_at = NULL, alarm_kind = NULL, fire_at = NULL, closed_at = now(), settled_at = now() WHERE id = $1`, cases[0].ID)
	finding := func(title, category string) *lifecycle.OpenCase {
		return &lifecycle.OpenCase{Unit: p.Unit.ID, Title: title, Category: category}
	}
	category := cases[0].Finding.Category
	require.NotEqual(t, "C09", category)
	known := r.Hints()
	hints, err := known.Of(ctx, []*lifecycle.OpenCase{
		finding("党费收缴不及时", category), finding("党费收缴不及时", "C09"), {Unit: p.OtherUnit.ID, Title: "党费收缴不及时", Category: category},
	})
	require.NoError(t, err)
	background, err := r.Background(ctx, p.Unit.ID, category, "党费收缴不及时")
	require.NoError(t, err)

	first := hints[0]
	require.Equal(t, []int{background.Open, background.Overdue, background.Inspected}, []int{first.Open, first.Overdue, first.Inspected})
	require.Equal(t, len(background.Recurrences), first.Recurrences)
	require.Equal(t, background.Recurrences[0].Number, first.Latest)
	require.Equal(t, background.RepeatOf.Number, first.RepeatOf)
	require.Len(t, first.Similar, len(background.Similar))
	for i, e := range background.Similar {
		require.Equal(t, e.Number, first.Similar[i].Number)
		require.InDelta(t, e.Likeness, first.Similar[i].Likeness, 1e-9)
	}
	require.Equal(t, cases[0].Number, first.RepeatOf)

	second := hints[1]
	require.Equal(t, []any{0, "", ""}, []any{second.Recurrences, second.Latest, second.RepeatOf})
	require.Equal(t, first.Similar, second.Similar)
	require.Equal(t, store.Hint{}, hints[2])

	r.life(t, "later").Must(ctx, t, p.Finding("党费收缴不及时", today()))
	again, err := known.Of(ctx, []*lifecycle.OpenCase{finding("党费收缴不及时", category)})
	require.NoError(t, err)
	require.Equal(t, first, again[0], "the unit is not read again")
}
