package lot_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"duban/calendar"
	"duban/lot"
)

// altered names the parts a mismatch error names.
func altered(t require.TestingT, err error) []lot.Part {
	var wrong *lot.MismatchError
	require.ErrorAs(t, err, &wrong)
	require.NotEmpty(t, wrong.ZH())
	require.NotEmpty(t, wrong.Error())
	var parts []lot.Part
	for _, m := range wrong.Mismatches {
		require.NotEmpty(t, m.ZH)
		require.NotEmpty(t, m.EN)
		parts = append(parts, m.Part)
	}
	return parts
}

// An alteration changes one thing of what is verified, and says which.
type alteration struct {
	part  lot.Part
	alter func(t *testing.T, c *lot.Commitment, r *lot.Reveal, k *lot.Kept)
}

func alterations(source func(n int) int) []alteration {
	flip := func(d *lot.Digest) { d[source(32)] ^= 1 << source(8) }
	return []alteration{
		{lot.PartNonce, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) { flip(&r.Nonce) }},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) { flip(&r.Roster) }},
		{lot.PartCommitment, func(_ *testing.T, c *lot.Commitment, _ *lot.Reveal, _ *lot.Kept) { flip(&c.Hash) }},
		{lot.PartCommitment, func(_ *testing.T, c *lot.Commitment, _ *lot.Reveal, _ *lot.Kept) {
			flip([]*lot.Digest{&c.Parts.Date, &c.Parts.Team, &c.Parts.Case, &c.Parts.Number, &c.Parts.Window, &c.Parts.Nonce, &c.Parts.Roster}[source(7)])
		}},
		{lot.PartCommitment, func(_ *testing.T, c *lot.Commitment, _ *lot.Reveal, _ *lot.Kept) { c.Version += 1 + source(9) }},
		{lot.PartDate, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) {
			r.Date = r.Date.AddDays((1 + source(30)) * []int{-1, 1}[source(2)])
		}},
		{lot.PartWindow, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) {
			r.Window.Opens = r.Window.Opens.AddDays(-1 - source(9))
		}},
		{lot.PartWindow, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) {
			r.Window.Closes = r.Window.Closes.AddDays(1 + source(9))
		}},
		{lot.PartTeam, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) {
			i := source(len(r.Team.Others))
			r.Team.Lead, r.Team.Others[i] = r.Team.Others[i], r.Team.Lead
		}},
		{lot.PartTeam, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) {
			r.Team.Others = slices.Delete(r.Team.Others, 0, 1)
		}},
		{lot.PartTeam, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, k *lot.Kept) {
			for _, i := range k.Roster.Roster[source(len(k.Roster.Roster)):] {
				if !r.Team.Has(i.ID) {
					r.Team.Others[source(len(r.Team.Others))] = i.ID
					return
				}
			}
			r.Team.Lead += "x"
		}},
		{lot.PartCase, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) {
			r.Case += string(rune('0' + source(10)))
		}},
		{lot.PartCase, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			k.Case += string(rune('0' + source(10)))
		}},
		{lot.PartNumber, func(_ *testing.T, _ *lot.Commitment, r *lot.Reveal, _ *lot.Kept) { r.Number += 1 + source(9) }},
		{lot.PartNumber, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) { k.Number += 1 + source(9) }},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			k.Roster.Roster[source(len(k.Roster.Roster))].Recent += []int{-1, 1}[source(2)]
		}},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			i := source(len(k.Roster.Roster))
			k.Roster.Roster = slices.Delete(k.Roster.Roster, i, i+1)
		}},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			k.Roster.Roster = append(k.Roster.Roster, lot.Inspector{ID: "another"})
		}},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) { k.Roster.Roster[2].Recusals = nil }},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			k.Roster.Roster[5].Recusals[0].Reason += "。"
		}},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			i := source(len(k.Roster.Roster))
			k.Roster.Roster[i].Lead = !k.Roster.Roster[i].Lead
		}},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) { flip(k.Roster.EligibilitySalt) }},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			flip(cmp.Or(k.Roster.LoadSalt, k.Roster.LoadDigest))
		}},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) { k.Roster.EligibilitySalt = nil }},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			k.Roster.LoadSalt, k.Roster.LoadDigest = k.Roster.LoadDigest, k.Roster.LoadSalt
		}},
		{lot.PartRoster, func(_ *testing.T, _ *lot.Commitment, _ *lot.Reveal, k *lot.Kept) {
			k.Roster.LoadSalt, k.Roster.LoadDigest = nil, nil
		}},
	}
}

// All of 1,000 random alterations of the commitment, the reveal, the date, the
// team or the roster are found, and the altered part is named.
func TestEveryAlterationIsFound(t *testing.T) {
	t.Parallel()
	source := chance("alterations")
	below := func(n int) int { return number(t, source, n) }
	for n := range 1000 {
		p, roster := drawn(t, source)
		p.Number = 1 + below(5)
		c, err := lot.Commit(p)
		require.NoError(t, err)
		r, kept := p.Reveal(), kept(p, roster, below(2) == 0)
		require.NoError(t, lot.Verify(c, r, kept))

		all := alterations(below)
		a := all[n%len(all)]
		a.alter(t, &c, &r, &kept)
		require.Contains(t, altered(t, lot.Verify(c, r, kept)), a.part)
	}
}

// Whoever alters the hash along with the parts, so that they agree, still
// cannot pass: the record of the commitment is another then, and without that
// the parts are those of the plan.
func TestAnotherPlanDoesNotPassForTheCommitted(t *testing.T) {
	t.Parallel()
	source := chance("another")
	first, roster := drawn(t, source)
	second, _ := drawn(t, source)
	c, err := lot.Commit(first)
	require.NoError(t, err)
	kept := kept(first, roster, true)
	require.Equal(t, []lot.Part{lot.PartNonce}, altered(t, lot.Verify(c, second.Reveal(), kept)))

	second.Nonce, second.Roster = first.Nonce, first.Roster
	require.Subset(t, []lot.Part{lot.PartDate, lot.PartTeam}, altered(t, lot.Verify(c, second.Reveal(), kept)))
}

// A commitment to what no draw can have made does not pass either, though it is
// what was committed to.
func TestARecusedInspectorIsFoundByTheRoster(t *testing.T) {
	t.Parallel()
	p, roster := drawn(t, chance("recused"))
	p.Team = lot.Team{Lead: roster.Roster[0].ID, Others: []string{roster.Roster[5].ID}} // 5 reviewed the report
	c, err := lot.Commit(p)
	require.NoError(t, err)
	kept := kept(p, roster, true)
	require.Equal(t, []lot.Part{lot.PartTeam}, altered(t, lot.Verify(c, p.Reveal(), kept)))
	kept.Roster = nil
	require.NoError(t, lot.Verify(c, p.Reveal(), kept), "without the roster nobody can know")
}

// Nor does one that was made by other means than Commit.
func TestAForgedCommitmentToWhatCannotBeIsFound(t *testing.T) {
	t.Parallel()
	p, roster := drawn(t, chance("forged"))
	kept := kept(p, roster, true)
	outside := p
	outside.Date = p.Window.Closes.AddDays(3)
	require.Equal(t, []lot.Part{lot.PartDate}, altered(t, lot.Verify(lot.Forged(outside), outside.Reveal(), kept)))
	alone := p
	alone.Team.Others = nil
	require.Equal(t, []lot.Part{lot.PartCommitment}, altered(t, lot.Verify(lot.Forged(alone), alone.Reveal(), kept)))
}

// The commitment hides the date because of the nonce: with a wrong one, going
// through every day of the window finds nothing, with the right one it does.
func TestWithoutTheNonceTheDateCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	source := chance("table")
	p, _ := drawn(t, source)
	c, err := lot.Commit(p)
	require.NoError(t, err)
	guess, found := p, map[bool]int{}
	for _, d := range p.Window.WorkingDays(calendar.Builtin()) {
		for _, known := range []bool{true, false} {
			guess.Date, guess.Nonce = d, p.Nonce
			if !known {
				guess.Nonce, err = lot.NewNonce(source)
				require.NoError(t, err)
			}
			table, err := lot.Commit(guess)
			require.NoError(t, err)
			if table.Parts.Date == c.Parts.Date {
				found[known]++
			}
		}
	}
	require.Equal(t, map[bool]int{true: 1}, found)
}

func TestPlansThatCannotBeAreNotCommittedTo(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*lot.Plan){
		"case":   func(p *lot.Plan) { p.Case = "" },
		"number": func(p *lot.Plan) { p.Number = 0 },
		"window": func(p *lot.Plan) { p.Window = lot.Window{} },
		"date":   func(p *lot.Plan) { p.Date = p.Window.Closes.AddDays(1) },
		"nonce":  func(p *lot.Plan) { p.Nonce = lot.Nonce{} },
		"team":   func(p *lot.Plan) { p.Team.Others = nil },
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			p, _ := drawn(t, chance(field))
			spoil(&p)
			_, err := lot.Commit(p)
			var invalid *lot.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, field, invalid.Field)
			_, err = key(t, "k").Seal(chance(field), p)
			require.ErrorAs(t, err, &invalid)
		})
	}
}

// Two teams or cases are never the same bytes: what moves from one field into
// the next is another commitment.
func TestFieldsDoNotRunIntoEachOther(t *testing.T) {
	t.Parallel()
	p, _ := drawn(t, chance("fields"))
	seen := map[lot.Digest]bool{}
	for _, team := range []lot.Team{
		{Lead: "a", Others: []string{"bc"}},
		{Lead: "ab", Others: []string{"c"}},
		{Lead: "a", Others: []string{"b", "c"}},
		{Lead: "c", Others: []string{"a", "b"}},
		{Lead: "a", Others: []string{"b,c"}},
	} {
		p.Team = team
		c, err := lot.Commit(p)
		require.NoError(t, err)
		require.False(t, seen[c.Parts.Team])
		seen[c.Parts.Team] = true
	}
}

func TestACommitmentGoesThroughJSONAndTheTeamsOrderSaysNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, roster := drawn(t, lot.NewStream(lot.Seed{}, rapid.String().Draw(t, "label")))
		p.Case = rapid.StringMatching(`[A-Za-z0-9工委〔〕号-]{1,30}`).Draw(t, "case")
		p.Number = rapid.IntRange(1, 1000).Draw(t, "number")
		c, err := lot.Commit(p)
		require.NoError(t, err)
		slices.Reverse(p.Team.Others)
		again, err := lot.Commit(p)
		require.NoError(t, err)
		require.Equal(t, c, again)

		var back lot.Commitment
		var reveal lot.Reveal
		for from, to := range map[any]any{c: &back} {
			text, err := json.Marshal(from)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(text, to))
		}
		text, err := json.Marshal(p.Reveal())
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &reveal))
		require.NoError(t, lot.Verify(back, reveal, kept(p, roster, true)))
	})
}

func TestArrivalsAreComparedWithThePlan(t *testing.T) {
	t.Parallel()
	r := lot.Reveal{Date: calendar.On(2026, time.March, 3), Team: lot.Team{Lead: "a", Others: []string{"b", "c"}}}
	require.Empty(t, r.Compare(lot.Arrival{Date: r.Date, Team: lot.Team{Lead: "a", Others: []string{"c", "b"}}}))
	differ := r.Compare(lot.Arrival{Date: r.Date.AddDays(1), Team: lot.Team{Lead: "b", Others: []string{"a", "c"}}})
	require.Len(t, differ, 2)
	require.Equal(t, "到场日期2026-03-04，抽定日期2026-03-03。", differ[0].ZH)
}

// FuzzVerify: whatever is claimed and kept, Verify answers and does not pass
// what Commit did not make.
func FuzzVerify(f *testing.F) {
	v := readVectors(f)
	commitment, err := json.Marshal(v.Commitment)
	require.NoError(f, err)
	reveal, err := json.Marshal(v.Reveal)
	require.NoError(f, err)
	f.Add(commitment, reveal, v.Reveal.Case, v.Reveal.Number)
	f.Add([]byte(`{"version":1}`), []byte(`{}`), "", 0)
	f.Fuzz(func(t *testing.T, commitment, reveal []byte, of string, number int) {
		var c lot.Commitment
		var r lot.Reveal
		if json.Unmarshal(commitment, &c) != nil || json.Unmarshal(reveal, &r) != nil {
			return
		}
		if lot.Verify(c, r, lot.Kept{Case: of, Number: number}) != nil {
			return
		}
		again, err := lot.Commit(lot.Plan{Case: r.Case, Number: r.Number, Window: r.Window, Date: r.Date, Team: r.Team, Roster: r.Roster, Nonce: lot.Nonce(r.Nonce)})
		require.NoError(t, err)
		require.Equal(t, again, c)
	})
}
