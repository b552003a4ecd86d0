// Package policy holds what a committee may decide for itself: every duration,
// reminder, ladder step, cap, measure rule and code table of the lifecycle, as
// versioned data with a source for each figure.
//
// The package computes no dates and decides no case: package lifecycle does,
// under a Policy it is handed. It refuses a policy that is incomplete,
// contradicts itself or names something the lifecycle does not know.
package policy

import "duban/calendar"

// A Policy is one version of the rules in figures. It is immutable once read;
// a case keeps the version it was noticed under.
type Policy struct {
	// Name is what officials call this policy.
	Name string `yaml:"name"`
	Time Time   `yaml:"time"`
	// Clocks has exactly one entry for every ClockName.
	Clocks        map[ClockName]Clock `yaml:"clocks"`
	Rectification Rectification       `yaml:"rectification"`
	// Ladder has one step for each of L1 to L5, in that order.
	Ladder    []Step    `yaml:"ladder"`
	Measures  Measures  `yaml:"measures"`
	TypeRules []Rule    `yaml:"type_rules"`
	Extension Extension `yaml:"extension"`
	Objection Objection `yaml:"objection"`
	Stay      Stay      `yaml:"stay"`
	Sustained Sustained `yaml:"sustained"`
	LookBack  LookBack  `yaml:"look_back"`
	// Recusal bounds who keeps whom out of a look-back. A policy of before it was bounded
	// has none, and Recusals says what holds then.
	Recusal Recusal `yaml:"recusal,omitempty"`
	Burden  Burden  `yaml:"burden"`
	// Draw weighs the units that a campaign's inspectees are drawn from. A policy
	// of before they were drawn has none, and Weights says what holds then.
	Draw Draw `yaml:"draw,omitempty"`
	// Lists has one entry for every List. A policy of before there were two lists
	// has none, and both end with their year.
	Lists map[List]Listing `yaml:"lists,omitempty"`
	// Copies lists who reads along what goes to a unit, from which level on. A policy of
	// before that was a committee's to choose has none, and Copied says what holds then.
	Copies []Copy `yaml:"copies,omitempty"`
	// Papers names the marks before the numbers of papers. A policy of before they had
	// marks of their own has none, and Mark says which hold then.
	Papers Papers `yaml:"papers,omitempty"`
	// Wording is what mailings say. A policy of before it could be worded has none, and
	// Writer says which words hold then.
	Wording Wording `yaml:"wording,omitempty"`
	Codes   Codes   `yaml:"codes"`

	// text is the file it was read from, writer what its wording was read into.
	text   string
	writer *Writer
}

// Time says how legal days lie on the real time line, and when papers leave.
type Time struct {
	// DayLength is how long one legal day lasts. 24h in real use; a demo or a
	// test compresses it. From 10ms to 24h.
	DayLength Duration `yaml:"day_length"`
	// PapersLeaveAt is the time of the working day at which papers that a timer
	// ordered, and the digest, go out.
	PapersLeaveAt Duration `yaml:"papers_leave_at"`
	// SpreadFrom and SpreadTo bound the delay after a legal instant at which
	// its alarm fires, so that what was received in time is decided first and
	// one midnight is not one second's work. Real time, scaled with DayLength.
	SpreadFrom Duration `yaml:"spread_from"`
	SpreadTo   Duration `yaml:"spread_to"`
	// OutageFrom is how long the system must have been away, and OutageBefore
	// how near the end of a deadline, for that deadline to move by a day.
	OutageFrom   Duration `yaml:"outage_from"`
	OutageBefore Duration `yaml:"outage_before"`
	Source       string   `yaml:"source"`
}

// A ClockName names a clock: what is awaited while it runs.
type ClockName string

// The clocks.
const (
	ClockDraft          ClockName = "draft"
	ClockTriage         ClockName = "triage"
	ClockNoticeDrafting ClockName = "notice_drafting"
	ClockNoticeApproval ClockName = "notice_approval"
	ClockReceipt        ClockName = "receipt"
	ClockPlan           ClockName = "plan"
	ClockPlanReview     ClockName = "plan_review"
	ClockRectification  ClockName = "rectification"
	ClockReportReview   ClockName = "report_review"
	ClockLookBack       ClockName = "look_back"
	// ClockDraw is by when a leader decides on a draw that failed, or was asked
	// for anew.
	ClockDraw            ClockName = "draw"
	ClockLookBackResult  ClockName = "look_back_result"
	ClockClosureApproval ClockName = "closure_approval"
	ClockCooling         ClockName = "cooling"
	ClockCheckIn         ClockName = "check_in"
	ClockSustainedReview ClockName = "sustained_review"
	ClockTransferReceipt ClockName = "transfer_receipt"
	ClockTransferStatus  ClockName = "transfer_status"
	ClockObjection       ClockName = "objection"
	ClockExtension       ClockName = "extension"
	ClockStay            ClockName = "stay"
	ClockHandover        ClockName = "handover"
	// ClockMeasure is the clock of an ordered measure; how long it runs is in
	// Measures.
	ClockMeasure ClockName = "measure"
	// ClockCorrection is the unit's time to correct what came back; how long it runs
	// is in Rectification.
	ClockCorrection ClockName = "correction"
)

// A Clock is one row of the alarm table: how long, whom to remind before the
// end, and how often to chase after it.
type Clock struct {
	// Within is the period from the start day, which does not count. Zero
	// where the case itself says how long: rectification, objection and stay.
	Within calendar.Period `yaml:"within,omitempty"`
	// Remind lists how long before the due date reminders go out, longest first.
	Remind []calendar.Period `yaml:"remind,omitempty"`
	// ThenEvery is the interval of the chase once the due date has passed.
	// Zero where nobody is chased: cooling and stay end by themselves.
	ThenEvery calendar.Period `yaml:"then_every,omitempty"`
	// MaxLevel is how far lateness on this clock may raise the level; L0 for
	// the committee's own clocks, which never count against the unit.
	MaxLevel Level  `yaml:"max_level,omitempty"`
	Source   string `yaml:"source"`
}

// Rectification says how long a unit may take.
type Rectification struct {
	Immediate  Allowance `yaml:"immediate"`
	ByDeadline Allowance `yaml:"by_deadline"`
	Sustained  Allowance `yaml:"sustained"`
	// Rest is allowed for what a look-back found only basically in place.
	Rest calendar.Period `yaml:"rest"`
	// Correction is the time to correct a plan or report that came back: at the
	// first return of a round, at the second, and so on; none after the last. A
	// single period stands for a list of one.
	Correction Corrections `yaml:"correction"`
	// Succession is added to what a unit has left when another takes it over.
	Succession calendar.Period `yaml:"succession"`
	// ReturnsToLevel is the number of returns of one round's plan or report at
	// which the level rises to ReturnsLevel; each further return raises it by one.
	ReturnsToLevel int   `yaml:"returns_to_level"`
	ReturnsLevel   Level `yaml:"returns_level"`
	// Second and later rounds last half of the days first allowed, rounded up,
	// at least LaterAtLeast, and start at LaterLevel.
	LaterAtLeast calendar.Period `yaml:"later_at_least"`
	LaterLevel   Level           `yaml:"later_level"`
	Source       string          `yaml:"source"`
}

// Corrections are the times to correct, by return.
type Corrections []calendar.Period

// An Allowance is the time for one type of rectification.
type Allowance struct {
	// Within is the period when the notice names none.
	Within calendar.Period `yaml:"within"`
	// Cap is the longest period a notice may name.
	Cap    calendar.Period `yaml:"cap"`
	Source string          `yaml:"source"`
}

// A Step is one rung of the time ladder.
type Step struct {
	Level Level `yaml:"level"`
	// After is counted in working days from the due date.
	After   calendar.Period `yaml:"after"`
	Measure MeasureKind     `yaml:"measure"`
	// List is the list on which a negative_list puts the unit. Defaults to
	// assessment.
	List List `yaml:"list,omitempty"`
	// Gate says whether the measure is ordered by the step itself or waits for
	// a leader's approval. It never holds the ladder.
	Gate   Gate   `yaml:"gate"`
	Source string `yaml:"source"`
}

// A Gate says who gives the order when a step is due.
type Gate string

// The gates.
const (
	GateAutomatic Gate = "automatic"
	GateApproval  Gate = "approval"
)

// A MeasureKind names a measure of supervision (措施).
type MeasureKind string

// The measures. ReminderTalk is the Party organisation's 提醒谈话, never the
// disciplinary 谈话提醒.
const (
	MeasureUrge              MeasureKind = "urge"               // 催办
	MeasureSupervisionLetter MeasureKind = "supervision_letter" // 督办函
	MeasureOnSite            MeasureKind = "on_site"            // 现场督导
	MeasureCircular          MeasureKind = "circular"           // 通报
	MeasureReminderTalk      MeasureKind = "reminder_talk"      // 提醒谈话
	MeasurePartyGroupOrder   MeasureKind = "party_group_order"  // 责成处理
	MeasureNegativeList      MeasureKind = "negative_list"      // 负面清单
)

// Measures gives every measure its clock.
type Measures struct {
	// Kinds has one entry for every MeasureKind but urge, which is done when
	// it is ordered.
	Kinds map[MeasureKind]MeasureClock `yaml:"kinds"`
	// Decision is how long a leader may leave a proposed measure undecided.
	Decision calendar.Period `yaml:"decision"`
	// PostponeMax is the longest a measure may be put off, however often, from its
	// first due date.
	PostponeMax calendar.Period `yaml:"postpone_max"`
	// ThenEvery is the interval of the chase after any of these.
	ThenEvery calendar.Period `yaml:"then_every"`
	Source    string          `yaml:"source"`
}

// A MeasureClock says how long the owner of a measure has.
type MeasureClock struct {
	Within calendar.Period `yaml:"within"`
	Source string          `yaml:"source"`
}

// A Rule proposes a measure for a type of problem, independent of time. It
// matches when every code it names matches; it names at least one.
type Rule struct {
	Category string      `yaml:"category,omitempty"`
	Matter   string      `yaml:"matter,omitempty"`
	Measure  MeasureKind `yaml:"measure"`
	// List is as in Step.
	List   List   `yaml:"list,omitempty"`
	Source string `yaml:"source"`
}

// Extension bounds requests for more time.
type Extension struct {
	// AskBefore is how long before the due date the unit must ask at the latest.
	AskBefore calendar.Period `yaml:"ask_before"`
	// Max is the longest extension, from the due date.
	Max      calendar.Period `yaml:"max"`
	PerRound int             `yaml:"per_round"`
	Source   string          `yaml:"source"`
}

// Objection bounds objections; WrongUnit is short because the right unit waits.
type Objection struct {
	WrongUnitFile   calendar.Period `yaml:"wrong_unit_file"`
	WrongUnitDecide calendar.Period `yaml:"wrong_unit_decide"`
	File            calendar.Period `yaml:"file"`
	Decide          calendar.Period `yaml:"decide"`
	Source          string          `yaml:"source"`
}

// Recusal bounds recusals and units' requests for them.
type Recusal struct {
	// Least is how long one lasts at least that is recorded for another.
	Least calendar.Period `yaml:"least"`
	// Late is how many working days before a draw one counts as entered for it.
	Late calendar.Period `yaml:"late"`
	// PerCase and PerUnit are how many requests of a unit may wait for an answer.
	PerCase int `yaml:"per_case"`
	PerUnit int `yaml:"per_unit"`
	// Margin is how many times the team must be eligible when late recusals, or who
	// found the problem, are left out of a draw.
	Margin int    `yaml:"margin"`
	Source string `yaml:"source"`
}

// Burden bounds how often a unit may be inspected.
type Burden struct {
	// Inspections is how many campaigns of one year may cover a unit without a
	// leader's decision.
	Inspections int    `yaml:"inspections"`
	Source      string `yaml:"source"`
}

// Draw says how much a unit weighs when a campaign's inspectees are drawn. One
// that was on a negative list last year weighs no less than another, and each
// weighs something: no unit knows that it will not come up.
type Draw struct {
	Ordinary int    `yaml:"ordinary"`
	Listed   int    `yaml:"listed"`
	Source   string `yaml:"source"`
}

// MaxWeight is the largest weight of a unit in a draw.
const MaxWeight = 1_000_000

// Stay bounds how long the unit's clock may be stopped by decision, in natural days.
type Stay struct {
	// Max is the longest a single stay may last, and all stays of a case together
	// unless leaders who granted none of them before grant more.
	Max calendar.Period `yaml:"max"`
	// InAll is the longest all stays of a case may last together, whoever grants
	// them; Max when left out.
	InAll  calendar.Period `yaml:"in_all,omitempty"`
	Source string          `yaml:"source"`
}

// Together is the longest all stays of a case may last together.
func (s Stay) Together() calendar.Period {
	if s.InAll.IsZero() {
		return s.Max
	}
	return s.InAll
}

// Sustained bounds the track of lasting duties (长期坚持).
type Sustained struct {
	// CheckInMax bounds the check-in interval a leader may set; the default is
	// the check_in clock's.
	CheckInMax calendar.Period `yaml:"check_in_max"`
	// Limit is when a leader must decide whether the case stays on the track.
	Limit  calendar.Period `yaml:"limit"`
	Source string          `yaml:"source"`
}

// LookBack is the window in which a look-back must fall. It ends with the
// look_back clock.
type LookBack struct {
	Opens calendar.Period `yaml:"opens"`
	// MinPersons is how many inspectors must be on the spot.
	MinPersons int `yaml:"min_persons"`
	// Team is how many inspectors are drawn, MinPersons or more.
	Team int `yaml:"team"`
	// Load is how far back the look-backs somebody was drawn for count when the
	// load is balanced, in months.
	Load calendar.Period `yaml:"load"`
	// TellAt is the time of the drawn day from which the inspectors are told, TellUntil
	// that from which it is too late to come: the day is missed then.
	TellAt    Duration `yaml:"tell_at"`
	TellUntil Duration `yaml:"tell_until"`
	// RefusedArrivals is the number of refused arrivals of a day after which a leader
	// must look first. A policy of before they were counted has none.
	RefusedArrivals int `yaml:"refused_arrivals,omitempty"`
	// ImpossibleToLeader is the number of failed attempts at which a leader
	// must decide.
	ImpossibleToLeader int    `yaml:"impossible_to_leader"`
	Source             string `yaml:"source"`
}

// Codes are the code tables findings are filed under.
type Codes struct {
	Methods    []Code   `yaml:"methods"`
	Dimensions []Code   `yaml:"dimensions"`
	Categories []Code   `yaml:"categories"`
	Matters    []Matter `yaml:"matters"`
	RootCauses []Code   `yaml:"root_causes"`
	Severities []Code   `yaml:"severities"`
	Source     string   `yaml:"source"`
}

// A Code is one entry of a code table, in Chinese and English.
type Code struct {
	Code string `yaml:"code"`
	ZH   string `yaml:"zh"`
	EN   string `yaml:"en"`
}

// A Matter is a code under a category, fine enough for a measure rule.
type Matter struct {
	Code     string `yaml:"code"`
	Category string `yaml:"category"`
	ZH       string `yaml:"zh"`
	EN       string `yaml:"en"`
}
