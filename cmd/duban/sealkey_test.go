package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A key is drawn into a file, changed by another before it, and told by id alone;
// what is wrong stops the start and is not shown.
func TestKeysOfTheSeal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "seal.key")
	var want []string
	for range 2 {
		code, id, _ := duban(t, "seal-key", "new", "--file", path)
		require.Zero(t, code)
		want = append([]string{strings.TrimSpace(id)}, want...)
	}
	code, list, _ := duban(t, "seal-key", "list", "--seal-key-file", path)
	require.Zero(t, code)
	require.Equal(t, want, strings.Fields(list))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for key := range strings.FieldsSeq(string(text)) {
		require.Len(t, key, 64)
		require.NotContains(t, list, key)
	}

	const sentinel = "5e1f5e1f5e1f"
	require.NoError(t, os.WriteFile(path, []byte(sentinel+"\n"), 0o600))
	for _, args := range [][]string{
		{"serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0"},
		{"api", "--database-url", "postgres://nowhere", "--temporal-address", "127.0.0.1:1"},
		{"worker", "--database-url", "postgres://nowhere", "--temporal-address", "127.0.0.1:1"},
	} {
		for _, at := range [][]string{{"--seal-key-file", path}, {"--seal-key", sentinel}, {"--seal-key-command", "echo " + sentinel}} {
			code, out, complaint := duban(t, append(args, at...)...)
			require.Equal(t, 1, code)
			require.Contains(t, complaint, "64 lower-case hexadecimal digits")
			require.NotContains(t, out+complaint, sentinel)
		}
	}
}

// The first start makes the key, and says so; the next finds it.
func TestFirstKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := settings{Data: filepath.Join(t.TempDir(), "data")}
	keys, err := s.keys(t.Context())
	require.NoError(t, err)
	require.Empty(t, keys)
	var said []string
	for range 2 {
		made, err := s.firstKey(t.Context(), func(line string) { said = append(said, line) })
		require.NoError(t, err)
		require.Len(t, made, 1)
		keys, err = s.keys(t.Context())
		require.NoError(t, err)
		require.Equal(t, made[0].ID(), keys[0].ID())
	}
	require.Len(t, said, 1)
	require.Contains(t, said[0], "apart from the database's backups")
	require.NotContains(t, said[0], string(keys[0].Reveal()))
}
