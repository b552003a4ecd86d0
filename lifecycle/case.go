package lifecycle

import (
	"cmp"
	"slices"
	"time"

	"duban/calendar"
	"duban/policy"
)

// A Case is the file that follows one finding, as the fold of its events. It
// is a value: Apply returns a new one and leaves the old as it was.
type Case struct {
	ID string `json:"id"`
	// Number is the stable number people use, such as 督〔2026〕0001.
	Number string `json:"number"`
	// Seq is the number of the last event, and the version of the case.
	Seq      int64     `json:"version"`
	At       time.Time `json:"updated_at"`
	OpenedAt time.Time `json:"opened_at"`
	Stage    Stage     `json:"stage"`
	// StageSince is when the stage was entered.
	StageSince time.Time `json:"stage_since"`
	// ClosedAt is when the case was closed; zero unless it is closed or archived.
	ClosedAt time.Time `json:"closed_at,omitzero" doc:"When the case was closed, in UTC; none unless it is closed or archived"`
	// PolicyVersion is the version the case was noticed under; 0 before that.
	PolicyVersion   int     `json:"policy_version,omitempty"`
	CalendarVersion int     `json:"calendar_version,omitempty"`
	Unit            string  `json:"unit"`
	Finding         Finding `json:"finding" doc:"What was found and how it was judged"`
	// RepeatOf is the archived case that happened again.
	RepeatOf *RepeatOf `json:"repeat_of,omitempty"`
	// TakenOver: it was in hand before it came into this system.
	TakenOver *TakenOver   `json:"taken_over,omitempty"`
	Officer   string       `json:"officer,omitempty"`
	Round     int          `json:"round"`
	Level     policy.Level `json:"level"`
	// RaisedOn is the day from which the pace of the ladder is counted: that of the
	// last raise.
	RaisedOn calendar.Date `json:"raised_on,omitzero"`
	// Raises are the raises that led to the level.
	Raises []Raise `json:"raises,omitempty" doc:"The raises that led to the level"`
	// Entered are the dates and results that can be put right.
	Entered []Entered `json:"entered,omitempty" doc:"The dates and results that can be put right"`
	Notice  *Notice   `json:"notice,omitempty" doc:"The feedback notice as it was last drafted; none before the first"`
	// Feedback is the notice of a look-back that failed, while no leader has signed it.
	Feedback *Notice  `json:"feedback,omitempty"`
	Receipt  *Receipt `json:"receipt,omitempty" doc:"How the notice reached the unit; none before"`
	// DueDecision is a leader's, where two due dates met; nil until then.
	DueDecision *DueDecision `json:"due_decision,omitempty" doc:"A leader's decision where two due dates met; none until then"`
	// Reissue is what taking the notice back for the same unit left; nil before the first.
	Reissue *Reissue `json:"reissue,omitempty" doc:"What taking the notice back for the same unit left; none before the first"`
	// Stays are all stays of the case, with the days each took.
	Stays []StayTaken `json:"stays,omitempty"`
	// FirstPeriod is the time of the first round, of which later ones last half.
	FirstPeriod calendar.Period `json:"first_period,omitzero"`
	Plan        *Plan           `json:"plan,omitempty" doc:"The unit's plan of this round; none before it was submitted"`
	Report      *Report         `json:"report,omitempty" doc:"The unit's report of this round; none before it was submitted"`
	Objection   *ObjectionOf    `json:"objection,omitempty" doc:"The unit's objection; none when there was none"`
	Extension   *ExtensionOf    `json:"extension,omitempty" doc:"The request for more time of this round; none when there was none"`
	Stay        *StayOf         `json:"stay,omitempty" doc:"The stay for which the clocks stand still; none when they run"`
	Handover    *HandoverOf     `json:"handover,omitempty" doc:"A change of unit that the successor has not accepted yet"`
	// OfferedTo is the account the case was last handed over to.
	OfferedTo string       `json:"offered_to,omitempty"`
	Measures  []Measure    `json:"measures,omitempty" doc:"The measures that were proposed, ordered or carried out"`
	LookBacks []LookBackOf `json:"look_backs,omitempty" doc:"The look-backs that took place, in their order"`
	// AcceptedOn is when the report was accepted, or the sustained track ended,
	// from which the window of the look-back counts.
	AcceptedOn calendar.Date `json:"accepted_on,omitzero"`
	// Draw is where the draw of the look-back stands; nil before the first.
	Draw *DrawOf `json:"draw,omitempty" doc:"Where the draw of the look-back stands; none before the first"`
	// LookBackToLeader: so many look-backs could check nothing that a leader
	// must say how it goes on.
	LookBackToLeader bool            `json:"look_back_to_leader,omitempty"`
	SustainedSince   calendar.Date   `json:"sustained_since,omitzero" doc:"The day from which the case has been under sustained rectification"`
	CheckIn          calendar.Period `json:"check_in,omitzero" doc:"How often the unit checks in, while the case is under sustained rectification"`
	Transfer         *TransferOf     `json:"transfer,omitempty" doc:"To whom the case was sent on; none when it was not"`
	Parent           string          `json:"parent,omitempty" doc:"Id of the case that this one was merged into"`
	Children         []Child         `json:"children,omitempty" doc:"The cases that were merged into this one"`
	// Before is the stage and clocks to return to when the case is taken back
	// from another body or given back by a parent that fell away.
	Before *Suspended `json:"before,omitempty"`
	// Served: a notice of this case reached the present unit's door.
	Served bool `json:"served,omitempty"`
	// FormerUnits received a notice that was not theirs; it counts for nothing.
	FormerUnits []string `json:"former_units,omitempty"`
	// Predecessors are the units whose duty passed on to the present one; what
	// happened to them happened to it.
	Predecessors []string `json:"predecessors,omitempty"`
	// Evidence of the finding, and of children merged into it.
	Evidence []string `json:"evidence,omitempty"`
	Part     Part     `json:"part" doc:"Who took which part, by account: nobody decides on his own work"`
	Clocks   []Clock  `json:"clocks,omitempty" doc:"The clocks that run, each with its date and moves"`
	// AlarmNo grows with every change of the alarm's kind or instant.
	AlarmNo int64 `json:"alarm_no"`
	// UnitVersion counts the events that changed what the unit sees, and UnitAt
	// is the time of the last.
	UnitVersion int64     `json:"unit_version,omitempty" doc:"Counts the events that changed what the unit sees"`
	UnitAt      time.Time `json:"unit_at,omitzero" doc:"When the unit's view last changed, in UTC"`
}

// Part says who took which part, for the separation of duties. The values are
// accounts.
type Part struct {
	Author   string `json:"author,omitempty" doc:"Account of who registered the finding"`
	Accepter string `json:"accepter,omitempty" doc:"Account of the head who accepted the finding"`
	Drafter  string `json:"drafter,omitempty" doc:"Account of who drafted the notice"`
	Signer   string `json:"signer,omitempty" doc:"Account of the leader who signed the notice"`
	// Reviewers judged a report. What one of them accepted may stand in a later
	// round, so the list does not end with its round.
	Reviewers []string `json:"reviewers,omitempty"`
	// PlanFiler and ReportFiler handed the unit's plan and report in on paper, which
	// now wait for review; Filers ever handed in a report or a check-in so.
	PlanFiler   string   `json:"plan_filer,omitempty" doc:"Account of who filed the unit's plan on paper, which waits for review"`
	ReportFiler string   `json:"report_filer,omitempty" doc:"Account of who filed the unit's report on paper"`
	Filers      []string `json:"filers,omitempty" doc:"Accounts of who filed papers for the unit"`
	// Lead led the last look-back; Inspectors stood in the room at one.
	Lead       string   `json:"lead,omitempty" doc:"Account of who led the last look-back"`
	Inspectors []string `json:"inspectors,omitempty" doc:"Accounts of who stood in the room at look-backs"`
	// All lists everybody who did anything so far but remark on it.
	All []string `json:"all,omitempty"`
}

func withAccount(list []string, account string) []string {
	if account == "" || slices.Contains(list, account) {
		return list
	}
	return append(slices.Clone(list), account)
}

// Suspended is where a case stood before it was transferred or merged.
type Suspended struct {
	Stage  Stage         `json:"stage" doc:"The stage at which it was"`
	On     calendar.Date `json:"on"`
	Clocks []Clock       `json:"clocks,omitempty" doc:"The clocks that ran then"`
}

// Open reports whether anything can still happen to the case.
func (c Case) Open() bool { return c.Seq > 0 && !c.Stage.Settled() }

// Apply folds one event into the case. It makes no decision and reads no
// rules: everything it needs is in the event.
func (c Case) Apply(e Event) Case {
	before, _ := c.Alarm()
	c.Seq, c.At = e.Seq, e.At
	e.Body.apply(&c, e)
	c.noteEntered(e)
	if e.Kind != EventNoted {
		c.Part.All = withAccount(c.Part.All, e.Actor.Account)
	}
	for _, change := range e.Clocks {
		c = c.withClock(change)
	}
	if e.Level != nil {
		c = c.withLevel(e)
	}
	if e.Stage != "" {
		c = c.withStage(e.Stage, e.At, e.Legal)
	}
	if e.Visible {
		c = c.seen(e)
	}
	if after, _ := c.Alarm(); after.Kind() != before.Kind() || after.Measure != before.Measure || !after.At.Equal(before.At) {
		c.AlarmNo++
	}
	return c
}

// Fold returns the case that the events make, from nothing.
func Fold(events []Event) Case {
	var c Case
	for _, e := range events {
		c = c.Apply(e)
	}
	return c
}

func (c Case) withClock(change ClockChange) Case {
	i := slices.IndexFunc(c.Clocks, func(k Clock) bool { return change.same(k.Name, k.Measure) })
	clocks := slices.Clone(c.Clocks)
	switch {
	case change.Stopped && i >= 0:
		clocks = slices.Delete(clocks, i, i+1)
	case change.Stopped:
	case i >= 0:
		clocks[i] = change.Clock
	default:
		clocks = append(clocks, change.Clock)
		slices.SortFunc(clocks, func(a, b Clock) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Measure, b.Measure))
		})
	}
	if len(clocks) == 0 {
		clocks = nil
	}
	c.Clocks = clocks
	return c
}

// A Raise is one raise of the level.
type Raise struct {
	Level policy.Level  `json:"level"`
	On    calendar.Date `json:"on"`
	// Event is the number of the event that raised it.
	Event int64 `json:"event"`
	// Clock is the one whose lateness it was for; empty for an order, a return, a
	// new round or a merger.
	Clock policy.ClockName `json:"clock,omitempty"`
}

// withLevel sets the level that an event led to. One that falls back leaves the raises
// below it, and the pace goes on from the last of them.
func (c Case) withLevel(e Event) Case {
	level := *e.Level
	if level > c.Level {
		raise := Raise{Level: level, On: e.LevelOn, Event: e.Seq}
		if b, ok := e.Body.(*LevelRaised); ok {
			raise.Clock = b.Clock
		}
		raises := slices.Clone(c.Raises)
		if n := len(raises); n > 0 && raises[n-1].Event == e.Seq { // one event raises it once
			raises = raises[:n-1]
		}
		c.RaisedOn, c.Raises = e.LevelOn, append(raises, raise)
	} else {
		c.Raises = slices.DeleteFunc(slices.Clone(c.Raises), func(r Raise) bool { return r.Level > level })
		c.RaisedOn = calendar.Date{}
		if n := len(c.Raises); n > 0 {
			c.RaisedOn = c.Raises[n-1].On
		} else {
			c.Raises = nil
		}
	}
	c.Level = level
	return c
}

func (c Case) withStage(stage Stage, at time.Time, on calendar.Date) Case {
	if stage != Closed && stage != Archived && stage != Transferred {
		c.ClosedAt = time.Time{}
	}
	if stage == Closed && c.ClosedAt.IsZero() { // else it was with another body meanwhile
		c.ClosedAt = at
	}
	if stage == LookBackPending && c.Stage != Transferred {
		c.Draw = c.wanted()
	}
	c.Stage, c.StageSince = stage, at
	if stage == Archived || stage == Voided {
		c.Entered = nil
	}
	if stage == Serving {
		c.Served = true
	}
	if !stage.unitWorks() && stage != Transferred && stage != Merged { // from which it may come back
		c.dropStay(on)
	}
	return c
}

func (c Case) seen(e Event) Case {
	c.UnitVersion++
	c.UnitAt = e.At
	return c
}

// clock returns a running or standing clock of the case.
func (c Case) clock(name policy.ClockName, measure int) (Clock, bool) {
	i := slices.IndexFunc(c.Clocks, func(k Clock) bool { return k.Name == name && k.Measure == measure })
	if i < 0 {
		return Clock{}, false
	}
	return c.Clocks[i], true
}

// Deadline returns the clock that matters most where the case stands: the
// stage's own clock, for the unit's stages the unit's, or that of the answer the
// unit is owed.
func (c Case) Deadline() (Clock, bool) {
	names := stageClocks(c.Stage)
	switch c.Stage { //nolint:exhaustive // in the other stages it is the stage's own
	case Planning:
		names = []policy.ClockName{policy.ClockCorrection, policy.ClockPlan}
		if main, ok := c.clock(policy.ClockRectification, 0); ok && main.Passed && !c.correcting() {
			names = []policy.ClockName{policy.ClockRectification}
		}
	case Rectifying:
		names = []policy.ClockName{policy.ClockCorrection, policy.ClockRectification}
		if k, ok := c.clock(policy.ClockRectification, 0); ok && c.answerOwed(k) {
			names = []policy.ClockName{policy.ClockExtension}
		}
	case Sustained:
		names = []policy.ClockName{policy.ClockCheckIn}
	case Transferred:
		names = []policy.ClockName{policy.ClockTransferReceipt, policy.ClockTransferStatus}
	default:
	}
	for _, name := range names {
		if k, ok := c.clock(name, 0); ok {
			return k, true
		}
	}
	return Clock{}, false
}

// UnitDeadline returns the clock of the unit's that matters where the case
// stands for it, if one does.
func (c Case) UnitDeadline() (Clock, bool) {
	switch c.Stage { //nolint:exhaustive // in the other stages the unit owes nothing
	case Serving, Planning, Rectifying, Sustained:
		k, ok := c.Deadline()
		return k, ok && k.Name != policy.ClockExtension
	case PlanReview, ReportReview:
		return c.clock(policy.ClockRectification, 0)
	default:
		return Clock{}, false
	}
}
