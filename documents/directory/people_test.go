package directory_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/documents/directory"
)

// What goes out comes in and changes nothing, roles in whichever order, also of several
// people of one name; what is edited is a change, and a formula is none.
func TestPeopleGoOutAndComeIn(t *testing.T) {
	t.Parallel()
	check := directory.PeopleCheck{
		Have: []directory.Person{
			{ID: "a1", Name: "张伟", Roles: []string{"经办人", "检查人员"}},
			{ID: "a2", Name: "张伟", Roles: []string{"经办人"}, Disabled: true},
			{ID: "0003", Name: "李　娜", Roles: []string{"单位书记"}, Unit: "u1"},
		},
		Units: []directory.Unit{{ID: "u1", Name: "市交通运输局"}},
		Roles: map[string]string{"经办人": "officer", "检查人员": "inspector", "单位书记": "unit_secretary"},
		Order: []string{"inspector", "officer", "unit_secretary"},
	}
	read := func(change func(f *excelize.File)) (*directory.Book, []directory.PersonEdit) {
		var out bytes.Buffer
		require.NoError(t, directory.ExportPeople(&out, check.Have, check.Units))
		f, err := excelize.OpenReader(&out)
		require.NoError(t, err)
		change(f)
		var changed bytes.Buffer
		require.NoError(t, f.Write(&changed))
		require.NoError(t, f.Close())
		b, err := directory.ReadPeople(bytes.NewReader(changed.Bytes()), int64(changed.Len()), "账号表.xlsx")
		require.NoError(t, err)
		return b, check.Run(b)
	}
	set := func(cells map[string]string) func(*excelize.File) {
		return func(f *excelize.File) {
			for cell, text := range cells {
				require.NoError(t, f.SetCellStr("账号", cell, text))
			}
		}
	}
	b, edits := read(set(map[string]string{"C2": "检查人员，经办人", "B3": "", "E4": ""}))
	faults, _ := b.Faults()
	require.Empty(t, faults)
	require.Empty(t, edits)

	b, edits = read(set(map[string]string{"E3": "在用", "F3": "返回", "G3": "a1、李娜"}))
	faults, _ = b.Faults()
	require.Empty(t, faults)
	require.Len(t, edits, 1)
	require.Equal(t, "a2", edits[0].ID)
	require.False(t, *edits[0].Disabled)
	require.Equal(t, []string{"a1", "0003"}, edits[0].Takers)
	require.Equal(t, "“张伟”启用", edits[0].ZH)

	b, _ = read(func(f *excelize.File) { require.NoError(t, f.SetCellFormula("账号", "B2", "A2&A3")) })
	faults, _ = b.Faults()
	require.Len(t, faults, 1)
	require.Equal(t, []string{"B2", "formula"}, []string{faults[0].Cell, faults[0].Code})

	b, _ = read(set(map[string]string{"A5": "a1", "B5": "张伟", "C5": "经办人"}))
	faults, _ = b.Faults()
	require.Equal(t, "duplicate_row", faults[0].Code)
	require.Contains(t, faults[0].ZH, "第2行")
}
