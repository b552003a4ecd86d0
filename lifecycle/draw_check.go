package lifecycle

import (
	"errors"
	"slices"

	"duban/lot"
)

// What can be wrong with a draw beside what package lot looks at.
const (
	// PartReveal is that something is laid open which should not be, or not laid
	// open which should be.
	PartReveal lot.Part = "reveal"
	// PartArrival is that inspectors came who had no right to.
	PartArrival lot.Part = "arrival"
)

// A DrawCheck is what recomputing a draw came to.
type DrawCheck struct {
	Number  int       `json:"number"`
	State   DrawState `json:"state"`
	StateZH string    `json:"state_zh"`
	// OK: the draw is laid open and is the one that was committed to.
	OK bool `json:"ok"`
	// RosterChecked: the roster was at hand, and not only its digest. LoadChecked: and
	// so was how often everybody was drawn before, which is shown once all draws that
	// are counted in it lie open.
	RosterChecked bool           `json:"roster_checked"`
	LoadChecked   bool           `json:"load_checked"`
	Mismatches    []lot.Mismatch `json:"mismatches,omitempty"`
	// Differences are no faults; whoever reads judges them.
	Differences []Difference `json:"differences,omitempty"`
}

// RosterZH says how far the roster was checked.
func (c DrawCheck) RosterZH() string {
	switch {
	case c.LoadChecked:
		return "名册已核对"
	case c.RosterChecked:
		return "名册已核对，其中近期抽中次数须待所计各次抽签全部启封后方可核对"
	default:
		return "名册仅核对摘要"
	}
}

// CheckDraws recomputes the draws of one case. Rosters are those at hand, by the
// draw's number; where there are any, one that lies open and is not among them was
// taken away, and one that is nil cannot be opened by the keys at hand. It needs
// nothing but its arguments. Without a case's id, as in events alone, it takes that
// of the first draw laid open.
func CheckDraws(caseID string, draws []DrawRecord, rosters map[int]*lot.ShownRoster) []DrawCheck {
	if i := slices.IndexFunc(draws, func(d DrawRecord) bool { return d.Reveal != nil }); caseID == "" && i >= 0 {
		caseID = draws[i].Reveal.Case
	}
	checks := make([]DrawCheck, len(draws))
	next := 1
	for i, d := range draws {
		c := DrawCheck{Number: d.Number, State: d.State, StateZH: d.State.ZH(), Differences: d.Differs}
		if d.drawn {
			if d.Number != next {
				c.say(lot.PartNumber, "抽签次序不连续，抽签记录有缺失或者改动。", "the draws are not numbered in order: one was left out or altered")
			}
			next++
		}
		again := slices.ContainsFunc(d.Redraws, func(p Petition) bool { return p.Granted })
		if again && (d.Arrival != nil || i == len(draws)-1) {
			c.say(lot.PartNumber, "准许重新抽签后没有新的抽签记录。", "another draw was granted, and none follows in the record")
		}
		roster, there := rosters[d.Number]
		if rosters != nil && d.Reveal != nil && !there {
			c.say(lot.PartRoster, "名册已不在封存之处，无从核对。", "the roster was taken away from where it was sealed, so it cannot be checked")
		}
		c.recompute(caseID, d, roster)
		c.arrival(d)
		c.OK = d.State == DrawOpen && len(c.Mismatches) == 0
		checks[i] = c
	}
	return checks
}

// Failed reports whether anything is not as it should be. A draw that waits under
// its seal is.
func Failed(checks []DrawCheck) bool {
	return slices.ContainsFunc(checks, func(c DrawCheck) bool { return len(c.Mismatches) > 0 })
}

func (c *DrawCheck) say(part lot.Part, zh, en string) {
	c.Mismatches = append(c.Mismatches, lot.Mismatch{Part: part, ZH: zh, EN: en})
}

// add takes in what an error of package lot names.
func (c *DrawCheck) add(err error) {
	if wrong, ok := errors.AsType[*lot.MismatchError](err); ok {
		c.Mismatches = append(c.Mismatches, wrong.Mismatches...)
	}
}

func (c *DrawCheck) recompute(caseID string, d DrawRecord, roster *lot.ShownRoster) {
	if d.Commitment == "" {
		return
	}
	commitment, err := lot.Unpack(d.Commitment)
	if err != nil {
		c.add(err)
		return
	}
	if d.State == DrawMissing {
		c.say(PartReveal, "检查组已到场，该次抽签却没有启封，无从核对。", "the inspectors have arrived and this draw is not laid open, so it cannot be checked")
	}
	if d.Reveal == nil {
		return
	}
	c.RosterChecked = roster != nil
	c.LoadChecked = roster != nil && roster.Whole()
	c.add(lot.Verify(commitment, *d.Reveal, lot.Kept{Case: caseID, Number: d.Number, Roster: roster}))
	if d.Reveal.Window != d.Window && !c.has(lot.PartWindow) && !c.has(lot.PartNonce) {
		c.say(lot.PartWindow, "记录的回头看时段与所承诺的不符。", "the window of the record is not the committed one")
	}
}

func (c *DrawCheck) has(part lot.Part) bool {
	return slices.ContainsFunc(c.Mismatches, func(m lot.Mismatch) bool { return m.Part == part })
}

// arrival looks at whether those who came were sent, by what the rules ask for.
func (c *DrawCheck) arrival(d DrawRecord) {
	if d.strays > 0 {
		c.say(PartReveal, "启封的内容不属于记录中的任何一次抽签。", "something laid open belongs to no draw of the record")
	}
	a := d.Arrival
	switch {
	case a == nil:
		return
	case a.Permitted && d.permit() == nil:
		c.say(PartArrival, "记录称另日到场经领导准许，却没有准许的记录。", "the arrival is said to be permitted, and no leader's word is in the record")
	case a.Announced != (d.Announce != nil):
		c.say(PartArrival, "是否明示回头看，前后记录不一致。", "the record contradicts itself on whether the look-back was announced")
	case a.Announced:
		if a.On != d.Announce.Day && !a.Permitted {
			c.say(PartArrival, "到场日期不是明示的日期，又没有领导准许。", "the day of the arrival is not the announced one, and no leader permitted it")
		}
	case d.Commitment == "":
		c.say(PartArrival, "没有抽签而到场。", "the inspectors came without a draw")
	case d.Reveal == nil:
		// That it is missing is said already.
	case a.On != d.Reveal.Date && !a.Permitted:
		c.say(PartArrival, "到场日期不是抽定的日期，又没有领导准许。", "the day of the arrival is not the drawn one, and no leader permitted it")
	case !d.Reveal.Team.Has(a.RecordedBy):
		c.say(PartArrival, "登记到场的人不在抽定的检查组之内。", "who recorded the arrival is not of the drawn team")
	}
}

// A GivenReveal is a draw that somebody has in hand, to be held against the
// record. An empty commitment stands for that of the record.
type GivenReveal struct {
	Commitment string
	Reveal     lot.Reveal
	// Roster is nil when it is not at hand.
	Roster *lot.ShownRoster
}

// CheckGiven recomputes what somebody has in hand against the record of the draw.
func CheckGiven(caseID string, d DrawRecord, given GivenReveal) DrawCheck {
	c := DrawCheck{Number: d.Number, State: d.State, StateZH: d.State.ZH()}
	if given.Commitment != "" && given.Commitment != d.Commitment {
		c.say(lot.PartCommitment, "承诺值与记录的不同。", "the commitment is not that of the record")
	}
	d.Reveal = &given.Reveal
	c.recompute(caseID, d, given.Roster)
	c.OK = len(c.Mismatches) == 0
	return c
}
