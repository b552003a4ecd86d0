package lifecycle

import (
	"slices"

	"duban/policy"
)

// A Child is a case that was merged into this one.
type Child struct {
	ID     string `json:"id"`
	Number string `json:"number" doc:"Number of the merged case"`
	// Measures are the measures that passed on to this case.
	Measures []Passed `json:"measures,omitempty"`
}

// Passed says under which number a child's measure runs in its parent.
type Passed struct {
	Own  int `json:"own" doc:"How many of them are the unit's own"`
	Here int `json:"here" doc:"How many days passed in this way, of this case"`
}

// MergeInto merges the case into another of the same unit (并案).
type MergeInto struct {
	Parent string `json:"parent" minLength:"1" maxLength:"64" doc:"Id of the case it is merged into"`
}

// CaseMerged: the case follows its parent from now on.
type CaseMerged struct {
	Parent       string `json:"parent" doc:"Id of the case that it follows"`
	ParentNumber string `json:"parent_number" doc:"Number of the case that it follows"`
}

// ChildTakenIn: another case was merged into this one.
type ChildTakenIn struct {
	Child    Child     `json:"child" doc:"The case that was merged into this one"`
	Evidence []string  `json:"evidence,omitempty" doc:"Its files, which are files of this case from now on"`
	Measures []Measure `json:"measures,omitempty" doc:"Its measures, which stand here from now on"`
}

// GivenBack: the parent fell away and the case stands on its own again.
type GivenBack struct {
	Parent string `json:"parent" doc:"Id of the case that fell away"`
	// Ended are the case's measures that came to their end in the parent.
	Ended []Measure `json:"ended,omitempty" doc:"The case's measures that came to their end in the other"`
}

// Involves names the parent.
func (b MergeInto) Involves(Case) []string { return []string{b.Parent} }

func (b MergeInto) decide(t *turn) error {
	if len(t.others) != 1 || t.others[0].c.Seq == 0 {
		return invalid("parent", "unknown_case", "没有要并入的事项。", "There is no such case to merge into.")
	}
	p := t.others[0]
	mine, iRun := t.c.clock(policy.ClockRectification, 0)
	its, itRuns := p.c.clock(policy.ClockRectification, 0)
	switch {
	case p.c.ID == t.c.ID:
		return invalid("parent", "same_case", "不能并入自身。", "A case cannot be merged into itself.")
	case p.c.Unit != t.c.Unit:
		return invalid("parent", "other_unit", "只能并入同一单位的事项。", "Cases of different units cannot be merged.")
	case !slices.Contains(mergeStages(), p.c.Stage):
		return notAllowed("parent_stage", "要并入的事项已不在可并案的阶段。", "The case to merge into is past the stages in which cases are merged.")
	case len(t.c.Children) > 0:
		return notAllowed("has_children", "已有其他事项并入本事项，请反向并案。", "Other cases were merged into this one; merge the other way round.")
	case t.c.Objection.pending():
		return notAllowed("objection_pending", "异议尚未答复，不能并案。", "An objection waits for its answer; the case cannot be merged yet.")
	case iRun && !itRuns, t.c.Served && !p.c.Served, hasMeasure(t) == nil && !slices.Contains(workStages(), p.c.Stage):
		return notAllowed("parent_behind", "要并入的事项尚未起算时限，请反向并案。", "The case to merge into has no deadline yet; merge the other way round.")
	}
	shorter := iRun && mine.Due.Before(its.Due)
	if iRun && mine.Due != its.Due && !t.actor.Has(Leader) { // the child's or the parent's
		return forbidden("shortens_deadline", "并案将提前整改期限，须由工委领导决定。", "The merger shortens a deadline; a leader must decide it.")
	}
	taken := &ChildTakenIn{Child: Child{ID: t.c.ID, Number: t.c.Number}, Evidence: t.c.Evidence}
	for _, m := range t.c.Measures {
		if m.running() {
			taken.Measures = append(taken.Measures, m)
			taken.Child.Measures = append(taken.Child.Measures, Passed{Own: m.No, Here: len(p.c.Measures) + len(taken.Measures)})
		}
	}
	clocks := slices.Clone(t.c.Clocks)
	t.record(&CaseMerged{Parent: p.c.ID, ParentNumber: p.c.Number})
	t.goTo(Merged)

	p.record(taken)
	if iRun {
		p.raise(max(p.c.Level, t.c.Level)) // a merger undoes no lateness
	}
	for _, passed := range taken.Child.Measures {
		j := slices.IndexFunc(clocks, func(k Clock) bool { return k.Name == policy.ClockMeasure && k.Measure == passed.Own })
		if j >= 0 {
			k := clocks[j]
			k.Measure = passed.Here
			p.set(k)
		}
	}
	if shorter {
		its = p.move(its, mine.Due, MoveMerged)
		if its.Next != nil {
			its = p.arm(its)
		}
		p.set(its)
	}
	p.rearmUnit()
	if shorter {
		if plan, ok := p.c.clock(policy.ClockPlan, 0); ok {
			armed := plan.Next != nil
			if plan = p.capPlan(plan); armed {
				plan = p.arm(plan)
			}
			p.set(plan)
		}
	}
	return nil
}

// mergeStages are those in which a case can be merged or merged into.
func mergeStages() []Stage {
	return []Stage{Draft, Triage, NoticeDrafting, NoticeApproval, Serving, Planning, PlanReview, Rectifying}
}

// childrenOf are the cases that come back when this one falls away.
func childrenOf(c Case) []string {
	ids := make([]string, len(c.Children))
	for i, child := range c.Children {
		ids[i] = child.ID
	}
	return ids
}

// giveBack lets the children of a case that falls away stand on their own
// again, where they stood, later by the days in between.
func (t *turn) giveBack() {
	for _, o := range t.others {
		if o.c.Stage == Merged && o.c.Parent == t.c.ID {
			succeeded := o.followParent(t.c)
			o.restore(&GivenBack{Parent: t.c.ID, Ended: t.c.ended(o.c.ID)}, MoveMerged)
			if succeeded {
				o.stop(policy.ClockHandover, 0)
				o.findItsWay()
			}
		}
	}
}

// ended lists a child's measures that came to their end here, by the child's
// numbers.
func (c Case) ended(child string) []Measure {
	var list []Measure
	for _, one := range c.Children {
		for _, passed := range one.Measures {
			if m, ok := c.measure(passed.Here); ok && one.ID == child && !m.running() {
				m.No = passed.Own
				list = append(list, m)
			}
		}
	}
	return list
}

// restore records the body and puts the case back where it stood before it was
// suspended. Every clock is later by the days away.
func (t *turn) restore(body Body, reason MoveReason) {
	before := *t.c.Before
	own := stageClocks(t.c.Stage)
	own = append(own, policy.ClockTransferStatus)
	t.record(body)
	for _, name := range own {
		t.stop(name, 0)
	}
	t.last().Stage = before.Stage
	t.c = t.c.withStage(before.Stage, t.at, t.legal)
	for _, k := range before.Clocks {
		if m, ok := t.c.measure(k.Measure); ok && !m.running() {
			continue
		}
		rang := k.Next != nil
		k = t.recompute(k) // the calendar may have changed meanwhile
		if k.StandsSince.IsZero() {
			spared := !k.SparedSince.IsZero()
			k = spareTo(k, before.On)
			k = t.move(k, t.rules.later(k.Due, before.On, t.today), reason)
			if spared {
				k = spareFrom(k, t.today)
			}
		}
		if rang {
			k = t.arm(k)
		}
		t.set(k)
	}
}

// suspend is where the case stands, to be restored later.
func (c Case) suspend(on Date) *Suspended {
	return &Suspended{Stage: c.Stage, On: on, Clocks: slices.Clone(c.Clocks)}
}

func (b *CaseMerged) apply(c *Case, e Event) {
	c.Before, c.Parent = c.suspend(e.Legal), b.Parent
	for _, m := range c.Measures {
		if m.running() {
			c.setMeasure(m.No, func(m *Measure) { m.end(PassedOn) })
		}
	}
}

func (b *ChildTakenIn) apply(c *Case, _ Event) {
	c.Children = append(slices.Clone(c.Children), b.Child)
	evidence := slices.Clone(c.Evidence)
	for _, v := range b.Evidence {
		if !slices.Contains(evidence, v) {
			evidence = append(evidence, v)
		}
	}
	c.Evidence = evidence
	c.Measures = slices.Clone(c.Measures)
	for _, m := range b.Measures {
		m.No = len(c.Measures) + 1
		c.Measures = append(c.Measures, m)
	}
}

func (b *GivenBack) apply(c *Case, _ Event) {
	c.Before, c.Parent = nil, ""
	for _, m := range c.Measures {
		if m.Status == PassedOn {
			c.setMeasure(m.No, func(m *Measure) { m.Status, m.Before = m.Before, "" })
		}
	}
	for _, m := range b.Ended {
		c.setMeasure(m.No, func(own *Measure) { *own = m })
	}
}
