package lifecycle

import (
	"cmp"
	"fmt"
	"slices"

	"duban/policy"
)

// A Measure is a measure of supervision (措施): a letter, a visit, a talk, an
// order, a listing. It is proposed or ordered, and ends with its own record.
type Measure struct {
	No     int                `json:"no"`
	Kind   policy.MeasureKind `json:"kind" doc:"What is done about the unit"`
	Status MeasureStatus      `json:"status" doc:"Whether it is proposed, ordered, done or waived"`
	// Misdirected: it was taken against a unit whose case this never was.
	Misdirected bool `json:"misdirected,omitempty"`
	// Fallen is there when its case fell away, or it was let be, although it had been made or carried out:
	// it stays until others than who had it fall away end it.
	Fallen *Fallen `json:"fallen,omitempty"`
	// Before is the status it had when it was passed on, waived or cancelled.
	Before MeasureStatus `json:"before,omitempty"`
	// List and Unit are the list of a listing and the unit on it, which stays
	// there when its duty passes on to another.
	List  policy.List `json:"list,omitempty" doc:"Of a listing: on which negative list"`
	Unit  string      `json:"unit,omitempty"`
	Basis string      `json:"basis"`
	On    Date        `json:"on"`
	// Step is the rung of the ladder that it was ordered for; L0 for none.
	Step policy.Level `json:"step,omitzero"`
	// ProposedBy is the person who proposed it; empty when the ladder or a rule did.
	ProposedBy string `json:"proposed_by,omitempty"`
	// OrderedBy is who ordered it; empty when the ladder or a rule did.
	OrderedBy string `json:"ordered_by,omitempty"`
	// Owner is the account that must carry it out; empty for whoever holds the
	// role.
	Owner string `json:"owner,omitempty"`
	// Talk is when and where a talk will be held, if that was fixed.
	Talk *Appointment `json:"talk,omitempty"`
	// FixedOn is the day on which that was last fixed by itself, not with the order.
	FixedOn Date `json:"fixed_on,omitzero"`
	// Notice is the number of the talk's notice that went out last.
	Notice string `json:"notice,omitempty"`
	// Subject is with whom a talk is to be held: who answered for the unit on the day
	// of the order, whoever holds the post afterwards. Talks of before name nobody, as
	// do those of a unit for which nobody answered.
	Subject *PostHolder    `json:"subject,omitempty" doc:"With whom a talk is to be held: who answered for the unit on the day of the order, whoever holds the post afterwards; nobody when nobody answered for it"`
	Joined  *Standing      `json:"joined,omitempty" doc:"The talk or the entry that this measure joined instead of one of its own"`
	Record  *MeasureRecord `json:"record,omitempty" doc:"How it was carried out; none before"`
	Reason  string         `json:"reason,omitempty"`
}

// A MeasureStatus says how far a measure has come.
type MeasureStatus string

// The states of a measure.
const (
	Proposed  MeasureStatus = "proposed"  // waits for a leader
	Ordered   MeasureStatus = "ordered"   // must be carried out
	Joined    MeasureStatus = "joined"    // another case's measure covers this one
	Done      MeasureStatus = "done"      // carried out and recorded
	Waived    MeasureStatus = "waived"    // a leader let it be, with a reason
	Cancelled MeasureStatus = "cancelled" // its ground fell away
	PassedOn  MeasureStatus = "passed_on" // runs in the case this one was merged into
)

// shown reports whether the unit may see the measure: a proposal that nobody
// ordered never left the committee, nor did a talk of the ladder that no leader fixed.
func (m Measure) shown() bool {
	return !m.Misdirected && m.Status != Proposed && m.Status != PassedOn && m.Before != Proposed && !m.undecided()
}

// end gives a measure its last status and keeps the one before.
func (m *Measure) end(status MeasureStatus) { m.Before, m.Status = m.Status, status }

// running reports whether somebody must still do something about it in its case.
func (m Measure) running() bool {
	return m.Fallen == nil && (m.Status == Proposed || m.Status == Ordered)
}

// OrderMeasure orders a measure, or approves one that was proposed.
type OrderMeasure struct {
	Measure policy.MeasureKind `json:"kind" doc:"What is done about the unit; an officer orders a reminder (urge) only"`
	List    policy.List        `json:"list,omitempty" doc:"Of a negative_list: on which"`
	Basis   string             `json:"basis" minLength:"1" maxLength:"10000"`
	// Propose leaves the order to a leader, another person than who proposes.
	Propose bool `json:"propose,omitempty" doc:"Only propose it; a leader other than the proposer decides"`
	// Proposal is the number of the proposed measure this approves.
	Proposal int    `json:"proposal,omitempty" minimum:"0" doc:"Number of the proposed measure being approved"`
	Owner    string `json:"owner,omitempty" maxLength:"64" doc:"Account that must carry it out; of an approval, the one proposed when left out"`
	// Level raises the case to a level at once; for grave cases.
	Level policy.Level `json:"level,omitzero" doc:"Level to raise the case to, L1 to L5"`
	// step is the rung that the ladder orders for.
	step policy.Level
	Talk *Appointment `json:"talk,omitempty" doc:"Of a talk: when and where it will be held, if that is fixed; then its notice leaves at once, else with fix_talk"`
}

// MeasureOrdered: a measure was ordered, proposed or joined.
type MeasureOrdered struct {
	No       int                `json:"no"`
	Kind     policy.MeasureKind `json:"kind" doc:"What is done"`
	List     policy.List        `json:"list,omitempty"`
	Status   MeasureStatus      `json:"status"`
	Basis    string             `json:"basis"`
	Owner    string             `json:"owner,omitempty" doc:"The account that must carry it out; none for whoever holds the role"`
	Joined   *Standing          `json:"joined,omitempty" doc:"The measure of another case that it joins; none when it stands by itself"`
	Proposal int                `json:"proposal,omitempty" doc:"Number of the proposed measure that was approved; none when nobody proposed it"`
	// ByHand: a person proposed it, not the ladder or a rule.
	ByHand bool `json:"by_hand,omitempty" doc:"Whether a person proposed it, not the ladder or a rule"`
	// Step is the rung of the ladder that it was ordered for.
	Step policy.Level `json:"step,omitzero" doc:"The rung of the ladder that it was ordered for; none when it was ordered by a person"`
	Talk *Appointment `json:"talk,omitempty" doc:"When and where the talk is held; none unless it is a talk that is fixed"`
	// Subject is with whom the talk is to be held.
	Subject *PostHolder `json:"subject,omitempty" doc:"With whom the talk is to be held"`
	// Number is that of the talk's notice, if it left with the order.
	Number string  `json:"number,omitempty" doc:"Number of the talk's notice, if it left with the order"`
	Issued *Issued `json:"issued,omitempty" doc:"The letter, or the notice of the talk; none when nothing left"`

	series series
}

func (b OrderMeasure) decide(t *turn) error {
	err := all(oneOf("kind", b.Measure, policy.MeasureKinds()...), t.text("basis", b.Basis, maxText), t.optional("owner", b.Owner, maxName))
	if err != nil {
		return err
	}
	if b.Measure != policy.MeasureUrge && !b.Propose && !t.actor.Has(Leader) {
		return forbidden("leader_orders", "除催办外的措施由工委领导决定。", "Only a leader may order a measure other than urging.")
	}
	if err := b.checkProposal(t); err != nil {
		return err
	}
	if err := all(b.checkList(t), b.checkTalk(t)); err != nil {
		return err
	}
	if b.Level != policy.L0 && !t.actor.Has(Leader) {
		return forbidden("leader_raises", "提高督办等级由工委领导决定。", "Only a leader may raise the level.")
	}
	if b.Owner != "" {
		if _, err := t.account("owner", b.Owner, ownerRole(b.Measure)[0]); err != nil {
			return err
		}
	}
	if b.Propose {
		t.propose(MeasureOrdered{Kind: b.Measure, List: b.List, Basis: b.Basis, Owner: b.Owner, ByHand: true})
		return nil
	}
	if b.Level != policy.L0 {
		if err := t.mayRaise(b.Level); err != nil {
			return err
		}
	}
	if b.Proposal > 0 { // what the approval leaves open is as it was proposed
		b.List = cmp.Or(b.List, t.c.Measures[b.Proposal-1].List)
		b.Owner = cmp.Or(b.Owner, t.c.Measures[b.Proposal-1].Owner)
	}
	t.order(b)
	if b.Level != policy.L0 {
		t.raise(b.Level)
		t.rearmUnit()
	}
	return nil
}

// mayRaise: an order may raise the level only while a clock of the unit runs,
// and only upward.
func (t *turn) mayRaise(level policy.Level) error {
	switch {
	case !slices.ContainsFunc(t.c.Clocks, func(k Clock) bool { return unitClock(k.Name) }):
		return invalid("level", "no_unit_clock", "单位时限未起算，不能提高督办等级。", "No clock of the unit runs, so the level cannot be raised.")
	case level <= t.c.Level:
		return invalid("level", "not_higher", "督办等级只能提高。", "An order can only raise the level.")
	}
	return nil
}

// rearmUnit arms the unit's ringing clocks again after the level changed.
func (t *turn) rearmUnit() {
	for _, k := range slices.Clone(t.c.Clocks) {
		if unitClock(k.Name) && k.Next != nil {
			t.set(t.arm(k))
		}
	}
}

// order opens a measure, or the proposal it approves, as something to be done.
func (t *turn) order(b OrderMeasure) {
	body := &MeasureOrdered{
		No: len(t.c.Measures) + 1, Kind: b.Measure, List: b.List, Status: Ordered, Basis: b.Basis, Owner: b.Owner, Proposal: b.Proposal,
		Step: b.step,
	}
	if b.Proposal > 0 {
		body.No = b.Proposal
	}
	if b.Measure == policy.MeasureReminderTalk {
		body.Subject = answerableOn(t.rules.Holders, t.legal)
	}
	// A talk with nobody yet is not one with somebody.
	switch joined := t.standing(b.Measure, b.List, cmp.Or(body.Subject, &PostHolder{}), body.No); {
	case b.Measure == policy.MeasureUrge:
		body.Status = Done
	case joined != nil:
		body.Status, body.Joined = Joined, joined
	}
	if body.Status == Ordered {
		body.Talk = b.Talk
	}
	if body.Talk != nil {
		body.series = t.seriesOf(PaperTalk)
	}
	t.record(body)
	t.stop(policy.ClockMeasure, body.No)
	if body.Status == Ordered {
		t.measureClock(body.No, t.rules.Policy.Measures.Kinds[b.Measure].Within)
	}
}

// propose opens a measure that a leader must order before anything happens.
func (t *turn) propose(body MeasureOrdered) {
	body.No, body.Status = len(t.c.Measures)+1, Proposed
	t.record(&body)
	t.measureClock(len(t.c.Measures), t.rules.Policy.Measures.Decision)
}

// orderStep does what the policy names for a rung of the ladder, and says why.
func (t *turn) orderStep(step policy.Step, why Sentence) {
	basis := why.ZH
	if step.Gate == policy.GateApproval {
		t.propose(MeasureOrdered{Kind: step.Measure, List: step.List, Basis: basis, Step: step.Level})
		return
	}
	actor := t.actor
	t.actor = Actor{} // the ladder orders, not whoever happened to be there
	t.order(OrderMeasure{Measure: step.Measure, List: step.List, Basis: basis, step: step.Level})
	t.actor = actor
}

func (t *turn) measureClock(no int, within Period) {
	k := t.start(policy.ClockMeasure, t.today, within)
	k.Measure = no
	t.set(t.arm(k))
}

// open finds a measure that somebody must still do something about.
func (t *turn) openMeasure(no int) (Measure, error) {
	m, ok := t.c.measure(no)
	if !ok || !m.running() {
		return Measure{}, invalid("no", "unknown_measure", fmt.Sprintf("没有待办的第%d项措施。", no), fmt.Sprintf("There is no open measure %d.", no))
	}
	return m, nil
}

// ownerRole is who carries a kind of measure out when nobody is named.
func ownerRole(kind policy.MeasureKind) []Role {
	switch kind {
	case policy.MeasureOnSite, policy.MeasureReminderTalk, policy.MeasureNegativeList:
		return []Role{Leader}
	case policy.MeasureUrge, policy.MeasureSupervisionLetter, policy.MeasureCircular, policy.MeasurePartyGroupOrder:
		return []Role{Officer, Leader}
	default:
		return []Role{Leader}
	}
}

// measure returns a measure by its number.
func (c Case) measure(no int) (Measure, bool) {
	if no < 1 || no > len(c.Measures) {
		return Measure{}, false
	}
	return c.Measures[no-1], true
}

// setMeasure changes one measure of a case that is being folded.
func (c *Case) setMeasure(no int, change func(*Measure)) {
	c.Measures = slices.Clone(c.Measures)
	change(&c.Measures[no-1])
}

func (b *MeasureOrdered) apply(c *Case, e Event) {
	m := Measure{
		No: b.No, Kind: b.Kind, List: b.List, Status: b.Status, Basis: b.Basis, On: e.Legal,
		OrderedBy: e.Actor.Account, Owner: b.Owner, Talk: b.Talk, Subject: b.Subject, Joined: b.Joined, Step: b.Step, Notice: b.Number,
	}
	if b.Status == Proposed {
		m.OrderedBy = ""
	}
	if b.ByHand {
		m.ProposedBy = e.Actor.Account
	}
	if b.Kind == policy.MeasureNegativeList {
		m.Unit, m.List = c.Unit, m.list()
	}
	if b.Proposal > 0 {
		m.ProposedBy, m.Step = c.Measures[b.Proposal-1].ProposedBy, c.Measures[b.Proposal-1].Step
		c.setMeasure(b.Proposal, func(have *Measure) { *have = m })
		return
	}
	c.Measures = append(slices.Clone(c.Measures), m)
}

// Series is that of the notices of talks, if one leaves with the order.
func (b *MeasureOrdered) Series() string { return b.series.name() }

// Allot writes the number of the notice.
func (b *MeasureOrdered) Allot(n int) { b.Number = b.series.number(n) }

// hasMeasure: there is something to postpone, waive or record.
func hasMeasure(t *turn) *Refusal {
	if !slices.ContainsFunc(t.c.Measures, Measure.running) {
		return notAllowed("no_measure", "没有待办的措施。", "There is no open measure.")
	}
	return nil
}

func (b OrderMeasure) refers() Refs {
	if b.Owner == "" {
		return Refs{}
	}
	return Refs{Accounts: []string{b.Owner}}
}

// anyMeasure: one of the open measures may be acted on, or why the last may not.
func (t *turn) anyMeasure(may func(Measure) *Refusal) *Refusal {
	refusal := hasMeasure(t)
	for _, m := range t.c.Pending() {
		if refusal = may(m); refusal == nil {
			return nil
		}
	}
	return refusal
}

// owns reports whether the person must carry the measure out; ordered, whether
// the person ordered it.
func (t *turn) owns(m Measure) bool {
	return m.Owner == t.actor.Account || m.Owner == "" && t.actor.Has(ownerRole(m.Kind)...)
}

// mustDo reports whether the measure was given to this very person.
func (t *turn) mustDo(m Measure) bool { return m.Owner != "" && m.Owner == t.actor.Account }

func (t *turn) ordered(m Measure) bool { return m.OrderedBy != "" && m.OrderedBy == t.actor.Account }

func notOwner() *Refusal {
	return forbidden("not_owner", "只有责任人可以记录该措施。", "Only its owner may record the measure.")
}

func ownOrder() *Refusal {
	return forbidden("own_order", "决定采取措施的人不能自行免予。", "Whoever ordered a measure may not waive it himself.")
}
