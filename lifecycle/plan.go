package lifecycle

import (
	"fmt"
	"slices"

	"duban/policy"
)

// A Plan is how the unit means to put the finding right.
type Plan struct {
	On       Date          `json:"on,omitzero"`
	Measures []PlanMeasure `json:"measures" doc:"What the unit undertakes, in its order"`
	// Accepted: the committee accepted it, and its dates are frozen.
	Accepted bool `json:"accepted,omitempty"`
	Returns  int  `json:"returns,omitempty" doc:"How often the plan was returned in this round"`
}

// A PlanMeasure is one thing the unit will do (整改措施).
type PlanMeasure struct {
	No    int    `json:"no"`
	Text  string `json:"text" minLength:"1" maxLength:"10000" doc:"What is done"`
	Kind  Remedy `json:"kind" doc:"What kind of step it is"`
	Owner string `json:"owner" minLength:"1" maxLength:"100" doc:"Name of who carries it out"`
	Due   Date   `json:"due"`
	// Done is what the unit last reported, Accepted what the committee found.
	Done     bool `json:"done,omitempty" doc:"Whether the unit last reported it done"`
	Accepted bool `json:"accepted,omitempty" doc:"Whether its report was accepted"`
}

// A Remedy is the kind of a plan's measure.
type Remedy string

// The kinds, as offices use them.
const (
	EstablishSystem Remedy = "establish_system" // 建章立制
	RecoverLoss     Remedy = "recover_loss"     // 挽回损失
	Accountability  Remedy = "accountability"   // 追责问责
	DrawInferences  Remedy = "draw_inferences"  // 举一反三
	SpecialDrive    Remedy = "special_drive"    // 专项整治
	Training        Remedy = "training"         // 教育培训
	OtherRemedy     Remedy = "other"            // 其他
)

// Remedies lists the kinds.
func Remedies() []Remedy {
	return []Remedy{EstablishSystem, RecoverLoss, Accountability, DrawInferences, SpecialDrive, Training, OtherRemedy}
}

// SubmitPlan hands in the rectification plan.
type SubmitPlan struct {
	Measures []PlannedMeasure `json:"measures" minItems:"1" maxItems:"100" doc:"What the unit undertakes, in its order"`
	Paper    *Paper           `json:"paper,omitempty"`
}

// A PlannedMeasure is one measure as the unit proposes it.
type PlannedMeasure struct {
	Text  string `json:"text" minLength:"1" maxLength:"10000" doc:"What is done"`
	Kind  Remedy `json:"kind" doc:"What kind of step it is"`
	Owner string `json:"owner" minLength:"1" maxLength:"100" doc:"Name of who carries it out"`
	Due   Date   `json:"due" doc:"The day by which it is done: later than today, and not after the unit's deadline"`
}

// PlanSubmitted: the plan waits for review.
type PlanSubmitted struct {
	SubmitPlan
	On Date `json:"on"`
	// Late is by how many working days; 0 when in time.
	Late int `json:"late,omitempty" doc:"By how many working days it was late; none when in time"`
}

// ReturnPlan sends the plan back.
type ReturnPlan struct {
	Reasons []string `json:"reasons" each:"10000" minItems:"1" maxItems:"100" doc:"What is wrong with the plan, point by point"`
}

// PlanReturned: the unit must mend its plan.
type PlanReturned struct{ ReturnPlan }

// AcceptPlan accepts the plan; its measures and dates are frozen.
type AcceptPlan struct{}

// PlanAccepted: the unit now does what it planned.
type PlanAccepted struct{}

func (b SubmitPlan) onPaper() *Paper { return b.Paper }

func (b SubmitPlan) decide(t *turn) error {
	on, err := t.paperDay(b.Paper, t.c.Receipt.On)
	if err != nil {
		return err
	}
	if len(b.Measures) < 1 || len(b.Measures) > maxItems {
		return invalid("measures", "count", "整改措施应为1至100项。", "A plan has 1 to 100 measures.")
	}
	last := t.lastForMeasures()
	var faults []error
	for i, m := range b.Measures {
		field := func(name string) string { return fmt.Sprintf("measures[%d].%s", i, name) }
		faults = append(faults,
			t.text(field("text"), m.Text, maxText),
			oneOf(field("kind"), m.Kind, Remedies()...),
			t.text(field("owner"), m.Owner, maxName),
			t.dayAfter(field("due"), m.Due, t.c.Receipt.On, last),
		)
	}
	if err := all(faults...); err != nil {
		return err
	}
	k, _ := t.c.clock(policy.ClockPlan, 0)
	t.record(&PlanSubmitted{SubmitPlan: b, On: on, Late: t.late(k, on)})
	t.endCorrection(on)
	t.goTo(PlanReview)
	return nil
}

// lastForMeasures is the last day that a measure of a plan may be due on: that of the
// rectification. A unit that is late gets a term it can keep, and goes on being late.
func (t *turn) lastForMeasures() Date {
	main, _ := t.c.clock(policy.ClockRectification, 0)
	if main.Due.After(t.today) {
		return main.Due
	}
	return t.rules.Calendar.Add(t.today, t.rules.Policy.Rectification.Correction[0]).Date
}

func (b ReturnPlan) decide(t *turn) error {
	if err := t.list("reasons", b.Reasons, 1, maxText); err != nil {
		return err
	}
	review, _ := t.c.clock(policy.ClockPlanReview, 0)
	t.record(&PlanReturned{b})
	t.chargeReview(review)
	step, raised := t.returned(t.c.Plan.Returns)
	k, _ := t.c.clock(policy.ClockPlan, 0)
	t.goTo(Planning)
	t.set(t.arm(t.givePlanBack(k)))
	t.correct(t.c.Plan.Returns)
	if raised {
		t.orderStep(step, ReturnedOften(policy.ClockPlan, t.c.Plan.Returns))
	}
	return nil
}

// mayReturnPlan: a plan comes back as often as the level rises by it. Then the ladder is
// climbed, and the main clock says the rest: what is being planned is overdue itself.
func mayReturnPlan(t *turn) *Refusal {
	if refusal := notPlanFiler(t); refusal != nil {
		return refusal
	}
	figures := t.rules.Policy.Rectification
	most := figures.ReturnsToLevel + int(policy.L5-figures.ReturnsLevel)
	if t.c.Plan == nil || t.c.Plan.Returns < most {
		return nil
	}
	return notAllowed("plan_returned_out", fmt.Sprintf("方案已退回%d次，督办等级已提至最高，不再退回；请通过方案，按整改期限督促落实。", most),
		fmt.Sprintf("The plan came back %d times and the level is at its highest; accept it, and hold the unit to its due date.", most))
}

// givePlanBack adds the days the committee read the plan to its due date, and those
// of a stay once only.
func (t *turn) givePlanBack(k Clock) Clock {
	read := t.today
	if !k.StandsSince.IsZero() {
		read = k.StandsSince // from then on it stood
	}
	k = t.move(k, t.rules.laterBut(k.Due, t.c.Plan.On, read, k.Stood), MoveCommittee)
	k.Stood = nil
	k = t.resume(k, t.today, MoveStay)
	if t.held() {
		k = t.stand(k, t.today) // the days until now are given back already
	}
	return t.capPlan(k)
}

// capPlan lets a plan be due no later than the rectification it plans; one whose time
// was over before the unit was served, within the time to correct.
func (t *turn) capPlan(k Clock) Clock {
	main, ok := t.c.clock(policy.ClockRectification, 0)
	if !ok {
		return k
	}
	last := main.Due
	if !last.After(k.Start) {
		last = t.rules.Calendar.Add(k.Start, t.rules.Policy.Rectification.Correction[0]).Date
	}
	if !k.Due.After(last) {
		return k
	}
	return t.move(k, last, MoveMain)
}

func (AcceptPlan) decide(t *turn) error { //nolint:unparam // as every command
	review, _ := t.c.clock(policy.ClockPlanReview, 0)
	t.record(&PlanAccepted{})
	t.chargeReview(review)
	t.stop(policy.ClockPlan, 0)
	t.goTo(Rectifying)
	return nil
}

// chargeReview moves the unit's main due date by the days of a plan review that
// lie beyond the committee's own clock, and by those that lie beyond the due
// date itself: the unit's lateness never contains a day the committee took.
func (t *turn) chargeReview(review Clock) {
	main, ok := t.c.clock(policy.ClockRectification, 0)
	if !ok {
		return
	}
	from, to := review.Due, t.today
	if late := latest(main.Due, review.Start); late.Before(from) {
		from = late
	}
	if !main.StandsSince.IsZero() {
		to = main.StandsSince // the days since are given back when it resumes
	}
	main = t.move(main, t.rules.laterBut(main.Due, from, to, main.Stood), MoveCommittee)
	main.Stood = nil
	t.set(main)
}

func (b *PlanSubmitted) apply(c *Case, e Event) {
	p := Plan{On: b.On}
	switch {
	case c.Plan != nil:
		p.Returns = c.Plan.Returns
	case c.Reissue != nil:
		p.Returns = c.Reissue.PlanReturns
	}
	for i, m := range b.Measures {
		p.Measures = append(p.Measures, PlanMeasure{No: i + 1, Text: m.Text, Kind: m.Kind, Owner: m.Owner, Due: m.Due})
	}
	c.Plan = &p
	c.Part.PlanFiler = filer(b.Paper, e)
}

func (*PlanReturned) apply(c *Case, _ Event) {
	p := *c.Plan
	p.Returns++
	c.Plan = &p
}

func (*PlanAccepted) apply(c *Case, _ Event) {
	p := *c.Plan
	p.Measures, p.Accepted = slices.Clone(p.Measures), true
	c.Plan = &p
}
