package findings_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/docs/examples"
	"duban/documents/findings"
	"duban/policy"
)

// The sample campaign goes through the template without an error.
func TestSampleCampaignIsRead(t *testing.T) {
	t.Parallel()
	sample, err := examples.ReadCampaign()
	require.NoError(t, err)
	require.Len(t, sample.Rows, 120)
	require.Len(t, sample.Units, 40)
	tables := findings.Tables{Codes: policy.Default().Codes, Units: map[string]string{}}
	for i, name := range sample.Units {
		tables.Units[name] = fmt.Sprint("u", i)
	}
	var out bytes.Buffer
	require.NoError(t, findings.Filled(&out, tables, sample.Heads, sample.Rows))
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
