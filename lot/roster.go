package lot

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
)

// A Ground is why an inspector must not take part (公务员法 第七十六条、第七十七条).
type Ground string

// The grounds.
const (
	OwnUnit          Ground = "own_unit"          // works in the unit
	FormerUnit       Ground = "former_unit"       // used to
	DeclaredConflict Ground = "declared_conflict" // kinship or another tie, by own declaration
	UnitObjection    Ground = "unit_objection"    // the unit asked for it
	Reviewer         Ground = "reviewer"          // accepted the report that is looked back on
	Finder           Ground = "finder"            // registered the finding
	Filer            Ground = "filer"             // handed in a paper of the unit's
)

// Grounds returns every ground, in the order they are counted in.
func Grounds() []Ground {
	return []Ground{OwnUnit, FormerUnit, DeclaredConflict, UnitObjection, Reviewer, Finder, Filer}
}

// ZH returns the ground in Chinese.
func (g Ground) ZH() string {
	switch g {
	case OwnUnit:
		return "系被检查单位人员"
	case FormerUnit:
		return "曾在被检查单位任职"
	case DeclaredConflict:
		return "本人申报利害关系"
	case UnitObjection:
		return "被检查单位申请回避"
	case Reviewer:
		return "系整改报告审核人"
	case Finder:
		return "系问题登记人"
	case Filer:
		return "曾代单位报送材料"
	}
	return "其他"
}

// EN returns the ground in English.
func (g Ground) EN() string {
	switch g {
	case OwnUnit:
		return "own unit"
	case FormerUnit:
		return "former unit"
	case DeclaredConflict:
		return "declared conflict"
	case UnitObjection:
		return "the unit's objection"
	case Reviewer:
		return "reviewer of the report"
	case Finder:
		return "registered the finding"
	case Filer:
		return "filed a paper for the unit"
	}
	return "other"
}

// A Recusal keeps an inspector out of a team (回避). One is enough.
type Recusal struct {
	Ground Ground `json:"ground" doc:"Why"`
	// Reason says what the ground rests on; it stays with the record.
	Reason string `json:"reason"`
}

// An Inspector is somebody on the roster a team is drawn from.
type Inspector struct {
	ID string `json:"id"`
	// Lead says that he holds the role of look-back lead.
	Lead bool `json:"lead"`
	// Recent counts the look-backs he was drawn for lately, by the policy's
	// measure of lately.
	Recent   int       `json:"recent"`
	Recusals []Recusal `json:"recusals,omitempty" doc:"Why the inspector may not take part; eligible when empty"`
}

// Eligible reports whether nothing keeps the inspector out.
func (i Inspector) Eligible() bool { return len(i.Recusals) == 0 }

// A Roster is everybody a team might be drawn from, with what keeps some out.
// The order of its inspectors means nothing.
type Roster []Inspector

// check refuses a roster no draw can be made from.
func (r Roster) check() error {
	if len(r) > MaxRoster {
		return invalid("roster", "名册过长。", "a roster has at most 20000 entries")
	}
	seen := make(map[string]bool, len(r))
	for _, i := range r {
		if err := checkID("roster", i.ID); err != nil {
			return err
		}
		if seen[i.ID] {
			return invalid("roster", "名册中有人重复。", "somebody is on the roster twice")
		}
		seen[i.ID] = true
		if i.Recent < 0 || i.Recent > maxRecent {
			return invalid("roster", "近期回头看次数不合理。", "a count of recent look-backs is negative or beyond a million")
		}
		if len(i.Recusals) > 100 {
			return invalid("roster", "一人的回避理由过多。", "somebody is recused more than 100 times")
		}
		for _, recusal := range i.Recusals {
			if !slices.Contains(Grounds(), recusal.Ground) {
				return invalid("roster", "回避情形不在规定之列。", "a recusal rests on an unknown ground")
			}
			if err := checkReason("roster", recusal.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// sorted returns a copy in the order of the ids' bytes.
func (r Roster) sorted() Roster {
	return slices.SortedFunc(slices.Values(r), func(a, b Inspector) int { return cmp.Compare(a.ID, b.ID) })
}

// Digest is the fingerprint of the roster with its loads and recusals, version 1:
// what a SaltedRoster without salts has. Two rosters that differ in anything but
// order have different ones. Nothing drawn anew is committed to by it, because who
// knows the rest finds the loads by trying.
func (r Roster) Digest() Digest {
	var w writer
	w.text("duban lot roster 1")
	w.number(len(r))
	for _, i := range r.sorted() {
		w.text(i.ID)
		w.truth(i.Lead)
		w.number(i.Recent)
		w.recusals(i.Recusals)
	}
	return sha256.Sum256(w.bytes)
}

// counts counts the recused by ground, in the order of Grounds.
func (r Roster) counts() (excluded int, grounds []GroundCount) {
	for _, g := range Grounds() {
		n := 0
		for _, i := range r {
			if slices.ContainsFunc(i.Recusals, func(recusal Recusal) bool { return recusal.Ground == g }) {
				n++
			}
		}
		if n > 0 {
			grounds = append(grounds, GroundCount{Ground: g, Count: n})
		}
	}
	for _, i := range r {
		if !i.Eligible() {
			excluded++
		}
	}
	return excluded, grounds
}

// A Digest is a SHA-256 in the record.
type Digest [32]byte

// String returns 64 hexadecimal digits.
func (d Digest) String() string { return string(hexText(d[:])) }

// MarshalText writes what String returns.
func (d Digest) MarshalText() ([]byte, error) { return hexText(d[:]), nil }

// UnmarshalText reads what MarshalText writes, and nothing else.
func (d *Digest) UnmarshalText(text []byte) error {
	if err := readHex(d[:], text); err != nil {
		return fmt.Errorf("read a digest: %w", err)
	}
	return nil
}
