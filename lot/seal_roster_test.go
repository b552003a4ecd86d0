package lot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/lot"
)

// A sealed roster is read back as it was, in its own place and with its key, and no
// byte of it can be changed.
func TestASealedRosterOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := lot.NewStream(lot.Seed{}, rapid.String().Draw(t, "label"))
		_, s := drawn(t, source)
		for i := range s.Roster {
			s.Roster[i].Recent = rapid.IntRange(0, 1_000_000).Draw(t, "recent")
		}
		if rapid.Bool().Draw(t, "unsalted") {
			s = lot.SaltedRoster{Roster: s.Roster}
		}
		keys := key(t, "k")
		sealed, err := keys.SealRoster(source, s, "case", 2)
		require.NoError(t, err)
		opened, err := keys.OpenRoster(sealed, "case", 2)
		require.NoError(t, err)
		require.Equal(t, s.Digest(), opened.Digest())
		require.Equal(t, s.Shown(true), opened.Shown(true))

		var broken *lot.SealError
		var no *lot.KeyError
		_, err = keys.OpenRoster(sealed, "case", 3)
		require.ErrorAs(t, err, &broken)
		_, err = keys.OpenRoster(sealed, "another", 2)
		require.ErrorAs(t, err, &broken)
		_, err = key(t, "another").OpenRoster(sealed, "case", 2)
		require.ErrorAs(t, err, &no)
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		_, err = keys.OpenRoster(sealed, "case", 2)
		require.True(t, errors.As(err, &broken) || errors.As(err, &no))
	})
}

// How often people were drawn changes nothing of how long their sealed roster is:
// two lengths would tell where a draw between them fell.
func TestTheLengthOfASealedRosterTellsNoLoad(t *testing.T) {
	t.Parallel()
	source, lengths := chance("length"), map[int]bool{}
	_, s := drawn(t, source)
	for range 200 {
		for i := range s.Roster {
			s.Roster[i].Recent = number(t, source, []int{1, 2, 300, 1_000_000}[number(t, source, 4)])
		}
		sealed, err := key(t, "k").SealRoster(source, s, "case", 1)
		require.NoError(t, err)
		lengths[len(sealed)] = true
	}
	require.Len(t, lengths, 1)
}

// Who knows all of a roster but the loads, and sees its digest and the part that lies
// open, does not find the loads by trying.
func TestTheDigestOfARosterTellsNoLoad(t *testing.T) {
	t.Parallel()
	source := chance("guess")
	_, s := drawn(t, source)
	s.Roster[3].Recent, s.Roster[4].Recent = 1, 1
	seen := s.Shown(false)
	text, err := json.Marshal(seen)
	require.NoError(t, err)
	require.NotContains(t, string(text), `"recent":1`)
	require.NotContains(t, string(text), "load_salt")
	for i := range seen.Roster {
		for j := range i {
			guess := slices.Clone(seen.Roster)
			guess[i].Recent, guess[j].Recent = 1, 1
			for _, salt := range []*lot.Digest{seen.EligibilitySalt, seen.LoadDigest, {}} {
				claim := lot.ShownRoster{Roster: guess, EligibilitySalt: seen.EligibilitySalt, LoadSalt: salt}
				require.NotEqual(t, s.Digest(), claim.Digest())
			}
			require.NotEqual(t, s.Digest(), guess.Digest())
		}
	}
	require.Empty(t, lot.SaltedRoster{Roster: s.Roster}.Shown(false), "of version 1 no part can be shown by itself")
}

func TestASaltedRosterIsNotWrittenDown(t *testing.T) {
	t.Parallel()
	_, s := drawn(t, chance("written"))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		require.Equal(t, "(sealed)(sealed)", fmt.Sprintf(verb+verb, s, s.Load))
	}
	_, err := json.Marshal(s)
	require.ErrorIs(t, err, lot.ErrSealed)
	_, err = json.Marshal(s.Load)
	require.ErrorIs(t, err, lot.ErrSealed)
}

// FuzzOpenRoster: whatever lies in a roster's place, it is opened or refused.
func FuzzOpenRoster(f *testing.F) {
	_, s := drawn(f, chance("fuzz"))
	keys := key(f, "k")
	sealed, err := keys.SealRoster(chance("seal"), s, "case", 1)
	require.NoError(f, err)
	f.Add(sealed)
	f.Add([]byte(strings.Repeat("DBR1", 20)))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := keys.OpenRoster(sealed, "case", 1); err != nil {
			var broken *lot.SealError
			var no *lot.KeyError
			require.True(t, errors.As(err, &broken) || errors.As(err, &no))
		}
	})
}
