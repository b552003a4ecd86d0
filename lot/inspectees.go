package lot

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
)

// Algorithm names how DrawInspectees draws. A record names the algorithm it was
// drawn by; how that one draws never changes.
const Algorithm = "duban inspectees 1"

// maxWeight is the largest weight a policy may give.
const maxWeight = 1_000_000

// A Unit is an entry of the roster a campaign's inspectees are drawn from.
type Unit struct {
	ID      string `json:"id"`
	Stratum string `json:"stratum"`
	// Listed says that it was on the negative list (负面清单) last year.
	Listed bool `json:"listed"`
	// Excluded is why it is not drawn from, such as an inspection this year
	// already; empty when it is.
	Excluded string `json:"excluded,omitempty"`
}

// A Stratum is a part of the roster, such as an area (片区) or a category, and
// how many units are drawn from it.
type Stratum struct {
	Name string `json:"name"`
	Take int    `json:"take"`
}

// Weights are the odds of units by the policy. A listed unit weighs at least as
// much as an ordinary one, which weighs something: no unit knows that it will
// not come up.
type Weights struct {
	Ordinary int `json:"ordinary"`
	Listed   int `json:"listed"`
}

// A Draw is the record of a draw of inspectees (双随机): all that went in, and
// what came out. With it anyone can draw again and find the same units.
type Draw struct {
	Algorithm string    `json:"algorithm"`
	Seed      Seed      `json:"seed"`
	Weights   Weights   `json:"weights"`
	Strata    []Stratum `json:"strata"`
	Roster    []Unit    `json:"roster"`
	// Drawn are the units' ids, stratum after stratum as Strata names them, and
	// within one in the order they came up.
	Drawn []string `json:"drawn"`
}

// DrawInspectees draws a seed from chance and the units with it. The roster is
// recorded in the order of its ids, so the order it came in means nothing.
//
// From each stratum Take units are drawn one by one, without replacement, each
// with the odds of its weight. A stratum draws from the Stream of the seed under
// the labels Algorithm and the stratum's name, so what happens in one has no
// bearing on another. For one unit:
//
//	n is the sum of the weights of the stratum's units left
//	x is the next eight bytes, big-endian; it is passed over while x < 2^64 mod n
//	the unit is the first, by the bytes of the ids, at which the running sum of
//	the weights exceeds x mod n
//
// A stratum with fewer units than it should give is a *TooFewUnitsError, and
// nothing is drawn.
func DrawInspectees(chance io.Reader, weights Weights, strata []Stratum, roster []Unit) (Draw, error) {
	seed, err := NewSeed(chance)
	if err != nil {
		return Draw{}, err
	}
	d := Draw{
		Algorithm: Algorithm,
		Seed:      seed,
		Weights:   weights,
		Strata:    slices.Clone(strata),
		Roster:    slices.SortedFunc(slices.Values(roster), func(a, b Unit) int { return cmp.Compare(a.ID, b.ID) }),
	}
	d.Drawn, err = d.draw()
	if err != nil {
		return Draw{}, err
	}
	return d, nil
}

// draw draws what the record says was drawn.
func (d Draw) draw() ([]string, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	var drawn []string
	for _, s := range d.Strata {
		var ids []string
		var weights []uint64
		excluded := 0
		for _, u := range d.Roster {
			switch {
			case u.Stratum != s.Name:
			case u.Excluded != "":
				excluded++
			case u.Listed:
				ids, weights = append(ids, u.ID), append(weights, uint64(d.Weights.Listed)) //nolint:gosec // checked
			default:
				ids, weights = append(ids, u.ID), append(weights, uint64(d.Weights.Ordinary)) //nolint:gosec // checked
			}
		}
		if len(ids) < s.Take {
			return nil, &TooFewUnitsError{Stratum: s.Name, Take: s.Take, Eligible: len(ids), Excluded: excluded}
		}
		stream := NewStream(d.Seed, Algorithm, s.Name)
		for range s.Take {
			k, err := weighted(stream, weights)
			if err != nil {
				return nil, err
			}
			drawn = append(drawn, ids[k])
			weights[k] = 0
		}
	}
	return drawn, nil
}

// check refuses what no draw is made from.
func (d Draw) check() error {
	if d.Algorithm != Algorithm {
		return invalid("algorithm", "抽取算法版本无法识别。", "the algorithm of the draw is unknown")
	}
	if d.Weights.Ordinary < 1 || d.Weights.Listed < d.Weights.Ordinary || d.Weights.Listed > maxWeight {
		return invalid("weights", "权重应为正整数，列入负面清单的不得低于其他单位。", "weights are from 1 to 1000000, and a listed unit weighs no less than another")
	}
	if len(d.Roster) > MaxRoster {
		return invalid("roster", "名册过长。", "a roster has at most 20000 entries")
	}
	strata := make(map[string]bool, len(d.Strata))
	total := 0
	for _, s := range d.Strata {
		if err := checkID("strata", s.Name); err != nil {
			return err
		}
		if strata[s.Name] {
			return invalid("strata", "分层重复。", "a stratum is named twice")
		}
		if s.Take < 0 || s.Take > MaxRoster {
			return invalid("strata", "抽取数量不合理。", "the number to draw is negative or beyond every roster")
		}
		strata[s.Name] = true
		total += s.Take
	}
	if total == 0 {
		return invalid("strata", "没有要抽取的单位。", "nothing is to be drawn")
	}
	seen := make(map[string]bool, len(d.Roster))
	for i, u := range d.Roster {
		if err := checkID("roster", u.ID); err != nil {
			return err
		}
		if seen[u.ID] {
			return invalid("roster", "名册中有单位重复。", "a unit is on the roster twice")
		}
		seen[u.ID] = true
		if i > 0 && u.ID < d.Roster[i-1].ID {
			return invalid("roster", "名册未按编号排列。", "the roster is not in the order of its ids")
		}
		if !strata[u.Stratum] {
			return invalid("roster", "名册中有单位不属于任何分层。", "a unit is of a stratum that is not named")
		}
		if u.Excluded != "" {
			if err := checkReason("roster", u.Excluded); err != nil {
				return err
			}
		}
	}
	return nil
}

// Digest is the fingerprint of the whole record. It is appended to the case or
// campaign at the draw; a replay alone would not notice a reason that was
// changed, or a unit taken off that had not come up.
func (d Draw) Digest() Digest {
	var w writer
	w.text(d.Algorithm)
	w.raw(d.Seed[:])
	w.number(d.Weights.Ordinary)
	w.number(d.Weights.Listed)
	w.number(len(d.Strata))
	for _, s := range d.Strata {
		w.text(s.Name)
		w.number(s.Take)
	}
	w.number(len(d.Roster))
	for _, u := range d.Roster {
		w.text(u.ID)
		w.text(u.Stratum)
		w.truth(u.Listed)
		w.text(u.Excluded)
	}
	w.number(len(d.Drawn))
	for _, id := range d.Drawn {
		w.text(id)
	}
	return sha256.Sum256(w.bytes)
}

// A ReplayError says that a recorded draw is not what was drawn.
type ReplayError struct {
	zh string
	en string
}

// Error returns the English sentence.
func (e *ReplayError) Error() string { return e.en }

// ZH returns the Chinese sentence.
func (e *ReplayError) ZH() string { return e.zh }

// Replay draws again from the record and returns nil when the record is the one
// the digest was taken of and gives the units it says.
func (d Draw) Replay(recorded Digest) error {
	if d.Digest() != recorded {
		return &ReplayError{zh: "抽取记录与当时留存的摘要不符，记录已被改动。", en: "the record of the draw is not the one whose digest was kept"}
	}
	again, err := d.draw()
	if err != nil {
		return fmt.Errorf("draw again: %w", err)
	}
	if !slices.Equal(again, d.Drawn) {
		return &ReplayError{zh: "按记录重新抽取，结果与所记单位不同。", en: "drawing again from the record gives other units"}
	}
	return nil
}
