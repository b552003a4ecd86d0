package sealkey_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"duban/lot"
	"duban/sealkey"
)

// sentinel begins every key of these tests, so that it is found wherever it gets.
const sentinel = "5e1f5e1f5e1f"

func key(n int) string { return sentinel + strings.Repeat(fmt.Sprint(n), 52) }

func id(t *testing.T, text string) string {
	t.Helper()
	k, err := lot.ParseKey([]byte(text))
	require.NoError(t, err)
	return k.ID()
}

func ids(keys lot.Keys) []string {
	var list []string
	for _, k := range keys {
		list = append(list, k.ID())
	}
	return list
}

func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seal.key")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	require.NoError(t, os.Chmod(path, mode))
	return path
}

func TestFileHoldsKeysTheNewestFirst(t *testing.T) {
	t.Parallel()
	path := write(t, "# of the committee\n\n"+key(2)+" # 2026\r\n  "+key(1)+"\n", 0o600)
	keys, err := sealkey.Source{File: path}.Read(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{id(t, key(2)), id(t, key(1))}, ids(keys))
}

func TestFileThatOthersCanReachIsRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o601, 0o666} {
		_, err := sealkey.Source{File: write(t, key(1), mode)}.Read(t.Context())
		require.ErrorIs(t, err, sealkey.ErrUnsafe, "%o", mode)
		require.ErrorContains(t, err, fmt.Sprintf("its mode is %04o; chmod 600 it", mode))
	}
	for _, mode := range []os.FileMode{0o600, 0o400} {
		_, err := sealkey.Source{File: write(t, key(1), mode)}.Read(t.Context())
		require.NoError(t, err)
	}
	_, err := sealkey.Source{File: t.TempDir()}.Read(t.Context())
	require.ErrorIs(t, err, sealkey.ErrUnsafe)
	if os.Geteuid() == 0 {
		path := write(t, key(1), 0o600)
		require.NoError(t, os.Chown(path, 10001, -1))
		_, err := sealkey.Source{File: path}.Read(t.Context())
		require.ErrorIs(t, err, sealkey.ErrUnsafe)
		require.ErrorContains(t, err, "belongs to account 10001")
	}
}

func TestFileThatIsMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none")
	_, err := sealkey.Source{File: path}.Read(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist, "it was named")
	keys, err := sealkey.Source{File: path, Optional: true}.Read(t.Context())
	require.NoError(t, err)
	require.Empty(t, keys)
}

// The environment's own key wins over a command, and that over a file.
func TestWhichSourceWins(t *testing.T) {
	t.Parallel()
	s := sealkey.Source{Value: sealkey.NewValue(key(3)), Command: sealkey.NewValue("echo " + key(2)), File: write(t, key(1), 0o600)}
	for _, want := range []int{3, 2, 1} {
		keys, err := s.Read(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{id(t, key(want))}, ids(keys))
		if want == 3 {
			s.Value = sealkey.Value{}
		} else {
			s.Command = sealkey.Value{}
		}
	}
	s.Value, s.File = sealkey.NewValue("nonsense"), write(t, key(1), 0o600)
	_, err := s.Read(t.Context())
	require.Error(t, err, "what is wrong is not passed over")
}

func TestCommandIsBounded(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{"hangs": "sleep 600", "hangs behind": "sleep 600 | cat", "leaves a child": "sleep 600 & echo " + key(1)} {
		start := time.Now()
		_, err := sealkey.Source{Command: sealkey.NewValue(line)}.WithLimit(200 * time.Millisecond).Read(context.Background())
		require.Error(t, err, name)
		require.Less(t, time.Since(start), 5*time.Minute, name) // half of what it would sleep
	}
	_, err := sealkey.Source{Command: sealkey.NewValue("sleep 600")}.WithLimit(time.Millisecond).Read(context.Background())
	require.ErrorIs(t, err, sealkey.ErrTooLate)
	_, err = sealkey.Source{Command: sealkey.NewValue("yes")}.Read(t.Context())
	require.ErrorIs(t, err, sealkey.ErrTooLong)
	_, err = sealkey.Source{Command: sealkey.NewValue("exit 3")}.Read(t.Context())
	require.ErrorContains(t, err, "status 3")
	_, err = sealkey.Source{Command: sealkey.NewValue(":")}.Read(t.Context())
	require.ErrorIs(t, err, sealkey.ErrEmpty)
}

// No key, part of one or word of a command gets into an error or a print.
func TestNothingTellsAKey(t *testing.T) {
	t.Parallel()
	spoilt := key(1)[:63] + "X"
	sources := []sealkey.Source{
		{Value: sealkey.NewValue(spoilt)},
		{Value: sealkey.NewValue(key(1) + " " + key(2))},
		{Command: sealkey.NewValue("echo " + spoilt)},
		{Command: sealkey.NewValue("echo " + key(1) + " >&2; exit 1")},
		sealkey.Source{Command: sealkey.NewValue("sleep 600 # " + key(1))}.WithLimit(time.Millisecond),
		{File: write(t, key(1)+"\n"+spoilt, 0o600)},
		{File: write(t, key(1), 0o644)},
		{File: write(t, strings.Repeat(key(1)+"\n", 2000), 0o600)},
	}
	for i, s := range sources {
		_, err := s.Read(context.Background())
		require.Error(t, err, i)
		j, jsonErr := json.Marshal(s)
		require.NoError(t, jsonErr)
		for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v %#v", s, s, s), fmt.Sprintf("%#v", err), string(j)} {
			require.NotContains(t, text, sentinel, i)
		}
	}
}

func TestAddKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "seal.key")
	first, err := sealkey.Make(path, rand.Reader)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = sealkey.Make(path, rand.Reader)
	require.ErrorIs(t, err, fs.ErrExist, "a key is never replaced")

	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() { _, errs[i] = sealkey.Add(path, rand.Reader) })
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	last, err := sealkey.Add(path, rand.Reader)
	require.NoError(t, err)
	keys, err := sealkey.Source{File: path}.Read(t.Context())
	require.NoError(t, err)
	require.Len(t, keys, 10)
	require.Equal(t, last.ID(), keys[0].ID())
	require.Equal(t, first.ID(), keys[9].ID())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing is left behind")

	spoilt := write(t, "no key", 0o600)
	_, err = sealkey.Add(spoilt, rand.Reader)
	require.Error(t, err)
	text, err := os.ReadFile(spoilt)
	require.NoError(t, err)
	require.Equal(t, "no key", string(text), "what is not understood is not touched")
	_, err = sealkey.Add(write(t, key(1), 0o644), rand.Reader)
	require.ErrorIs(t, err, sealkey.ErrUnsafe)
	_, err = sealkey.Add(filepath.Join(t.TempDir(), "k"), bytes.NewReader(nil))
	require.Error(t, err, "no chance, no key")
}
