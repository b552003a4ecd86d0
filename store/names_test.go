package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/lifecycle"
	"duban/store"
)

// fieldCode is the code of the refusal that an error is.
func fieldCode(t *testing.T, err error) string {
	t.Helper()
	var field *store.FieldError
	require.ErrorAs(t, err, &field)
	return field.Code
}

// Two names that are the same to a reader are one name, however they were typed; and
// each is kept as it was typed.
func TestNamesThatLookTheSameAreInUse(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	unit, err := r.AddUnit(ctx, store.Unit{Name: " 市文化局（本级）\u3000", Region: "市直（城区）"})
	require.NoError(t, err)
	require.Equal(t, "市文化局（本级）", unit.Name)
	for _, like := range []string{"市文化局(本级)", "市\u2f42化局（本级）", "市文化局 （本级）", "市文\u200b化局〔本级〕"} {
		_, err = r.AddUnit(ctx, store.Unit{Name: like})
		require.Equal(t, "name_in_use", fieldCode(t, err), "%+q", like)
		found, err := r.UnitByName(ctx, like)
		require.NoError(t, err)
		require.Equal(t, unit.ID, found.ID)
		list, err := r.Units(ctx, store.UnitFilter{Text: like, Region: "市直(城区)", Limit: 10})
		require.NoError(t, err)
		require.Len(t, list, 1)
	}
	_, err = r.AddCategory(ctx, store.Named{Name: "一类·甲"})
	require.NoError(t, err)
	_, err = r.AddCategory(ctx, store.Named{Name: "一类•甲"})
	require.Equal(t, "name_in_use", fieldCode(t, err))
	again, err := r.AddUnit(ctx, store.Unit{Name: "市档案馆", Category: "一类・甲", Region: "市直(城区)"})
	require.NoError(t, err)
	require.Equal(t, []string{"一类·甲", "市直（城区）"}, []string{again.Category, again.Region})

	_, err = r.AddPost(ctx, store.Post{Unit: unit.ID, Kind: "党组书记", Holder: "阿依·古丽", Since: today().AddDays(-100)})
	require.NoError(t, err)
	_, err = r.AddPost(ctx, store.Post{Unit: unit.ID, Kind: "党组书记", Holder: "阿依•古丽", Since: today().AddDays(-10)})
	require.Equal(t, "same_holder", fieldCode(t, err))
}

func TestWhoHasARareNameHasAnAccount(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	for _, name := range []string{"王\U0002EBF0", "王\U000323B0", "王\uE001", "王\u3000五"} {
		a, _, err := r.AddAccount(ctx, store.NewAccount{Name: name, Roles: []lifecycle.Role{lifecycle.Inspector}})
		require.NoError(t, err, "%+q", name)
		require.Equal(t, name, a.Name)
	}
	_, _, err := r.AddAccount(ctx, store.NewAccount{Name: "王\u202e五", Roles: []lifecycle.Role{lifecycle.Inspector}})
	var field *store.FieldError
	require.ErrorAs(t, err, &field)
	require.Contains(t, field.ZH, "第2个字符U+202E")
}

// A case is found by its number and by words of its title, however they are written.
func TestACaseIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRecord(t)
	c := r.life(t, "searched").Must(ctx, t, r.people.Finding("文件（Ａ类）“两个不到位”", today()))
	brackets := func(open, closed string) string {
		return strings.NewReplacer("〔", open, "〕", closed).Replace(c.Number)
	}
	for _, text := range []string{
		c.Number, brackets("[", "]"), brackets("（", "）") + "号", brackets("【", "】"), brackets("〔", "〕第"), " " + c.Number + " ",
		"督(" + c.Number[len("督〔"):len("督〔2026")] + ")1号", "\u2f42件(a类)", "「两个不到位」", "两个\u00ad不到位",
	} {
		page, err := r.Cases(ctx, r.people.Inspector, store.Filter{Text: text})
		require.NoError(t, err, "%+q", text)
		require.Len(t, page.Cases, 1, "%+q", text)
	}
	_, err := r.Cases(ctx, r.people.Inspector, store.Filter{Text: "甲\ufffe"})
	require.Equal(t, "bad_characters", fieldCode(t, err))
	page, err := r.Cases(ctx, r.people.Inspector, store.Filter{Text: brackets("[", "]") + "9"})
	require.NoError(t, err)
	require.Empty(t, page.Cases)
}
