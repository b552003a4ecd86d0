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
	// PartDispatch is who was told, and when.
	PartDispatch lot.Part = "dispatch"
	// PartDecision is who asked, and who decided.
	PartDecision lot.Part = "decision"
	// PartTime is when something was recorded.
	PartTime lot.Part = "time"
)

// A DrawCheck is what recomputing a draw came to.
type DrawCheck struct {
	Number  int       `json:"number" doc:"Counts the draws of the case from 1"`
	State   DrawState `json:"state" doc:"How the draw stands"`
	StateZH string    `json:"state_zh"`
	// OK: the draw is laid open and is the one that was committed to.
	OK bool `json:"ok"`
	// RosterChecked: the roster was at hand, and not only its digest. LoadChecked: and
	// so was how often everybody was drawn before, which is shown once all draws that
	// are counted in it lie open.
	RosterChecked bool           `json:"roster_checked" doc:"Whether the roster was at hand, and not only its digest"`
	LoadChecked   bool           `json:"load_checked" doc:"Whether the counts of how often each inspector went lately were checked"`
	Mismatches    []lot.Mismatch `json:"mismatches,omitempty" doc:"What does not agree with the seal; empty when all does"`
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
		c := DrawCheck{Number: d.Number, State: d.State, StateZH: d.State.ZH(), Mismatches: slices.Clone(d.odd), Differences: d.Differs}
		if d.drawn {
			if d.Number != next {
				c.say(lot.PartNumber, "抽签次序不连续，抽签记录有缺失或者改动。", "the draws are not numbered in order: one was left out or altered")
			}
			next++
		}
		roster, there := rosters[d.Number]
		if rosters != nil && d.Reveal != nil && !there {
			c.say(lot.PartRoster, "名册已不在封存之处，无从核对。", "the roster was taken away from where it was sealed, so it cannot be checked")
		}
		c.recompute(caseID, d, roster)
		c.decisions(d)
		c.dispatched(d)
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
		c.say(lot.PartWindow, "记录的回头看时段与所密封的不符。", "the window of the record is not the committed one")
	}
}

func (c *DrawCheck) has(part lot.Part) bool {
	return slices.ContainsFunc(c.Mismatches, func(m lot.Mismatch) bool { return m.Part == part })
}

// decisions looks at whether what takes two was decided by two.
func (c *DrawCheck) decisions(d DrawRecord) {
	for _, p := range slices.Concat(d.Redraws, d.Openings) {
		if p.Decided != nil && p.Decided.By == p.Asked.By {
			c.say(PartDecision, "申请与决定是同一人。", "somebody decided his own request")
		}
	}
}

// dispatched looks at whether the drawn were told, on the drawn day.
func (c *DrawCheck) dispatched(d DrawRecord) {
	if d.Dispatched == nil || d.Reveal == nil {
		return
	}
	if !d.toldOn.IsZero() && d.toldOn != d.Reveal.Date {
		c.say(PartDispatch, "通知检查组之日不是抽定的日期。", "the team was not told on the drawn day")
	}
	told, team := d.Dispatched.Told, d.Reveal.Team
	if !several(told) || !slices.Contains(told, team.Lead) || slices.ContainsFunc(told, func(id string) bool { return !team.Has(id) }) {
		c.say(PartDispatch, "被通知的人不是抽定的检查组。", "those who were told are not the drawn team")
	}
}

// arrival looks at whether those who came were sent, by what the rules ask for.
func (c *DrawCheck) arrival(d DrawRecord) {
	a := d.Arrival
	switch {
	case a == nil:
		return
	case a.Announced != (d.Announce != nil):
		c.say(PartArrival, "是否事先告知“回头看”，前后记录不一致。", "the record contradicts itself on whether the look-back was announced")
	case a.Announced:
		if len(d.Announce.Names) != len(d.Announce.Persons) {
			c.say(PartArrival, "事先告知的人员与姓名不符。", "the announced persons do not fit their names")
		}
		c.came(d, d.Announce.Day, d.Announce.Persons, true)
	case d.Commitment == "":
		c.say(PartArrival, "没有抽签而到场。", "the inspectors came without a draw")
	case d.State == DrawLost:
		c.say(PartReveal, "检查组据此次抽签到场，该次抽签却没有启封。", "the inspectors came by this draw, and it is not laid open")
	case d.Reveal == nil:
		// That it is missing is said already.
	default:
		c.came(d, d.Reveal.Date, append([]string{d.Reveal.Team.Lead}, d.Reveal.Team.Others...), d.Dispatched != nil)
	}
}

// came holds who came, and when, against the day and the team, and what is other
// against the leader who answers for it.
func (c *DrawCheck) came(d DrawRecord, day Date, team []string, told bool) {
	a, permit := *d.Arrival, d.permit()
	if !several(a.Persons) || len(a.Names) != len(a.Persons) || !slices.Contains(a.Persons, a.RecordedBy) {
		c.say(PartArrival, "到场人员的记录不成立：应有二人以上，登记人在内。", "who came cannot be right: at least two, the one who recorded it among them")
	}
	ofTeam := 0
	for _, id := range a.Persons {
		if slices.Contains(team, id) {
			ofTeam++
		}
	}
	others := ofTeam < len(a.Persons)
	switch {
	case a.Permitted && permit == nil:
		c.say(PartArrival, "记录称到场经领导准许，却没有准许的记录。", "the arrival is said to be permitted, and no leader's word is in the record")
	case a.Permitted && a.On == day && told && a.On == a.RecordedOn && !others:
		c.say(PartArrival, "记录称到场经领导准许，而到场与所定并无不同。", "the arrival is said to be permitted, and is as it was to be")
	case a.Permitted && slices.Contains(a.Persons, permit.By):
		c.say(PartArrival, "准许到场的领导本人也在到场人员之中。", "the leader who permitted the arrival came himself")
	case a.Permitted && slices.ContainsFunc(a.Persons, func(id string) bool { return !slices.Contains(team, id) && !slices.Contains(permit.Persons, id) }):
		c.say(PartArrival, "到场人员中有人既不在检查组之内，又未经领导准许。", "somebody came who is neither of the team nor permitted by a leader")
	case a.Permitted:
	case a.On != day:
		c.say(PartArrival, "到场日期不是所定的日期，又没有领导准许。", "the day of the arrival is not the one it was to be, and no leader permitted it")
	case a.On != a.RecordedOn:
		c.say(PartArrival, "到场并非当日登记，又没有领导准许。", "the arrival was not recorded on its day, and no leader permitted it")
	case others:
		c.say(PartArrival, "到场人员中有人不在检查组之内，又没有领导准许。", "somebody came who is not of the team, and no leader permitted it")
	case !told:
		c.say(PartDispatch, "没有通知检查组的记录，到场又没有领导准许。", "nobody was told, and no leader permitted the arrival")
	}
	if ofTeam == 0 {
		c.say(PartArrival, "到场人员中没有检查组的成员。", "nobody of the team was among those who came")
	}
}

// several reports whether there are two persons at least, and nobody twice.
func several(persons []string) bool {
	return len(persons) >= lot.MinTeam && len(slices.Compact(slices.Sorted(slices.Values(persons)))) == len(persons)
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
		c.say(lot.PartCommitment, "密封校验码与记录的不同。", "the commitment is not that of the record")
	}
	d.Reveal = &given.Reveal
	c.recompute(caseID, d, given.Roster)
	c.OK = len(c.Mismatches) == 0
	return c
}
