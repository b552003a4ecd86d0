package lifecycle

import (
	"fmt"

	"duban/lot"
)

// A Candidate is somebody a look-back's team might be drawn from, with what
// keeps him out of it (公务员法第七十六、七十七条): an official steps back from a
// matter that touches himself, his kin or where he works or worked, on his own
// motion or when those concerned ask for it. One recusal is enough, and whether
// it is a good one is not for the draw to weigh.
//
// Who reviewed the report is kept out by the case itself, and is not here.
type Candidate struct {
	Account string
	// Lead says that he may lead a look-back.
	Lead     bool
	Recusals []lot.Recusal
}

// A LateRecusal was entered so shortly before a draw that it could have been entered
// for it. It stands in the draw's record.
type LateRecusal struct {
	ID     string
	Author string
}

// RecordedGrounds are the grounds that somebody puts on record. The other one,
// having reviewed the report, follows from the case.
func RecordedGrounds() []lot.Ground {
	return []lot.Ground{lot.OwnUnit, lot.FormerUnit, lot.DeclaredConflict, lot.UnitObjection}
}

// RefuseRecusal says why somebody may not record a recusal of the account; nil when he
// may: his own on any ground he knows of himself, another's as a leader, who is asked
// further by RefuseRecusalOfAnother.
func RefuseRecusal(who Actor, account string, ground lot.Ground) *Refusal {
	switch own := who.Account == account; {
	case !own && !who.Has(Leader):
		r := forbidden("leader_records", "他人的回避由工委领导登记，本人只能申报自己的回避。", "Another's recusal is a leader's to record; one declares one's own only.")
		r.Field = "account"
		return r
	case own && ground == lot.UnitObjection:
		r := forbidden("office_records", "单位申请的回避由未涉及的工委领导登记。", "A unit's objection is recorded by a leader whom it is not about.")
		r.Field = "ground"
		return r
	}
	return nil
}

// RefuseRecusalOfAnother says why a leader's recusal of somebody else is not recorded;
// nil when it is: not by the officer of a case of the unit, from the next working day
// on, and for some time, so that nobody makes a team by it and unmakes the recusal.
func (r Rules) RefuseRecusalOfAnother(officer bool, since, until, today Date) *Refusal {
	next := r.Calendar.AddWorkingDays(today, 1)
	least := r.Policy.Recusals().Least
	switch last := r.Calendar.Add(since, least).Date; {
	case officer:
		f := forbidden("own_case", "该单位事项的经办人不能登记他人对该单位的回避，请由另一位领导登记。",
			"Whoever is officer of a case of the unit records nobody else's recusal from it; another leader must.")
		f.Field = "account"
		return f
	case since.Before(next):
		return invalid("since", "not_before_next_day", "登记他人的回避，最早自下一个工作日（"+next.String()+"）起。",
			"Another's recusal holds from the next working day, "+next.String()+", at the earliest.")
	case !until.IsZero() && until.Before(last):
		return invalid("until", "too_short", fmt.Sprintf("登记他人的回避，期限不少于%s，最早至%s。", least.Chinese(), last),
			"Another's recusal lasts at least until "+last.String()+".")
	}
	return nil
}

// RefuseRecusalEnd says why somebody may not set a recusal aside; nil when he may: not
// his own, not one he recorded, and not as the officer of a case of the unit.
func RefuseRecusalEnd(account, author, who string, officer bool) *Refusal {
	switch {
	case account == who:
		return aboutRecusal("own_recusal", "本人的回避须由他人解除。", "Nobody sets aside his own recusal.")
	case author == who:
		return aboutRecusal("own_record", "登记回避的人不能自行解除，请由另一位领导解除。", "Whoever recorded a recusal does not set it aside; another leader must.")
	case officer:
		return aboutRecusal("own_case", "该单位事项的经办人不能解除对该单位的回避。", "Whoever is officer of a case of the unit sets no recusal from it aside.")
	}
	return nil
}

func aboutRecusal(code, zh, en string) *Refusal {
	r := forbidden(code, zh, en)
	r.Field = "id"
	return r
}

// RefuseRecusalRequest says why a unit may not file another request; nil when it may:
// so many wait for an answer for the case, if it names one, and for the unit.
func (r Rules) RefuseRecusalRequest(ofCase, ofUnit int) *Refusal {
	figures := r.Policy.Recusals()
	switch {
	case ofCase >= figures.PerCase:
		return notAllowed("too_many_requests_of_case", fmt.Sprintf("该事项已有%d项回避申请待答复，请等待答复后再提出。", ofCase),
			fmt.Sprintf("%d requests about this case wait for an answer already.", ofCase))
	case ofUnit >= figures.PerUnit:
		return notAllowed("too_many_requests_of_unit", fmt.Sprintf("贵单位已有%d项回避申请待答复，请等待答复后再提出。", ofUnit),
			fmt.Sprintf("%d requests of your unit wait for an answer already.", ofUnit))
	}
	return nil
}

// LateSince is the first day on which a recusal is late for a draw of today.
func (r Rules) LateSince(today Date) Date {
	return r.Calendar.Back(today, r.Policy.Recusals().Late.N)
}

// Narrowed reports whether late recusals leave fewer to draw from than the policy wants,
// so many times the team (recusal.margin): before is the roster without them. Whoever
// entered them would know too much of what comes out.
func (r Rules) Narrowed(roster, before lot.Roster) bool {
	now := eligible(roster)
	return now < r.margin() && eligible(before) > now
}

// margin is how many persons must be left to draw from.
func (r Rules) margin() int { return r.Policy.Recusals().Margin * r.Policy.LookBack.Team }

func eligible(roster lot.Roster) (n int) {
	for _, i := range roster {
		if i.Eligible() {
			n++
		}
	}
	return n
}

// faultNarrowed is the code of a draw that was not made for late recusals. It stands in
// the record.
const faultNarrowed = "late_recusals"

// NarrowedFault is why nothing was drawn then.
func NarrowedFault() DrawFault {
	return DrawFault{
		Code: faultNarrowed, ZH: "因近日登记的回避，可抽人员少于规定人数，没有抽签；请决定重新抽签或者改为事先告知的“回头看”。",
		EN: "Recusals of the last days leave fewer to draw from than the policy wants; redraw, or announce the look-back.",
	}
}

// ids are those of the recusals, authors who entered them.
func lateRecusals(late []LateRecusal) (ids, authors []string) {
	for _, one := range late {
		ids = append(ids, one.ID)
		authors = withAccount(authors, one.Author)
	}
	return ids, authors
}
