package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A marked workbook that somebody mended is not written over when the first one
// is sent again.
func TestAMarkedWorkbookIsNeverWrittenOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "第一批.xlsx")
	for _, want := range []string{"第一批-错误.xlsx", "第一批-错误-2.xlsx", "第一批-错误-3.xlsx"} {
		out, err := createMarked(file)
		require.NoError(t, err)
		require.Equal(t, filepath.Join(dir, want), out.Name())
		_, err = out.WriteString(want)
		require.NoError(t, err)
		require.NoError(t, out.Close())
	}
	first, err := os.ReadFile(filepath.Join(dir, "第一批-错误.xlsx"))
	require.NoError(t, err)
	require.Equal(t, "第一批-错误.xlsx", string(first))
	_, err = createMarked(filepath.Join(dir, "没有", "第一批.xlsx"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
