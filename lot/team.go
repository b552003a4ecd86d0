package lot

import (
	"io"
	"slices"
)

// MinTeam is the least a team may be, whatever the policy says: what one person
// saw alone, one person can be asked to have seen.
const MinTeam = 2

// maxRecent keeps the sum of all weights far below 2^64.
const maxRecent = 1_000_000

// A Team is who looks back: one lead (组长) and the others, in the order of their
// ids, so that the order says nothing about the draw.
type Team struct {
	Lead   string   `json:"lead"`
	Others []string `json:"others"`
}

// Has reports whether the person is of the team.
func (t Team) Has(id string) bool { return t.Lead == id || slices.Contains(t.Others, id) }

// canonical returns the team with its others in order.
func (t Team) canonical() Team {
	return Team{Lead: t.Lead, Others: slices.Sorted(slices.Values(t.Others))}
}

// StillMay says that a team drawn before may still come: its lead and enough of
// the others are eligible by the roster of today.
func (t Team) StillMay(roster Roster, least int) bool {
	may := roster.Eligible(t.people())
	return len(may) >= least && slices.Contains(may, t.Lead)
}

// people are the team's, the lead first.
func (t Team) people() []string { return append([]string{t.Lead}, t.Others...) }

// Eligible are those of the people whom nothing keeps out, in their order.
func (r Roster) Eligible(people []string) []string {
	return slices.DeleteFunc(slices.Clone(people), func(id string) bool {
		return !slices.ContainsFunc(r, func(i Inspector) bool { return i.ID == id && i.Eligible() })
	})
}

func (t Team) check() error {
	if n := 1 + len(t.Others); n < MinTeam || n > MaxTeam {
		return invalid("team", "检查组应为2至12人。", "a team is of 2 to 12 inspectors")
	}
	seen := make(map[string]bool, 1+len(t.Others))
	for _, id := range t.people() {
		if err := checkID("team", id); err != nil {
			return err
		}
		if seen[id] {
			return invalid("team", "检查组成员重复。", "somebody is on the team twice")
		}
		seen[id] = true
	}
	return nil
}

// DrawTeam draws a team of size inspectors from the roster, without
// replacement: the lead first, from those who hold the role, then the others
// from everybody left. Whoever has a recusal takes no part.
//
// The load is balanced by odds and not by turn. An inspector's weight is the
// square of one more than the look-backs he is behind the busiest eligible one,
// so who did less comes up more often, and who did most may still come: a draw
// that only ever took the least busy could be foreseen by whoever counts. (The
// plain number would not hold against leads being needed every time: their load
// would run away from the others'.)
//
// The result does not depend on the roster's order. Too few eligible is a
// *TooFewError, nobody to lead a *NoLeadError.
func DrawTeam(chance io.Reader, roster Roster, size int) (Team, error) {
	if size < MinTeam || size > MaxTeam {
		return Team{}, invalid("size", "检查组应为2至12人。", "a team is of 2 to 12 inspectors")
	}
	if err := roster.check(); err != nil {
		return Team{}, err
	}
	left, leads, mayLead := Roster{}, Roster{}, false
	for _, i := range roster.sorted() {
		if i.Lead {
			leads = append(leads, i)
		}
		if i.Eligible() {
			left = append(left, i)
			mayLead = mayLead || i.Lead
		}
	}
	if len(left) < size {
		excluded, grounds := roster.counts()
		return Team{}, &TooFewError{Needed: size, Eligible: len(left), Excluded: excluded, Grounds: grounds}
	}
	if !mayLead {
		excluded, grounds := leads.counts()
		return Team{}, &NoLeadError{Leads: len(leads), Excluded: excluded, Grounds: grounds}
	}

	weights := loads(left)
	leading := slices.Clone(weights)
	for k, i := range left {
		if !i.Lead {
			leading[k] = 0
		}
	}
	lead, err := weighted(chance, leading)
	if err != nil {
		return Team{}, err
	}
	team := Team{Lead: left[lead].ID, Others: make([]string, 0, size-1)}
	weights[lead] = 0
	for len(team.Others) < size-1 {
		k, err := weighted(chance, weights)
		if err != nil {
			return Team{}, err
		}
		team.Others = append(team.Others, left[k].ID)
		weights[k] = 0
	}
	return team.canonical(), nil
}

// loads returns the weights of eligible inspectors.
func loads(eligible Roster) []uint64 {
	busiest := 0
	for _, i := range eligible {
		busiest = max(busiest, i.Recent)
	}
	weights := make([]uint64, len(eligible))
	for k, i := range eligible {
		behind := uint64(1 + busiest - i.Recent) //nolint:gosec // busiest is the largest
		weights[k] = behind * behind
	}
	return weights
}
