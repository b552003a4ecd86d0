package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"duban/calendar"
)

// check reports to f what p says that cannot be: what contradicts itself, or
// names something the lifecycle does not know.
func check(p *Policy, f *file) {
	checkTime(p.Time, f)
	checkClocks(p.Clocks, f)
	checkRectification(p.Rectification, f)
	checkLadder(p.Ladder, f)
	checkMeasures(p.Measures, f)
	checkTypeRules(p.TypeRules, p.Codes, f)
	checkRequests(p, f)
	checkLookBack(p, f)
	if p.Burden.Inspections < 1 {
		f.refuse("burden.inspections", "expected at least 1")
	}
	checkDraw(p.Draw, f)
	checkRecusal(p.Recusal, f)
	checkLists(p.Lists, f)
	checkCopies(p.Copies, f)
	checkPapers(p.Papers, f)
	checkWording(p, f)
	checkCodes(p.Codes, f)
}

func checkTime(t Time, f *file) {
	const day = 24 * time.Hour
	if d := t.DayLength.Std(); d < calendar.MinDayLength || d > calendar.MaxDayLength {
		f.refuse("time.day_length", "expected 10ms to 24h")
	}
	if t.PapersLeaveAt.Std() >= day {
		f.refuse("time.papers_leave_at", "expected a time of the day: less than 24h")
	}
	if t.SpreadTo.Std() > 4*time.Hour {
		f.refuse("time.spread_to", "expected at most 4h")
	}
	if t.SpreadFrom > t.SpreadTo {
		f.refuse("time.spread_from", "expected no more than spread_to", "time.spread_to")
	}
	if t.OutageFrom.Std() < time.Minute {
		f.refuse("time.outage_from", "expected at least 1m")
	}
	if t.OutageBefore.Std() > day {
		f.refuse("time.outage_before", "expected at most 24h")
	}
}

func checkRectification(r Rectification, f *file) {
	checkAllowance(r.Immediate, "rectification.immediate", f)
	checkAllowance(r.ByDeadline, "rectification.by_deadline", f)
	checkAllowance(r.Sustained, "rectification.sustained", f)
	if n := len(r.Correction); n < 1 || n > 5 {
		f.refuse("rectification.correction", "expected one to five periods")
	}
	for i, p := range r.Correction {
		if i > 0 && mostDays(p) > mostDays(r.Correction[i-1]) {
			f.refuse(at("rectification.correction", i), "expected no longer than the period before it", at("rectification.correction", i-1))
		}
	}
	if r.ReturnsToLevel < 1 {
		f.refuse("rectification.returns_to_level", "expected at least 1")
	}
	if r.ReturnsLevel < L1 {
		f.refuse("rectification.returns_level", "expected L1 to L5")
	}
}

func checkAllowance(a Allowance, path string, f *file) {
	if mostDays(a.Within) > mostDays(a.Cap) {
		f.refuse(path+".cap", "expected at least as long as within", path+".within")
	}
}

// checkRequests checks what a unit may ask for, and the lasting duties.
func checkRequests(p *Policy, f *file) {
	if n := p.Extension.PerRound; n < 0 || n > 3 {
		f.refuse("extension.per_round", "expected 0 to 3")
	}
	if p.Extension.Max.Unit == calendar.Months {
		f.refuse("extension.max", "expected days: WD or D")
	}
	if p.Stay.Max.Unit != calendar.NaturalDays {
		f.refuse("stay.max", "expected natural days: D")
	}
	if f.has("stay.in_all") && (p.Stay.InAll.Unit != calendar.NaturalDays || p.Stay.InAll.N < p.Stay.Max.N) {
		f.refuse("stay.in_all", "expected natural days (D), at least as many as stay.max", "stay.max")
	}
	if checkIn := p.Clocks[ClockCheckIn].Within; mostDays(p.Sustained.CheckInMax) < mostDays(checkIn) {
		f.refuse("sustained.check_in_max", "expected at least as long as clocks.check_in.within", "clocks.check_in.within")
	}
	if review := p.Clocks[ClockSustainedReview].Within; mostDays(p.Sustained.Limit) < mostDays(review) {
		f.refuse("sustained.limit", "expected at least as long as clocks.sustained_review.within", "clocks.sustained_review.within")
	}
}

func checkLookBack(p *Policy, f *file) {
	if mostDays(p.LookBack.Opens) >= mostDays(p.Clocks[ClockLookBack].Within) {
		f.refuse("look_back.opens", "expected shorter than clocks.look_back.within, which ends the window", "clocks.look_back.within")
	}
	if p.LookBack.MinPersons < 2 {
		f.refuse("look_back.min_persons", "expected at least 2")
	}
	if p.LookBack.Team < p.LookBack.MinPersons || p.LookBack.Team > 12 {
		f.refuse("look_back.team", "expected min_persons to 12", "look_back.min_persons")
	}
	if p.LookBack.TellAt.Std() >= 24*time.Hour {
		f.refuse("look_back.tell_at", "expected a time of the day: less than 24h")
	}
	if until := p.LookBack.TellUntil.Std(); until <= p.LookBack.TellAt.Std() || until > 24*time.Hour {
		f.refuse("look_back.tell_until", "expected a time of the day after tell_at, at most 24h", "look_back.tell_at")
	}
	if p.LookBack.Load.Unit != calendar.Months {
		f.refuse("look_back.load", "expected months: M")
	}
	if f.has("look_back.refused_arrivals") && p.LookBack.RefusedArrivals < 1 {
		f.refuse("look_back.refused_arrivals", "expected at least 1")
	}
	if p.LookBack.ImpossibleToLeader < 1 {
		f.refuse("look_back.impossible_to_leader", "expected at least 1")
	}
}

func checkRecusal(r Recusal, f *file) {
	if !f.has("recusal") {
		return
	}
	if mostDays(r.Least) < 1 {
		f.refuse("recusal.least", "expected at least 1D")
	}
	if r.Late.Unit != calendar.WorkingDays || r.Late.N < 1 {
		f.refuse("recusal.late", "expected working days: WD")
	}
	if r.PerCase < 1 {
		f.refuse("recusal.per_case", "expected at least 1")
	}
	if r.PerUnit < r.PerCase {
		f.refuse("recusal.per_unit", "expected per_case or more", "recusal.per_case")
	}
	if r.Margin < 1 {
		f.refuse("recusal.margin", "expected at least 1")
	}
}

func checkDraw(d Draw, f *file) {
	if !f.has("draw") {
		return
	}
	if d.Ordinary < 1 || d.Ordinary > MaxWeight {
		f.refuse("draw.ordinary", "expected 1 to 1000000")
	}
	if d.Listed < d.Ordinary || d.Listed > MaxWeight {
		f.refuse("draw.listed", "expected ordinary to 1000000", "draw.ordinary")
	}
}

// mostDays is roughly the greatest number of natural days in a period, to
// compare periods that count different things. Holidays are left out: no
// comparison here is that fine.
func mostDays(p calendar.Period) int {
	switch p.Unit {
	case calendar.WorkingDays:
		return (p.N*7 + 4) / 5
	case calendar.NaturalDays:
		return p.N
	case calendar.Months:
		return p.N * 31
	}
	return 0
}

// checkKind refuses a measure that is none of ours, or not one of those meant.
func checkKind(kind MeasureKind, among []MeasureKind, path string, f *file) {
	if !slices.Contains(among, kind) {
		f.refuse(path, fmt.Sprintf("expected one of %s", list(among)))
	}
}

// ownedKinds are the measures that somebody has to carry out: all but urge,
// which is done when it is ordered.
func ownedKinds() []MeasureKind {
	return slices.DeleteFunc(MeasureKinds(), func(k MeasureKind) bool { return k == MeasureUrge })
}

func list[S ~string](names []S) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = string(name)
	}
	return strings.Join(all, ", ")
}
