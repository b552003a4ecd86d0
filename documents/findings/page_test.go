package findings_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/documents/findings"
	"duban/lifecycle"
)

// Rows that are cases already are looked up by the page, and told in the order of
// the sheet among its other errors.
func TestWhatIsACaseAlreadyIsLookedUpByThePage(t *testing.T) {
	t.Parallel()
	const rows = 450
	var all [][]any
	for i := range rows {
		row := good()
		if row[1] = fmt.Sprint("问题", i); i == 300 {
			row[0] = "市档按局"
		}
		all = append(all, row)
	}
	var asked []int
	var got []findings.Row
	c := findings.Check{
		Tables: tables(),
		Same: func(page []*lifecycle.OpenCase) ([]string, error) {
			asked = append(asked, len(page))
			numbers := make([]string, len(page))
			for i, b := range page {
				if b.Title == "问题7" || b.Title == "问题449" {
					numbers[i] = "督〔2026〕0012"
				}
			}
			return numbers, nil
		},
		Row: func(r findings.Row) error { got = append(got, r); return nil },
	}
	file := workbook(t, nil, all...)
	result, err := c.Run(bytes.NewReader(file), int64(len(file)), "a.xlsx")
	require.NoError(t, err)
	require.Equal(t, []int{200, 199, 50}, asked)
	require.Len(t, got, rows)
	var cells []string
	for _, f := range result.Faults {
		cells = append(cells, f.Cell)
	}
	require.Equal(t, []string{"B9", "A302", "B451"}, cells)
	require.Equal(t, "already_case", result.Faults[0].Code)
	require.Contains(t, result.Faults[0].ZH, "督〔2026〕0012")
	for i, r := range got {
		require.Equal(t, i+2, r.Row)
		require.Equal(t, i == 7 || i == 300 || i == 449, r.Body == nil)
	}
}
