package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"duban/lot"
	"duban/policy"
)

// A DrawOf says where the draw stands of the look-back that waits. It holds no
// drawn day and no drawn person: those lie under the seal until the arrival.
type DrawOf struct {
	// Number counts the draws of the case, also those that failed.
	Number int        `json:"number"`
	Status DrawStatus `json:"status" doc:"How the draw stands"`
	// Opens and Closes are the window that was drawn from, by the policy.
	Opens  Date `json:"opens,omitzero" doc:"The first day of the window that was drawn from, by the policy"`
	Closes Date `json:"closes,omitzero" doc:"The last day of the window that was drawn from, by the policy"`
	// Key is the id of the key the plan is sealed under.
	Key string `json:"key,omitempty"`
	// Fault is why nothing was drawn, or what was drawn cannot be kept.
	Fault *DrawFault `json:"fault,omitempty"`
	// Redraw and Opening wait for a second person.
	Redraw  *Asked `json:"redraw,omitempty" doc:"The request for another draw, which waits for a second person; none when there is none"`
	Opening *Asked `json:"opening,omitempty" doc:"The request to lay the sealed plan open; none when there was none"`
	// OpenedTo are the two people who had the plan opened before its day.
	OpenedTo []string `json:"opened_to,omitempty"`
	// Recusers entered the recusals for which nothing was drawn.
	Recusers []string `json:"recusers,omitempty"`
	// Despite: two people had it drawn all the same.
	Despite bool `json:"despite,omitempty"`
	// Announced is a look-back the unit was told of; what was drawn is void then.
	Announced *Announcement `json:"announced,omitempty" doc:"A look-back the unit was told of; what was drawn is void then"`
	// Permit is a leader's word, which holds on the day it was given, for an
	// arrival that is not as it was drawn.
	Permit *Permit `json:"permit,omitempty"`
	// Refused counts the arrivals that were refused.
	Refused *RefusedArrivals `json:"refused,omitempty"`
	// Revealed is the number up to which draws are laid open.
	Revealed int `json:"revealed,omitempty"`
}

// A DrawStatus says how far the draw is.
type DrawStatus string

// The states of a draw.
const (
	DrawWanted    DrawStatus = "wanted"    // to be drawn in this very transaction
	DrawMade      DrawStatus = "made"      // drawn and under the seal
	DrawFailed    DrawStatus = "failed"    // impossible; a leader decides
	DrawMissed    DrawStatus = "missed"    // the drawn day cannot be kept; a leader decides
	DrawAnnounced DrawStatus = "announced" // the unit was told a day instead
	DrawOver      DrawStatus = "over"      // the inspectors have arrived
)

// A DrawFault says why nothing was drawn or the drawn day was not kept, in a
// sentence that names no person and no day.
type DrawFault struct {
	Code string `json:"code"`
	ZH   string `json:"zh" doc:"What was wrong, in Chinese"`
	EN   string `json:"en" doc:"What was wrong, in English"`
}

// An Asked is what one person asked for and another decides.
type Asked struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
	On     Date   `json:"on"`
}

// A Permit is a leader's word for an arrival that is not as it was drawn or
// announced, or is recorded later than on its day.
type Permit struct {
	By string `json:"by"`
	// Given is the day on which it was given, On that of the arrival.
	Given Date `json:"given" doc:"The day on which it was given"`
	On    Date `json:"on"`
	// Persons may come beside the team.
	Persons []string `json:"persons,omitempty"`
}

// Permitted reports whether a leader permitted an arrival on the day: his word
// holds on the day he gave it.
func (d DrawOf) Permitted(on Date) bool { return d.permit(on) != nil }

// LookBackDrawn: lots were drawn for the day and the team. The commitment tells
// nothing of them and binds all that will be laid open at the arrival (ADR 21).
type LookBackDrawn struct {
	Number int  `json:"number"`
	Opens  Date `json:"opens"`
	Closes Date `json:"closes"`
	// Commitment is a lot.Commitment in its short form, Key the id of the key the
	// plan is sealed under.
	Commitment string `json:"commitment" doc:"What binds all that will be laid open at the arrival and tells nothing of it, in short form"`
	Key        string `json:"key" doc:"Id of the key under which the plan is sealed"`
	// Recusals are those entered shortly before.
	Recusals []string `json:"recusals,omitempty" doc:"The ids of the recusals entered shortly before the draw"`
}

// LookBackUndrawn: lots could not be drawn, and a leader must say how it goes on.
type LookBackUndrawn struct {
	Number int       `json:"number"`
	Opens  Date      `json:"opens"`
	Closes Date      `json:"closes"`
	Fault  DrawFault `json:"fault" doc:"Why lots could not be drawn"`
	// Recusals are those entered shortly before, and Recusers by whom.
	Recusals []string `json:"recusals,omitempty" doc:"The ids of the recusals entered shortly before the draw"`
	Recusers []string `json:"recusers,omitempty" doc:"Accounts of who entered them"`
}

// LookBackMissed: the drawn day went by or fell away before the inspectors were
// sent, or they were sent and did not come.
type LookBackMissed struct {
	Number int       `json:"number"`
	Fault  DrawFault `json:"fault" doc:"What went wrong"`
}

// SealBroken: what was drawn cannot be opened for now, because the key is not at
// hand, or the plan was altered or taken away. It stays drawn, and a leader decides.
// With an arrival it says of each draw that is not laid open why.
type SealBroken struct {
	Number int       `json:"number"`
	Fault  DrawFault `json:"fault" doc:"Why it cannot be opened"`
}

// SealMended: what was drawn can be opened again, and nobody need decide.
type SealMended struct {
	Number int `json:"number"`
}

// wanted is the draw that the case wants as it comes to wait for a look-back:
// the record makes it before it commits, for what is drawn must never pass
// through here. After too many visits that could check nothing a leader decides
// first.
func (c Case) wanted() *DrawOf {
	d := DrawOf{Status: DrawWanted}
	if c.Draw != nil {
		d.Number, d.Revealed = c.Draw.Number, c.Draw.Revealed
	}
	if c.LookBackToLeader {
		d.Status, d.Fault = DrawFailed, &DrawFault{
			Code: "not_verifiable", ZH: "多次回头看均无法核实，请决定重新抽签或者改为事先告知的“回头看”。",
			EN: "Several look-backs could check nothing; redraw, or announce the look-back.",
		}
		return &d
	}
	d.Number++
	return &d
}

// DrawWindow is the window the wanted draw is made from: from the day the policy
// opens it, but not before tomorrow, to the end of the look-back clock.
func (c Case) DrawWindow(at time.Time, r Rules) lot.Window {
	k, _ := c.clock(policy.ClockLookBack, 0)
	opens := r.Calendar.Add(c.AcceptedOn, r.Policy.LookBack.Opens).Date
	return lot.Window{Opens: latest(opens, r.Today(at).AddDays(1)), Closes: k.Due}
}

// DecideDrawn records that the wanted draw was made, with the commitment to it.
func DecideDrawn(c Case, window lot.Window, commitment, key string, at time.Time, r Rules) []Event {
	t := newTurn(c, Command{}, at, r)
	late, _ := lateRecusals(r.LateRecusals)
	t.record(&LookBackDrawn{Number: c.Draw.Number, Opens: window.Opens, Closes: window.Closes, Commitment: commitment, Key: key, Recusals: late})
	t.stop(policy.ClockDraw, 0)
	t.seal()
	return t.events
}

// DecideUndrawn records that the wanted draw could not be made, and gives a
// leader the time of the draw clock to decide: to redraw when the fault is
// mended, or to announce the look-back. Nothing is drawn by lesser rules.
func DecideUndrawn(c Case, window lot.Window, fault DrawFault, at time.Time, r Rules) []Event {
	t := newTurn(c, Command{}, at, r)
	late, recusers := lateRecusals(r.LateRecusals)
	t.record(&LookBackUndrawn{Number: c.Draw.Number, Opens: window.Opens, Closes: window.Closes, Fault: fault, Recusals: late, Recusers: recusers})
	t.leaderDecides()
	t.seal()
	return t.events
}

// DecideMissed records that what was drawn cannot be kept any more.
func DecideMissed(c Case, fault DrawFault, at time.Time, r Rules) []Event {
	if c.Stage != LookBackPending || c.Draw == nil || c.Draw.Status != DrawMade {
		return nil
	}
	t := newTurn(c, Command{}, at, r)
	t.record(&LookBackMissed{Number: c.Draw.Number, Fault: fault})
	t.leaderDecides()
	t.seal()
	return t.events
}

// DecideSealBroken records, once, that what was drawn cannot be opened.
func DecideSealBroken(c Case, fault DrawFault, at time.Time, r Rules) []Event {
	if c.Stage != LookBackPending || c.Draw == nil || c.Draw.Status != DrawMade || c.Draw.Fault != nil {
		return nil
	}
	t := newTurn(c, Command{}, at, r)
	t.record(&SealBroken{Number: c.Draw.Number, Fault: fault})
	t.leaderDecides()
	t.seal()
	return t.events
}

// DecideSealMended records that what was drawn can be opened again.
func DecideSealMended(c Case, at time.Time, r Rules) []Event {
	if c.Stage != LookBackPending || c.Draw == nil || c.Draw.Status != DrawMade || c.Draw.Fault == nil {
		return nil
	}
	t := newTurn(c, Command{}, at, r)
	t.record(&SealMended{Number: c.Draw.Number})
	t.leaderDecided()
	t.seal()
	return t.events
}

// leaderDecides starts the clock of a draw that waits for a decision, unless it
// runs.
func (t *turn) leaderDecides() {
	if _, runs := t.c.clock(policy.ClockDraw, 0); !runs {
		t.set(t.arm(t.start(policy.ClockDraw, t.today, t.rules.Policy.Clock(policy.ClockDraw).Within)))
	}
}

// leaderDecided stops it when nothing waits any more.
func (t *turn) leaderDecided() {
	if d := t.c.Draw; d == nil || !d.waits() {
		t.stop(policy.ClockDraw, 0)
	}
}

// waits reports whether a leader has something to decide.
func (d DrawOf) waits() bool {
	return d.Fault != nil || d.Redraw != nil || d.Opening != nil || d.halted()
}

// DayPassed: the drawn day has gone by.
func DayPassed() DrawFault {
	return DrawFault{
		Code: "day_passed", ZH: "抽定的日期已过而未能派出检查组，请决定重新抽签或者改为事先告知的“回头看”。",
		EN: "The drawn day has gone by without the inspectors being sent; redraw, or announce the look-back.",
	}
}

// faultNotKept is the code of a draw whose team was told and did not come. It
// stands in the record.
const faultNotKept = "not_kept"

// NotKept: the drawn inspectors were told, and nobody recorded their arrival.
func NotKept() DrawFault {
	return DrawFault{
		Code: faultNotKept, ZH: "检查组接到任务而当日没有到场，请决定重新抽签、改为事先告知的“回头看”，或者准许另日到场。",
		EN: "The inspectors were told and did not arrive on their day; redraw, announce the look-back, or permit an arrival today.",
	}
}

// DayOff: the drawn day turned out to be a day off.
func DayOff() DrawFault {
	return DrawFault{
		Code: "day_off", ZH: "放假安排公布后，抽定的日期不再是工作日，请决定重新抽签或者改为事先告知的“回头看”。",
		EN: "By the State Council's notice the drawn day is no working day any more; redraw, or announce the look-back.",
	}
}

// TeamGone: too few of the drawn team may still come.
func TeamGone() DrawFault {
	return DrawFault{
		Code: "team_gone", ZH: "抽定的检查组已有人停用账号或者应当回避，请决定重新抽签或者改为事先告知的“回头看”。",
		EN: "Somebody of the drawn team has left or is recused by now; redraw, or announce the look-back.",
	}
}

// bilingual is an error that has a Chinese sentence as well.
type bilingual interface {
	error
	ZH() string
}

// FaultOf is the fault an error of the draw or of the seal stands for.
func FaultOf(code string, err bilingual) DrawFault {
	return DrawFault{Code: code, ZH: err.ZH(), EN: err.Error()}
}

// Recuse makes the roster of everybody who may look back at all, with what keeps some
// out of this case, and how often each was drawn lately (公务员法第七十六、七十七条).
// Besides, nobody looks back at his own work: who reviewed a report or handed in a paper
// for the unit.
func Recuse(c Case, candidates []Candidate, recent map[string]int) lot.Roster {
	roster := make(lot.Roster, 0, len(candidates))
	for _, p := range candidates {
		i := lot.Inspector{ID: p.Account, Lead: p.Lead, Recent: recent[p.Account], Recusals: slices.Clone(p.Recusals)}
		if slices.Contains(c.Part.Reviewers, p.Account) {
			i.Recusals = append(i.Recusals, lot.Recusal{Ground: lot.Reviewer, Reason: "审核过本案整改报告"})
		}
		if slices.Contains(c.filers(), p.Account) {
			i.Recusals = append(i.Recusals, lot.Recusal{Ground: lot.Filer, Reason: "代单位报送过本案材料"})
		}
		slices.SortFunc(i.Recusals, func(a, b lot.Recusal) int {
			return cmp.Or(cmp.Compare(a.Ground, b.Ground), cmp.Compare(a.Reason, b.Reason))
		})
		roster = append(roster, i)
	}
	return roster
}

// DrawRoster is the roster a team is drawn from. Nor is he drawn who registered the
// finding, as long as enough people (recusal.margin), and somebody to lead, are left
// without him: what keeps a small office from looking back at all helps nobody. A leader may name him in an
// announced look-back or by a permit.
func (r Rules) DrawRoster(c Case, candidates []Candidate, recent map[string]int) lot.Roster {
	roster := Recuse(c, candidates, recent)
	finder := slices.IndexFunc(roster, func(p lot.Inspector) bool { return p.ID == c.Part.Author && p.Eligible() })
	if finder < 0 {
		return roster
	}
	lead := slices.ContainsFunc(roster, func(p lot.Inspector) bool { return p.Lead && p.Eligible() && p.ID != c.Part.Author })
	if lead && eligible(roster) > r.margin() {
		roster[finder].Recusals = []lot.Recusal{{Ground: lot.Finder, Reason: "登记了本案问题"}}
	}
	return roster
}

// filers are those who handed in papers of the unit's which the case knows of.
func (c Case) filers() []string { return withAccount(c.Part.Filers, c.Part.PlanFiler) }

// mayCome refuses who must not stand in the room: a person who is no inspector,
// or is recused.
func (t *turn) mayCome(field string, persons []string) error {
	roster := Recuse(t.c, t.rules.Candidates, nil)
	for i, id := range persons {
		at := fmt.Sprintf("%s[%d]", field, i)
		k := slices.IndexFunc(roster, func(p lot.Inspector) bool { return p.ID == id })
		if k < 0 {
			return invalid(at, "not_an_inspector", "到场人员应为在用账号的检查人员或者回头看组长。", "Whoever comes must be an inspector or look-back lead with a working account.")
		}
		if r := roster[k].Recusals; len(r) > 0 {
			return invalid(at, "recused", fmt.Sprintf("%s应当回避：%s。", t.nameOf(id), r[0].Ground.ZH()),
				fmt.Sprintf("%s is recused: %s.", id, r[0].Ground.EN()))
		}
	}
	return nil
}

func (t *turn) nameOf(account string) string {
	return cmp.Or(t.rules.Known.Accounts[account].Name, account)
}

func (b *LookBackDrawn) apply(c *Case, _ Event) {
	d := *c.Draw
	d.Number, d.Status, d.Opens, d.Closes, d.Fault, d.Key = b.Number, DrawMade, b.Opens, b.Closes, nil, b.Key
	c.Draw = &d
}

func (b *LookBackUndrawn) apply(c *Case, _ Event) {
	d := *c.Draw
	fault := b.Fault
	d.Number, d.Status, d.Opens, d.Closes, d.Fault = b.Number, DrawFailed, b.Opens, b.Closes, &fault
	if fault.Code == faultNarrowed {
		d.Recusers = b.Recusers
	}
	c.Draw = &d
}

func (b *LookBackMissed) apply(c *Case, _ Event) {
	d := *c.Draw
	fault := b.Fault
	d.Status, d.Fault, d.Opening, d.OpenedTo = DrawMissed, &fault, nil, nil
	c.Draw = &d
}

func (b *SealBroken) apply(c *Case, _ Event) {
	if b.Number != c.Draw.Number {
		return // a draw that was replaced, and is not laid open with the arrival
	}
	d := *c.Draw
	fault := b.Fault
	d.Fault = &fault
	c.Draw = &d
}

func (*SealMended) apply(c *Case, _ Event) {
	d := *c.Draw
	d.Fault = nil
	c.Draw = &d
}
