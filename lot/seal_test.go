package lot_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/lot"
)

func key(t require.TestingT, label string) lot.Keys {
	k, err := lot.NewKey(chance("key " + label))
	require.NoError(t, err)
	return lot.Keys{k}
}

// What is sealed is as long as anything else that is sealed, the smallest and
// the largest plan there may be among them.
func TestEverySealedPlanIsOfOneLength(t *testing.T) {
	t.Parallel()
	smallest := lot.Plan{
		Case: "1", Number: 1,
		Window: spring(), Date: spring().Opens,
		Team:  lot.Team{Lead: "a", Others: []string{"b"}},
		Nonce: lot.Nonce{1},
	}
	largest := smallest
	largest.Case, largest.Number = strings.Repeat("c", lot.MaxID), 1_000_000
	largest.Team = lot.Team{Lead: strings.Repeat("l", lot.MaxID)}
	for i := range lot.MaxTeam - 1 {
		largest.Team.Others = append(largest.Team.Others, strings.Repeat("o", lot.MaxID-1)+string(rune('a'+i)))
	}
	source := chance("length")
	for _, p := range []lot.Plan{smallest, largest} {
		sealed, err := key(t, "k").Seal(source, p)
		require.NoError(t, err)
		require.Len(t, sealed, lot.SealedSize)
		back, err := key(t, "k").Open(sealed, p.Case, p.Number)
		require.NoError(t, err)
		require.Equal(t, p.Reveal(), back.Reveal())
	}
	for range 1000 {
		p, _ := drawn(t, source)
		sealed, err := key(t, "k").Seal(source, p)
		require.NoError(t, err)
		require.Len(t, sealed, lot.SealedSize)
	}
}

func TestAPlanOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := lot.NewStream(lot.Seed{}, rapid.String().Draw(t, "label"))
		p, _ := drawn(t, source)
		p.Number = rapid.IntRange(1, 99).Draw(t, "number")
		sealed, err := key(t, "k").Seal(source, p)
		require.NoError(t, err)
		back, err := key(t, "k").Open(sealed, p.Case, p.Number)
		require.NoError(t, err)
		require.Equal(t, p.Reveal(), back.Reveal())

		var broken *lot.SealError
		_, err = key(t, "k").Open(sealed, p.Case+"1", p.Number)
		require.ErrorAs(t, err, &broken)
		_, err = key(t, "k").Open(sealed, p.Case, p.Number+1)
		require.ErrorAs(t, err, &broken)
		require.Contains(t, broken.ZH(), "重新抽签")

		bit := rapid.IntRange(0, 8*len(sealed)-1).Draw(t, "bit")
		sealed[bit/8] ^= 1 << (bit % 8)
		_, err = key(t, "k").Open(sealed, p.Case, p.Number)
		require.Error(t, err)
		_, err = key(t, "k").Open(sealed[:len(sealed)-1], p.Case, p.Number)
		require.Error(t, err)
	})
}

func TestKeysChangeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	source := chance("rotation")
	p, _ := drawn(t, source)
	before, after := key(t, "old"), key(t, "new")
	sealed, err := before.Seal(source, p)
	require.NoError(t, err)
	both := append(after, before...)
	_, err = both.Open(sealed, p.Case, p.Number)
	require.NoError(t, err, "what the old key sealed opens while both are there")
	resealed, err := both.Seal(source, p)
	require.NoError(t, err)
	id, ok := lot.SealedUnder(resealed)
	require.True(t, ok)
	require.Equal(t, after[0].ID(), id, "the first key seals")
	_, err = after.Open(resealed, p.Case, p.Number)
	require.NoError(t, err)

	again, err := both.Seal(source, p)
	require.NoError(t, err)
	require.NotEqual(t, resealed, again, "the same plan is never sealed to the same bytes")
}

func TestAMissingOrWrongKeySaysWhichIsNeeded(t *testing.T) {
	t.Parallel()
	p, _ := drawn(t, chance("keys"))
	sealed, err := key(t, "right").Seal(chance("keys"), p)
	require.NoError(t, err)
	for fault, keys := range map[lot.KeyFault]lot.Keys{lot.KeyMissing: nil, lot.KeyWrong: key(t, "wrong")} {
		_, err := keys.Open(sealed, p.Case, p.Number)
		var no *lot.KeyError
		require.ErrorAs(t, err, &no)
		require.Equal(t, fault, no.Fault)
		require.Equal(t, key(t, "right")[0].ID(), no.ID)
		require.Contains(t, no.ZH(), no.ID)
		require.Contains(t, no.ZH(), "请领导决定")
		require.Contains(t, no.Error(), no.ID)
	}
	for _, keys := range []lot.Keys{nil, {lot.Key{}}} {
		_, err = keys.Seal(chance("keys"), p)
		var no *lot.KeyError
		require.ErrorAs(t, err, &no)
		require.Equal(t, lot.KeyMissing, no.Fault)
	}
}

func TestKeyFilesAreReadStrictlyAndNeverQuoted(t *testing.T) {
	t.Parallel()
	digits := string(key(t, "file")[0].Reveal())
	k, err := lot.ParseKey([]byte(" " + digits + "\r\n"))
	require.NoError(t, err)
	require.Equal(t, key(t, "file")[0].ID(), k.ID())
	for _, text := range []string{"", digits[1:], digits + "0", strings.ToUpper(digits), "g" + digits[1:], strings.Repeat("0", 64)} {
		_, err := lot.ParseKey([]byte(text))
		var no *lot.KeyError
		require.ErrorAs(t, err, &no)
		require.Equal(t, lot.KeyMalformed, no.Fault)
		require.NotContains(t, err.Error(), digits[2:20])
		require.NotEmpty(t, no.ZH())
	}
}

// No verb of fmt and no encoder lets a secret out.
func TestSecretsAreNotWrittenDown(t *testing.T) {
	t.Parallel()
	p, _ := drawn(t, chance("secrets"))
	k := key(t, "secret")
	for _, secret := range []any{p, &p, p.Nonce, &p.Nonce, k[0], &k[0], struct{ P lot.Plan }{p}, []lot.Plan{p}, k} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X"} {
			said := fmt.Sprintf(verb, secret)
			require.Contains(t, said, "(sealed)")
			for _, leak := range []string{p.Date.String(), p.Team.Lead, p.Team.Others[0]} {
				require.NotContains(t, said, leak)
			}
		}
		_, err := json.Marshal(secret)
		require.ErrorIs(t, err, lot.ErrSealed)
	}
	sealed, err := k.Seal(chance("secrets"), p)
	require.NoError(t, err)
	for _, leak := range []string{p.Case, p.Date.String(), p.Team.Lead} {
		require.False(t, bytes.Contains(sealed, []byte(leak)))
	}
}

// FuzzOpen: whatever lies in the column, Open answers with one of its errors or
// with a plan that was sealed.
func FuzzOpen(f *testing.F) {
	p, _ := drawn(f, chance("fuzz"))
	keys := key(f, "fuzz")
	sealed, err := keys.Seal(chance("fuzz"), p)
	require.NoError(f, err)
	f.Add(sealed, p.Case, p.Number)
	f.Add([]byte("DBL1"), "", -1)
	f.Fuzz(func(t *testing.T, sealed []byte, of string, number int) {
		p, err := keys.Open(sealed, of, number)
		if err == nil {
			require.Equal(t, of, p.Case)
			require.Equal(t, number, p.Number)
			return
		}
		var broken *lot.SealError
		var no *lot.KeyError
		require.True(t, errors.As(err, &broken) || errors.As(err, &no))
	})
}

// FuzzPlanText: what was decrypted is read back only if it is what padded
// writes, to the bit.
func FuzzPlanText(f *testing.F) {
	p, _ := drawn(f, chance("fuzz"))
	text, err := lot.Padded(p)
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte{0, 0, 0, 4, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, text []byte) {
		p, ok := lot.Unpadded(text)
		if !ok {
			return
		}
		again, err := lot.Padded(p)
		require.NoError(t, err)
		require.Equal(t, text, again)
	})
}

func TestPaddingIsPartOfThePlan(t *testing.T) {
	t.Parallel()
	p, _ := drawn(t, chance("padding"))
	text, err := lot.Padded(p)
	require.NoError(t, err)
	_, ok := lot.Unpadded(text)
	require.True(t, ok)
	text[len(text)-1] = 1
	_, ok = lot.Unpadded(text)
	require.False(t, ok)
	_, ok = lot.Unpadded(nil)
	require.False(t, ok)
}
