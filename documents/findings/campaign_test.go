package findings_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"duban/docs/examples"
	"duban/documents/findings"
	"duban/policy"
)

// The sample campaign goes through the template without an error.
func TestSampleCampaignIsRead(t *testing.T) {
	t.Parallel()
	lines, err := csv.NewReader(bytes.NewReader(examples.Campaign)).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 121)
	tables := findings.Tables{Codes: policy.Default().Codes, Units: map[string]string{}}
	for i, line := range lines[1:] {
		tables.Units[line[1]] = fmt.Sprint("u", i)
	}
	require.Len(t, tables.Units, 40)
	var out bytes.Buffer
	require.NoError(t, findings.Template(&out, tables))
	f, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	defer f.Close()
	for i, line := range lines {
		require.NoError(t, f.SetSheetRow(findings.SheetName, fmt.Sprint("A", i+1), &line))
	}
	out.Reset()
	require.NoError(t, f.Write(&out))
	opened := 0
	c := findings.Check{Tables: tables, Row: func(r findings.Row) error {
		require.NotNil(t, r.Body)
		opened++
		return nil
	}}
	result, err := c.Run(bytes.NewReader(out.Bytes()), int64(out.Len()), "a.xlsx")
	require.NoError(t, err)
	require.Empty(t, result.Faults)
	require.Equal(t, 120, opened)
}
