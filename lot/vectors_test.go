package lot_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"duban/calendar"
	"duban/lot"
)

// vectors are testdata/vectors.json. They were computed by another
// implementation, from the comments of this package alone, and are never
// written by a test: a difference is a change of what the record means.
type vectors struct {
	Seed   lot.Seed `json:"seed"`
	Stream struct {
		Label []string `json:"label"`
		Bytes string   `json:"bytes"`
	} `json:"stream"`
	Below []struct {
		N string `json:"n"`
		K string `json:"k"`
	} `json:"below"`
	Window       lot.Window      `json:"window"`
	WorkingDays  int             `json:"working_days"`
	Dates        []calendar.Date `json:"dates"`
	Roster       lot.Roster      `json:"roster"`
	RosterDigest lot.Digest      `json:"roster_digest"`
	// Salted is the roster of version 2: whole, with its load hidden, and sealed for
	// the reveal's draw.
	Salted struct {
		Whole  lot.ShownRoster `json:"whole"`
		Hidden lot.ShownRoster `json:"hidden"`
		Digest lot.Digest      `json:"digest"`
		Sealed string          `json:"sealed"`
	} `json:"salted"`
	Teams      []lot.Team     `json:"teams"`
	Reveal     lot.Reveal     `json:"reveal"`
	Commitment lot.Commitment `json:"commitment"`
	Seal       struct {
		Key    string `json:"key"`
		KeyID  string `json:"key_id"`
		Sealed string `json:"sealed"`
	} `json:"seal"`
	Inspectees struct {
		Record lot.Draw   `json:"record"`
		Digest lot.Digest `json:"digest"`
	} `json:"inspectees"`
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "vectors.json"))
	require.NoError(t, err)
	var v vectors
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&v))
	return v
}

// plan is the plan of the vectors.
func (v vectors) plan() lot.Plan {
	r := v.Reveal
	return lot.Plan{Case: r.Case, Number: r.Number, Window: r.Window, Date: r.Date, Team: r.Team, Roster: r.Roster, Nonce: lot.Nonce(r.Nonce)}
}

func TestVectorsOfChance(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	got := make([]byte, hex.DecodedLen(len(v.Stream.Bytes)))
	_, err := lot.NewStream(v.Seed, v.Stream.Label...).Read(got)
	require.NoError(t, err)
	require.Equal(t, v.Stream.Bytes, hex.EncodeToString(got))

	numbers := lot.NewStream(v.Seed, "below")
	for _, want := range v.Below {
		n, err := strconv.ParseUint(want.N, 10, 64)
		require.NoError(t, err)
		k, err := lot.Below(numbers, n)
		require.NoError(t, err)
		require.Equal(t, want.K, strconv.FormatUint(k, 10))
	}
}

func TestVectorsOfDatesAndTeams(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	require.Len(t, v.Window.WorkingDays(calendar.Builtin()), v.WorkingDays)
	dates := lot.NewStream(v.Seed, "dates")
	for _, want := range v.Dates {
		d, err := lot.DrawDate(dates, calendar.Builtin(), v.Window)
		require.NoError(t, err)
		require.Equal(t, want, d)
	}
	teams := lot.NewStream(v.Seed, "teams")
	for i, want := range v.Teams {
		team, err := lot.DrawTeam(teams, v.Roster, 2+i%3)
		require.NoError(t, err)
		require.Equal(t, want, team)
	}
	require.Equal(t, v.RosterDigest, v.Roster.Digest())
}

func TestVectorsOfACommitment(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	c, err := lot.Commit(v.plan())
	require.NoError(t, err)
	require.Equal(t, v.Commitment, c)
	require.Equal(t, v.Reveal, v.plan().Reveal())
	require.NoError(t, lot.Verify(v.Commitment, v.Reveal, lot.Kept{Case: v.Reveal.Case, Number: v.Reveal.Number, Roster: &lot.ShownRoster{Roster: v.Roster}}))
}

func TestVectorsOfASaltedRoster(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	s := lot.SaltedRoster{Roster: v.Salted.Whole.Roster, Eligibility: lot.Salt(*v.Salted.Whole.EligibilitySalt), Load: lot.Salt(*v.Salted.Whole.LoadSalt)}
	require.Equal(t, v.Salted.Digest, s.Digest())
	require.Equal(t, v.Salted.Whole, s.Shown(true))
	require.Equal(t, v.Salted.Hidden, s.Shown(false))
	require.Equal(t, v.Salted.Digest, v.Salted.Hidden.Digest())
	key, err := lot.ParseKey([]byte(v.Seal.Key))
	require.NoError(t, err)
	sealed, err := hex.DecodeString(v.Salted.Sealed)
	require.NoError(t, err)
	opened, err := lot.Keys{key}.OpenRoster(sealed, v.Reveal.Case, v.Reveal.Number)
	require.NoError(t, err)
	require.Equal(t, v.Salted.Whole, opened.Shown(true))
}

func TestVectorsOfASeal(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	key, err := lot.ParseKey([]byte(v.Seal.Key + "\n"))
	require.NoError(t, err)
	require.Equal(t, v.Seal.KeyID, key.ID())
	require.Equal(t, v.Seal.Key, string(key.Reveal()))
	sealed, err := lot.Keys{key}.Seal(lot.NewStream(v.Seed, "seal"), v.plan())
	require.NoError(t, err)
	require.Equal(t, v.Seal.Sealed, hex.EncodeToString(sealed))
	p, err := lot.Keys{key}.Open(sealed, v.Reveal.Case, v.Reveal.Number)
	require.NoError(t, err)
	require.Equal(t, v.Reveal, p.Reveal())
}

func TestVectorsOfInspectees(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	want := v.Inspectees.Record
	d, err := lot.DrawInspectees(bytes.NewReader(want.Seed[:]), want.Weights, want.Strata, want.Roster)
	require.NoError(t, err)
	require.Equal(t, want, d)
	require.Equal(t, v.Inspectees.Digest, d.Digest())
	require.NoError(t, d.Replay(v.Inspectees.Digest))
}
