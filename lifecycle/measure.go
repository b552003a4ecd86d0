package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// A Measure is a measure of supervision (措施): a letter, a visit, a talk, an
// order, a listing. It is proposed or ordered, and ends with its own record.
type Measure struct {
	No     int                `json:"no"`
	Kind   policy.MeasureKind `json:"kind"`
	Status MeasureStatus      `json:"status"`
	// Misdirected: it was taken against a unit whose case this never was.
	Misdirected bool `json:"misdirected,omitempty"`
	// Before is the status it had when it was passed on, waived or cancelled.
	Before MeasureStatus `json:"before,omitempty"`
	Basis  string        `json:"basis"`
	On     Date          `json:"on"`
	// OrderedBy is who ordered it; empty when the ladder or a rule did.
	OrderedBy string `json:"ordered_by,omitempty"`
	// Owner is the account that must carry it out; empty for whoever holds the
	// role.
	Owner  string         `json:"owner,omitempty"`
	Joined *Standing      `json:"joined,omitempty"`
	Record *MeasureRecord `json:"record,omitempty"`
	Reason string         `json:"reason,omitempty"`
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
// ordered never left the committee.
func (m Measure) shown() bool {
	return !m.Misdirected && m.Status != Proposed && m.Status != PassedOn && m.Before != Proposed
}

// end gives a measure its last status and keeps the one before.
func (m *Measure) end(status MeasureStatus) { m.Before, m.Status = m.Status, status }

// running reports whether somebody must still do something about it.
func (m Measure) running() bool { return m.Status == Proposed || m.Status == Ordered }

// A MeasureRecord is what was done, in the terms of the measure's kind.
type MeasureRecord struct {
	On           Date     `json:"on"`
	Place        string   `json:"place,omitempty" maxLength:"200"`
	Persons      []string `json:"persons,omitempty" maxItems:"20" doc:"With whom, person and post"`
	Reason       string   `json:"reason,omitempty" maxLength:"10000"`
	Requirements string   `json:"requirements,omitempty" maxLength:"10000" doc:"What was required"`
	Response     string   `json:"response,omitempty" maxLength:"10000" doc:"What was answered or done"`
	Number       string   `json:"number,omitempty" maxLength:"100" doc:"Number of the letter or of the decision"`
	Signed       bool     `json:"signed,omitempty"`
	Evidence     []string `json:"evidence,omitempty" maxItems:"100"`
}

// OrderMeasure orders a measure, or approves one that was proposed.
type OrderMeasure struct {
	Measure policy.MeasureKind `json:"kind" enum:"urge,supervision_letter,on_site,circular,reminder_talk,party_group_order,negative_list"`
	Basis   string             `json:"basis" minLength:"1" maxLength:"10000"`
	// Proposal is the number of the proposed measure this approves.
	Proposal int    `json:"proposal,omitempty" minimum:"0" doc:"Number of the proposed measure being approved"`
	Owner    string `json:"owner,omitempty" maxLength:"64" doc:"Account that must carry it out"`
	// Level raises the case to a level at once; for grave cases.
	Level policy.Level `json:"level,omitzero" doc:"Level to raise the case to, L1 to L5"`
}

// MeasureOrdered: a measure was ordered, proposed or joined.
type MeasureOrdered struct {
	No       int                `json:"no"`
	Kind     policy.MeasureKind `json:"kind"`
	Status   MeasureStatus      `json:"status"`
	Basis    string             `json:"basis"`
	Owner    string             `json:"owner,omitempty"`
	Joined   *Standing          `json:"joined,omitempty"`
	Proposal int                `json:"proposal,omitempty"`
}

// PostponeMeasure gives a measure more time.
type PostponeMeasure struct {
	No     int    `json:"no" minimum:"1"`
	Until  Date   `json:"until"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// MeasurePostponed: a measure has more time.
type MeasurePostponed struct{ PostponeMeasure }

// WaiveMeasure lets a measure be.
type WaiveMeasure struct {
	No     int    `json:"no" minimum:"1"`
	Reason string `json:"reason" minLength:"1" maxLength:"10000"`
}

// MeasureWaived: a measure will not be carried out.
type MeasureWaived struct{ WaiveMeasure }

// RecordMeasure records that a measure was carried out.
type RecordMeasure struct {
	No int `json:"no" minimum:"1"`
	MeasureRecord
}

// MeasureRecorded: a measure was carried out.
type MeasureRecorded struct {
	RecordMeasure
	Issued *Issued `json:"issued,omitempty"`
}

// MeasuresCancelled: the ground of these measures fell away.
type MeasuresCancelled struct {
	Nos []int `json:"nos"`
}

func (b OrderMeasure) decide(t *turn) error {
	err := first(oneOf("kind", b.Measure, policy.MeasureKinds()...), t.text("basis", b.Basis, maxText), t.optional("owner", b.Owner, maxName))
	if err != nil {
		return err
	}
	if b.Measure != policy.MeasureUrge && !t.actor.Has(Leader) {
		return forbidden("leader_orders", "除催办外的措施由工委领导决定。", "Only a leader may order a measure other than urging.")
	}
	if b.Level != policy.L0 && !t.actor.Has(Leader) {
		return forbidden("leader_raises", "提高督办等级由工委领导决定。", "Only a leader may raise the level.")
	}
	if b.Owner != "" {
		if _, err := t.account("owner", b.Owner, ownerRole(b.Measure)[0]); err != nil {
			return err
		}
	}
	if b.Proposal > 0 {
		if m, ok := t.c.measure(b.Proposal); !ok || m.Status != Proposed || m.Kind != b.Measure {
			return invalid("proposal", "unknown_measure", "没有这项待批准的措施。", "There is no such proposed measure.")
		}
	}
	if b.Level != policy.L0 {
		if err := t.mayRaise(b.Level); err != nil {
			return err
		}
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
		No: len(t.c.Measures) + 1, Kind: b.Measure, Status: Ordered, Basis: b.Basis, Owner: b.Owner, Proposal: b.Proposal,
	}
	if b.Proposal > 0 {
		body.No = b.Proposal
	}
	switch joined := t.standing(b.Measure); {
	case b.Measure == policy.MeasureUrge:
		body.Status = Done
	case joined != nil:
		body.Status, body.Joined = Joined, joined
	}
	t.record(body)
	t.stop(policy.ClockMeasure, body.No)
	if body.Status == Ordered {
		t.measureClock(body.No, t.rules.Policy.Measures.Kinds[b.Measure].Within)
	}
}

// propose opens a measure that a leader must order before anything happens.
func (t *turn) propose(kind policy.MeasureKind, basis string) {
	t.record(&MeasureOrdered{No: len(t.c.Measures) + 1, Kind: kind, Status: Proposed, Basis: basis})
	t.measureClock(len(t.c.Measures), t.rules.Policy.Measures.Decision)
}

// orderStep does what the policy names for a rung of the ladder.
func (t *turn) orderStep(step policy.Step) {
	basis := step.Level.String() + " " + step.Level.ZH()
	if step.Gate == policy.GateApproval {
		t.propose(step.Measure, basis)
		return
	}
	actor := t.actor
	t.actor = Actor{} // the ladder orders, not whoever happened to be there
	t.order(OrderMeasure{Measure: step.Measure, Basis: basis})
	t.actor = actor
}

func (t *turn) measureClock(no int, within Period) {
	k := t.start(policy.ClockMeasure, t.today, within)
	k.Measure = no
	t.set(t.arm(k))
}

// standing is the measure that one of this kind would join: another case's, or
// an open talk or listing of this one, of which there is but one.
func (t *turn) standing(kind policy.MeasureKind) *Standing {
	for _, s := range t.rules.Standing {
		if s.Kind == kind && s.Case != t.c.ID {
			return &s
		}
	}
	if kind != policy.MeasureReminderTalk && kind != policy.MeasureNegativeList {
		return nil
	}
	for _, m := range t.c.Measures {
		listed := kind == policy.MeasureNegativeList && m.Status == Done && m.On.Year() == t.today.Year()
		if m.Kind == kind && (m.Status == Ordered || listed) && !m.Misdirected {
			return &Standing{Kind: kind, Case: t.c.ID, Measure: m.No}
		}
	}
	return nil
}

// cancelMeasures cancels whatever is still running.
func (t *turn) cancelMeasures() {
	var nos []int
	for _, m := range t.c.Measures {
		if m.running() || m.Status == Joined {
			nos = append(nos, m.No)
		}
	}
	if len(nos) == 0 {
		return
	}
	t.record(&MeasuresCancelled{Nos: nos})
	for _, no := range nos {
		t.stop(policy.ClockMeasure, no)
	}
}

// open finds a measure that somebody must still do something about.
func (t *turn) openMeasure(no int) (Measure, error) {
	m, ok := t.c.measure(no)
	if !ok || !m.running() {
		return Measure{}, invalid("no", "unknown_measure", fmt.Sprintf("没有待办的第%d项措施。", no), fmt.Sprintf("There is no open measure %d.", no))
	}
	return m, nil
}

func (b PostponeMeasure) decide(t *turn) error {
	if _, err := t.openMeasure(b.No); err != nil {
		return err
	}
	k, _ := t.c.clock(policy.ClockMeasure, b.No)
	farthest := t.rules.Calendar.Add(t.today, t.rules.Policy.Measures.PostponeMax).Date
	err := first(t.dayAfter("until", b.Until, latest(t.today, k.Due), farthest), t.text("reason", b.Reason, maxText))
	if err != nil {
		return err
	}
	t.record(&MeasurePostponed{b})
	t.set(t.arm(t.move(k, b.Until, MovePostponed)))
	return nil
}

func (b WaiveMeasure) decide(t *turn) error {
	m, err := t.openMeasure(b.No)
	if err != nil {
		return err
	}
	if t.ordered(m) {
		return ownOrder()
	}
	if err := t.text("reason", b.Reason, maxText); err != nil {
		return err
	}
	t.record(&MeasureWaived{b})
	t.stop(policy.ClockMeasure, b.No)
	return nil
}

func (b RecordMeasure) decide(t *turn) error {
	m, err := t.openMeasure(b.No)
	if err != nil {
		return err
	}
	if m.Status != Ordered {
		return notAllowed("not_ordered", "该措施尚未批准。", "The measure is proposed, not ordered.")
	}
	if !t.owns(m) {
		return notOwner()
	}
	if err := b.check(t, m); err != nil {
		return err
	}
	t.record(&MeasureRecorded{RecordMeasure: b})
	t.stop(policy.ClockMeasure, b.No)
	return nil
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

// check wants what the kind's own record must hold.
func (b RecordMeasure) check(t *turn, m Measure) error {
	err := first(t.dayBetween("on", b.On, m.On), t.list("persons", b.Persons, 0, maxTitle), t.list("evidence", b.Evidence, 0, maxTitle),
		t.optional("place", b.Place, maxTitle), t.optional("reason", b.Reason, maxText), t.optional("requirements", b.Requirements, maxText),
		t.optional("response", b.Response, maxText), t.optional("number", b.Number, maxName))
	if err != nil {
		return err
	}
	switch m.Kind {
	case policy.MeasureReminderTalk:
		return first(t.text("place", b.Place, maxTitle), t.list("persons", b.Persons, 1, maxTitle), t.text("reason", b.Reason, maxText),
			t.text("requirements", b.Requirements, maxText), t.text("response", b.Response, maxText))
	case policy.MeasureOnSite:
		return first(t.text("place", b.Place, maxTitle), t.list("persons", b.Persons, 1, maxTitle), t.text("requirements", b.Requirements, maxText))
	case policy.MeasureSupervisionLetter, policy.MeasureCircular, policy.MeasureNegativeList:
		return t.text("number", b.Number, maxName)
	case policy.MeasurePartyGroupOrder:
		return t.text("response", b.Response, maxText)
	case policy.MeasureUrge:
		return nil
	default:
		return nil
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
		No: b.No, Kind: b.Kind, Status: b.Status, Basis: b.Basis, On: e.Legal,
		OrderedBy: e.Actor.Account, Owner: b.Owner, Joined: b.Joined,
	}
	if b.Status == Proposed {
		m.OrderedBy = ""
	}
	if b.Proposal > 0 {
		c.setMeasure(b.Proposal, func(have *Measure) { *have = m })
		return
	}
	c.Measures = append(slices.Clone(c.Measures), m)
}

func (*MeasurePostponed) apply(*Case, Event) {}

func (b *MeasureWaived) apply(c *Case, _ Event) {
	for _, m := range c.Measures {
		if m.No == b.No || m.Status == Joined && m.Joined.Case == c.ID && m.Joined.Measure == b.No {
			c.setMeasure(m.No, func(m *Measure) {
				m.end(Waived)
				m.Reason = b.Reason
			})
		}
	}
}

func (b *MeasureRecorded) apply(c *Case, _ Event) {
	record := b.MeasureRecord
	c.setMeasure(b.No, func(m *Measure) { m.Status, m.Record = Done, &record })
}

func (b *MeasuresCancelled) apply(c *Case, _ Event) {
	for _, no := range b.Nos {
		c.setMeasure(no, func(m *Measure) { m.end(Cancelled) })
	}
}

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

// hasOrdered: there is something to carry out and record.
func hasOrdered(t *turn) *Refusal {
	if refusal := hasMeasure(t); refusal != nil {
		return refusal
	}
	if !slices.ContainsFunc(t.c.Measures, func(m Measure) bool { return m.Status == Ordered }) {
		return notAllowed("not_ordered", "该措施尚未批准。", "The measure is proposed, not ordered.")
	}
	if !slices.ContainsFunc(t.c.Measures, func(m Measure) bool { return m.Status == Ordered && t.owns(m) }) {
		return notOwner()
	}
	return nil
}

// hasToWaive: there is an open measure that one did not order oneself.
func hasToWaive(t *turn) *Refusal {
	if refusal := hasMeasure(t); refusal != nil {
		return refusal
	}
	if !slices.ContainsFunc(t.c.Measures, func(m Measure) bool { return m.running() && !t.ordered(m) }) {
		return ownOrder()
	}
	return nil
}

// owns reports whether the person must carry the measure out; ordered, whether
// the person ordered it.
func (t *turn) owns(m Measure) bool {
	return m.Owner == t.actor.Account || m.Owner == "" && t.actor.Has(ownerRole(m.Kind)...)
}

func (t *turn) ordered(m Measure) bool { return m.OrderedBy != "" && m.OrderedBy == t.actor.Account }

func notOwner() *Refusal {
	return forbidden("not_owner", "只有责任人可以记录该措施。", "Only its owner may record the measure.")
}

func ownOrder() *Refusal {
	return forbidden("own_order", "决定采取措施的人不能自行免予。", "Whoever ordered a measure may not waive it himself.")
}
