package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	"duban/calendar"
	"duban/characters"
	"duban/policy"
)

// A case in hand was begun before it came into this system: its notice went out
// under a number of its own, and its time runs. It is taken over where it stands.
// The dates are the earlier ones; whoever was late is late. What the ladder and the
// chases do next is counted from the day of the taking over, and from the level that
// was entered: nobody is chased for days on which this system told him nothing.

// InHand is how far a case had come before it was taken over.
type InHand struct {
	Stage    Stage  `json:"stage" enum:"serving,planning,rectifying,report_review,look_back_pending,sustained" doc:"Where the case stands on the day it is taken over"`
	Type     Type   `json:"type" enum:"immediate,by_deadline,sustained" doc:"The type of rectification the earlier notice asked for"`
	Severity string `json:"severity,omitempty" of:"Severity" doc:"Code of the severity, if it was judged"`
	Basis    string `json:"basis,omitempty" maxLength:"10000" doc:"The duty or rule breached, as the earlier notice says it"`
	Officer  string `json:"officer" doc:"Account of the officer who answers for the case from now on"`
	// The earlier notice.
	NoticeNumber string `json:"notice_number" minLength:"1" maxLength:"100" doc:"The earlier notice's whole number, with the issuing body's mark, such as 工委督函〔2025〕12号"`
	NoticeOn     Date   `json:"notice_on" doc:"The earlier notice's date"`
	Demand       string `json:"demand,omitempty" maxLength:"10000" doc:"What the earlier notice asked for"`
	ReceivedOn   Date   `json:"received_on,omitzero" doc:"The day the unit received it; none while it waits for its receipt"`
	Due          Date   `json:"due,omitzero" doc:"The last day in time, as the earlier notice or a later extension gave it"`
	// What came after it.
	Planned     []string     `json:"planned,omitempty" maxItems:"100" doc:"The measures of the plan that was accepted; one for the whole finding when left out"`
	Responsible string       `json:"responsible,omitempty" maxLength:"100" doc:"Who in the unit answers for putting it right"`
	Level       policy.Level `json:"level,omitempty" doc:"The level of the ladder that was reached, from which it goes on"`
	Reminders   int          `json:"reminders,omitempty" minimum:"0" maximum:"100" doc:"How often the unit was chased since the due date"`
	ReportedOn  Date         `json:"reported_on,omitzero" doc:"The day the report came in that is in review or was accepted; of a sustained duty, that of the last check-in"`
	SustainedOn Date         `json:"sustained_on,omitzero" doc:"The day the case went on the sustained track"`
}

// TakeOverCase takes a case in hand over. It is done by an import and no otherwise,
// and a leader confirms it.
type TakeOverCase struct {
	OpenCase
	InHand

	// ConfirmedBy is the leader who confirmed the import.
	ConfirmedBy string `json:"confirmed_by" doc:"Account of the leader who confirmed it"`
}

// CaseTakenOver: a case that was in hand elsewhere goes on here.
type CaseTakenOver struct {
	InHand

	ConfirmedBy   string `json:"confirmed_by" doc:"Account of the leader who confirmed that the case was in hand"`
	PolicyVersion int    `json:"policy_version"`
	FirstPeriod   Period `json:"first_period" doc:"The period of the first round, in working or natural days"`
	// CheckIn is the interval of a sustained duty's reports.
	CheckIn Period `json:"check_in,omitzero" doc:"How often the unit reports, of a sustained duty"`
	// Late is by how many working days the report missed the due date.
	Late int `json:"late,omitempty" doc:"By how many working days the report missed the due date; none when in time"`

	series series
	no     int
}

// Reserves is the series of ours that the earlier notice's number is of: it was given on
// paper, and is given to no other.
func (b *CaseTakenOver) Reserves() (series string, n int) { return b.series.name(), b.no }

// TakenOver says of a case that it was in hand before, and from what it goes on.
type TakenOver struct {
	On           Date         `json:"on" doc:"The day it was taken over"`
	ConfirmedBy  string       `json:"confirmed_by" doc:"Account of the leader who confirmed it"`
	Stage        Stage        `json:"stage" doc:"Where it stood"`
	Level        policy.Level `json:"level,omitempty" doc:"The level it had reached"`
	Reminders    int          `json:"reminders,omitempty" doc:"How often the unit had been chased"`
	NoticeNumber string       `json:"notice_number" doc:"The earlier notice's number"`
	NoticeOn     Date         `json:"notice_on" doc:"The earlier notice's date"`
	Responsible  string       `json:"responsible,omitempty" doc:"Who in the unit answers for putting it right"`
}

// InHandStages are those in which a case can be taken over.
func InHandStages() []Stage {
	return []Stage{Serving, Planning, Rectifying, ReportReview, LookBackPending, Sustained}
}

func (b TakeOverCase) decide(t *turn) error {
	if err := b.OpenCase.check(t); err != nil {
		return err
	}
	if err := b.InHand.check(t, b.FoundOn); err != nil {
		return err
	}
	if err := b.confirmed(t); err != nil {
		return err
	}
	if same := t.rules.Known.Same; same != "" {
		return AlreadyCase(same)
	}
	t.record(&CaseOpened{OpenCase: b.OpenCase, Year: t.today.Year(), CalendarVersion: t.rules.CalendarVersion, Repeated: b.repeated(t)})
	t.goTo(Draft)
	t.takeOver(b)
	return nil
}

// confirmed wants a leader's word, and not that of who sent the workbook: what was
// never judged or signed here takes two people.
func (b TakeOverCase) confirmed(t *turn) error {
	if b.ConfirmedBy == t.actor.Account {
		return forbidden("own_take_over", "转入在办事项须由另一位工委领导确认，不能由导入人自己确认。",
			"Another person, a leader, confirms what is taken over; nobody confirms his own import.")
	}
	_, err := t.account("confirmed_by", b.ConfirmedBy, Leader)
	return err
}

// check judges how far a case is said to have come.
func (b InHand) check(t *turn, found Date) error {
	_, severity := t.rules.Policy.Codes.Severity(b.Severity)
	err := all(
		oneOf("stage", b.Stage, InHandStages()...),
		oneOf("type", b.Type, Immediate, ByDeadline, SustainedDuty),
		t.optional("basis", b.Basis, maxText),
		t.text("notice_number", b.NoticeNumber, maxName),
		wholeNumber(b.NoticeNumber),
		t.dayBetween("notice_on", b.NoticeOn, found),
		t.optional("demand", b.Demand, maxText),
		t.list("planned", b.Planned, 0, maxText),
		t.optional("responsible", b.Responsible, maxName),
		optionalCode("severity", b.Severity, severity),
		t.holds("officer", b.Officer, Officer),
	)
	if err == nil {
		err = b.checkDates(t)
	}
	if err == nil {
		err = b.checkStage()
	}
	return err
}

// wholeNumber refuses a number without the issuing body's mark: nobody could tell whose
// it is.
func wholeNumber(number string) error {
	if strings.HasPrefix(characters.Fold(number), "(") {
		return invalid("notice_number", "mark_missing", "原发文字号应填写完整，含发文机关代字，如工委督函〔2025〕12号。",
			"Give the earlier notice's whole number, with the issuing body's mark.")
	}
	return nil
}

func (b InHand) checkDates(t *turn) error {
	if b.Stage != Serving {
		if err := t.dayBetween("received_on", b.ReceivedOn, b.NoticeOn); err != nil {
			return err
		}
	}
	if b.Stage != Sustained || !b.Due.IsZero() {
		if err := t.dayAfter("due", b.Due, latest(b.NoticeOn, b.ReceivedOn), b.NoticeOn.AddMonths(60)); err != nil {
			return err
		}
	}
	if b.Stage == ReportReview || b.Stage == LookBackPending {
		if err := t.dayBetween("reported_on", b.ReportedOn, b.ReceivedOn); err != nil {
			return err
		}
	}
	if b.Stage == Sustained {
		if err := t.dayBetween("sustained_on", b.SustainedOn, b.ReceivedOn); err != nil {
			return err
		}
		if !b.ReportedOn.IsZero() {
			return t.dayBetween("reported_on", b.ReportedOn, b.SustainedOn)
		}
	}
	return nil
}

// checkStage refuses what does not go with the stage.
func (b InHand) checkStage() error {
	no := func(field string, given bool) error {
		if !given {
			return nil
		}
		return invalid(field, "not_at_stage", "事项处于“"+b.Stage.ZH()+"”，“"+Label(field)+"”应留空。", field+" does not go with the stage "+string(b.Stage)+".")
	}
	serving, working := b.Stage == Serving, b.Stage == Planning || b.Stage == Rectifying
	if b.Stage == Planning && b.Type == Immediate {
		return invalid("stage", "no_plan_wanted", "立行立改的事项不需制定方案，当前阶段应填“整改中”。", "A finding that is to be put right at once has no plan; it is being put right.")
	}
	if b.Reminders < 0 || b.Reminders > maxItems {
		return invalid("reminders", "count", fmt.Sprintf("“%s”应为0至%d。", Label("reminders"), maxItems), fmt.Sprintf("reminders must be 0 to %d.", maxItems))
	}
	if b.Level < policy.L0 || b.Level > policy.L5 {
		return invalid("level", "unknown_code", "“督办等级”应为L0至L5。", "level must be L0 to L5.")
	}
	return all(
		no("received_on", serving && !b.ReceivedOn.IsZero()),
		no("planned", (serving || b.Stage == Planning) && len(b.Planned) > 0),
		no("reported_on", (serving || working) && !b.ReportedOn.IsZero()),
		no("sustained_on", b.Stage != Sustained && !b.SustainedOn.IsZero()),
		no("level", !working && b.Stage != ReportReview && b.Level > policy.L0),
		no("reminders", !working && b.Reminders > 0),
	)
}

// takeOver sets the case where it stood and lets its clocks go on.
func (t *turn) takeOver(b TakeOverCase) {
	body := &CaseTakenOver{
		InHand: b.InHand, ConfirmedBy: b.ConfirmedBy, PolicyVersion: t.rules.PolicyVersion, FirstPeriod: t.rules.Policy.Rectification.Sustained.Within,
	}
	body.series, body.no = t.seriesIn(b.NoticeNumber)
	var main Clock
	if !b.Due.IsZero() {
		main = t.goneBy(t.until(policy.ClockRectification, latest(b.ReceivedOn, b.NoticeOn), b.Due))
		main.Chases = b.Reminders
		body.FirstPeriod = Period{N: b.Due.DaysSince(latest(b.ReceivedOn, b.NoticeOn)), Unit: calendar.NaturalDays}
	}
	switch b.Stage { //nolint:exhaustive // the others have nothing of their own
	case ReportReview, LookBackPending:
		body.Late = t.late(main, b.ReportedOn)
	case Sustained:
		body.CheckIn = t.rules.Policy.Clock(policy.ClockCheckIn).Within
	}
	t.record(body)
	t.raise(b.Level)
	switch b.Stage { //nolint:exhaustive // the others have no clock of the unit's
	case Planning:
		t.goTo(Planning)
		t.run(main)
		t.run(t.goneBy(t.capPlan(t.start(policy.ClockPlan, b.ReceivedOn, t.rules.Policy.Clock(policy.ClockPlan).Within))))
	case Rectifying:
		t.goTo(Rectifying)
		t.run(main)
	case ReportReview:
		main.StandsSince, main.Passed = b.ReportedOn, main.Due.Before(b.ReportedOn)
		t.set(main)
		t.goTo(ReportReview)
	case Sustained:
		t.goTo(Sustained)
		k := t.start(policy.ClockCheckIn, latest(b.SustainedOn, b.ReportedOn), body.CheckIn)
		if !k.DueAt.After(t.at) { // an interval that nobody was told of
			k = t.start(policy.ClockCheckIn, t.today, body.CheckIn)
		}
		t.run(k)
		t.set(t.arm(t.sustainedReview()))
	default:
		t.goTo(b.Stage)
	}
}

// goneBy marks a clock whose due date lies behind as passed: that was known, and is
// told to nobody as news.
func (t *turn) goneBy(k Clock) Clock {
	k.Passed = !k.DueAt.After(t.at)
	return k
}

// takenOverOn is the day the case was taken over; zero for one that was opened here.
func (c Case) takenOverOn() calendar.Date {
	if c.TakenOver == nil {
		return Date{}
	}
	return c.TakenOver.On
}

func (b *CaseTakenOver) apply(c *Case, e Event) {
	c.TakenOver = &TakenOver{
		On: e.Legal, ConfirmedBy: b.ConfirmedBy, Stage: b.Stage, Level: b.Level, Reminders: b.Reminders,
		NoticeNumber: b.NoticeNumber, NoticeOn: b.NoticeOn, Responsible: b.Responsible,
	}
	f := &c.Finding
	f.Type, f.Severity, f.Basis = b.Type, b.Severity, b.Basis
	c.Officer, c.PolicyVersion, c.Served = b.Officer, b.PolicyVersion, true
	c.Part.Accepter, c.Part.Signer, c.Part.Drafter = b.ConfirmedBy, b.ConfirmedBy, e.Actor.Account
	c.Part.All = withAccount(c.Part.All, b.ConfirmedBy)
	c.Notice = &Notice{ID: e.Command, Text: b.Demand, ExternalDue: b.Due, Source: "原反馈意见", Number: b.NoticeNumber, On: b.NoticeOn, Version: 1}
	if b.Stage != Serving {
		c.FirstPeriod = b.FirstPeriod
		c.Receipt = &Receipt{Manner: OnPaper, On: b.ReceivedOn, FirstPeriod: c.FirstPeriod}
	}
	reported := b.Stage == ReportReview || b.Stage == LookBackPending
	if reported || len(b.Planned) > 0 {
		c.Plan = b.plan(f.Title, reported, b.Stage == LookBackPending)
	}
	if reported {
		c.Report = &Report{On: b.ReportedOn, Late: b.Late, Items: []ReportItem{}}
		for _, m := range c.Plan.Measures {
			c.Report.Items = append(c.Report.Items, ReportItem{No: m.No, Done: true, Account: "转入前已报送整改报告。"})
		}
	}
	switch b.Stage { //nolint:exhaustive // the others keep no day of their own
	case LookBackPending:
		c.AcceptedOn = e.Legal // the window counts from today: none was drawn before
	case Sustained:
		c.SustainedSince, c.CheckIn = b.SustainedOn, b.CheckIn
	}
}

// plan is the plan as it was accepted before, or the one measure of a case without one.
func (b InHand) plan(title string, done, accepted bool) *Plan {
	p := &Plan{Accepted: true}
	for i, text := range b.Planned {
		p.Measures = append(p.Measures, PlanMeasure{No: i + 1, Text: text, Kind: OtherRemedy, Owner: b.Responsible, Due: b.Due})
	}
	if len(p.Measures) == 0 {
		p.Measures = []PlanMeasure{{No: 1, Text: title, Kind: OtherRemedy}}
	}
	for i := range p.Measures {
		p.Measures[i].Done, p.Measures[i].Accepted = done, accepted
	}
	return p
}

func (b TakeOverCase) refers() Refs {
	refs := b.OpenCase.refers()
	refs.Accounts = slices.DeleteFunc([]string{b.Officer, b.ConfirmedBy}, func(id string) bool { return id == "" })
	return refs
}

// FindingOf is the finding that a command opens a case of, if it opens one.
func FindingOf(body CommandBody) (*OpenCase, bool) {
	switch b := body.(type) {
	case *OpenCase:
		return b, true
	case *TakeOverCase:
		return &b.OpenCase, true
	default:
		return nil, false
	}
}
