package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/store"
)

// A list that is shown whole has a bound by whatever door it is filled, and who meets it
// is told so; what is below it goes through.
func TestListsHaveTheirBounds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	r.exec(t, `INSERT INTO areas (id, name, name_key) SELECT 'a' || i, '片区' || i, 'k' || i FROM generate_series(1, 999 - (SELECT count(*) FROM areas)) i`)
	_, err := r.AddArea(ctx, store.Named{Name: "第一千"})
	require.NoError(t, err)
	_, err = r.AddArea(ctx, store.Named{Name: "第一千零一"})
	var many *store.FieldError
	require.ErrorAs(t, err, &many)
	require.Equal(t, "too_many", many.Code)
	require.Contains(t, many.ZH, "片区最多1000项")
	require.Equal(t, 1000, r.count(t, `SELECT count(*) FROM areas`))

	r.exec(t, `INSERT INTO posts (id, unit_id, kind, holder, since, until)
		SELECT 'p' || i, $1, '机关党委书记', '某某', date '1990-01-01' + (2 * i)::int, date '1990-01-01' + (2 * i)::int FROM generate_series(1, 1000 - (SELECT count(*) FROM posts WHERE unit_id = $1)) i`, r.people.OtherUnit.ID)
	_, err = r.AddPost(ctx, store.Post{Unit: r.people.OtherUnit.ID, Kind: "机关党委书记", Holder: "王某", Since: today()})
	require.ErrorAs(t, err, &many)
	require.Contains(t, many.ZH, "一个单位的任职最多1000项")
	_, err = r.AddPost(ctx, store.Post{Unit: r.people.Unit.ID, Kind: "机关党委书记", Holder: "王某", Since: today()})
	require.NoError(t, err, "another unit's list is its own")
}
