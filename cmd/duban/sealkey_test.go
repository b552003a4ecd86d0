package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/internal/casetest"
	"duban/internal/pgtest"
	"duban/lifecycle"
	"duban/store"
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

// The list says what an old key still holds, also one that is not at hand.
func TestTheListOfKeysSaysWhatLiesUnderEach(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := pgtest.Copy(t, "migrated", migrated)
	s, err := store.Open(ctx, store.Options{URL: url, Keys: casetest.Keys()})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	p, l := casetest.NewPeople(ctx, t, s), &casetest.Life{Doer: s, Key: "held"}
	l.Must(ctx, t, append(append([]casetest.Step{p.Finding("党费收缴不及时", p.Today())}, p.UpToReview()...), casetest.Step{By: p.Officer, Body: &lifecycle.AcceptReport{}})...)
	path := filepath.Join(t.TempDir(), "seal.key")
	code, id, _ := duban(t, "seal-key", "new", "--file", path)
	require.Zero(t, code)
	code, list, _ := duban(t, "seal-key", "list", "--seal-key-file", path, "--database-url", url)
	require.Zero(t, code)
	require.Equal(t, strings.TrimSpace(id)+"\t没有封存内容 nothing\n"+
		casetest.Keys()[0].ID()+"\t不在手边 not at hand：方案1件，名册1份 1 plans, 1 rosters，抽中次数 and the load\n", list)
}
