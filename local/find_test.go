package local_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/local"
)

func TestVersionOfPostgres(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 18beta1\n":                        18,
		"postgres (PostgreSQL) 9.6.24\n":                         9,
	} {
		got, err := local.MajorVersion(text)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	_, err := local.MajorVersion("something else")
	require.Error(t, err)
}

func TestProgramsFitTheFolder(t *testing.T) {
	t.Parallel()
	found := []local.Installation{local.NewInstallation("/17", 17), local.NewInstallation("/15", 15)}
	for version, want := range map[string]string{"": "/17", "17": "/17", "15": "/15"} {
		got, err := local.ChooseInstallation(found, version, "/data")
		require.NoError(t, err)
		require.Equal(t, want, got.Bin())
	}
	_, err := local.ChooseInstallation(found, "16", "/data")
	require.ErrorIs(t, err, local.ErrOtherVersion)
}

func TestMissingPostgresSaysWhatToType(t *testing.T) {
	t.Parallel()
	err := local.MissingPostgres(0)
	require.ErrorIs(t, err, local.ErrNoPostgres)
	for _, help := range []string{"apt-get install postgresql", "dnf install postgresql-server", "DATABASE_URL"} {
		require.ErrorContains(t, err, help)
	}
	require.ErrorContains(t, local.MissingPostgres(13), "PostgreSQL 13")
}

func TestNamedProgramsAreTakenOrRefused(t *testing.T) {
	empty := t.TempDir()
	t.Setenv("DUBAN_PG_BIN", empty)
	_, err := local.FindPostgres()
	require.ErrorIs(t, err, local.ErrNoPostgres)
	require.ErrorContains(t, err, empty)

	old := t.TempDir()
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) 12.1'\n"
	for _, name := range []string{"initdb", "postgres"} {
		require.NoError(t, os.WriteFile(filepath.Join(old, name), []byte(script), 0o700))
	}
	t.Setenv("DUBAN_PG_BIN", old)
	_, err = local.FindPostgres()
	require.ErrorContains(t, err, "PostgreSQL 12")
}

func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer f.Close()
	write := func(s string) {
		t.Helper()
		_, err := f.WriteString(s)
		require.NoError(t, err)
	}

	write("first\n")
	require.NoError(t, local.TurnOver(f, 100))
	require.NoFileExists(t, path+".1")
	write(strings.Repeat("line\n", 30))
	require.NoError(t, local.TurnOver(f, 100))
	write("last\n")

	require.Equal(t, "last", local.LogTail(path, 3), "the writer goes on at the start of the empty file")
	require.Equal(t, "line\nline", local.LogTail(path+".1", 2))
}
