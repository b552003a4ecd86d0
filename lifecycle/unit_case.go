package lifecycle

import (
	"reflect"
	"slices"

	"duban/policy"
)

// A UnitCase is what the inspected unit may know of a case. It is a type of its
// own, made from the case by ForUnit alone, and it changes only when an event
// changed something the unit may see; its version counts those events.
type UnitCase struct {
	ID      string    `json:"id"`
	Number  string    `json:"number"`
	Version int64     `json:"version" doc:"What the ETag counts: the changes that the unit can see"`
	Stage   UnitStage `json:"stage" doc:"The stage at which the case stands, as the unit knows it"`
	Unit    string    `json:"unit"`
	// What was sent to the wrong unit has none of these four.
	Title    string `json:"title,omitempty" doc:"What was found, on one line; left out of what was sent to the wrong unit"`
	Facts    string `json:"facts,omitempty"`
	FoundOn  Date   `json:"found_on,omitzero"`
	Category string `json:"category,omitempty" of:"Category"`

	// EarlierNumber is the number of the unit's own case that happened again.
	EarlierNumber string `json:"earlier_number,omitempty"`

	Dimension string         `json:"dimension,omitempty" of:"Dimension"`
	Basis     string         `json:"basis,omitempty"`
	Type      Type           `json:"type,omitempty"`
	Round     int            `json:"round"`
	Level     policy.Level   `json:"level"`
	Notice    *Notice        `json:"notice,omitempty" doc:"The feedback notice; none before it was sent"`
	Receipt   *Receipt       `json:"receipt,omitempty" doc:"How the notice reached the unit; none before"`
	Plan      *Plan          `json:"plan,omitempty" doc:"Your plan of this round; none before you submitted it"`
	Report    *Report        `json:"report,omitempty" doc:"Your report of this round; none before you submitted it"`
	Objection *UnitObjection `json:"objection,omitempty" doc:"Your objection; none when there was none"`
	Extension *ExtensionOf   `json:"extension,omitempty" doc:"Your request for more time of this round; none when there was none"`
	Stay      *UnitStay      `json:"stay,omitempty" doc:"The stay for which the clocks stand still; none when they run"`
	Measures  []UnitMeasure  `json:"measures,omitempty" doc:"The measures that concern the unit"`
	// AnnouncedOn is the day of a look-back that was announced. Of any other the
	// unit learns when the inspectors stand in the room.
	AnnouncedOn Date `json:"announced_on,omitzero"`
	// Deadlines are the unit's own clocks.
	Deadlines []UnitDeadline `json:"deadlines,omitempty"`
}

// A UnitObjection is an objection as its unit sees it.
type UnitObjection struct {
	Kind    ObjectionKind `json:"kind" doc:"What you object to"`
	Grounds string        `json:"grounds" doc:"Why you object"`
	On      Date          `json:"on"`
	Outcome Outcome       `json:"outcome,omitempty" doc:"What was decided; none before"`
	Reasons string        `json:"reasons,omitempty"`
}

// A UnitStay is a stay as the unit sees it.
type UnitStay struct {
	On    Date `json:"on"`
	Until Date `json:"until"`
}

// A UnitMeasure is a measure ordered against the unit.
type UnitMeasure struct {
	Kind   policy.MeasureKind `json:"kind" doc:"What is done about the unit"`
	List   policy.List        `json:"list,omitempty" doc:"On which negative list, when that is the measure"`
	Status MeasureStatus      `json:"status" doc:"Whether it is ordered or done"`
	On     Date               `json:"on"`
}

// A UnitDeadline is a due date the unit must keep.
type UnitDeadline struct {
	Name        policy.ClockName `json:"name" doc:"What is awaited"`
	Due         Date             `json:"due"`
	Provisional bool             `json:"provisional,omitempty"`
	Passed      bool             `json:"passed,omitempty"`
	Standing    bool             `json:"standing,omitempty"`
	Moves       []Move           `json:"moves,omitempty"`
}

// ForUnit returns what the case's unit may know of it. The stage is UnitNone
// when the case does not exist for the unit.
func (c Case) ForUnit() UnitCase {
	stage := c.unitStage()
	if stage == UnitNone {
		return UnitCase{}
	}
	f := c.Finding
	u := UnitCase{
		ID: c.ID, Number: c.Number, Version: c.UnitVersion, Stage: stage, Unit: c.Unit, Title: f.Title, Facts: f.Facts,
		FoundOn: f.FoundOn, Category: f.Category, Dimension: f.Dimension, Basis: f.Basis, Type: f.Type,
		Round: c.Round, Level: c.Level, Receipt: c.Receipt, Report: c.Report, EarlierNumber: c.EarlierNumber(),
	}
	if stage != UnitCorrecting {
		u.Notice = c.Notice
	}
	u.Plan = c.unitPlan()
	if o := c.Objection; o != nil {
		u.Objection = &UnitObjection{Kind: o.Kind, Grounds: o.Grounds, On: o.On, Outcome: o.Outcome, Reasons: o.Reasons}
	}
	if c.Extension != nil {
		x := *c.Extension
		x.By = "" // which may be an officer's account
		u.Extension = &x
	}
	if s := c.Stay; s != nil {
		u.Stay = &UnitStay{On: s.On, Until: s.Until}
	}
	if d := c.Draw; c.Stage == LookBackPending && d != nil && d.Announced != nil {
		u.AnnouncedOn = d.Announced.On
	}
	for _, m := range c.Measures {
		if m.shown() {
			u.Measures = append(u.Measures, UnitMeasure{Kind: m.Kind, List: m.list(), Status: m.Status, On: m.On})
		}
	}
	for _, k := range c.Clocks {
		if unitClock(k.Name) || k.Name == policy.ClockReceipt {
			u.Deadlines = append(u.Deadlines, UnitDeadline{
				Name: k.Name, Due: k.Due, Provisional: k.Provisional, Passed: k.Passed && !c.answerOwed(k), Standing: !k.StandsSince.IsZero(), Moves: k.Moves,
			})
		}
	}
	return u
}

// Misdirected returns what a unit keeps of a case whose notice was sent to it by
// mistake: that it was, and nothing of what it said.
func (c Case) Misdirected(unit string) UnitCase {
	return UnitCase{ID: c.ID, Number: c.Number, Version: 1, Stage: UnitMisdirected, Unit: unit, Round: 1}
}

// unitPlan hides what a look-back found until its result is the unit's to know:
// the acceptance of single measures shows only while the unit works on them.
func (c Case) unitPlan() *Plan {
	if c.Plan == nil || c.Stage.unitWorks() {
		return c.Plan
	}
	p := *c.Plan
	p.Measures = slices.Clone(p.Measures)
	for i := range p.Measures {
		p.Measures[i].Accepted = false
	}
	return &p
}

// unitWorks are the stages in which the unit's own clocks run or stand.
func (s Stage) unitWorks() bool {
	switch s {
	case Planning, PlanReview, Rectifying, ReportReview, Sustained:
		return true
	case Draft, Triage, NoticeDrafting, NoticeApproval, Serving, LookBackPending, LookBackActive,
		ClosureApproval, Closed, Transferred, Archived, Merged, Voided:
		return false
	default:
		return false
	}
}

// equal reports whether two views show the same, versions apart.
func (u UnitCase) equal(v UnitCase) bool {
	u.Version, v.Version = 0, 0
	return reflect.DeepEqual(u, v)
}
